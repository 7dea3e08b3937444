#!/bin/busybox sh
# First process of the machine: one NFSv4.1 server and its client over the loopback.
export PATH=/bin:/sbin:/usr/sbin:/usr/bin
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/shm /tmp /export /mnt/assay /run /var/lib/nfs/v4recovery
mount -t tmpfs tmpfs /tmp
mount -t tmpfs tmpfs /dev/shm
hostname assay-nfs
ip link set lo up
for module in virtio_pci virtio_blk ext4 nfsd nfsv4; do modprobe $module || echo "guest: no module $module"; done
mount -t ext4 /dev/vda /export || echo "guest: no disk"
mkdir -p /export/share
mount -t nfsd nfsd /proc/fs/nfsd
touch /var/lib/nfs/etab /var/lib/nfs/rmtab
echo 0 > /proc/sys/fs/leases-enable
echo 10 > /proc/fs/nfsd/nfsv4leasetime
echo 10 > /proc/fs/nfsd/nfsv4gracetime
echo "/export *(rw,sync,no_root_squash,no_subtree_check,insecure,fsid=0)" > /etc/exports
exportfs -ra
rpc.mountd -N 2 -N 3
rpc.nfsd -N 3 8
cat > /restart-server <<'END'
rpc.nfsd 0
sleep "$1"
rpc.nfsd -N 3 8
END
options=vers=4.1,addr=127.0.0.1,clientaddr=127.0.0.1,hard,timeo=600,retrans=2,noresvport,lookupcache=pos
tries=0
until mount -t nfs4 -o $options 127.0.0.1:/share /mnt/assay; do
  tries=$((tries + 1))
  [ $tries -gt 5 ] && echo "guest: no mount" && poweroff -f
  sleep 2
done
echo "guest: mounted"
cd /assay
node test/nfs/in-guest.ts /mnt/assay /tmp/scratch "$(sed 's/.*assay_seconds=\([0-9]*\).*/\1/' /proc/cmdline)"
sync
poweroff -f

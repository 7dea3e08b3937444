/** A word for a POSIX shell: as it is where nothing in it is special. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

export function agentCommand(workspace: string, redis: string | null): string {
  return `assay agent --workspace ${shellWord(workspace)} --redis ${shellWord(redis ?? "redis://HOST:6379")}`;
}

/** A hardened systemd unit for an agent; secrets lie in a file that only root can read. */
export function agentUnit(workspace: string, redis: string | null): string {
  return `[Unit]
Description=Assay agent
After=network-online.target remote-fs.target
RequiresMountsFor=${workspace}

[Service]
ExecStart=/usr/bin/${agentCommand(workspace, redis)} --health-port 8377
EnvironmentFile=-/etc/assay/agent.env
User=assay
MemoryMax=90%
KillSignal=SIGTERM
TimeoutStopSec=120
Restart=always
RestartSec=5
NoNewPrivileges=yes
ProtectSystem=strict
ReadWritePaths=${workspace}
PrivateTmp=yes

[Install]
WantedBy=multi-user.target
`;
}

const common = "lookupcache=pos,_netdev";
export const mountCommands = {
  nfs: `mount -t nfs4 -o nfsvers=4.1,rsize=1048576,wsize=1048576,hard,timeo=600,retrans=2,noresvport,${common} SERVER:/ /mnt/assay`,
  efs: `mount -t efs -o tls,iam,accesspoint=fsap-ID,${common} fs-ID:/ /mnt/assay`,
} as const;

import { describe, expect, it } from "vitest";
import { judgeMount, mountPlan, whyNoMount } from "../../shared/domain/mount.ts";
import { sharesIn } from "./mounts.ts";
import { listShares, type MountMachine, mountShare, type ProgramOutcome, unmountShare } from "./share-mount.ts";

const local = "22 1 259:1 / / rw,relatime shared:1 - ext4 /dev/root rw\n";
const line = (source: string, at: string, options = "rw,vers=4.1,rsize=1048576,wsize=1048576,hard,lookupcache=pos") =>
  `77 22 0:52 / ${at} rw,relatime shared:9 - nfs4 ${source} ${options}\n`;
const efs = { kind: "efs", server: "fs-0123456789abcdef0", at: "/mnt/assay", region: "eu-west-1" } as const;
const nfs = { kind: "nfs", server: "files.shop.example", folder: "/assay", at: "/mnt/assay" } as const;

/** A machine on which mount says what it is told to say. */
function machine(outcome: Partial<ProgramOutcome>, mounted = ""): MountMachine & { ran: string[] } {
  let table = local + mounted;
  const ran: string[] = [];
  return {
    ran,
    run: async (command) => {
      ran.push(command.join(" "));
      const full = { code: 0, said: "", timedOut: false, ...outcome };
      if (full.code === 0 && command[0] === "mount") table += line(command.at(-2) ?? "", command.at(-1) ?? "");
      if (full.code === 0 && command[0] === "umount") table = local;
      return full;
    },
    mountinfo: () => table,
    makeFolder: () => {},
    isEmpty: () => true,
  };
}

describe("a share", () => {
  it("is mounted with the options that commits rest on", async () => {
    const one = machine({});
    expect(await mountShare(nfs, one)).toMatchObject({
      was_there: false,
      share: { source: "files.shop.example:/assay", at: "/mnt/assay", findings: [] },
    });
    expect(one.ran).toEqual([
      "mount -t nfs4 -o nfsvers=4.1,rsize=1048576,wsize=1048576,hard,timeo=600,retrans=2,noresvport,lookupcache=pos,_netdev files.shop.example:/assay /mnt/assay",
    ]);
    expect(await mountShare(nfs, one)).toMatchObject({ was_there: true });
    expect(one.ran).toHaveLength(1);
    expect(await unmountShare("/mnt/assay/", one)).toEqual({ at: "/mnt/assay", source: "files.shop.example:/assay" });
    await expect(unmountShare("/mnt/assay", one)).rejects.toMatchObject({ code: "not_found" });
  });

  it("of Amazon goes through its helper, a tunnel, or plain", () => {
    const options = (more: object) => mountPlan({ ...efs, ...more }).command.join(" ");
    expect(options({ access_point: "fsap-0123456789abcdef0" })).toBe(
      "mount -t efs -o tls,iam,accesspoint=fsap-0123456789abcdef0,region=eu-west-1,lookupcache=pos,_netdev fs-0123456789abcdef0:/ /mnt/assay",
    );
    expect(options({ tls: "none" })).toContain("fs-0123456789abcdef0.efs.eu-west-1.amazonaws.com:/ /mnt/assay");
    expect(options({ tls: "stunnel" })).toMatch(/hard.*port=20490 127\.0\.0\.1:\/ \/mnt\/assay$/);
    expect(mountPlan({ ...efs, tls: "stunnel" }).stunnel).toContain("checkHost = fs-0123456789abcdef0.efs.eu-west-1");
    const plan = mountPlan({ ...efs, at: "/mnt/as-say/eu" });
    expect(plan.unit_name).toBe("mnt-as\\x2dsay-eu.mount");
    expect(plan.fstab).toBe(
      "fs-0123456789abcdef0:/ /mnt/as-say/eu efs tls,iam,region=eu-west-1,lookupcache=pos,_netdev 0 0",
    );
  });

  it.each([
    [{ code: 32, said: "mount: /mnt/assay: unknown filesystem type 'efs'." }, "unsupported", /amazon-efs-utils/],
    [
      { code: 32, said: "bad option; for several filesystems you might need a /sbin/mount.efs helper program." },
      "unsupported",
      /efs-utils/,
    ],
    [{ code: 1, said: 'mount: only root can use "--types" option' }, "not_permitted", /fstab/],
    [{ code: 32, said: "mount.nfs4: Operation not permitted" }, "not_permitted", /fstab/],
    [{ code: 32, said: "mount.nfs4: access denied by server while mounting" }, "not_permitted", /ClientMount/],
    [{ code: null, said: "", timedOut: true }, "unavailable", /2049/],
    [{ code: 32, said: "mount.nfs4: Connection refused" }, "unavailable", /2049/],
    [{ code: 32, said: 'Failed to resolve "fs-0.efs"' }, "unavailable", /region/],
    [{ code: 32, said: "mount: /mnt/assay: already mounted or mount point busy." }, "conflict", /findmnt/],
    [{ code: "missing", said: "" }, "unsupported", /util-linux/],
    [{ code: 7, said: "something new" }, "unavailable", /words/],
  ] as const)("that can't be mounted (%j) says why and what to type", async (outcome, code, hint) => {
    const failed = mountShare(efs, machine(outcome));
    await expect(failed).rejects.toMatchObject({
      code,
      hint: expect.stringMatching(hint),
      details: {
        command: expect.stringMatching(/^sudo mount -t efs/),
        fstab: expect.any(String),
        unit: expect.any(String),
      },
    });
  });

  it("that is busy, dead or not ours to unmount stays", async () => {
    const mounted = line("files.shop.example:/assay", "/mnt/assay");
    for (const [outcome, code, hint] of [
      [{ code: 32, said: "umount: /mnt/assay: target is busy." }, "conflict", /fuser/],
      [{ code: null, timedOut: true }, "unavailable", /umount -f -l/],
      [{ code: 32, said: "umount: /mnt/assay: must be superuser to unmount." }, "not_permitted", /rights/],
    ] as const)
      await expect(unmountShare("/mnt/assay", machine(outcome, mounted))).rejects.toMatchObject({
        code,
        hint: expect.stringMatching(hint),
      });
  });

  it("at a folder that another share or files hold is refused", async () => {
    await expect(mountShare(nfs, machine({}, line("other:/x", "/mnt/assay")))).rejects.toMatchObject({
      code: "conflict",
    });
    await expect(mountShare(nfs, { ...machine({}), isEmpty: () => false })).rejects.toMatchObject({ code: "conflict" });
    await expect(mountShare(nfs, { ...machine({}), mountinfo: () => undefined })).rejects.toMatchObject({
      code: "unsupported",
    });
  });

  it("is recognised with its options, and unsafe ones are named with a remedy", () => {
    const text = `${local}${line("127.0.0.1:/", "/mnt/with\\040blank", "rw,vers=4.0,soft,wsize=65536")}`;
    const [share] = listShares({ ...machine({}), mountinfo: () => text });
    expect(share).toMatchObject({ at: "/mnt/with blank", source: "127.0.0.1:/", kind: "nfs4" });
    expect(share?.findings.map(({ status, remedy }) => `${status}: ${remedy}`)).toEqual([
      "fail: Mount it with hard.",
      "fail: Mount it with nfsvers=4.1.",
      "warn: Mount it with lookupcache=pos.",
      "warn: Mount it with wsize=1048576.",
    ]);
    expect(sharesIn(`${text}78 77 8:1 / /mnt/with\\040blank rw - ext4 /dev/sdb1 rw\n`)).toEqual([]);
    expect(judgeMount("ext4", "rw,relatime")).toEqual([]);
    expect(judgeMount("nfs4", "rw,vers=4.2,hard,actimeo=0")).toEqual([]);
  });

  it("named wrongly is refused before anything runs", () => {
    expect(whyNoMount({ ...efs, server: "fs-1; rm -rf /" })).toMatch(/looks like fs-/);
    expect(whyNoMount({ ...nfs, server: "a b" })).toMatch(/name or an address/);
    expect(whyNoMount({ ...nfs, at: "mnt" })).toMatch(/whole path/);
    expect(whyNoMount({ ...efs, access_point: "fsap-0123456789abcdef0", tls: "none" })).toMatch(/mount helper/);
    expect(whyNoMount({ ...efs, tls: "none", region: undefined })).toMatch(/region/);
    expect(whyNoMount(efs)).toBeNull();
  });
});

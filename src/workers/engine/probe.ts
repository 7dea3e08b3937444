import { randomUUID } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { judgeMount } from "../../shared/domain/mount.ts";
import { errnoOf } from "./file-system.ts";
import { mountOf } from "./mounts.ts";
import { describeGrowth, efsAdvice, isEfs, storedBytes } from "./share-forecast.ts";

export interface ProbeCheck {
  name: string;
  status: "ok" | "warn" | "fail";
  measured: string;
  advice: string;
}
type Finding = Omit<ProbeCheck, "name">;

const ok = (measured: string): Finding => ({ status: "ok", measured, advice: "" });
const warn = (measured: string, advice: string): Finding => ({ status: "warn", measured, advice });
const fail = (measured: string, advice: string): Finding => ({ status: "fail", measured, advice });
const otherDisk = "Use NFSv4.1, EFS or a local disk.";

/** Tries on a directory what commits rest on, and says what to change. Leaves nothing behind. */
export function probeDirectory(path: string): ProbeCheck[] {
  const folder = join(path, "tmp", `probe-${randomUUID()}`);
  const about = [
    check("file system", () => kindOfFileSystem(path)),
    check("mount options", () => mountOptions(path)),
    check("host name", hostName),
    check("growth", () => growth(path)),
    check("free space", () => freeSpace(path)),
  ];
  const writable = check("write", () => {
    mkdirSync(folder, { recursive: true });
    return ok("a folder was made");
  });
  if (writable.status !== "ok") return [...about, writable];
  try {
    return [
      ...about,
      writable,
      check("exclusive create", () => exclusiveCreate(join(folder, "exclusive"))),
      check("link", () => hardLinks(join(folder, "from"), join(folder, "to"))),
      check("visibility", () => visibility(folder)),
      check("folder sync", () => folderSync(folder)),
      check("case of names", () => caseKept(folder)),
      check("clock", () => clockOffset(join(folder, "clock"))),
      check("write and sync latency", () => latency(folder)),
      check("throughput", () => throughput(join(folder, "throughput"))),
      ...efsThroughput(path, folder),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function check(name: string, body: () => Finding): ProbeCheck {
  try {
    return { name, ...body() };
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return { name, ...fail(said, "Check the directory's mount and your rights to it.") };
  }
}

function kindOfFileSystem(path: string): Finding {
  const mount = mountOf(path);
  if (!mount) return ok(process.platform);
  const isUnfit = /^(cifs|smb3|smbfs|vfat|exfat|fuse\.s3fs|fuse\.sshfs)$/.test(mount.kind);
  const measured = `${mount.kind} at ${mount.at}`;
  return isUnfit ? fail(measured, `This kind can't be committed to safely. ${otherDisk}`) : ok(measured);
}

function mountOptions(path: string): Finding {
  const mount = mountOf(path);
  if (!mount) return ok("not told by this system");
  const [worst, ...others] = judgeMount(mount.kind, mount.options);
  if (!worst) return ok(mount.options);
  const advice = [worst, ...others].map(({ remedy }) => remedy).join(" ");
  return worst.status === "fail" ? fail(mount.options, advice) : warn(mount.options, advice);
}

function growth(path: string): Finding {
  const { bavail, bsize } = statfsSync(path);
  const { measured, advice } = describeGrowth(storedBytes(path, Date.now()), bavail * bsize);
  return advice === "" ? ok(measured) : warn(measured, advice);
}

/** What a file system of Amazon's gives at its size; nothing where it is another. */
function efsThroughput(path: string, folder: string): ProbeCheck[] {
  const mount = mountOf(path);
  if (!mount || !isEfs(mount)) return [];
  return [
    check("EFS throughput", () => {
      const rate = writtenMbPerS(join(folder, "efs"));
      const { measured, advice, isSlow } = efsAdvice(storedBytes(path, Date.now()), rate);
      return isSlow ? warn(measured, advice) : ok(`${measured}. ${advice}`);
    }),
  ];
}

function hostName(): Finding {
  const name = hostname();
  if (name !== "localhost" && name !== "") return ok(name);
  return warn(name || "none", "Give this machine a name of its own: equal names share one NFS lease.");
}

function exclusiveCreate(path: string): Finding {
  closeSync(openSync(path, "wx"));
  if (refusal(() => closeSync(openSync(path, "wx"))) === "EEXIST") return ok("second create refused");
  return fail("a second create went through", otherDisk);
}

function hardLinks(from: string, to: string): Finding {
  closeSync(openSync(from, "wx"));
  linkSync(from, to);
  const { nlink } = statSync(from);
  if (nlink !== 2) return fail(`nlink ${nlink}`, `Links aren't counted. ${otherDisk}`);
  if (refusal(() => linkSync(from, to)) === "EEXIST") return ok("second link refused, nlink 2");
  return fail("a second link went through", otherDisk);
}

/** How long a name stays unseen that was looked for before it was there. */
function visibility(folder: string): Finding {
  const [from, to] = [join(folder, "hidden"), join(folder, "seen")];
  closeSync(openSync(from, "wx"));
  existsSync(to);
  linkSync(from, to);
  const began = performance.now();
  while (!existsSync(to) && performance.now() - began < 5_000);
  const waited = performance.now() - began;
  const measured = `a new name seen after ${waited.toFixed(1)} ms`;
  return waited < 1_000 ? ok(measured) : warn(measured, "Mount it with lookupcache=pos.");
}

function folderSync(folder: string): Finding {
  if (process.platform === "win32") return ok("not needed here");
  const began = performance.now();
  const fd = openSync(folder, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  return ok(`fsync of a folder took ${(performance.now() - began).toFixed(1)} ms`);
}

function caseKept(folder: string): Finding {
  closeSync(openSync(join(folder, "Case"), "wx"));
  if (!existsSync(join(folder, "case"))) return ok("kept");
  return warn("folded", "Name brands and sources so that they differ in more than case.");
}

function freeSpace(path: string): Finding {
  const { bavail, bsize } = statfsSync(path);
  const gigabytes = (bavail * bsize) / 1e9;
  const measured = `${gigabytes.toFixed(gigabytes < 10 ? 2 : 1)} GB free`;
  return gigabytes < 2 ? warn(measured, "Free some: twice the size of a delivery should be there.") : ok(measured);
}

function clockOffset(path: string): Finding {
  const before = Date.now();
  writeSynced(path, Buffer.from("now"));
  const offset = (statSync(path).mtimeMs - (before + Date.now()) / 2) / 1000;
  const measured = `${offset.toFixed(1).replace(/^-(?=0\.0$)/, "")} s off`;
  return Math.abs(offset) > 5 ? warn(measured, "Set this machine's clock by NTP.") : ok(measured);
}

function latency(folder: string): Finding {
  const times = Array.from({ length: 9 }, (_, n) => {
    const began = performance.now();
    writeSynced(join(folder, `latency-${n}`), Buffer.from("x"));
    return performance.now() - began;
  }).sort((a, b) => a - b);
  const [median = 0, worst = 0] = [times[4], times[8]];
  const measured = `${median.toFixed(1)} ms median, ${worst.toFixed(1)} ms at worst`;
  if (median <= 200) return ok(measured);
  return warn(measured, "A run makes hundreds of small files: use a nearer or faster share.");
}

function throughput(path: string): Finding {
  const rate = writtenMbPerS(path);
  const measured = `${Math.round(rate).toLocaleString("en-GB")} MB/s written`;
  return rate < 20 ? warn(measured, "Large deliveries will take long on this share.") : ok(measured);
}

function writtenMbPerS(path: string): number {
  const block = Buffer.alloc(32 << 20, 7);
  const began = performance.now();
  writeSynced(path, block);
  return block.length / 1e6 / ((performance.now() - began) / 1000);
}

function writeSynced(path: string, bytes: Uint8Array): void {
  const fd = openSync(path, "wx");
  try {
    for (let offset = 0; offset < bytes.length; ) offset += writeSync(fd, bytes, offset);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** The error's name; empty where there was none. */
function refusal(body: () => void): string {
  try {
    body();
    return "";
  } catch (error) {
    return errnoOf(error);
  }
}

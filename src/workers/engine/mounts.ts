import { existsSync, readFileSync, realpathSync } from "node:fs";

export interface Mount {
  readonly source?: string;
  readonly at: string;
  readonly kind: string;
  readonly options: string;
}

/** What a path is mounted by; undefined where the system doesn't tell. */
export function mountOf(path: string): Mount | undefined {
  if (!existsSync("/proc/mounts")) return undefined;
  const real = existsSync(path) ? realpathSync(path) : path;
  return findMount(readFileSync("/proc/mounts", "utf8"), real);
}

/** The longest mount that holds the path; of equal ones the last, which covers the others. */
export function findMount(table: string, path: string): Mount | undefined {
  let best: Mount | undefined;
  for (const line of table.split("\n")) {
    const [source = "", at, kind, options] = line.split(" ").map(unescaped);
    if (!at || !kind || options === undefined) continue;
    const holds = path === at || path.startsWith(at === "/" ? "/" : `${at}/`);
    if (holds && at.length >= (best?.at.length ?? 0)) best = { source, at, kind, options };
  }
  return best;
}

export interface MountedShare {
  /** SERVER:/folder; behind a TLS tunnel 127.0.0.1:/folder. */
  readonly source: string;
  readonly at: string;
  readonly kind: string;
  readonly options: string;
}

/** The network shares of a /proc/self/mountinfo, those that others cover left out. */
export function sharesIn(mountinfo: string): MountedShare[] {
  const found = new Map<string, MountedShare | null>();
  for (const line of mountinfo.split("\n")) {
    const [before = "", after = ""] = line.split(" - ");
    const [, , , , at = "", own = ""] = before.split(" ").map(unescaped);
    const [kind = "", source = "", server = ""] = after.split(" ").map(unescaped);
    if (at === "") continue;
    const options = [...new Set([...own.split(","), ...server.split(",")])].filter((one) => one !== "").join(",");
    const isShare = /^(nfs4?|efs|cifs|smb3|fuse\.(sshfs|s3fs)|9p|virtiofs)$/.test(kind);
    found.set(at, isShare ? { source, at, kind, options } : null);
  }
  return [...found.values()].flatMap((one) => one ?? []);
}

function unescaped(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

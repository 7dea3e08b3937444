import { existsSync, readFileSync, realpathSync } from "node:fs";

export interface Mount {
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
    const [, at, kind, options] = line.split(" ").map(unescaped);
    if (!at || !kind || options === undefined) continue;
    const holds = path === at || path.startsWith(at === "/" ? "/" : `${at}/`);
    if (holds && at.length >= (best?.at.length ?? 0)) best = { at, kind, options };
  }
  return best;
}

function unescaped(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

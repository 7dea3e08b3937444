import { readdirSync, readFileSync } from "node:fs";
import { cpus } from "node:os";

const ticksASecond = 100; // of Linux's own accounting (proc(5))

/** Begins to look at who uses the processors; gives what share of them others took meanwhile, in words. Processes of ours that have ended by
 *  then count as others' unless their parent waited for them. */
export function watchOthers(): () => string {
  const [all, own, since] = [busyTicks(), ownTicks(), performance.now()];
  return () => {
    if (all === undefined) return "others' part unknown";
    const seconds = (performance.now() - since) / 1000;
    const others = ((busyTicks() ?? all) - all - (ownTicks() - own)) / ticksASecond;
    const share = Math.max(0, others) / (seconds * cpus().length);
    return `others took ${(share * 100).toFixed(0)} % of the processors${share > 0.05 ? ": NOT QUIET" : ""}`;
  };
}

/** Ticks of all processors in which they weren't idle; undefined where the system doesn't say. */
function busyTicks(): number | undefined {
  try {
    const [, user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = (
      readFileSync("/proc/stat", "utf8").split("\n")[0] ?? ""
    )
      .split(/\s+/)
      .map(Number);
    return user + nice + system + irq + softirq + steal;
  } catch {
    return undefined;
  }
}

/** Ticks of this process and of all that it started. */
function ownTicks(): number {
  const known = new Map<number, { parent: number; ticks: number }>();
  for (const name of namesIn("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const text = read(`/proc/${name}/stat`);
    const fields = text
      .slice(text.lastIndexOf(")") + 2)
      .split(" ")
      .map(Number);
    const ticks = [11, 12, 13, 14].reduce((sum, at) => sum + (fields[at] ?? 0), 0);
    known.set(Number(name), { parent: fields[1] ?? 0, ticks });
  }
  const isOurs = (pid: number): boolean => {
    if (pid === process.pid) return true;
    const parent = known.get(pid)?.parent ?? 0;
    return parent > 1 && isOurs(parent);
  };
  return [...known].reduce((sum, [pid, { ticks }]) => sum + (isOurs(pid) ? ticks : 0), 0);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

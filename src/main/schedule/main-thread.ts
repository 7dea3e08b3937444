import { readFileSync } from "node:fs";

const ticksPerSecond = 100; // USER_HZ, the same on every Linux that Node runs on

/** Seconds of processor time that a process's first thread has spent; undefined where the system doesn't tell. */
export function mainThreadSeconds(pid: number | undefined): number | undefined {
  if (pid === undefined || process.platform !== "linux") return undefined;
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/stat`, "utf8");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" "); // the name before may hold anything
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond; // utime and stime
  } catch {
    return undefined;
  }
}

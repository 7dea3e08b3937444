import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

let boot: string | undefined;

/** Names one start of this machine; empty where the system doesn't tell. */
export function bootId(): string {
  boot ??= attempt(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim());
  return boot;
}

/** Equal for processes that can see each other by number: the same machine since the same start, the same container. */
export function processSpace(): string {
  return [hostname(), bootId(), attempt(() => readlinkSync("/proc/self/ns/pid"))].join("/").replaceAll(/\s/g, "_");
}

/** Whether a process of this machine is there; true where that can't be told. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
}

function attempt(body: () => string): string {
  try {
    return body();
  } catch {
    return "";
  }
}

import { closeSync, fsyncSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { randomUUID } from "node:crypto";
import { publish } from "./publish.ts";

/** A claim is a hint that spares double work; nothing that is right rests on it. */
export interface ClaimOptions {
  readonly heartbeatMs?: number;
  /** A counter that stood still for so long, on this machine's monotonic clock, belongs to nobody. */
  readonly staleMs?: number;
}
export type Claim = { readonly held: true; release(): void } | { readonly held: false };

interface Seen {
  readonly text: string;
  readonly since: number;
}
const seen = new Map<string, Seen>();

/** Claims a task for this process, or tells that somebody is at it. */
export function claimTask(brandDir: string, taskKey: string, options: ClaimOptions = {}): Claim {
  const { heartbeatMs = 2_000, staleMs = 15_000 } = options;
  const folder = join(brandDir, "claims", taskKey.slice(0, 2));
  const latest = latestClaim(folder, taskKey);
  if (latest) {
    const path = join(folder, `${taskKey}.${latest}`);
    const text = readCounter(path);
    if (text !== undefined && text !== "released") {
      const known = seen.get(path);
      const now = performance.now();
      if (known?.text !== text) {
        seen.set(path, { text, since: now });
        return { held: false };
      }
      if (now - known.since < staleMs) return { held: false };
    }
  }
  const path = join(folder, `${taskKey}.${latest + 1}`);
  const owner = randomUUID();
  const outcome = publish({ content: Buffer.from(`${owner} 0`), final: path, staging: join(brandDir, "tmp", "claims"), mode: 0o644 });
  if (outcome === "lost") return { held: false };
  let counter = 0;
  const beat = () => writeCounter(path, `${owner} ${++counter}`);
  const timer = setInterval(beat, heartbeatMs);
  timer.unref();
  return {
    held: true,
    release: () => {
      clearInterval(timer);
      writeCounter(path, "released");
      for (let n = 1; n <= latest + 1; n++) rmSync(join(folder, `${taskKey}.${n}`), { force: true });
    },
  };
}

function latestClaim(folder: string, taskKey: string): number {
  try {
    const numbers = readdirSync(folder).flatMap((name) => (name.startsWith(`${taskKey}.`) ? [Number(name.slice(taskKey.length + 1))] : []));
    return numbers.reduce((a, b) => Math.max(a, b), 0);
  } catch {
    return 0;
  }
}

function readCounter(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return undefined;
  }
}

function writeCounter(path: string, text: string): void {
  try {
    const fd = openSync(path, "r+");
    try {
      writeSync(fd, text.padEnd(64), 0);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch {
    // a claim that can't be kept up lapses
  }
}

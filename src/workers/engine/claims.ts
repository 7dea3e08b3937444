import { randomUUID } from "node:crypto";
import { closeSync, fsyncSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { isAlive, processSpace } from "./host.ts";
import { publish } from "./publish.ts";

/** A claim is a hint that spares double work; nothing that is right rests on it. */
export interface ClaimOptions {
  readonly heartbeatMs?: number;
  /** A counter that stood still for so long, on this machine's monotonic clock, belongs to nobody. */
  readonly staleMs?: number;
  readonly monotonicNow?: () => number;
}
export type Claim = { readonly held: true; release(): void } | { readonly held: false };

interface Seen {
  readonly text: string;
  readonly since: number;
}
const seen = new Map<string, Seen>();
/** Long enough for every text, so that one overwrites the other. */
const width = 320;

/** Claims a task for this process, or tells that somebody is at it. What a process of this very machine left when it ended is
 *  taken over at once, what another machine left when its counter has stood still. */
export function claimTask(brandDir: string, taskKey: string, options: ClaimOptions = {}): Claim {
  const { heartbeatMs = 2_000, staleMs = 15_000, monotonicNow = () => performance.now() } = options;
  const folder = join(brandDir, "claims", taskKey.slice(0, 2));
  const latest = latestClaim(folder, taskKey);
  const pathOf = (n: number) => join(folder, `${taskKey}.${n}`);
  if (latest > 0 && !isAbandoned(pathOf(latest), staleMs, monotonicNow())) return { held: false };
  const path = pathOf(latest + 1);
  const owner = `${randomUUID()} ${process.pid} ${processSpace()}`;
  const content = Buffer.from(textOf(owner, 0));
  const outcome = publish({
    content,
    final: path,
    staging: join(brandDir, "tmp", "claims"),
    mode: 0o644,
    isHint: true,
  });
  if (outcome === "lost") return { held: false };
  let counter = 0;
  const timer = setInterval(() => beat(path, owner, textOf(owner, ++counter)), heartbeatMs);
  timer.unref();
  return {
    held: true,
    release: () => {
      clearInterval(timer);
      if (!isOwn(path, owner)) return;
      for (let n = 1; n <= latest + 1; n++) discard(pathOf(n)); // upwards: what is left over is the newest
    },
  };
}

function textOf(owner: string, counter: number): string {
  return `${owner} ${counter}`.padEnd(width);
}

function isAbandoned(path: string, staleMs: number, now: number): boolean {
  const text = readClaim(path);
  const [, pid, space] = text?.split(" ") ?? [];
  const before = seen.get(path);
  if (text === undefined || (space === processSpace() && !isAlive(Number(pid)))) {
    seen.delete(path);
    return true;
  }
  if (before?.text !== text) seen.set(path, { text, since: now });
  const isStale = before?.text === text && now - before.since >= staleMs;
  if (isStale) seen.delete(path);
  return isStale;
}

function latestClaim(folder: string, taskKey: string): number {
  try {
    const numbers = readdirSync(folder).map((name) => {
      const number = name.startsWith(`${taskKey}.`) ? name.slice(taskKey.length + 1) : "";
      return /^\d{1,9}$/.test(number) ? Number(number) : 0;
    });
    return numbers.reduce((a, b) => Math.max(a, b), 0);
  } catch {
    return 0; // no claim was ever made here, or publishing one will tell
  }
}

/** undefined: it was removed, which its owner does last. */
function readClaim(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return undefined;
  }
}

function isOwn(path: string, owner: string): boolean {
  return readClaim(path)?.startsWith(owner) ?? false;
}

/** Moves one's own counter on, never another's; a claim that can't be written lapses. */
function beat(path: string, owner: string, text: string): void {
  if (!isOwn(path, owner)) return;
  try {
    const fd = openSync(path, "r+");
    try {
      writeSync(fd, text, 0);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch {
    // the next one may go through
  }
}

function discard(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // it lapses
  }
}

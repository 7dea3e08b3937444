import { closeSync, fsyncSync, openSync, readFileSync, unlinkSync, writeSync } from "node:fs";
import { isAlive, processSpace } from "./host.ts";

/** A small file that only its owner changes: a counter says that it is alive. Text: `<owner> <pid> <process space> <more…> <counter>`. */
export interface Lease {
  readonly path: string;
  readonly owner: string;
}

export interface LeaseOptions {
  readonly heartbeatMs?: number;
  /** A counter that stood still for so long, on this machine's monotonic clock, belongs to nobody. */
  readonly staleMs?: number;
  readonly monotonicNow?: () => number;
}

export const defaultHeartbeatMs = 2_000;
export const defaultStaleMs = 15_000;

interface Seen {
  readonly text: string;
  readonly since: number;
}
const seen = new Map<string, Seen>();
/** Far more than are held at once; one that is let go of here only has to stand still anew. */
const mostSeen = 50_000;
/** Long enough for every text, so that one overwrites the other. */
const width = 320;

export function ownerText(id: string): string {
  return `${id} ${process.pid} ${processSpace()}`;
}

export function leaseText(owner: string, counter: number): string {
  return `${owner} ${counter}`.padEnd(width);
}

/** What a process of this very machine left when it ended is abandoned at once, what another machine left when its counter has stood
 *  still for as long as this process has looked. */
export function isAbandoned(path: string, { staleMs = defaultStaleMs, monotonicNow }: LeaseOptions = {}): boolean {
  const now = (monotonicNow ?? (() => performance.now()))();
  const text = readLease(path);
  const [, pid, space] = text?.split(" ") ?? [];
  const before = seen.get(path);
  if (text === undefined || (space === processSpace() && !isAlive(Number(pid)))) {
    seen.delete(path);
    return true;
  }
  if (before?.text !== text) seen.set(path, { text, since: now });
  if (seen.size > mostSeen) for (const oldest of seen.keys()) if (seen.delete(oldest)) break;
  return before?.text === text && now - before.since >= staleMs;
}

/** undefined: it was removed, which its owner does last. */
export function readLease(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return undefined;
  }
}

export function isOwn({ path, owner }: Lease): boolean {
  return readLease(path)?.startsWith(owner) ?? false;
}

/** Moves one's own counter on until it is stopped, never another's; one that can't be written lapses. */
export function keepBeating(lease: Lease, heartbeatMs = defaultHeartbeatMs): () => void {
  let counter = 0;
  const timer = setInterval(() => beat(lease, ++counter), heartbeatMs);
  timer.unref();
  return () => clearInterval(timer);
}

function beat(lease: Lease, counter: number): void {
  if (!isOwn(lease)) return;
  try {
    const fd = openSync(lease.path, "r+");
    try {
      writeSync(fd, leaseText(lease.owner, counter), 0);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch {
    // the next one may go through
  }
}

export function discardLease(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // gone already, or it lapses
  }
}

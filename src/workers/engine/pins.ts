import { randomUUID } from "node:crypto";
import { join } from "node:path";
import {
  defaultHeartbeatMs,
  discardLease,
  isAbandoned,
  isOwn,
  keepBeating,
  type LeaseOptions,
  leaseText,
  ownerText,
  readLease,
} from "./lease.ts";
import { namesIn } from "./names-in.ts";
import { publish } from "./publish.ts";

/** Says that somebody reads what a version of the log offers: nothing that was there then is set aside meanwhile. Where it lapses (a
 *  machine slept), its reader may meet a missing file and has to plan again. */
export interface Pin {
  readonly version: number;
  release(): void;
}

interface Shared {
  readonly version: number;
  readonly path: string;
  users: number;
  close(): void;
}

/** One file for all readers of a version in this process; kept a while for the next one. */
const lingerMs = 20_000;
const shared = new Map<string, Shared>();

/** Pins a version for this process; readers of one process share a file. */
export function pinVersion(brandDir: string, version: number, options: LeaseOptions = {}): Pin {
  const standing = shared.get(brandDir);
  const isFit = standing?.version === version && isStanding(standing);
  const own = isFit ? standing : open(brandDir, version, options);
  if (!isFit) {
    if (standing && standing.users === 0) standing.close();
    shared.set(brandDir, own);
  }
  own.users++;
  let isHeld = true;
  return {
    version: own.version,
    release: () => {
      if (!isHeld) return;
      isHeld = false;
      own.users--;
      if (own.users > 0) return;
      if (shared.get(brandDir) !== own) return own.close();
      setTimeout(() => {
        if (own.users > 0) return;
        if (shared.get(brandDir) === own) shared.delete(brandDir);
        own.close();
      }, lingerMs).unref();
    },
  };
}

function open(brandDir: string, version: number, options: LeaseOptions): Shared {
  const id = randomUUID();
  const path = join(brandDir, "pins", id);
  const owner = `${ownerText(id)} ${version}`;
  publish({
    content: Buffer.from(leaseText(owner, 0)),
    final: path,
    staging: join(brandDir, "tmp", "pins"),
    mode: 0o644,
    isHint: true,
  });
  const stop = keepBeating({ path, owner }, options.heartbeatMs ?? defaultHeartbeatMs);
  const leave = () => close();
  let isOpen = true;
  function close(): void {
    if (!isOpen) return;
    isOpen = false;
    stop();
    process.off("exit", leave);
    if (isOwn({ path, owner })) discardLease(path);
  }
  process.once("exit", leave);
  return { version, path, users: 0, close };
}

/** After a sleep a collector may have taken it for lapsed and removed it. */
function isStanding({ path }: Shared): boolean {
  return readLease(path) !== undefined;
}

/** Ends the pins of this process that nobody holds. */
export function dropIdlePins(): void {
  for (const [brandDir, one] of shared) {
    if (one.users > 0) continue;
    shared.delete(brandDir);
    one.close();
  }
}

export interface StandingPin {
  readonly path: string;
  readonly version: number;
}

/** The pins that stand, dead ones left out: what this machine's ended processes left, and whose counter stood still for as long as
 *  this process has looked. A pin that can't be read pins everything. */
export function standingPins(brandDir: string, options: LeaseOptions = {}): StandingPin[] {
  const folder = join(brandDir, "pins");
  return namesIn(folder)
    .filter((name) => /^[0-9a-f-]{36}$/.test(name))
    .map((name) => join(folder, name))
    .filter((path) => !isAbandoned(path, options))
    .map((path) => ({ path, version: versionOf(readLease(path)) }));
}

function versionOf(text: string | undefined): number {
  const version = Number(text?.split(" ")[3]);
  return Number.isSafeInteger(version) ? version : 0;
}

import { randomUUID } from "node:crypto";
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import {
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
import { createHint } from "./publish.ts";

/** A claim is a hint that spares double work; nothing that is right rests on it. */
export interface ClaimOptions extends LeaseOptions {
  /** Whose staging folder its work uses. */
  readonly attempt?: string;
}
export type Claim = { readonly held: true; release(): void } | { readonly held: false };

/** Claims a task for this process, or tells that somebody is at it. What a process of this very machine left when it ended is
 *  taken over at once, what another machine left when its counter has stood still. */
export function claimTask(brandDir: string, taskKey: string, options: ClaimOptions = {}): Claim {
  const taken = takeClaim(brandDir, taskKey, options);
  if (!taken) return { held: false };
  const stop = keepClaim(taken, options);
  return {
    held: true,
    release: () => {
      stop();
      leaveClaim(taken);
    },
  };
}

/** A claim that was taken: its newest file, and how many there are with those that it took over. */
export interface TakenClaim {
  readonly path: string;
  readonly owner: string;
  readonly number: number;
}

/** Takes a task for this process, whichever of its threads asks; undefined where somebody is at it. The first name is tried before any
 *  look: mostly nobody is there. */
export function takeClaim(brandDir: string, taskKey: string, options: ClaimOptions = {}): TakenClaim | undefined {
  const folder = claimFolder(brandDir, taskKey);
  const attempt = (options.attempt ?? "-").replaceAll(/\s/g, "_").slice(0, 80);
  const owner = `${ownerText(randomUUID())} ${attempt}`;
  const take = (number: number) => {
    const path = join(folder, `${taskKey}.${number}`);
    const isTaken = createHint(path, Buffer.from(leaseText(owner, 0)), { mode: 0o644 });
    return isTaken ? { path, owner, number } : undefined;
  };
  const first = take(1);
  if (first) return first;
  const latest = latestClaim(folder, taskKey);
  if (latest > 0 && !isAbandoned(join(folder, `${taskKey}.${latest}`), options)) return undefined;
  return take(latest + 1);
}

/** Keeps a claim alive until it is stopped. */
export function keepClaim({ path, owner }: TakenClaim, { heartbeatMs }: LeaseOptions = {}): () => void {
  return keepBeating({ path, owner }, heartbeatMs);
}

export function leaveClaim({ path, owner, number }: TakenClaim): void {
  if (!isOwn({ path, owner })) return;
  const base = path.slice(0, path.lastIndexOf("."));
  for (let n = 1; n <= number; n++) discardLease(`${base}.${n}`); // upwards: what is left over is the newest
}

/** Whether somebody seems to be at it, as far as this process has looked. */
export function isClaimed(brandDir: string, taskKey: string, options: LeaseOptions = {}): boolean {
  const folder = claimFolder(brandDir, taskKey);
  const latest = latestClaim(folder, taskKey);
  return latest > 0 && !isAbandoned(join(folder, `${taskKey}.${latest}`), options);
}

/** Tasks that somebody seems to be at, as far as this process has looked. */
export function claimedTasks(brandDir: string, options: LeaseOptions = {}): Set<string> {
  return new Set(
    standingClaims(brandDir, options).map((path) => basename(path).slice(0, basename(path).lastIndexOf("."))),
  );
}

/** Attempts of which somebody seems to be at work, as far as this process has looked. */
export function attemptsAtWork(brandDir: string): Set<string> {
  const attempts = standingClaims(brandDir, {}).map((path) => readLease(path)?.split(" ")[3] ?? "");
  return new Set(attempts.filter((attempt) => attempt !== "" && attempt !== "-"));
}

function standingClaims(brandDir: string, options: LeaseOptions): string[] {
  return namesIn(join(brandDir, "claims"))
    .flatMap((folder) =>
      namesIn(join(brandDir, "claims", folder)).map((name) => join(brandDir, "claims", folder, name)),
    )
    .filter((path) => !isAbandoned(path, options));
}

function claimFolder(brandDir: string, taskKey: string): string {
  return join(brandDir, "claims", taskKey.slice(0, 2));
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

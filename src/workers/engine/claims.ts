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
import { publish } from "./publish.ts";

/** A claim is a hint that spares double work; nothing that is right rests on it. */
export interface ClaimOptions extends LeaseOptions {
  /** Whose staging folder its work uses. */
  readonly attempt?: string;
}
export type Claim = { readonly held: true; release(): void } | { readonly held: false };

/** Claims a task for this process, or tells that somebody is at it. What a process of this very machine left when it ended is
 *  taken over at once, what another machine left when its counter has stood still. */
export function claimTask(brandDir: string, taskKey: string, options: ClaimOptions = {}): Claim {
  const folder = claimFolder(brandDir, taskKey);
  const latest = latestClaim(folder, taskKey);
  const pathOf = (n: number) => join(folder, `${taskKey}.${n}`);
  if (latest > 0 && !isAbandoned(pathOf(latest), options)) return { held: false };
  const path = pathOf(latest + 1);
  const attempt = (options.attempt ?? "-").replaceAll(/\s/g, "_").slice(0, 80);
  const owner = `${ownerText(randomUUID())} ${attempt}`;
  const content = Buffer.from(leaseText(owner, 0));
  const outcome = publish({
    content,
    final: path,
    staging: join(brandDir, "tmp", "claims"),
    mode: 0o644,
    isHint: true,
  });
  if (outcome === "lost") return { held: false };
  const stop = keepBeating({ path, owner }, options.heartbeatMs);
  return {
    held: true,
    release: () => {
      stop();
      if (!isOwn({ path, owner })) return;
      for (let n = 1; n <= latest + 1; n++) discardLease(pathOf(n)); // upwards: what is left over is the newest
    },
  };
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

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // gone by now, or no folder
  }
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

import { type Dirent, readdirSync, rmdirSync, statSync, unlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { throwIfCancelled } from "../../shared/base/errors.ts";
import { findArtifact } from "./artifact-store.ts";
import { foldBrand } from "./brand-needs.ts";
import { mendCheckpoints } from "./checkpoint-care.ts";
import { attemptsAtWork } from "./claims.ts";
import { readLease } from "./lease.ts";
import { namesIn } from "./names-in.ts";
import { serverNow } from "./server-time.ts";

const staleMs = 24 * 3_600_000;

/** Removes staging files of attempts that ended long ago; those of whoever still holds a claim stay. The clock is the share's own, so
 *  that a wrong one here deletes nothing; what can't be removed stays for the next time. */
export function sweepStaging(
  folders: readonly string[],
  { olderThanMs = staleMs, atWork = () => new Set<string>() }: SweepOptions = {},
): number {
  let removed = 0;
  for (const folder of folders) {
    const held = once(() => atWork(folder));
    quietly(() => {
      removed += sweep({ folder, before: serverNow(folder) - olderThanMs, spares: (name) => held().has(name) });
    });
  }
  return removed;
}

interface SweepOptions {
  readonly olderThanMs?: number;
  /** Attempts whose staging is in use, by a staging folder. */
  readonly atWork?: (folder: string) => ReadonlySet<string>;
}

interface Sweep {
  readonly folder: string;
  readonly before: number;
  readonly spares: (name: string) => boolean;
}

function sweep({ folder, before, spares }: Sweep): number {
  let removed = 0;
  for (const entry of entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      quietly(() => {
        if (spares(entry.name)) return;
        removed += sweep({ folder: path, before, spares: () => false });
        if (isOlder(path, before)) rmdirSync(path); // refused while something is in it
      });
    } else {
      quietly(() => {
        if (!isOlder(path, before)) return;
        unlinkSync(path);
        removed++;
      });
    }
  }
  return removed;
}

/** Takes files of deliveries away that no entry of the log names: what a process left that was killed between its copy and its entry. */
export function sweepLanding(brandDir: string, olderThanMs = staleMs): number {
  const { batches } = foldBrand(brandDir);
  const named = new Set(batches.flatMap(({ files }) => files.map(({ landed }) => join(landed))));
  const landing = join(brandDir, "landing");
  const before = serverNow(join(brandDir, "clock")) - olderThanMs;
  let removed = 0;
  for (const source of namesIn(landing)) {
    for (const batch of namesIn(join(landing, source))) {
      for (const name of namesIn(join(landing, source, batch))) {
        const path = join("landing", source, batch, name);
        quietly(() => {
          if (named.has(path) || !isOlder(join(brandDir, path), before)) return;
          unlinkSync(join(brandDir, path));
          removed++;
        });
      }
    }
  }
  return removed;
}

export interface Tidied {
  readonly staging: number;
  /** Files of deliveries that were never entered. */
  readonly landed: number;
  /** Hints that led to nothing. */
  readonly hints: number;
  /** Checkpoints written, and those that were broken and are written anew. */
  readonly checkpoints: number;
  readonly broken: readonly string[];
}

/** Takes away what is of no use to anybody: old staging, hints and claims that lead nowhere; and mends checkpoints. */
export async function tidyBrand(brandDir: string, signal: AbortSignal): Promise<Tidied> {
  const staging = sweepStaging([join(brandDir, "tmp")], { atWork: (folder) => attemptsAtWork(dirname(folder)) });
  sweepStaging([join(brandDir, "clock"), join(brandDir, "pins")]);
  let hints = 0;
  for (const folder of namesIn(join(brandDir, "contents"))) {
    throwIfCancelled(signal);
    for (const name of namesIn(join(brandDir, "contents", folder))) {
      const path = join(brandDir, "contents", folder, name);
      quietly(() => {
        const { key } = JSON.parse(readLease(path) ?? "{}") as { key?: string };
        if (key !== undefined && findArtifact(brandDir, key)) return;
        unlinkSync(path);
        hints++;
      });
    }
    await turn();
  }
  return { staging, landed: sweepLanding(brandDir), hints, ...mendCheckpoints(brandDir) };
}

function once<T>(body: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: body() };
    return made.value;
  };
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return []; // gone by now, or not to be read
  }
}

function isOlder(path: string, before: number): boolean {
  return statSync(path).mtimeMs < before;
}

function quietly(body: () => void): void {
  try {
    body();
  } catch {
    // another process was faster, or the share is read-only
  }
}

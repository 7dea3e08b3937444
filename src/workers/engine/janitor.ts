import { randomUUID } from "node:crypto";
import {
  closeSync,
  type Dirent,
  fsyncSync,
  openSync,
  readdirSync,
  rmdirSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

const staleMs = 24 * 3_600_000;

/** Removes staging files of attempts that ended long ago. The clock is the share's own, so that a wrong one here deletes
 *  nothing; what can't be removed stays for the next time. */
export function sweepStaging(folders: readonly string[], olderThanMs = staleMs): number {
  let removed = 0;
  for (const folder of folders) {
    const now = serverNow(folder);
    if (now !== undefined) removed += sweep(folder, now - olderThanMs);
  }
  return removed;
}

function sweep(folder: string, before: number): number {
  let removed = 0;
  for (const entry of entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      removed += sweep(path, before);
      quietly(() => isOlder(path, before) && rmdirSync(path)); // refused while something is in it
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

/** The share's time: that of a file just written there. */
function serverNow(folder: string): number | undefined {
  const path = join(folder, `clock-${randomUUID()}`);
  let now: number | undefined;
  quietly(() => {
    const fd = openSync(path, "wx");
    try {
      writeSync(fd, "now");
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    now = statSync(path).mtimeMs;
    unlinkSync(path);
  });
  return now;
}

function quietly(body: () => void): void {
  try {
    body();
  } catch {
    // another process was faster, or the share is read-only
  }
}

import { rmSync } from "node:fs";
import { join, posix } from "node:path";
import { AssayError, throwIfCancelled } from "../../shared/base/errors.ts";
import { namesIn } from "./artifact-scan.ts";
import { readLog, standingOf } from "./brand-log.ts";
import { checkpointEvery, checkpointPath, listCheckpoints } from "./checkpoints.ts";
import { copyFile } from "./copy-file.ts";

const entryName = (version: number) => `${String(version).padStart(20, "0")}.json`;

/** Copies what the shared log got since, its chain checked; gives the version that the copy stands at. Of what checkpoints hold only the
 *  last entries are copied, which vouch for them; where one of them is broken, all. */
export async function copyLogTail(from: string, to: string, signal: AbortSignal): Promise<number> {
  const { version } = standingOf(from);
  const known = namesIn(join(to, "log")).at(-1);
  if (version === 0 || entryName(version) < (known ?? "")) {
    throw new AssayError(
      "unavailable",
      `The log in ${from} is shorter than what this machine has of it.`,
      "Check that the directory is mounted; where it was restored from a backup, free the kept snapshots and keep them anew.",
    );
  }
  await copyEntries({ from, to, version, bundled: listCheckpoints(from), signal });
  if (isWhole(to, version)) return version;
  rmSync(join(to, "checkpoints"), { recursive: true, force: true });
  await copyEntries({ from, to, version, bundled: [], signal });
  readLog(to, 1);
  return version;
}

function isWhole(to: string, version: number): boolean {
  try {
    return readLog(to, 1).length === version;
  } catch {
    return false;
  }
}

interface Copying {
  readonly from: string;
  readonly to: string;
  readonly version: number;
  readonly bundled: readonly number[];
  readonly signal: AbortSignal;
}

async function copyEntries({ from, to, version, bundled, signal }: Copying): Promise<void> {
  const staging = join(to, "tmp", "keep");
  const covered = new Set<number>();
  const checkpoints = new Set(namesIn(join(to, "checkpoints")));
  for (const last of bundled.filter((one) => one <= version)) {
    const name = posix.basename(checkpointPath(from, last));
    const paths = { from: join(from, "checkpoints", name), to: join(to, "checkpoints", name) };
    const state = checkpoints.has(name) ? "standing" : (await copyFile({ ...paths, staging, signal })).state;
    if (state !== "copied" && state !== "standing") continue;
    for (let one = last - checkpointEvery + 1; one < last; one++) covered.add(one);
  }
  const standing = new Set(namesIn(join(to, "log")));
  for (let one = 1; one <= version; one++) {
    throwIfCancelled(signal);
    const name = entryName(one);
    if (covered.has(one) || standing.has(name)) continue;
    await copyFile({ from: join(from, "log", name), to: join(to, "log", name), staging, signal });
  }
}

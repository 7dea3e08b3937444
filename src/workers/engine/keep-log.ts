import { rmSync } from "node:fs";
import { join, posix, relative } from "node:path";
import { AssayError, throwIfCancelled } from "../../shared/base/errors.ts";
import { eachEntry, standingOf } from "./brand-log.ts";
import { type CheckpointName, checkpointPath, listCheckpoints } from "./checkpoints.ts";
import { copyFile } from "./copy-file.ts";
import { realFileSystem } from "./file-system.ts";
import { flatEntryPath, foldersOfLog } from "./layout.ts";
import { knownTurn, listedHead, pathOf } from "./log-entries.ts";
import { namesIn } from "./names-in.ts";

/** Copies what the shared log got since, its chain checked; gives the version that the copy stands at. Of what checkpoints hold only the
 *  last entries are copied, which vouch for them; where one of them is broken, all. */
export async function copyLogTail(from: string, to: string, signal: AbortSignal): Promise<number> {
  const { version } = standingOf(from);
  if (version === 0 || version < listedHead(to, realFileSystem)) {
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
  countEntries(to);
  return version;
}

function isWhole(to: string, version: number): boolean {
  try {
    return countEntries(to) === version;
  } catch {
    return false;
  }
}

function countEntries(brandDir: string): number {
  let entries = 0;
  for (const _ of eachEntry(brandDir, 1)) entries++;
  return entries;
}

interface Copying {
  readonly from: string;
  readonly to: string;
  readonly version: number;
  readonly bundled: readonly CheckpointName[];
  readonly signal: AbortSignal;
}

async function copyEntries({ from, to, version, bundled, signal }: Copying): Promise<void> {
  const staging = join(to, "tmp", "keep");
  const covered = new Set<number>();
  const checkpoints = new Set(namesIn(join(to, "checkpoints")));
  const largestFirst = bundled.filter((one) => one.version <= version).sort((a, b) => b.size - a.size);
  for (const one of largestFirst) {
    if (covered.has(one.version - 1)) continue; // a larger one holds it
    const name = posix.basename(checkpointPath(from, one));
    const paths = { from: join(from, "checkpoints", name), to: join(to, "checkpoints", name) };
    const state = checkpoints.has(name) ? "standing" : (await copyFile({ ...paths, staging, signal })).state;
    if (state !== "copied" && state !== "standing") continue;
    for (let entry = one.version - one.size + 1; entry < one.version; entry++) covered.add(entry);
  }
  const standing = entriesIn(to);
  const take = async (path: string) => {
    const name = relative(from, path);
    throwIfCancelled(signal);
    if (!standing.has(name)) await copyFile({ from: path, to: join(to, name), staging, signal });
  };
  const turn = knownTurn(from);
  if (turn !== undefined) await take(flatEntryPath(from, turn));
  for (let one = 1; one <= version; one++) if (!covered.has(one)) await take(pathOf(from, one));
}

/** Paths of the entries that a log has, as they are named from the brand's folder. */
function entriesIn(brandDir: string): Set<string> {
  const names = namesIn(join(brandDir, "log"));
  const inFolders = foldersOfLog(names).flatMap((folder) =>
    namesIn(join(brandDir, "log", folder)).map((name) => join("log", folder, name)),
  );
  return new Set([...names.map((name) => join("log", name)), ...inFolders]);
}

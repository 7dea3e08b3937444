import { type Dirent, readdirSync, rmdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { throwIfCancelled } from "../../shared/base/errors.ts";
import { appendEntry, standingOf } from "./brand-log.ts";
import { errnoOf, type FileSystem } from "./file-system.ts";
import { failure } from "./publish.ts";
import { settleRemoval } from "./standing.ts";

export interface Freed {
  artifacts: number;
  /** Of files that had no other name. */
  bytes: number;
}

export interface EmptyOptions {
  /** The share's time, and how long something lies in the trash before it is deleted (milliseconds). */
  readonly now: number;
  readonly olderThanMs: number;
  readonly signal: AbortSignal;
  readonly progress: (label: string, done: number, total: number | null) => void;
  readonly files: FileSystem;
}

const folderName = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;
const damagedName = /^[0-9a-f]{16}-[0-9a-f]{8}$/;

/** Deletes what has lain in the trash long enough: folders that the log filled, and what was found damaged. */
export async function emptyTrash(brandDir: string, options: EmptyOptions): Promise<Freed> {
  const { now, olderThanMs, signal, files } = options;
  const freed: Freed = { artifacts: 0, bytes: 0 };
  const { standing } = standingOf(brandDir, files);
  for (const [trash, names] of [...standing.trashes]) {
    throwIfCancelled(signal);
    const folder = join(brandDir, "trash", trash);
    if (statSync(folder, { throwIfNoEntry: false })) {
      for (const name of names) settleRemoval(brandDir, name, trash, files);
      if (statSync(folder).mtimeMs > now - olderThanMs) continue;
      takeAway(folder, files);
    }
    const before = freed.bytes;
    freed.artifacts += names.length;
    await erase(`${folder}.gone`, freed, options);
    const body = { trash, bytes: freed.bytes - before };
    const at = new Date().toISOString();
    appendEntry(brandDir, { kind: "trash_emptied", body, taskKey: `emptied:${trash}`, at, app: "assay" }, files);
  }
  for (const { name } of entriesOf(join(brandDir, "trash"))) {
    const folder = join(brandDir, "trash", name);
    const isLeft = name.endsWith(".gone") || (folderName.test(name) && !standing.trashes.has(name));
    if (!isLeft && !damagedName.test(name)) continue;
    const changed = statSync(folder, { throwIfNoEntry: false })?.ctimeMs ?? now;
    if (changed <= now - Math.max(olderThanMs, name.endsWith(".gone") ? 0 : 24 * 3_600_000))
      await erase(folder, freed, options);
  }
  return freed;
}

/** In one stroke: nothing can be moved into it any more. */
function takeAway(folder: string, files: FileSystem): void {
  try {
    files.rename(folder, `${folder}.gone`);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw failure("can't be taken away", folder, error); // else another collection did
  }
}

async function erase(folder: string, freed: Freed, options: EmptyOptions): Promise<void> {
  for (const entry of entriesOf(folder)) {
    throwIfCancelled(options.signal);
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await erase(path, freed, options);
    else {
      const known = statSync(path, { throwIfNoEntry: false });
      if (unlinked(path, options.files) && known?.nlink === 1) freed.bytes += known.size;
    }
  }
  options.progress("Deleting", freed.artifacts, null);
  await turn();
  try {
    rmdirSync(folder);
  } catch (error) {
    if (!["ENOENT", "ENOTEMPTY"].includes(errnoOf(error))) throw failure("can't be deleted", folder, error);
  }
}

function unlinked(path: string, files: FileSystem): boolean {
  try {
    files.unlink(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return false;
    throw failure("can't be deleted", path, error);
  }
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(errnoOf(error))) return [];
    throw failure("can't be listed", folder, error);
  }
}

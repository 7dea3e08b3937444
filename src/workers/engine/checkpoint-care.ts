import { basename } from "node:path";
import {
  type CheckpointName,
  checkpointEvery,
  checkpointPath,
  largeEvery,
  listCheckpoints,
  readCheckpoint,
  writeCheckpoint,
} from "./checkpoints.ts";
import { type FileSystem, realFileSystem } from "./file-system.ts";
import { listedHead, pathOf, readEntry } from "./log-entries.ts";

/** Lays the entries up to a version, the last of a hundred or of a thousand, into a checkpoint. */
export function makeCheckpoint(brandDir: string, name: CheckpointName, files: FileSystem = realFileSystem): void {
  try {
    const lines: Buffer[] = [];
    for (let last = name.version - name.size + checkpointEvery; last <= name.version; last += checkpointEvery)
      lines.push(linesOf(brandDir, { version: last, size: checkpointEvery }, name.size === largeEvery, files));
    writeCheckpoint(brandDir, name, Buffer.concat(lines), files);
  } catch {
    // a hint; the next one may go through
  }
}

/** The hundred entries up to a version, a line each. */
function linesOf(brandDir: string, name: CheckpointName, looks: boolean, files: FileSystem): Buffer {
  const found = looks ? look(brandDir, name, files) : undefined;
  if (found?.state === "whole") return found.lines;
  const entries: Buffer[] = [];
  for (let version = name.version - checkpointEvery + 1; version <= name.version; version++)
    entries.push(files.readFile(pathOf(brandDir, version)), Buffer.from("\n"));
  return Buffer.concat(entries);
}

/** Writes the checkpoints that are missing, and anew those that are broken; small ones that a large one holds go. */
export function mendCheckpoints(brandDir: string, files: FileSystem = realFileSystem) {
  const listed = listedHead(brandDir, files);
  const broken: string[] = [];
  let checkpoints = 0;
  const mend = (name: CheckpointName): void => {
    const { state } = look(brandDir, name, files);
    if (state === "whole") return;
    const path = checkpointPath(brandDir, name);
    if (state === "broken") {
      broken.push(`checkpoints/${basename(path)}`);
      files.unlink(path);
    }
    makeCheckpoint(brandDir, name, files);
    checkpoints++;
  };
  const large = Math.floor(listed / largeEvery) * largeEvery;
  for (let version = largeEvery; version <= large; version += largeEvery) mend({ version, size: largeEvery });
  for (let version = large + checkpointEvery; version <= listed; version += checkpointEvery)
    mend({ version, size: checkpointEvery });
  for (const name of listCheckpoints(brandDir)) {
    if (name.size === checkpointEvery && name.version <= large) files.unlink(checkpointPath(brandDir, name));
  }
  return { checkpoints, broken };
}

/** Checkpoints that aren't what the log says; they are passed over by whoever reads. */
export function brokenCheckpoints(brandDir: string, files: FileSystem = realFileSystem): string[] {
  return listCheckpoints(brandDir)
    .filter((name) => look(brandDir, name, files).state === "broken")
    .map((name) => `checkpoints/${basename(checkpointPath(brandDir, name))}`);
}

function look(brandDir: string, name: CheckpointName, files: FileSystem) {
  return readCheckpoint(brandDir, name, () => digestOf(brandDir, name.version, files), files);
}

function digestOf(brandDir: string, version: number, files: FileSystem): string | undefined {
  try {
    return readEntry(brandDir, version, files)?.digest;
  } catch {
    return undefined; // the entry itself is damaged, which reading the log tells
  }
}

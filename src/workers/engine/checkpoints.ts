import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { LogEntry, ReadEntry } from "./brand-log.ts";
import { errnoOf, type FileSystem, realFileSystem } from "./file-system.ts";
import { failure, publish, sha256Of } from "./publish.ts";

/** So many entries lie in one checkpoint, byte for byte. */
export const checkpointEvery = 100;

const namePattern = /^(\d{20})\.ndjson$/;

export const checkpointPath = (brandDir: string, version: number): string =>
  join(brandDir, "checkpoints", `${String(version).padStart(20, "0")}.ndjson`);

/** The last version of the checkpoint that a version belongs to. */
export function checkpointOf(version: number): number {
  return Math.ceil(version / checkpointEvery) * checkpointEvery;
}

/** Lays the entries up to a version, a multiple of `checkpointEvery`, into one file: a hint that spares a hundred reads. */
export function writeCheckpoint(
  brandDir: string,
  entries: readonly Buffer[],
  version: number,
  files: FileSystem,
): void {
  try {
    const content = Buffer.concat(entries.flatMap((bytes) => [bytes, Buffer.from("\n")]));
    const header = `${JSON.stringify({ format: 1, version, sum: sha256Of(content) })}\n`;
    const final = checkpointPath(brandDir, version);
    const staging = join(brandDir, "tmp", "checkpoints");
    publish({ content: Buffer.concat([Buffer.from(header), content]), final, staging, isHint: true }, files);
  } catch {
    // whoever opens the log reads the entries one by one
  }
}

export type Checkpoint =
  | { readonly state: "whole"; readonly entries: readonly ReadEntry[] }
  | { readonly state: "absent" | "broken" };

/** The entries of a checkpoint, where its bytes are those that were written and its last entry is the one of the log, whose digest is
 *  given: the chain then answers for all before it. */
export function readCheckpoint(
  brandDir: string,
  { version, lastDigest }: { version: number; lastDigest: () => string | undefined },
  files: FileSystem = realFileSystem,
): Checkpoint {
  let bytes: Buffer;
  try {
    bytes = files.readFile(checkpointPath(brandDir, version));
  } catch {
    return { state: "absent" }; // or not to be read: the entries are there
  }
  const entries = entriesOf(bytes, version);
  return entries && entries.at(-1)?.digest === lastDigest() ? { state: "whole", entries } : { state: "broken" };
}

function entriesOf(bytes: Buffer, version: number): ReadEntry[] | undefined {
  const end = bytes.indexOf(10);
  const lines = bytes.subarray(end + 1);
  try {
    const header = JSON.parse(bytes.toString("utf8", 0, end)) as { format: number; version: number; sum: string };
    if (header.format !== 1 || header.version !== version || header.sum !== sha256Of(lines)) return undefined;
    const found: ReadEntry[] = [];
    for (let from = 0; from < lines.length; ) {
      const to = lines.indexOf(10, from);
      const line = lines.subarray(from, to);
      const entry = JSON.parse(line.toString("utf8")) as LogEntry;
      const isNext = entry.version === version - checkpointEvery + 1 + found.length;
      if (!isNext || (found.length > 0 && entry.parent !== found.at(-1)?.digest)) return undefined;
      found.push({ entry, digest: sha256Of(line) });
      from = to + 1;
    }
    return found.length === checkpointEvery ? found : undefined;
  } catch {
    return undefined;
  }
}

/** Versions of the checkpoints that a brand has. */
export function listCheckpoints(brandDir: string): number[] {
  try {
    return readdirSync(join(brandDir, "checkpoints"))
      .flatMap((name) => Number(namePattern.exec(name)?.[1] ?? []))
      .filter((version) => version > 0)
      .sort((a, b) => a - b);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw failure("can't be listed", join(brandDir, "checkpoints"), error);
  }
}

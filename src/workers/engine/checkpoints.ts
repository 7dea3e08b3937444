import { readdirSync } from "node:fs";
import { join } from "node:path";
import { errnoOf, type FileSystem, realFileSystem } from "./file-system.ts";
import type { LogEntry, ReadEntry } from "./log-entries.ts";
import { failure, publish, sha256Of } from "./publish.ts";

/** So many entries lie in one checkpoint, byte for byte; ten small ones go into a large one, which takes their place. */
export const checkpointEvery = 100;
export const largeEvery = 1_000;
export type CheckpointSize = typeof checkpointEvery | typeof largeEvery;

export interface CheckpointName {
  /** The version of its last entry. */
  readonly version: number;
  readonly size: CheckpointSize;
}

const namePattern = /^(\d{20})(-1000)?\.ndjson$/;

export const checkpointPath = (brandDir: string, { version, size }: CheckpointName): string =>
  join(brandDir, "checkpoints", `${String(version).padStart(20, "0")}${size === largeEvery ? "-1000" : ""}.ndjson`);

/** The checkpoint of a size that a version belongs to. */
export function checkpointOf(version: number, size: CheckpointSize = checkpointEvery): CheckpointName {
  return { version: Math.ceil(version / size) * size, size };
}

/** Lays entries, a line each, into one file: a hint that spares as many reads. */
export function writeCheckpoint(brandDir: string, name: CheckpointName, lines: Buffer, files: FileSystem): void {
  try {
    const header = `${JSON.stringify({ format: 1, version: name.version, sum: sha256Of(lines) })}\n`;
    const final = checkpointPath(brandDir, name);
    const staging = join(brandDir, "tmp", "checkpoints");
    publish({ content: Buffer.concat([Buffer.from(header), lines]), final, staging, isHint: true }, files);
  } catch {
    // whoever opens the log reads the entries one by one
  }
}

export type Checkpoint =
  | { readonly state: "whole"; readonly entries: readonly ReadEntry[]; readonly lines: Buffer }
  | { readonly state: "absent" | "broken" };

/** The entries of a checkpoint, where its bytes are those that were written and its last entry is the one of the log, whose digest is
 *  given: the chain then answers for all before it. */
export function readCheckpoint(
  brandDir: string,
  name: CheckpointName,
  lastDigest: () => string | undefined,
  files: FileSystem = realFileSystem,
): Checkpoint {
  let bytes: Buffer;
  try {
    bytes = files.readFile(checkpointPath(brandDir, name));
  } catch {
    return { state: "absent" }; // or not to be read: the entries are there
  }
  const lines = bytes.subarray(bytes.indexOf(10) + 1);
  const entries = entriesOf(bytes, lines, name);
  return entries && entries.at(-1)?.digest === lastDigest() ? { state: "whole", entries, lines } : { state: "broken" };
}

function entriesOf(bytes: Buffer, lines: Buffer, { version, size }: CheckpointName): ReadEntry[] | undefined {
  try {
    const text = bytes.toString("utf8", 0, bytes.length - lines.length);
    const header = JSON.parse(text) as { format: number; version: number; sum: string };
    if (header.format !== 1 || header.version !== version || header.sum !== sha256Of(lines)) return undefined;
    const found: ReadEntry[] = [];
    for (let from = 0; from < lines.length; ) {
      const to = lines.indexOf(10, from);
      const line = lines.subarray(from, to);
      const entry = JSON.parse(line.toString("utf8")) as LogEntry;
      const isNext = entry.version === version - size + 1 + found.length;
      if (!isNext || (found.length > 0 && entry.parent !== found.at(-1)?.digest)) return undefined;
      found.push({ entry, digest: sha256Of(line) });
      from = to + 1;
    }
    return found.length === size ? found : undefined;
  } catch {
    return undefined;
  }
}

/** The checkpoints that a brand has, in order of their last versions. */
export function listCheckpoints(brandDir: string): CheckpointName[] {
  try {
    return readdirSync(join(brandDir, "checkpoints"))
      .flatMap((name): CheckpointName[] => {
        const [, version, large] = namePattern.exec(name) ?? [];
        return Number(version) > 0 ? [{ version: Number(version), size: large ? largeEvery : checkpointEvery }] : [];
      })
      .sort((a, b) => a.version - b.version || a.size - b.size);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw failure("can't be listed", join(brandDir, "checkpoints"), error);
  }
}

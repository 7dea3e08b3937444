import { join } from "node:path";
import { canonicalJson } from "../../shared/base/canonical-json.ts";
import { AssayError } from "../../shared/base/errors.ts";
import { errnoOf, type FileSystem, sleepSync } from "./file-system.ts";
import { entryPath, flatEntryPath, foldersOfLog, isTurnMark, turnMark, versionInName } from "./layout.ts";
import { publish, sha256Of } from "./publish.ts";

/** One numbered commit of a brand, chained to the one before it by the digest of its bytes. */
export interface LogEntry {
  readonly version: number;
  readonly parent: string | null;
  readonly id: string;
  readonly writer: { readonly host: string; readonly bootId: string; readonly pid: number; readonly app: string };
  readonly taskKey: string;
  readonly base: number;
  readonly kind: string;
  readonly at: string;
  readonly body: unknown;
  readonly add: readonly string[];
  readonly remove: readonly string[];
  readonly retire: readonly string[];
  /** SHA-256 of the entry without it. */
  readonly sum: string;
}

export interface ReadEntry {
  readonly entry: LogEntry;
  readonly digest: string;
}

const readTries = 5;
/** The first version of each log that lies in a folder, as far as this process has met it. */
const turns = new Map<string, number>();

/** A log may have been made anew in the same place. */
export function forgetTurn(brandDir: string): void {
  turns.delete(brandDir);
}

/** The first version that lies in a folder; undefined where none is known to. */
export function knownTurn(brandDir: string): number | undefined {
  return turns.get(brandDir);
}

/** Where an entry is looked for. */
export function pathOf(brandDir: string, version: number): string {
  const turn = turns.get(brandDir);
  return turn === undefined || version < turn ? flatEntryPath(brandDir, version) : entryPath(brandDir, version);
}

/** Settles that from a version on entries lie in folders, before anything is written there: by a mark that takes the flat name, so that a
 *  program that knows no folders writes nothing beside them. False where that name is an entry's by now. */
export function turnAt(brandDir: string, version: number, files: FileSystem): boolean {
  if (turns.has(brandDir)) return true;
  const final = flatEntryPath(brandDir, version);
  if (publish({ content: turnMark(version), final, staging: join(brandDir, "tmp", "log") }, files) === "lost")
    return false;
  turns.set(brandDir, version);
  return true;
}

/** An entry that must be there: a share may show names before it shows what they stand for. */
export function readListed(brandDir: string, version: number, files: FileSystem): ReadEntry {
  for (let tries = 1, pause = 5; ; tries++, pause *= 2) {
    try {
      const found = readEntry(brandDir, version, files);
      if (found) return found;
      if (tries >= readTries) throw damaged(pathOf(brandDir, version), "it is missing, though a later one is there");
    } catch (error) {
      if (tries >= readTries) throw error;
    }
    sleepSync(pause);
  }
}

/** Reads one entry; undefined only where the file is not there. */
export function readEntry(brandDir: string, version: number, files: FileSystem): ReadEntry | undefined {
  const path = pathOf(brandDir, version);
  const bytes = readIfThere(path, files);
  if (bytes === undefined) return undefined;
  if (!turns.has(brandDir) && isTurnMark(bytes, version)) {
    turns.set(brandDir, version);
    return readEntry(brandDir, version, files);
  }
  return { entry: checked(path, bytes, version), digest: sha256Of(bytes) };
}

function readIfThere(path: string, files: FileSystem): Buffer | undefined {
  try {
    return files.readFile(path);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw new AssayError(
      "unavailable",
      `The log entry ${path} can't be read (${errnoOf(error)}).`,
      "Check the share, then run the same again.",
      { path },
      { cause: error },
    );
  }
}

export function damaged(path: string, why: string): AssayError {
  return new AssayError(
    "corrupt",
    `The log entry ${path} is damaged: ${why}.`,
    "Restore that file from a backup; entries before it are whole.",
    { path },
  );
}

function checked(path: string, bytes: Buffer, version: number): LogEntry {
  let parsed: LogEntry;
  try {
    parsed = JSON.parse(bytes.toString("utf8")) as LogEntry;
  } catch {
    throw damaged(path, "it is no JSON");
  }
  if (typeof parsed !== "object" || parsed === null) throw damaged(path, "it is no entry");
  const { sum, ...rest } = parsed;
  if (sum !== sha256Of(Buffer.from(canonicalJson(rest)))) throw damaged(path, "its sum doesn't fit");
  if (parsed.version !== version) throw damaged(path, `it says version ${parsed.version}`);
  return parsed;
}

/** The greatest version that a listing shows; absence there is no evidence, so readers probe beyond it. */
export function listedHead(brandDir: string, files: FileSystem): number {
  const names = namesOf(join(brandDir, "log"), files);
  const flat = greatest(names);
  const last = meetTurn(brandDir, flat, files) ? Math.max(0, flat - 1) : flat;
  for (const folder of foldersOfLog(names)) {
    const version = greatest(namesOf(join(brandDir, "log", folder), files));
    if (version > 0) return Math.max(version, last);
  }
  return last;
}

/** Whether the last flat name is the mark of the turn. */
function meetTurn(brandDir: string, flat: number, files: FileSystem): boolean {
  if (turns.has(brandDir)) return true;
  if (flat === 0) return false;
  const bytes = readIfThere(flatEntryPath(brandDir, flat), files);
  if (bytes === undefined || !isTurnMark(bytes, flat)) return false;
  turns.set(brandDir, flat);
  return true;
}

function greatest(names: readonly string[]): number {
  return names.reduce((most, name) => Math.max(most, versionInName(name)), 0);
}

function namesOf(folder: string, files: FileSystem): readonly string[] {
  try {
    return files.list(folder);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    const said = errnoOf(error);
    throw new AssayError(
      "unavailable",
      `${folder} can't be listed (${said}).`,
      "Check the share, then run the same again.",
      {},
      { cause: error },
    );
  }
}

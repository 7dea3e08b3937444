import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { join } from "node:path";
import { canonicalJson } from "../../shared/base/canonical-json.ts";
import { AssayError } from "../../shared/base/errors.ts";
import { errnoOf, type FileSystem, realFileSystem, sleepSync } from "./file-system.ts";
import { bootId } from "./host.ts";
import { publish, sha256Of, syncFolder } from "./publish.ts";

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

export interface Appending {
  readonly kind: string;
  readonly body: unknown;
  /** Two entries with one key are one: the second is answered with the first. */
  readonly taskKey: string;
  readonly at: string;
  readonly app: string;
}

interface ReadEntry {
  readonly entry: LogEntry;
  readonly digest: string;
}

/** What this process knows of a log: entries never change, so that only newer ones are read again. */
interface Known {
  readonly digests: string[];
  readonly versionOf: Map<string, number>;
}

const namePattern = /^(\d{20})\.json$/;
const readTries = 5;
const appendTries = 200;
const known = new Map<string, Known>();

const pathOf = (brandDir: string, version: number) =>
  join(brandDir, "log", `${String(version).padStart(20, "0")}.json`);

function damaged(path: string, why: string): AssayError {
  return new AssayError(
    "corrupt",
    `The log entry ${path} is damaged: ${why}.`,
    "Restore that file from a backup; entries before it are whole.",
    { path },
  );
}

/** Entries from a version on, in order, with the chain checked. A listed name that can't be read is an error, never "none". */
export function readLog(brandDir: string, from: number, files: FileSystem = realFileSystem): LogEntry[] {
  const listed = listedHead(brandDir, files);
  const entries: LogEntry[] = [];
  let parent = from > 1 ? readListed(brandDir, from - 1, files).digest : null;
  for (let version = from; ; version++) {
    const next = readNext({ brandDir, version, listed, parent }, files);
    if (!next) return entries;
    parent = next.digest;
    entries.push(next.entry);
  }
}

/** Appends an entry after the head, once for its task key; who comes second is told what stands. */
export function appendEntry(
  brandDir: string,
  request: Appending,
  files: FileSystem = realFileSystem,
): { version: number; adopted: boolean } {
  for (let tries = 0; tries < appendTries; tries++) {
    const { digests, versionOf } = catchUp(brandDir, files);
    const standing = versionOf.get(request.taskKey);
    if (standing !== undefined) {
      syncFolder(join(brandDir, "log"), files); // its writer may have ended between link and sync
      return { version: standing, adopted: true };
    }
    const version = digests.length + 1;
    const bytes = Buffer.from(canonicalJson(sealed(request, version, digests.at(-1) ?? null)));
    const final = pathOf(brandDir, version);
    if (publish({ content: bytes, final, staging: join(brandDir, "tmp", "log") }, files) !== "lost") {
      return { version, adopted: false };
    }
    sleepSync(1 + Math.random() * 10);
  }
  throw new AssayError("unavailable", `The log of ${brandDir} is too busy to append to.`, "Run the same again.");
}

function catchUp(brandDir: string, files: FileSystem): Known {
  const listed = listedHead(brandDir, files);
  const before = known.get(brandDir);
  const isSame = before && readEntry(brandDir, before.digests.length, files)?.digest === before.digests.at(-1);
  const now: Known = isSame ? before : { digests: [], versionOf: new Map() };
  known.set(brandDir, now);
  for (;;) {
    const version = now.digests.length + 1;
    const next = readNext({ brandDir, version, listed, parent: now.digests.at(-1) ?? null }, files);
    if (!next) return now;
    now.digests.push(next.digest);
    if (!now.versionOf.has(next.entry.taskKey)) now.versionOf.set(next.entry.taskKey, version);
  }
}

interface Place {
  readonly brandDir: string;
  readonly version: number;
  /** The greatest version that a listing showed. */
  readonly listed: number;
  readonly parent: string | null;
}

/** The entry of a version, chained to its parent; undefined where the log ends before it. */
function readNext({ brandDir, version, listed, parent }: Place, files: FileSystem): ReadEntry | undefined {
  const found = version <= listed ? readListed(brandDir, version, files) : readEntry(brandDir, version, files);
  if (found && found.entry.parent !== parent) throw damaged(pathOf(brandDir, version), "the chain breaks before it");
  return found;
}

/** An entry that must be there: a share may show names before it shows what they stand for. */
function readListed(brandDir: string, version: number, files: FileSystem): ReadEntry {
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
function readEntry(brandDir: string, version: number, files: FileSystem): ReadEntry | undefined {
  const path = pathOf(brandDir, version);
  let bytes: Buffer;
  try {
    bytes = files.readFile(path);
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
  return { entry: checked(path, bytes, version), digest: sha256Of(bytes) };
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
function listedHead(brandDir: string, files: FileSystem): number {
  const folder = join(brandDir, "log");
  try {
    const versions = files.list(folder).map((name) => Number(namePattern.exec(name)?.[1] ?? 0));
    return versions.reduce((a, b) => Math.max(a, b), 0);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return 0;
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

function sealed(request: Appending, version: number, parent: string | null): LogEntry {
  const { kind, body, taskKey, at, app } = request;
  const rest = {
    version,
    parent,
    id: randomUUID(),
    writer: { host: hostname(), bootId: bootId(), pid: process.pid, app },
    taskKey,
    base: version - 1,
    kind,
    at,
    body,
    add: [],
    remove: [],
    retire: [],
  };
  return { ...rest, sum: sha256Of(Buffer.from(canonicalJson(rest))) };
}

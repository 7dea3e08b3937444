import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { basename, join } from "node:path";
import { canonicalJson } from "../../shared/base/canonical-json.ts";
import { AssayError } from "../../shared/base/errors.ts";
import {
  checkpointEvery,
  checkpointOf,
  checkpointPath,
  listCheckpoints,
  readCheckpoint,
  writeCheckpoint,
} from "./checkpoints.ts";
import { errnoOf, type FileSystem, realFileSystem, sleepSync } from "./file-system.ts";
import { bootId } from "./host.ts";
import { publish, sha256Of, syncFolder } from "./publish.ts";
import { broughtBack, foldStanding, newStanding, type Standing } from "./standing.ts";

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
  /** Names (keys of artifacts, `snapshots/<id>`) that it rests on: those that are to go are brought back by it, those that are gone
   *  refuse it. */
  readonly refers?: readonly string[] | undefined;
  /** Names that are to go, or that are gone from here on. */
  readonly retire?: readonly string[];
  readonly remove?: readonly string[] | undefined;
  /** Appended right after this version or not at all: it was decided from what stood then. */
  readonly onlyAfter?: number;
}

export interface Appended {
  readonly version: number;
  /** The entry of another writer, or of an earlier try. */
  readonly adopted: boolean;
}

export interface ReadEntry {
  readonly entry: LogEntry;
  readonly digest: string;
}

/** What this process knows of a log: entries never change, so that only newer ones are read again. */
interface Known {
  version: number;
  digest: string | null;
  readonly versionOf: Map<string, number>;
  readonly standing: Standing;
}

const namePattern = /^(\d{20})\.json$/;
const readTries = 5;
const appendTries = 200;
const known = new Map<string, Known>();
const seen = new Map<string, number>();

/** How far this process has read a log; 0 where it hasn't. */
export function seenVersion(brandDir: string): number {
  return seen.get(brandDir) ?? 0;
}

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
  const parent = from > 1 && checkpointOf(from) > listed ? readListed(brandDir, from - 1, files).digest : undefined;
  return [...walk({ brandDir, version: from, listed, parent: from === 1 ? null : parent }, files)].map(
    ({ entry }) => entry,
  );
}

/** Entries from a version on, a hundred at once where a checkpoint has them. */
function* walk({ brandDir, version: from, listed, parent: before }: Walking, files: FileSystem): Generator<ReadEntry> {
  let [version, parent] = [from, before];
  for (;;) {
    const last = checkpointOf(version);
    const bundle = last <= listed ? bundleOf(brandDir, last, files) : undefined;
    const known = bundle?.find(({ entry }) => entry.version === version);
    if (bundle && known && (parent === undefined || known.entry.parent === parent)) {
      yield* bundle.filter(({ entry }) => entry.version >= version);
      [version, parent] = [last + 1, bundle.at(-1)?.digest ?? null];
      continue;
    }
    for (const end = last; version <= end; version++) {
      parent ??= version > 1 ? readListed(brandDir, version - 1, files).digest : null;
      const next = readNext({ brandDir, version, listed, parent }, files);
      seen.set(brandDir, next ? version : version - 1);
      if (!next) return;
      parent = next.digest;
      yield next;
    }
  }
}

function bundleOf(brandDir: string, version: number, files: FileSystem): readonly ReadEntry[] | undefined {
  const lastDigest = () => readListed(brandDir, version, files).digest;
  const found = readCheckpoint(brandDir, { version, lastDigest }, files);
  return found.state === "whole" ? found.entries : undefined;
}

/** Writes the checkpoints that are missing, and anew those that are broken. */
export function mendCheckpoints(brandDir: string, files: FileSystem = realFileSystem) {
  const listed = listedHead(brandDir, files);
  const broken: string[] = [];
  let checkpoints = 0;
  for (let version = checkpointEvery; version <= listed; version += checkpointEvery) {
    const { state } = readCheckpoint(
      brandDir,
      { version, lastDigest: () => digestOf(brandDir, version, files) },
      files,
    );
    if (state === "whole") continue;
    if (state === "broken") {
      broken.push(`checkpoints/${basename(checkpointPath(brandDir, version))}`);
      files.unlink(checkpointPath(brandDir, version));
    }
    makeCheckpoint(brandDir, version, files);
    checkpoints++;
  }
  return { checkpoints, broken };
}

/** Checkpoints that aren't what the log says; they are passed over by whoever reads. */
export function brokenCheckpoints(brandDir: string, files: FileSystem = realFileSystem): string[] {
  return listCheckpoints(brandDir)
    .filter((version) => {
      const lastDigest = () => digestOf(brandDir, version, files);
      return readCheckpoint(brandDir, { version, lastDigest }, files).state === "broken";
    })
    .map((version) => `checkpoints/${basename(checkpointPath(brandDir, version))}`);
}

function digestOf(brandDir: string, version: number, files: FileSystem): string | undefined {
  try {
    return readEntry(brandDir, version, files)?.digest;
  } catch {
    return undefined; // the entry itself is damaged, which reading the log tells
  }
}

/** Lays the hundred entries up to a version into a checkpoint. */
export function makeCheckpoint(brandDir: string, version: number, files: FileSystem = realFileSystem): void {
  const entries: Buffer[] = [];
  try {
    for (let one = version - checkpointEvery + 1; one <= version; one++)
      entries.push(files.readFile(pathOf(brandDir, one)));
  } catch {
    return; // a hint; the next one may go through
  }
  writeCheckpoint(brandDir, entries, version, files);
}

/** Appends an entry after the head, once for its task key; who comes second is told what stands. Undefined where it was to come right
 *  after a version that isn't the head any more. Throws `conflict` where it refers to what is gone. */
export function appendEntry(
  brandDir: string,
  request: Appending & { readonly onlyAfter: number },
  files?: FileSystem,
): Appended | undefined;
export function appendEntry(brandDir: string, request: Appending, files?: FileSystem): Appended;
export function appendEntry(
  brandDir: string,
  request: Appending,
  files: FileSystem = realFileSystem,
): Appended | undefined {
  for (let tries = 0; tries < appendTries; tries++) {
    // an entry that a listing would have shown makes the link fail, and is seen the next time round
    const isKnown = tries === 0 && known.has(brandDir);
    const { version: head, digest, versionOf, standing } = catchUp(brandDir, files, { lists: !isKnown });
    const before = versionOf.get(request.taskKey);
    if (before !== undefined) {
      syncFolder(join(brandDir, "log"), files); // its writer may have ended between link and sync
      return { version: before, adopted: true };
    }
    if (request.onlyAfter !== undefined && request.onlyAfter !== head) return undefined;
    const add = broughtBack(brandDir, standing, request.refers ?? [], files);
    const version = head + 1;
    const bytes = Buffer.from(canonicalJson(sealed(request, { version, parent: digest, add })));
    const final = pathOf(brandDir, version);
    if (publish({ content: bytes, final, staging: join(brandDir, "tmp", "log") }, files) !== "lost") {
      if (version % checkpointEvery === 0) makeCheckpoint(brandDir, version, files);
      return { version, adopted: false };
    }
    sleepSync(1 + Math.random() * 10);
  }
  throw new AssayError("unavailable", `The log of ${brandDir} is too busy to append to.`, "Run the same again.");
}

/** What the log says of names that were collected, and its head. */
export function standingOf(
  brandDir: string,
  files: FileSystem = realFileSystem,
): { readonly version: number; readonly standing: Standing } {
  return catchUp(brandDir, files);
}

function catchUp(brandDir: string, files: FileSystem, { lists } = { lists: true }): Known {
  const listed = lists ? listedHead(brandDir, files) : 0;
  const before = known.get(brandDir);
  const hadSome = (before?.version ?? 0) > 0 || seenVersion(brandDir) > 0;
  const isSame = before && readEntry(brandDir, before.version, files)?.digest === before.digest;
  const now: Known = isSame ? before : { version: 0, digest: null, versionOf: new Map(), standing: newStanding() };
  known.set(brandDir, now);
  const place = { brandDir, version: now.version + 1, listed, parent: now.digest };
  for (const next of walk(place, files)) learn(now, next);
  if (now.version === 0 && hadSome) requireFolder(brandDir, files);
  return now;
}

/** Where a share went away its mount point is an empty folder: a log must not begin anew there. */
function requireFolder(brandDir: string, files: FileSystem): void {
  try {
    files.list(brandDir);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") return;
    const hint = "Check that the directory is mounted, then try again.";
    throw new AssayError("unavailable", `${brandDir} is gone.`, hint, { silent: "share" }, { cause: error });
  }
}

function learn(now: Known, { entry, digest }: ReadEntry): void {
  now.version = entry.version;
  now.digest = digest;
  if (!now.versionOf.has(entry.taskKey)) now.versionOf.set(entry.taskKey, entry.version);
  foldStanding(now.standing, entry);
}

interface Walking {
  readonly brandDir: string;
  readonly version: number;
  /** The greatest version that a listing showed. */
  readonly listed: number;
  /** Digest of the entry before; undefined where it isn't known. */
  readonly parent: string | null | undefined;
}
type Place = Walking & { readonly parent: string | null };

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

function sealed(
  request: Appending,
  { version, parent, add }: { version: number; parent: string | null; add: readonly string[] },
): LogEntry {
  const { kind, body, taskKey, at, app, remove = [], retire = [] } = request;
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
    add,
    remove,
    retire,
  };
  return { ...rest, sum: sha256Of(Buffer.from(canonicalJson(rest))) };
}

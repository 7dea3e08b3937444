import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { canonicalJson } from "../../shared/base/canonical-json.ts";
import { AssayError } from "../../shared/base/errors.ts";
import { makeCheckpoint } from "./checkpoint-care.ts";
import { checkpointEvery, checkpointOf, largeEvery, readCheckpoint } from "./checkpoints.ts";
import { errnoOf, type FileSystem, realFileSystem, sleepSync } from "./file-system.ts";
import { bootId } from "./host.ts";
import {
  damaged,
  forgetTurn,
  type LogEntry,
  listedHead,
  pathOf,
  type ReadEntry,
  readEntry,
  readListed,
  turnAt,
} from "./log-entries.ts";
import { publish, sha256Of, syncFolder } from "./publish.ts";
import { broughtBack, foldStanding, newStanding, type Standing } from "./standing.ts";

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

/** What this process knows of a log: entries never change, so that only newer ones are read again. */
interface Known {
  version: number;
  digest: string | null;
  readonly versionOf: Map<string, number>;
  readonly standing: Standing;
}

const appendTries = 200;
const known = new Map<string, Known>();
const seen = new Map<string, number>();

/** How far this process has read a log; 0 where it hasn't. */
export function seenVersion(brandDir: string): number {
  return seen.get(brandDir) ?? 0;
}

/** Entries from a version on, in order, with the chain checked; one after the other, so that a long log fits. A listed name that can't be
 *  read is an error, never "none". */
export function* eachEntry(brandDir: string, from: number, files: FileSystem = realFileSystem): Generator<LogEntry> {
  if (from === 1) forgetTurn(brandDir);
  const listed = listedHead(brandDir, files);
  const isBundled = checkpointOf(from).version <= listed;
  const parent = from > 1 && !isBundled ? readListed(brandDir, from - 1, files).digest : undefined;
  const place = { brandDir, version: from, listed, parent: from === 1 ? null : parent };
  for (const { entry } of walk(place, files)) yield entry;
}

/** The same as a list: of what came since a version, or of a log that isn't long. */
export function readLog(brandDir: string, from: number, files: FileSystem = realFileSystem): LogEntry[] {
  return [...eachEntry(brandDir, from, files)];
}

/** Entries from a version on up to a round one at least a thousand further, so that a long log is read page by page. */
export function readLogPage(brandDir: string, from: number): { entries: LogEntry[]; hasMore: boolean } {
  const last = checkpointOf(from + largeEvery, largeEvery).version;
  const entries: LogEntry[] = [];
  for (const entry of eachEntry(brandDir, from)) {
    entries.push(entry);
    if (entry.version === last) return { entries, hasMore: true };
  }
  return { entries, hasMore: false };
}

/** Entries from a version on, a thousand or a hundred at once where a checkpoint has them. */
function* walk({ brandDir, version: from, listed, parent: before }: Walking, files: FileSystem): Generator<ReadEntry> {
  let [version, parent] = [from, before];
  for (;;) {
    const bundle = bundleFrom({ brandDir, version, listed, parent }, files);
    const last = bundle?.at(-1);
    if (bundle && last) {
      yield* bundle;
      [version, parent] = [last.entry.version + 1, last.digest];
      continue;
    }
    for (const end = checkpointOf(version).version; version <= end; version++) {
      parent ??= version > 1 ? readListed(brandDir, version - 1, files).digest : null;
      const next = readNext({ brandDir, version, listed, parent }, files);
      seen.set(brandDir, next ? version : version - 1);
      if (!next) return;
      parent = next.digest;
      yield next;
    }
  }
}

/** Entries from a version on out of a checkpoint that holds it; undefined where none does, or one that isn't of this log. */
function bundleFrom(
  { brandDir, version, listed, parent }: Walking,
  files: FileSystem,
): readonly ReadEntry[] | undefined {
  for (const size of [largeEvery, checkpointEvery] as const) {
    const name = checkpointOf(version, size);
    const isWorth = size === checkpointEvery || name.version - version >= checkpointEvery;
    if (!isWorth || name.version > listed) continue;
    const lastDigest = () => readListed(brandDir, name.version, files).digest;
    const found = readCheckpoint(brandDir, name, lastDigest, files);
    if (found.state !== "whole") continue;
    const entries = found.entries.slice(version - (name.version - size + 1));
    if (parent === undefined || entries[0]?.entry.parent === parent) return entries;
  }
  return undefined;
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
    const now = catchUp(brandDir, files, { lists: !isKnown });
    const { version: head, digest, versionOf, standing } = now;
    const before = versionOf.get(request.taskKey);
    if (before !== undefined) {
      syncFolder(dirname(pathOf(brandDir, before)), files); // its writer may have ended between link and sync
      return { version: before, adopted: true };
    }
    if (request.onlyAfter !== undefined && request.onlyAfter !== head) return undefined;
    const add = broughtBack(brandDir, standing, request.refers ?? [], files);
    const version = head + 1;
    const entry = sealed(request, { version, parent: digest, add });
    const content = Buffer.from(canonicalJson(entry));
    const isFree = turnAt(brandDir, version, files);
    const staging = join(brandDir, "tmp", "log");
    if (isFree && publish({ content, final: pathOf(brandDir, version), staging }, files) !== "lost") {
      learn(now, { entry, digest: sha256Of(content) });
      for (const size of [checkpointEvery, largeEvery] as const)
        if (version % size === 0) makeCheckpoint(brandDir, { version, size }, files);
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
  if (before && !isSame) forgetTurn(brandDir);
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

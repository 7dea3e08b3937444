import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { join } from "node:path";
import { canonicalJson } from "../../shared/base/canonical-json.ts";
import { AssayError } from "../../shared/base/errors.ts";
import { type FileSystem, realFileSystem } from "./file-system.ts";
import { publish, sha256Of } from "./publish.ts";

/** One numbered commit of a brand, chained to the one before it by the digest of its bytes. */
export interface LogEntry {
  readonly version: number;
  readonly parent: string | null;
  readonly id: string;
  readonly writer: { readonly host: string; readonly pid: number; readonly app: string };
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

const namePattern = /^(\d{20})\.json$/;
const fileName = (version: number) => `${String(version).padStart(20, "0")}.json`;
const lookBack = 100;

function damaged(path: string, why: string): AssayError {
  return new AssayError("corrupt", `The log entry ${path} is damaged: ${why}.`, "Restore that file from a backup; `assay doctor` checks the log.", { path });
}

function logFolder(brandDir: string): string {
  return join(brandDir, "log");
}

/** Reads one entry; undefined only where the file is not there. */
function readEntry(brandDir: string, version: number, files: FileSystem): { entry: LogEntry; digest: string } | undefined {
  const path = join(logFolder(brandDir), fileName(version));
  let bytes: Buffer;
  try {
    bytes = files.readFile(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw new AssayError("unavailable", `The log entry ${path} can't be read.`, "Check the share, then try again.", { path }, { cause: error });
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
  const { sum, ...rest } = parsed;
  if (sum !== sha256Of(Buffer.from(canonicalJson(rest)))) throw damaged(path, "its sum does not fit");
  if (parsed.version !== version) throw damaged(path, `it says version ${parsed.version}`);
  return parsed;
}

/** Entries from a version on, in order, with the chain checked. A listed name that can't be read is an error, never "none". */
export function readLog(brandDir: string, from: number, files: FileSystem = realFileSystem): LogEntry[] {
  const head = listedHead(brandDir, files);
  const entries: LogEntry[] = [];
  let before = from > 1 ? readEntry(brandDir, from - 1, files)?.digest : null;
  if (before === undefined) throw damaged(join(logFolder(brandDir), fileName(from - 1)), "it is missing");
  for (let version = from; ; version++) {
    const found = readEntry(brandDir, version, files);
    if (!found) {
      if (version <= head) throw damaged(join(logFolder(brandDir), fileName(version)), "it is listed but not there");
      return entries;
    }
    if (found.entry.parent !== before) throw damaged(join(logFolder(brandDir), fileName(version)), "the chain is broken before it");
    before = found.digest;
    entries.push(found.entry);
  }
}

/** The greatest version that a listing shows; absence there is no evidence, so readers probe beyond it. */
function listedHead(brandDir: string, files: FileSystem): number {
  try {
    const versions = files.list(logFolder(brandDir)).flatMap((name) => {
      const match = namePattern.exec(name);
      return match ? [Number(match[1])] : [];
    });
    return versions.reduce((a, b) => Math.max(a, b), 0);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return 0;
    throw new AssayError("unavailable", `${logFolder(brandDir)} can't be listed.`, "Check the share, then try again.", {}, { cause: error });
  }
}

/** Appends an entry after the head, once for its task key; who comes second is told what stands. */
export function appendEntry(brandDir: string, request: Appending, files: FileSystem = realFileSystem): { version: number; adopted: boolean } {
  let head = listedHead(brandDir, files);
  let last = head > 0 ? readEntry(brandDir, head, files) : undefined;
  if (head > 0 && !last) throw damaged(join(logFolder(brandDir), fileName(head)), "it is listed but not there");
  const seen = findTask(brandDir, request.taskKey, Math.max(1, head - lookBack), head, files);
  if (seen) return { version: seen, adopted: true };
  for (let tries = 0; tries < 200; tries++) {
    for (let next = readEntry(brandDir, head + 1, files); next; next = readEntry(brandDir, head + 1, files)) {
      head++;
      last = next;
      if (next.entry.taskKey === request.taskKey) return { version: head, adopted: true };
    }
    const version = head + 1;
    const entry = sealed({ request, version, parent: last?.digest ?? null, base: head });
    const outcome = publish(
      {
        content: Buffer.from(canonicalJson(entry)),
        final: join(logFolder(brandDir), fileName(version)),
        staging: join(brandDir, "tmp", "log"),
      },
      files,
    );
    if (outcome !== "lost") return { version, adopted: false };
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1 + Math.random() * 10);
  }
  throw new AssayError("unavailable", "The brand's log is too busy to append to.", "Try again.");
}

function sealed(make: { request: Appending; version: number; parent: string | null; base: number }): LogEntry {
  const { request, version, parent, base } = make;
  const rest = {
    version,
    parent,
    id: randomUUID(),
    writer: { host: hostname(), pid: process.pid, app: request.app },
    taskKey: request.taskKey,
    base,
    kind: request.kind,
    at: request.at,
    body: request.body,
    add: [],
    remove: [],
    retire: [],
  };
  return { ...rest, sum: sha256Of(Buffer.from(canonicalJson(rest))) };
}

function findTask(brandDir: string, taskKey: string, from: number, to: number, files: FileSystem): number | undefined {
  for (let version = to; version >= from; version--) {
    if (readEntry(brandDir, version, files)?.entry.taskKey === taskKey) return version;
  }
  return undefined;
}

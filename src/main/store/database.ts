import { chmodSync, closeSync, mkdirSync, openSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import SQLite from "better-sqlite3";
import { AssayError } from "../../shared/base/errors.ts";
import { migrations } from "./migrations/list.ts";
import type { Migration } from "./migrations/migration.ts";

export type Database = SQLite.Database;

const applicationId = 0x41535359;

/** Opens the local store; a file that is damaged or isn't ours is set aside, since everything in it can be made again. */
export function openDatabase(path: string, steps: readonly Migration[] = migrations): Database {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  try {
    return open(path, steps);
  } catch (error) {
    if (!isDamage(error)) throw error;
    setAside(path);
    return open(path, steps);
  }
}

/** Whether SQLite says that the file itself is broken or is none of its own. */
export function isDamage(error: unknown): boolean {
  return error instanceof SQLite.SqliteError && /^SQLITE_(CORRUPT|NOTADB)/.test(error.code);
}

/** What SQLite's failure means to a person. */
export function storeError(error: unknown, path: string): unknown {
  if (!(error instanceof SQLite.SqliteError)) return error;
  if (error.code === "SQLITE_FULL" || error.code.startsWith("SQLITE_IOERR")) {
    return new AssayError(
      "unavailable",
      `The local store ${path} can't be written (${error.code}).`,
      "Free some disk space, then try again.",
    );
  }
  if (error.code.startsWith("SQLITE_BUSY")) {
    return new AssayError(
      "unavailable",
      `The local store ${path} is held by another process.`,
      "Try again in a moment.",
    );
  }
  return new AssayError(
    "internal",
    `The local store failed: ${error.message} (${error.code}).`,
    `Move ${path} away; it is made again.`,
  );
}

/** Moves the file out of the way, over what was set aside before: copies with people in them don't pile up. */
export function setAside(path: string): void {
  renameSync(path, `${path}.set-aside`);
  for (const beside of ["-wal", "-shm"]) rmSync(path + beside, { force: true });
}

/** The file's identity on its disk; changes when it was deleted or replaced. */
export function fileIdentity(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false, bigint: true });
  return found ? `${found.dev}:${found.ino}` : "none";
}

function open(path: string, steps: readonly Migration[]): Database {
  closeSync(openSync(path, "a", 0o600)); // SQLite gives its -wal and -shm the mode of the file
  if (process.platform !== "win32") chmodSync(path, 0o600);
  const db = new SQLite(path, { timeout: 10_000 });
  try {
    if (isForeign(db)) throw new SQLite.SqliteError("The file holds something else.", "SQLITE_NOTADB");
    db.pragma("journal_mode = WAL");
    db.pragma("synchronous = NORMAL");
    db.pragma("temp_store = MEMORY");
    migrate(db, path, steps);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function isForeign(db: Database): boolean {
  if (db.pragma("application_id", { simple: true }) === applicationId) return false;
  return db.prepare("SELECT count(*) FROM sqlite_schema").pluck().get() !== 0;
}

function migrate(db: Database, path: string, steps: readonly Migration[]): void {
  const newest = steps.at(-1)?.version ?? 0;
  const version = () => db.pragma("user_version", { simple: true }) as number;
  if (version() === newest) return;
  db.transaction(() => {
    const from = version();
    if (from > newest) {
      throw new AssayError(
        "unsupported",
        `The local store ${path} was written by a newer Assay.`,
        "Update Assay, or move that file away.",
      );
    }
    for (const step of steps.filter((one) => one.version > from)) {
      db.exec(step.sql);
      db.pragma(`user_version = ${step.version}`);
    }
    db.pragma(`application_id = ${applicationId}`);
  }).immediate();
}

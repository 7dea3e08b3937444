import type { Migration } from "./migration.ts";

export const initial: Migration = {
  version: 10,
  sql: `
    CREATE TABLE entries (
      log TEXT NOT NULL,
      version INTEGER NOT NULL,
      document TEXT NOT NULL,
      PRIMARY KEY (log, version)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE runs (
      run_id TEXT PRIMARY KEY,
      brand TEXT NOT NULL,
      requested_at TEXT NOT NULL,
      state TEXT NOT NULL,
      document TEXT NOT NULL
    ) STRICT;
    CREATE INDEX runs_by_brand ON runs (brand, requested_at DESC, run_id);

    CREATE TABLE tasks (
      run_id TEXT NOT NULL,
      position INTEGER NOT NULL,
      key TEXT NOT NULL,
      document TEXT NOT NULL,
      PRIMARY KEY (run_id, position)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

    CREATE TABLE workspaces (path TEXT PRIMARY KEY, opened_at TEXT NOT NULL) STRICT, WITHOUT ROWID;

    CREATE TABLE people_indexes (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      scope TEXT NOT NULL,
      snapshot_id TEXT NOT NULL,
      builder INTEGER NOT NULL,
      is_ready INTEGER NOT NULL,
      people INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX people_indexes_by_scope ON people_indexes (scope, is_ready);
  `,
};

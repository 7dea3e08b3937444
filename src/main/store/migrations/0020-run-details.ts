import type { Migration } from "./migration.ts";

export const runDetails: Migration = {
  version: 20,
  sql: `
    CREATE TABLE run_details (
      run_id TEXT PRIMARY KEY,
      details BLOB NOT NULL
    ) STRICT;
  `,
};

import type { Migration } from "./migration.ts";

export const recognisedFiles: Migration = {
  version: 30,
  sql: `
    CREATE TABLE recognised_files (
      path TEXT PRIMARY KEY,
      stamp TEXT NOT NULL,
      document TEXT NOT NULL
    ) STRICT;
  `,
};

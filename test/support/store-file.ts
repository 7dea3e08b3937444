import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Database, openDatabase } from "../../src/main/store/database.ts";
import type { Migration } from "../../src/main/store/migrations/migration.ts";

/** A store's file in a folder of its own, gone afterwards. */
export function withDatabase<T>(steps: readonly Migration[] | undefined, use: (db: Database, path: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "assay-store-"));
  const path = join(folder, "inside", "assay.db");
  const db = openDatabase(path, steps);
  try {
    return use(db, path);
  } finally {
    db.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

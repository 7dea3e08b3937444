import type { Database } from "./database.ts";

/** Entries of brand logs that were read before, by log and version; the share has the truth. */
export function entryQueries(db: Database) {
  const read = db.prepare<[string], { version: number; document: string }>(
    "SELECT version, document FROM entries WHERE log = ? ORDER BY version",
  );
  const insert = db.prepare("INSERT OR IGNORE INTO entries (log, version, document) VALUES (?, ?, ?)");
  const forget = db.prepare("DELETE FROM entries WHERE log = ?");
  return {
    /** The entries from the first on, up to the first gap. */
    readEntries(log: string): string[] {
      const rows = read.all(log);
      const gap = rows.findIndex(({ version }, at) => version !== at + 1);
      return rows.slice(0, gap < 0 ? rows.length : gap).map(({ document }) => document);
    },
    appendEntries: db.transaction((log: string, entries: readonly { version: number; document: string }[]): void => {
      for (const { version, document } of entries) insert.run(log, version, document);
    }).immediate,
    forgetEntries(log: string): void {
      forget.run(log);
    },
  };
}

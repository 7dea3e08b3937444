import type { Database } from "./database.ts";

const pageEntries = 2_000;

/** Entries of brand logs that were read before, by log and version; the share has the truth. */
export function entryQueries(db: Database) {
  const read = db.prepare<[string, number, number], { version: number; document: string }>(
    "SELECT version, document FROM entries WHERE log = ? AND version >= ? ORDER BY version LIMIT ?",
  );
  const insert = db.prepare("INSERT OR IGNORE INTO entries (log, version, document) VALUES (?, ?, ?)");
  const forget = db.prepare("DELETE FROM entries WHERE log = ?");
  return {
    /** A page of the entries from a version on, up to the first gap. */
    readEntries(log: string, from: number): string[] {
      const rows = read.all(log, from, pageEntries);
      const gap = rows.findIndex(({ version }, at) => version !== from + at);
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

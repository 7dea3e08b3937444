import type { Database } from "./database.ts";

export interface PersonRow {
  customer_id: string;
  name: string | null;
  email: string | null;
  phone: string | null;
  place: string | null;
}
export interface EntryRow {
  version: number;
  kind: string;
  at: string;
  body: unknown;
}

/** Every question that the store answers, by name; all take and give plain JSON. */
export function storeQueries(db: Database) {
  const all = <T>(sql: string, ...values: unknown[]) => db.prepare(sql).all(...values) as T[];
  return {
    readEntries: (log: string): EntryRow[] =>
      all<{ version: number; kind: string; at: string; body: string }>(
        "SELECT version, kind, at, body FROM log_entries WHERE log = ? ORDER BY version",
        log,
      ).map((row) => ({ ...row, body: JSON.parse(row.body) as unknown })),
    appendEntries: (log: string, entries: readonly EntryRow[]): null => {
      const insert = db.prepare(
        "INSERT OR IGNORE INTO log_entries (log, version, kind, at, body) VALUES (?, ?, ?, ?, ?)",
      );
      db.transaction(() => {
        for (const { version, kind, at, body } of entries) insert.run(log, version, kind, at, JSON.stringify(body));
      }).immediate();
      return null;
    },
    saveRun: (brand: string, run: { run_id: string; requested_at: string }, tasks: unknown): null => {
      db.prepare(
        "INSERT OR REPLACE INTO runs (run_id, brand, requested_at, document, tasks) VALUES (?, ?, ?, ?, ?)",
      ).run(run.run_id, brand, run.requested_at, JSON.stringify(run), JSON.stringify(tasks));
      db.prepare(
        "DELETE FROM runs WHERE brand = ? AND run_id NOT IN (SELECT run_id FROM runs WHERE brand = ? ORDER BY requested_at DESC LIMIT 200)",
      ).run(brand, brand);
      return null;
    },
    listRuns: (brand: string): unknown[] =>
      all<{ document: string }>("SELECT document FROM runs WHERE brand = ? ORDER BY requested_at DESC", brand).map(
        ({ document }) => JSON.parse(document) as unknown,
      ),
    readTasks: (brand: string, runId: string): unknown[] => {
      const row = db.prepare("SELECT tasks FROM runs WHERE run_id = ? AND brand = ?").get(runId, brand) as
        | { tasks: string }
        | undefined;
      return row ? (JSON.parse(row.tasks) as unknown[]) : [];
    },
    settings: (): Record<string, unknown> =>
      Object.fromEntries(
        all<{ name: string; value: string }>("SELECT name, value FROM settings").map(({ name, value }) => [
          name,
          JSON.parse(value) as unknown,
        ]),
      ),
    setSetting: (name: string, value: unknown): null => {
      db.prepare("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)").run(
        name,
        JSON.stringify(value ?? null),
      );
      return null;
    },
    recentWorkspaces: (): { path: string; opened_at: string }[] =>
      all("SELECT path, opened_at FROM recent_workspaces ORDER BY opened_at DESC LIMIT 12"),
    rememberWorkspace: (path: string, at: string): null => {
      db.prepare("INSERT OR REPLACE INTO recent_workspaces (path, opened_at) VALUES (?, ?)").run(path, at);
      return null;
    },
    indexedSnapshot: (scope: string): string | null =>
      (
        db.prepare("SELECT snapshot_id FROM indexed_snapshots WHERE scope = ?").get(scope) as
          | { snapshot_id: string }
          | undefined
      )?.snapshot_id ?? null,
    addPeople: (scope: string, generation: string, people: readonly PersonRow[]): null => {
      const insert = db.prepare(
        "INSERT INTO people (scope, generation, customer_id, name, email, phone, place) VALUES (?, ?, ?, ?, ?, ?, ?)",
      );
      const index = db.prepare(
        "INSERT INTO people_text (rowid, name, email, phone, place, customer_id) VALUES (?, ?, ?, ?, ?, ?)",
      );
      db.transaction(() => {
        for (const { customer_id, name, email, phone, place } of people) {
          const { lastInsertRowid } = insert.run(scope, generation, customer_id, name, email, phone, place);
          index.run(lastInsertRowid, name, email, phone, place, customer_id);
        }
      }).immediate();
      return null;
    },
    finishIndex: (scope: string, generation: string, snapshotId: string): null => {
      db.transaction(() => {
        const old = db.prepare(
          "SELECT id, name, email, phone, place, customer_id FROM people WHERE scope = ? AND generation <> ?",
        );
        const forget = db.prepare(
          "INSERT INTO people_text (people_text, rowid, name, email, phone, place, customer_id) VALUES ('delete', ?, ?, ?, ?, ?, ?)",
        );
        for (const row of old.all(scope, generation) as (PersonRow & { id: number })[])
          forget.run(row.id, row.name, row.email, row.phone, row.place, row.customer_id);
        db.prepare("DELETE FROM people WHERE scope = ? AND generation <> ?").run(scope, generation);
        db.prepare("INSERT OR REPLACE INTO indexed_snapshots (scope, snapshot_id) VALUES (?, ?)").run(
          scope,
          snapshotId,
        );
      }).immediate();
      return null;
    },
    searchPeople: (scope: string, text: string, limit: number): PersonRow[] => {
      const words = text
        .normalize("NFKC")
        .split(/\s+/)
        .map((word) => word.replaceAll(/["*^:(){}]/g, ""))
        .filter((word) => /[\p{L}\p{N}]/u.test(word))
        .slice(0, 6);
      if (words.length === 0) return [];
      const match = words.map((word) => `"${word}" *`).join(" ");
      return all<PersonRow>(
        "SELECT p.customer_id, p.name, p.email, p.phone, p.place FROM people_text t JOIN people p ON p.id = t.rowid WHERE people_text MATCH ? AND p.scope = ? ORDER BY t.rowid LIMIT ?",
        match,
        scope,
        limit,
      );
    },
  };
}
export type StoreQueries = ReturnType<typeof storeQueries>;

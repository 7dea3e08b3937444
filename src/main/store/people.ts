import { rmSync } from "node:fs";
import type { Database } from "./database.ts";
import { emailWords, phoneWords, readSearch, type Search, searchWords } from "./search-terms.ts";

export interface IndexedPerson {
  readonly customer_id: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly place: string | null;
}

const mergePages = 500;

/** The search index over a brand's published people: two tables per snapshot, the new ones built while the old ones answer.
 *  Row numbers follow the order in which people are added, which is the order of hits: the most valuable first. */
export function peopleQueries(db: Database) {
  const ready = db.prepare<[string], { number: number; snapshot_id: string }>(
    "SELECT number, snapshot_id FROM people_indexes WHERE scope = ? AND is_ready = 1 ORDER BY number DESC LIMIT 1",
  );
  const others = db.prepare<[string], { number: number; builder: number; is_ready: number }>(
    "SELECT number, builder, is_ready FROM people_indexes WHERE scope = ?",
  );
  const begin = db.prepare(
    "INSERT INTO people_indexes (scope, snapshot_id, builder, is_ready, people) VALUES (?, ?, ?, 0, 0)",
  );
  const forget = db.prepare("DELETE FROM people_indexes WHERE number = ?");
  const finish = db.prepare("UPDATE people_indexes SET is_ready = 1, people = ? WHERE number = ?");

  function drop(number: number): void {
    db.exec(`DROP TABLE IF EXISTS people_words_${Number(number)}; DROP TABLE IF EXISTS people_${Number(number)}`);
    forget.run(number);
  }

  return {
    indexedSnapshot: (scope: string): string | null => ready.get(scope)?.snapshot_id ?? null,

    beginIndex: db.transaction((scope: string, snapshotId: string, builder: number): number => {
      for (const one of others.all(scope)) if (one.is_ready === 0 && !isAlive(one.builder, builder)) drop(one.number);
      const number = Number(begin.run(scope, snapshotId, builder).lastInsertRowid);
      db.exec(`
        CREATE TABLE people_${number} (rank INTEGER PRIMARY KEY, customer_id TEXT NOT NULL, name TEXT, email TEXT, phone TEXT, place TEXT) STRICT;
        CREATE VIRTUAL TABLE people_words_${number} USING fts5 (words, content = '', detail = none, columnsize = 0,
          prefix = '1 2 3', tokenize = 'unicode61 remove_diacritics 2')`);
      return number;
    }).immediate,

    addPeople: db.transaction((number: number, people: readonly IndexedPerson[]): void => {
      const add = db.prepare(
        `INSERT INTO people_${Number(number)} (customer_id, name, email, phone, place) VALUES (?, ?, ?, ?, ?)`,
      );
      const index = db.prepare(`INSERT INTO people_words_${Number(number)} (rowid, words) VALUES (?, ?)`);
      for (const person of people) {
        const { customer_id, name, email, phone, place } = person;
        index.run(add.run(customer_id, name, email, phone, place).lastInsertRowid, wordsOf(person));
      }
    }).immediate,

    /** Joins some of the index's parts into one; true while there is more to join. */
    mergeIndex: db.transaction((number: number, isFirst: boolean): boolean => {
      const table = `people_words_${Number(number)}`;
      const changes = db.prepare<[], number>("SELECT total_changes()").pluck();
      const before = Number(changes.get());
      db.prepare(`INSERT INTO ${table} (${table}, rank) VALUES ('merge', ?)`).run(isFirst ? -mergePages : mergePages);
      return Number(changes.get()) - before >= 2; // one change is the request itself
    }).immediate,

    finishIndex: db.transaction((scope: string, number: number): void => {
      const done = others.all(scope).filter((one) => one.is_ready === 1);
      const isLate = done.some((one) => one.number > number);
      for (const one of isLate ? [{ number }] : done) drop(one.number);
      if (isLate) return;
      const people = db
        .prepare<[], number>(`SELECT count(*) FROM people_${Number(number)}`)
        .pluck()
        .get();
      finish.run(people, number);
    }).immediate,

    /** Leaves no byte of a brand's people in the file: rows that are only dropped stay in pages that nobody uses. */
    forgetPeople(scope: string): void {
      db.transaction(() => {
        for (const one of others.all(scope)) drop(one.number);
      }).immediate();
      db.pragma("wal_checkpoint(TRUNCATE)");
      db.exec("VACUUM");
      db.pragma("wal_checkpoint(TRUNCATE)");
      rmSync(`${db.name}.set-aside`, { force: true });
    },

    searchPeople: db.transaction((scope: string, text: string, limit: number): IndexedPerson[] => {
      const index = ready.get(scope);
      const search = readSearch(text);
      if (!index || !search) return [];
      const find = db.prepare<[object], IndexedPerson>(searchSql(index.number, search));
      return find.all({ match: search.match, email: search.email, limit });
    }),
  };
}

/** The statement of a search; hits come in the order of the rows, so it stops at the limit. */
export function searchSql(number: number, { match, email }: Search): string {
  const people = `people_${Number(number)}`;
  const words = `people_words_${Number(number)}`;
  const has = "instr(lower(p.email), @email) > 0";
  const columns = "SELECT p.customer_id, p.name, p.email, p.phone, p.place FROM";
  if (match === null) return `${columns} ${people} p WHERE ${has} ORDER BY p.rank LIMIT @limit`;
  return `${columns} ${words} w CROSS JOIN ${people} p ON p.rank = w.rowid
    WHERE ${words} MATCH @match ${email ? `AND ${has}` : ""} ORDER BY w.rowid LIMIT @limit`;
}

function wordsOf({ customer_id, name, email, phone, place }: IndexedPerson): string {
  const words = [
    customer_id,
    ...searchWords(`${name ?? ""} ${place ?? ""}`),
    ...(email ? emailWords(email) : []),
    ...(phone ? phoneWords(phone) : []),
  ];
  return [...new Set(words)].join(" ");
}

function isAlive(pid: number, self: number): boolean {
  if (pid === self) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import SQLite from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { withDatabase } from "../../../test/support/store-file.ts";
import { openDatabase } from "./database.ts";
import type { Migration } from "./migrations/migration.ts";
import { storeOperations } from "./operations.ts";
import { searchSql } from "./people.ts";

let folder = "";
let path = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "assay-database-"));
  path = join(folder, "data", "assay.db");
  mkdirSync(dirname(path));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("the file and what lies beside it are the user's alone", () => {
  withDatabase(undefined, (db, made) => {
    db.exec("INSERT INTO settings VALUES ('a', '1')");
    const modes = readdirSync(dirname(made)).map((name) => [
      name,
      (statSync(join(dirname(made), name)).mode & 0o777).toString(8),
    ]);
    expect(Object.fromEntries(modes)).toEqual({ "assay.db": "600", "assay.db-shm": "600", "assay.db-wal": "600" });
    expect(db.pragma("journal_mode", { simple: true })).toBe("wal");
  });
});

describe("a file that can't be used is set aside and made anew", () => {
  const damaged: Record<string, () => void> = {
    "text instead of a database": () =>
      writeFileSync(path, "not a database at all, but long enough to be looked at ".repeat(100)),
    "a database of another program": () => {
      const other = new SQLite(path);
      other.exec("CREATE TABLE theirs (x)");
      other.close();
    },
    "a torn file": () => {
      const db = openDatabase(path);
      db.exec("INSERT INTO settings VALUES ('a', '1')");
      db.close();
      truncateSync(path, 4_096);
    },
  };
  test.each(Object.keys(damaged))("%s", (kind) => {
    damaged[kind]?.();
    const db = openDatabase(path);
    storeOperations(db).setSetting("b", "2");
    expect(storeOperations(db).settings()).toEqual([{ name: "b", value: "2" }]);
    db.close();
    expect(existsSync(`${path}.set-aside`)).toBe(true);
  });
});

test("an empty file is taken, and a closed one opens with what it held", () => {
  writeFileSync(path, "");
  const first = openDatabase(path);
  storeOperations(first).setSetting("a", "1");
  first.close();
  const second = openDatabase(path);
  expect(storeOperations(second).settings()).toEqual([{ name: "a", value: "1" }]);
  second.close();
  expect(existsSync(`${path}.set-aside`)).toBe(false);
});

describe("migrations", () => {
  const one: Migration = { version: 1, sql: "CREATE TABLE a (x INTEGER)" };
  const two: Migration = { version: 2, sql: "ALTER TABLE a ADD COLUMN y INTEGER NOT NULL DEFAULT 7" };

  test("run in order from where the file stands, rows kept", () => {
    const first = openDatabase(path, [one]);
    first.exec("INSERT INTO a VALUES (1)");
    first.close();
    const second = openDatabase(path, [one, two]);
    expect(second.prepare("SELECT x, y FROM a").all()).toEqual([{ x: 1, y: 7 }]);
    second.close();
  });

  test("one that fails leaves the file as it was", () => {
    openDatabase(path, [one]).close();
    expect(() => openDatabase(path, [one, two, { version: 3, sql: "NOT SQL" }])).toThrow();
    const again = openDatabase(path, [one]);
    expect(again.prepare("SELECT name FROM pragma_table_info('a')").pluck().all()).toEqual(["x"]);
    again.close();
  });

  test("a file of a newer Assay is refused, not touched", () => {
    openDatabase(path, [one, two]).close();
    expect(() => openDatabase(path, [one])).toThrow(expect.objectContaining({ code: "unsupported" }));
    openDatabase(path, [one, two]).close();
    expect(existsSync(`${path}.set-aside`)).toBe(false);
  });
});

test("what is asked often is found by an index", () => {
  withDatabase(undefined, (db) => {
    const number = storeOperations(db).beginIndex("w/b", "s", process.pid);
    const plan = (sql: string, ...given: unknown[]) =>
      db
        .prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
        .all(...given)
        .map(({ detail }) => detail);
    expect({
      entries: plan(
        "SELECT version, document FROM entries WHERE log = ? AND version >= ? ORDER BY version LIMIT 9",
        "l",
        1,
      ),
      runs: plan("SELECT document FROM runs WHERE brand = ? ORDER BY requested_at DESC, run_id", "b"),
      tasks: plan(
        "SELECT t.document FROM runs r JOIN tasks t ON t.run_id = r.run_id WHERE r.run_id = ? AND r.brand = ? ORDER BY t.position",
        "r",
        "b",
      ),
      search: plan(searchSql(number, { match: '"a"*', email: "" }), { match: '"a"*', limit: 20 }),
    }).toEqual({
      entries: ["SEARCH entries USING PRIMARY KEY (log=? AND version>?)"],
      runs: ["SEARCH runs USING INDEX runs_by_brand (brand=?)"],
      tasks: ["SEARCH r USING INDEX sqlite_autoindex_runs_1 (run_id=?)", "SEARCH t USING PRIMARY KEY (run_id=?)"],
      search: [
        expect.stringMatching(/^SCAN w VIRTUAL TABLE INDEX \d+:M/),
        "SEARCH p USING INTEGER PRIMARY KEY (rowid=?)",
      ],
    });
  });
});

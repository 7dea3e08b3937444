import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AssayError } from "../../shared/base/errors.ts";
import type { Column, ColumnTable } from "../../shared/domain/column.ts";
import { openSession, type Session, type SessionOptions } from "./duckdb.ts";
import { literal, parquet } from "./sql.ts";

const scratch = mkdtempSync(join(tmpdir(), "duckdb-"));
const inScratch = (name: string) => join(scratch, name);
const limits = { memoryLimit: 1e9, threads: 1, scratch };
let session: Session;

beforeAll(async () => {
  session = await openSession(limits);
});
afterAll(() => {
  session.close();
  rmSync(scratch, { recursive: true, force: true });
});

async function withSession<T>(options: Partial<SessionOptions>, body: (one: Session) => Promise<T>): Promise<T> {
  const one = await openSession({ ...limits, ...options });
  try {
    return await body(one);
  } finally {
    one.close();
  }
}

const columns: readonly Column[] = [
  { name: "customer_id", type: "VARCHAR" },
  { name: "amount", type: "BIGINT" },
  { name: "share", type: "DOUBLE" },
  { name: "is_new", type: "BOOLEAN" },
  { name: "seen_on", type: "DATE" },
  { name: "tags", type: "VARCHAR[]" },
  { name: "order", type: "INTEGER" },
];

function sample(rows: number): ColumnTable {
  const numbers = (of: (row: number) => number) => Float64Array.from({ length: rows }, (_, row) => of(row));
  return {
    rows,
    columns: {
      customer_id: Array.from({ length: rows }, (_, row) => (row % 7 === 3 ? null : `é “${row}”`)),
      amount: numbers((row) => (row % 5 === 0 ? Number.NaN : row * 1e6)),
      share: numbers((row) => (row % 11 === 0 ? Number.NaN : row / 3)),
      is_new: numbers((row) => row % 2),
      seen_on: numbers((row) => 19_000 + row),
      tags: Array.from({ length: rows }, (_, row) => (row % 3 === 0 ? null : [`t${row}`, "it's"])),
      order: numbers((row) => rows - row),
    },
  };
}

describe("values", () => {
  test("a folder above a file that is named like a column takes the place of none and adds none", async () => {
    const folder = join(inScratch("country=FR"), "year=2024");
    mkdirSync(folder, { recursive: true });
    const path = join(folder, "rows.parquet");
    await session.toParquet("SELECT 'GB' AS country", path);
    expect(await session.rows(`SELECT * FROM ${parquet([path])}`)).toEqual([{ country: "GB" }]);
    const numbered = parquet([path], ["file_row_number = true"]);
    expect(await session.rows(`SELECT * FROM ${numbered}`)).toEqual([{ country: "GB", file_row_number: 0 }]);
  });

  test("rows are JSON: days and instants as ISO text, integers as numbers, or text beyond 2^53", async () => {
    const [row] = await session.rows(`SELECT 7::BIGINT AS a, 9007199254740993::BIGINT AS b, 12::HUGEINT AS c,
      DATE '2026-02-28' AS d, TIMESTAMP '2026-02-28 01:02:03' AS e, TIMESTAMP '2026-02-28 01:02:03.25' AS f,
      1.50::DECIMAL(18,4) AS g, NULL AS h, ['x', NULL] AS i, MAP {'k': 'v'} AS j, {'s': 1} AS k, 'nan'::DOUBLE AS l, true AS m,
      TIMESTAMPTZ '2026-02-28 01:02:03+00' AS n`);
    expect(row).toEqual({
      a: 7,
      b: "9007199254740993",
      c: 12,
      d: "2026-02-28",
      e: "2026-02-28T01:02:03Z",
      f: "2026-02-28T01:02:03.25Z",
      g: 1.5,
      h: null,
      i: ["x", null],
      j: { k: "v" },
      k: { s: 1 },
      l: null,
      m: true,
      n: "2026-02-28T01:02:03Z",
    });
    expect(JSON.parse(JSON.stringify(row))).toEqual(row);
  });

  test("a column called __proto__ is a column", async () => {
    const [row = {}] = await session.rows(`SELECT 1 AS "__proto__"`);
    expect(Object.entries(row)).toEqual([["__proto__", 1]]);
  });

  test("a table in memory: numbers with NaN, days since 1970, text and lists with null", async () => {
    const found = await session.table(
      `SELECT * FROM (VALUES (1, 2.5, DATE '1970-01-03', 'a', ['p'], true), (NULL, NULL, NULL, NULL, NULL, NULL)) AS t(i, d, day, s, l, b)`,
    );
    expect(found.rows).toBe(2);
    expect(found.columns).toEqual({
      i: Float64Array.of(1, Number.NaN),
      d: Float64Array.of(2.5, Number.NaN),
      day: Float64Array.of(2, Number.NaN),
      s: ["a", null],
      l: [["p"], null],
      b: Float64Array.of(1, Number.NaN),
    });
  });

  test.each([0, 1, 2048, 5000])("%i rows come back from a table of DuckDB as they went in", async (rows) => {
    const table = sample(rows);
    await session.load("there", table, columns);
    const described = await session.describe("SELECT * FROM there");
    expect(described.map(({ type }) => type)).toEqual(columns.map(({ type }) => type));
    expect(await session.table('SELECT * FROM there ORDER BY "order" DESC')).toEqual(table);
  });

  test("an empty answer has its columns", async () => {
    expect(await session.table("SELECT 1 AS a, 'x' AS b WHERE false")).toEqual({
      rows: 0,
      columns: { a: new Float64Array(0), b: [] },
    });
    expect(await session.value("SELECT 1 WHERE false")).toBeNull();
  });
});

describe("Parquet", () => {
  const digest = (path: string) => createHash("sha256").update(readFileSync(path)).digest("hex");
  const query = `SELECT i AS id, i * 7 % 1000 AS amount, 'name ' || (i % 977) AS name, i / 3.0 AS share
    FROM range(300000) AS t(i) ORDER BY id`;

  test("equal rows give equal bytes, on one thread or four", async () => {
    const paths = ["one.parquet", "again.parquet", "four.parquet"].map(inScratch);
    for (const [at, path] of paths.entries()) {
      await withSession({ threads: at === 2 ? 4 : 1 }, async (one) => {
        expect(await one.toParquet(query, path)).toBe(300_000);
      });
    }
    expect(new Set(paths.map(digest)).size).toBe(1);
  });

  test("a path with quotes is a path", async () => {
    const path = inScratch("it's.parquet");
    await session.toParquet("SELECT 1 AS a", path);
    expect(await session.rows(`SELECT * FROM ${parquet([path])}`)).toEqual([{ a: 1 }]);
  });

  test("a result larger than the memory spills to scratch", async () => {
    const path = inScratch("spilled.parquet");
    await withSession({ memoryLimit: 128e6 }, async (one) => {
      expect(await one.toParquet("SELECT hash(i) AS h, i FROM range(3000000) AS t(i) ORDER BY h, i", path)).toBe(3e6);
    });
  });
});

describe("failures", () => {
  async function failureOf(sql: string, one = session): Promise<AssayError> {
    const error = await one.rows(sql).catch((caught: unknown) => caught);
    if (!(error instanceof AssayError)) throw new Error(`${sql} gave no AssayError`);
    expect(error.message.length).toBeGreaterThan(5);
    expect(error.hint.length).toBeGreaterThan(5);
    return error;
  }

  test.each([
    ["selec 1", "bad_input"],
    ["SELECT nothing_here", "bad_input"],
    ["SELECT * FROM no_such_table", "bad_input"],
    ["SELECT CAST('x' AS INTEGER)", "bad_input"],
    ["SELECT * FROM read_parquet('/nowhere/at-all.parquet')", "unavailable"],
  ])("%s", async (sql, code) => {
    expect((await failureOf(sql)).code).toBe(code);
  });

  test("an error in the middle of a result is an error, not fewer rows", async () => {
    const sql = "SELECT CASE WHEN i = 250000 THEN error('boom') ELSE i END AS i FROM range(300000) AS t(i)";
    expect((await failureOf(sql)).message).toContain("boom");
    await expect(session.table(sql)).rejects.toThrow("boom");
    await expect(session.toParquet(sql, inScratch("half.parquet"))).rejects.toThrow("boom");
  });

  test("a file that was cut short is an error", async () => {
    const path = inScratch("cut.parquet");
    await session.toParquet("SELECT i FROM range(100000) AS t(i) ORDER BY i", path);
    truncateSync(path, 20_000);
    await failureOf(`SELECT count(*) FROM ${parquet([path])}`);
  });

  test("too little memory says what to give", async () => {
    await withSession({ memoryLimit: 64e6, lockedTo: [] }, async (one) => {
      const sql = "SELECT count(*) FROM (SELECT DISTINCT hash(i) AS h FROM range(30000000) AS t(i))";
      const error = await failureOf(sql, one);
      expect(error.code).toBe("unavailable");
      expect(error.hint).toContain("memory");
      expect(error.details).toMatchObject({ short: "memory" }); // by which it is tried again alone
    });
  });
});

describe("cancelling", () => {
  const endless = "SELECT count(*) FROM range(1000000) AS a(i), range(1000000) AS b(j) WHERE hash(i + j) = 1";

  test.each([0, 1, 30, 200])("a statement stops within a second, cancelled %i ms after its start", async (delay) => {
    const cancel = new AbortController();
    await withSession({ signal: cancel.signal }, async (one) => {
      const running = one.rows(endless).catch((error: unknown) => error);
      if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
      const began = performance.now();
      cancel.abort();
      expect(await running).toMatchObject({ code: "cancelled" });
      expect(performance.now() - began).toBeLessThan(1000);
      await expect(one.run("SELECT 1")).rejects.toMatchObject({ code: "cancelled" });
    });
  });

  test("a signal that had fired before opens no session", async () => {
    await expect(openSession({ ...limits, signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "cancelled" });
  });

  test("closing twice is as good as once", async () => {
    const one = await openSession(limits);
    one.close();
    one.close();
    one.interrupt();
  });
});

describe("locked to its files", () => {
  const inside = inScratch("inside.parquet");
  const outside = inScratch("outside.parquet");
  const text = inScratch("secret.csv");
  let locked: Session;

  beforeAll(async () => {
    await session.toParquet("SELECT 1 AS a", inside);
    await session.toParquet("SELECT 2 AS a", outside);
    writeFileSync(text, "a\n1\n");
    locked = await openSession({ ...limits, lockedTo: [inside] });
  });
  afterAll(() => locked.close());

  test("its files can be read", async () => {
    expect(await locked.value(`SELECT a FROM ${parquet([inside])}`)).toBe(1);
  });

  test.each([
    `SELECT * FROM ${parquet([outside])}`,
    `SELECT * FROM ${literal(outside)}`,
    `SELECT * FROM read_csv(${literal(text)})`,
    `SELECT * FROM read_text(${literal(text)})`,
    `SELECT * FROM glob(${literal(`${scratch}/*`)})`,
    `SELECT * FROM read_parquet(${literal(`${scratch}/../${scratch.split("/").at(-1)}/outside.parquet`)})`,
    "SELECT * FROM read_csv('http://127.0.0.1:9/x.csv')",
    `COPY (SELECT 1) TO ${literal(inScratch("written.csv"))}`,
    `ATTACH ${literal(inScratch("other.duckdb"))}`,
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET enable_external_access = true",
    `SET allowed_paths = [${literal(outside)}]`,
    "SET temp_directory = '/tmp'",
    "SET memory_limit = '100GB'",
    "RESET lock_configuration",
    "EXPORT DATABASE '/tmp/exported'",
    "CREATE SECRET s (TYPE s3, KEY_ID 'a', SECRET 'b')",
  ])("refused: %s", async (sql) => {
    await expect(locked.rows(sql)).rejects.toBeInstanceOf(AssayError);
  });

  test("tells one SELECT from everything else", async () => {
    expect(await locked.inspect("SELECT 1")).toEqual({ statements: 1, isSelect: true });
    expect(await locked.inspect("SELECT 1; SELECT 2")).toEqual({ statements: 2, isSelect: false });
    expect((await locked.inspect("CREATE TABLE t (a INTEGER)")).isSelect).toBe(false);
    await expect(locked.inspect("selec")).rejects.toMatchObject({ code: "bad_input" });
  });
});

describe("a kept database", () => {
  const keeping = { ...limits, isKept: true };

  test("serves the next session without what the one before had, unless a statement failed", async () => {
    const first = await openSession(keeping);
    await first.run("CREATE TEMP TABLE mine AS SELECT 1 AS a");
    await first.run("CREATE TABLE left_over AS SELECT 1 AS a");
    first.close();
    const second = await openSession(keeping);
    await expect(second.rows("SELECT * FROM left_over")).resolves.toHaveLength(1); // it is the same database
    await expect(second.rows("SELECT * FROM mine")).rejects.toThrow(/mine/);
    second.close();
    const third = await openSession(keeping);
    await expect(third.rows("SELECT * FROM left_over")).rejects.toThrow(/left_over/);
    third.close();
  });

  test("is never shared by two sessions at a time, nor left by a cancelled one", async () => {
    const [one, other] = [await openSession(keeping), await openSession(keeping)];
    await one.run("CREATE TABLE own AS SELECT 1 AS a");
    await expect(other.rows("SELECT * FROM own")).rejects.toThrow(/own/);
    one.close();
    other.close();
    const cancelling = new AbortController();
    const stopped = await openSession({ ...keeping, signal: cancelling.signal });
    await expect(stopped.rows("SELECT * FROM own")).resolves.toHaveLength(1);
    cancelling.abort();
    stopped.close();
    await withSession(keeping, async (next) => expect(next.rows("SELECT * FROM own")).rejects.toThrow(/own/));
  });
});

import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeSmallSnapshot, type SmallSnapshot } from "../../../test/support/small-snapshot.ts";
import { forkProcess } from "../fork.ts";
import { runConsole } from "./console.ts";

let small: SmallSnapshot;
beforeAll(async () => {
  small = await makeSmallSnapshot();
  mkdirSync(join(small.folder, "out"));
});
afterAll(() => small.close());

const ask = (sql: string, more: Partial<Parameters<typeof runConsole>[0]> = {}) =>
  runConsole({ sql, tables: small.handle.tables, scratch: small.folder, startProcess: forkProcess, ...more });
const profiles = () => small.handle.tables.profiles?.[0] ?? "";

describe("a statement that only reads", () => {
  test("gives rows as JSON, with columns and the whole count", async () => {
    const found = await ask(
      "SELECT customer_id, first_order_on, order_count, reasons, [1, 2] AS l FROM profiles ORDER BY customer_id;",
      { limit: 2 },
    );
    expect(found.columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
      "customer_id VARCHAR",
      "first_order_on DATE",
      "order_count INTEGER",
      "reasons MAP(VARCHAR, VARCHAR)",
      "l INTEGER[]",
    ]);
    expect(found).toMatchObject({ row_count: 240, path: null });
    expect(found.rows).toHaveLength(2);
    expect(found.rows[0]).toMatchObject({ l: [1, 2], reasons: { discount_affinity: "not_modelled" } });
  });

  test("lists the snapshot's tables by name, and no column of a folder", async () => {
    const { rows } = await ask("SELECT table_name FROM information_schema.tables ORDER BY 1");
    expect(rows.map(({ table_name }) => table_name)).toEqual(Object.keys(small.handle.tables).toSorted());
    const described = await ask("DESCRIBE profiles");
    expect(described.rows.map(({ column_name }) => column_name)).not.toContain("bucket");
    expect((await ask("SHOW TABLES")).row_count).toBe(rows.length);
  });

  test("writes CSV, JSON and Parquet, whose types stay", async () => {
    const sql =
      "SELECT customer_id, first_order_on, order_count, reasons, top_products, CAST(1.25 AS DECIMAL(18, 4)) AS price FROM profiles ORDER BY customer_id";
    const path = (name: string) => join(small.folder, "out", name);
    expect(await ask(sql, { out: path("a.parquet") })).toMatchObject({
      row_count: 240,
      rows: [],
      path: path("a.parquet"),
    });
    const types = await small.session.describe(
      `SELECT * FROM read_parquet('${path("a.parquet")}', hive_partitioning = false)`,
    );
    expect(types.map(({ type }) => type)).toEqual([
      "VARCHAR",
      "DATE",
      "INTEGER",
      "MAP(VARCHAR, VARCHAR)",
      "VARCHAR[]",
      "DECIMAL(18,4)",
    ]);
    await ask(sql, { out: path("a.json"), format: "json" });
    const json = JSON.parse(readFileSync(path("a.json"), "utf8"));
    expect(json).toHaveLength(240);
    await ask(sql, { out: path("a.csv") });
    const lines = readFileSync(path("a.csv"), "utf8").split("\r\n");
    expect(lines).toHaveLength(242);
    expect(lines[0]).toBe('"customer_id","first_order_on","order_count","reasons","top_products","price"');
    expect(lines[1]).toContain(`"${json[0].customer_id}"`);
    expect(readdirSync(join(small.folder, "out")).filter((name) => name.startsWith("."))).toEqual([]);
    const none = await ask("SELECT 1 AS a WHERE false", { out: path("none.json") });
    expect([none.row_count, JSON.parse(readFileSync(path("none.json"), "utf8"))]).toEqual([0, []]);
  });
});

test("small tables given as rows stand beside the files, also empty", async () => {
  const rows = [
    { model: "bg_nbd", metric: "mae", value: 0.5, n: 100, cut_on: "2026-01-01", beats_baseline: true, note: "it's" },
    { model: "rfm", metric: "auc", value: null, n: 7, cut_on: "2026-01-01", beats_baseline: false, note: null },
  ];
  const found = await ask(
    "SELECT model, value, n, cut_on + 1 AS next, beats_baseline, note FROM model_evaluations ORDER BY model",
    { json: { model_evaluations: rows } },
  );
  expect(found.rows).toEqual([
    { model: "bg_nbd", value: 0.5, n: 100, next: "2026-01-02", beats_baseline: true, note: "it's" },
    { model: "rfm", value: null, n: 7, next: "2026-01-02", beats_baseline: false, note: null },
  ]);
  expect((await ask("SELECT * FROM model_evaluations", { json: { model_evaluations: [] } })).columns).toHaveLength(16);
});

test("a long result is written page by page, in order, and sums keep every digit", async () => {
  const path = join(small.folder, "out", "long.csv");
  expect((await ask("SELECT i FROM range(120000) t(i) ORDER BY i DESC", { out: path })).row_count).toBe(120_000);
  const lines = readFileSync(path, "utf8").split("\r\n");
  expect([lines.length, lines[1], lines.at(-2)]).toEqual([120_002, "119999", "0"]);
  const sums = join(small.folder, "out", "sums.parquet");
  await ask("SELECT sum(9007199254740993) AS n", { out: sums });
  expect(await small.session.value(`SELECT CAST(n AS VARCHAR) FROM read_parquet('${sums}')`)).toBe("9007199254740993");
  expect(await ask("SELECT i FROM range(500) t(i) ORDER BY i DESC", { limit: 3 })).toMatchObject({
    row_count: 500,
    rows: [{ i: 499 }, { i: 498 }, { i: 497 }],
  });
});

describe("what a statement can't do", () => {
  test.each([
    ["SELECT * FROM read_csv('/etc/passwd')", "not_permitted"],
    ["SELECT * FROM read_text('/etc/passwd')", "not_permitted"],
    ["SELECT * FROM '/etc/passwd'", "bad_input"],
    ["SELECT * FROM glob('/etc/*')", "not_permitted"],
    ["SELECT * FROM read_parquet('../../*.parquet')", "not_permitted"],
    ["SELECT * FROM read_csv('https://example.com/x.csv')", "not_permitted"],
    ["ATTACH '/tmp/x.duckdb'", "not_permitted"],
    ["INSTALL httpfs", "not_permitted"],
    ["LOAD httpfs", "not_permitted"],
    ["SET lock_configuration = false", "not_permitted"],
    ["CREATE TABLE x AS SELECT 1", "not_permitted"],
    ["DROP VIEW profiles", "not_permitted"],
    ["CALL enable_logging()", "not_permitted"],
    ["EXPLAIN ANALYZE COPY profiles TO '/tmp/assay-evil.csv'", "not_permitted"],
    ["SELECT 1; SELECT 2", "bad_input"],
    ["SELECT 1) TO '/tmp/assay-evil.csv' (FORMAT csv); --", "bad_input"],
    ["SELECT * FROM query('COPY profiles TO ''/tmp/assay-evil.csv''')", "bad_input"],
    ["SELEC 1", "bad_input"],
    ["SELECT no_such_column FROM profiles", "bad_input"],
    ["", "bad_input"],
  ])("%s", async (sql, code) => {
    await expect(ask(sql)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(/./),
      hint: expect.stringMatching(/./),
    });
    expect(existsSync("/tmp/assay-evil.csv")).toBe(false);
  });

  test("write over the snapshot, or anywhere, by COPY", async () => {
    const before = statSync(profiles());
    await expect(ask(`COPY (SELECT 1) TO '${profiles()}' (USE_TMP_FILE false)`)).rejects.toMatchObject({
      code: "not_permitted",
    });
    await expect(ask("COPY profiles TO '/tmp/assay-evil.csv'")).rejects.toMatchObject({ code: "not_permitted" });
    await expect(
      ask(`COPY (SELECT 1) TO '${join(small.folder, "out", "evil.parquet")}'`, {
        out: join(small.folder, "out", "b.parquet"),
      }),
    ).rejects.toMatchObject({ code: "not_permitted" });
    expect([statSync(profiles()).size, statSync(profiles()).mtimeMs]).toEqual([before.size, before.mtimeMs]);
    expect(existsSync(join(small.folder, "out", "b.parquet"))).toBe(false);
  });

  test("run on after its time, after a cancel, or beyond its memory", async () => {
    const endless = "SELECT sum(a.i * b.i) FROM range(10000000) a(i), range(10000000) b(i)";
    await expect(ask(endless, { timeoutMs: 1500 })).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("1.5 s"),
    });
    const stop = new AbortController();
    const asked = ask(endless, { signal: stop.signal });
    setTimeout(() => stop.abort(), 400);
    await expect(asked).rejects.toMatchObject({ code: "cancelled" });
    await expect(ask("SELECT list(i) FROM range(500000000) t(i)", { memoryBytes: 100e6 })).rejects.toMatchObject({
      code: "unavailable",
    });
    expect(readdirSync(small.folder).filter((name) => name.startsWith("assay-console-"))).toEqual([]);
  });
});

describe("what can't be run is named by line and column", () => {
  test.each([
    ["SELEC 1", 1, 1],
    ["SELECT customer_id,\n  no_such\nFROM profiles", 2, 3],
    ["\n\nSELECT 1 FROM nowhere", 3, 15],
    ["SELECT 1;\n", 0, 0],
    [`SELECT ${"customer_id || ".repeat(30)} missing AS long FROM profiles`, 1, 459],
  ])("%j: line %i, column %i", async (sql, line, column) => {
    const answer = await ask(sql).catch((error: unknown) => error);
    if (line === 0) expect(answer).toMatchObject({ row_count: 1 });
    else expect(answer).toMatchObject({ code: "bad_input", details: { line, column } });
  });
});

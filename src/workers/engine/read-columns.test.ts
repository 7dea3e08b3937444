import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSession, type Session } from "./duckdb.ts";

let folder: string;
let session: Session;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "assay-columns-"));
  session = await openSession({ memoryLimit: 512e6, threads: 2, scratch: folder });
});
afterAll(() => {
  session.close();
  rmSync(folder, { recursive: true, force: true });
});

const list = "CASE i % 4 WHEN 0 THEN NULL WHEN 1 THEN [] WHEN 2 THEN ['a''b'] ELSE ['x' || i % 7, 'Zoë', ''] END";
const rows = (n: number, products = list) => `(SELECT i, 'c' || i // 9 AS customer_id,
  CASE WHEN i % 5 > 0 THEN 'Kategorie ' || i % 11 || ' "é"' END AS category, 'only ' || i AS own,
  'only this one and no other, ' || i AS long, CAST(NULL AS VARCHAR) AS nothing, ${products} AS products FROM range(${n}) r(i))`;

/** The same texts and lists by another way: value by value. */
async function valueByValue(sql: string) {
  const read = await session.rows(sql);
  return Object.fromEntries(Object.keys(read[0] ?? {}).map((name) => [name, read.map((row) => row[name])]));
}

describe("a table in memory", () => {
  it.each([10, 9_000])("holds the texts and lists of %s rows, whether they repeat or not", async (n) => {
    const { i, ...columns } = (await session.table(`SELECT * FROM ${rows(n)}`)).columns;
    const { i: _, ...expected } = await valueByValue(`SELECT * FROM ${rows(n)}`);
    expect(columns).toEqual(expected);
    expect(i).toEqual(Float64Array.from({ length: n }, (_, at) => at));
  });

  it.each([
    ["a text that holds the separator", "['a' || chr(31) || 'b']"],
    ["a list that holds nothing", "['a', NULL]"],
    ["a list that holds nothing and the separator", "['a' || chr(31) || 'b', NULL]"],
  ])("is the same with %s", async (_, products) => {
    const odd = `SELECT products FROM ${rows(6_000, `CASE WHEN i = 5000 THEN ${products} ELSE ['a'] END`)} ORDER BY i`;
    const told = (await session.table(odd)).columns["products"] ?? [];
    const [at] = (await session.rows(`SELECT ${products} AS products`)).map((row) => row["products"] as unknown[]);
    expect(told[4999]).toEqual(["a"]);
    expect(told[5000]).toEqual(at?.map(String));
  });

  it.each(["BOOLEAN", "TINYINT", "INTEGER", "BIGINT", "HUGEINT", "UBIGINT", "FLOAT", "DOUBLE", "DECIMAL(9,3)", "DATE"])(
    "holds %s as doubles, as SQL casts them, and NULL as NaN",
    async (type) => {
      const cast = type === "DATE" ? "value - DATE '1970-01-01'" : "value";
      const value =
        type === "DATE"
          ? "DATE '2026-01-01' - CAST(i * 37 AS INTEGER)"
          : type === "BIGINT"
            ? "[9223372036854775807, -9223372036854775808, 9007199254740993, -9007199254740993, -1, 4294967296, i][1 + i % 7]"
            : type.startsWith("U")
              ? "i * 4294967296"
              : "(i % 200 - 100) / 2.0";
      const sql = `SELECT i, CASE WHEN i % 11 > 0 THEN CAST(${value} AS ${type}) END AS value FROM range(5000) r(i)`;
      const read = (await session.table(`SELECT value FROM (${sql}) ORDER BY i`)).columns["value"];
      const expected = await session.rows(`SELECT CAST(${cast} AS DOUBLE) AS value FROM (${sql}) ORDER BY i`);
      expect(read).toEqual(
        Float64Array.from(expected, (row) => (row["value"] === null ? Number.NaN : Number(row["value"]))),
      );
    },
  );

  it("holds other types as text", async () => {
    const sql = "SELECT TIMESTAMP '2026-01-02 03:04:05' AS at, 1 AS n, MAP {'a': 1} AS map";
    const { columns } = await session.table(sql);
    expect(columns).toEqual({
      ...{ at: ["2026-01-02 03:04:05"], n: Float64Array.of(1), map: ["{a=1}"] },
    });
  });
});

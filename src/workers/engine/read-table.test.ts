import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSession, type Session } from "./duckdb.ts";
import { readTable } from "./read-table.ts";

let folder: string;
let session: Session;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "assay-table-"));
  session = await openSession({ memoryLimit: 512e6, threads: 2, scratch: folder });
});
afterAll(() => {
  session.close();
  rmSync(folder, { recursive: true, force: true });
});

const list = "CASE i % 4 WHEN 0 THEN NULL WHEN 1 THEN [] WHEN 2 THEN ['a''b'] ELSE ['x' || i % 7, 'Zoë', ''] END";
const rows = (
  n: number,
  products = list,
) => `(SELECT i, i / 3 AS share, DATE '2026-01-01' + CAST(i % 90 AS INTEGER) AS day, 'c' || i // 9 AS customer_id,
  CASE WHEN i % 5 > 0 THEN 'Kategorie ' || i % 11 || ' "é"' END AS category, 'only ' || i AS own, CAST(NULL AS VARCHAR) AS nothing, ${products} AS products
  FROM range(${n}) r(i))`;

describe("a table in memory", () => {
  it.each([10, 9_000])("is what the session gives of %s rows, whether texts repeat or not", async (n) => {
    expect(await readTable(session, rows(n))).toEqual(await session.table(`SELECT * FROM ${rows(n)}`));
  });

  it.each([
    ["a text that holds the separator", "['a' || chr(31) || 'b']"],
    ["a list that holds nothing", "['a', NULL]"],
  ])("is the same with %s", async (_, products) => {
    const odd = rows(6_000, `CASE WHEN i = 5000 THEN ${products} ELSE ['a'] END`);
    expect(await readTable(session, odd)).toEqual(await session.table(`SELECT * FROM ${odd}`));
  });
});

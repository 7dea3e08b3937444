import { tmpdir } from "node:os";
import { afterAll, expect, test } from "vitest";
import { openSession } from "./duckdb.ts";

const session = await openSession({ memoryLimit: 1e9, threads: 2, scratch: tmpdir() });
afterAll(() => session.close());

/** The same by another way: rows are read value by value. */
async function bothWays(sql: string) {
  const { columns } = await session.table(sql);
  const rows = await session.rows(sql);
  return { fast: columns["text"], slow: rows.map(({ text }) => text) };
}

test("texts are those of the table, of whatever length and letters, and NULL stays", async () => {
  await session.run(`CREATE TEMP TABLE texts AS SELECT i, CASE i % 9
      WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN left(md5(i::VARCHAR), 12) WHEN 3 THEN left(md5(i::VARCHAR), 13)
      WHEN 4 THEN repeat('ä€😀', (i % 40)::INTEGER) WHEN 5 THEN chr(0) || 'nul' || chr(10) || repeat('x', (i % 7000)::INTEGER)
      ELSE md5(i::VARCHAR) END AS text FROM range(20000) r(i)`);
  for (const sql of [
    "SELECT text FROM texts ORDER BY i",
    "SELECT text FROM texts ORDER BY hash(i)",
    "SELECT text FROM texts WHERE i % 3 = 0 ORDER BY i DESC",
    "SELECT DISTINCT upper(text) AS text FROM texts ORDER BY 1",
    "SELECT text || text AS text FROM texts ORDER BY i LIMIT 2049",
    "SELECT 'all the same, and longer than twelve' AS text FROM texts",
    "SELECT text FROM texts WHERE false",
  ]) {
    const { fast, slow } = await bothWays(sql);
    expect(fast, sql).toEqual(slow);
  }
});

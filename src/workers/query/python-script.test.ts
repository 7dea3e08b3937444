import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pythonWith, runPython } from "../../../test/support/python.ts";
import { makeSmallSnapshot, type SmallSnapshot } from "../../../test/support/small-snapshot.ts";
import { countSegment } from "./counts.ts";
import { pythonScript, type ScriptInput } from "./python-script.ts";
import { type OpenSnapshot, openSnapshot } from "./session-pool.ts";

let small: SmallSnapshot;
let snapshot: OpenSnapshot;
beforeAll(async () => {
  small = await makeSmallSnapshot();
  snapshot = await openSnapshot(small.handle, { memoryLimit: 300e6, threads: 1, scratch: small.folder });
});
afterAll(() => {
  snapshot.close();
  small.close();
});
const write = (more: Partial<ScriptInput>) =>
  pythonScript(snapshot, { library: "duckdb", folder: small.folder, brand: "hollin", version: "1.0.0", ...more });
const bought = {
  name: "coat buyers",
  definition: {
    where: {
      combinator: "and",
      rules: [
        { field: "lifecycle_stage", operator: "in", value: ["active", "lapsed"] },
        {
          behaviour: { event: "order", where: { category: "Dresses" }, operator: ">=", value: 2 },
        },
      ],
    },
  },
  segments: {},
};

test("a script says what it reads and needs, and holds no data", async () => {
  const { name, script } = await write({ library: "pandas" });
  expect(name).toBe("snapshot.py");
  expect(script).toContain(`Reads the snapshot ${small.handle.snapshot_id} of hollin, as of 2026-06-30`);
  expect(script).toContain("pip install pandas pyarrow");
  expect(script).toContain(JSON.stringify(small.folder));
  expect(script).not.toContain("example.com");
  const statement = await write({ library: "pandas", sql: "SELECT 1;" });
  expect([statement.name, statement.script.includes("import duckdb")]).toEqual(["query.py", true]);
  expect((await write({ segment: bought })).name).toBe("coat-buyers.py");
});

const withDuckdb = pythonWith("duckdb, pandas");
const withPandas = pythonWith("pandas, pyarrow");
const why = (found: string | undefined) => (found ? "" : " (skipped: no Python with pandas, pyarrow and duckdb)");

describe.skipIf(!withDuckdb)(`run by Python with DuckDB${why(withDuckdb)}`, () => {
  const python = withDuckdb ?? "";
  test("a statement gives the rows that it gives here, whatever quotes it holds", async () => {
    const sql = `SELECT count(*) AS n, max('"""' || chr(92) || '\\n') AS "odd" FROM profiles`;
    const { script } = await write({ sql });
    expect(runPython(python, `${script}print(int(rows.n[0]), rows.odd[0])`)).toMatch(/240 """\\\\n\s*$/);
  });
  test("a segment with a behaviour has as many customers as on screen", async () => {
    const counted = await countSegment(snapshot, bought as never);
    const { script } = await write({ segment: bought });
    expect(runPython(python, `${script}print("found", len(rows))`)).toContain(`found ${counted.customers}\n`);
    expect(counted.customers).toBeGreaterThan(0);
  });
});

describe.skipIf(!withPandas)(`run by Python with pandas${why(withPandas)}`, () => {
  test("the snapshot's folders are read in place", async () => {
    const { script } = await write({ library: "pandas" });
    const check = 'print("read", len(profiles), int(profiles.revenue_minor.sum()), "bucket" in profiles.columns)';
    const [{ total } = {}] = await small.session.rows(
      "SELECT CAST(sum(revenue_minor) AS BIGINT) AS total FROM profiles",
    );
    expect(runPython(withPandas ?? "", script + check)).toContain(`read 240 ${total} False`);
  });
});

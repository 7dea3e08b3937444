import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { OwnProgram } from "../../../shared/domain/own-model.ts";
import { openSession, type Session } from "../../engine/duckdb.ts";
import type { StepContext } from "../../engine/step-context.ts";
import { checkScores, readySql } from "./program-scores.ts";

const definition: OwnProgram = {
  kind: "program",
  name: "own",
  title: "Own",
  purpose: "",
  version: 1,
  command: ["true"],
  files: {},
  inputs: ["profiles"],
  rows: "customers",
  outputs: [
    { name: "spend", type: "DOUBLE", min: 0, max: 100 },
    { name: "spend_low", type: "DOUBLE" },
    { name: "spend_high", type: "DOUBLE" },
    { name: "visits", type: "INTEGER" },
    { name: "label", type: "VARCHAR" },
  ],
  timeout_seconds: 10,
  predicts: null,
};

let folder: string;
let session: Session;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "assay-scores-"));
  session = await openSession({ memoryLimit: 256e6, threads: 1, scratch: folder });
  await session.run("CREATE TEMP TABLE known AS SELECT unnest(['a', 'b', 'c']) AS id");
});
afterAll(() => {
  session.close();
  rmSync(folder, { recursive: true, force: true });
});

let files = 0;
async function taken(sql: string): Promise<unknown[]> {
  const path = join(folder, `scores-${++files}.parquet`);
  await session.toParquet(sql, path);
  await session.run("DROP TABLE IF EXISTS given");
  await checkScores(definition, { session } as StepContext, [path]);
  return session.rows(readySql(definition));
}
const row =
  "'a' AS customer_id, 5.0 AS spend, 1::FLOAT AS spend_low, 9.5 AS spend_high, 3.0::DOUBLE AS visits, 'x' AS label";

describe("scores that a program wrote", () => {
  it("are taken in the declared types, with a row and a reason for everybody whom it left out or left empty", async () => {
    const sql = `SELECT ${row} UNION ALL SELECT 'c', NULL, NULL, NULL, 1, NULL`;
    expect(await taken(sql)).toEqual([
      {
        customer_id: "a",
        spend: 5,
        spend_low: 1,
        spend_high: 9.5,
        visits: 3,
        label: "x",
        enough_data: true,
        reason: null,
      },
      {
        customer_id: "b",
        spend: null,
        spend_low: null,
        spend_high: null,
        visits: null,
        label: null,
        enough_data: false,
        reason: "not_scored",
      },
      {
        customer_id: "c",
        spend: null,
        spend_low: null,
        spend_high: null,
        visits: 1,
        label: null,
        enough_data: false,
        reason: "not_scored",
      },
    ]);
  });

  it("keep the program's own reasons and its word on what is enough", async () => {
    const [first] = await taken(
      `SELECT ${row.replace("5.0 AS spend,", "NULL::DOUBLE AS spend,")}, true AS enough_data, 'too_new' AS reason`,
    );
    expect(first).toMatchObject({ spend: null, enough_data: true, reason: "too_new" });
  });

  it.each([
    ["lack a column", `SELECT * EXCLUDE (label) FROM (SELECT ${row})`, /lacks label/],
    ["have one more", `SELECT ${row}, 1 AS more`, /has more that the definition doesn't name/],
    ["have another type", `SELECT * REPLACE ('5' AS spend) FROM (SELECT ${row})`, /spend is VARCHAR, not DOUBLE/],
    [
      "hold NaN",
      `SELECT * REPLACE ('nan'::DOUBLE AS spend) FROM (SELECT ${row})`,
      /1 row has NaN or an infinity in spend/,
    ],
    [
      "hold an infinity",
      `SELECT * REPLACE ('inf'::DOUBLE AS spend_high) FROM (SELECT ${row})`,
      /NaN or an infinity in spend_high/,
    ],
    ["hold no whole number", `SELECT * REPLACE (3.5 AS visits) FROM (SELECT ${row})`, /no whole number in visits/],
    [
      "go below their least",
      `SELECT * REPLACE (-1.0 AS spend, -2.0 AS spend_low) FROM (SELECT ${row})`,
      /spend below 0/,
    ],
    ["leave their limits", `SELECT * REPLACE (7.0 AS spend_low) FROM (SELECT ${row})`, /spend outside its limits/],
    ["repeat a key", `SELECT ${row} UNION ALL SELECT ${row}`, /repeat a customer_id/],
    [
      "name somebody unknown",
      `SELECT * REPLACE ('z' AS customer_id) FROM (SELECT ${row})`,
      /customer_id that nobody knows/,
    ],
    ["name nobody", `SELECT * REPLACE (NULL::VARCHAR AS customer_id) FROM (SELECT ${row})`, /1 row has no key/],
    ["are more than there are people", `SELECT ${row} FROM range(4)`, /4 rows for 3 known customers/],
  ])("are refused where they %s", async (_, sql, message) => {
    await expect(taken(sql)).rejects.toMatchObject({
      code: "condition_failed",
      message: expect.stringMatching(message),
    });
  });

  it("are refused where there are none", async () => {
    await expect(checkScores(definition, { session } as StepContext, [])).rejects.toThrow(/no output\/scores.parquet/);
  });
});

import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeSmallSnapshot, type SmallSnapshot } from "../../../test/support/small-snapshot.ts";
import { type MovesInput, segmentMoves } from "./segment-moves.ts";
import { type OpenSnapshot, openSnapshot } from "./session-pool.ts";

let small: SmallSnapshot;
let now: OpenSnapshot;
let then: OpenSnapshot;
let scratch: string;

/** Then: ten customers fewer, cooling ones still active, everyone one order behind, one column not there yet. */
beforeAll(async () => {
  small = await makeSmallSnapshot();
  const options = { memoryLimit: 400e6, threads: 2, scratch: small.folder };
  now = await openSnapshot(small.handle, options);
  const profiles = join(small.folder, "profiles-then.parquet");
  await small.session.toParquet(
    `SELECT * EXCLUDE (price_tier) REPLACE (
        CASE WHEN lifecycle_stage = 'cooling' THEN 'active' ELSE lifecycle_stage END AS lifecycle_stage,
        CAST(order_count - 1 AS INTEGER) AS order_count)
      FROM profiles ORDER BY customer_id LIMIT 230`,
    profiles,
  );
  const tables = { ...small.handle.tables, profiles: [profiles] };
  then = await openSnapshot({ ...small.handle, snapshot_id: "then", tables }, options);
  scratch = join(small.folder, "moves.parquet");
});
afterAll(() => {
  now.close();
  then.close();
  small.close();
});

const rule = (field: string, operator: string, value?: unknown) => ({ field, operator, value });
const all = (...rules: unknown[]) => ({ combinator: "and", rules });
const moves = (definition: object, more: Partial<MovesInput> = {}) =>
  segmentMoves(now, then, { definition, segments: {}, fields: [], limit: 5, ...more }, scratch);
const directly = async (condition: string) =>
  Number(await small.session.value(`SELECT count(*) FROM profiles WHERE ${condition}`));
const known = "customer_id IN (SELECT customer_id FROM profiles ORDER BY customer_id LIMIT 230)";

describe("who came and who went", () => {
  test("is told with the rule that turned, and newcomers apart", async () => {
    const where = all(rule("lifecycle_stage", "=", "cooling"), rule("order_count", ">=", 2));
    const found = await moves({ where }, { fields: ["lifecycle_stage", "order_count"] });
    const inside = "lifecycle_stage = 'cooling' AND order_count >= 2";
    expect(found.entered.customers).toBe(await directly(inside));
    expect(found.entered.unknown).toBe(await directly(`${inside} AND NOT ${known}`));
    expect(found.entered.reasons).toEqual([
      { path: "0", customers: await directly(`${inside} AND ${known}`) },
      { path: "1", customers: await directly(`${inside} AND order_count = 2 AND ${known}`) },
    ]);
    expect(found).toMatchObject({ stayed: 0, why_not: null, left: { customers: 0, reasons: [], rows: [] } });
    const [first] = found.entered.rows;
    expect(first?.paths).toContain("0");
    expect(first?.values[0]).toEqual({ field: "lifecycle_stage", before: "active", now: "cooling" });
    expect(found.entered.rows).toHaveLength(5);
    expect(existsSync(scratch)).toBe(false);
  });

  test("names the same people as those who left the opposite", async () => {
    const cooling = rule("lifecycle_stage", "=", "cooling");
    const entered = await moves({ where: all(cooling) }, { limit: 100 });
    const left = await moves({ where: { combinator: "and", not: true, rules: [cooling] } }, { limit: 100 });
    expect(left.left.reasons).toEqual(entered.entered.reasons);
    const ids = (rows: readonly { customer_id: string; paths: readonly string[] }[]) =>
      rows.filter(({ paths }) => paths.length > 0).map(({ customer_id }) => customer_id);
    expect(ids(left.left.rows)).toEqual(ids(entered.entered.rows));
    expect(left.entered.unknown).toBe(left.entered.customers); // only who wasn't there before enters it
  });

  test("counts each customer once and adds up", async () => {
    const where = { combinator: "or", rules: [rule("order_count", "=", 2), rule("order_count", "=", 4)] };
    const found = await moves({ where });
    expect(found.stayed).toBe(0);
    expect(found.entered.customers).toBe(await directly("order_count IN (2, 4)"));
    expect(found.left.customers).toBe(await directly(`order_count IN (3, 5) AND ${known}`));
    expect(found.left.reasons.reduce((sum, { customers }) => sum + customers, 0)).toBe(found.left.customers);
    expect((await moves({ sql: "order_count >= 0" })).entered.reasons[0]?.path).toBe("0");
  });

  test("says so where the earlier snapshot lacks a column, and refuses what is wrong today", async () => {
    const found = await moves({ where: all(rule("price_tier", "=", 3)) });
    expect(found.why_not).toContain("price_tier");
    await expect(moves({ where: all(rule("no_such_column", "=", 3)) })).rejects.toThrow("no_such_column");
  });
});

import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeSmallSnapshot, type SmallSnapshot } from "../../../test/support/small-snapshot.ts";
import { momentsOf } from "../numeric/group-moments.ts";
import { adjustedDifference } from "../numeric/mean-difference.ts";
import { type Measured, measureCampaign } from "./campaign-result.ts";
import { numberOf } from "./estimate.ts";
import { type OpenSnapshot, openSnapshot } from "./session-pool.ts";

/** 4,000 people who bought once a year before; those with i % 4 < 3 are contacted, of whom one in five buys for 50, of the rest one in
 *  ten; half of each contacted group gets message b. */
const crowd = `(SELECT i, lower(lpad(hex(i * 7919 + 11), 20, '0')) AS customer_id, i % 4 = 3 AS is_control,
  CASE WHEN i % 4 = 3 THEN 'control' WHEN i % 4 = 2 THEN 'b' ELSE 'a' END AS variant FROM range(4000) t(i))`;
const buys = "((i // 4) % 10 = 0 OR (NOT is_control AND (i // 4) % 10 = 5))";

let small: SmallSnapshot;
let snapshot: OpenSnapshot;
let groups: string;
beforeAll(async () => {
  small = await makeSmallSnapshot({
    only: ["profiles", "transactions", "campaign_assignments"],
    replace: {
      profiles: `SELECT customer_id FROM ${crowd} WHERE i <> 8`,
      transactions: `SELECT customer_id, DATE '2026-03-01' AS day, 1 AS n_orders, CAST(1000 + (i // 4) % 7 * 900 AS BIGINT) AS revenue_minor FROM ${crowd}
        UNION ALL SELECT customer_id, DATE '2026-06-10' + CAST((i // 4) % 9 AS INTEGER), 1, CAST(4000 + (i // 4) % 7 * 900 AS BIGINT) FROM ${crowd} WHERE ${buys}`,
      campaign_assignments: `SELECT customer_id, 'june' AS campaign_id, variant, is_control, TIMESTAMP '2026-06-08 09:00:00' AS assigned_at FROM ${crowd}`,
    },
  });
  groups = join(small.folder, "groups.parquet");
  await small.session.toParquet(`SELECT customer_id, variant, is_control FROM ${crowd}`, groups);
  snapshot = await openSnapshot(small.handle, { memoryLimit: 400e6, threads: 1, scratch: small.folder });
});
afterAll(() => {
  snapshot.close();
  small.close();
});

const own = (more: Partial<Extract<Measured, { kind: "own" }>> = {}): Measured => ({
  kind: "own",
  campaign: "june",
  files: [groups],
  starts_on: "2026-06-08",
  days: 14,
  goal: "purchases",
  planned: [
    { variant: "a", planned_share: 0.5 },
    { variant: "b", planned_share: 0.25 },
    { variant: "control", planned_share: 0.25 },
  ],
  ...more,
});

describe("a campaign's result", () => {
  test("is the difference to the holdout on what each person did before and after", async () => {
    const found = await measureCampaign(snapshot, own());
    expect(found).toMatchObject({ verdict: "more", conclusive: true, is_complete: true, elapsed_days: 14, lost: 1 });
    const rows = await small.session.rows(
      `SELECT is_control, CASE WHEN ${buys} THEN 1 ELSE 0 END AS y FROM ${crowd} WHERE i <> 8`,
    );
    const side = (isControl: boolean) =>
      rows.filter((row) => (row.is_control === true) === isControl).map(({ y }) => numberOf(y));
    const expected = adjustedDifference(momentsOf(side(false)), momentsOf(side(true)));
    expect(found.purchases?.value).toBeCloseTo(expected.value, 10); // everybody bought once before: nothing to adjust for
    expect(found.incremental_conversions).toBeCloseTo(expected.value * 2_999, 6);
    expect(found.low).toBeLessThan(found.incremental_conversions ?? 0);
    expect(found.incremental_revenue_minor).toBeGreaterThan(0);
    expect(found.sample_ratio_p).toBeGreaterThan(0.9);
  });

  test("stands day by day, the last day as a whole", async () => {
    const found = await measureCampaign(snapshot, own({ goal: "revenue" }));
    expect(found.path).toHaveLength(14);
    expect(found.path[0]).toMatchObject({ day: "2026-06-09", value: 0 });
    expect(found.path.at(-1)?.value).toBeCloseTo(found.revenue?.value ?? 0, 8);
    expect(found.path.at(-1)?.always_low).toBeCloseTo(found.revenue?.always_low ?? 0, 8);
    expect(found.revenue?.explained).toBeGreaterThan(0);
  });

  test("is the same of a campaign that a source told of, whose plan is guessed", async () => {
    const [told, known] = [
      await measureCampaign(snapshot, { kind: "delivered", campaign: "june", days: 14, goal: "purchases" }),
      await measureCampaign(snapshot, own()),
    ];
    expect(told.purchases).toEqual(known.purchases);
    expect(told.is_plan_known).toBe(false);
    expect(told.sample_ratio_p).toBeLessThan(0.001); // a and b are taken to be alike in size
    expect(told.verdict).toBe("sample_ratio");
  });

  test("names no variant the winner where they are alike, and nobody where the split isn't as planned", async () => {
    expect((await measureCampaign(snapshot, own())).winner).toBeNull();
    const wrong = own({
      planned: [
        { variant: "a", planned_share: 0.45 },
        { variant: "b", planned_share: 0.45 },
        { variant: "control", planned_share: 0.1 },
      ],
    });
    expect(await measureCampaign(snapshot, wrong)).toMatchObject({
      verdict: "sample_ratio",
      conclusive: false,
      winner: null,
    });
  });

  test("is not told before its time, nor without anybody to compare with", async () => {
    expect(await measureCampaign(snapshot, own({ starts_on: "2026-06-30" }))).toMatchObject({
      verdict: "not_started",
      conclusive: false,
      incremental_conversions: null,
      path: [],
    });
    const early = await measureCampaign(snapshot, own({ starts_on: "2026-06-26", days: 30 }));
    expect(early).toMatchObject({ verdict: "not_enough_data", is_complete: false, elapsed_days: 4 });
    const alone = join(small.folder, "alone.parquet");
    await small.session.toParquet(`SELECT customer_id, variant, is_control FROM ${crowd} WHERE NOT is_control`, alone);
    const planned = [{ variant: "a", planned_share: 1 }];
    expect(await measureCampaign(snapshot, own({ files: [alone], planned }))).toMatchObject({ verdict: "no_holdout" });
  });
});

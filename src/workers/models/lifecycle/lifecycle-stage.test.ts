import { describe, expect, it } from "vitest";
import type { Json } from "../../../shared/base/canonical-json.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import { defaultsOf, type Params } from "../../../shared/domain/params.ts";
import { lifecycleStage } from "./lifecycle-stage.ts";
import { nextPurchase } from "./next-purchase.ts";

const context = { horizonDays: 365, purchaseHorizonDays: 90, seed: 1, throwIfCancelled: () => undefined };
const params = { r: 0.6, alpha: 50, a: 0.8, b: 1.4 };
const fitted: Json = { purchases: { params }, mean_interval_days: 60 };

function summaryOf(rows: readonly { x: number; recency: number; tAge: number }[]): ColumnTable {
  const column = (of: (row: (typeof rows)[number]) => number) => Float64Array.from(rows, of);
  return {
    rows: rows.length,
    columns: {
      customer_id: rows.map((_, at) => `c${at}`),
      frequency: column(({ x }) => x),
      recency: column(({ recency }) => recency),
      t_age: column(({ tAge }) => tAge),
      last_order_on: column(({ recency, tAge }) => 20_000 - tAge + recency),
    },
  };
}

function stages(rows: Parameters<typeof summaryOf>[0], given: Json = fitted, settings: Params = {}) {
  const all = { ...defaultsOf(lifecycleStage.params), ...settings };
  const { columns } = lifecycleStage.score({ summary: summaryOf(rows) }, given, all, context);
  const stage = columns.lifecycle_stage as (string | null)[];
  const days = columns.days_in_stage as Float64Array;
  return rows.map((_, at) => ({ stage: stage[at] ?? "", days: days[at] ?? Number.NaN }));
}

describe("lifecycle stage", () => {
  it("is new for the first days after the first purchase and no longer", () => {
    const found = stages([0, 30, 60, 61].map((tAge) => ({ x: 0, recency: 0, tAge })));
    expect(found.map(({ stage }) => stage).slice(0, 3)).toEqual(["new", "new", "new"]);
    expect(found.map(({ days }) => days).slice(0, 3)).toEqual([0, 30, 60]);
    expect(found[3]?.stage).not.toBe("new");
    expect(found[3]?.days).toBe(0);
    expect(stages([{ x: 0, recency: 0, tAge: 30 }], fitted, { new_days: 20 })[0]?.stage).not.toBe("new");
  });

  it("falls from active to lapsed as silence lasts, and counts the days", () => {
    const silence = Array.from({ length: 1_200 }, (_, days) => days);
    const found = stages(silence.map((days) => ({ x: 6, recency: 300, tAge: 300 + days })));
    const order = ["active", "cooling", "at_risk", "lapsed"];
    const places = found.map(({ stage }) => order.indexOf(stage));
    expect(places[0]).toBe(0);
    expect(places.at(-1)).toBe(3);
    expect(new Set(places).size).toBe(4);
    for (let day = 1; day < found.length; day++) {
      const isSame = places[day] === places[day - 1];
      expect((places[day] ?? 0) - (places[day - 1] ?? 0)).toBeOneOf([0, 1]);
      expect(found[day]?.days).toBe(isSame ? (found[day - 1]?.days ?? 0) + 1 : 0);
    }
  });

  it("goes by the own cadence: the same silence is nothing to a yearly buyer and much to a weekly one", () => {
    const [weekly, slow] = stages([
      { x: 50, recency: 350, tAge: 350 + 80 },
      { x: 4, recency: 1_200, tAge: 1_200 + 80 },
    ]);
    expect(weekly?.stage).toBe("lapsed");
    expect(slow?.stage).toBe("active");
  });

  it("goes by the cadence alone where nothing could be fitted, and says so", () => {
    const { columns } = lifecycleStage.score(
      { summary: summaryOf([{ x: 2, recency: 50, tAge: 90 }]) },
      { purchases: null, mean_interval_days: 60 },
      defaultsOf(lifecycleStage.params),
      context,
    );
    expect((columns.reason as (string | null)[])[0]).toBe("by_cadence_alone");
    expect((columns.lifecycle_stage as string[])[0]).toBeOneOf(["active", "cooling", "at_risk", "lapsed"]);
  });
});

describe("next purchase", () => {
  const score = (rows: Parameters<typeof summaryOf>[0]) =>
    nextPurchase.score({ summary: summaryOf(rows) }, { params }, defaultsOf(nextPurchase.params), context).columns;

  it("lies after the day that scores are of, between its limits, and nearer for frequent buyers", () => {
    const columns = score([1, 5, 20, 80].map((x) => ({ x, recency: 395, tAge: 400 })));
    const [on, low, high] = ["", "_low", "_high"].map((end) => columns[`next_purchase_on${end}`] as Float64Array);
    for (let at = 0; at < 4; at++) {
      expect(low?.[at]).toBeGreaterThan(20_000);
      expect(low?.[at]).toBeLessThanOrEqual(on?.[at] ?? 0);
      expect(on?.[at]).toBeLessThan(high?.[at] ?? 0);
      if (at > 0) expect(on?.[at]).toBeLessThan(on?.[at - 1] ?? 0);
    }
  });

  it("is left open with a reason for whoever is probably gone or too slow to tell", () => {
    const columns = score([
      { x: 30, recency: 100, tAge: 900 },
      { x: 0, recency: 0, tAge: 5 },
      { x: 0, recency: 0, tAge: 600 },
    ]);
    expect(columns.reason).toEqual(["probably_lapsed", null, "more_than_three_years_away"]);
    expect((columns.next_purchase_on as Float64Array)[0]).toBeNaN();
    expect((columns.next_purchase_on as Float64Array)[1]).toBeGreaterThan(20_000);
  });
});

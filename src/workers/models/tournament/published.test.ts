import { describe, expect, it } from "vitest";
import { createRandom } from "../../../shared/base/random.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import type { Split } from "./judge.ts";
import { judgePublished } from "./published.ts";
import { targets } from "./targets.ts";

const column = "predicted_value_minor";
const candidates = ["steady", "eager"].map((model) => ({ model, column }));
const table = (columns: ColumnTable["columns"]): ColumnTable => ({ rows: columns.customer_id?.length ?? 0, columns });

/** Two forecasts that rank alike: `eager` tells so many times what the mean is, `steady` the mean as sure as it can be. */
function split(cutOn: string, { n, times, level = 1 }: { n: number; times: number; level?: number }): Split {
  const random = createRandom(n, cutOn);
  const customer_id = Array.from({ length: n }, (_, at) => `c${at}`);
  const mean = Float64Array.from(customer_id, () => level * 1_000 * random.gamma(0.8, 1));
  const revenue_minor = mean.map((value) => (random.next() < 0.5 ? 0 : Math.round(2 * value * random.gamma(2, 0.5))));
  const scored = (values: Float64Array) => table({ customer_id, [column]: values });
  return {
    cutOn,
    summary: table({
      customer_id,
      frequency: mean.map(() => 1),
      t_age: mean.map(() => 200),
      revenue_minor: mean.map(() => 3_000),
    }),
    outcomes: table({ customer_id, revenue_minor }),
    scores: {
      steady: scored(mean.map((value) => value * (0.7 + 0.6 * random.next()))),
      eager: scored(mean.map((value) => times * value)),
    },
  };
}

const near = [split("2026-03-29", { n: 2_000, times: 1 }), split("2025-12-28", { n: 2_000, times: 1 })];
const far = split("2025-06-22", { n: 1_200, times: 1.5 });

function choose(splits: readonly Split[], published: Split | null) {
  const target = targets.find((one) => one.target === "value");
  if (!target) throw new Error("no such target");
  const request = { target, candidates, splits, fitAsOf: "2026-06-28", horizonDays: 90 };
  return judgePublished(request, published && { split: published, horizonDays: 365 });
}

describe("a choice of values", () => {
  it("rests on the horizon that is published, where a forecast good for a quarter is too high for the year", () => {
    expect(choose(near, null)).toMatchObject({ chosen: "eager", horizon_days: 90 });
    const choice = choose(near, far);
    expect(choice).toMatchObject({ chosen: "steady", horizon_days: 365, left_out: [] });
    expect(new Set(choice.rows.map(({ cut_on }) => cut_on))).toEqual(new Set(["2025-06-22"]));
    const bias = choice.rows
      .find(({ candidate }) => candidate === "eager")
      ?.metrics.find(({ metric }) => metric === "bias");
    expect(bias?.value).toBeCloseTo(0.5, 0);
  });

  it("rests on the quarters where a candidate couldn't be fitted so early, or hardly anybody was there, and says so", () => {
    const unfitted = {
      ...far.scores,
      steady: table({ customer_id: ["c0"], [column]: new Float64Array([Number.NaN]) }),
    };
    for (const young of [{ ...far, scores: unfitted }, split("2025-06-22", { n: 300, times: 1.5 })]) {
      const choice = choose(near, young);
      expect(choice).toMatchObject({ chosen: "eager", horizon_days: 90 });
      expect(choice.reason).toContain("too little history to judge 365 days");
    }
    expect(choose([], far).rows).not.toHaveLength(0);
    expect(choose([], null)).toMatchObject({ chosen: "steady", rows: [] });
  });
});

import { describe, expect, it } from "vitest";
import { compare, compareRanks } from "./evaluation.ts";

const measured = { value: 0.52, low: 0.5, high: 0.54 };

describe("a metric of ranks", () => {
  it("is held against a lot where the baseline ranks worse than that", () => {
    const area = compare({ metric: "auc", own: measured, baseline: "days", naive: 0.3, n: 100, better: "higher" });
    expect(area).toMatchObject({ baselineValue: 0.3, beatsBaseline: true });
    expect(area.advantage?.value).toBeCloseTo(0.02, 12);
    expect(area.advantage?.low).toBeCloseTo(0, 12);
    const own = { value: 0.46, low: 0.4, high: 0.49 };
    const worse = compare({ metric: "auc", own, baseline: "days", naive: 0.45, n: 100, better: "higher" });
    expect(worse.beatsBaseline).toBe(false);
    expect(worse.advantage?.high).toBeLessThan(0);
    const ranks = { value: 0.1, low: 0.05, high: 0.15 };
    const correlation = compare({
      metric: "spearman",
      own: ranks,
      baseline: "days",
      naive: -0.2,
      n: 9,
      better: "higher",
    });
    expect(correlation.advantage).toEqual(ranks);
  });

  it("is held against the baseline where that is better, and on the same cases", () => {
    const isPositive = Array.from({ length: 200 }, (_, at) => at % 3 === 0);
    const own = Float64Array.from(isPositive, (yes, at) => (yes ? 82 : 60) + (at % 50));
    const naive = Float64Array.from(isPositive, (yes, at) => (yes ? 80 : 60) + (at % 50));
    const row = compareRanks({ metric: "auc", baseline: "days", own, naive, isPositive });
    expect(row).toMatchObject({ n: 200, beatsBaseline: true, higherIsBetter: true });
    expect(row.advantage?.value).toBeCloseTo(row.value - row.baselineValue, 12);
    // closer than the interval of the own area alone
    expect((row.advantage?.high ?? 0) - (row.advantage?.low ?? 0)).toBeLessThan(row.high - row.low);
  });
});

import { describe, expect, it } from "vitest";
import { createRandom } from "../../shared/base/random.ts";
import { conformalFactor, empiricalLimits, intervalScores } from "./interval-score.ts";

describe("the interval score", () => {
  it("is the width, and ten times what lies outside", () => {
    const found = intervalScores(Float64Array.of(1, 1, 1), Float64Array.of(4, 4, 4), Float64Array.of(2, 0.5, 6));
    expect([...found]).toEqual([3, 8, 23]);
  });

  it("is least, in the mean, for the true 10 % and 90 % quantiles", () => {
    const random = createRandom(3, "score");
    const actual = Float64Array.from({ length: 20_000 }, () => random.normal());
    const costOf = (half: number) => {
      const scores = intervalScores(
        actual.map(() => -half),
        actual.map(() => half),
        actual,
      );
      return scores.reduce((sum, one) => sum + one, 0) / scores.length;
    };
    const best = costOf(1.2816);
    for (const other of [0.9, 1.1, 1.5, 2]) expect(costOf(other)).toBeGreaterThan(best);
  });
});

describe("empirical limits", () => {
  it("are the quantiles of what became of those with a like forecast", () => {
    const forecast = Float64Array.from({ length: 200 }, (_, at) => (at < 100 ? 1 : 2));
    const actual = Float64Array.from({ length: 200 }, (_, at) => (at < 100 ? at % 10 : 50 + (at % 10)));
    const { low, high } = empiricalLimits(forecast, actual);
    expect([low[9], high[9], low[159], high[159]]).toEqual([0, 8, 50, 58]);
  });

  it("know the others alone: one's own outcome moves no limit of one's own", () => {
    const forecast = new Float64Array(25).fill(1);
    const actual = Float64Array.from({ length: 25 }, (_, at) => (at * 7) % 25);
    const before = empiricalLimits(forecast, actual);
    for (const row of [0, 3, 12, 24]) {
      const moved = actual.slice();
      moved[row] = 99;
      const after = empiricalLimits(forecast, moved);
      expect([after.low[row], after.high[row]]).toEqual([before.low[row], before.high[row]]);
    }
  });
});

describe("the conformal factor", () => {
  it("widens limits that held too few, and leaves alone those that held enough or can't be judged", () => {
    const misses = Array.from({ length: 99 }, (_, at) => at / 20);
    expect(conformalFactor(misses)).toBeCloseTo(79 / 20 / 1.28155, 4);
    expect(conformalFactor(misses.map((one) => one / 10))).toBe(1);
    expect(conformalFactor([9, 9, 9])).toBe(1);
  });
});

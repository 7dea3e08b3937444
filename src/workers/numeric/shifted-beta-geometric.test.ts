import { describe, expect, it } from "vitest";
import { activity, fitActivity, fitSurvival, leavingLog, survival } from "./shifted-beta-geometric.ts";

const highEnd = [1000, 869, 743, 653, 593, 551, 517, 491, 468, 445, 427, 409, 394];
const regular = [1000, 631, 468, 382, 326, 289, 262, 241, 223, 207, 194, 183, 173];

describe("survival of a cohort", () => {
  it.each([
    ["High-End", highEnd, 0.66809, 3.8061, -1611.158, 0.0283],
    ["Regular", regular, 0.70408, 1.18204, -1680.265, 0.0149],
  ])(
    "has the values known of %s customers, and projects five years that weren't seen",
    (_, survivors, a, b, ll, mape) => {
      const fit = fitSurvival([survivors.slice(0, 8)]);
      expect(fit.converged).toBe(true);
      expect(fit.params.alpha).toBeCloseTo(a, 4);
      expect(fit.params.beta).toBeCloseTo(b, 4);
      expect(fit.logLikelihood).toBeCloseTo(ll, 2);
      const errors = survivors.slice(8).map((n, at) => Math.abs(1000 * survival(fit.params, at + 8) - n) / n);
      expect(errors.reduce((sum, error) => sum + error, 0) / errors.length).toBeCloseTo(mape, 3);
      expect(fit.standardErrors.alpha).toBeGreaterThan(0);
    },
  );

  it("leaves nobody over", () => {
    const params = { alpha: 0.7, beta: 1.2 };
    const left = Array.from({ length: 30 }, (_, at) => Math.exp(leavingLog(params, at + 1)));
    expect(left.reduce((sum, one) => sum + one, 0) + survival(params, 30)).toBeCloseTo(1, 10);
  });

  it("ends in a usable answer for cohorts that never leave, all leave, or are of one", () => {
    for (const cohort of [[100, 100, 100], [100, 0, 0], [1, 1], [5]]) {
      const { params } = fitSurvival([cohort]);
      expect(survival(params, 3)).toBeGreaterThanOrEqual(0);
      expect(survival(params, 3)).toBeLessThanOrEqual(1);
    }
  });

  it("finds the curve of buyers that it was drawn from", () => {
    const truth = { active: 0.3, alpha: 0.8, beta: 2, c: 1 };
    const counts = Array.from({ length: 24 }, (_, at) => {
      const customers = 4_000 - 150 * at;
      return { age: at + 1, customers, buyers: Math.round(customers * activity(truth, at + 1)) };
    });
    const { params, converged } = fitActivity(counts.slice(0, 18));
    expect(converged).toBe(true);
    for (const { age } of counts) expect(activity(params, age) / activity(truth, age)).toBeCloseTo(1, 1);
  });
});

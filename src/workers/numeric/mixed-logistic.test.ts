import { describe, expect, it } from "vitest";
import { createRandom } from "../../shared/base/random.ts";
import { sigmoid } from "./boosted-trees-loss.ts";
import { fitMixedLogistic } from "./mixed-logistic.ts";

const random = createRandom(3, "mixed");
const normal = () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
const n = 20_000;
const levels = 60;
const truth = Float64Array.from({ length: levels }, () => 0.8 * normal());
const telling = Int32Array.from({ length: n }, () => Math.floor(random.next() * levels));
const idle = Int32Array.from({ length: n }, () => Math.floor(random.next() * levels));
const number = Float64Array.from({ length: n }, normal);
const target = Float64Array.from({ length: n }, (_, row) =>
  random.next() < sigmoid(-1.2 + (truth[telling[row] ?? 0] ?? 0) + 0.5 * (number[row] ?? 0)) ? 1 : 0,
);
const input = {
  factors: [
    { codes: telling, levels },
    { codes: idle, levels },
  ],
  numbers: [number],
  target,
};

describe("a mixed logistic regression", () => {
  const fit = fitMixedLogistic(input);
  const [effects, nothing] = fit.effects;

  it("finds effects, slopes and how far effects spread", () => {
    const miss = truth.map((effect, level) => effect - (effects?.[level] ?? 0));
    const mean = miss.reduce((sum, one) => sum + one, 0) / levels;
    const spread = Math.sqrt(miss.reduce((sum, one) => sum + (one - mean) ** 2, 0) / levels);
    expect(spread).toBeLessThan(0.2); // 333 rows a level: standard errors of .14 to .2
    expect(fit.slopes[0]).toBeGreaterThan(0.45);
    expect(fit.slopes[0]).toBeLessThan(0.55);
    const drawn = Math.sqrt(truth.reduce((sum, one) => sum + one * one, 0) / levels);
    expect(Math.abs(Math.sqrt(fit.variances[0] ?? 0) / drawn - 1)).toBeLessThan(0.15);
  });

  it("draws what tells nothing to nothing", () => {
    const most = nothing?.reduce((top, one) => Math.max(top, Math.abs(one)), 0) ?? 1;
    expect(most).toBeLessThan(0.1);
  });

  it("draws levels with few rows further in", () => {
    const top = truth.indexOf(Math.max(...truth));
    const few = Int32Array.from(telling, (level, row) => (level === top && row > 300 ? -1 : level));
    const own = fitMixedLogistic({ ...input, factors: [{ codes: few, levels }] });
    expect(own.effects[0]?.[top]).toBeLessThan((effects?.[top] ?? 0) - 0.1);
  });

  it("takes the likeliest intercept where no factor tells anything", () => {
    const { base } = fitMixedLogistic({ factors: [], numbers: [], target: Float64Array.of(1, 0, 0, 0) });
    expect(sigmoid(base)).toBeCloseTo(0.25, 3);
  });

  it("stays finite where all came, none came, or nothing is there", () => {
    for (const share of [0, 1]) {
      const same = fitMixedLogistic({ ...input, target: new Float64Array(n).fill(share) });
      expect([same.base, ...same.slopes, ...same.variances].every(Number.isFinite)).toBe(true);
    }
    expect(Number.isFinite(fitMixedLogistic({ ...input, rows: new Uint32Array() }).base)).toBe(true);
  });
});

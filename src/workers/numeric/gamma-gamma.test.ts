import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom } from "../../shared/base/random.ts";
import { createSpendLimits, expectedSpend, fitGammaGamma, gammaGammaObjective, spendSd } from "./gamma-gamma.ts";
import { emptyDerivatives } from "./optimise.ts";

const positive = (min: number, max: number) => fc.double({ min, max, noNaN: true });

describe("gamma-gamma", () => {
  it("has nothing to fit where fewer than two customers bought again", () => {
    expect(fitGammaGamma(new Float64Array(0), new Float64Array(0))).toBeUndefined();
    expect(fitGammaGamma(Float64Array.of(3), Float64Array.of(20))).toBeUndefined();
  });

  it("fits finite parameters even to amounts that don't differ", () => {
    for (const n of [2, 3, 60]) {
      const fit = fitGammaGamma(new Float64Array(n).fill(2), new Float64Array(n).fill(2_500));
      expect(fit).toBeDefined();
      for (const value of Object.values(fit?.params ?? {})) expect(value > 0 && Number.isFinite(value)).toBe(true);
      expect(expectedSpend(fit?.params ?? { p: 0, q: 0, v: 0 }, 2, 2_500)).toBeCloseTo(2_500, -2);
    }
  });

  it("scales with the currency", () => {
    const random = createRandom(3);
    const x = Float64Array.from({ length: 300 }, () => 1 + random.below(5));
    const mean = x.map((n) => random.gamma(6 * n, 1) / (n * random.gamma(4, 1 / 15)));
    const pounds = fitGammaGamma(x, mean);
    const pence = fitGammaGamma(
      x,
      mean.map((value) => value * 100),
    );
    expect(pence?.params.p).toBeCloseTo(pounds?.params.p ?? 0, 3);
    expect(pence?.params.q).toBeCloseTo(pounds?.params.q ?? 0, 3);
    expect((pence?.params.v ?? 0) / 100).toBeCloseTo(pounds?.params.v ?? 0, 2);
    expect(pounds?.params.q).toBeGreaterThan(2.5);
    expect(pounds?.params.q).toBeLessThan(6);
  });

  it("lies between the population's mean and the customer's own, within its limits", () => {
    fc.assert(
      fc.property(
        fc.record({ p: positive(0.5, 20), q: positive(2.2, 20), v: positive(1, 1_000) }),
        fc.integer({ min: 1, max: 254 }),
        positive(0.01, 1e5),
        (params, x, mean) => {
          const population = (params.p * params.v) / (params.q - 1);
          const spend = expectedSpend(params, x, mean);
          expect(spend).toBeGreaterThanOrEqual(Math.min(population, mean) * (1 - 1e-9));
          expect(spend).toBeLessThanOrEqual(Math.max(population, mean) * (1 + 1e-9));
          const [low, high] = createSpendLimits(params)(x, mean);
          expect(low).toBeGreaterThan(0);
          expect(low).toBeLessThan(high);
          expect(spendSd(params, x, mean)).toSatisfy((sd: number) => Number.isFinite(sd) && sd > 0);
        },
      ),
    );
  });

  it("has the gradient and the Hessian that differences give", () => {
    const x = Float64Array.of(1, 1, 2, 5, 40);
    const objective = gammaGammaObjective(x, Float64Array.of(20, 20, 35, 8, 61));
    fc.assert(
      fc.property(fc.tuple(positive(-1, 3), positive(-1, 3), positive(-1, 5)), (start) => {
        const here = emptyDerivatives(3);
        objective(Float64Array.from(start), here);
        for (let i = 0; i < 3; i++) {
          const step = 1e-5;
          const [above, below] = [emptyDerivatives(3), emptyDerivatives(3)];
          const value = (by: number, into: typeof above) =>
            objective(
              Float64Array.from(start, (at, j) => at + (i === j ? by : 0)),
              into,
            );
          const slope = (value(step, above) - value(-step, below)) / (2 * step);
          expect(Math.abs((here.gradient[i] ?? 0) - slope)).toBeLessThan(1e-5 * Math.max(1, Math.abs(slope)));
          for (let j = 0; j < 3; j++) {
            const bend = ((above.gradient[j] ?? 0) - (below.gradient[j] ?? 0)) / (2 * step);
            expect(Math.abs((here.hessian[i]?.[j] ?? 0) - bend)).toBeLessThan(1e-5 * Math.max(1, Math.abs(bend)));
          }
        }
      }),
    );
  });
});

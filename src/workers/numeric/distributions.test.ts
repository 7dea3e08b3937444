import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  betaCdf,
  betaLimits,
  betaQuantile,
  gammaCdf,
  gammaQuantile,
  normalCdf,
  normalQuantile,
} from "./distributions.ts";
import { quickGammaQuantile } from "./gamma-table.ts";

const positive = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const share = positive(0.01, 0.99);

describe("distributions", () => {
  it("give the normal distribution's known values", () => {
    for (const [p, z] of [
      [0.5, 0],
      [0.9, 1.2815515655446004],
      [0.975, 1.959963984540054],
      [0.01, -2.3263478740408408],
      [0.999, 3.090232306167813],
    ] as const) {
      expect(normalQuantile(p)).toBeCloseTo(z, 7);
      expect(normalCdf(z)).toBeCloseTo(p, 12);
    }
  });

  it("give the gamma distribution's known values", () => {
    expect(gammaCdf(1, 1)).toBeCloseTo(1 - Math.exp(-1), 14);
    expect(gammaCdf(3, 2)).toBeCloseTo(1 - 4 * Math.exp(-3), 14);
    expect(gammaCdf(0.5, 0.5)).toBeCloseTo(0.6826894921370859, 12);
    for (const [p, shape, wanted] of [
      [0.1, 1, -Math.log(0.9)],
      [0.9, 1, Math.LN10],
      [0.1, 5, 2.4325910281],
      [0.9, 5, 7.9935895873],
    ] as const) {
      expect(gammaQuantile(p, shape, 2) * 2).toBeCloseTo(wanted, 8);
    }
  });

  it("give the beta distribution's closed forms", () => {
    expect(betaCdf(0.3, 1, 1)).toBeCloseTo(0.3, 14);
    expect(betaCdf(0.3, 2, 1)).toBeCloseTo(0.09, 14);
    expect(betaCdf(0.3, 1, 3)).toBeCloseTo(1 - 0.7 ** 3, 14);
    expect(betaCdf(0.5, 0.5, 0.5)).toBeCloseTo(0.5, 14);
    expect(betaQuantile(0.1, 1, 4)).toBeCloseTo(1 - 0.9 ** 0.25, 12);
  });

  it("turn back to the probability at a quantile", () => {
    fc.assert(
      fc.property(share, positive(0.05, 2_000), positive(0.05, 2_000), (p, a, b) => {
        expect(gammaCdf(gammaQuantile(p, a, 3) * 3, a)).toBeCloseTo(p, 9);
        const x = betaQuantile(p, a, b);
        // next to 1 doubles lie too far apart for a steep distribution
        if (x < 1 - 1e-6) expect(betaCdf(x, a, b)).toBeCloseTo(p, 7);
      }),
      { numRuns: 300 },
    );
  });

  it("give quantiles from a table that are near enough", () => {
    fc.assert(
      fc.property(positive(0.05, 0.98), positive(0.5, 800), (p, shape) => {
        expect(Math.abs((quickGammaQuantile(p, shape) * shape) / gammaQuantile(p, shape, 1) - 1)).toBeLessThan(0.02);
      }),
    );
  });

  it("stay finite for shapes beyond the table", () => {
    for (const shape of [1e-8, 1e-3, 1e5, 1e9]) {
      for (const p of [0, 1e-9, 0.5, 1]) expect(quickGammaQuantile(p, shape)).toSatisfy(Number.isFinite);
    }
  });

  it("sets limits of a share that hold its mean, however it is heaped", () => {
    expect(betaLimits(3, 5)).toEqual([betaQuantile(0.1, 3, 5), betaQuantile(0.9, 3, 5)]);
    for (const [a, b] of [
      [0.001, 16],
      [16, 0.001],
    ] as const) {
      const [low, high] = betaLimits(a, b);
      expect(low).toBeLessThanOrEqual(a / (a + b));
      expect(high).toBeGreaterThanOrEqual(a / (a + b));
    }
  });
});

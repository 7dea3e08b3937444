import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom } from "../../shared/base/random.ts";
import { fitBtyd } from "./btyd-fit.ts";
import { expectedPurchases, probabilityAlive, probabilityOfNone, purchaseDistribution } from "./buy-till-you-die.ts";
import { compressSummary } from "./compress.ts";
import { fitGammaGamma } from "./gamma-gamma.ts";
import { countLimits } from "./intervals.ts";
import { quadrature } from "./quadrature.ts";
import { lbeta } from "./special-functions.ts";

const variant = fc.constantFrom("bg_nbd" as const, "mbg_nbd" as const);
/** Spread over orders of magnitude. */
const wide = (low: number, high: number) =>
  fc.double({ min: Math.log(low), max: Math.log(high), noNaN: true }).map(Math.exp);
const extreme = fc.record({ r: wide(1e-4, 1e4), alpha: wide(1e-4, 1e6), a: wide(1e-4, 1e4), b: wide(1e-4, 1e4) });
const history = fc
  .record({
    x: fc.integer({ min: 0, max: 254 }),
    tAge: fc.double({ min: 0, max: 4_000, noNaN: true }),
    part: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ x, tAge, part }) => ({ x, recency: x === 0 ? 0 : tAge * part, tAge }));

/** Purchases of whoever is alive as Σ E[(1−p)^(n−1)] · P(N ≥ n): the definition, all terms positive. */
function bySum(
  kind: "bg_nbd" | "mbg_nbd",
  params: { r: number; alpha: number; a: number; b: number },
  past: { x: number; recency: number; tAge: number },
  t: number,
): number {
  const survived = params.b + past.x + (kind === "mbg_nbd" ? 1 : 0);
  const [shape, share] = [params.r + past.x, t / (params.alpha + past.tAge + t)];
  let [pmf, above, stays, sum] = [(1 - share) ** shape, 1, 1, 0];
  const mean = (shape * share) / (1 - share);
  for (let n = 0; n < mean || pmf > 1e-18; n++) {
    above -= pmf;
    pmf *= ((shape + n) / (n + 1)) * share;
    sum += stays * Math.max(0, above);
    stays *= (survived + n) / (params.a + survived + n);
  }
  return sum * probabilityAlive(kind, params, past.x, past.recency, past.tAge);
}

describe("forecasts", () => {
  it("stay finite and in range for any parameters and any history", () => {
    fc.assert(
      fc.property(variant, extreme, history, wide(1e-3, 1e5), (kind, params, past, horizon) => {
        const expected = expectedPurchases(kind, params, past, horizon);
        expect(Number.isFinite(expected) && expected >= 0).toBe(true);
        const none = probabilityOfNone(kind, params, past, horizon);
        expect(none >= 0 && none <= 1).toBe(true);
        const [low, high] = countLimits(purchaseDistribution(kind, params, past, horizon));
        expect(low >= 0 && high >= low && Number.isFinite(high)).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  it("equal the sum over all numbers of purchases", () => {
    const params = fc.record({ r: wide(0.05, 60), alpha: wide(0.5, 300), a: wide(0.02, 60), b: wide(0.05, 60) });
    fc.assert(
      fc.property(variant, params, history, wide(0.5, 500), (kind, fitted, past, horizon) => {
        fc.pre((fitted.r + past.x) * Math.log1p(horizon / (fitted.alpha + past.tAge)) < 600);
        const wanted = bySum(kind, fitted, past, horizon);
        expect(Math.abs(expectedPurchases(kind, fitted, past, horizon) - wanted)).toBeLessThan(1e-6 * wanted + 1e-9);
      }),
      { numRuns: 300 },
    );
  });

  it("tell the chance of nothing as the distribution does", () => {
    fc.assert(
      fc.property(variant, extreme, history, wide(0.1, 1e3), (kind, params, past, horizon) => {
        const [none = 1] = purchaseDistribution(kind, params, past, horizon, 0.999999);
        expect(probabilityOfNone(kind, params, past, horizon)).toBeCloseTo(none, 10);
      }),
    );
  });

  it("find a heavy buyer's limits though P(0) is too small for a double", () => {
    const params = { r: 0.6, alpha: 0.5, a: 0.01, b: 50 };
    const [low, high] = countLimits(purchaseDistribution("mbg_nbd", params, { x: 254, recency: 20, tAge: 20 }, 365));
    expect(low).toBeGreaterThan(3_000);
    expect(high).toBeLessThan(6_000);
    expect(low).toBeLessThan(high);
  });

  it("fall with every day of silence and rise with the horizon", () => {
    const params = { r: 0.6, alpha: 50, a: 0.8, b: 1.2 };
    for (const x of [0, 1, 5, 40]) {
      let last = Number.POSITIVE_INFINITY;
      for (let silence = 0; silence < 900; silence += 30) {
        const past = { x, recency: x * 10, tAge: x * 10 + silence };
        const alive = probabilityAlive("mbg_nbd", params, x, past.recency, past.tAge);
        expect(alive).toBeLessThanOrEqual(last);
        last = alive;
        const near = expectedPurchases("mbg_nbd", params, past, 30);
        expect(expectedPurchases("mbg_nbd", params, past, 90)).toBeGreaterThan(near);
      }
    }
  });

  it("call every one-time buyer alive under BG/NBD, and none under MBG/NBD", () => {
    const params = { r: 0.3, alpha: 30, a: 0.8, b: 2 };
    expect(probabilityAlive("bg_nbd", params, 0, 0, 900)).toBe(1);
    expect(probabilityAlive("mbg_nbd", params, 0, 0, 900)).toBeLessThan(0.6);
  });
});

describe("quadrature", () => {
  it("gives the moments of any beta distribution", () => {
    fc.assert(
      fc.property(wide(1e-3, 1e4), wide(1e-3, 1e4), fc.constantFrom(0.5, 1, 2), (a, b, power) => {
        const moment = Math.exp(lbeta(a + power, b) - lbeta(a, b));
        expect(Math.abs(quadrature(a, b, () => 1) - 1)).toBeLessThan(1e-8);
        expect(Math.abs(quadrature(a, b, (p) => p ** power) / moment - 1)).toBeLessThan(1e-7);
      }),
      { numRuns: 300 },
    );
  });
});

describe("fits", () => {
  const random = createRandom(21, "recovery");
  const n = 6_000;

  it.each(["bg_nbd", "mbg_nbd"] as const)("find the parameters that %s histories were drawn with", (kind) => {
    const truth = { r: 0.7, alpha: 8, a: 0.8, b: 2.2 };
    const [x, recency, tAge] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)];
    for (let at = 0; at < n; at++) {
      const rate = random.gamma(truth.r, 1 / truth.alpha);
      const leaves = random.beta(truth.a, truth.b);
      tAge[at] = 20 + random.below(40);
      let alive = kind === "bg_nbd" || random.next() >= leaves;
      for (
        let time = random.exponential(1 / rate);
        alive && time < (tAge[at] ?? 0);
        time += random.exponential(1 / rate)
      ) {
        x[at] = (x[at] ?? 0) + 1;
        recency[at] = time;
        alive = random.next() >= leaves;
      }
    }
    const fit = fitBtyd(kind, x, recency, tAge);
    expect(fit.converged).toBe(true);
    for (const name of ["r", "alpha", "a", "b"] as const) {
      expect(Math.abs(fit.params[name] - truth[name])).toBeLessThan(4 * fit.standardErrors[name]);
      expect(fit.standardErrors[name]).toBeLessThan(truth[name] / 2);
    }
  });

  it("find the parameters that amounts were drawn with", () => {
    const truth = { p: 6, q: 4, v: 15 };
    const x = Float64Array.from({ length: n }, () => 1 + random.below(6));
    const mean = x.map((count) => random.gamma(truth.p * count, 1) / (count * random.gamma(truth.q, 1 / truth.v)));
    const fit = fitGammaGamma(x, mean);
    expect(fit?.converged).toBe(true);
    for (const name of ["p", "q", "v"] as const) {
      expect(Math.abs((fit?.params[name] ?? 0) - truth[name])).toBeLessThan(4 * (fit?.standardErrors[name] ?? 0));
    }
  });

  it("don't depend on the order of rows, to the last digit", () => {
    const x = Float64Array.from({ length: 500 }, () => random.below(6));
    const recency = x.map((count) => (count > 0 ? 1 + 30 * random.next() : 0));
    const tAge = recency.map((time) => time + 40 * random.next());
    const turned = [x, recency, tAge].map((column) => Float64Array.from(column).reverse());
    const [tx = x, tRecency = x, tAges = x] = turned;
    expect(fitBtyd("mbg_nbd", tx, tRecency, tAges)).toEqual(fitBtyd("mbg_nbd", x, recency, tAge));
    const amounts = tAge.map((time) => 1 + time * 7);
    const repeats = x.map((count) => count + 1);
    expect(fitGammaGamma(Float64Array.from(repeats).reverse(), Float64Array.from(amounts).reverse())).toEqual(
      fitGammaGamma(repeats, amounts),
    );
  });

  it("group times of any precision", () => {
    const time = fc.double({ min: 0, max: 1e7, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(5), time, time), { maxLength: 50 }), (rows) => {
        const twice = [...rows, ...rows];
        const column = (part: 0 | 1 | 2) => Float64Array.from(twice, (row) => row[part]);
        const found = compressSummary(column(0), column(1), column(2));
        for (const [at, row] of twice.entries()) {
          const group = found.group[at] ?? -1;
          expect([found.frequency[group], found.recency[group], found.tAge[group]]).toEqual(row.map((v) => v + 0));
        }
        expect(found.count.every((count) => count >= 2)).toBe(true);
      }),
    );
  });
});

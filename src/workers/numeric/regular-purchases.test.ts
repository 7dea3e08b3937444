import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom } from "../../shared/base/random.ts";
import { fitBtyd } from "./btyd-fit.ts";
import { expectedPurchases, probabilityAlive, probabilityOfNone, purchaseDistribution } from "./buy-till-you-die.ts";
import { compressSummary } from "./compress.ts";
import { emptyDerivatives } from "./optimise.ts";
import { type RegularParams, regularAlive, regularForecast, regularNone } from "./regular-purchases.ts";
import { fitRegular, regularObjective } from "./regular-purchases-fit.ts";

const positive = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const variant = fc.constantFrom("bg_cnbd_k" as const, "mbg_cnbd_k" as const);
const anyParams: fc.Arbitrary<RegularParams> = fc.record({
  k: fc.integer({ min: 1, max: 6 }),
  r: positive(0.05, 10),
  alpha: positive(0.5, 200),
  a: positive(0.05, 10),
  b: positive(0.05, 10),
});
const anyHistory = fc
  .record({ x: fc.integer({ min: 0, max: 254 }), tAge: positive(0, 3_650), part: positive(0, 1) })
  .map(({ x, tAge, part }) => ({ x, recency: x === 0 ? 0 : tAge * part, tAge }));

describe("regular purchases", () => {
  it("with k = 1 are those without regularity", () => {
    const small = anyHistory.map((history) => ({ ...history, x: Math.min(history.x, 30) }));
    fc.assert(
      fc.property(variant, anyParams, small, positive(1, 200), (kind, given, history, t) => {
        const params = { ...given, k: 1 };
        const plain = kind === "bg_cnbd_k" ? "bg_nbd" : "mbg_nbd";
        const { alive, mean, distribution } = regularForecast(kind, params, history, t);
        const { x, recency, tAge } = history;
        expect(alive).toBeCloseTo(probabilityAlive(plain, params, x, recency, tAge), 10);
        const wanted = expectedPurchases(plain, params, history, t);
        expect(Math.abs(mean - wanted)).toBeLessThan(1e-5 * Math.max(1, wanted));
        for (const [n, p] of purchaseDistribution(plain, params, history, t).slice(0, 8).entries())
          expect(distribution[n] ?? 0).toBeCloseTo(p, 9);
        expect(regularNone(kind, params, history, t)).toBeCloseTo(probabilityOfNone(plain, params, history, t), 10);
      }),
      { numRuns: 60 },
    );
  });

  it("are finite and within their range for any history", () => {
    fc.assert(
      fc.property(variant, anyParams, anyHistory, positive(0, 1_000), (kind, params, history, t) => {
        const { alive, mean, distribution } = regularForecast(kind, params, history, t, 1e-6);
        expect(alive).toBe(regularAlive(kind, params, history));
        expect(alive >= 0 && alive <= 1 && mean >= 0 && Number.isFinite(mean)).toBe(true);
        expect(Math.min(...distribution)).toBeGreaterThanOrEqual(0);
        expect(distribution.reduce((sum, p) => sum + p, 0)).toBeLessThanOrEqual(1 + 1e-9);
        expect(Math.abs((distribution[0] ?? 1) - regularNone(kind, params, history, t))).toBeLessThan(1e-5);
      }),
      { numRuns: 100 },
    );
  });

  it("have the derivatives that differences give", () => {
    fc.assert(
      fc.property(variant, anyParams, fc.array(anyHistory, { minLength: 1, maxLength: 12 }), (kind, params, rows) => {
        const columns = [rows.map(({ x }) => x), rows.map(({ recency }) => recency), rows.map(({ tAge }) => tAge)];
        const [x, last, age] = columns.map((column) => Float64Array.from(column)) as [
          Float64Array,
          Float64Array,
          Float64Array,
        ];
        const objective = regularObjective(kind, params.k, compressSummary(x, last, age));
        const at = Float64Array.from([params.r, params.alpha, params.a, params.b], Math.log);
        const here = emptyDerivatives(4);
        objective(at, here);
        for (let i = 0; i < 4; i++) {
          const [above, below] = [emptyDerivatives(4), emptyDerivatives(4)];
          const shifted = (by: number) => Float64Array.from(at, (value, j) => value + (i === j ? by : 0));
          const [up, down] = [objective(shifted(1e-5), above), objective(shifted(-1e-5), below)];
          const slope = (up - down) / 2e-5;
          expect(Math.abs((here.gradient[i] ?? 0) - slope)).toBeLessThan(3e-5 * Math.max(1, Math.abs(slope)));
          for (let j = 0; j < 4; j++) {
            const bend = ((above.gradient[j] ?? 0) - (below.gradient[j] ?? 0)) / 2e-5;
            expect(Math.abs((here.hessian[i]?.[j] ?? 0) - bend)).toBeLessThan(3e-5 * Math.max(1, Math.abs(bend)));
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it("find the regularity that a simulated shop has", () => {
    for (const k of [1, 3]) {
      const { columns, later } = simulated(k, 3_000);
      const fit = fitRegular("mbg_cnbd_k", columns);
      expect(fit.params.k).toBe(k);
      expect(fit.converged).toBe(true);
      expect(fit.params.r / 1.2).toBeGreaterThan(0.8);
      expect(fit.params.r / 1.2).toBeLessThan(1.25);
      const { frequency: x, recency, tAge } = columns;
      const forecast = x.reduce((sum, count, at) => {
        const history = { x: count, recency: recency[at] ?? 0, tAge: tAge[at] ?? 0 };
        return sum + regularForecast("mbg_cnbd_k", fit.params, history, 26).mean;
      }, 0);
      expect(Math.abs(forecast / later - 1)).toBeLessThan(0.06);
      const plain = fitBtyd("mbg_nbd", x, recency, tAge).logLikelihood;
      if (k === 1) expect(Math.abs(fit.logLikelihood - plain)).toBeLessThan(0.01);
      else expect(fit.logLikelihood).toBeGreaterThan(plain + 300);
    }
  });
});

/** Customers of 40 weeks with Erlang-k intervals, and how often all of them buy in the 26 weeks after. */
function simulated(k: number, customers: number) {
  const random = createRandom(11, `regular ${k}`);
  const rows = Array.from({ length: customers }, () => {
    const rate = random.gamma(1.2, 1 / 4);
    const leaves = random.beta(0.9, 2.5);
    const times: number[] = [];
    let time = 0;
    let isHere = random.next() >= leaves;
    while (isHere && time < 66) {
      time += random.gamma(k, 1 / rate);
      times.push(time);
      isHere = random.next() >= leaves;
    }
    const seen = times.filter((one) => one <= 40);
    const pauses = seen.map((one, at) => one - (seen[at - 1] ?? 0));
    return {
      x: seen.length,
      recency: seen.at(-1) ?? 0,
      logs: pauses.reduce((sum, pause) => sum + Math.log(pause), 0),
      later: times.filter((one) => one > 40 && one <= 66).length,
    };
  });
  const column = (of: (row: (typeof rows)[number]) => number) => Float64Array.from(rows, of);
  return {
    columns: {
      frequency: column(({ x }) => x),
      recency: column(({ recency }) => recency),
      tAge: column(() => 40),
      sumLogInterval: column(({ logs }) => logs),
    },
    later: rows.reduce((sum, { later }) => sum + later, 0),
  };
}

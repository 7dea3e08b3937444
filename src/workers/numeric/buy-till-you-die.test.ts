import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitBtyd, logLikelihood, negativeLogLikelihood } from "./btyd-fit.ts";
import { type BtydParams, expectedPurchases, probabilityAlive, purchaseDistribution } from "./buy-till-you-die.ts";
import { compressSummary } from "./compress.ts";
import { emptyDerivatives } from "./optimise.ts";

const variants = ["bg_nbd", "mbg_nbd"] as const;
const variant = fc.constantFrom(...variants);
const positive = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const anyParams: fc.Arbitrary<BtydParams> = fc.record({
  r: positive(0.05, 10),
  alpha: positive(0.5, 200),
  a: positive(0.05, 10),
  b: positive(0.05, 10),
});
const anyHistory = fc
  .record({ x: fc.integer({ min: 0, max: 254 }), tAge: positive(0, 3_650), part: positive(0, 1) })
  .map(({ x, tAge, part }) => ({ x, recency: x === 0 ? 0 : tAge * part, tAge }));
const columns = (rows: readonly { x: number; recency: number; tAge: number }[]) =>
  [
    Float64Array.from(rows, ({ x }) => x),
    Float64Array.from(rows, ({ recency }) => recency),
    Float64Array.from(rows, ({ tAge }) => tAge),
  ] as const;

describe("buy till you die", () => {
  it("gives finite answers of their range for any history", () => {
    fc.assert(
      fc.property(variant, anyParams, anyHistory, positive(0, 1_000), (kind, params, history, horizon) => {
        const alive = probabilityAlive(kind, params, history.x, history.recency, history.tAge);
        expect(alive).toBeGreaterThanOrEqual(0);
        expect(alive).toBeLessThanOrEqual(1);
        const expected = expectedPurchases(kind, params, history, horizon);
        expect(Number.isFinite(expected)).toBe(true);
        expect(expected).toBeGreaterThanOrEqual(0);
        expect(logLikelihood(kind, params, history)).toSatisfy(Number.isFinite);
      }),
      { numRuns: 500 },
    );
  });

  it("expects nothing of no time and more of more", () => {
    fc.assert(
      fc.property(variant, anyParams, anyHistory, (kind, params, history) => {
        expect(expectedPurchases(kind, params, history, 0)).toBe(0);
        const [near, far] = [30, 300].map((t) => expectedPurchases(kind, params, history, t)) as [number, number];
        expect(far).toBeGreaterThanOrEqual(near * (1 - 1e-6) - 1e-9);
      }),
    );
  });

  it("tells a distribution whose mean is the expected number", () => {
    const small = anyHistory.map((history) => ({ ...history, x: Math.min(history.x, 40) }));
    const params = fc.record({
      r: positive(0.2, 3),
      alpha: positive(5, 200),
      a: positive(0.3, 4),
      b: positive(0.5, 6),
    });
    fc.assert(
      fc.property(variant, params, small, positive(1, 60), (kind, fitted, given, horizon) => {
        const history = given.x > 0 && given.tAge < 1 ? { ...given, tAge: 50, recency: 40 } : given;
        const found = purchaseDistribution(kind, fitted, history, horizon, 1e-9);
        const total = found.reduce((sum, p) => sum + p, 0);
        expect(Math.min(...found)).toBeGreaterThanOrEqual(0);
        expect(total).toBeLessThanOrEqual(1 + 1e-9);
        const mean = found.reduce((sum, p, n) => sum + n * p, 0);
        const expected = expectedPurchases(kind, fitted, history, horizon);
        expect(Math.abs(mean - expected)).toBeLessThan(1e-4 * Math.max(1, expected));
      }),
      { numRuns: 200 },
    );
  });

  it("has the derivatives that differences give", () => {
    fc.assert(
      fc.property(variant, anyParams, fc.array(anyHistory, { minLength: 1, maxLength: 20 }), (kind, params, rows) => {
        const objective = negativeLogLikelihood(kind, compressSummary(...columns(rows)));
        const at = Float64Array.from([params.r, params.alpha, params.a, params.b], Math.log);
        const here = emptyDerivatives(4);
        objective(at, here);
        for (let i = 0; i < 4; i++) {
          const step = 1e-5;
          const [above, below] = [emptyDerivatives(4), emptyDerivatives(4)];
          const up = objective(
            Float64Array.from(at, (value, j) => value + (i === j ? step : 0)),
            above,
          );
          const down = objective(
            Float64Array.from(at, (value, j) => value - (i === j ? step : 0)),
            below,
          );
          const slope = (up - down) / (2 * step);
          expect(Math.abs((here.gradient[i] ?? 0) - slope)).toBeLessThan(3e-5 * Math.max(1, Math.abs(slope)));
          for (let j = 0; j < 4; j++) {
            const bend = ((above.gradient[j] ?? 0) - (below.gradient[j] ?? 0)) / (2 * step);
            expect(Math.abs((here.hessian[i]?.[j] ?? 0) - bend)).toBeLessThan(3e-5 * Math.max(1, Math.abs(bend)));
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it("sums the likelihood of single histories", () => {
    const rows = [
      { x: 2, recency: 30, tAge: 39 },
      { x: 0, recency: 0, tAge: 20 },
      { x: 0, recency: 0, tAge: 20 },
    ];
    const params = { r: 0.5, alpha: 6, a: 0.8, b: 2 };
    for (const kind of variants) {
      const wanted = rows.reduce((sum, row) => sum + logLikelihood(kind, params, row), 0);
      const at = Float64Array.from(Object.values(params), Math.log);
      const value = negativeLogLikelihood(kind, compressSummary(...columns(rows)), { pull: 0 })(
        at,
        emptyDerivatives(4),
      );
      expect(-value * 3).toBeCloseTo(wanted, 9);
    }
  });

  it.each([
    ["none", []],
    ["one", [{ x: 0, recency: 0, tAge: 0 }]],
    ["one repeat buyer", [{ x: 3, recency: 20, tAge: 30 }]],
    [
      "two",
      [
        { x: 0, recency: 0, tAge: 10 },
        { x: 254, recency: 300, tAge: 300 },
      ],
    ],
    ["equal ones", Array.from({ length: 80 }, () => ({ x: 0, recency: 0, tAge: 100 }))],
  ])("fits finite parameters to histories: %s", (_, rows) => {
    for (const kind of variants) {
      const fit = fitBtyd(kind, ...columns(rows));
      for (const value of Object.values(fit.params)) {
        expect(Number.isFinite(value)).toBe(true);
        expect(value).toBeGreaterThan(0);
      }
      expect(Number.isFinite(fit.logLikelihood)).toBe(true);
    }
  });

  it("fits the same whatever the order of rows and the unit of time", () => {
    const rows = Array.from({ length: 150 }, (_, at) => ({
      x: at % 4,
      recency: at % 4 === 0 ? 0 : ((at * 7) % 20) + 1,
      tAge: 22 + (at % 13),
    }));
    for (const kind of variants) {
      const fit = fitBtyd(kind, ...columns(rows));
      expect(fitBtyd(kind, ...columns([...rows].reverse()))).toEqual(fit);
      const days = rows.map((row) => ({ x: row.x, recency: row.recency * 7, tAge: row.tAge * 7 }));
      const inDays = fitBtyd(kind, ...columns(days));
      const repeats = rows.reduce((sum, { x }) => sum + x, 0);
      expect(inDays.logLikelihood + repeats * Math.log(7)).toBeCloseTo(fit.logLikelihood, 3);
      expect(inDays.params.alpha / 7 / fit.params.alpha).toBeCloseTo(1, 2);
      expect(inDays.params.r / fit.params.r).toBeCloseTo(1, 2);
    }
  });
});

describe("grouped histories", () => {
  it("keep every count and every row's place", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3)), { maxLength: 60 }), (rows) => {
        const [x, recency, tAge] = [0, 1, 2].map((part) => Float64Array.from(rows, (row) => row[part] ?? 0)) as [
          Float64Array,
          Float64Array,
          Float64Array,
        ];
        const found = compressSummary(x, recency, tAge);
        expect(found.count.reduce((sum, n) => sum + n, 0)).toBe(rows.length);
        expect(found.count.length).toBe(new Set(rows.map(String)).size);
        for (const [at, row] of rows.entries()) {
          const group = found.group[at] ?? -1;
          expect([found.frequency[group], found.recency[group], found.tAge[group]]).toEqual(row);
        }
      }),
    );
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compressSummary } from "./compress.ts";
import { emptyDerivatives } from "./optimise.ts";
import { paretoDistribution } from "./pareto-distribution.ts";
import {
  discountedTransactions,
  type ParetoParams,
  paretoAlive,
  paretoExpected,
  paretoLogLikelihood,
  paretoMoments,
  paretoNone,
} from "./pareto-nbd.ts";
import { fitPareto, paretoNegativeLogLikelihood } from "./pareto-nbd-fit.ts";

const positive = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const anyParams: fc.Arbitrary<ParetoParams> = fc.record({
  r: positive(0.05, 10),
  alpha: positive(0.5, 200),
  s: positive(0.01, 10),
  beta: positive(0.5, 300),
});
const anyHistory = fc
  .record({ x: fc.integer({ min: 0, max: 254 }), tAge: positive(0, 3_650), part: positive(0, 1) })
  .map(({ x, tAge, part }) => ({ x, recency: x === 0 ? 0 : tAge * part, tAge }));
type Histories = readonly { x: number; recency: number; tAge: number }[];
const columns = (rows: Histories) =>
  [
    Float64Array.from(rows, ({ x }) => x),
    Float64Array.from(rows, ({ recency }) => recency),
    Float64Array.from(rows, ({ tAge }) => tAge),
  ] as const;

describe("Pareto/NBD", () => {
  it("gives finite answers of their range for any history", () => {
    fc.assert(
      fc.property(anyParams, anyHistory, positive(0, 1_000), (params, history, horizon) => {
        const alive = paretoAlive(params, history);
        expect(alive).toBeGreaterThanOrEqual(0);
        expect(alive).toBeLessThanOrEqual(1);
        expect(paretoExpected(params, history, horizon)).toSatisfy(Number.isFinite);
        expect(paretoExpected(params, history, horizon)).toBeGreaterThanOrEqual(0);
        expect(paretoNone(params, history, alive, horizon)).toBeGreaterThanOrEqual(0);
        expect(paretoNone(params, history, alive, horizon)).toBeLessThanOrEqual(1);
        expect(paretoLogLikelihood(params, history)).toSatisfy(Number.isFinite);
        expect(discountedTransactions(params, history, 4e-4)).toSatisfy(Number.isFinite);
      }),
      { numRuns: 500 },
    );
  });

  it("tells a distribution with the moments and the chance of none that closed forms give", () => {
    const params = fc.record({
      r: positive(0.2, 3),
      alpha: positive(5, 200),
      s: positive(0.2, 4),
      beta: positive(5, 300),
    });
    const small = anyHistory.map((history) => ({ ...history, x: Math.min(history.x, 30) }));
    fc.assert(
      fc.property(params, small, positive(1, 90), (fitted, history, t) => {
        const given = { ...history, tAge: history.tAge + 20 };
        const alive = paretoAlive(fitted, given);
        const found = paretoDistribution(fitted, given, { alive, t, rest: 1e-9 });
        const [ofAlive, varianceOfAlive] = paretoMoments(fitted, given, t);
        const mean = alive * ofAlive;
        const variance = alive * (varianceOfAlive + (1 - alive) * ofAlive * ofAlive);
        const first = found.reduce((sum, p, n) => sum + n * p, 0);
        const second = found.reduce((sum, p, n) => sum + n * n * p, 0);
        expect(Math.min(...found)).toBeGreaterThanOrEqual(0);
        expect(Math.abs((found[0] ?? 0) - paretoNone(fitted, given, alive, t))).toBeLessThan(1e-5);
        expect(Math.abs(first - mean)).toBeLessThan(1e-4 * Math.max(1, mean));
        expect(Math.abs(second - mean * mean - variance)).toBeLessThan(1e-3 * Math.max(1, variance));
      }),
      { numRuns: 200 },
    );
  });

  it("has the value of single histories and the derivatives that differences give", () => {
    const rows = fc.array(anyHistory, { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(anyParams, rows, (params, given) => {
        const objective = paretoNegativeLogLikelihood(compressSummary(...columns(given)), { pull: 0 });
        const at = Float64Array.from([params.r, params.alpha, params.s, params.beta], Math.log);
        const here = emptyDerivatives(4);
        const wanted = given.reduce((sum, row) => sum + paretoLogLikelihood(params, row), 0) / given.length;
        expect(Math.abs(objective(at, here) + wanted)).toBeLessThan(1e-9 * Math.max(1, Math.abs(wanted)));
        const moved = (i: number, step: number) => Float64Array.from(at, (value, j) => value + (i === j ? step : 0));
        for (let i = 0; i < 4; i++) {
          const step = 1e-5;
          const [above, below] = [emptyDerivatives(4), emptyDerivatives(4)];
          const slope = (objective(moved(i, step), above) - objective(moved(i, -step), below)) / (2 * step);
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
});

const fits: Readonly<Record<string, Histories>> = {
  "one customer": [{ x: 3, recency: 20, tAge: 30 }],
  "one customer of today": [{ x: 0, recency: 0, tAge: 0 }],
  "nobody who came back": Array.from({ length: 50 }, (_, at) => ({ x: 0, recency: 0, tAge: 10 + at })),
  "nobody who left": Array.from({ length: 50 }, (_, at) => ({ x: 40, recency: 395 + (at % 5), tAge: 400 })),
  "a heavy buyer": [
    { x: 254, recency: 300, tAge: 310 },
    ...Array.from({ length: 60 }, (_, at) => ({ x: at % 3, recency: (at % 3) * 40, tAge: 310 })),
  ],
  "heavy buyers who left long ago": Array.from({ length: 40 }, (_, at) => ({ x: 254, recency: 50 + at, tAge: 3_000 })),
};

describe("the fit of Pareto/NBD", () => {
  for (const [name, rows] of Object.entries(fits)) {
    it(`is finite for ${name}`, () => {
      const { params, logLikelihood } = fitPareto(...columns(rows));
      for (const value of Object.values(params)) {
        expect(value).toBeGreaterThan(0);
        expect(value).toSatisfy(Number.isFinite);
      }
      expect(logLikelihood).toSatisfy(Number.isFinite);
      for (const row of rows) {
        expect(paretoExpected(params, row, 90)).toSatisfy(Number.isFinite);
        expect(paretoAlive(params, row)).toSatisfy((alive) => alive >= 0 && alive <= 1);
      }
    });
  }
});

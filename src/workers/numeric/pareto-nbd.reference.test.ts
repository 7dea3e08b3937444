import { describe, expect, it } from "vitest";
import { createRandom } from "../../shared/base/random.ts";
import { cdnowSample } from "../models/reference/cdnow-sample.ts";
import { pitCoverage } from "./intervals.ts";
import { paretoDistribution } from "./pareto-distribution.ts";
import { discountedTransactions, paretoAlive, paretoExpected, paretoLogLikelihood } from "./pareto-nbd.ts";
import { fitPareto } from "./pareto-nbd-fit.ts";

const { frequency, recency, tAge, holdout } = cdnowSample();
const { params, standardErrors, logLikelihood, converged } = fitPareto(frequency, recency, tAge);
const one = { x: 2, recency: 30.43, tAge: 38.86 };
const histories = Array.from(frequency, (x, at) => ({ x, recency: recency[at] ?? 0, tAge: tAge[at] ?? 0 }));

describe("Pareto/NBD on the CDNOW sample", () => {
  it("gives the parameters and standard errors of Fader, Hardie & Lee (2005) and CLVTools", () => {
    const { r, alpha, s, beta } = params;
    const wanted = [0.553276, 10.577613, 0.606213, 11.667907];
    for (const [at, value] of [r, alpha, s, beta].entries()) {
      expect(Math.abs(value / (wanted[at] ?? 1) - 1)).toBeLessThan(2e-5);
    }
    expect(standardErrors.r).toBeCloseTo(0.0476, 3);
    expect(standardErrors.alpha).toBeCloseTo(0.8427, 3);
    expect(standardErrors.s).toBeCloseTo(0.1873, 3);
    expect(standardErrors.beta).toBeCloseTo(6.2105, 2);
    expect(logLikelihood).toBeCloseTo(-9594.9739, 3);
    expect(converged).toBe(true);
  });

  it("scales with the unit of time", () => {
    const days = fitPareto(
      frequency,
      recency.map((time) => time * 7),
      tAge.map((time) => time * 7),
    );
    expect(days.params.alpha / 7).toBeCloseTo(params.alpha, 6);
    expect(days.params.beta / 7).toBeCloseTo(params.beta, 6);
    expect(days.standardErrors.s).toBeCloseTo(standardErrors.s, 6);
  });

  it("sums the likelihood of single histories", () => {
    const sum = histories.reduce((total, history) => total + paretoLogLikelihood(params, history), 0);
    expect(sum).toBeCloseTo(logLikelihood, 6);
  });

  it("gives customer 1 the recomputed forecast and chance to be alive", () => {
    expect(paretoExpected(params, one, 39)).toBeCloseTo(1.45511, 5);
    expect(paretoAlive(params, one)).toBeCloseTo(0.86912, 5);
  });

  it("gives the discounted transactions that U(s, s, δ(β + T)) gives", () => {
    const weekly = Math.log(1.15) / 52;
    const of = (x: number, last: number) => discountedTransactions(params, { x, recency: last, tAge: 38.86 }, weekly);
    expect(of(2, 30.43)).toBeCloseTo(6.5002, 4);
    expect(of(0, 0)).toBeCloseTo(0.478252, 5);
    expect(of(7, 35)).toBeCloseTo(20.71036, 4);
    expect(of(1, 1.71)).toBeCloseTo(0.763795, 5);
  });

  it("covers between 75 and 85 % of the holdout by its 80 % limits", () => {
    const [below, at] = [new Float64Array(histories.length), new Float64Array(histories.length)];
    for (const [i, history] of histories.entries()) {
      const found = paretoDistribution(params, history, { alive: paretoAlive(params, history), t: 39 });
      const y = holdout[i] ?? 0;
      below[i] = found.slice(0, y).reduce((sum, p) => sum + p, 0);
      at[i] = found[y] ?? 0;
    }
    const { value } = pitCoverage(below, at, 1);
    expect(value).toBeGreaterThan(0.75);
    expect(value).toBeLessThan(0.85);
  });
});

describe("Pareto/NBD on simulated customers", () => {
  it("finds the parameters again that drew them", () => {
    const random = createRandom(3, "pareto");
    const n = 20_000;
    const [x, last, age] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)];
    for (let at = 0; at < n; at++) {
      const pause = 1 / random.gamma(0.8, 1 / 60);
      const life = random.exponential(1 / random.gamma(0.7, 1 / 150));
      age[at] = 100 + random.below(600);
      for (
        let time = random.exponential(pause);
        time < Math.min(life, age[at] ?? 0);
        time += random.exponential(pause)
      ) {
        x[at] = (x[at] ?? 0) + 1;
        last[at] = time;
      }
    }
    const found = fitPareto(x, last, age);
    const wanted = { r: 0.8, alpha: 60, s: 0.7, beta: 150 };
    for (const name of ["r", "alpha", "s", "beta"] as const) {
      expect(Math.abs(found.params[name] - wanted[name])).toBeLessThan(4 * found.standardErrors[name]);
      expect(found.standardErrors[name]).toBeLessThan(0.2 * wanted[name]);
    }
  });
});

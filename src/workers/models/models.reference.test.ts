import { describe, expect, it } from "vitest";
import { fitBtyd } from "../numeric/btyd-fit.ts";
import { expectedPurchases, probabilityAlive, purchaseDistribution } from "../numeric/buy-till-you-die.ts";
import { expectedSpend, fitGammaGamma } from "../numeric/gamma-gamma.ts";
import { meanInterval } from "../numeric/scoring.ts";
import { cdnowMeans, cdnowSample } from "./reference/cdnow-sample.ts";
import { selfTest } from "./self-test.ts";

const { frequency, recency, tAge } = cdnowSample();
const customers = Array.from(frequency.keys(), (at) => ({
  x: frequency[at] ?? 0,
  recency: recency[at] ?? 0,
  tAge: tAge[at] ?? 0,
}));
const bg = fitBtyd("bg_nbd", frequency, recency, tAge);
const mbg = fitBtyd("mbg_nbd", frequency, recency, tAge);

describe("the CDNOW sample", () => {
  it("is the one that the papers use", () => {
    expect(customers.length).toBe(2_357);
    expect(frequency.reduce((sum, x) => sum + x, 0)).toBe(2_457);
    expect(customers.filter(({ x }) => x === 0).length).toBe(1_411);
    expect(Math.max(...frequency)).toBe(29);
    const { mean } = cdnowMeans();
    expect(mean.length).toBe(946);
    expect(meanInterval(mean).value).toBeCloseTo(35.0786, 3);
  });

  it("gives every value that the self-test holds", () => {
    const checks = selfTest();
    expect(checks.length).toBeGreaterThanOrEqual(120);
    expect(new Set(checks.map(({ model, quantity }) => `${model} ${quantity}`)).size).toBe(checks.length);
    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    const named = new Set(checks.map(({ model }) => model));
    for (const model of ["bg_nbd", "mbg_nbd", "pareto_nbd", "gamma_gamma"]) expect(named.has(model)).toBe(true);
  });

  it("gives BG/NBD's published parameters and likelihood", () => {
    const { r, alpha, a, b } = bg.params;
    expect([r, alpha, a, b].map((value) => Number(value.toFixed(3)))).toEqual([0.243, 4.414, 0.793, 2.426]);
    expect(bg.logLikelihood).toBeCloseTo(-9582.4256, 2);
    expect(bg.converged).toBe(true);
  });

  it("gives MBG/NBD's published parameters", () => {
    const { r, alpha, a, b } = mbg.params;
    expect([r, alpha, a, b].map((value) => Number(value.toFixed(3)))).toEqual([0.525, 6.183, 0.891, 1.614]);
    expect(mbg.logLikelihood).toBeCloseTo(-9582.1327, 2);
  });

  it("gives customer 1 the published forecast and chance to be alive", () => {
    const one = { x: 2, recency: 30.43, tAge: 38.86 };
    expect(expectedPurchases("bg_nbd", bg.params, one, 39)).toBeCloseTo(1.22591, 3);
    expect(expectedPurchases("mbg_nbd", mbg.params, one, 39)).toBeCloseTo(1.26267, 3);
    expect(probabilityAlive("bg_nbd", bg.params, one.x, one.recency, one.tAge)).toBeCloseTo(0.72661, 3);
    expect(probabilityAlive("mbg_nbd", mbg.params, one.x, one.recency, one.tAge)).toBeCloseTo(0.70613, 3);
  });

  it("gives the mean chance to be alive", () => {
    const mean = (kind: "bg_nbd" | "mbg_nbd", params: typeof bg.params) =>
      customers.reduce(
        (sum, { x, recency: last, tAge: age }) => sum + probabilityAlive(kind, params, x, last, age),
        0,
      ) / customers.length;
    expect(mean("bg_nbd", bg.params)).toBeCloseTo(0.8134, 3);
    expect(mean("mbg_nbd", mbg.params)).toBeCloseTo(0.4487, 3);
  });

  it("gives BG/NBD's histogram of repeat purchases", () => {
    const byAge = new Map<number, number>();
    for (const { tAge: age } of customers) byAge.set(age, (byAge.get(age) ?? 0) + 1);
    const histogram = new Array<number>(8).fill(0);
    for (const [age, count] of byAge) {
      const found = purchaseDistribution("bg_nbd", bg.params, { x: 0, recency: 0, tAge: 0 }, age, 1e-9);
      for (const [n, p] of found.entries()) histogram[Math.min(7, n)] = (histogram[Math.min(7, n)] ?? 0) + p * count;
    }
    const wanted = [1407.7, 460.3, 192.5, 101.2, 59.8, 38.1, 25.5, 71.9];
    for (const [n, value] of wanted.entries()) expect(Math.abs((histogram[n] ?? 0) - value)).toBeLessThan(0.2);
  });

  it("gives BG/NBD's cumulative purchases in and after the calibration", () => {
    const total = (weeks: number) =>
      customers.reduce(
        (sum, { tAge: age }) =>
          sum + expectedPurchases("bg_nbd", bg.params, { x: 0, recency: 0, tAge: 0 }, age + weeks),
        0,
      );
    expect(total(0)).toBeCloseTo(2494.0, 0);
    expect(total(39)).toBeCloseTo(4160.6, 0);
  });

  it("gives the sums of the 39 weeks' forecasts", () => {
    const total = (kind: "bg_nbd" | "mbg_nbd", params: typeof bg.params) =>
      customers.reduce((sum, customer) => sum + expectedPurchases(kind, params, customer, 39), 0);
    expect(total("bg_nbd", bg.params)).toBeCloseTo(1653.4, 0);
    expect(total("mbg_nbd", mbg.params)).toBeCloseTo(1576.7, 0);
  });

  it("gives the published mean spend of the first ten customers", () => {
    const { x, mean } = cdnowMeans();
    const fit = fitGammaGamma(x, mean);
    expect(fit).toBeDefined();
    if (!fit) return;
    expect(fit.params.p).toBeCloseTo(6.25, 1);
    expect(fit.params.q).toBeCloseTo(3.74, 1);
    expect(fit.params.v).toBeCloseTo(15.44, 1);
    const firstTen = [
      [2, 22.35, 24.65],
      [1, 11.77, 18.91],
      [0, 0, 35.17],
      [0, 0, 35.17],
      [0, 0, 35.17],
      [7, 73.74, 71.46],
      [1, 11.77, 18.91],
      [0, 0, 35.17],
      [2, 25.55, 27.28],
      [0, 0, 35.17],
    ] as const;
    for (const [repeat, own, wanted] of firstTen) {
      expect(Math.abs(expectedSpend(fit.params, repeat, own) - wanted)).toBeLessThan(0.02);
    }
  });
});

import { describe, expect, it } from "vitest";
import { createRandom } from "../../shared/base/random.ts";
import { pitCoverage } from "./intervals.ts";
import { paceSpread, wanderingDistribution } from "./pace.ts";

const rows = 1_500;

function poisson(mean: number): number[] {
  const found = [Math.exp(-mean)];
  for (let n = 1; n < 200; n++) found.push(((found[n - 1] ?? 0) * mean) / n);
  return found;
}

/** Customers of known paces, who buy at them times a lognormal factor of mean 1. */
function cut(seed: number, spread: number) {
  const random = createRandom(seed, "pace");
  const normal = () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  const pace = Float64Array.from({ length: rows }, () => random.gamma(2, 6));
  const came = pace.map((mean) => {
    const left = Math.exp(-mean * Math.exp(spread * normal() - (spread * spread) / 2));
    let count = 0;
    for (let product = random.next(); product > left; product *= random.next()) count++;
    return count;
  });
  const distributionAt = (row: number, t: number) => poisson((pace[row] ?? 0) * t);
  return { rows, distributionAt, t: 1, came, customers: new Float64Array(rows).fill(1) };
}

function covered({ distributionAt, came }: ReturnType<typeof cut>, spread: number): number {
  const [below, at] = [new Float64Array(rows), new Float64Array(rows)];
  for (let row = 0; row < rows; row++) {
    const told = wanderingDistribution((t) => distributionAt(row, t), 1, spread);
    below[row] = told.slice(0, came[row]).reduce((sum, p) => sum + p, 0);
    at[row] = told[came[row] ?? 0] ?? 0;
  }
  return pitCoverage(below, at, 1).value;
}

describe("how far paces wander", () => {
  it("is nothing where paces hold", () => {
    expect(paceSpread([cut(1, 0), cut(2, 0)])).toBe(0);
  });

  it("is what makes limits hold again on others than it was learnt from", () => {
    const spread = paceSpread([cut(1, 0.5), cut(2, 0.5)]);
    const later = cut(3, 0.5);
    expect(spread).toBe(0.5);
    expect(covered(later, 0)).toBeLessThan(0.65);
    expect(Math.abs(covered(later, spread) - 0.8)).toBeLessThan(0.04);
  });

  it("leaves the mean and the whole of a distribution", () => {
    const told = wanderingDistribution((t) => poisson(4 * t), 1, 0.5);
    expect(told.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 9);
    expect(told.reduce((sum, p, n) => sum + n * p, 0)).toBeCloseTo(4, 3);
    expect(wanderingDistribution((t) => poisson(4 * t), 1, 0)).toEqual(poisson(4));
  });

  it("is nothing without customers", () => {
    expect(paceSpread([])).toBe(0);
  });
});

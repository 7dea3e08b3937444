import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom } from "../../shared/base/random.ts";
import { meanProducts, productsOf, simplexWeights } from "./simplex-weights.ts";

function cases(weights: readonly number[], noise: number, n = 400) {
  const random = createRandom(5, "weights");
  const predictions = weights.map(() => Float64Array.from({ length: n }, () => 1 + random.normal()));
  const actual = Float64Array.from({ length: n }, (_, at) =>
    weights.reduce((sum, weight, i) => sum + weight * (predictions[i]?.[at] ?? 0), noise * random.normal()),
  );
  return { predictions, actual };
}

describe("weights of a combination", () => {
  it("are those that made the outcome", () => {
    const { predictions, actual } = cases([0.6, 0, 0.4], 0);
    const found = simplexWeights(productsOf(predictions, actual));
    expect([...found].map((weight) => Math.round(1e6 * weight) / 1e6)).toEqual([0.6, 0, 0.4]);
  });

  it("never are negative, add up to 1, and do no worse than any one forecast", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 6, maxLength: 6 }), {
          minLength: 1,
          maxLength: 4,
        }),
        fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 6, maxLength: 6 }),
        (rows, y) => {
          const predictions = rows.map((row) => Float64Array.from(row));
          const actual = Float64Array.from(y);
          const weights = simplexWeights(productsOf(predictions, actual));
          expect(weights.every((weight) => weight >= 0 && weight <= 1 + 1e-9)).toBe(true);
          expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 9);
          const loss = (of: (at: number) => number) =>
            actual.reduce((sum, value, at) => sum + (of(at) - value) ** 2, 0);
          const own = loss((at) => predictions.reduce((sum, p, i) => sum + (weights[i] ?? 0) * (p[at] ?? 0), 0));
          for (const p of predictions) expect(own).toBeLessThanOrEqual(loss((at) => p[at] ?? 0) + 1e-6);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("give sets of cases the same say, whatever their size", () => {
    const [a, b] = [cases([1, 0], 0, 50), cases([0, 1], 0, 5_000)];
    const of = ({ predictions, actual }: typeof a) => productsOf(predictions, actual);
    const [first = 0] = simplexWeights(meanProducts([of(a), of(b)]));
    expect(first).toBeGreaterThan(0.35);
    expect(first).toBeLessThan(0.65);
  });
});

import { describe, expect, it } from "vitest";
import { createRandom } from "../../shared/base/random.ts";
import { type Counts, fitDirichlet, varianceComponents } from "./shrinkage.ts";

/** Groups drawn from a Dirichlet-multinomial. */
function draw(alpha: readonly number[], groups: number, seed: number): Counts[] {
  const random = createRandom(seed, "dirichlet");
  return Array.from({ length: groups }, () => {
    const weights = alpha.map((one) => random.gamma(one, 1));
    const total = weights.reduce((sum, one) => sum + one, 0);
    const counts = new Map<number, number>();
    for (let line = 0; line < 2 + random.below(12); line++) {
      let left = random.next() * total;
      let category = 0;
      while (category < alpha.length - 1 && left > (weights[category] ?? 0)) left -= weights[category++] ?? 0;
      counts.set(category, (counts.get(category) ?? 0) + 1);
    }
    return [...counts];
  });
}

describe("Dirichlet-multinomial", () => {
  it("finds the weight and the shares that counts were drawn with", () => {
    const alpha = [2, 1, 0.5, 0.25];
    const { concentration, shares } = fitDirichlet(draw(alpha, 3_000, 3), 4);
    expect(concentration).toBeGreaterThan(3.4);
    expect(concentration).toBeLessThan(4.1);
    for (const [at, one] of alpha.entries()) expect(shares[at]).toBeCloseTo(one / 3.75, 1);
    expect(shares.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 12);
  });

  it("doesn't depend on the order of groups", () => {
    const groups = draw([1, 2, 3], 200, 4);
    expect(fitDirichlet([...groups].reverse(), 3)).toEqual(fitDirichlet(groups, 3));
  });

  it("draws hardly at all where everybody keeps to one category, and wholly where all are alike", () => {
    const loyal = Array.from({ length: 90 }, (_, at): Counts => [[at % 3, 8]]);
    const alike = Array.from(
      { length: 90 },
      (): Counts => [
        [0, 4],
        [1, 4],
      ],
    );
    expect(fitDirichlet(loyal, 3).concentration).toBeLessThan(0.05);
    expect(fitDirichlet(alike, 2).concentration).toBeGreaterThan(100);
  });

  it("stays finite where there is nothing to learn from", () => {
    for (const [groups, categories] of [
      [[], 0],
      [[], 3],
      [[[[0, 1]]], 1],
      [[[[0, 1]], [[1, 1]]], 2],
    ] as const) {
      const { concentration, shares } = fitDirichlet(groups as readonly Counts[], categories);
      expect(Number.isFinite(concentration)).toBe(true);
      expect(shares.every(Number.isFinite)).toBe(true);
    }
  });
});

describe("variance components", () => {
  it("tells spread between groups from spread within them", () => {
    const random = createRandom(9, "components");
    const groups = Array.from({ length: 3_000 }, () => {
      const mean = 0.5 + 0.2 * random.normal();
      return Array.from({ length: 1 + random.below(8) }, () => mean + 0.1 * random.normal());
    });
    const sum = (power: number) =>
      Float64Array.from(groups, (group) => group.reduce((total, value) => total + value ** power, 0));
    const found = varianceComponents(sum(0), sum(1), sum(2));
    expect(found.mean).toBeCloseTo(0.5, 1);
    expect(found.within).toBeCloseTo(0.01, 3);
    expect(found.between).toBeCloseTo(0.04, 2);
    const turned = (power: number) => sum(power).reverse();
    expect(varianceComponents(turned(0), turned(1), turned(2))).toEqual(found);
  });

  it("stays positive and finite for nobody, one and equal values", () => {
    for (const n of [[], [1], [3], [2, 2]]) {
      const ones = Float64Array.from(n);
      const { within, between } = varianceComponents(
        ones,
        ones.map((k) => k / 2),
        ones.map((k) => k / 4),
      );
      expect(within > 0 && Number.isFinite(within)).toBe(true);
      expect(between > 0 && Number.isFinite(between)).toBe(true);
    }
  });
});

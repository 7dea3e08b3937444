import { describe, expect, it } from "vitest";
import { createRandom } from "../../shared/base/random.ts";
import { type BoostedTrees, fitBoostedTrees } from "./boosted-trees.ts";
import { contributions } from "./boosted-trees-contributions.ts";
import type { Tree } from "./boosted-trees-grow.ts";
import { weightedQuantile } from "./boosted-trees-loss.ts";
import { leafOf, predictMargins, predictResponses } from "./boosted-trees-predict.ts";

const n = 4_000;
const mean = (values: Float64Array) => values.reduce((sum, one) => sum + one, 0) / values.length;
const depthOf = (tree: Tree, node = tree.feature.length > 0 ? 0 : -1): number =>
  node < 0 ? 0 : 1 + Math.max(depthOf(tree, tree.left[node]), depthOf(tree, tree.right[node]));
const oneByOne = (model: BoostedTrees, columns: readonly Float64Array[]) =>
  Float64Array.from(columns[0] ?? [], (_, row) =>
    model.trees.reduce((sum, tree) => sum + (tree.leafValue[leafOf(tree, columns, row)] ?? 0), model.base),
  );

/** A count of a rate, by Knuth's product of uniforms. */
function countOf(rate: number, next: () => number): number {
  const least = Math.exp(-rate);
  let [count, product] = [0, next()];
  while (product > least) {
    product *= next();
    count++;
  }
  return count;
}

/** A column of 40 codes whose effect has nothing to do with their order, and one that matters less. */
function coded(seed: number) {
  const random = createRandom(seed, "codes");
  const code = Float64Array.from({ length: n }, () => (random.next() < 0.05 ? Number.NaN : random.below(40)));
  const other = Float64Array.from({ length: n }, () => random.normal());
  const target = code.map(
    (one, row) => ((one * 17) % 40 < 15 ? 2 : 0) + 0.3 * (other[row] ?? 0) + 0.5 * random.normal(),
  );
  return { columns: [code, other], target };
}

describe("categories", () => {
  const [train, test] = [coded(1), coded(2)];
  const error = (model: BoostedTrees) =>
    mean(predictMargins(model, test.columns).map((one, row) => (one - (test.target[row] ?? 0)) ** 2));
  const params = { loss: "squared", trees: 15, leaves: 6 } as const;
  const model = fitBoostedTrees({ ...train, categorical: [0] }, params);

  it("are parted by what follows them, not by the order of their codes", () => {
    expect(error(model)).toBeLessThan(0.35);
    expect(error(model)).toBeLessThan(0.75 * error(fitBoostedTrees(train, params)));
    expect(model.trees[0]?.categories?.[0]?.length).toBeGreaterThan(3);
    expect(JSON.parse(JSON.stringify(model))).toEqual(model);
  });

  it("give the same whatever numbers stand for them, and whatever the order of rows", () => {
    const turned = (column: Float64Array) => Float64Array.from(column).reverse();
    const again = fitBoostedTrees(
      { columns: train.columns.map(turned), target: turned(train.target), categorical: [0] },
      params,
    );
    expect(again).toEqual(model);
  });

  it("that weren't seen, and values that are missing, have a side; contributions still add up", () => {
    const rows = [Float64Array.from([999, Number.NaN, 3, -1]), Float64Array.from([0, 0, 0, 0])];
    const margins = predictMargins(model, rows);
    expect(margins.every(Number.isFinite)).toBe(true);
    const told = contributions(model, rows);
    margins.forEach((margin, row) => {
      expect(told.mean + told.values.reduce((sum, one) => sum + (one[row] ?? 0), 0)).toBeCloseTo(margin, 9);
    });
  });

  it("beyond 255 keep the most frequent", () => {
    const many = Float64Array.from({ length: 2_000 }, (_, row) => (row < 1_000 ? row : row % 2));
    const target = many.map((code) => (code === 1 ? 5 : 0));
    const found = fitBoostedTrees({ columns: [many], target, categorical: [0] }, { ...params, categoryL2: 0, l2: 0 });
    const [zero = 0, one = 0] = predictMargins(found, [Float64Array.from([0, 1])]);
    expect(one - zero).toBeGreaterThan(3);
  });
});

describe("monotone columns", () => {
  const random = createRandom(4, "monotone");
  const columns = [0, 1, 2].map(() => Float64Array.from({ length: n }, () => random.next() * 10));
  const [a, b, c] = columns as [Float64Array, Float64Array, Float64Array];
  a[7] = Number.NaN;
  const target = a.map(
    (one, row) =>
      Math.sin(one || 0) + (one || 0) / 3 - 0.2 * (b[row] ?? 0) + ((c[row] ?? 0) > 5 ? 1 : 0) + random.normal(),
  );
  const fitted = (monotone: number[] | undefined) =>
    fitBoostedTrees({ columns, target }, { loss: "squared", trees: 60, leaves: 16, ...(monotone ? { monotone } : {}) });
  /** Greatest step down of predictions along the first column, over several places of the others. */
  const drop = (model: BoostedTrees) => {
    const grid = Float64Array.from({ length: 401 }, (_, at) => at / 40);
    return Math.max(
      ...[0.5, 3, 5.2, 9.7].flatMap((place) => {
        const along = predictMargins(model, [grid, grid.map(() => place), grid.map(() => 10 - place)]);
        return Array.from(along, (one, at) => (along[at - 1] ?? one) - one);
      }),
    );
  };

  it("never turn the other way, anywhere", () => {
    expect(drop(fitted(undefined))).toBeGreaterThan(0.05);
    expect(drop(fitted([1, 0, 0]))).toBeLessThanOrEqual(1e-12);
    expect(drop(fitted([1, -1, 0]))).toBeLessThanOrEqual(1e-12);
  });

  it("leave the others as free as before", () => {
    const errorOf = (model: BoostedTrees) =>
      mean(predictMargins(model, columns).map((one, row) => (one - (target[row] ?? 0)) ** 2));
    expect(errorOf(fitted([1, -1, 0]))).toBeLessThan(1.35);
    expect(fitted([0, 0, 0])).toEqual(fitted(undefined));
  });
});

describe("growth", () => {
  const { columns, target } = coded(5);
  it("level by level stays within its depth and tells nearly as much", () => {
    const [level, leaf] = (["depth", "leaf"] as const).map((growth) =>
      fitBoostedTrees(
        { columns, target },
        { loss: "squared", trees: 20, leaves: 16, depth: growth === "depth" ? 4 : 0, growth },
      ),
    ) as [BoostedTrees, BoostedTrees];
    expect(Math.max(...level.trees.map((tree) => depthOf(tree)))).toBe(4);
    expect(Math.max(...leaf.trees.map((tree) => depthOf(tree)))).toBeGreaterThan(4);
    expect(level.trees.every((tree) => tree.leafValue.length <= 16)).toBe(true);
  });
});

describe("losses", () => {
  const random = createRandom(6, "losses");
  const x = Float64Array.from({ length: n }, () => random.next() * 4);
  const half = x.map((_, row) => (row % 2 === 0 ? 1 : 0));
  const fitHalf = { isValidation: Uint8Array.from(half) };
  const held = (values: Float64Array) => values.filter((_, row) => half[row] === 1);

  it.each([0.1, 0.5, 0.9])("tell the quantile at %s", (quantile) => {
    const y = x.map((one) => one * 10 + (1 + one) * random.normal());
    const model = fitBoostedTrees(
      { columns: [x], target: y, ...fitHalf },
      { loss: "quantile", quantile, trees: 150, leaves: 8, patience: 20 },
    );
    const below = held(predictResponses(model, [x]).map((one, row) => ((y[row] ?? 0) <= one ? 1 : 0)));
    expect(mean(below)).toBeGreaterThan(quantile - 0.04);
    expect(mean(below)).toBeLessThan(quantile + 0.04);
  });

  it.each(["poisson", "tweedie"] as const)("under %s give means from 0 up that add up", (loss) => {
    const rate = x.map((one) => Math.exp(one - 1.5));
    const y = rate.map((lambda) => {
      const count = countOf(lambda, () => random.next());
      return loss === "poisson" ? count : count * random.exponential(1);
    });
    const model = fitBoostedTrees(
      { columns: [x], target: y, ...fitHalf },
      { loss, trees: 150, leaves: 8, patience: 20 },
    );
    const predicted = predictResponses(model, [x]);
    expect(predicted.every((one) => one > 0 && Number.isFinite(one))).toBe(true);
    expect(mean(held(predicted)) / mean(held(rate))).toBeCloseTo(1, 0.9);
    const error = held(predicted.map((one, row) => Math.abs(Math.log(one / (rate[row] ?? 1)))));
    expect(mean(error)).toBeLessThan(0.2);
  });

  it.each(["quantile", "poisson", "tweedie"] as const)("under %s stay finite for extremes", (loss) => {
    const extremes = Float64Array.from([0, 1e300, 0, 5e-324, 1e12, 0, 3, 1]);
    const model = fitBoostedTrees(
      { columns: [extremes], target: extremes },
      { loss, trees: 30, minChildWeight: 0, l2: 0 },
    );
    expect([model.base, ...predictResponses(model, [extremes])].every(Number.isFinite)).toBe(true);
  });

  it("take the least value that reaches the share of weight", () => {
    expect(weightedQuantile(Float64Array.from([5, 1, 3]), null, 0.5)).toBe(3);
    expect(weightedQuantile(Float64Array.from([5, 1, 3]), Float64Array.from([8, 1, 1]), 0.5)).toBe(5);
    expect(weightedQuantile(new Float64Array(0), null, 0.5)).toBe(0);
  });
});

describe("predictions of many rows", () => {
  it("are those of each row by itself, to the bit", () => {
    const random = createRandom(8, "rows");
    const columns = Array.from({ length: 6 }, (_, at) =>
      Float64Array.from({ length: 1_537 }, () =>
        random.next() < 0.1 ? Number.NaN : at % 2 === 0 ? random.normal() * 1e3 : random.below(7),
      ),
    );
    const target = (columns[0] ?? new Float64Array(0)).map((one, row) =>
      (one || -50) > (columns[1]?.[row] || 3) * 40 ? 1 : 0,
    );
    const kinds = [{}, { trees: 0 }, { leaves: 2 }, { leaves: 8 }, { leaves: 40 }, { rowShare: 0.5 }];
    for (const [at, more] of kinds.entries()) {
      const categorical = at % 2 === 0 ? [1] : [];
      const model = fitBoostedTrees({ columns, target, categorical }, { trees: 40, ...more });
      const odd = columns.map((column) =>
        column.map((one, row) => (row === 3 ? Number.POSITIVE_INFINITY : row === 4 ? 1e308 : one)),
      );
      for (const rows of [columns, odd]) expect(predictMargins(model, rows)).toEqual(oneByOne(model, rows));
    }
  });
});

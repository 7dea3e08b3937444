import { describe, expect, it } from "vitest";
import { createRandom } from "../../shared/base/random.ts";
import { basketVector, createNeighbourhood, sparseRows } from "./basket-vectors.ts";
import { fitEase } from "./ease.ts";
import { createAlsSolver, fitImplicitAls } from "./implicit-als.ts";
import { topOf } from "./top.ts";

const random = createRandom(3, "recommending");

describe("the best of many", () => {
  it("are those of a full sort, equal ones by their number", () => {
    const scores = Float64Array.from({ length: 500 }, () => random.below(40));
    const sorted = Array.from(scores.keys()).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b);
    const shuffled = Array.from(scores.keys()).sort(() => random.next() - 0.5);
    expect(topOf(shuffled, scores, 25)).toEqual(sorted.slice(0, 25));
  });
});

describe("a customer's vector", () => {
  it("decays within and between groups, as eq. 1 to 3 of the paper have it", () => {
    const [a, b] = [Int32Array.of(0), Int32Array.of(1)];
    const decay = { withinGroup: 0.5, betweenGroups: 0.1, groupSize: 2 };
    // groups from the latest: {a, b} with weights .5 and 1, then {a} with .1 · 1
    const vector = basketVector([a, a, b], decay);
    expect(vector.get(1)).toBeCloseTo(1 / 2 / 2);
    expect(vector.get(0)).toBeCloseTo(0.5 / 2 / 2 + 0.1 / 1 / 2);
  });

  it("is near those that hold the same in like parts", () => {
    const rows = sparseRows([
      new Map([
        [0, 1],
        [1, 1],
      ]),
      new Map([
        [0, 1],
        [2, 5],
      ]),
      new Map([[3, 1]]),
    ]);
    const into = new Float64Array(4);
    const touched = createNeighbourhood(rows, 4, 1).addMean(
      new Map([
        [0, 2],
        [1, 2],
      ]),
      into,
    );
    expect([[...touched].sort(), ...into]).toEqual([[0, 1], 1, 1, 0, 0]);
  });
});

/** Two tastes of ten items each; every owner holds five of one. */
function tastes(owners: number): Int32Array[] {
  return Array.from({ length: owners }, (_, at) => {
    const items = Array.from({ length: 10 }, (_, k) => (at % 2) * 10 + k).sort(() => random.next() - 0.5);
    return Int32Array.from(items.slice(0, 5).sort((a, b) => a - b));
  });
}

describe("implicit ALS", () => {
  it("solves the normal equations of a row", () => {
    const [alpha, regularisation] = [4, 0.5];
    const y = [
      [1, 0.5],
      [-0.3, 2],
      [0.7, 0.1],
    ];
    const solve = createAlsSolver({ factors: 2, values: Float64Array.from(y.flat()) }, { alpha, regularisation });
    const x = new Float64Array(2);
    solve([0, 2], 0, 2, x, 0);
    for (const i of [0, 1]) {
      let [left, right] = [regularisation * (x[i] ?? 0), 0];
      for (const [item, row] of y.entries()) {
        const confidence = item === 1 ? 1 : 1 + alpha;
        const score = (row[0] ?? 0) * (x[0] ?? 0) + (row[1] ?? 0) * (x[1] ?? 0);
        left += confidence * score * (row[i] ?? 0);
        right += item === 1 ? 0 : confidence * (row[i] ?? 0);
      }
      expect(left).toBeCloseTo(right, 9);
    }
  });

  it("finds two tastes apart", () => {
    const options = { factors: 4, iterations: 8, alpha: 10, regularisation: 1, seed: 1 };
    const fitted = fitImplicitAls(tastes(200), 20, options);
    const solve = createAlsSolver(fitted, options);
    const own = new Float64Array(4);
    solve([0, 1, 2], 0, 3, own, 0);
    const scores = Float64Array.from({ length: 20 }, (_, item) =>
      own.reduce((sum, value, i) => sum + value * (fitted.values[item * 4 + i] ?? 0), 0),
    );
    expect(topOf(Array.from(scores.keys()), scores, 10).every((item) => item < 10)).toBe(true);
  });
});

describe("EASE", () => {
  it("is the ridge regression of each item by the others", () => {
    const owners = tastes(60);
    const lambda = 7;
    const { values } = fitEase(owners, 20, lambda);
    const holds = (owner: Int32Array, item: number) => (owner.includes(item) ? 1 : 0);
    for (const j of [0, 13]) {
      for (let i = 0; i < 20; i++) {
        if (i === j) {
          expect(values[i * 20 + j]).toBe(0);
          continue;
        }
        let gradient = lambda * (values[i * 20 + j] ?? 0);
        for (const owner of owners) {
          const told = Array.from(owner).reduce((sum, item) => sum + (values[item * 20 + j] ?? 0), 0);
          gradient += holds(owner, i) * (told - holds(owner, j));
        }
        expect(Math.abs(gradient)).toBeLessThan(1e-8);
      }
    }
  });
});

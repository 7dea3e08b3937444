import { describe, expect, it } from "vitest";
import { createRandom } from "../../shared/base/random.ts";
import { fitBoostedTrees, type TreeInput, type TreeParams } from "./boosted-trees.ts";
import { contributions } from "./boosted-trees-contributions.ts";
import { quickSigmoid, sigmoid } from "./boosted-trees-loss.ts";
import { predictMargins, predictResponses } from "./boosted-trees-predict.ts";

const nan = Number.NaN;

/** Rows whose chance depends on whether two columns agree (XOR), on a third, and on whether a fourth is missing. */
function draw(n: number, seed: number): { columns: Float64Array[]; target: Float64Array } {
  const random = createRandom(seed, "rows");
  const columns = Array.from({ length: 5 }, () => new Float64Array(n));
  const [a, b, c, d, noise] = columns as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
  const target = new Float64Array(n);
  for (let row = 0; row < n; row++) {
    a[row] = random.normal();
    b[row] = random.next() < 0.6 ? 1 : 0;
    c[row] = random.below(40) * 25;
    d[row] = random.next() < 0.3 ? nan : random.exponential(2);
    noise[row] = random.next();
    const agrees = (a[row] ?? 0) > 0.1 === (b[row] === 1);
    const margin = (agrees ? 1.5 : -1.5) + ((c[row] ?? 0) > 600 ? 1 : -0.5) + (Number.isNaN(d[row]) ? 1.5 : 0);
    target[row] = random.next() < sigmoid(margin) ? 1 : 0;
  }
  return { columns, target };
}

function logLoss(probability: Float64Array, target: Float64Array): number {
  return probability.reduce((sum, p, at) => sum - Math.log(target[at] === 1 ? p : 1 - p), 0) / target.length;
}

const train = draw(6_000, 1);
const test = draw(3_000, 2);

describe("boosted trees", () => {
  it("find interactions and what missing values mean, far beyond the mean", () => {
    const model = fitBoostedTrees(train, { trees: 60 });
    const share = train.target.reduce((sum, one) => sum + one, 0) / train.target.length;
    const naive = logLoss(new Float64Array(3_000).fill(share), test.target);
    const own = logLoss(predictResponses(model, test.columns), test.target);
    expect(own).toBeLessThan(naive * 0.8);
    const at = (d: number) =>
      predictMargins(
        model,
        [[1], [1], [100], [d], [0.5]].map((one) => Float64Array.from(one)),
      )[0];
    expect((at(nan) ?? 0) - (at(2) ?? 0)).toBeGreaterThan(1);
  });

  it("improve on the rows of the fit with every tree", () => {
    const losses = [0, 5, 20, 60].map((trees) => {
      return logLoss(predictResponses(fitBoostedTrees(train, { trees }), train.columns), train.target);
    });
    expect(losses).toEqual([...losses].sort((a, b) => b - a));
    expect(new Set(losses).size).toBe(4);
  });

  it("give the same model again, also as JSON and whatever the order of rows", () => {
    const model = fitBoostedTrees(train, { trees: 10 });
    expect(fitBoostedTrees(train, { trees: 10 })).toEqual(model);
    expect(JSON.parse(JSON.stringify(model))).toEqual(model);
    const order = Uint32Array.from(train.target.keys()).reverse();
    const turned = (column: Float64Array) => Float64Array.from(order, (row) => column[row] ?? 0);
    const other = fitBoostedTrees({ columns: train.columns.map(turned), target: turned(train.target) }, { trees: 10 });
    expect(other).toEqual(model);
  });

  it("sample rows and columns by their seed", () => {
    const params = { trees: 8, rowShare: 0.5, columnShare: 0.6 };
    const first = fitBoostedTrees(train, { ...params, seed: 3 });
    expect(fitBoostedTrees(train, { ...params, seed: 3 })).toEqual(first);
    expect(fitBoostedTrees(train, { ...params, seed: 4 })).not.toEqual(first);
    expect(logLoss(predictResponses(first, test.columns), test.target)).toBeLessThan(0.65);
  });

  it("stop when a part that is kept out no longer gains", () => {
    const isValidation = Uint8Array.from(train.target, (_, row) => (row % 4 === 0 ? 1 : 0));
    const params: Partial<TreeParams> = { trees: 400, learningRate: 0.3, patience: 10 };
    const stopped = fitBoostedTrees({ ...train, isValidation }, params);
    expect(stopped.trees.length).toBeGreaterThan(3);
    expect(stopped.trees.length).toBeLessThan(120);
    const whole = fitBoostedTrees(train, { ...params, trees: 400 });
    const judge = (model: typeof whole) => logLoss(predictResponses(model, test.columns), test.target);
    expect(judge(stopped)).toBeLessThan(judge(whole));
  });

  it("follow a curve under squared loss and weigh rows", () => {
    const x = Float64Array.from({ length: 2_000 }, (_, at) => at / 100);
    const target = x.map((value) => Math.sin(value) * 3 + 5);
    const model = fitBoostedTrees({ columns: [x], target }, { loss: "squared", trees: 80 });
    const errors = predictMargins(model, [x]).map((value, at) => Math.abs(value - (target[at] ?? 0)));
    expect(Math.max(...errors)).toBeLessThan(0.25);
    const flags = Float64Array.from([0, 1, 0, 1]);
    const weighted = {
      columns: [Float64Array.from([1, 1, 1, 1])],
      target: flags,
      weight: Float64Array.from([1, 3, 1, 3]),
    };
    expect(predictResponses(fitBoostedTrees(weighted), weighted.columns)[0]).toBeCloseTo(0.75, 12);
  });

  it("go on from margins that are given", () => {
    const offset = Float64Array.from(train.columns[1] ?? [], (one) => (one === 1 ? 0.7 : -0.2));
    const none = fitBoostedTrees({ ...train, offset }, { trees: 0 });
    expect(none).toEqual({ loss: "logistic", features: 5, base: 0, trees: [] });
    const model = fitBoostedTrees({ ...train, offset }, { trees: 40 });
    const margins = predictMargins(model, train.columns).map((margin, row) => margin + (offset[row] ?? 0));
    expect(logLoss(margins.map(sigmoid), train.target)).toBeLessThan(logLoss(offset.map(sigmoid), train.target) - 0.1);
  });

  it("stay finite whatever comes", () => {
    const extremes = Float64Array.from([1e308, -1e308, 0, -0, 5e-324, nan, Number.POSITIVE_INFINITY, 3]);
    const cases: TreeInput[] = [
      { columns: [], target: new Float64Array(0) },
      { columns: [new Float64Array(0)], target: new Float64Array(0) },
      { columns: [Float64Array.from([7])], target: Float64Array.from([1]) },
      { columns: [new Float64Array(50).fill(2)], target: Float64Array.from({ length: 50 }, (_, at) => at % 2) },
      { columns: [new Float64Array(50).fill(nan)], target: new Float64Array(50) },
      { columns: [Float64Array.from({ length: 50 }, (_, at) => at)], target: new Float64Array(50).fill(1) },
      { columns: [extremes], target: Float64Array.from([1, 0, 1, 0, 1, 0, 1, 0]) },
      { ...train, isValidation: new Uint8Array(6_000).fill(1) },
    ];
    for (const input of cases) {
      for (const rules of [{}, { minChildWeight: 0, l2: 0 }]) {
        const model = fitBoostedTrees(input, { trees: 20, ...rules });
        const margins = predictMargins(model, input.columns);
        expect([model.base, ...margins].every(Number.isFinite)).toBe(true);
        expect(JSON.parse(JSON.stringify(model))).toEqual(model);
      }
    }
  });

  it("tell values beyond all seen ones and between any two apart as their bounds do", () => {
    const random = createRandom(5, "cuts");
    const x = Float64Array.from({ length: 4_000 }, () => (random.next() < 0.3 ? 0 : -1e5 * random.exponential(1)));
    const target = x.map((value) => (value < 0 ? 1 : 0));
    const model = fitBoostedTrees({ columns: [x], target }, { trees: 30, minChildWeight: 0.01 });
    const [least, zero, most] = predictResponses(model, [Float64Array.from([-1e12, 0, 1e12])]);
    expect([least, most].map((p) => Math.round(p ?? -1))).toEqual([1, 0]);
    expect(most).toBe(zero);
  });
});

describe("contributions", () => {
  it("add up to every margin and leave nothing to columns that no tree asks", () => {
    const model = fitBoostedTrees(train, { trees: 20, leaves: 16 });
    const some = test.columns.map((column) => column.slice(0, 200));
    const { mean, values } = contributions(model, some);
    const margins = predictMargins(model, some);
    for (let row = 0; row < 200; row++) {
      const sum = values.reduce((total, column) => total + (column[row] ?? 0), mean);
      expect(sum).toBeCloseTo(margins[row] ?? 0, 10);
    }
    const strength = (feature: number) => values[feature]?.reduce((sum, one) => sum + Math.abs(one), 0) ?? 0;
    expect(strength(0)).toBeGreaterThan(10 * strength(4));
  });

  it("are Shapley values: what every order of columns gives on average, from the definition", () => {
    const model = fitBoostedTrees(train, { trees: 4, leaves: 8, minChildWeight: 2 });
    const row = test.columns.map((column) => column.slice(7, 8));
    const { values } = contributions(model, row);
    const expected = byDefinition(
      model,
      row.map((column) => column[0] ?? nan),
    );
    for (const [feature, value] of expected.entries()) expect(values[feature]?.[0]).toBeCloseTo(value, 10);
  });

  it("are that where a way meets more columns than a table has room for", () => {
    const nodes = 13;
    const each = <T>(value: (at: number) => T) => Array.from({ length: nodes }, (_, at) => value(at));
    const tree = {
      feature: each((at) => at),
      threshold: each(() => 0),
      isMissingLeft: each(() => false),
      left: each((at) => ~at),
      right: each((at) => (at + 1 < nodes ? at + 1 : ~nodes)),
      leafValue: [...each((at) => ((at * 7) % 5) - 2), 9],
      leafCover: [...each((at) => 30 - at), 40],
    };
    const model = { loss: "logistic" as const, features: nodes, base: 0, trees: [tree] };
    const row = each((at) => (at === 11 ? -1 : 1));
    const { values } = contributions(
      model,
      row.map((value) => Float64Array.of(value)),
    );
    for (const [feature, value] of byDefinition(model, row).entries())
      expect(values[feature]?.[0]).toBeCloseTo(value, 10);
  });
});

/** Σ over sets S of |S|! (d − |S| − 1)! / d! · (v(S ∪ j) − v(S)), where v descends both ways by cover at unknown columns. */
function byDefinition(model: ReturnType<typeof fitBoostedTrees>, row: readonly number[]): number[] {
  const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
  const expectation = (known: number): number => {
    let total = 0;
    for (const tree of model.trees) {
      const cover = (node: number): number =>
        node < 0 ? (tree.leafCover[~node] ?? 0) : cover(tree.left[node] ?? -1) + cover(tree.right[node] ?? -1);
      const value = (node: number): number => {
        if (node < 0) return tree.leafValue[~node] ?? 0;
        const [left, right, feature] = [tree.left[node] ?? -1, tree.right[node] ?? -1, tree.feature[node] ?? 0];
        const own = row[feature] ?? nan;
        if ((known >> feature) & 1) {
          return value(
            (Number.isNaN(own) ? tree.isMissingLeft[node] : own <= (tree.threshold[node] ?? 0)) ? left : right,
          );
        }
        return (cover(left) * value(left) + cover(right) * value(right)) / cover(node);
      };
      total += value(0);
    }
    return total;
  };
  const d = row.length;
  return row.map((_, feature) => {
    let sum = 0;
    for (let set = 0; set < 1 << d; set++) {
      if ((set >> feature) & 1) continue;
      const size = [...set.toString(2)].filter((bit) => bit === "1").length;
      const weight = (factorial(size) * factorial(d - size - 1)) / factorial(d);
      sum += weight * (expectation(set | (1 << feature)) - expectation(set));
    }
    return sum;
  });
}

describe("the quick sigmoid", () => {
  it("is the sigmoid to nine digits", () => {
    for (let margin = -40; margin <= 40; margin += 0.37) {
      expect(Math.abs(quickSigmoid(margin) / sigmoid(margin) - 1)).toBeLessThan(1e-9);
    }
    expect(quickSigmoid(1e9)).toBeGreaterThan(0.999);
    expect(quickSigmoid(-1e9)).toBeLessThan(1e-18);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom } from "../../shared/base/random.ts";
import { countLimits, pitCoverage } from "./intervals.ts";
import {
  auc,
  aucDifference,
  biasInterval,
  brierErrors,
  meanInterval,
  midRanks,
  pairedDifference,
  spearman,
  spearmanDifference,
} from "./scoring.ts";

const values = (numbers: readonly number[]) => Float64Array.from(numbers);

describe("scoring", () => {
  it("ranks with ties in the middle", () => {
    expect([...midRanks(values([10, 20, 20, 5]))]).toEqual([2, 3.5, 3.5, 1]);
  });

  it("counts pairs in the right order", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(5), fc.boolean()), { minLength: 2, maxLength: 40 }), (rows) => {
        const scores = values(rows.map(([score]) => score));
        const good = rows.map(([, isGood]) => isGood);
        let [pairs, right] = [0, 0];
        for (const [a, isGood] of rows) {
          for (const [b, isOther] of rows) {
            if (!isGood || isOther) continue;
            pairs++;
            right += a > b ? 1 : a === b ? 0.5 : 0;
          }
        }
        const found = auc(scores, good).value;
        if (pairs === 0) expect(found).toBeNaN();
        else expect(found).toBeCloseTo(right / pairs, 12);
      }),
    );
  });

  it("correlates ranks", () => {
    expect(spearman(values([1, 2, 3, 4, 5]), values([2, 4, 6, 8, 100])).value).toBeCloseTo(1, 12);
    expect(spearman(values([1, 2, 3, 4, 5]), values([5, 4, 3, 2, 1])).value).toBeCloseTo(-1, 12);
    expect(
      spearman(values([106, 86, 100, 101, 99, 103, 97, 113, 112, 110]), values([7, 0, 27, 50, 28, 29, 20, 12, 6, 17]))
        .value,
    ).toBeCloseTo(-0.175757575, 8);
    expect(spearman(values([1, 1, 1, 1]), values([1, 2, 3, 4])).value).toBeNaN();
  });

  it("gives means, biases and Brier errors with intervals that narrow with n", () => {
    const few = meanInterval(values([1, 2, 3]));
    const many = meanInterval(values(Array.from({ length: 300 }, (_, at) => 1 + (at % 3))));
    expect(few.value).toBe(2);
    expect(many.high - many.low).toBeLessThan(few.high - few.low);
    expect(meanInterval(values([])).value).toBeNaN();
    expect(biasInterval(values([1, 1, 1, 1]), values([2, 2, 0, 1])).value).toBeCloseTo(-0.2, 12);
    expect(biasInterval(values([1]), values([0])).value).toBeNaN();
    expect([...brierErrors(values([0.5, 1]), [true, false])]).toEqual([0.25, 1]);
  });

  it("covers a bias in 95 of 100 samples or nearly so", () => {
    const random = createRandom(11, "bias");
    let covered = 0;
    for (let sample = 0; sample < 300; sample++) {
      const expected = Float64Array.from({ length: 120 }, () => random.gamma(2, 1));
      const actual = expected.map((mean) => random.exponential(mean));
      const { low, high } = biasInterval(expected, actual);
      covered += low <= 0 && high >= 0 ? 1 : 0;
    }
    expect(covered / 300).toBeGreaterThan(0.9);
  });
});

describe("intervals", () => {
  it("are the least counts that hold a tenth and nine tenths", () => {
    expect(countLimits([1])).toEqual([0, 0]);
    expect(countLimits([0.05, 0.05, 0.5, 0.35, 0.05])).toEqual([1, 3]);
    expect(countLimits([0.95, 0.05])).toEqual([0, 0]);
    expect(countLimits([])).toEqual([0, 0]);
  });

  it("cover four fifths of a count's own draws, by the randomised transform", () => {
    const random = createRandom(5, "coverage");
    const n = 4_000;
    const [below, at] = [new Float64Array(n), new Float64Array(n)];
    for (let i = 0; i < n; i++) {
      const p = random.next();
      const isOne = random.next() < p;
      below[i] = isOne ? 1 - p : 0;
      at[i] = isOne ? p : 1 - p;
    }
    const { value, low, high } = pitCoverage(below, at, 1);
    expect(Math.abs(value - 0.8)).toBeLessThan(0.02);
    expect(low).toBeLessThan(value);
    expect(high).toBeGreaterThan(value);
    expect(pitCoverage(below, at, 1)).toEqual({ value, low, high });
  });
});

describe("differences on the same customers", () => {
  const random = createRandom(3, "differences");
  const n = 400;
  const draw = () => {
    const truth = Float64Array.from({ length: n }, () => random.normal());
    const good = Float64Array.from(truth, (value) => value + random.normal());
    const near = Float64Array.from(good, (value) => value + 0.3 * random.normal());
    return { truth, good, near, happened: Array.from(truth, (value) => value > 0.5) };
  };

  it("are the difference of the two values", () => {
    const { truth, good, near, happened } = draw();
    expect(aucDifference(good, near, happened).value).toBeCloseTo(
      auc(good, happened).value - auc(near, happened).value,
      10,
    );
    expect(spearmanDifference(good, near, truth).value).toBeCloseTo(
      spearman(good, truth).value - spearman(near, truth).value,
      10,
    );
    expect(pairedDifference(good, near).value).toBeCloseTo(meanInterval(good).value - meanInterval(near).value, 10);
  });

  it("hold the spread that the difference has from draw to draw, and less than two intervals apart", () => {
    const drawn = Array.from({ length: 150 }, draw);
    for (const of of [
      ({ good, near, happened }: ReturnType<typeof draw>) => aucDifference(good, near, happened),
      ({ good, near, truth }: ReturnType<typeof draw>) => spearmanDifference(good, near, truth),
    ]) {
      const found = drawn.map(of);
      const mean = found.reduce((sum, { value }) => sum + value, 0) / found.length;
      const held = found.filter(({ low, high }) => low <= mean && mean <= high).length / found.length;
      expect(held).toBeGreaterThan(0.88);
      expect(held).toBeLessThan(0.995);
    }
    const { good, near, happened } = drawn[0] ?? draw();
    const [own, apart] = [aucDifference(good, near, happened), auc(good, happened)];
    expect(own.high - own.low).toBeLessThan(0.6 * (apart.high - apart.low));
  });
});

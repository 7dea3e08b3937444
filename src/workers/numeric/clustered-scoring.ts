import { type Measured, placements } from "./scoring.ts";

const z95 = 1.959963984540054;

/** 95 % interval around an estimate from what each case adds to it (adding up to nothing), cases of one group taken together. */
function around(value: number, influence: Float64Array, groups: ArrayLike<number>): Measured {
  const sums = new Map<number, number>();
  for (const [at, own] of influence.entries()) {
    const group = groups[at] ?? 0;
    sums.set(group, (sums.get(group) ?? 0) + own);
  }
  const squares = [...sums.values()].reduce((total, sum) => total + sum * sum, 0);
  const half = sums.size > 1 ? z95 * Math.sqrt((squares * sums.size) / (sums.size - 1)) : Number.NaN;
  return { value, low: value - half, high: value + half };
}

/** Mean with its 95 % interval where cases of one group (a customer's lines) needn't be independent of one another, groups are.
 *  Liang & Zeger (1986), Biometrika 73. */
export function clusteredMean(values: Float64Array, groups: ArrayLike<number>): Measured {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  return around(
    mean,
    values.map((value) => (value - mean) / n),
    groups,
  );
}

/** AUC with its 95 % interval where cases of one group needn't be independent; NaN where only one class is there. Obuchowski (1997),
 *  Biometrics 53(2). */
export function clusteredAuc(
  scores: Float64Array,
  isPositive: readonly boolean[],
  groups: ArrayLike<number>,
): Measured {
  return areaOf(placements(scores, isPositive), isPositive, groups);
}

/** AUC of a less AUC of b on the same cases, likewise. */
export function clusteredAucDifference(
  a: Float64Array,
  b: Float64Array,
  isPositive: readonly boolean[],
  groups: ArrayLike<number>,
): Measured {
  const [ofA, ofB] = [placements(a, isPositive), placements(b, isPositive)];
  return areaOf(
    ofA.map((own, at) => own - (ofB[at] ?? 0)),
    isPositive,
    groups,
  );
}

/** The mean of placements, which is the same within both classes, each class weighing as one. */
function areaOf(placed: Float64Array, isPositive: readonly boolean[], groups: ArrayLike<number>): Measured {
  const positives = isPositive.reduce((sum, one) => sum + (one ? 1 : 0), 0);
  const sizeOf = (at: number) => (isPositive[at] ? positives : placed.length - positives);
  const value = placed.reduce((sum, own, at) => sum + (isPositive[at] ? own / positives : 0), 0);
  if (positives === 0 || positives === placed.length) return { value: Number.NaN, low: Number.NaN, high: Number.NaN };
  return around(
    value,
    placed.map((own, at) => (own - value) / sizeOf(at)),
    groups,
  );
}

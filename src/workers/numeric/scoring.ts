import { createRandom } from "../../shared/base/random.ts";

export interface Measured {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const z95 = 1.959963984540054;

/** Mean with its 95 % interval by the normal approximation. */
export function meanInterval(values: Float64Array): Measured {
  const n = values.length;
  if (n === 0) return { value: Number.NaN, low: Number.NaN, high: Number.NaN };
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const variance = n > 1 ? values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1) : 0;
  const half = z95 * Math.sqrt(variance / n);
  return { value: mean, low: mean - half, high: mean + half };
}

export function absoluteErrors(predicted: Float64Array, actual: Float64Array): Float64Array {
  return predicted.map((value, at) => Math.abs(value - (actual[at] ?? 0)));
}

/** Ranks from 1, equal values sharing the mean of theirs. */
export function midRanks(values: Float64Array): Float64Array {
  const order = Uint32Array.from({ length: values.length }, (_, at) => at);
  order.sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const ranks = new Float64Array(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to + 1 < order.length && values[order[to + 1] ?? 0] === values[order[from] ?? 0]) to++;
    for (let at = from; at <= to; at++) ranks[order[at] ?? 0] = (from + to) / 2 + 1;
    from = to + 1;
  }
  return ranks;
}

/** Area under the ROC curve with Hanley & McNeil's (1982) interval; NaN where only one class is there. */
export function auc(scores: Float64Array, isPositive: readonly boolean[]): Measured {
  const ranks = midRanks(scores);
  let positives = 0;
  let sum = 0;
  for (let at = 0; at < ranks.length; at++) {
    if (!isPositive[at]) continue;
    positives++;
    sum += ranks[at] ?? 0;
  }
  const negatives = ranks.length - positives;
  if (positives === 0 || negatives === 0) return { value: Number.NaN, low: Number.NaN, high: Number.NaN };
  const value = (sum - (positives * (positives + 1)) / 2) / (positives * negatives);
  const q1 = value / (2 - value);
  const q2 = (2 * value * value) / (1 + value);
  const variance = (value * (1 - value) + (positives - 1) * (q1 - value * value) + (negatives - 1) * (q2 - value * value)) / (positives * negatives);
  const half = z95 * Math.sqrt(Math.max(0, variance));
  return { value, low: Math.max(0, value - half), high: Math.min(1, value + half) };
}

/** Spearman's rank correlation with Fisher's interval. */
export function spearman(a: Float64Array, b: Float64Array): Measured {
  const n = a.length;
  const x = midRanks(a);
  const y = midRanks(b);
  const mean = (n + 1) / 2;
  let [xy, xx, yy] = [0, 0, 0];
  for (let at = 0; at < n; at++) {
    const dx = (x[at] ?? 0) - mean;
    const dy = (y[at] ?? 0) - mean;
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  const value = xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : Number.NaN;
  const half = n > 3 ? z95 * Math.sqrt(1.06 / (n - 3)) : Number.NaN;
  const fisher = Math.atanh(Math.min(0.999999, Math.max(-0.999999, value)));
  return { value, low: Math.tanh(fisher - half), high: Math.tanh(fisher + half) };
}

/** Share of outcomes inside their 80 % limits by the randomised probability integral transform: an outcome on a limit counts
 *  by the part of its probability that lies inside. `below` and `at` are P(Y < y) and P(Y = y). */
export function pitCoverage(below: Float64Array, at: Float64Array, seed: number): Measured {
  const random = createRandom(seed, "pit");
  const inside = below.map((value, i) => {
    const u = value + random.next() * (at[i] ?? 0);
    return u >= 0.1 && u <= 0.9 ? 1 : 0;
  });
  return meanInterval(inside);
}

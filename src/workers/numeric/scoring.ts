export interface Measured {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const z95 = 1.959963984540054;
const unknown: Measured = { value: Number.NaN, low: Number.NaN, high: Number.NaN };

/** Mean with its 95 % interval by the normal approximation. */
export function meanInterval(values: Float64Array): Measured {
  const n = values.length;
  if (n === 0) return unknown;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const variance = n > 1 ? values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1) : 0;
  const half = z95 * Math.sqrt(variance / n);
  return { value: mean, low: mean - half, high: mean + half };
}

/** Mean of a − b, value by value, with its 95 % interval: what two metrics on the same customers differ by. */
export function pairedDifference(a: Float64Array, b: Float64Array): Measured {
  return meanInterval(a.map((value, at) => value - (b[at] ?? 0)));
}

/** Share of ones among zeros and ones with Wilson's (1927) 95 % interval, which stays within 0 and 1. */
export function shareInterval(values: Float64Array): Measured {
  const n = values.length;
  if (n === 0) return unknown;
  const value = values.reduce((sum, one) => sum + one, 0) / n;
  const spread = (z95 * z95) / n;
  const centre = (value + spread / 2) / (1 + spread);
  const half = (z95 * Math.sqrt((value * (1 - value) + spread / 4) / n)) / (1 + spread);
  return { value, low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

/** Σ predicted ÷ Σ actual − 1 with its 95 % interval (delta method, customers independent); NaN where nothing happened. */
export function biasInterval(predicted: Float64Array, actual: Float64Array): Measured {
  const n = predicted.length;
  const total = actual.reduce((sum, value) => sum + value, 0);
  if (!(total > 0)) return unknown;
  const ratio = predicted.reduce((sum, value) => sum + value, 0) / total;
  const residual = predicted.reduce((sum, value, at) => sum + (value - ratio * (actual[at] ?? 0)) ** 2, 0);
  const half = n > 1 ? (z95 * Math.sqrt((residual * n) / (n - 1))) / total : Number.NaN;
  return { value: ratio - 1, low: ratio - 1 - half, high: ratio - 1 + half };
}

export function absoluteErrors(predicted: Float64Array, actual: Float64Array): Float64Array {
  return predicted.map((value, at) => Math.abs(value - (actual[at] ?? 0)));
}

/** Root of the mean square of errors with its 95 % interval. */
export function rootMeanSquare(errors: Float64Array): Measured {
  const { value, low, high } = meanInterval(errors.map((error) => error * error));
  return { value: Math.sqrt(value), low: Math.sqrt(Math.max(0, low)), high: Math.sqrt(high) };
}

/** Squared differences of probabilities and what happened; their mean is the Brier score. */
export function brierErrors(probability: Float64Array, happened: readonly boolean[]): Float64Array {
  return probability.map((p, at) => (p - (happened[at] ? 1 : 0)) ** 2);
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
  if (positives === 0 || negatives === 0) return unknown;
  const value = (sum - (positives * (positives + 1)) / 2) / (positives * negatives);
  const q1 = value / (2 - value);
  const q2 = (2 * value * value) / (1 + value);
  const spread = value * (1 - value) + (positives - 1) * (q1 - value * value) + (negatives - 1) * (q2 - value * value);
  const half = z95 * Math.sqrt(Math.max(0, spread / (positives * negatives)));
  return { value, low: Math.max(0, value - half), high: Math.min(1, value + half) };
}

/** Share of the other class that each value stands above (below, for those that aren't positive), ties by half: DeLong's structural
 *  components, whose mean within a class is the area. */
export function placements(scores: Float64Array, isPositive: readonly boolean[]): Float64Array {
  const all = midRanks(scores);
  const own = new Float64Array(scores.length);
  for (const side of [true, false]) {
    const rows = [...scores.keys()].filter((at) => (isPositive[at] ?? false) === side);
    const within = midRanks(Float64Array.from(rows, (at) => scores[at] ?? 0));
    const others = scores.length - rows.length;
    for (const [place, at] of rows.entries()) {
      const above = ((all[at] ?? 0) - (within[place] ?? 0)) / others;
      own[at] = side ? above : 1 - above;
    }
  }
  return own;
}

/** AUC of a less AUC of b on the same cases with its 95 % interval. DeLong, DeLong & Clarke-Pearson (1988), Biometrics 44(3). */
export function aucDifference(a: Float64Array, b: Float64Array, isPositive: readonly boolean[]): Measured {
  const [ofA, ofB] = [placements(a, isPositive), placements(b, isPositive)];
  const of = (side: boolean) => {
    const rows = [...a.keys()].filter((at) => (isPositive[at] ?? false) === side);
    return Float64Array.from(rows, (at) => (ofA[at] ?? 0) - (ofB[at] ?? 0));
  };
  const [positive, negative] = [meanInterval(of(true)), meanInterval(of(false))];
  const half = Math.hypot(positive.high - positive.value, negative.high - negative.value);
  return { value: positive.value, low: positive.value - half, high: positive.value + half };
}

/** Spearman's rank correlation with Fisher's interval; NaN where one side doesn't vary. */
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
  if (!(xx > 0 && yy > 0)) return unknown;
  const value = xy / Math.sqrt(xx * yy);
  const half = n > 3 ? z95 * Math.sqrt(1.06 / (n - 3)) : Number.NaN;
  const fisher = Math.atanh(Math.min(0.999999, Math.max(-0.999999, value)));
  return { value, low: Math.tanh(fisher - half), high: Math.tanh(fisher + half) };
}

/** Spearman's correlation of a with y less that of b with y, on the same cases, with its 95 % interval by the influence that each
 *  case has on both (Devlin, Gnanadesikan & Kettenring 1975, on ranks). */
export function spearmanDifference(a: Float64Array, b: Float64Array, y: Float64Array): Measured {
  const [x, z, w] = [a, b, y].map((values) => standardised(midRanks(values)));
  if (!x || !z || !w) return unknown;
  const [own, naive] = [spearman(a, y).value, spearman(b, y).value];
  const influence = w.map((at, i) => {
    const [p, q] = [x[i] ?? 0, z[i] ?? 0];
    return p * at - q * at - (own / 2) * (p * p + at * at) + (naive / 2) * (q * q + at * at);
  });
  const { high, value } = meanInterval(influence);
  return { value: own - naive, low: own - naive - (high - value), high: own - naive + (high - value) };
}

function standardised(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  return values.map((value) => (value - mean) / Math.max(1e-12, deviation));
}

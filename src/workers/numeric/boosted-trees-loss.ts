export type LossName = "logistic" | "squared" | "quantile" | "poisson" | "tweedie";

export interface LossShape {
  /** Which quantile is foretold, between 0 and 1. */
  readonly quantile: number;
  /** Tweedie's variance power: variance grows with mean^power, between 1 (Poisson) and 2 (gamma). */
  readonly tweediePower: number;
}

export interface Derivatives {
  readonly slope: Float64Array;
  readonly curvature: Float64Array;
}

/** What trees are grown against. Margins are on the scale that trees add up on; weights are 1 where there are none. */
export interface Loss {
  readonly initial: (target: Float64Array, rows: Uint32Array, weight: Float64Array | null) => number;
  /** Writes first and second derivatives of the rows' losses by their margins. */
  readonly derive: (rows: Uint32Array, margin: Float64Array, target: Float64Array, into: Derivatives) => void;
  readonly loss: (margin: number, target: number) => number;
  /** A leaf's best value from its rows, where second derivatives don't tell it. */
  readonly renew?: (
    rows: Uint32Array,
    margin: Float64Array,
    target: Float64Array,
    weight: Float64Array | null,
  ) => number;
  readonly response: (margin: number) => number;
}

/** 1 / (1 + e^−m), in (0, 1) as far as doubles go. */
export function sigmoid(margin: number): number {
  return 1 / (1 + Math.exp(-margin));
}

const powers = Float64Array.from({ length: 129 }, (_, at) => 2 ** (at - 64));

/** The same to 10 digits between −44 and 44 and bounded beyond, at a third of the time: derivatives need no more. */
export function quickSigmoid(margin: number): number {
  const x = Math.min(44, Math.max(-44, -margin));
  const power = Math.round(x * Math.LOG2E);
  const rest = x - power * Math.LN2;
  const higher = 1 / 24 + rest * (1 / 120 + rest * (1 / 720 + rest * (1 / 5040 + rest / 40320)));
  const exponential = 1 + rest * (1 + rest * (1 / 2 + rest * (1 / 6 + rest * higher)));
  return 1 / (1 + exponential * (powers[power + 64] ?? 1));
}

/** Mean target of some rows by sums over sorted values, so that the order of rows moves no digit; 0 without rows. */
function meanTarget(target: Float64Array, rows: Uint32Array, weight: Float64Array | null): number {
  const sum = (values: Float64Array) => values.sort().reduce((total, value) => total + value, 0);
  const total = weight ? sum(Float64Array.from(rows, (row) => weight[row] ?? 0)) : rows.length;
  const weighted = sum(Float64Array.from(rows, (row) => (target[row] ?? 0) * (weight?.[row] ?? 1)));
  return total > 0 ? weighted / total : 0;
}

const logistic: Loss = {
  initial: (target, rows, weight) => {
    if (rows.length === 0) return 0;
    const least = 0.5 / (rows.length + 1);
    const share = Math.min(1 - least, Math.max(least, meanTarget(target, rows, weight)));
    return Math.log(share / (1 - share));
  },
  derive: (rows, margin, target, { slope, curvature }) => {
    for (let at = 0; at < rows.length; at++) {
      const row = rows[at] ?? 0;
      const p = quickSigmoid(margin[row] ?? 0);
      slope[row] = p - (target[row] ?? 0);
      curvature[row] = Math.max(1e-9, p * (1 - p));
    }
  },
  loss: (margin, target) => Math.max(margin, 0) - margin * target + Math.log1p(Math.exp(-Math.abs(margin))),
  response: sigmoid,
};

const squared: Loss = {
  initial: meanTarget,
  derive: (rows, margin, target, { slope, curvature }) => {
    for (let at = 0; at < rows.length; at++) {
      const row = rows[at] ?? 0;
      slope[row] = (margin[row] ?? 0) - (target[row] ?? 0);
      curvature[row] = 1;
    }
  },
  loss: (margin, target) => (margin - target) ** 2 / 2,
  response: (margin) => margin,
};

/** The value below which a share of the weight lies: the least one that reaches it; 0 without rows. */
export function weightedQuantile(values: Float64Array, weights: Float64Array | null, share: number): number {
  if (!weights)
    return values.sort()[Math.min(values.length - 1, Math.max(0, Math.ceil(share * values.length) - 1))] ?? 0;
  const order = Uint32Array.from(values.keys()).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const total = Float64Array.from(weights)
    .sort()
    .reduce((sum, one) => sum + one, 0);
  let reached = 0;
  for (const at of order) {
    reached += weights[at] ?? 0;
    if (reached >= share * total) return values[at] ?? 0;
  }
  return values[order.at(-1) ?? 0] ?? 0;
}

/** Koenker & Bassett's (1978) check loss. A leaf's value is the quantile of its rows' residuals, as its gradient has no curvature. */
function quantileLoss({ quantile }: LossShape): Loss {
  const of = (rows: Uint32Array, value: (row: number) => number, weight: Float64Array | null) =>
    weightedQuantile(
      Float64Array.from(rows, value),
      weight && Float64Array.from(rows, (row) => weight[row] ?? 0),
      quantile,
    );
  return {
    initial: (target, rows, weight) => of(rows, (row) => target[row] ?? 0, weight),
    derive: (rows, margin, target, { slope, curvature }) => {
      for (let at = 0; at < rows.length; at++) {
        const row = rows[at] ?? 0;
        slope[row] = (target[row] ?? 0) <= (margin[row] ?? 0) ? 1 - quantile : -quantile;
        curvature[row] = 1;
      }
    },
    loss: (margin, target) => (target >= margin ? quantile : quantile - 1) * (target - margin),
    renew: (rows, margin, target, weight) => of(rows, (row) => (target[row] ?? 0) - (margin[row] ?? 0), weight),
    response: (margin) => margin,
  };
}

/** exp without overflow: margins of means, in logs, beyond ±50 say no more. */
const bounded = (margin: number) => Math.exp(Math.min(50, Math.max(-50, margin)));
const leastMean = 1e-9;

function logOfMean(target: Float64Array, rows: Uint32Array, weight: Float64Array | null): number {
  return Math.log(Math.max(leastMean, meanTarget(target, rows, weight)));
}

/** Counts or other values from 0 up by the log of their mean. As LightGBM's, the curvature is taken e^0.7 times as large, which keeps
 *  the first trees from overshooting. */
const poisson: Loss = {
  initial: logOfMean,
  derive: (rows, margin, target, { slope, curvature }) => {
    for (let at = 0; at < rows.length; at++) {
      const row = rows[at] ?? 0;
      const mean = bounded(margin[row] ?? 0);
      slope[row] = mean - (target[row] ?? 0);
      curvature[row] = mean * Math.exp(0.7);
    }
  },
  loss: (margin, target) => bounded(margin) - target * margin,
  response: bounded,
};

/** Amounts with many zeros by the log of their mean (Jørgensen 1987; variance mean^power). */
function tweedie({ tweediePower: p }: LossShape): Loss {
  return {
    initial: logOfMean,
    derive: (rows, margin, target, { slope, curvature }) => {
      for (let at = 0; at < rows.length; at++) {
        const row = rows[at] ?? 0;
        const low = (target[row] ?? 0) * bounded((1 - p) * (margin[row] ?? 0));
        const high = bounded((2 - p) * (margin[row] ?? 0));
        slope[row] = high - low;
        curvature[row] = (2 - p) * high - (1 - p) * low;
      }
    },
    loss: (margin, target) => bounded((2 - p) * margin) / (2 - p) - (target * bounded((1 - p) * margin)) / (1 - p),
    response: bounded,
  };
}

export const defaultLossShape: LossShape = { quantile: 0.5, tweediePower: 1.5 };

export function lossOf(name: LossName, shape: LossShape = defaultLossShape): Loss {
  switch (name) {
    case "logistic":
      return logistic;
    case "squared":
      return squared;
    case "quantile":
      return quantileLoss(shape);
    case "poisson":
      return poisson;
    case "tweedie":
      return tweedie(shape);
  }
}

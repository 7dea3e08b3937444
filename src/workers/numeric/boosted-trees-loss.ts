export type LossName = "logistic" | "squared";

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

export const losses: Readonly<Record<LossName, Loss>> = { logistic, squared };

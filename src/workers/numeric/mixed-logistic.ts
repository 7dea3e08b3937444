import { sigmoid } from "./boosted-trees-loss.ts";

/** A factor's levels as codes from 0, −1 for none, and how many there are. */
export interface Factor {
  readonly codes: Int32Array;
  readonly levels: number;
}

export interface MixedLogisticInput {
  readonly factors: readonly Factor[];
  /** Standardised; all finite. */
  readonly numbers: readonly Float64Array[];
  /** 0 or 1. */
  readonly target: Float64Array;
  /** Rows that are fitted; all without it. */
  readonly rows?: Uint32Array;
  /** A fit to start from, of the same factors and numbers. */
  readonly from?: MixedLogistic;
  /** Rounds over all effects, at most. */
  readonly rounds?: number;
  readonly throwIfCancelled?: () => void;
}

/** Log odds: base + the effect of each factor's level + slope · number. */
export interface MixedLogistic {
  readonly base: number;
  readonly effects: readonly Float64Array[];
  /** Of each factor's effects. */
  readonly variances: readonly number[];
  readonly slopes: readonly number[];
}

const firstVariance = 0.25;
const leastVariance = 1e-3;
const mostVariance = 25;
/** What draws slopes of standardised numbers to 0: as much as four rows at even odds say, four times. */
const slopePenalty = 4;
const roundsBeforeVariances = 2;
const leastWeight = 1e-6;
const enough = 0.01;

/** Logistic regression whose factors have random effects: penalised quasi-likelihood (Breslow & Clayton 1993, JASA 88, eqs. 6–9) by
 *  rounds of Newton steps, a factor at a time; variances as squared effects ÷ how many of them the rows tell (Schall 1991, Biometrika
 *  78, on the diagonal of the information). A factor that tells nothing is drawn to nothing, a level with few rows to its factor's
 *  mean. */
export function fitMixedLogistic(input: MixedLogisticInput): MixedLogistic {
  const { factors, numbers, target } = input;
  const rows = input.rows ?? Uint32Array.from(target.keys());
  const n = rows.length;
  const y = taken(new Float64Array(n), target, rows);
  const codes = factors.map((factor) => taken(new Int32Array(n), factor.codes, rows));
  const columns = numbers.map((column) => taken(new Float64Array(n), column, rows));
  const share = (y.reduce((sum, one) => sum + one, 0) + 0.5) / (n + 1);
  let base = Math.log(share / (1 - share));
  const { from } = input;
  if (from) base = from.base;
  const effects = factors.map(({ levels }, at) => from?.effects[at]?.slice() ?? new Float64Array(levels));
  const variances = factors.map((_, at) => from?.variances[at] ?? firstVariance);
  const isNothing = Uint8Array.from(variances, (variance) => (variance === leastVariance ? 1 : 0));
  const slopes = numbers.map((_, at) => from?.slopes[at] ?? 0);
  const margins = new Float64Array(n).fill(base);
  for (const [at, column] of columns.entries())
    for (let row = 0; row < n; row++) margins[row] = (margins[row] ?? 0) + (slopes[at] ?? 0) * (column[row] ?? 0);
  for (const [at, code] of codes.entries())
    for (let row = 0; row < n; row++) margins[row] = (margins[row] ?? 0) + (effects[at]?.[code[row] ?? -1] ?? 0);
  const [gradient, weight] = [new Float64Array(n), new Float64Array(n)];
  const move = (row: number, by: number) => {
    margins[row] = (margins[row] ?? 0) + by;
    gradient[row] = (gradient[row] ?? 0) - (weight[row] ?? 0) * by;
  };
  for (let round = 0; round < (input.rounds ?? 10); round++) {
    input.throwIfCancelled?.();
    let furthest = 0;
    let [slope, curvature] = [0, 0];
    for (let row = 0; row < n; row++) {
      const p = sigmoid(margins[row] ?? 0);
      gradient[row] = (y[row] ?? 0) - p;
      weight[row] = Math.max(leastWeight, p * (1 - p));
      slope += gradient[row] ?? 0;
      curvature += weight[row] ?? 0;
    }
    const shift = bounded(slope / Math.max(leastWeight, curvature));
    base += shift;
    for (let row = 0; row < n; row++) move(row, shift);
    furthest = Math.max(furthest, Math.abs(shift));
    for (const [at, column] of columns.entries()) {
      let [first, second] = [-slopePenalty * (slopes[at] ?? 0), slopePenalty];
      for (let row = 0; row < n; row++) {
        const x = column[row] ?? 0;
        first += (gradient[row] ?? 0) * x;
        second += (weight[row] ?? 0) * x * x;
      }
      const step = bounded(first / second);
      slopes[at] = (slopes[at] ?? 0) + step;
      for (let row = 0; row < n; row++) move(row, step * (column[row] ?? 0));
      furthest = Math.max(furthest, Math.abs(step));
    }
    for (const [at, code] of codes.entries()) {
      const own = effects[at] ?? new Float64Array();
      if (isNothing[at] === 1) continue;
      const [first, second] = [new Float64Array(own.length), new Float64Array(own.length)];
      for (let row = 0; row < n; row++) {
        const level = code[row] ?? -1;
        if (level < 0) continue;
        first[level] = (first[level] ?? 0) + (gradient[row] ?? 0);
        second[level] = (second[level] ?? 0) + (weight[row] ?? 0);
      }
      const precision = 1 / (variances[at] ?? firstVariance);
      const steps = new Float64Array(own.length);
      let [spread, told] = [0, 0];
      for (let level = 0; level < own.length; level++) {
        const information = (second[level] ?? 0) + precision;
        const step = bounded(((first[level] ?? 0) - precision * (own[level] ?? 0)) / information);
        steps[level] = step;
        own[level] = (own[level] ?? 0) + step;
        spread += (own[level] ?? 0) ** 2;
        told += 1 - precision / information;
        furthest = Math.max(furthest, Math.abs(step));
      }
      if (round >= roundsBeforeVariances && own.length > 0) {
        const variance = Math.min(mostVariance, Math.max(leastVariance, spread / Math.max(1e-9, told)));
        furthest = Math.max(furthest, Math.abs(Math.sqrt(variance) - Math.sqrt(variances[at] ?? 0)));
        variances[at] = variance;
        if (variance === leastVariance) {
          isNothing[at] = 1;
          for (let level = 0; level < own.length; level++) {
            steps[level] = (steps[level] ?? 0) - (own[level] ?? 0);
            own[level] = 0;
          }
        }
      }
      for (let row = 0; row < n; row++) {
        const level = code[row] ?? -1;
        if (level >= 0) move(row, steps[level] ?? 0);
      }
    }
    if (round >= roundsBeforeVariances && furthest < enough) break;
  }
  return { base, effects, variances, slopes };
}

/** A loop: `from` with a function takes ten times as long. */
function taken<T extends Float64Array | Int32Array>(into: T, column: T, rows: Uint32Array): T {
  for (let at = 0; at < rows.length; at++) into[at] = column[rows[at] ?? 0] ?? 0;
  return into;
}

function bounded(step: number): number {
  return Number.isFinite(step) ? Math.max(-2, Math.min(2, step)) : 0;
}

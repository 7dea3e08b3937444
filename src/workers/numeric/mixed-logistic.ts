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

/** What a round moved: by a step along a number, or by a step for each level. */
type Move =
  | { readonly column: Float64Array; readonly step: number }
  | { readonly codes: Int32Array; readonly steps: Float64Array };

/** Rows that are worked on at once, so that what is read of them stays at hand. */
const blockRows = 1024;

/** The rows of a fit: gradients are brought up to date when they are next summed, log odds at the end of a round. */
class Rows {
  readonly n: number;
  readonly #target: Float64Array;
  readonly #margins: Float64Array;
  readonly #gradient: Float64Array;
  readonly #weight: Float64Array;
  #moves: Move[] = [];
  #pending: Move | undefined;

  constructor(target: Float64Array) {
    this.n = target.length;
    this.#target = target;
    this.#margins = new Float64Array(this.n);
    this.#gradient = new Float64Array(this.n);
    this.#weight = new Float64Array(this.n);
  }

  /** The gradient of all rows together, and their weight. */
  begin(): { slope: number; curvature: number } {
    let [slope, curvature] = [0, 0];
    for (let start = 0; start < this.n; start += blockRows) {
      const end = Math.min(this.n, start + blockRows);
      for (const move of this.#moves) add(this.#margins, null, move, start, end);
      for (let row = start; row < end; row++) {
        const p = sigmoid(this.#margins[row] ?? 0);
        const gradient = (this.#target[row] ?? 0) - p;
        const weight = Math.max(leastWeight, p * (1 - p));
        this.#gradient[row] = gradient;
        this.#weight[row] = weight;
        slope += gradient;
        curvature += weight;
      }
    }
    this.#moves = [];
    this.#pending = undefined;
    return { slope, curvature };
  }

  move(move: Move): void {
    this.#moves.push(move);
    this.#pending = move;
  }

  /** Σ gradient · number and Σ weight · number² beyond what is given. */
  sumAlong(column: Float64Array, given: readonly [number, number]): readonly [number, number] {
    const [gradients, weights] = [this.#gradient, this.#weight];
    let [first, second] = given;
    this.#inBlocks((start, end) => {
      for (let row = start; row < end; row++) {
        const x = column[row] ?? 0;
        first += (gradients[row] ?? 0) * x;
        second += (weights[row] ?? 0) * x * x;
      }
    });
    return [first, second];
  }

  /** Adds each row's gradient and weight to those of its level. */
  sumByLevel(codes: Int32Array, first: Float64Array, second: Float64Array): void {
    const [gradients, weights] = [this.#gradient, this.#weight];
    this.#inBlocks((start, end) => addByLevel({ codes, gradients, weights, first, second }, start, end));
  }

  /** Gradients of a block are as they were left by the last move but one until it is looked at. */
  #inBlocks(sum: (start: number, end: number) => void): void {
    for (let start = 0; start < this.n; start += blockRows) {
      const end = Math.min(this.n, start + blockRows);
      if (this.#pending) add(this.#gradient, this.#weight, this.#pending, start, end);
      sum(start, end);
    }
    this.#pending = undefined;
  }
}

/** Adds what rows are moved by; with weights, takes it off as often as those say. */
function add(to: Float64Array, weights: Float64Array | null, move: Move, start: number, end: number): void {
  if ("column" in move) {
    const { column, step } = move;
    if (weights)
      for (let row = start; row < end; row++)
        to[row] = (to[row] ?? 0) - (weights[row] ?? 0) * (step * (column[row] ?? 0));
    else for (let row = start; row < end; row++) to[row] = (to[row] ?? 0) + step * (column[row] ?? 0);
    return;
  }
  const { codes, steps } = move;
  if (weights)
    for (let row = start; row < end; row++)
      to[row] = (to[row] ?? 0) - (weights[row] ?? 0) * (steps[codes[row] ?? 0] ?? 0);
  else for (let row = start; row < end; row++) to[row] = (to[row] ?? 0) + (steps[codes[row] ?? 0] ?? 0);
}

interface ByLevel {
  readonly codes: Int32Array;
  readonly gradients: Float64Array;
  readonly weights: Float64Array;
  readonly first: Float64Array;
  readonly second: Float64Array;
}

function addByLevel({ codes, gradients, weights, first, second }: ByLevel, start: number, end: number): void {
  for (let row = start; row < end; row++) {
    const level = codes[row] ?? 0;
    first[level] = (first[level] ?? 0) + (gradients[row] ?? 0);
    second[level] = (second[level] ?? 0) + (weights[row] ?? 0);
  }
}

/** Logistic regression whose factors have random effects: penalised quasi-likelihood (Breslow & Clayton 1993, JASA 88, eqs. 6–9) by
 *  rounds of Newton steps, a factor at a time; variances as squared effects ÷ how many of them the rows tell (Schall 1991, Biometrika
 *  78, on the diagonal of the information). A factor that tells nothing is drawn to nothing, a level with few rows to its factor's
 *  mean. */
export function fitMixedLogistic(input: MixedLogisticInput): MixedLogistic {
  const { factors, numbers, target, from } = input;
  const chosen = input.rows ?? Uint32Array.from(target.keys());
  const n = chosen.length;
  const y = taken(new Float64Array(n), target, chosen);
  const codes = factors.map((factor) => codesOf(factor, chosen));
  const columns = numbers.map((column) => taken(new Float64Array(n), column, chosen));
  const everyRow = new Int32Array(n);
  const share = (y.reduce((sum, one) => sum + one, 0) + 0.5) / (n + 1);
  let base = from ? from.base : Math.log(share / (1 - share));
  const effects = factors.map(({ levels }, at) => from?.effects[at]?.slice() ?? new Float64Array(levels));
  const variances = factors.map((_, at) => from?.variances[at] ?? firstVariance);
  const isNothing = Uint8Array.from(variances, (variance) => (variance === leastVariance ? 1 : 0));
  const slopes = numbers.map((_, at) => from?.slopes[at] ?? 0);
  const rows = new Rows(y);
  rows.move({ codes: everyRow, steps: Float64Array.of(base) });
  for (const [at, column] of columns.entries()) rows.move({ column, step: slopes[at] ?? 0 });
  for (const [at, code] of codes.entries())
    rows.move({ codes: code, steps: withNone(effects[at] ?? new Float64Array()) });
  for (let round = 0; round < (input.rounds ?? 10); round++) {
    input.throwIfCancelled?.();
    let furthest = 0;
    const { slope, curvature } = rows.begin();
    const shift = bounded(slope / Math.max(leastWeight, curvature));
    base += shift;
    rows.move({ codes: everyRow, steps: Float64Array.of(shift) });
    furthest = Math.max(furthest, Math.abs(shift));
    for (const [at, column] of columns.entries()) {
      const [first, second] = rows.sumAlong(column, [-slopePenalty * (slopes[at] ?? 0), slopePenalty]);
      const step = bounded(first / second);
      slopes[at] = (slopes[at] ?? 0) + step;
      rows.move({ column, step });
      furthest = Math.max(furthest, Math.abs(step));
    }
    for (const [at, code] of codes.entries()) {
      const own = effects[at] ?? new Float64Array();
      if (isNothing[at] === 1) continue;
      const [first, second] = [new Float64Array(own.length + 1), new Float64Array(own.length + 1)];
      rows.sumByLevel(code, first, second);
      const precision = 1 / (variances[at] ?? firstVariance);
      const steps = new Float64Array(own.length + 1);
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
      rows.move({ codes: code, steps });
    }
    if (round >= roundsBeforeVariances && furthest < enough) break;
  }
  return { base, effects, variances, slopes };
}

/** Codes of some rows; of those of no level one more than there are levels. */
function codesOf({ codes, levels }: Factor, rows: Uint32Array): Int32Array {
  const own = new Int32Array(rows.length);
  for (let at = 0; at < rows.length; at++) {
    const code = codes[rows[at] ?? 0] ?? -1;
    own[at] = code >= 0 && code < levels ? code : levels;
  }
  return own;
}

/** Values of levels, and nothing for rows of no level. */
function withNone(values: Float64Array): Float64Array {
  const all = new Float64Array(values.length + 1);
  all.set(values);
  return all;
}

/** A loop: `from` with a function takes ten times as long. */
function taken(into: Float64Array, column: Float64Array, rows: Uint32Array): Float64Array {
  for (let at = 0; at < rows.length; at++) into[at] = column[rows[at] ?? 0] ?? 0;
  return into;
}

function bounded(step: number): number {
  return Number.isFinite(step) ? Math.max(-2, Math.min(2, step)) : 0;
}

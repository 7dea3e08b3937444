import { encode } from "./compress.ts";
import { gammaQuantile } from "./distributions.ts";
import {
  bestOfStarts,
  byLogarithms,
  type Derivatives,
  minimise,
  type Objective,
  type Optimum,
  standardErrors,
} from "./optimise.ts";
import { digamma, lgamma, trigamma } from "./special-functions.ts";

/** Fader & Hardie (2013), note 025: p, q and the scale v (their γ), in the unit of the amounts. */
export interface GammaGammaParams {
  readonly p: number;
  readonly q: number;
  readonly v: number;
}

export interface GammaGammaFit {
  readonly params: GammaGammaParams;
  readonly standardErrors: GammaGammaParams;
  readonly logLikelihood: number;
  readonly customers: number;
  readonly distinct: number;
  readonly iterations: number;
  readonly converged: boolean;
  /** Why not to lean on the parameters, in sentences. */
  readonly warnings: readonly string[];
}

/** Customers of equal x with the means of their repeat purchases, ascending, equal means once with a count. */
interface Block {
  readonly x: number;
  readonly mean: Float64Array;
  readonly count: Float64Array;
  readonly customers: number;
  readonly sumLogMean: number;
}

function blocksOf(x: Float64Array, mean: Float64Array, unit: number): Block[] {
  const { values, code } = encode(x);
  const from = new Int32Array(values.length + 1);
  for (const at of code) from[at + 1] = (from[at + 1] ?? 0) + 1;
  for (let at = 0; at < values.length; at++) from[at + 1] = (from[at + 1] ?? 0) + (from[at] ?? 0);
  const next = from.slice(0, values.length);
  const means = new Float64Array(code.length);
  for (let row = 0; row < code.length; row++) {
    const own = code[row] ?? 0;
    means[next[own] ?? 0] = (mean[row] ?? 0) / unit;
    next[own] = (next[own] ?? 0) + 1;
  }
  return Array.from(values, (own, at) => blockOf(own, means.subarray(from[at], from[at + 1]).sort()));
}

function blockOf(x: number, sorted: Float64Array): Block {
  const [mean, count] = [new Float64Array(sorted.length), new Float64Array(sorted.length)];
  let distinct = 0;
  for (let at = 0; at < sorted.length; at++) {
    if (at === 0 || sorted[at] !== mean[distinct - 1]) mean[distinct++] = sorted[at] ?? 0;
    count[distinct - 1] = (count[distinct - 1] ?? 0) + 1;
  }
  return toBlock(x, mean.slice(0, distinct), count.slice(0, distinct));
}

function toBlock(x: number, mean: Float64Array, count: Float64Array): Block {
  const customers = count.reduce((sum, n) => sum + n, 0);
  const sumLogMean = mean.reduce((sum, value, at) => sum + (count[at] ?? 0) * Math.log(value), 0);
  return { x, mean, count, customers, sumLogMean };
}

/** From so many different means on the search begins on about `startingMeans` of them. */
const manyMeans = 20_000;
const startingMeans = 3_000;

const distinctOf = (blocks: readonly Block[]) => blocks.reduce((sum, { mean }) => sum + mean.length, 0);

/** Every so many a mean over all blocks. */
function thinned(blocks: readonly Block[]): Block[] {
  const every = Math.ceil(distinctOf(blocks) / startingMeans);
  let before = 0;
  return blocks.flatMap(({ x, mean, count }) => {
    const first = before;
    before += mean.length;
    const isKept = (_: number, at: number) => (first + at) % every === 0;
    const kept = mean.filter(isKept);
    return kept.length > 0 ? [toBlock(x, kept, count.filter(isKept))] : [];
  });
}

/** Amounts that hardly differ have no finite optimum: the logarithms are drawn weakly to 0, with no effect on ordinary data. */
const pull = 1e-4;

/** Mean negative log-likelihood with first and second derivatives, in ln p, ln q, ln v. */
export function gammaGammaObjective(x: Float64Array, mean: Float64Array, unit = 1): Objective {
  return objectiveOf(blocksOf(x, mean, unit));
}

function objectiveOf(blocks: readonly Block[]): Objective {
  const n = blocks.reduce((sum, { customers }) => sum + customers, 0);
  return (at, into) => {
    const parameters = at.map((value) => Math.exp(Math.min(30, Math.max(-30, value))));
    const [p = 1, q = 1, v = 1] = parameters;
    into.gradient.fill(0);
    for (const row of into.hessian) row.fill(0);
    let value = 0;
    for (const block of blocks) value += addBlock({ p, q, v }, block, into);
    byLogarithms(into, parameters);
    let penalty = 0;
    for (const [i, row] of into.hessian.entries()) {
      into.gradient[i] = (2 * pull * (at[i] ?? 0) - (into.gradient[i] ?? 0)) / n;
      for (let j = 0; j < 3; j++) row[j] = ((i === j ? 2 * pull : 0) - (row[j] ?? 0)) / n;
      penalty += pull * (at[i] ?? 0) ** 2;
    }
    return (penalty - value) / n;
  };
}

function addBlock({ p, q, v }: GammaGammaParams, block: Block, { gradient, hessian }: Derivatives): number {
  const { x, mean, count, customers: n } = block;
  const shape = p * x + q;
  let [logs, inverses, squares] = [0, 0, 0];
  for (let i = 0; i < mean.length; i++) {
    const total = x * (mean[i] ?? 0) + v;
    const weight = count[i] ?? 0;
    logs += weight * Math.log(total);
    inverses += weight / total;
    squares += weight / (total * total);
  }
  const both = digamma(shape);
  const bothBent = trigamma(shape);
  const logX = Math.log(x);
  const slopes = [
    x * (n * (both - digamma(p * x) + logX) + block.sumLogMean - logs),
    n * (both - digamma(q) + Math.log(v)) - logs,
    (n * q) / v - shape * inverses,
  ];
  const bends = [
    [n * x * x * (bothBent - trigamma(p * x)), n * x * bothBent, -x * inverses],
    [n * x * bothBent, n * (bothBent - trigamma(q)), n / v - inverses],
    [-x * inverses, n / v - inverses, (-n * q) / (v * v) + shape * squares],
  ];
  for (const [i, row] of hessian.entries()) {
    gradient[i] = (gradient[i] ?? 0) + (slopes[i] ?? 0);
    for (let j = 0; j < 3; j++) row[j] = (row[j] ?? 0) + (bends[i]?.[j] ?? 0);
  }
  const constant = lgamma(shape) - lgamma(p * x) - lgamma(q) + q * Math.log(v) + p * x * logX;
  return n * constant + (p * x - 1) * block.sumLogMean - shape * logs;
}

const starts = [
  [1.5, 1.2, 2.5],
  [0, 0.5, 3.5],
  [3, 3, 3],
].map((start) => Float64Array.from(start));

function warningsOf(n: number, spread: number, params: readonly number[], errors: Float64Array, converged: boolean) {
  const isLoose = params.some((value, at) => !((errors[at] ?? Number.NaN) <= 5 * value) || value > 1e4);
  return [
    ...(n < 50 ? [`Fitted on ${n} repeat buyers: expect the parameters to move.`] : []),
    ...(spread <= 1e-9 ? ["All repeat buyers spend the same: nothing tells how much customers differ."] : []),
    ...(isLoose && spread > 1e-9
      ? ["The data hardly tell p, q and gamma apart; forecasts hold, the parameters don't."]
      : []),
    ...(converged ? [] : ["The search ended before it had converged."]),
  ];
}

/** Of many different means several starts are tried on a part of them, and the best is followed on all. */
function minimum(blocks: readonly Block[]): Optimum {
  if (distinctOf(blocks) <= manyMeans) return bestOfStarts(objectiveOf(blocks), starts);
  const begun = bestOfStarts(objectiveOf(thinned(blocks)), starts);
  return minimise(objectiveOf(blocks), begun.converged ? begun.at : (starts[0] ?? begun.at));
}

/** Maximum likelihood from several starts on x repeat purchases of mean m̄ (both > 0). Undefined where fewer than two have bought twice. Amounts are
 *  scaled inside; the log-likelihood is that of the amounts as given. */
export function fitGammaGamma(x: Float64Array, mean: Float64Array): GammaGammaFit | undefined {
  const n = x.length;
  if (n < 2) return undefined;
  const unit =
    Float64Array.from(mean)
      .sort()
      .reduce((sum, value) => sum + value, 0) /
    n /
    30;
  const blocks = blocksOf(x, mean, unit);
  const found = minimum(blocks);
  const [p = 1, q = 1, v = 1] = found.at.map(Math.exp);
  const errors = standardErrors(found, n);
  const [sp = 0, sq = 0, sv = 0] = errors;
  const spread =
    mean.reduce((most, value) => Math.max(most, value), 0) -
    mean.reduce((least, value) => Math.min(least, value), mean[0] ?? 0);
  const penalty = found.at.reduce((sum, value) => sum + pull * value * value, 0);
  return {
    params: { p, q, v: v * unit },
    standardErrors: { p: sp, q: sq, v: sv * unit },
    logLikelihood: penalty - found.value * n - n * Math.log(unit),
    customers: n,
    distinct: distinctOf(blocks),
    iterations: found.iterations,
    converged: found.converged,
    warnings: warningsOf(n, spread / unit, [p, q, v], errors, found.converged),
  };
}

/** E[M | x, m̄], eq. 5 of the note; the population's mean where x = 0. Where that mean doesn't exist or hangs on the far tail
 *  (px + q near 1 or below), the median of the posterior stands for it. */
export function expectedSpend({ p, q, v }: GammaGammaParams, x: number, mean: number): number {
  const shape = p * x + q;
  const rate = v + x * mean;
  return shape > 1.1 ? (p * rate) / (shape - 1) : (p * rate) / Math.max(1e-3, gammaQuantile(0.5, shape, 1));
}

/** 80 % limits of a customer's true mean as a function of x and m̄: p over a gamma variable of shape px + q and rate v + x·m̄. The
 *  quantiles depend on x alone and are kept. */
export function createSpendLimits({ p, q, v }: GammaGammaParams): (x: number, mean: number) => [number, number] {
  const known = new Map<number, [number, number]>();
  return (x, mean) => {
    let quantiles = known.get(x);
    if (!quantiles) {
      const shape = p * x + q;
      quantiles = [Math.max(1e-6, gammaQuantile(0.1, shape, 1)), Math.max(1e-6, gammaQuantile(0.9, shape, 1))];
      known.set(x, quantiles);
    }
    const scale = p * (v + x * mean);
    return [scale / quantiles[1], scale / quantiles[0]];
  };
}

/** Standard deviation of one purchase's amount: its own spread and that of the unknown mean. */
export function spendSd(params: GammaGammaParams, x: number, mean: number): number {
  const shape = params.p * x + params.q;
  const expected = expectedSpend(params, x, mean);
  const between = shape > 2.1 ? (expected * expected) / (shape - 2) : 10 * expected * expected;
  return Math.sqrt(between + (expected * expected + between) / params.p);
}

import { blocksOf } from "./btyd-fit.ts";
import { type Compressed, compressSummary, encode, thin } from "./compress.ts";
import { addBend, addSlope, clear, parametersAt, toPenalisedMean } from "./derivatives.ts";
import { type LeavingBlock, LeavingTable } from "./leaving-table.ts";
import { bestOfStarts, type Derivatives, minimise, type Objective, standardErrors } from "./optimise.ts";
import type { Density, ParetoParams } from "./pareto-nbd.ts";
import { fitWarnings, type PurchaseFit, startingGroups } from "./purchase-fit.ts";
import { digamma, lgamma, trigamma } from "./special-functions.ts";

/** How strongly the logarithms of parameters are drawn to 0: weaker than for BG/NBD, since s and β are known together only. */
const defaultPull = 1e-6;

/** Groups of equal x with their times as places in one ascending list. */
interface Block extends LeavingBlock {
  readonly x: number;
  readonly customers: number;
  readonly count: Float64Array;
  readonly last: Int32Array;
  readonly age: Int32Array;
}

function placedBlocks(summary: Compressed, unit: number): Block[] {
  return blocksOf(summary).map(({ x, from, to, customers }) => {
    const n = to - from;
    const both = new Float64Array(2 * n);
    both.set(summary.recency.subarray(from, to));
    both.set(summary.tAge.subarray(from, to), n);
    const { values, code } = encode(both);
    return {
      x,
      customers,
      times: values.map((time) => time / unit),
      count: summary.count.subarray(from, to),
      last: code.subarray(0, n),
      age: code.subarray(n),
    };
  });
}

/** Mean negative log-likelihood of a compressed summary with first and second derivatives, in ln r, ln α, ln s, ln β; α, β and
 *  times count in `unit`. Sums over the times of leaving are tabulated once for all groups of equal x. */
export function paretoNegativeLogLikelihood(summary: Compressed, { pull = defaultPull, unit = 1 } = {}): Objective {
  const blocks = placedBlocks(summary, unit);
  const total = blocks.reduce((sum, { customers }) => sum + customers, 0);
  const table = new LeavingTable(blocks.reduce((most, { times }) => Math.max(most, times.length), 0));
  return (at, into) => {
    const parameters = parametersAt(at);
    const [r = 1, alpha = 1, s = 1, beta = 1] = parameters;
    clear(into);
    let value = 0;
    for (const block of blocks) {
      const density = { r, alpha, s, beta, shape: r + block.x };
      value += addCounts(density, block.customers, into);
      table.fill(block, density);
      value += addGroups(density, block, table, into);
    }
    return toPenalisedMean(value, into, { at, parameters, total, pull });
  };
}

/** The part of the likelihood that depends on x alone, for n customers. */
function addCounts({ r, alpha, s, beta, shape }: Density, n: number, into: Derivatives): number {
  addSlope(into, [
    n * (digamma(shape) - digamma(r) + Math.log(alpha)),
    (n * r) / alpha,
    n * Math.log(beta),
    (n * s) / beta,
  ]);
  addBend(into, 0, 0, n * (trigamma(shape) - trigamma(r)));
  addBend(into, 0, 1, n / alpha);
  addBend(into, 1, 1, (-n * r) / (alpha * alpha));
  addBend(into, 2, 3, n / beta);
  addBend(into, 3, 3, (-n * s) / (beta * beta));
  return n * (lgamma(shape) - lgamma(r) + r * Math.log(alpha) + s * Math.log(beta));
}

/** Sums over a block's groups of the logarithm of "still a customer" and "left after the last purchase", with derivatives. The
 *  latter is a mixture over the times of leaving: ∇² ln Σ = E[∇² ln + ∇ ln ∇ lnᵀ] − g·gᵀ, E weighted by the mixture. */
function addGroups(density: Density, block: Block, table: LeavingTable, into: Derivatives): number {
  const { s, beta, shape } = density;
  const { count, last, age, times } = block;
  const { logHeight, sums, gone, alive } = table;
  const [ones, logAlphas, inverseAlphas, logBetas, inverseBetas] = sums;
  const { logAlpha, inverseAlpha, logBeta, inverseBeta } = table;
  let value = 0;
  let [gr, ga, gs, gb] = [0, 0, 0, 0];
  let [rr, ra, rs, rb, aa, as, ab, ss, sb, bb] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
  for (let i = 0; i < count.length; i++) {
    const n = count[i] ?? 0;
    const l = last[i] ?? 0;
    const t = age[i] ?? 0;
    const height = logHeight[l] ?? 0;
    const q = l === t ? 1 : Math.exp((logHeight[t] ?? 0) - height);
    const stays = q * (beta + (times[t] ?? 0));
    const left = (ones?.[l] ?? 0) - q * (ones?.[t] ?? 0);
    const both = s * left + stays;
    value += n * (height + Math.log(both));
    const over = 1 / both;
    const leaves = s * over;
    const held = stays * over;
    const dr = -(leaves * ((logAlphas?.[l] ?? 0) - q * (logAlphas?.[t] ?? 0)) + held * (logAlpha[t] ?? 0));
    const da =
      -shape * (leaves * ((inverseAlphas?.[l] ?? 0) - q * (inverseAlphas?.[t] ?? 0)) + held * (inverseAlpha[t] ?? 0));
    const ds = over * left - leaves * ((logBetas?.[l] ?? 0) - q * (logBetas?.[t] ?? 0)) - held * (logBeta[t] ?? 0);
    const db =
      -(s + 1) * leaves * ((inverseBetas?.[l] ?? 0) - q * (inverseBetas?.[t] ?? 0)) - s * held * (inverseBeta[t] ?? 0);
    const w = n * leaves;
    gone[l] = (gone[l] ?? 0) + w;
    gone[t] = (gone[t] ?? 0) - w * q;
    alive[t] = (alive[t] ?? 0) + n * held;
    gr += n * dr;
    ga += n * da;
    gs += n * ds;
    gb += n * db;
    rr += n * dr * dr;
    ra += n * dr * da;
    rs += n * dr * ds;
    rb += n * dr * db;
    aa += n * da * da;
    as += n * da * ds;
    ab += n * da * db;
    ss += n * ds * ds;
    sb += n * ds * db;
    bb += n * db * db;
  }
  addSlope(into, [gr, ga, gs, gb]);
  const outer = [rr, ra, rs, rb, aa, as, ab, ss, sb, bb];
  for (const [place, bend] of table.bends(density).entries()) {
    const [i = 0, j = 0] = pairs[place] ?? [];
    addBend(into, i, j, bend - (outer[place] ?? 0));
  }
  return value;
}

const pairs = [
  [0, 0],
  [0, 1],
  [0, 2],
  [0, 3],
  [1, 1],
  [1, 2],
  [1, 3],
  [2, 2],
  [2, 3],
  [3, 3],
];

const starts = [
  [-0.5, 2, -0.5, 2.3],
  [0.7, 2.5, 0.7, 3],
  [-1.5, 0.5, -1.5, 0.5],
].map((start) => Float64Array.from(start));

/** Where the search on all groups begins: at the best of several starts on a part of them, near enough that few steps remain. */
function startOf(grouped: Compressed, unit: number): { at: Float64Array; iterations: number } {
  const part = thin(grouped, startingGroups);
  const tolerance = part === grouped ? 1e-10 : 1e-5;
  const found = bestOfStarts(paretoNegativeLogLikelihood(part, { unit }), starts, { tolerance, rounding: 1e-15 });
  return { at: found.converged ? found.at : (starts[0] ?? found.at), iterations: found.iterations };
}

/** Maximum likelihood by Newton's method on the compressed summary; times are scaled inside, the answer is in the caller's unit. */
export function fitPareto(
  frequency: Float64Array,
  recency: Float64Array,
  tAge: Float64Array,
): PurchaseFit<ParetoParams> {
  const grouped = compressSummary(frequency, recency, tAge);
  const longest = grouped.tAge.reduce((most, value) => Math.max(most, value), 0);
  const unit = longest > 0 ? longest / 40 : 1;
  const objective = paretoNegativeLogLikelihood(grouped, { unit });
  const begun = startOf(grouped, unit);
  const found = minimise(objective, begun.at, { rounding: 1e-15 });
  const [r = 1, alpha = 1, s = 1, beta = 1] = found.at.map(Math.exp);
  const [sr = 0, sAlpha = 0, ss = 0, sBeta = 0] = standardErrors(found, Math.max(1, frequency.length));
  const penalty = found.at.reduce((sum, value) => sum + defaultPull * value * value, 0);
  const repeats = grouped.frequency.reduce((sum, x, at) => sum + x * (grouped.count[at] ?? 0), 0);
  return {
    params: { r, alpha: alpha * unit, s, beta: beta * unit },
    standardErrors: { r: sr, alpha: sAlpha * unit, s: ss, beta: sBeta * unit },
    logLikelihood: penalty - found.value * Math.max(1, frequency.length) - repeats * Math.log(unit),
    customers: frequency.length,
    distinct: grouped.count.length,
    iterations: begun.iterations + found.iterations,
    converged: found.converged,
    warnings: fitWarnings(grouped, {
      params: { r, alpha, s, beta },
      errors: { r: sr, alpha: sAlpha, s: ss, beta: sBeta },
      converged: found.converged,
    }),
  };
}

import type { BtydParams, Variant } from "./buy-till-you-die.ts";
import { type Compressed, compressSummary, encode, thin } from "./compress.ts";
import { addBend as add, addSlope, clear, defaultPull, parametersAt, toPenalisedMean } from "./derivatives.ts";
import { bestOfStarts, type Derivatives, minimise, type Objective, standardErrors } from "./optimise.ts";
import { fitWarnings, type PurchaseFit, startingGroups } from "./purchase-fit.ts";
import { digamma, lbeta, lgamma, logAddExp, trigamma } from "./special-functions.ts";

export type BtydFit = PurchaseFit<BtydParams>;

/** Log-likelihood of one history; in any one unit of time. Fader, Hardie & Lee (2005), eq. 6, and its modified form. */
export function logLikelihood(
  variant: Variant,
  { r, alpha, a, b }: BtydParams,
  { x, recency, tAge }: { x: number; recency: number; tAge: number },
): number {
  const y = x + (variant === "mbg_nbd" ? 1 : 0);
  const alive = -(r + x) * Math.log(alpha + tAge);
  const gone =
    y > 0 ? Math.log(a) - Math.log(b + y - 1) - (r + x) * Math.log(alpha + recency) : Number.NEGATIVE_INFINITY;
  const counts = lgamma(r + x) - lgamma(r) + r * Math.log(alpha) + lbeta(a, b + y) - lbeta(a, b);
  return counts + logAddExp(alive, gone);
}

/** Groups of equal x: places from … to, and their customers. */
export interface Block {
  readonly x: number;
  readonly from: number;
  readonly to: number;
  readonly customers: number;
}

/** Runs of groups with equal x. */
export function blocksOf({ frequency, count }: Compressed): Block[] {
  const blocks: Block[] = [];
  for (let from = 0; from < frequency.length; ) {
    let to = from;
    let customers = 0;
    for (; to < frequency.length && frequency[to] === frequency[from]; to++) customers += count[to] ?? 0;
    blocks.push({ x: frequency[from] ?? 0, from, to, customers });
    from = to;
  }
  return blocks;
}

/** Mean negative log-likelihood of a compressed summary with first and second derivatives, in ln r, ln α, ln a, ln b; α and times
 *  count in `unit`. */
export function negativeLogLikelihood(
  variant: Variant,
  summary: Compressed,
  { pull = defaultPull, unit = 1 } = {},
): Objective {
  const extra = variant === "mbg_nbd" ? 1 : 0;
  const blocks = blocksOf(summary);
  const total = blocks.reduce((sum, { customers }) => sum + customers, 0);
  const [last, age] = [encode(summary.recency), encode(summary.tAge)];
  const scaled = (times: Float64Array) => times.map((time) => time / unit);
  const [lastTimes, ageTimes] = [scaled(last.values), scaled(age.values)];
  const mixture = createMixture(summary.count, last.code, age.code);
  return (at, into) => {
    const parameters = parametersAt(at);
    const [r = 1, alpha = 1, a = 1, b = 1] = parameters;
    const times = { age: logarithms(ageTimes, alpha), last: logarithms(lastTimes, alpha) };
    clear(into);
    let value = 0;
    for (const block of blocks) {
      value += addCounts({ r, alpha, a, b }, block.x, block.x + extra, block.customers, into);
      value += mixture({ a, b, shape: r + block.x, drops: block.x + extra }, block, times, into);
    }
    return toPenalisedMean(value, into, { at, parameters, total, pull });
  };
}

interface Logarithms {
  readonly log: Float64Array;
  readonly inverse: Float64Array;
}

function logarithms(times: Float64Array, alpha: number): Logarithms {
  return { log: times.map((time) => Math.log(alpha + time)), inverse: times.map((time) => 1 / (alpha + time)) };
}

/** The part of the likelihood that depends on x alone, for n customers. */
function addCounts({ r, alpha, a, b }: BtydParams, x: number, drops: number, n: number, into: Derivatives): number {
  const both = digamma(a + b) - digamma(a + b + drops);
  const bothBent = trigamma(a + b) - trigamma(a + b + drops);
  addSlope(into, [
    n * (digamma(r + x) - digamma(r) + Math.log(alpha)),
    (n * r) / alpha,
    n * both,
    n * (both + digamma(b + drops) - digamma(b)),
  ]);
  add(into, 0, 0, n * (trigamma(r + x) - trigamma(r)));
  add(into, 0, 1, n / alpha);
  add(into, 1, 1, (-n * r) / (alpha * alpha));
  add(into, 2, 2, n * bothBent);
  add(into, 2, 3, n * bothBent);
  add(into, 3, 3, n * (bothBent + trigamma(b + drops) - trigamma(b)));
  return n * (lgamma(r + x) - lgamma(r) + r * Math.log(alpha) + lbeta(a, b + drops) - lbeta(a, b));
}

/** The part that mixes "still a customer" and "left after the last purchase": sums over a block's groups of
 *  ln((α+T)^-s + a/(b+y-1)·(α+t_x)^-s) and its derivatives; s = r + x, y the chances to leave. */
function createMixture(count: Float64Array, lastCode: Int32Array, ageCode: Int32Array) {
  return (
    { a, b, shape, drops }: { a: number; b: number; shape: number; drops: number },
    { from, to }: Block,
    times: { age: Logarithms; last: Logarithms },
    into: Derivatives,
  ): number => {
    const canLeave = drops > 0;
    const inverseB = canLeave ? 1 / (b + drops - 1) : 0;
    const logOdds = canLeave ? Math.log(a * inverseB) : Number.NEGATIVE_INFINITY;
    let [value, logs, inverses, squares] = [0, 0, 0, 0];
    let [gone, goneLog, goneInverse, goneSquare] = [0, 0, 0, 0];
    let [bent, bentLog, bentInverse, bentLog2, bentLogInverse, bentInverse2] = [0, 0, 0, 0, 0, 0];
    for (let i = from; i < to; i++) {
      const n = count[i] ?? 0;
      const ageAt = ageCode[i] ?? 0;
      const lastAt = lastCode[i] ?? 0;
      const logAge = times.age.log[ageAt] ?? 0;
      const inverseAge = times.age.inverse[ageAt] ?? 0;
      value -= n * shape * logAge;
      logs += n * logAge;
      inverses += n * inverseAge;
      squares += n * inverseAge * inverseAge;
      if (!canLeave) continue;
      const inverseLast = times.last.inverse[lastAt] ?? 0;
      const dLog = logAge - (times.last.log[lastAt] ?? 0);
      const dInverse = inverseAge - inverseLast;
      const odds = logOdds + shape * dLog;
      const small = Math.exp(-Math.abs(odds));
      const w = odds > 0 ? 1 / (1 + small) : small / (1 + small);
      value += n * (Math.max(0, odds) + Math.log1p(small));
      const nw = n * w;
      const bend = nw * (1 - w);
      gone += nw;
      goneLog += nw * dLog;
      goneInverse += nw * dInverse;
      goneSquare += nw * (inverseLast * inverseLast - inverseAge * inverseAge);
      bent += bend;
      bentLog += bend * dLog;
      bentInverse += bend * dInverse;
      bentLog2 += bend * dLog * dLog;
      bentLogInverse += bend * dLog * dInverse;
      bentInverse2 += bend * dInverse * dInverse;
    }
    addSlope(into, [goneLog - logs, shape * (goneInverse - inverses), gone / a, -gone * inverseB]);
    add(into, 0, 0, bentLog2);
    add(into, 0, 1, goneInverse - inverses + shape * bentLogInverse);
    add(into, 0, 2, bentLog / a);
    add(into, 0, 3, -bentLog * inverseB);
    add(into, 1, 1, shape * (squares + goneSquare) + shape * shape * bentInverse2);
    add(into, 1, 2, (shape * bentInverse) / a);
    add(into, 1, 3, -shape * bentInverse * inverseB);
    add(into, 2, 2, (bent - gone) / (a * a));
    add(into, 2, 3, (-bent * inverseB) / a);
    add(into, 3, 3, (bent + gone) * inverseB * inverseB);
    return value;
  };
}

const starts = [
  [-0.5, 1.5, 0, 0.7],
  [0.7, 2.5, -1, 1],
  [-1.5, 0, 0.5, 0.5],
].map((start) => Float64Array.from(start));

/** From so many different histories on the search ends where rounding of the sums over them hides what a step saves. */
const manyGroups = 50_000;
const rounding = 1e-14;

/** Maximum likelihood by Newton's method on the compressed summary, from several starts (of many distinct histories, on a part
 *  of them); times are scaled inside, the answer is in the caller's unit. */
export function fitBtyd(variant: Variant, frequency: Float64Array, recency: Float64Array, tAge: Float64Array): BtydFit {
  const grouped = compressSummary(frequency, recency, tAge);
  const longest = grouped.tAge.reduce((most, value) => Math.max(most, value), 0);
  const unit = longest > 0 ? longest / 40 : 1;
  const part = thin(grouped, startingGroups);
  const begun = bestOfStarts(negativeLogLikelihood(variant, part, { unit }), starts);
  const from = begun.converged ? begun.at : (starts[0] ?? begun.at);
  const search = grouped.count.length > manyGroups ? { rounding } : {};
  const found = part === grouped ? begun : minimise(negativeLogLikelihood(variant, grouped, { unit }), from, search);
  const [r = 1, alpha = 1, a = 1, b = 1] = found.at.map(Math.exp);
  const [sr = 0, sAlpha = 0, sa = 0, sb = 0] = standardErrors(found, Math.max(1, frequency.length));
  const penalty = found.at.reduce((sum, value) => sum + defaultPull * value * value, 0);
  const repeats = grouped.frequency.reduce((sum, x, at) => sum + x * (grouped.count[at] ?? 0), 0);
  return {
    params: { r, alpha: alpha * unit, a, b },
    standardErrors: { r: sr, alpha: sAlpha * unit, a: sa, b: sb },
    logLikelihood: penalty - found.value * Math.max(1, frequency.length) - repeats * Math.log(unit),
    customers: frequency.length,
    distinct: grouped.count.length,
    iterations: begun.iterations + (found === begun ? 0 : found.iterations),
    converged: found.converged,
    warnings: fitWarnings(grouped, {
      params: { r, alpha, a, b },
      errors: { r: sr, alpha: sAlpha, a: sa, b: sb },
      converged: found.converged,
    }),
  };
}

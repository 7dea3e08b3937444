import { blocksOf } from "./btyd-fit.ts";
import { type Compressed, compressSummary, thin } from "./compress.ts";
import { addBend, addSlope, clear, defaultPull, parametersAt, toPenalisedMean } from "./derivatives.ts";
import { bestOfStarts, type Derivatives, type Objective, standardErrors } from "./optimise.ts";
import { fitWarnings, type PurchaseFit, startingGroups } from "./purchase-fit.ts";
import type { RegularParams, RegularVariant } from "./regular-purchases.ts";
import { digamma, lbeta, lgamma, trigamma } from "./special-functions.ts";

/** Mean negative log-likelihood of a compressed summary with first and second derivatives, in ln r, ln α, ln a, ln b, for one k and
 *  without the part that only the intervals' logarithms and k! bring; α and times count in `unit`. Reutterer et al. (2020), eq. 4. */
export function regularObjective(
  variant: RegularVariant,
  k: number,
  summary: Compressed,
  { pull = defaultPull, unit = 1 } = {},
): Objective {
  const extra = variant === "mbg_cnbd_k" ? 1 : 0;
  const blocks = blocksOf(summary);
  const total = blocks.reduce((sum, { customers }) => sum + customers, 0);
  return (at, into) => {
    const parameters = parametersAt(at);
    const [r = 1, alpha = 1, a = 1, b = 1] = parameters;
    clear(into);
    let value = 0;
    for (const { x, from, to, customers } of blocks) {
      const own = { k, r, alpha, a, b };
      value += addCounts(own, x, x + extra, customers, into);
      for (let i = from; i < to; i++) {
        const history = {
          shape: r + k * x,
          drops: x + extra,
          recency: (summary.recency[i] ?? 0) / unit,
          tAge: (summary.tAge[i] ?? 0) / unit,
          n: summary.count[i] ?? 0,
        };
        value += addHistory(own, history, into);
      }
    }
    return toPenalisedMean(value, into, { at, parameters, total, pull });
  };
}

/** The part of the likelihood that depends on x alone, for n customers. */
function addCounts({ k, r, alpha, a, b }: RegularParams, x: number, drops: number, n: number, into: Derivatives) {
  const both = digamma(a + b) - digamma(a + b + drops);
  const bothBent = trigamma(a + b) - trigamma(a + b + drops);
  const shape = r + k * x;
  addSlope(into, [
    n * (digamma(shape) - digamma(r) + Math.log(alpha)),
    (n * r) / alpha,
    n * both,
    n * (both + digamma(b + drops) - digamma(b)),
  ]);
  addBend(into, 0, 0, n * (trigamma(shape) - trigamma(r)));
  addBend(into, 0, 1, n / alpha);
  addBend(into, 1, 1, (-n * r) / (alpha * alpha));
  addBend(into, 2, 2, n * bothBent);
  addBend(into, 2, 3, n * bothBent);
  addBend(into, 3, 3, n * (bothBent + trigamma(b + drops) - trigamma(b)));
  return n * (lgamma(shape) - lgamma(r) + r * Math.log(alpha) + lbeta(a, b + drops) - lbeta(a, b));
}

interface Group {
  readonly shape: number;
  readonly drops: number;
  readonly recency: number;
  readonly tAge: number;
  readonly n: number;
}

/** ln Σ_{j<k} c_j with its derivatives by the shape and by α: c_j = c_{j−1} · (shape + j − 1) · u / j, u = (T − t_x) / (α + T), the
 *  chance that fewer than k events have passed since the last purchase, over that of none. */
function waiting(k: number, shape: number, since: number, end: number) {
  let [sum, bySize, byEnd, bent, mixed, ended] = [1, 0, 0, 0, 0, 0];
  let [term, inverses, squares] = [1, 0, 0];
  for (let j = 1; j < k; j++) {
    const above = shape + j - 1;
    term *= (above * since) / (end * j);
    inverses += 1 / above;
    squares += 1 / (above * above);
    sum += term;
    bySize += term * inverses;
    byEnd -= (term * j) / end;
    bent += term * (inverses * inverses - squares);
    mixed -= (term * inverses * j) / end;
    ended += (term * j * (j + 1)) / (end * end);
  }
  const [s, e] = [bySize / sum, byEnd / sum];
  return { log: Math.log(sum), s, e, ss: bent / sum - s * s, se: mixed / sum - s * e, ee: ended / sum - e * e };
}

/** The part that mixes "still a customer" and "left after the last purchase", for n customers of one history. */
function addHistory({ k, alpha, a, b }: RegularParams, { shape, drops, recency, tAge, n }: Group, into: Derivatives) {
  const [end, start] = [alpha + tAge, alpha + recency];
  const wait = waiting(k, shape, tAge - recency, end);
  const logEnd = Math.log(end);
  const alive = wait.log - shape * logEnd;
  const stays = { r: wait.s - logEnd, alpha: wait.e - shape / end };
  const bends = { rr: wait.ss, ra: wait.se - 1 / end, aa: wait.ee + shape / (end * end) };
  if (drops === 0) {
    addSlope(into, [n * stays.r, n * stays.alpha, 0, 0]);
    addBend(into, 0, 0, n * bends.rr);
    addBend(into, 0, 1, n * bends.ra);
    addBend(into, 1, 1, n * bends.aa);
    return n * alive;
  }
  const chance = b + drops - 1;
  const logStart = Math.log(start);
  const gone = Math.log(a) - Math.log(chance) - shape * logStart;
  const odds = gone - alive;
  const small = Math.exp(-Math.abs(odds));
  const w = odds > 0 ? 1 / (1 + small) : small / (1 + small);
  // gradients of "left" less those of "still a customer", by r, α, a, b
  const d = [-logStart - stays.r, -shape / start - stays.alpha, 1 / a, -1 / chance] as const;
  addSlope(into, [n * (stays.r + w * d[0]), n * (stays.alpha + w * d[1]), n * w * d[2], n * w * d[3]]);
  const spread = n * w * (1 - w);
  const keep = n * (1 - w);
  const left = n * w;
  addBend(into, 0, 0, keep * bends.rr + spread * d[0] * d[0]);
  addBend(into, 0, 1, keep * bends.ra - left / start + spread * d[0] * d[1]);
  addBend(into, 0, 2, spread * d[0] * d[2]);
  addBend(into, 0, 3, spread * d[0] * d[3]);
  addBend(into, 1, 1, keep * bends.aa + (left * shape) / (start * start) + spread * d[1] * d[1]);
  addBend(into, 1, 2, spread * d[1] * d[2]);
  addBend(into, 1, 3, spread * d[1] * d[3]);
  addBend(into, 2, 2, -left / (a * a) + spread * d[2] * d[2]);
  addBend(into, 2, 3, spread * d[2] * d[3]);
  addBend(into, 3, 3, left / (chance * chance) + spread * d[3] * d[3]);
  return n * (Math.max(gone, alive) + Math.log1p(small));
}

const starts = [
  [-0.5, 1.5, 0, 0.7],
  [0.7, 2.5, -1, 1],
  [-1.5, 0, 0.5, 0.5],
] as const;
/** What one k says of a summary; the log-likelihood in the times' own unit. */
interface Found {
  readonly k: number;
  readonly at: Float64Array;
  readonly logLikelihood: number;
  readonly optimum: ReturnType<typeof bestOfStarts>;
}

interface Search {
  readonly variant: RegularVariant;
  readonly unit: number;
  readonly summary: Compressed;
  /** Σ over customers of the logarithms of intervals, in the times' own unit. */
  readonly sumLogInterval: number;
}

function fitAt(search: Search, k: number, from: readonly ArrayLike<number>[]): Found {
  const { variant, unit, summary, sumLogInterval } = search;
  const customers = summary.count.reduce((sum, n) => sum + n, 0);
  const repeats = summary.frequency.reduce((sum, x, at) => sum + x * (summary.count[at] ?? 0), 0);
  const optimum = bestOfStarts(
    regularObjective(variant, k, summary, { unit }),
    from.map((start) => Float64Array.from(start)),
    { rounding: 1e-15 },
  );
  const penalty = optimum.at.reduce((sum, value) => sum + defaultPull * value * value, 0);
  const scaled = penalty - optimum.value * Math.max(1, customers);
  const intervals = (k - 1) * (sumLogInterval - repeats * Math.log(unit)) - repeats * lgamma(k);
  return { k, at: optimum.at, optimum, logLikelihood: scaled + intervals - repeats * Math.log(unit) };
}

export const mostRegular = 12;
/** On a part of the histories, a k whose likelihood is less than this below the best is tried on all. */
const leastApart = 8;

/** Maximum likelihood by Newton's method for each k from 1 on, as long as the likelihood grows; one k where it is given. Of many
 *  distinct histories, k is chosen on a part, and those that come close are tried on all. */
export function fitRegular(
  variant: RegularVariant,
  { frequency, recency, tAge, sumLogInterval }: Readonly<Record<string, Float64Array>>,
  fixed: number | null = null,
): PurchaseFit<RegularParams> {
  const [x, last, age] = [frequency, recency, tAge].map((column) => column ?? new Float64Array(0));
  const grouped = compressSummary(x ?? new Float64Array(0), last ?? new Float64Array(0), age ?? new Float64Array(0));
  const longest = grouped.tAge.reduce((most, value) => Math.max(most, value), 0);
  const unit = longest > 0 ? longest / 40 : 1;
  const all = Float64Array.from(sumLogInterval ?? [])
    .sort()
    .reduce((sum, value) => sum + value, 0);
  const repeats = grouped.frequency.reduce((sum, count, at) => sum + count * (grouped.count[at] ?? 0), 0);
  const part = thin(grouped, startingGroups);
  const partRepeats = part.frequency.reduce((sum, count, at) => sum + count * (part.count[at] ?? 0), 0);
  const search = { variant, unit, summary: grouped, sumLogInterval: all };
  const sample = { ...search, summary: part, sumLogInterval: repeats > 0 ? (all * partRepeats) / repeats : 0 };
  let best = fitAt(sample, fixed ?? 1, starts);
  const told = [best];
  for (let k = 2; fixed === null && repeats > 0 && k <= mostRegular; k++) {
    const next = fitAt(sample, k, [best.at]);
    told.push(next);
    if (next.logLikelihood <= best.logLikelihood) break;
    best = next;
  }
  if (part !== grouped) {
    const near = told.filter(({ logLikelihood }) => best.logLikelihood - logLikelihood < leastApart);
    best = near
      .map(({ k, at }) => fitAt(search, k, [at]))
      .reduce((one, other) => (other.logLikelihood > one.logLikelihood ? other : one));
  }
  return toldFit(best, unit, grouped);
}

function toldFit(
  { k, at, optimum, logLikelihood }: Found,
  unit: number,
  grouped: Compressed,
): PurchaseFit<RegularParams> {
  const customers = grouped.group.length;
  const [r = 1, alpha = 1, a = 1, b = 1] = at.map(Math.exp);
  const [sr = 0, sAlpha = 0, sa = 0, sb = 0] = standardErrors(optimum, Math.max(1, customers));
  const errors = { r: sr, alpha: sAlpha, a: sa, b: sb };
  return {
    params: { k, r, alpha: alpha * unit, a, b },
    standardErrors: { k: Number.NaN, ...errors, alpha: sAlpha * unit },
    logLikelihood,
    customers,
    distinct: grouped.count.length,
    iterations: optimum.iterations,
    converged: optimum.converged,
    warnings: fitWarnings(grouped, { params: { r, alpha, a, b }, errors, converged: optimum.converged }),
  };
}

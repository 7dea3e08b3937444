import type { ColumnTable } from "../../../shared/domain/column.ts";
import { clusteredWorth } from "../../numeric/design-effect.ts";
import { betaQuantile } from "../../numeric/distributions.ts";
import { naturalBreaks } from "../../numeric/natural-breaks.ts";
import { lgamma } from "../../numeric/special-functions.ts";
import { fitReader } from "../fit-reader.ts";
import { numbers, texts } from "../tables.ts";

export interface Stratum {
  /** Last hundredth of exposure that belongs to it. */
  readonly until: number;
  readonly exposure: number;
  readonly lines: number;
  readonly visits: number;
  /** Shares of reduced lines of customers follow Beta(alpha, beta) on such days. */
  readonly alpha: number;
  readonly beta: number;
}
export interface FittedDiscounts {
  readonly strata: readonly Stratum[];
  /** How many independent lines one line is worth: 1 where lines bought together are reduced independently. */
  readonly worth: number;
  /** What the days of visits tell of the place. */
  readonly timing: Timing;
}

export const readDiscounts = fitReader<FittedDiscounts>("discount_affinity", {
  strata: "list",
  worth: "number",
  timing: "object",
});

/** How the place on the scale shows in the days on which somebody comes. */
export interface Timing {
  /** Change of a stratum's log odds by one deviation of the scale and one of the strata's exposures. */
  readonly pull: number;
  /** How many independent visits one visit is worth. */
  readonly worth: number;
}

export const gridSize = 64;
const mostStrata = 4;
const leastLines = 100;
/** Strata whose mean exposures differ by less are one. */
const leastApart = 0.02;

export interface Lines {
  readonly customer: string;
  /** Lines and reduced ones by stratum. */
  readonly n: Float64Array;
  readonly reduced: Float64Array;
  readonly visits: Float64Array;
  /** Pairs of lines of one day, both ways, and those with both reduced. */
  readonly linePairs: Float64Array;
  readonly reducedPairs: Float64Array;
  exposure: number;
}

export const total = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0);
const stratumOf = (strata: readonly { until: number }[], bin: number) => {
  const at = strata.findIndex(({ until }) => bin <= until);
  return at < 0 ? strata.length - 1 : at;
};

/** Lines by customer (in order of their ids) and stratum. */
export function linesOf(counts: ColumnTable, strata: readonly { until: number }[]): Lines[] {
  const ids = texts(counts, "customer_id").map((id) => id ?? "");
  const [bins, lines, reduced, visits, met, linePairs, reducedPairs] = [
    "exposure_bin",
    "n_lines",
    "n_reduced",
    "n_visits",
    "sum_exposure",
    "n_line_pairs",
    "n_reduced_pairs",
  ].map((name) => numbers(counts, name));
  const order = Uint32Array.from(ids.keys()).sort((a, b) =>
    ids[a] === ids[b] ? (bins?.[a] ?? 0) - (bins?.[b] ?? 0) : (ids[a] ?? "") < (ids[b] ?? "") ? -1 : 1,
  );
  const found: Lines[] = [];
  for (const row of order) {
    const customer = ids[row] ?? "";
    let own = found.at(-1);
    if (own?.customer !== customer) {
      own = {
        customer,
        n: new Float64Array(strata.length),
        reduced: new Float64Array(strata.length),
        visits: new Float64Array(strata.length),
        linePairs: new Float64Array(strata.length),
        reducedPairs: new Float64Array(strata.length),
        exposure: 0,
      };
      found.push(own);
    }
    const at = stratumOf(strata, bins?.[row] ?? 0);
    own.n[at] = (own.n[at] ?? 0) + (lines?.[row] ?? 0);
    own.reduced[at] = (own.reduced[at] ?? 0) + (reduced?.[row] ?? 0);
    own.visits[at] = (own.visits[at] ?? 0) + (visits?.[row] ?? 0);
    own.exposure += met?.[row] ?? 0;
    own.linePairs[at] = (own.linePairs[at] ?? 0) + (linePairs?.[row] ?? 0);
    own.reducedPairs[at] = (own.reducedPairs[at] ?? 0) + (reducedPairs?.[row] ?? 0);
  }
  return found;
}

/** Days cut at the natural breaks of exposure; runs that hardly differ, or hold few lines, go to their neighbour. */
export function cutDays(counts: ColumnTable): Pick<Stratum, "until" | "exposure" | "lines" | "visits">[] {
  const [bins, lines, came] = ["exposure_bin", "n_lines", "n_visits"].map((name) => numbers(counts, name));
  const [weights, visits] = [new Float64Array(101), new Float64Array(101)];
  for (let row = 0; row < counts.rows; row++) {
    const bin = Math.min(100, Math.max(0, Math.round(bins?.[row] ?? 0)));
    weights[bin] = (weights[bin] ?? 0) + (lines?.[row] ?? 0);
    visits[bin] = (visits[bin] ?? 0) + (came?.[row] ?? 0);
  }
  let from = 0;
  const runs = naturalBreaks(weights, mostStrata).map((until) => {
    const inside = weights.subarray(from, until + 1);
    const n = total(inside);
    const exposure = n > 0 ? inside.reduce((sum, weight, at) => sum + weight * (from + at), 0) / n / 100 : 0;
    const met = total(visits.subarray(from, until + 1));
    from = until + 1;
    return { until, exposure, lines: n, visits: met };
  });
  const least = Math.max(leastLines, 0.02 * total(weights));
  const merged: typeof runs = [];
  for (const run of runs) {
    const before = merged.at(-1);
    if (before && (run.exposure - before.exposure < leastApart || run.lines < least || before.lines < least)) {
      const n = before.lines + run.lines;
      const exposure = (before.exposure * before.lines + run.exposure * run.lines) / Math.max(1, n);
      merged[merged.length - 1] = { until: run.until, exposure, lines: n, visits: before.visits + run.visits };
    } else merged.push(run);
  }
  return merged;
}

/** How many independent lines one is worth, as lines of one day are reduced together. */
export function worthOf(customers: readonly Lines[]): number {
  const strata = Array.from(customers[0]?.n ?? [], (_, j) => j);
  return clusteredWorth(
    strata.map((j) =>
      customers.map(({ n, reduced, linePairs, reducedPairs }) => ({
        n: n[j] ?? 0,
        hits: reduced[j] ?? 0,
        pairs: linePairs[j] ?? 0,
        bothHits: reducedPairs[j] ?? 0,
      })),
    ),
  );
}

export interface Grid {
  /** Share of reduced lines of the customer at each step of the scale, by stratum. */
  readonly shares: readonly Float64Array[];
  readonly logShare: readonly Float64Array[];
  readonly logRest: readonly Float64Array[];
  /** The share at the exposure that all customers' lines had. */
  readonly standard: Float64Array;
  readonly worth: number;
  /** Log of how much likelier a visit falls into each stratum at each step of the scale; none where days tell nothing. */
  readonly timing?: readonly Float64Array[];
}

export const inside = (share: number) => Math.min(1 - 1e-9, Math.max(1e-9, share));

/** One scale for every stratum: whoever stands at u of customers on days without a sale does so in the sales. */
export function gridOf({ strata, worth }: Pick<FittedDiscounts, "strata" | "worth">): Grid {
  const shares = strata.map(({ alpha, beta }) =>
    Float64Array.from({ length: gridSize }, (_, at) => inside(betaQuantile((at + 0.5) / gridSize, alpha, beta))),
  );
  const lines = strata.reduce((sum, stratum) => sum + stratum.lines, 0);
  const standard = Float64Array.from({ length: gridSize }, (_, at) =>
    strata.reduce((sum, stratum, j) => sum + ((shares[j]?.[at] ?? 0) * stratum.lines) / Math.max(1, lines), 0),
  );
  return {
    shares,
    logShare: shares.map((values) => values.map(Math.log)),
    logRest: shares.map((values) => values.map((value) => Math.log1p(-value))),
    standard,
    worth,
  };
}

/** Where on the scale a customer stands, given lines and reduced ones by stratum: the posterior under an even prior. */
function posteriorOf({ logShare, logRest, worth, timing }: Grid, { n, reduced, visits }: Lines): Float64Array {
  const weights = new Float64Array(gridSize);
  for (let j = 0; j < n.length; j++) {
    const [d, rest] = [reduced[j] ?? 0, (n[j] ?? 0) - (reduced[j] ?? 0)];
    const [up, down] = [logShare[j], logRest[j]];
    if (d + rest === 0 || !up || !down) continue;
    for (let at = 0; at < gridSize; at++) {
      weights[at] = (weights[at] ?? 0) + worth * (d * (up[at] ?? 0) + rest * (down[at] ?? 0));
    }
    const [came, likelier] = [visits[j] ?? 0, timing?.[j]];
    if (likelier) for (let at = 0; at < gridSize; at++) weights[at] = (weights[at] ?? 0) + came * (likelier[at] ?? 0);
  }
  const most = weights.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const scaled = weights.map((value) => Math.exp(value - most));
  const sum = total(scaled);
  return scaled.map((value) => value / sum);
}

export const meanOf = (posterior: Float64Array, values: Float64Array) =>
  posterior.reduce((sum, weight, at) => sum + weight * (values[at] ?? 0), 0);

/** Quantile of values that rise along the grid; each step's weight lies evenly around its value. */
export function quantileOf(posterior: Float64Array, values: Float64Array, p: number): number {
  let below = 0;
  for (let at = 0; at < gridSize; at++) {
    const weight = posterior[at] ?? 0;
    if (below + weight >= p || at === gridSize - 1) {
      const part = weight > 0 ? Math.min(1, Math.max(0, (p - below) / weight)) : 0.5;
      const edge = (step: number) =>
        ((values[Math.max(0, step - 1)] ?? 0) + (values[Math.min(gridSize - 1, step)] ?? 0)) / 2;
      return edge(at) + part * (edge(at + 1) - edge(at));
    }
    below += weight;
  }
  return values[gridSize - 1] ?? 1;
}

/** How deep the shop must cut its prices until half of what is bought there is reduced, by step of the scale: between the exposures of
 *  two strata on a line, 0 where half is reduced on the quietest days, infinite where the deepest reductions don't bring it about.
 *  NaN with a single stratum, from which nothing can be told of another depth. */
export function halfDepths(grid: Grid, strata: readonly Pick<Stratum, "exposure">[]): Float64Array {
  return Float64Array.from({ length: gridSize }, (_, at) => {
    if (strata.length < 2) return Number.NaN;
    const share = (j: number) => grid.shares[j]?.[at] ?? 0;
    if (share(0) >= 0.5) return 0;
    const j = strata.findIndex((_stratum, k) => share(k) >= 0.5);
    if (j < 0) return Number.POSITIVE_INFINITY;
    const [from, to] = [strata[j - 1]?.exposure ?? 0, strata[j]?.exposure ?? 0];
    return from + ((0.5 - share(j - 1)) / (share(j) - share(j - 1))) * (to - from);
  });
}

/** The value at a quantile of the scale's steps, without going between them. */
export function stepOf(posterior: Float64Array, values: Float64Array, p: number): number {
  let below = 0;
  for (const [at, weight] of posterior.entries()) {
    below += weight;
    if (below >= p) return values[at] ?? Number.NaN;
  }
  return values[gridSize - 1] ?? Number.NaN;
}

/** Remembers posteriors: among many customers few differ in lines and reduced lines by stratum. */
export function createPosteriors(grid: Grid): (lines: Lines) => Float64Array {
  const seen = new Map<string, Float64Array>();
  return (lines) => {
    const key = `${lines.n.join(" ")}/${lines.reduced.join(" ")}${grid.timing ? `/${lines.visits.join(" ")}` : ""}`;
    const found = seen.get(key) ?? posteriorOf(grid, lines);
    if (seen.size < 100_000) seen.set(key, found);
    return found;
  };
}

const longest = 200;

/** Correlation of lines of one day, from what a line is worth and how many others of its day lines came with. */
export function dayCorrelation(worth: number, customers: Iterable<Lines>): number {
  let [pairs, lines] = [0, 0];
  for (const { n, linePairs } of customers) {
    pairs += total(linePairs);
    lines += total(n);
  }
  return pairs > 0 ? Math.min(1, Math.max(0, ((1 / worth - 1) * lines) / pairs)) : 0;
}

/** Where the reduced lines after the cut fall in their predictive distribution: binomial in each stratum, given the place; beta-binomial
 *  where lines of one day are reduced together. */
export function placeOf(
  grid: Grid,
  weights: Float64Array,
  next: Lines,
  correlation: number,
): { below: number; at: number } {
  const k = total(next.reduced);
  const together = Array.from(next.n, (lines, j) => {
    const share = lines > 1 ? (next.linePairs[j] ?? 0) / (lines * (lines - 1)) : 0;
    return Math.min(0.99, correlation * share);
  });
  if (total(next.n) > longest) return { below: Number.NaN, at: 0 };
  let [below, at] = [0, 0];
  for (let g = 0; g < gridSize; g++) {
    let distribution = [1];
    for (let j = 0; j < next.n.length; j++) {
      if ((next.n[j] ?? 0) > 0)
        distribution = convolve(distribution, hits(next.n[j] ?? 0, grid.shares[j]?.[g] ?? 0, together[j] ?? 0));
    }
    const weight = weights[g] ?? 0;
    for (let i = 0; i < k; i++) below += weight * (distribution[i] ?? 0);
    at += weight * (distribution[k] ?? 0);
  }
  return { below, at };
}

/** Chances of 0 to n hits of n tries, any two of which correlate so much. */
function hits(n: number, p: number, correlation: number): number[] {
  if (correlation < 1e-6) return binomial(n, p);
  const weight = 1 / correlation - 1;
  const [a, b] = [weight * p, weight * (1 - p)];
  const whole = lgamma(n + 1) + lgamma(weight) - lgamma(a) - lgamma(b) - lgamma(n + weight);
  return Array.from({ length: n + 1 }, (_, k) =>
    Math.exp(whole - lgamma(k + 1) - lgamma(n - k + 1) + lgamma(k + a) + lgamma(n - k + b)),
  );
}

function binomial(n: number, p: number): number[] {
  const [up, down] = [Math.log(p), Math.log1p(-p)];
  return Array.from({ length: n + 1 }, (_, k) =>
    Math.exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * up + (n - k) * down),
  );
}

function convolve(a: readonly number[], b: readonly number[]): number[] {
  const out = new Array<number>(a.length + b.length - 1).fill(0);
  for (const [i, x] of a.entries()) for (const [j, y] of b.entries()) out[i + j] = (out[i + j] ?? 0) + x * y;
  return out;
}

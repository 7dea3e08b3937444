import type { Json } from "../../../shared/base/canonical-json.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import type { Evaluation } from "../../../shared/domain/model.ts";
import type { ParamSpecs } from "../../../shared/domain/params.ts";
import { betaLimits } from "../../numeric/distributions.ts";
import { meanInterval } from "../../numeric/scoring.ts";
import { type Counts, fitDirichlet } from "../../numeric/shrinkage.ts";
import { lbeta, lgamma } from "../../numeric/special-functions.ts";
import { compare, coverage, known, leastCustomers } from "../evaluation.ts";
import { fitReader } from "../fit-reader.ts";
import { blank, numbers, texts } from "../tables.ts";
import { createPrior, type Pulls } from "./choice-pulls.ts";

/** The population's shares of some choices (categories, brands, channels) and how many lines of one's own they weigh as much as. */
export interface FittedShares {
  readonly choices: readonly string[];
  readonly shares: readonly number[];
  readonly concentration: number;
  /** Days in which a line loses half its weight; without it all lines count alike. */
  readonly half_life?: number;
  /** What draws a customer's shares in the place of the population's. */
  readonly pulls?: Pulls;
}

export const readShares = fitReader<FittedShares>("shares", {
  choices: "list",
  shares: "list",
  concentration: "number",
  half_life: "number?",
  pulls: "object?",
});

/** Lines by how long ago the latest was, in quarters of a line and at least one. */
export function weighed(count: number, pauseDays: number, halfLife: number): number {
  return Math.max(0.25, Math.round(4 * count * 2 ** (-Math.max(0, pauseDays) / halfLife)) / 4);
}

export interface Chooser {
  readonly customer: string;
  readonly counts: Counts;
}

/** Which columns of a counts table name the choice and how often it was made. */
export interface ShareColumns {
  readonly choice: string;
  readonly count: string;
}

export const shareParams = {
  prior_weight: {
    kind: "number",
    default: 1,
    min: 0.01,
    max: 100,
    label: "Weight of the population",
    help: "Times the fitted weight: more draws everybody nearer to the population's shares.",
  },
} as const satisfies ParamSpecs;

/** Counts by customer and choice, customers in order of their id, choices in order of their index. Files have a customer's rows together,
 *  which is used and not relied on. */
export function choosersOf(table: ColumnTable, columns: ShareColumns, choices: readonly string[]): Chooser[] {
  const index = new Map(choices.map((name, at) => [name, at]));
  const ids = texts(table, "customer_id");
  const names = texts(table, columns.choice);
  const counts = numbers(table, columns.count);
  const runs: { readonly customer: string; readonly counts: (readonly [number, number])[] }[] = [];
  let isAscending = true;
  for (let at = 0; at < table.rows; at++) {
    const choice = index.get(names[at] ?? "");
    const count = counts[at] ?? 0;
    if (choice === undefined || !(count > 0)) continue;
    const customer = ids[at] ?? "";
    const last = runs.at(-1);
    if (last?.customer === customer) {
      last.counts.push([choice, count]);
      continue;
    }
    if (last && last.customer > customer) isAscending = false;
    runs.push({ customer, counts: [[choice, count]] });
  }
  if (!isAscending) runs.sort((a, b) => (a.customer < b.customer ? -1 : a.customer > b.customer ? 1 : 0));
  const found: Chooser[] = [];
  for (let at = 0; at < runs.length; ) {
    const { customer, counts: own } = runs[at] ?? { customer: "", counts: [] };
    for (at++; runs[at]?.customer === customer; at++) own.push(...(runs[at]?.counts ?? []));
    found.push({ customer, counts: inOrder(own) });
  }
  return found;
}

/** Pairs in order of the choice, those of one choice added up. */
function inOrder(pairs: (readonly [number, number])[]): Counts {
  const isRising = pairs.every(([choice], at) => at === 0 || (pairs[at - 1]?.[0] ?? -1) < choice);
  if (isRising) return pairs;
  const found: [number, number][] = [];
  for (const [choice, count] of pairs.sort(([a], [b]) => a - b)) {
    const last = found.at(-1);
    if (last?.[0] === choice) last[1] += count;
    else found.push([choice, count]);
  }
  return found;
}

export function totalOf(counts: Counts): number {
  return counts.reduce((sum, [, count]) => sum + count, 0);
}

export function fitShares(table: ColumnTable, columns: ShareColumns, priorWeight: number): Json {
  const choices = [...new Set(texts(table, columns.choice).map((name) => name ?? ""))].sort();
  const choosers = choosersOf(table, columns, choices);
  if (choosers.length === 0) return null;
  const own = choosers.map(({ counts }) => counts);
  const { concentration, shares } = fitDirichlet(own, choices.length);
  return { choices, shares, concentration: concentration * priorWeight };
}

interface Ranked {
  readonly choice: number;
  readonly count: number;
  readonly affinity: number;
}

/** Choices by shrunk share, greatest first; equal shares in order of their name. Whatever somebody never chose stands in the
 *  population's order, so that few of them need to be looked at for the first `most`. */
export function createRanking(fitted: FittedShares): (counts: Counts, most?: number) => Ranked[] {
  const { shares, pulls } = fitted;
  const priorOf = createPrior(pulls, shares);
  const popular = Array.from(fitted.shares.keys()).sort(
    (a, b) => (fitted.shares[b] ?? 0) - (fitted.shares[a] ?? 0) || a - b,
  );
  return (counts, most = fitted.shares.length) => {
    const own = new Map(counts);
    const total = totalOf(counts) + fitted.concentration;
    const candidates = new Set([...own.keys(), ...popular.slice(0, most + own.size), ...(pulls?.of ?? [])]);
    const prior = priorOf(counts);
    return [...candidates]
      .map((choice) => {
        const count = own.get(choice) ?? 0;
        return { choice, count, affinity: (count + fitted.concentration * prior(choice)) / total };
      })
      .sort((a, b) => b.affinity - a.affinity || a.choice - b.choice)
      .slice(0, most);
  };
}

/** 80 % limits of a share: the posterior is Beta(κπ + k, the rest). */
function limitsOf(fitted: FittedShares, affinity: number, n: number): [number, number] {
  const total = n + fitted.concentration;
  const alpha = Math.max(1e-6, affinity * total);
  const beta = Math.max(1e-6, total - alpha);
  return fitted.shares.length < 2 ? [1, 1] : betaLimits(alpha, beta);
}

export interface Affinity extends Ranked {
  readonly low: number;
  readonly high: number;
}

/** Shrunk shares of one customer with their 80 % limits, greatest first. */
export function affinities(fitted: FittedShares, counts: Counts, most?: number): Affinity[] {
  const n = totalOf(counts);
  return createRanking(fitted)(counts, most).map((one) => {
    const [low, high] = limitsOf(fitted, one.affinity, n);
    return { ...one, low, high };
  });
}

export interface Scored {
  readonly ids: string[];
  readonly choosers: readonly Chooser[];
  readonly top: (string | null)[];
  readonly share: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly lists: (readonly string[] | null)[];
}

const listed = 5;

/** The first choice of each customer with its limits, and the first five. Limits are remembered: among many customers few differ in
 *  choice, count of it and count in all. */
export function scoreShares(table: ColumnTable, columns: ShareColumns, fitted: FittedShares | null): Scored {
  const choosers = fitted ? choosersOf(table, columns, fitted.choices) : [];
  const n = choosers.length;
  const scored: Scored = {
    ids: choosers.map(({ customer }) => customer),
    choosers,
    top: new Array<string | null>(n).fill(null),
    share: blank(n),
    low: blank(n),
    high: blank(n),
    lists: new Array<readonly string[] | null>(n).fill(null),
  };
  if (!fitted) return scored;
  const ranking = createRanking(fitted);
  const seen = new Map<string, [number, number]>();
  for (const [at, { counts }] of choosers.entries()) {
    const best = ranking(counts, listed);
    const [first] = best;
    if (!first) continue;
    const total = totalOf(counts);
    const key = `${first.choice} ${fitted.pulls ? first.affinity : first.count} ${total}`;
    const limits = seen.get(key) ?? limitsOf(fitted, first.affinity, total);
    seen.set(key, limits);
    scored.top[at] = fitted.choices[first.choice] ?? null;
    scored.share[at] = first.affinity;
    [scored.low[at], scored.high[at]] = limits;
    scored.lists[at] = best.map(({ choice }) => fitted.choices[choice] ?? "");
  }
  return scored;
}

/** P(K = k) of a beta-binomial: k of n choices. */
function betaBinomial(k: number, n: number, alpha: number, beta: number): number {
  const choose = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1);
  return Math.exp(choose + lbeta(k + alpha, n - k + beta) - lbeta(alpha, beta));
}

/** Where the next choices of a customer's first one fall in their predictive distribution. */
function placeOf(
  fitted: FittedShares,
  top: Ranked | undefined,
  n: number,
  next: ReadonlyMap<string, number>,
): { below: number; at: number } {
  const total = n + fitted.concentration;
  const alpha = Math.max(1e-6, (top?.affinity ?? 0) * total);
  const beta = Math.max(1e-6, total - alpha);
  const lines = [...next.values()].reduce((sum, count) => sum + count, 0);
  const k = next.get(fitted.choices[top?.choice ?? 0] ?? "") ?? 0;
  let below = 0;
  for (let i = 0; i < k; i++) below += betaBinomial(i, lines, alpha, beta);
  return { below, at: betaBinomial(k, lines, alpha, beta) };
}

/** What each customer chose after the cut; choices that the fit doesn't know count, and can't be foreseen. */
export function chosenAfter(outcomes: ColumnTable, columns: ShareColumns, leftOut: (choice: string) => boolean) {
  const ids = texts(outcomes, "customer_id");
  const names = texts(outcomes, columns.choice);
  const counts = numbers(outcomes, columns.count);
  const found = new Map<string, Map<string, number>>();
  for (let at = 0; at < outcomes.rows; at++) {
    const name = names[at] ?? "";
    if (leftOut(name)) continue;
    const own = found.get(ids[at] ?? "") ?? new Map<string, number>();
    found.set(ids[at] ?? "", own.set(name, (own.get(name) ?? 0) + (counts[at] ?? 0)));
  }
  return found;
}

interface Judged {
  readonly counts: ColumnTable;
  readonly outcomes: ColumnTable;
  readonly columns: ShareColumns;
  readonly fitted: FittedShares | null;
  readonly seed: number;
  readonly recallAt: readonly number[];
  readonly leftOut?: (choice: string) => boolean;
}

const rarest = 1e-6;

/** Recall of the first choices against the population's, log loss of the choices against its shares, and coverage of the limits. */
export function evaluateShares(judged: Judged): readonly Evaluation[] {
  const { counts, outcomes, columns, fitted, seed, recallAt, leftOut = () => false } = judged;
  // where there is but one choice nobody can be wrong
  if (!fitted || fitted.choices.length < 2) return [];
  const before = new Map(choosersOf(counts, columns, fitted.choices).map((one) => [one.customer, one.counts]));
  const after = [...chosenAfter(outcomes, columns, leftOut)]
    .filter(([id]) => before.has(id))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const n = after.length;
  if (n < leastCustomers) return [];
  const ranking = createRanking(fitted);
  const most = Math.max(...recallAt);
  const nameOf = ({ choice }: Ranked) => fitted.choices[choice] ?? "";
  const popular = ranking([], most).map(nameOf);
  const lists = after.map(([id]) => ranking(before.get(id) ?? [], most));
  const recall = (list: readonly string[], actual: ReadonlyMap<string, number>, k: number) =>
    list.slice(0, k).filter((name) => actual.has(name)).length / Math.min(k, actual.size);
  const recalls = recallAt.map((k) => {
    const own = Float64Array.from(after, ([, actual], at) => recall((lists[at] ?? []).map(nameOf), actual, k));
    const naive = Float64Array.from(after, ([, actual]) => recall(popular, actual, k));
    return compare({
      metric: `recall_at_${k}`,
      own: meanInterval(own),
      baseline: "popularity",
      naive: meanInterval(naive).value,
      n,
      better: "higher",
      pairs: { own, naive },
    });
  });
  const index = new Map(fitted.choices.map((name, at) => [name, at]));
  const priorOf = createPrior(fitted.pulls, fitted.shares);
  const lossOf = (own: Counts, actual: ReadonlyMap<string, number>) => {
    const mine = new Map(own);
    const prior = priorOf(own);
    const total = totalOf(own) + fitted.concentration;
    let [loss, lines] = [0, 0];
    for (const [name, count] of actual) {
      const at = index.get(name);
      const share = at === undefined ? 0 : (mine.get(at) ?? 0) + fitted.concentration * prior(at);
      loss -= count * Math.log(Math.max(rarest, share / total));
      lines += count;
    }
    return loss / Math.max(1, lines);
  };
  const losses = {
    own: Float64Array.from(after, ([id, actual]) => lossOf(before.get(id) ?? [], actual)),
    naive: Float64Array.from(after, ([, actual]) => lossOf([], actual)),
  };
  const loss = compare({
    metric: "log_loss",
    own: meanInterval(losses.own),
    baseline: "shares of all customers",
    naive: meanInterval(losses.naive).value,
    n,
    better: "lower",
    pairs: losses,
  });
  const places = after.map(([id, actual], at) =>
    placeOf(fitted, lists[at]?.[0], totalOf(before.get(id) ?? []), actual),
  );
  return known([
    ...recalls,
    ...(fitted.choices.length > 1 ? [loss] : []),
    coverage(
      Float64Array.from(places, ({ below }) => below),
      Float64Array.from(places, ({ at }) => at),
      seed,
    ),
  ]);
}

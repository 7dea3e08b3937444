import type { Json } from "../../../shared/base/canonical-json.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import { betaQuantile } from "../../numeric/distributions.ts";
import { meanInterval } from "../../numeric/scoring.ts";
import { type Counts, fitDirichlet } from "../../numeric/shrinkage.ts";
import { lbeta, lgamma } from "../../numeric/special-functions.ts";
import { defineModel } from "../define.ts";
import { compare, coverage, known, leastCustomers } from "../evaluation.ts";
import { blank, numbers, requireTable, rowsByCustomer, scoreTable, texts } from "../tables.ts";

interface Fitted {
  readonly categories: readonly string[];
  readonly shares: readonly number[];
  readonly concentration: number;
}

interface Basket {
  readonly customer: string;
  readonly counts: Counts;
}

/** Lines by customer and category, customers in order of their id, categories in order of their index. */
function basketsOf(counts: ColumnTable, categories: readonly string[]): Basket[] {
  const index = new Map(categories.map((name, at) => [name, at]));
  const ids = texts(counts, "customer_id");
  const names = texts(counts, "category");
  const lines = numbers(counts, "n_lines");
  const found = new Map<string, [number, number][]>();
  for (let at = 0; at < counts.rows; at++) {
    const category = index.get(names[at] ?? "");
    if (category === undefined || !((lines[at] ?? 0) > 0)) continue;
    const own = found.get(ids[at] ?? "");
    if (own) own.push([category, lines[at] ?? 0]);
    else found.set(ids[at] ?? "", [[category, lines[at] ?? 0]]);
  }
  const sorted = [...found].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([customer, pairs]) => ({ customer, counts: pairs.sort(([a], [b]) => a - b) }));
}

function linesOf(counts: Counts): number {
  return counts.reduce((sum, [, count]) => sum + count, 0);
}

/** Categories by shrunk share, greatest first; equal shares in order of their name. */
function ranked(fitted: Fitted, counts: Counts): { category: number; lines: number; affinity: number }[] {
  const own = new Map(counts);
  const total = linesOf(counts) + fitted.concentration;
  return fitted.shares
    .map((share, category) => {
      const lines = own.get(category) ?? 0;
      return { category, lines, affinity: (lines + fitted.concentration * share) / total };
    })
    .sort((a, b) => b.affinity - a.affinity || a.category - b.category);
}

/** 80 % limits of a share: the posterior is Beta(κπ + k, the rest). */
function limitsOf(fitted: Fitted, affinity: number, n: number): [number, number] {
  const total = n + fitted.concentration;
  const alpha = Math.max(1e-6, affinity * total);
  const beta = Math.max(1e-6, total - alpha);
  return fitted.shares.length < 2 ? [1, 1] : [betaQuantile(0.1, alpha, beta), betaQuantile(0.9, alpha, beta)];
}

/** Shrunk shares of all categories of one customer with their 80 % limits, greatest first. */
export function affinities(
  fitted: Fitted,
  counts: Counts,
): { category: number; affinity: number; low: number; high: number; lines: number }[] {
  const n = linesOf(counts);
  return ranked(fitted, counts).map((one) => {
    const [low, high] = limitsOf(fitted, one.affinity, n);
    return { ...one, low, high };
  });
}

/** Remembers limits: among many customers few differ in category, lines of it and lines in all. */
function createLimits(
  fitted: Fitted,
): (top: { category: number; lines: number; affinity: number }, n: number) => [number, number] {
  const seen = new Map<string, [number, number]>();
  return ({ category, lines, affinity }, n) => {
    const key = `${category} ${lines} ${n}`;
    const found = seen.get(key) ?? limitsOf(fitted, affinity, n);
    seen.set(key, found);
    return found;
  };
}

/** P(K = k) of a beta-binomial: k of n lines in a category. */
function betaBinomial(k: number, n: number, alpha: number, beta: number): number {
  const choose = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1);
  return Math.exp(choose + lbeta(k + alpha, n - k + beta) - lbeta(alpha, beta));
}

/** Where the next lines of a customer's top category fall in their predictive distribution. */
function placeOf(fitted: Fitted, counts: Counts, next: ReadonlyMap<string, number>): { below: number; at: number } {
  const [top] = ranked(fitted, counts);
  const total = linesOf(counts) + fitted.concentration;
  const alpha = Math.max(1e-6, (top?.affinity ?? 0) * total);
  const n = [...next.values()].reduce((sum, lines) => sum + lines, 0);
  const k = next.get(fitted.categories[top?.category ?? 0] ?? "") ?? 0;
  let below = 0;
  for (let i = 0; i < k; i++) below += betaBinomial(i, n, alpha, Math.max(1e-6, total - alpha));
  return { below, at: betaBinomial(k, n, alpha, Math.max(1e-6, total - alpha)) };
}

/** What each customer bought after the cut: lines by category. Products of no known category, which stand as one called "all",
 *  are left out unless the retailer has a category of that name. */
function boughtAfter(outcomes: ColumnTable, categoriesKnown: readonly string[]): Map<string, Map<string, number>> {
  const ids = texts(outcomes, "customer_id");
  const categories = texts(outcomes, "category");
  const lines = numbers(outcomes, "n_lines");
  const found = new Map<string, Map<string, number>>();
  for (let at = 0; at < outcomes.rows; at++) {
    if (categories[at] === "all" && !categoriesKnown.includes("all")) continue;
    const own = found.get(ids[at] ?? "") ?? new Map<string, number>();
    found.set(ids[at] ?? "", own.set(categories[at] ?? "", lines[at] ?? 0));
  }
  return found;
}

export const categoryAffinity = defineModel({
  name: "category_affinity",
  version: 3,
  title: "Category affinity",
  group: "preferences",
  inputs: { counts: { feature: "category_counts" } },
  params: {
    prior_weight: {
      kind: "number",
      default: 1,
      min: 0.01,
      max: 100,
      label: "Weight of the population",
      help: "Times the fitted weight: more draws everybody nearer to the population's shares.",
    },
  },
  outputs: [
    { name: "top_category", type: "VARCHAR" },
    { name: "top_category_affinity", type: "DOUBLE", unit: "share" },
    { name: "top_category_affinity_low", type: "DOUBLE", unit: "share" },
    { name: "top_category_affinity_high", type: "DOUBLE", unit: "share" },
    { name: "categories", type: "VARCHAR[]" },
  ],
  card: {
    purpose: "Which categories a customer's next purchases will come from, and how sure that is.",
    method:
      "Dirichlet-multinomial shrinkage: the customer's lines by category plus a prior of the population's shares, whose weight and shares are fitted by maximum likelihood (Minka's fixed point). Limits are those of the share.",
    references: [
      "Minka (2000): Estimating a Dirichlet distribution.",
      "Wagner & Taudes (1986): A multivariate Polya model of brand choice and purchase incidence, Marketing Science 5(3).",
    ],
    assumptions: ["Taste changes slowly.", "Lines count alike, whatever they cost."],
    limits: ["Without a product's category there is no score.", "Says nothing of when somebody buys."],
    metrics: [
      "recall at 1 and at 3 of the categories bought after the cut, against the population's most bought ones",
      "coverage of the 80 % limits by the top category's lines after the cut",
    ],
  },
  fit: (inputs, params): Json => {
    const counts = requireTable(inputs, "counts");
    const categories = [...new Set(texts(counts, "category").map((name) => name ?? ""))].sort();
    const baskets = basketsOf(counts, categories);
    if (baskets.length === 0) return null;
    const own = baskets.map((basket) => basket.counts);
    const { concentration, shares } = fitDirichlet(own, categories.length);
    return { categories, shares, concentration: concentration * Number(params.prior_weight) };
  },
  score: (inputs, json) => {
    const fitted = json as unknown as Fitted | null;
    const baskets = fitted ? basketsOf(requireTable(inputs, "counts"), fitted.categories) : [];
    const n = baskets.length;
    const [share, low, high] = [blank(n), blank(n), blank(n)];
    const top = new Array<string | null>(n).fill(null);
    const categories = new Array<readonly string[] | null>(n).fill(null);
    const limits = fitted ? createLimits(fitted) : undefined;
    for (const [at, { counts }] of baskets.entries()) {
      const best = fitted ? ranked(fitted, counts).slice(0, 5) : [];
      const [first] = best;
      if (!fitted || !limits || !first) continue;
      top[at] = fitted.categories[first.category] ?? null;
      share[at] = first.affinity;
      [low[at], high[at]] = limits(first, linesOf(counts));
      categories[at] = best.map(({ category }) => fitted.categories[category] ?? "");
    }
    const outputs = {
      top_category: top,
      top_category_affinity: share,
      top_category_affinity_low: low,
      top_category_affinity_high: high,
      categories,
    };
    const enough = Float64Array.from(baskets, ({ counts }) => (linesOf(counts) >= 3 ? 1 : 0));
    const ids = baskets.map(({ customer }) => customer);
    return scoreTable(ids, outputs, { enough, reason: new Array<string | null>(n).fill(null) });
  },
  evaluate: (inputs, scores, holdout, json, _, { seed }) => {
    const fitted = json as unknown as Fitted | null;
    if (!fitted) return [];
    const rows = rowsByCustomer(scores);
    const after = [...boughtAfter(holdout.outcomeCategories, fitted.categories)].filter(([id]) => rows.has(id));
    const n = after.length;
    if (n < leastCustomers) return [];
    const lists = scores.columns.categories as (readonly string[] | null)[];
    const popular = ranked(fitted, []).map(({ category }) => fitted.categories[category] ?? "");
    const recall = (list: readonly string[], actual: ReadonlyMap<string, number>, k: number) =>
      list.slice(0, k).filter((name) => actual.has(name)).length / Math.min(k, actual.size);
    const recalls = [1, 3].map((k) => {
      const own = after.map(([id, actual]) => recall(lists[rows.get(id) ?? 0] ?? [], actual, k));
      const naive = meanInterval(Float64Array.from(after, ([, actual]) => recall(popular, actual, k))).value;
      const measured = meanInterval(Float64Array.from(own));
      return compare({ metric: `recall_at_${k}`, own: measured, baseline: "popularity", naive, n, better: "higher" });
    });
    const baskets = new Map(
      basketsOf(requireTable(inputs, "counts"), fitted.categories).map((one) => [one.customer, one]),
    );
    const places = after.map(([id, actual]) => placeOf(fitted, baskets.get(id)?.counts ?? [], actual));
    const below = Float64Array.from(places, (place) => place.below);
    return known([
      ...recalls,
      coverage(
        below,
        Float64Array.from(places, ({ at }) => at),
        seed,
      ),
    ]);
  },
});

import type { Json } from "../../../shared/base/canonical-json.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import { meanInterval } from "../../numeric/scoring.ts";
import { betaLimits, fitConcentration } from "../../numeric/shrinkage.ts";
import { defineModel } from "../define.ts";
import { numbers, requireTable, rowsByCustomer, scoreTable, texts } from "../tables.ts";

interface Fitted {
  readonly categories: readonly string[];
  readonly shares: readonly number[];
  readonly concentration: number;
}

interface Basket {
  readonly customer: string;
  readonly counts: [number, number][];
}

/** Lines by customer and category, customers in order of their id. */
function baskets(counts: ColumnTable, indexOf: (category: string) => number): Basket[] {
  const ids = texts(counts, "customer_id");
  const categories = texts(counts, "category");
  const lines = numbers(counts, "n_lines");
  const found = new Map<string, [number, number][]>();
  for (let at = 0; at < counts.rows; at++) {
    const index = indexOf(categories[at] ?? "");
    if (index < 0) continue;
    const own = found.get(ids[at] ?? "");
    if (own) own.push([index, lines[at] ?? 0]);
    else found.set(ids[at] ?? "", [[index, lines[at] ?? 0]]);
  }
  return [...found].map(([customer, pairs]) => ({ customer, counts: pairs.sort(([a], [b]) => a - b) })).sort((a, b) => (a.customer < b.customer ? -1 : 1));
}

/** Shrunk shares of a customer's categories. */
export function affinities(fitted: Fitted, counts: readonly (readonly [number, number])[]): { category: number; affinity: number; low: number; high: number; lines: number }[] {
  const own = new Map(counts);
  const n = counts.reduce((sum, [, count]) => sum + count, 0);
  const total = n + fitted.concentration;
  return fitted.shares
    .map((share, category) => {
      const lines = own.get(category) ?? 0;
      const alpha = Math.max(1e-6, lines + fitted.concentration * share);
      const [low, high] = betaLimits(alpha, Math.max(1e-6, total - alpha));
      return { category, affinity: alpha / total, low, high, lines };
    })
    .sort((a, b) => b.affinity - a.affinity || a.category - b.category);
}

export const categoryAffinity = defineModel({
  name: "category_affinity",
  version: 1,
  title: "Category affinity",
  group: "preferences",
  inputs: { counts: { feature: "category_counts" } },
  params: {},
  outputs: [
    { name: "top_category", type: "VARCHAR" },
    { name: "top_category_affinity", type: "DOUBLE", unit: "share" },
    { name: "top_category_affinity_low", type: "DOUBLE", unit: "share" },
    { name: "top_category_affinity_high", type: "DOUBLE", unit: "share" },
    { name: "categories", type: "VARCHAR[]" },
  ],
  card: {
    purpose: "Which categories a customer's next purchases will come from, and how sure that is.",
    method: "Dirichlet-multinomial shrinkage: the customer's lines by category plus a prior of the population's shares, whose weight is fitted by maximum likelihood. Limits are those of the share.",
    references: ["Minka (2000): Estimating a Dirichlet distribution.", "Wagner & Taudes (1986): A multivariate Polya model of brand choice and purchase incidence, Marketing Science 5(3)."],
    assumptions: ["Taste changes slowly.", "Lines count alike, whatever they cost."],
    limits: ["Without a product's category there is no score.", "Says nothing of when somebody buys."],
    metrics: ["recall at 1 and at 3 of the categories bought after the cut, against the population's most bought ones"],
  },
  fit: (inputs): Json => {
    const counts = requireTable(inputs, "counts");
    const totals = new Map<string, number>();
    const names = texts(counts, "category");
    const lines = numbers(counts, "n_lines");
    for (let at = 0; at < counts.rows; at++) totals.set(names[at] ?? "", (totals.get(names[at] ?? "") ?? 0) + (lines[at] ?? 0));
    const categories = [...totals.keys()].sort();
    const all = [...totals.values()].reduce((sum, n) => sum + n, 0);
    if (all === 0) return null;
    const shares = categories.map((name) => (totals.get(name) ?? 0) / all);
    const index = new Map(categories.map((name, at) => [name, at]));
    const sample = baskets(counts, (name) => index.get(name) ?? -1).slice(0, 20_000);
    return { categories, shares, concentration: categories.length > 1 ? fitConcentration(sample.map(({ counts: pairs }) => pairs), shares) : 1 };
  },
  score: (inputs, json) => {
    const fitted = json as unknown as Fitted | null;
    const counts = requireTable(inputs, "counts");
    const index = new Map((fitted?.categories ?? []).map((name, at) => [name, at]));
    const found = fitted ? baskets(counts, (name) => index.get(name) ?? -1) : [];
    const n = found.length;
    const top = new Array<string | null>(n).fill(null);
    const [share, low, high, enough] = [new Float64Array(n), new Float64Array(n), new Float64Array(n), new Float64Array(n)];
    const ranked = new Array<readonly string[] | null>(n).fill(null);
    for (const [at, basket] of found.entries()) {
      if (!fitted) break;
      const best = affinities(fitted, basket.counts);
      top[at] = fitted.categories[best[0]?.category ?? 0] ?? null;
      share[at] = best[0]?.affinity ?? Number.NaN;
      low[at] = best[0]?.low ?? Number.NaN;
      high[at] = best[0]?.high ?? Number.NaN;
      enough[at] = basket.counts.reduce((sum, [, count]) => sum + count, 0) >= 3 ? 1 : 0;
      ranked[at] = best.slice(0, 5).map(({ category }) => fitted.categories[category] ?? "");
    }
    const outputs = { top_category: top, top_category_affinity: share, top_category_affinity_low: low, top_category_affinity_high: high, categories: ranked };
    return scoreTable(found.map(({ customer }) => customer), outputs, { enough, reason: new Array<string | null>(n).fill(null) });
  },
  evaluate: (_, scores, holdout, json) => {
    const fitted = json as unknown as Fitted | null;
    if (!fitted) return [];
    const rows = rowsByCustomer(scores);
    const bought = new Map<number, Set<string>>();
    const ids = texts(holdout.outcomeCategories, "customer_id");
    const categories = texts(holdout.outcomeCategories, "category");
    for (let at = 0; at < holdout.outcomeCategories.rows; at++) {
      const row = rows.get(ids[at] ?? "");
      if (row === undefined) continue;
      const own = bought.get(row) ?? new Set();
      own.add(categories[at] ?? "");
      bought.set(row, own);
    }
    if (bought.size < 20) return [];
    const ranked = scores.columns["categories"] as (readonly string[] | null)[];
    const popular = fitted.categories.map((name, at) => [name, fitted.shares[at] ?? 0] as const).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([name]) => name);
    return [1, 3].map((k) => {
      const recall = (list: readonly string[], actual: ReadonlySet<string>) => list.slice(0, k).filter((name) => actual.has(name)).length / Math.min(k, actual.size);
      const own = meanInterval(Float64Array.from(bought, ([row, actual]) => recall(ranked[row] ?? [], actual)));
      const naive = meanInterval(Float64Array.from(bought, ([, actual]) => recall(popular, actual)));
      return { metric: `recall_at_${k}`, ...own, baseline: "popularity", baselineValue: naive.value, n: bought.size, higherIsBetter: true, beatsBaseline: own.value > naive.value };
    });
  },
});

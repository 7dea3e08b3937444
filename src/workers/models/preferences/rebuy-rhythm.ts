import type { ColumnTable } from "../../../shared/domain/column.ts";
import type { LogIntervals } from "../../numeric/renewal-lognormal.ts";
import { varianceComponents } from "../../numeric/shrinkage.ts";
import { fitReader } from "../fit-reader.ts";
import { numbers, texts } from "../tables.ts";

export interface Rhythm extends LogIntervals {
  readonly level: string;
  readonly item: string;
  readonly category: string | null;
  readonly n_intervals: number;
  readonly n_customers: number;
}

export interface FittedRhythms {
  readonly rhythms: readonly Rhythm[];
  /** Median days between purchases of any one product, by category; "" for all. */
  readonly category_days: Readonly<Record<string, number>>;
}

export const readRhythms = fitReader<FittedRhythms>("replenishment", { rhythms: "list", category_days: "object" });

/** One customer's purchases of one item. */
export interface Pair {
  readonly customer: string;
  readonly level: string;
  readonly item: string;
  readonly category: string | null;
  readonly days: number;
  readonly lastOn: number;
  /** Days since then. */
  readonly elapsed: number;
  readonly sum: number;
  readonly squares: number;
}

const millionth = 1e-6;

export function pairsOf(table: ColumnTable): Pair[] {
  const [ids, levels, items, categories] = ["customer_id", "level", "item", "category"].map((name) =>
    texts(table, name),
  );
  const [days, last, elapsed, sums, squares] = [
    "n_days",
    "last_on",
    "elapsed_days",
    "sum_log_interval",
    "sum_log_interval_sq",
  ].map((name) => numbers(table, name));
  return Array.from({ length: table.rows }, (_, at) => ({
    customer: ids?.[at] ?? "",
    level: levels?.[at] ?? "",
    item: items?.[at] ?? "",
    category: categories?.[at] ?? null,
    days: days?.[at] ?? 0,
    lastOn: last?.[at] ?? 0,
    elapsed: elapsed?.[at] ?? 0,
    sum: (sums?.[at] ?? 0) * millionth,
    squares: (squares?.[at] ?? 0) * millionth,
  }));
}

interface Gathered {
  readonly level: string;
  readonly item: string;
  readonly category: string | null;
  readonly n: number[];
  readonly sums: number[];
  readonly squares: number[];
}

function gather(pairs: readonly Pair[], keyOf: (pair: Pair) => string): Map<string, Gathered> {
  const found = new Map<string, Gathered>();
  for (const pair of pairs) {
    if (pair.days < 2) continue;
    const key = keyOf(pair);
    const own = found.get(key) ?? { ...pair, n: [], sums: [], squares: [] };
    found.set(key, own);
    own.n.push(pair.days - 1);
    own.sums.push(pair.sum);
    own.squares.push(pair.squares);
  }
  return found;
}

const components = ({ n, sums, squares }: Gathered) =>
  varianceComponents(Float64Array.from(n), Float64Array.from(sums), Float64Array.from(squares));

/** Intervals of a category that an item's own mean and variance weigh as much as. */
const itemWeight = 10;
/** Intervals beyond the first of each customer, which tell of an item's own regularity, before it is believed. */
const leastRepeated = 20;
/** Variances below this are of a clock, not of people. */
const leastVariance = 0.01;

/** Items whose buyers come back to them at intervals less spread than chance would have them. The logarithms of exponential
 *  intervals have a standard deviation of π/√6 = 1.28; `mostSpread` is where a rhythm ends. */
export function fitRhythms(pairs: readonly Pair[], mostSpread: number): FittedRhythms | null {
  const byItem = gather(pairs, ({ level, item }) => `${level}\u001f${item}`);
  if (byItem.size === 0) return null;
  const products = pairs.filter(({ level }) => level === "product");
  const [all] = gather(products.length > 0 ? products : pairs, () => "").values();
  const overall = all ? components(all) : { mean: Math.log(30), within: 1, between: 0.3 };
  const byCategory = new Map(
    [...gather(products, ({ category }) => category ?? "")].map(([category, own]) => [category, components(own)]),
  );
  const rhythms = [...byItem.values()]
    .map((own): Rhythm & { readonly isRegular: boolean } => {
      const { mean, within, between } = components(own);
      const prior = (own.level === "product" ? byCategory.get(own.category ?? "") : undefined) ?? overall;
      const n = own.n.reduce((sum, k) => sum + k, 0);
      const shrunk = (mine: number, theirs: number, weight: number) =>
        (weight * mine + itemWeight * theirs) / (weight + itemWeight);
      const repeated = Math.max(0, n - own.n.length);
      const isRegular = repeated >= leastRepeated && Math.sqrt(within) <= mostSpread;
      return {
        isRegular,
        level: own.level,
        item: own.item,
        category: own.category,
        mean: shrunk(mean, prior.mean, n),
        within: Math.max(leastVariance, shrunk(within, prior.within, repeated)),
        between: Math.max(leastVariance, shrunk(between, prior.between, own.n.length)),
        n_intervals: n,
        n_customers: own.n.length,
      };
    })
    .filter(({ within, isRegular }) => isRegular && Math.sqrt(within) <= mostSpread)
    .map(({ isRegular: _, ...rhythm }) => rhythm)
    .sort((a, b) => (a.level === b.level ? (a.item < b.item ? -1 : 1) : a.level < b.level ? -1 : 1));
  const days = [...byCategory].map(([category, { mean }]): [string, number] => [category, Math.exp(mean)]);
  return { rhythms, category_days: Object.fromEntries([["", Math.exp(overall.mean)], ...days]) };
}

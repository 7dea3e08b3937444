import type { Evaluation } from "../../../shared/domain/model.ts";
import { ranked } from "../../numeric/top.ts";
import { compareMeans, known, leastCustomers } from "../evaluation.ts";
import { type BasketParams, type Baskets, createBothRankings, type FittedBaskets, listed } from "./next-basket-rank.ts";

export interface NextBasketCase {
  readonly baskets: Baskets;
  readonly next: readonly string[];
}

/** The customer's products by the number of baskets that hold them, then the most popular others. */
function frequencyRanking({ popularity, products }: FittedBaskets, most: number) {
  const popular = ranked(Float64Array.from(popularity)).slice(0, Math.min(products.length, most + 400));
  return (baskets: Baskets) => {
    const counts = new Map<number, number>();
    for (const basket of baskets) for (const product of basket) counts.set(product, (counts.get(product) ?? 0) + 1);
    const own = [...counts].sort(([a, n], [b, m]) => m - n || (popularity[b] ?? 0) - (popularity[a] ?? 0) || a - b);
    const rest = popular.filter((product) => !counts.has(product));
    return {
      own: [...own.map(([product]) => product), ...rest].slice(0, most),
      popular: popular.slice(0, most),
      new: rest.slice(0, most),
      bought: counts,
    };
  };
}

/** Recall of the next basket and of its repeats and explorations, beside own frequency and popularity. */
export function evaluateBaskets(
  fitted: FittedBaskets,
  params: BasketParams,
  index: ReadonlyMap<string, number>,
  cases: readonly NextBasketCase[],
): readonly Evaluation[] {
  if (cases.length < leastCustomers) return [];
  const k = Math.min(listed, Math.max(1, Math.floor(fitted.products.length / 4)));
  const rank = createBothRankings(fitted, params, k);
  const naive = frequencyRanking(fitted, k);
  const recall = (list: readonly number[], wanted: ReadonlySet<number>) =>
    list.filter((product) => wanted.has(product)).length / Math.min(k, wanted.size);
  const found = {
    all: { own: [] as number[], frequency: [] as number[], popular: [] as number[] },
    repeat: { own: [] as number[], frequency: [] as number[], popular: [] as number[] },
    new: { own: [] as number[], frequency: [] as number[], popular: [] as number[] },
  };
  for (const { baskets, next } of cases) {
    const wanted = new Set(next.map((id, at) => index.get(id) ?? -1 - at));
    const { own, popular, new: unbought, bought } = naive(baskets);
    const { whole: list, fresh: others } = rank(baskets, (product) => bought.has(product));
    const add = (
      key: keyof typeof found,
      some: ReadonlySet<number>,
      mine: readonly number[],
      plain: readonly number[],
    ) => {
      if (some.size === 0) return;
      found[key].own.push(recall(mine, some));
      found[key].frequency.push(recall(plain, some));
      found[key].popular.push(recall(popular, some));
    };
    add("all", wanted, list, own);
    add("repeat", new Set([...wanted].filter((product) => bought.has(product))), list, own);
    const fresh = new Set([...wanted].filter((product) => !bought.has(product)));
    add("new", fresh, others, unbought);
  }
  const measure = (metric: string, baseline: string, own: readonly number[], naive: readonly number[]) =>
    compareMeans({ metric, baseline, own, naive, better: "higher" });
  const often = "own most frequent, then popular";
  return known([
    ...measure(`recall_at_${k}`, often, found.all.own, found.all.frequency),
    ...measure(`recall_at_${k}_over_popularity`, "popularity of the last 90 days", found.all.own, found.all.popular),
    ...measure(`recall_at_${k}_repeat`, often, found.repeat.own, found.repeat.frequency),
    ...measure(`recall_at_${k}_new`, "popularity among products not bought yet", found.new.own, found.new.frequency),
  ]);
}

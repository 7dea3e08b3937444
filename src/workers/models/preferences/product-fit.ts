import { fitEase } from "../../numeric/ease.ts";
import { fitImplicitAls } from "../../numeric/implicit-als.ts";
import { itemNeighbours } from "../../numeric/item-neighbours.ts";
import { ranked, topOf } from "../../numeric/top.ts";
import { type Baskets, basketDefaults, fitBaskets } from "./next-basket-rank.ts";
import type { FittedProducts, RecommenderName } from "./product-recommend.ts";

export interface RecommenderParams {
  readonly shrinkage: number;
  readonly popularityDamping: number;
  readonly decay: number;
  readonly factors: number;
  readonly seed: number;
  readonly throwIfCancelled: () => void;
}

/** What is known of products whichever recommender there is. */
export type Known = Pick<FittedProducts, "products" | "popularity" | "again">;

const mostNeighbours = 30;
const mostEase = 800;
const easeNeighbours = 60;
const easeRegularisation = 200;
/** Products that ALS looks at, and what it is fitted with. */
const mostFactored = 5_000;
const als = { iterations: 6, alpha: 20, regularisation: 5 } as const;

const rounded = (value: number) => Number(value.toPrecision(6));

/** Histories in an order that only their products decide. */
export function inOrderOf(histories: readonly Int32Array[]): Int32Array[] {
  return histories
    .map((history) => ({ history, text: history.join(" ") }))
    .sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0))
    .map(({ history }) => history);
}

function mostBought(owners: readonly Int32Array[], items: number, most: number): number[] {
  const counts = new Float64Array(items);
  for (const own of owners) for (const item of own) counts[item] = (counts[item] ?? 0) + 1;
  if (items <= most) return Array.from(counts.keys()).filter((item) => (counts[item] ?? 0) > 0);
  return ranked(counts)
    .slice(0, most)
    .filter((item) => (counts[item] ?? 0) > 0)
    .sort((a, b) => a - b);
}

const none = {
  neighbours: [],
  similarities: [],
  factors: [],
  factor_products: [],
  n_factors: 0,
  alpha: 0,
  regularisation: 0,
};

/** Fits one recommender to what customers bought, in an order that doesn't depend on who they are. */
export function fitRecommender(
  recommender: RecommenderName,
  known: Known,
  bought: { readonly owners: readonly Int32Array[]; readonly baskets: readonly Baskets[] },
  params: RecommenderParams,
): FittedProducts {
  const { owners } = bought;
  const items = known.products.length;
  const base = { ...known, ...none, recommender, again_weight: 1 };
  if (recommender === "baskets") {
    const baskets = fitBaskets(known.products, known.popularity, bought.baskets, basketDefaults, params.seed);
    return { ...base, baskets };
  }
  if (recommender === "neighbours") {
    const { neighbours, similarities } = itemNeighbours(owners, items, {
      most: mostNeighbours,
      shrink: params.shrinkage,
      damping: params.popularityDamping,
    });
    return {
      ...base,
      neighbours: neighbours.map((row) => [...row]),
      similarities: similarities.map((row) => Array.from(row, rounded)),
    };
  }
  const chosen = mostBought(owners, items, recommender === "ease" ? mostEase : mostFactored);
  const place = new Map(chosen.map((item, at) => [item, at]));
  const inner = owners.map((own) => Int32Array.from(Array.from(own).flatMap((item) => place.get(item) ?? [])));
  if (recommender === "ease") return { ...base, ...easeRows(chosen, inner, items) };
  const { factors, seed, throwIfCancelled } = params;
  const fitted = fitImplicitAls(inner, chosen.length, { ...als, factors, seed, throwIfCancelled });
  return {
    ...base,
    factor_products: chosen,
    factors: Array.from(fitted.values, rounded),
    n_factors: factors,
    alpha: als.alpha,
    regularisation: als.regularisation,
  };
}

/** The greatest weights of each product, whichever their sign. */
function easeRows(chosen: readonly number[], owners: readonly Int32Array[], items: number) {
  const { values, items: n } = fitEase(owners, chosen.length, easeRegularisation);
  const neighbours: number[][] = Array.from({ length: items }, () => []);
  const similarities: number[][] = Array.from({ length: items }, () => []);
  const numbersBelow = Int32Array.from({ length: n }, (_, at) => at);
  for (const [at, item] of chosen.entries()) {
    const row = values.subarray(at * n, (at + 1) * n);
    const kept = topOf(numbersBelow, row.map(Math.abs), easeNeighbours).filter((other) => other !== at);
    neighbours[item] = kept.map((other) => chosen[other] ?? 0);
    similarities[item] = kept.map((other) => rounded(row[other] ?? 0));
  }
  return { neighbours, similarities };
}

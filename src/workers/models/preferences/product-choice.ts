import { fitEase } from "../../numeric/ease.ts";
import { fitImplicitAls } from "../../numeric/implicit-als.ts";
import { itemNeighbours } from "../../numeric/item-neighbours.ts";
import { topOf } from "../../numeric/top.ts";
import { draw } from "./next-basket-rank.ts";
import {
  createRanker,
  type FittedProducts,
  listed,
  popularOrder,
  type RecommenderName,
  recommenders,
} from "./product-recommend.ts";

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
  return topOf(counts.keys(), counts, items)
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

/** Fits one recommender to histories in an order that doesn't depend on whose they are. */
export function fitRecommender(
  recommender: RecommenderName,
  known: Known,
  owners: readonly Int32Array[],
  params: RecommenderParams,
): FittedProducts {
  const items = known.products.length;
  const base = { ...known, ...none, recommender, again_weight: 1 };
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
  for (const [at, item] of chosen.entries()) {
    const row = values.subarray(at * n, (at + 1) * n);
    const kept = topOf(row.keys(), row.map(Math.abs), easeNeighbours).filter((other) => other !== at);
    neighbours[item] = kept.map((other) => chosen[other] ?? 0);
    similarities[item] = kept.map((other) => rounded(row[other] ?? 0));
  }
  return { neighbours, similarities };
}

export interface TrialCase {
  /** Products before the quarter, latest first, and those bought in it. */
  readonly history: Int32Array;
  readonly next: readonly number[];
}

const mostCases = 1_000;
const mostTrialOwners = 6_000;
const leastCases = 50;
const againWeights = { neighbours: [1], ease: [0.1, 0.3, 1, 3], als: [0.1, 0.3, 1, 3] } as const;

export interface Choice {
  readonly recommender: RecommenderName;
  readonly againWeight: number;
  readonly recalls: Readonly<Record<`recall_${string}`, number>>;
}

/** Chooses by a quarter that was kept aside: the recommender by what it recalls of products never bought before, how far buying again
 *  counts by what the whole list recalls. Popularity stands beside them and isn't chosen. */
export function chooseRecommender(known: Known, cases: readonly TrialCase[], params: RecommenderParams): Choice {
  const ordered = [...cases].sort((a, b) => {
    const [x, y] = [`${a.history.join(" ")}|${a.next.join(" ")}`, `${b.history.join(" ")}|${b.next.join(" ")}`];
    return x < y ? -1 : x > y ? 1 : 0;
  });
  const owners = draw(ordered, mostTrialOwners).map(({ history }) => history);
  const judged = draw(
    ordered.filter(({ history, next }) => history.length > 0 && next.length > 0),
    mostCases,
  );
  if (judged.length < leastCases) return { recommender: "neighbours", againWeight: 1, recalls: {} };
  const before = beforePopularity(known, owners);
  const tried = recommenders.map((name) => {
    params.throwIfCancelled();
    const rank = createRanker(fitRecommender(name, before, owners, params), params.decay);
    const fresh = recallOf(judged, (history) => rank(history, new Set(history)).map(({ product }) => product), true);
    const all = againWeights[name].map((weight) => ({
      weight,
      recall: recallOf(judged, (history) => rank(history, new Set(), weight).map(({ product }) => product), false),
    }));
    const best = all.reduce((a, b) => (b.recall > a.recall + 1e-9 ? b : a));
    return { name, fresh, ...best };
  });
  const popular = popularOrder(before);
  const others = (history: readonly number[]) => {
    const own = new Set(history);
    return popular.filter((product) => !own.has(product)).slice(0, listed);
  };
  const winner = tried.reduce((a, b) => (b.fresh > a.fresh * 1.02 + 1e-9 ? b : a));
  return {
    recommender: winner.name,
    againWeight: winner.weight,
    recalls: Object.fromEntries([
      ...tried.flatMap(({ name, recall, fresh }) => [
        [`recall_${name}`, rounded(recall)],
        [`recall_${name}_new`, rounded(fresh)],
      ]),
      ["recall_popularity", rounded(recallOf(judged, () => popular.slice(0, listed), false))],
      ["recall_popularity_new", rounded(recallOf(judged, others, true))],
    ]),
  };
}

/** Popularity as it stood: products among the three latest of each. */
function beforePopularity(known: Known, owners: readonly Int32Array[]): Known {
  const counts = new Float64Array(known.products.length);
  let all = 0;
  for (const own of owners) {
    for (const item of own.slice(0, 3)) counts[item] = (counts[item] ?? 0) + 1;
    all += Math.min(3, own.length);
  }
  return { ...known, popularity: Array.from(counts, (n) => n / Math.max(1, all)) };
}

function recallOf(
  cases: readonly TrialCase[],
  list: (history: readonly number[]) => readonly number[],
  isNew: boolean,
): number {
  let [sum, n] = [0, 0];
  for (const { history, next } of cases) {
    const own = new Set(history);
    const wanted = isNew ? next.filter((product) => !own.has(product)) : next;
    if (wanted.length === 0) continue;
    const found = new Set(list([...history]));
    sum += wanted.filter((product) => found.has(product)).length / Math.min(listed, wanted.length);
    n++;
  }
  return n > 0 ? sum / n : 0;
}

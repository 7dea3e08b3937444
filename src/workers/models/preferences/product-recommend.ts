import { BestOf } from "../../numeric/best-of.ts";
import { createAlsSolver } from "../../numeric/implicit-als.ts";
import { topOf } from "../../numeric/top.ts";
import { fitReader } from "../fit-reader.ts";
import {
  basketDefaults,
  createBothRankings,
  createScoredRanking,
  type FittedBaskets,
  popularityScore,
} from "./next-basket-rank.ts";

export const recommenders = ["neighbours", "ease", "als", "baskets"] as const;
export type RecommenderName = (typeof recommenders)[number];

export interface FittedProducts {
  readonly products: readonly string[];
  /** Share of the last quarter's buyers; where nobody bought of late, of all buyers. */
  readonly popularity: readonly number[];
  /** Chance that a buyer buys the same again, shrunk to that of all products. */
  readonly again: readonly number[];
  readonly recommender: RecommenderName;
  /** No recommender foretold more than popularity did: the popular products go first, whatever somebody bought. */
  readonly falls_back?: boolean;
  /** How far buying the same again counts beside the recommender's scores. */
  readonly again_weight: number;
  /** Products that one speaks for, and how much: of neighbours and of EASE. */
  readonly neighbours: readonly (readonly number[])[];
  readonly similarities: readonly (readonly number[])[];
  /** Factors of the products by number, row by row: of ALS, which looks at these alone. */
  readonly factors: readonly number[];
  readonly factor_products: readonly number[];
  readonly n_factors: number;
  readonly alpha: number;
  readonly regularisation: number;
  /** How baskets follow baskets: of TIFU-kNN, which looks at these alone. */
  readonly baskets?: FittedBaskets;
}

export const readProducts = fitReader<FittedProducts>("product_affinity", {
  products: "list",
  popularity: "list",
  again: "list",
  recommender: "text",
  falls_back: "flag?",
  again_weight: "number",
  neighbours: "list",
  similarities: "list",
  factors: "list",
  factor_products: "list",
  n_factors: "number",
  alpha: "number",
  regularisation: "number",
  baskets: "object?",
});

/** What a customer bought: products, the latest first, and baskets, the oldest first. */
export interface Past<T> {
  readonly history: readonly T[];
  readonly baskets: readonly (readonly T[])[];
}

export const listed = 10;
/** How far popularity counts beside one's own products: it fills the list where these say nothing. */
const popularityWeight = 0.05;
/** The same where it goes first. */
const popularityFirst = 1e6;

interface Recommended {
  readonly product: string;
  readonly score: number;
  /** Follows from what the customer bought, not from popularity alone. */
  readonly isOwn: boolean;
}

/** Some products, each once, in the order in which they came. */
class ProductSet {
  readonly list: number[] = [];
  readonly #isIn: Uint8Array;

  constructor(products: number) {
    this.#isIn = new Uint8Array(products);
  }

  add(product: number): void {
    if (this.#isIn[product] !== 0) return;
    this.#isIn[product] = 1;
    this.list.push(product);
  }

  clear(): void {
    for (const product of this.list) this.#isIn[product] = 0;
    this.list.length = 0;
  }
}

/** Adds what a history, latest first, speaks for to `into`; products that it touches go to `touched`. */
type Speak = (history: readonly number[], into: Float64Array, touched: ProductSet) => void;

function byNeighbours({ neighbours, similarities }: FittedProducts, decay: number): Speak {
  return (history, into, touched) => {
    let [weight, sum] = [1, 0];
    for (let at = 0; at < history.length; at++) {
      sum += weight;
      weight *= decay;
    }
    weight = 1;
    for (const bought of history) {
      const [others, own] = [neighbours[bought] ?? [], similarities[bought] ?? []];
      for (let at = 0; at < others.length; at++) {
        const other = others[at] as number;
        touched.add(other);
        into[other] = (into[other] as number) + (weight * (own[at] ?? 0)) / Math.max(1e-9, sum);
      }
      weight *= decay;
    }
  };
}

/** EASE counts every product of the history alike, as it was fitted. */
function byEase(fitted: FittedProducts): Speak {
  const speak = byNeighbours(fitted, 1);
  return (history, into, touched) => {
    speak(history, into, touched);
    for (const product of touched.list) into[product] = (into[product] as number) * history.length;
  };
}

/** Products by falling length of their factors: none of those after one whose length times the owner's can't reach the list needs to be
 *  looked at (Cauchy–Schwarz). */
function byLength(values: Float64Array, k: number) {
  const n = values.length / k;
  const lengths = Float64Array.from({ length: n }, (_, at) => lengthOf(values.subarray(at * k, (at + 1) * k)));
  const order = Uint32Array.from(lengths.keys()).sort((a, b) => (lengths[b] ?? 0) - (lengths[a] ?? 0) || a - b);
  const sorted = new Float64Array(values.length);
  for (const [at, place] of order.entries()) sorted.set(values.subarray(place * k, (place + 1) * k), at * k);
  return { order, sorted, lengths: lengths.sort().reverse() };
}

function lengthOf(values: Float64Array): number {
  let square = 0;
  for (const value of values) square += value * value;
  return Math.sqrt(square) * (1 + 1e-9);
}

function byAls({ factors, factor_products, n_factors: k, alpha, regularisation }: FittedProducts): Speak {
  const values = Float64Array.from(factors);
  const place = new Map(factor_products.map((product, at) => [product, at]));
  const solve = createAlsSolver({ factors: k, values }, { alpha, regularisation });
  const own = new Float64Array(k);
  const { order, sorted, lengths } = byLength(values, k);
  return (history, into, touched) => {
    const items = history.flatMap((product) => place.get(product) ?? []).sort((a, b) => a - b);
    if (items.length === 0) return;
    solve(items, 0, items.length, own, 0);
    const length = lengthOf(own);
    const best = new BestOf(Math.min(listed + history.length, order.length));
    for (let at = 0; at < order.length; at++) {
      if (length * (lengths[at] as number) < best.least) break;
      let score = 0;
      for (let i = 0; i < k; i++) score += (sorted[at * k + i] as number) * (own[i] as number);
      best.offer(order[at] as number, score);
    }
    const scores = best.scores();
    for (const [rank, at] of best.items().entries()) {
      const product = factor_products[at] ?? 0;
      touched.add(product);
      into[product] = (into[product] ?? 0) + Math.max(0, scores[rank] ?? 0);
    }
  };
}

interface RankedProduct {
  readonly product: number;
  readonly score: number;
  readonly isOwn: boolean;
}

/** Ranks products for one past after another over the same fit. */
export interface Ranker {
  (past: Past<number>, leftOut: ReadonlySet<number>): RankedProduct[];
  /** Lists for several weights of buying again, and the list of what was never bought: the past is listened to once. */
  readonly lists: (past: Past<number>, againWeights: readonly number[]) => { whole: number[][]; fresh: number[] };
}

function basketRanker(fitted: FittedBaskets): Ranker {
  const scored = createScoredRanking(fitted, basketDefaults, listed);
  const both = createBothRankings(fitted, basketDefaults, listed);
  const rank = ({ baskets }: Past<number>, leftOut: ReadonlySet<number>) => {
    const own = baskets.map((basket) => Int32Array.from(basket).sort());
    const isLeftOut = leftOut.size > 0 ? (product: number) => leftOut.has(product) : undefined;
    return scored(own, isLeftOut).map((one) => ({
      ...one,
      isOwn: one.score > popularityScore(fitted, one.product) * (1 + 1e-9),
    }));
  };
  return Object.assign(rank, {
    lists: ({ history, baskets }: Past<number>, weights: readonly number[]) => {
      const leftOut = new Set(history);
      const own = baskets.map((basket) => Int32Array.from(basket).sort());
      const { whole, fresh } = both(own, (product) => leftOut.has(product));
      return { whole: weights.map(() => whole), fresh };
    },
  });
}

function speakerOf(fitted: FittedProducts, decay: number): Speak {
  if (fitted.recommender === "als") return byAls(fitted);
  return fitted.recommender === "ease" ? byEase(fitted) : byNeighbours(fitted, decay);
}

/** Ranks products by their numbers, again and again over the same fit. */
export function createRanker(fitted: FittedProducts, decay: number): Ranker {
  return fitted.baskets ? basketRanker(fitted.baskets) : historyRanker(fitted, decay);
}

function historyRanker(fitted: FittedProducts, decay: number): Ranker {
  const speak = speakerOf(fitted, decay);
  const isNeighbours = fitted.recommender === "neighbours";
  const scores = new Float64Array(fitted.products.length);
  const touched = new ProductSet(fitted.products.length);
  const popular = popularOrder(fitted);
  const weightOfPopularity = fitted.falls_back ? popularityFirst : popularityWeight;
  /** What the history speaks for, buying again left aside; calls `use` with it and forgets. The first `owned` follow from the
   *  history, the rest are popular. */
  const heard = <T>(
    history: readonly number[],
    most: number,
    use: (candidates: readonly number[], owned: number) => T,
  ): T => {
    speak(history, scores, touched);
    for (const product of new Set(history)) {
      if (!isNeighbours) scores[product] = 0;
      touched.add(product);
    }
    const owned = touched.list.length;
    const end = Math.min(popular.length, listed + most + history.length);
    for (let at = 0; at < end; at++) touched.add(popular[at] as number);
    for (const product of touched.list)
      scores[product] = (scores[product] as number) + weightOfPopularity * (fitted.popularity[product] ?? 0);
    const answer = use(touched.list, owned);
    for (const product of touched.list) scores[product] = 0;
    touched.clear();
    return answer;
  };
  const addAgain = (history: readonly number[], againWeight: number) => {
    const sum = history.reduce((total, _, at) => total + decay ** at, 0);
    for (const [at, product] of history.entries()) {
      const part = isNeighbours ? decay ** at / Math.max(1e-9, sum) : decay ** at;
      scores[product] = (scores[product] ?? 0) + againWeight * part * (fitted.again[product] ?? 0);
    }
  };
  const best = (candidates: readonly number[], leftOut: ReadonlySet<number>) =>
    topOf(leftOut.size > 0 ? candidates.filter((product) => !leftOut.has(product)) : candidates, scores, listed);
  const none = new Set<number>();
  const rank = ({ history }: Past<number>, leftOut: ReadonlySet<number>) =>
    heard(history, leftOut.size, (candidates, owned) => {
      addAgain(history, fitted.again_weight);
      return best(candidates, leftOut).map((product) => ({
        product,
        score: scores[product] ?? 0,
        isOwn: fitted.falls_back === true || candidates.indexOf(product) < owned,
      }));
    });
  const lists = ({ history }: Past<number>, weights: readonly number[]) =>
    heard(history, history.length, (candidates) => {
      const fresh = best(candidates, new Set(history));
      let given = 0;
      const whole = weights.map((weight) => {
        addAgain(history, weight - given);
        given = weight;
        return best(candidates, none);
      });
      return { whole, fresh };
    });
  return Object.assign(rank, { lists });
}

/** The same by names of products. */
export function createRecommender(fitted: FittedProducts, decay: number) {
  const index = new Map(fitted.products.map((id, at) => [id, at]));
  const rank = createRanker(fitted, decay);
  const numbered = (ids: Iterable<string>) => numbersAmong(index, ids);
  const numbersOf = ({ history, baskets }: Past<string>): Past<number> => ({
    history: numbered(history),
    baskets: fitted.baskets ? baskets.map(numbered).filter((basket) => basket.length > 0) : [],
  });
  return (past: Past<string>, leftOut: ReadonlySet<string> = new Set()): Recommended[] =>
    rank(numbersOf(past), new Set(numbered(leftOut))).map((one) => ({
      ...one,
      product: fitted.products[one.product] ?? "",
    }));
}

function numbersAmong(index: ReadonlyMap<string, number>, ids: Iterable<string>): number[] {
  const found: number[] = [];
  for (const id of ids) {
    const number = index.get(id);
    if (number !== undefined) found.push(number);
  }
  return found;
}

/** Lists of all products and of those never bought, by names of products: the past is listened to once. */
export function createListing(fitted: FittedProducts, decay: number) {
  const index = new Map(fitted.products.map((id, at) => [id, at]));
  const rank = createRanker(fitted, decay);
  const named = (list: readonly number[]) => list.map((at) => fitted.products[at] ?? "");
  return ({ history, baskets }: Past<string>): { whole: string[]; fresh: string[] } => {
    const own = numbersAmong(index, history);
    const days = fitted.baskets ? baskets.map((basket) => numbersAmong(index, basket)) : [];
    const past = { history: own, baskets: days.filter((basket) => basket.length > 0) };
    const { whole, fresh } = rank.lists(past, [fitted.again_weight]);
    return { whole: named(whole[0] ?? []), fresh: named(fresh) };
  };
}

export function popularOrder({ popularity }: Pick<FittedProducts, "popularity">): number[] {
  return Array.from(popularity.keys()).sort((a, b) => (popularity[b] ?? 0) - (popularity[a] ?? 0) || a - b);
}

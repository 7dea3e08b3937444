import { createRandom } from "../../../shared/base/random.ts";
import {
  type BasketDecay,
  basketVector,
  createNeighbourhood,
  type SparseRows,
  sparseRows,
} from "../../numeric/basket-vectors.ts";
import { topOf } from "../../numeric/top.ts";

export interface FittedBaskets {
  readonly products: readonly string[];
  /** Share of the last quarter's buyers. */
  readonly popularity: readonly number[];
  /** How far one's own baskets count, the rest being those of the nearest others. */
  readonly own_weight: number;
  /** Customers that neighbours are looked for among. */
  readonly reference: {
    readonly items: readonly (readonly number[])[];
    readonly weights: readonly (readonly number[])[];
  };
  /** Recall of each weight that was tried, on baskets that were kept aside. */
  readonly tried: readonly { readonly own_weight: number; readonly recall: number }[];
}

export interface BasketParams {
  readonly decay: BasketDecay;
  readonly neighbours: number;
}

/** Baskets of one customer, oldest first, as numbers of products. */
export type Baskets = readonly Int32Array[];

const mostReference = 3_000;
const mostTried = 1_500;
const ownWeights = [0.2, 0.4, 0.6, 0.8, 0.9, 1] as const;
const popularityWeight = 1e-3;
export const listed = 10;

const rounded = (value: number) => Number(value.toPrecision(4));

function rowsOf(reference: FittedBaskets["reference"]): SparseRows {
  return sparseRows(
    reference.items.map((items, at) => new Map(items.map((item, k) => [item, reference.weights[at]?.[k] ?? 0]))),
  );
}

export interface Ranking {
  /** Products to be in the next basket, likeliest first. */
  (baskets: Baskets, isLeftOut?: (product: number) => boolean): number[];
}

/** Ranks products for customer after customer over the same fit. */
export function createRanking(
  fitted: Pick<FittedBaskets, "reference" | "own_weight" | "popularity" | "products">,
  params: BasketParams,
  most = listed,
): Ranking {
  const scores = createScores(fitted, params);
  return (baskets, isLeftOut) => scores(baskets, fitted.own_weight, most, isLeftOut);
}

function createScores(
  { reference, popularity, products }: Omit<FittedBaskets, "own_weight" | "tried">,
  params: BasketParams,
) {
  const around = createNeighbourhood(rowsOf(reference), products.length, params.neighbours);
  const popular = topOf(popularity.keys(), Float64Array.from(popularity), 200);
  const theirs = new Float64Array(products.length);
  const scores = new Float64Array(products.length);
  return (baskets: Baskets, ownWeight: number, most: number, isLeftOut: (product: number) => boolean = () => false) => {
    const own = basketVector(baskets, params.decay);
    const touched = new Set(own.keys());
    if (ownWeight < 1) around.addMean(own, theirs, touched);
    for (const product of popular) touched.add(product);
    for (const product of touched) {
      scores[product] =
        ownWeight * (own.get(product) ?? 0) +
        (1 - ownWeight) * (theirs[product] ?? 0) +
        popularityWeight * (popularity[product] ?? 0);
      theirs[product] = 0;
    }
    const best = topOf(
      [...touched].filter((product) => !isLeftOut(product)),
      scores,
      most,
    );
    for (const product of touched) scores[product] = 0;
    return best;
  };
}

function referenceOf(histories: readonly Baskets[], decay: BasketDecay): FittedBaskets["reference"] {
  const vectors = histories.map((baskets) => [...basketVector(baskets, decay)].sort(([a], [b]) => a - b));
  return {
    items: vectors.map((vector) => vector.map(([item]) => item)),
    weights: vectors.map((vector) => vector.map(([, weight]) => rounded(weight))),
  };
}

/** Chooses how far one's own baskets count: the last basket of some customers is foretold from those before it, with neighbours
 *  among others. Customers are told apart by what they bought, never by who they are. */
export function fitBaskets(
  products: readonly string[],
  popularity: readonly number[],
  histories: readonly Baskets[],
  params: BasketParams,
  seed: number,
): FittedBaskets {
  const ordered = histories
    .map((baskets) => ({ baskets, text: baskets.map((basket) => basket.join(" ")).join("|") }))
    .sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0))
    .map(({ baskets }) => baskets);
  const random = createRandom(seed, "next-basket");
  const isTried = ordered.map((baskets) => baskets.length > 1 && random.next() < 0.5);
  const drawn = draw(
    ordered.filter((_, at) => isTried[at]),
    mostTried,
  );
  const others = draw(
    ordered.filter((_, at) => !isTried[at]),
    mostReference,
  );
  const common = { products, popularity };
  const scores = createScores({ ...common, reference: referenceOf(others, params.decay) }, params);
  const tried = ownWeights.map((own_weight) => {
    let recall = 0;
    for (const baskets of drawn) {
      const wanted = baskets.at(-1) ?? new Int32Array(0);
      const best = new Set(scores(baskets.slice(0, -1), own_weight, listed));
      recall += wanted.filter((item) => best.has(item)).length / Math.max(1, Math.min(listed, wanted.length));
    }
    return { own_weight, recall: drawn.length > 0 ? recall / drawn.length : 0 };
  });
  const best = tried.reduce(
    (one, other) => (other.recall > one.recall + 1e-9 ? other : one),
    tried[0] ?? { own_weight: 0.8, recall: 0 },
  );
  return {
    ...common,
    own_weight: drawn.length < 20 ? 0.8 : best.own_weight,
    reference: referenceOf(draw(ordered, mostReference), params.decay),
    tried,
  };
}

/** At most so many of some, evenly spread over their order. */
export function draw<T>(some: readonly T[], most: number): readonly T[] {
  if (some.length <= most) return some;
  return Array.from({ length: most }, (_, at) => some[Math.floor((at * some.length) / most)] as T);
}

import { createRandom } from "../../../shared/base/random.ts";
import {
  type BasketDecay,
  basketVector,
  createNeighbourhood,
  type SparseRows,
  sparseRows,
} from "../../numeric/basket-vectors.ts";
import { BestOf } from "../../numeric/best-of.ts";
import { ranked } from "../../numeric/top.ts";
import { fitReader } from "../fit-reader.ts";

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

export const readBaskets = fitReader<FittedBaskets>("next_basket", {
  products: "list",
  popularity: "list",
  own_weight: "number",
  reference: "object",
  tried: "list",
});

export interface BasketParams {
  readonly decay: BasketDecay;
  readonly neighbours: number;
}

/** Baskets of one customer, oldest first, as numbers of products. */
export type Baskets = readonly Int32Array[];

const mostReference = 3_000;
const mostTried = 1_500;
/** Popular products that fill a list: more than anybody has bought of late. */
const mostPopular = 60;
const ownWeights = [0.2, 0.4, 0.6, 0.8, 0.9, 1] as const;
const popularityWeight = 1e-3;
export const listed = 10;
export const basketDefaults: BasketParams = {
  decay: { withinGroup: 0.9, betweenGroups: 0.7, groupSize: 7 },
  neighbours: 60,
};

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

export type RankedBaskets = Pick<FittedBaskets, "reference" | "own_weight" | "popularity" | "products">;

/** Ranks products for customer after customer over the same fit. */
export function createRanking(fitted: RankedBaskets, params: BasketParams, most = listed): Ranking {
  const signals = createSignals(fitted, params);
  return (baskets, isLeftOut) => signals(baskets, [fitted.own_weight], most, isLeftOut ? { isLeftOut } : {})[0] ?? [];
}

export interface ScoredProduct {
  readonly product: number;
  readonly score: number;
}

/** The list, and that of products that aren't left out: neighbours are looked for once. */
export function createBothRankings(fitted: RankedBaskets, params: BasketParams, most = listed) {
  const signals = createSignals(fitted, params);
  return (baskets: Baskets, isLeftOut: (product: number) => boolean): { whole: number[]; fresh: number[] } => {
    const fresh: number[] = [];
    const [whole = []] = signals(baskets, [fitted.own_weight], most, { besides: { isLeftOut, into: fresh } });
    return { whole, fresh };
  };
}

/** The same with what each product scored. */
export function createScoredRanking(fitted: RankedBaskets, params: BasketParams, most = listed) {
  const signals = createSignals(fitted, params);
  return (baskets: Baskets, isLeftOut?: (product: number) => boolean): ScoredProduct[] => {
    const scored: ScoredProduct[] = [];
    const tell = (product: number, score: number) => void scored.push({ product, score });
    signals(baskets, [fitted.own_weight], most, { ...(isLeftOut ? { isLeftOut } : {}), tell });
    return scored;
  };
}

/** What popularity alone gives a product. */
export function popularityScore({ popularity }: Pick<FittedBaskets, "popularity">, product: number): number {
  return popularityWeight * (popularity[product] ?? 0);
}

interface Listing {
  readonly isLeftOut?: (product: number) => boolean;
  readonly tell?: (product: number, score: number) => void;
  /** A second list, for the first weight, without some products. */
  readonly besides?: { readonly isLeftOut: (product: number) => boolean; readonly into: number[] };
}

/** Lists for several weights of one's own baskets at once: neighbours are looked for once. */
function createSignals(
  { reference, popularity, products }: Omit<FittedBaskets, "own_weight" | "tried">,
  params: BasketParams,
) {
  const around = createNeighbourhood(rowsOf(reference), products.length, params.neighbours);
  const general = Float64Array.from(popularity, (share) => popularityWeight * share);
  const popular = ranked(Float64Array.from(popularity)).slice(0, mostPopular);
  const [mine, theirs] = [new Float64Array(products.length), new Float64Array(products.length)];
  return (
    baskets: Baskets,
    weights: readonly number[],
    most: number,
    { isLeftOut, tell, besides }: Listing = {},
  ): number[][] => {
    const own = basketVector(baskets, params.decay);
    const touched = weights.some((weight) => weight < 1) ? around.addMean(own, theirs) : [];
    for (const product of own.keys()) if (theirs[product] === 0) touched.push(product);
    for (const [product, weight] of own) mine[product] = weight;
    for (const product of popular) if (theirs[product] === 0 && mine[product] === 0) touched.push(product);
    const candidates = isLeftOut ? touched.filter((product) => !isLeftOut(product)) : touched;
    const best = new BestOf(most);
    const rank = (some: readonly number[], weight: number) => {
      best.clear();
      for (let at = 0; at < some.length; at++) {
        const product = some[at] as number;
        const mixed = weight * (mine[product] as number) + (1 - weight) * (theirs[product] as number);
        best.offer(product, mixed + (general[product] as number));
      }
      return Array.from(best.items());
    };
    const lists = weights.map((weight) => {
      const list = rank(candidates, weight);
      const scores = best.scores();
      if (tell) for (const [at, product] of list.entries()) tell(product, scores[at] ?? 0);
      return list;
    });
    if (besides) {
      const others = touched.filter((product) => !besides.isLeftOut(product));
      besides.into.push(...rank(others, weights[0] ?? 1));
    }
    for (const product of touched) {
      mine[product] = 0;
      theirs[product] = 0;
    }
    return lists;
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
  const signals = createSignals({ ...common, reference: referenceOf(others, params.decay) }, params);
  const recalls = new Float64Array(ownWeights.length);
  for (const baskets of drawn) {
    const wanted = baskets.at(-1) ?? new Int32Array(0);
    for (const [at, list] of signals(baskets.slice(0, -1), ownWeights, listed).entries()) {
      const found = new Set(list);
      const hits = wanted.filter((item) => found.has(item)).length;
      recalls[at] = (recalls[at] ?? 0) + hits / Math.max(1, Math.min(listed, wanted.length));
    }
  }
  const tried = ownWeights.map((own_weight, at) => ({
    own_weight,
    recall: (recalls[at] ?? 0) / Math.max(1, drawn.length),
  }));
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

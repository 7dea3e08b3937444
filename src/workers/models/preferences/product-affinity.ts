import type { Json } from "../../../shared/base/canonical-json.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import type { Evaluation } from "../../../shared/domain/model.ts";
import { itemNeighbours } from "../../numeric/item-neighbours.ts";
import { meanInterval } from "../../numeric/scoring.ts";
import { defineModel } from "../define.ts";
import { compare, known, leastCustomers } from "../evaluation.ts";
import { blank, numbers, requireTable, scoreTable, texts } from "../tables.ts";

interface FittedProducts {
  readonly products: readonly string[];
  /** Share of the last quarter's buyers; where nobody bought of late, of all buyers. */
  readonly popularity: readonly number[];
  /** Chance that a buyer buys the same again, shrunk to that of all products. */
  readonly again: readonly number[];
  readonly neighbours: readonly (readonly number[])[];
  readonly similarities: readonly (readonly number[])[];
}

const mostProducts = 50_000;
const mostNeighbours = 30;
const listed = 10;
/** Weight of a product's own buyers against all products' chance of buying again. */
const againWeight = 20;
/** How far popularity counts beside one's own products: it fills the list where these say nothing. */
const popularityWeight = 0.05;

function listsOf(table: ColumnTable): (readonly string[] | null)[] {
  const column = table.columns.products;
  return column instanceof Float64Array || column === undefined ? [] : (column as (readonly string[] | null)[]);
}

/** Rows of a table in order of the customers' ids. */
function inOrder(ids: readonly (string | null)[]): Uint32Array {
  return Uint32Array.from(ids.keys()).sort((a, b) => ((ids[a] ?? "") < (ids[b] ?? "") ? -1 : 1));
}

const rounded = (value: number) => Number(value.toPrecision(6));

interface Sold {
  readonly id: string;
  readonly buyers: number;
  readonly recent: number;
  readonly again: number;
}

/** The products that most customers bought, in order of their number. */
function soldProducts(table: ColumnTable): Sold[] {
  const [buyers, recent, again] = ["n_buyers", "n_recent_buyers", "n_repeat_buyers"].map((name) =>
    numbers(table, name),
  );
  const all = texts(table, "product_id").map((id, at) => ({
    id: id ?? "",
    buyers: buyers?.[at] ?? 0,
    recent: recent?.[at] ?? 0,
    again: again?.[at] ?? 0,
  }));
  all.sort((a, b) => b.buyers - a.buyers || (a.id < b.id ? -1 : 1));
  return all.slice(0, mostProducts).sort((a, b) => (a.id < b.id ? -1 : 1));
}

interface Recommending {
  readonly fitted: FittedProducts;
  readonly decay: number;
}

interface Recommended {
  readonly product: string;
  readonly score: number;
  /** Follows from what the customer bought, not from popularity alone. */
  readonly isOwn: boolean;
}

/** Ranks products for one history, latest first, again and again over the same fit. */
function createRecommender({ fitted, decay }: Recommending) {
  const index = new Map(fitted.products.map((id, at) => [id, at]));
  const scores = new Float64Array(fitted.products.length);
  const popular = popularOrder(fitted);
  return (history: readonly string[], leftOut: ReadonlySet<string> = new Set()): Recommended[] => {
    const touched = new Set<number>();
    const add = (product: number, score: number) => {
      touched.add(product);
      scores[product] = (scores[product] ?? 0) + score;
    };
    let [weight, sum] = [1, 0];
    for (const id of history) {
      const bought = index.get(id);
      if (bought === undefined) continue;
      add(bought, weight * (fitted.again[bought] ?? 0));
      const similarities = fitted.similarities[bought] ?? [];
      for (const [at, other] of (fitted.neighbours[bought] ?? []).entries())
        add(other, weight * (similarities[at] ?? 0));
      sum += weight;
      weight *= decay;
    }
    const own = new Set(touched);
    for (const product of popular.slice(0, listed + leftOut.size + history.length)) touched.add(product);
    const ranked = [...touched].map((product) => ({
      product,
      score: (scores[product] ?? 0) / Math.max(1e-9, sum) + popularityWeight * (fitted.popularity[product] ?? 0),
    }));
    for (const product of touched) scores[product] = 0;
    return ranked
      .filter(({ product }) => !leftOut.has(fitted.products[product] ?? ""))
      .sort((a, b) => b.score - a.score || a.product - b.product)
      .slice(0, listed)
      .map(({ product, score }) => ({ product: fitted.products[product] ?? "", score, isOwn: own.has(product) }));
  };
}

function popularOrder({ popularity }: FittedProducts): number[] {
  return Array.from(popularity.keys()).sort((a, b) => (popularity[b] ?? 0) - (popularity[a] ?? 0) || a - b);
}

export const productAffinity = defineModel({
  name: "product_affinity",
  version: 2,
  title: "Product affinity",
  group: "preferences",
  inputs: { histories: { feature: "product_histories" }, popularity: { feature: "product_popularity" } },
  outcomes: { products: { feature: "outcome_products" } },
  params: {
    shrinkage: {
      kind: "number",
      default: 20,
      min: 0,
      max: 1000,
      unit: "buyers",
      label: "Shrinkage of similarities",
      help: "Buyers that are added to a product's own: more mistrusts products that few have bought.",
    },
    popularity_damping: {
      kind: "number",
      default: 0.5,
      min: 0,
      max: 1,
      label: "Damping of popularity",
      help: "0 takes the plain chance of buying both, 1 how much greater it is than by chance.",
    },
    decay: {
      kind: "number",
      default: 0.95,
      min: 0.1,
      max: 1,
      label: "Weight from product to product",
      help: "How much the product before counts against the one after it; 1 counts all alike.",
    },
  },
  outputs: [
    { name: "top_products", type: "VARCHAR[]" },
    { name: "top_product", type: "VARCHAR" },
    { name: "top_product_score", type: "DOUBLE" },
    { name: "n_products", type: "INTEGER", unit: "count" },
  ],
  card: {
    purpose: "Which products, ten at most, a customer is drawn to most, those bought before included.",
    method:
      "Item-based nearest neighbours: products are alike where the same customers bought both (conditional chance, damped by how common the product is); those most like a customer's last 40 products, the latest counting most, come first. A product bought before comes back by how often its buyers buy it again. The last 90 days' popularity breaks ties; where it alone speaks for a product, that is no affinity and stays off the list, but fills it for the comparison with popularity.",
    references: [
      "Deshpande & Karypis (2004): Item-based top-N recommendation algorithms, ACM TOIS 22(1), eq. 4.",
      "Dacrema, Cremonesi & Jannach (2019): Are we really making much progress? RecSys, for neighbours and popularity as baselines.",
    ],
    assumptions: ["Who bought the same before buys alike again.", "A product's number means the same in every source."],
    limits: [
      "The score ranks and is no probability, so it has no limits: recall tells how far the list may be trusted.",
      "Products that nobody has bought yet are never named; what is in stock isn't known.",
      "Only the 50,000 products with most buyers are looked at.",
      "Where most customers bought once and one thing, lists are short and tell little beyond popularity.",
    ],
    metrics: [
      "recall at 10 (in a shop of few products at a quarter of them) of the products bought after the cut, against the most bought of the 90 days before it",
      "the same of those never bought before, against the most bought ones that the customer hadn't",
    ],
  },
  fit: (inputs, params): Json => {
    const sold = soldProducts(requireTable(inputs, "popularity"));
    if (sold.length === 0) return null;
    const index = new Map(sold.map(({ id }, at) => [id, at]));
    const histories = listsOf(requireTable(inputs, "histories"));
    const owners = histories.map((list) =>
      Int32Array.from((list ?? []).flatMap((id) => (index.has(id) ? [index.get(id) ?? 0] : []))),
    );
    const { neighbours, similarities } = itemNeighbours(owners, sold.length, {
      most: mostNeighbours,
      shrink: Number(params.shrinkage),
      damping: Number(params.popularity_damping),
    });
    const sum = (pick: (one: Sold) => number) => sold.reduce((total, one) => total + pick(one), 0);
    const isRecent = sum(({ recent }) => recent) > 0;
    const buyers = Math.max(
      1,
      sum((one) => (isRecent ? one.recent : one.buyers)),
    );
    const usual =
      sum(({ again }) => again) /
      Math.max(
        1,
        sum((one) => one.buyers),
      );
    const damped = (one: Sold) => one.buyers ** Number(params.popularity_damping);
    return {
      products: sold.map(({ id }) => id),
      popularity: sold.map(({ recent, buyers: ever }) => rounded((isRecent ? recent : ever) / buyers)),
      again: sold.map((one) =>
        rounded((one.again + againWeight * usual) / (one.buyers + againWeight) / Math.max(1, damped(one))),
      ),
      neighbours: neighbours.map((row) => [...row]),
      similarities: similarities.map((row) => Array.from(row, rounded)),
    };
  },
  score: (inputs, json, params) => {
    const fitted = json as unknown as FittedProducts | null;
    const table = requireTable(inputs, "histories");
    const owners = texts(table, "customer_id");
    const order = inOrder(owners);
    const n = order.length;
    const lists = new Array<readonly string[] | null>(n).fill(null);
    const [first, score] = [new Array<string | null>(n).fill(null), blank(n)];
    const recommend = fitted ? createRecommender({ fitted, decay: Number(params.decay) }) : undefined;
    const histories = listsOf(table);
    for (const [at, row] of order.entries()) {
      const best = (recommend?.(histories[row] ?? []) ?? []).filter(({ isOwn }) => isOwn);
      if (best.length === 0) continue;
      lists[at] = best.map(({ product }) => product);
      first[at] = best[0]?.product ?? null;
      score[at] = best[0]?.score ?? Number.NaN;
    }
    const counts = numbers(table, "n_products");
    const own = Float64Array.from(order, (row) => counts[row] ?? 0);
    const outputs = { top_products: lists, top_product: first, top_product_score: score, n_products: own };
    const enough = own.map((count) => (fitted && count >= 3 ? 1 : 0));
    const reason = lists.map((list) => (list ? null : "not_enough_data"));
    return scoreTable(
      Array.from(order, (row) => owners[row] ?? ""),
      outputs,
      { enough, reason },
    );
  },
  evaluate: (inputs, _scores, holdout, json, params) => {
    const fitted = json as unknown as FittedProducts | null;
    if (!fitted) return [];
    const table = requireTable(inputs, "histories");
    const [ids, lists] = [texts(table, "customer_id"), listsOf(table)];
    const histories = new Map(ids.map((id, at) => [id, lists[at] ?? []]));
    const after = requireTable(holdout.tables ?? {}, "products");
    const [customers, bought] = [texts(after, "customer_id"), listsOf(after)];
    const cases = Array.from(inOrder(customers), (row) => ({
      history: histories.get(customers[row] ?? null) ?? [],
      next: bought[row] ?? [],
    })).filter(({ history, next }) => history.length > 0 && next.length > 0);
    return known([...recalls(fitted, Number(params.decay), cases)]);
  },
});

interface Case {
  readonly history: readonly string[];
  readonly next: readonly string[];
}

function recalls(fitted: FittedProducts, decay: number, cases: readonly Case[]): Evaluation[] {
  const recommend = createRecommender({ fitted, decay });
  const k = Math.min(listed, Math.max(1, Math.floor(fitted.products.length / 4)));
  const popular = popularOrder(fitted).map((at) => fitted.products[at] ?? "");
  const share = (list: readonly string[], wanted: ReadonlySet<string>) =>
    list.slice(0, k).filter((id) => wanted.has(id)).length / Math.min(k, wanted.size);
  const mean = (values: readonly number[]) => meanInterval(Float64Array.from(values));
  const measure = (metric: string, baseline: string, some: readonly Case[], isNew: boolean): Evaluation[] => {
    if (some.length < leastCustomers) return [];
    const [own, naive]: [number[], number[]] = [[], []];
    for (const { history, next } of some) {
      const leftOut = new Set(isNew ? history : []);
      const wanted = new Set(next.filter((id) => !leftOut.has(id)));
      own.push(
        share(
          recommend(history, leftOut).map(({ product }) => product),
          wanted,
        ),
      );
      const list: string[] = [];
      for (const id of popular) {
        if (list.length === k) break;
        if (!leftOut.has(id)) list.push(id);
      }
      naive.push(share(list, wanted));
    }
    const common = { baseline, n: some.length, better: "higher" } as const;
    return [
      compare({
        metric,
        own: mean(own),
        naive: mean(naive).value,
        pairs: { own: Float64Array.from(own), naive: Float64Array.from(naive) },
        ...common,
      }),
    ];
  };
  const explored = cases.filter(({ history, next }) => next.some((id) => !history.includes(id)));
  return [
    ...measure(`recall_at_${k}`, "popularity of the last 90 days", cases, false),
    ...measure(`recall_at_${k}_new`, "popularity among products not bought yet", explored, true),
  ];
}

import type { Json } from "../../../shared/base/canonical-json.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import type { ModelContext } from "../../../shared/domain/model.ts";
import type { Params } from "../../../shared/domain/params.ts";
import { popularName, type TournamentChoice, type TournamentMetric } from "../../../shared/domain/tournament.ts";
import { defineModel } from "../define.ts";
import { known } from "../evaluation.ts";
import { blank, numbers, requireTable, scoreTable, texts } from "../tables.ts";
import { meanRelative } from "../tournament/choose.ts";
import { numbered, type Owner, ownersOf } from "./basket-owners.ts";
import { fitRecommender, inOrderOf, type Known, type RecommenderParams } from "./product-fit.ts";
import { productRecalls } from "./product-recall.ts";
import { createRecommender, type Past, readProducts, recommenders } from "./product-recommend.ts";
import { type TrialCase, tryRecommenders } from "./product-trial.ts";
import { listsOf, type Sold, soldProducts } from "./sold-products.ts";

/** Weight of a product's own buyers against all products' chance of buying again. */
const againWeight = 20;

/** Rows of a table in order of the customers' ids. */
function inOrder(ids: readonly (string | null)[]): Uint32Array {
  return Uint32Array.from(ids.keys()).sort((a, b) => ((ids[a] ?? "") < (ids[b] ?? "") ? -1 : 1));
}

const rounded = (value: number) => Number(value.toPrecision(6));

/** `share`: the part of the buyers that recommenders are fitted on, whose similarities are damped by how many of these bought. */
function knownOf(sold: readonly Sold[], damping: number, share = 1): Known {
  const sum = (pick: (one: Sold) => number) => sold.reduce((total, one) => total + pick(one), 0);
  const isRecent = sold.some(({ recent }) => recent > 0);
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
  return {
    products: sold.map(({ id }) => id),
    popularity: sold.map(({ recent, buyers: ever }) => rounded((isRecent ? recent : ever) / buyers)),
    again: sold.map((one) =>
      rounded(
        (one.again + againWeight * usual) / (one.buyers + againWeight) / Math.max(1, (share * one.buyers) ** damping),
      ),
    ),
  };
}

function paramsOf(params: Params, { seed, throwIfCancelled }: ModelContext): RecommenderParams {
  return {
    shrinkage: Number(params.shrinkage),
    popularityDamping: Number(params.popularity_damping),
    decay: Number(params.decay),
    factors: Number(params.factors),
    seed,
    throwIfCancelled,
  };
}

function pastOf(history: readonly string[] | null | undefined, owner: Owner | undefined): Past<string> {
  return { history: history ?? [], baskets: owner?.baskets ?? [] };
}

const standing = "neighbours";

/** Whether what was chosen didn't surely foretell more than popularity did over the same cuts: its lead in recall, of all products or of new
 *  ones, is less than 1.64 standard errors of it (one-sided, 95 %). A few hits more among hundreds of customers are chance. */
function isNoBetterThanPopular({ chosen, rows }: TournamentChoice): boolean {
  const cuts = new Set(rows.map(({ cut_on }) => cut_on)).size;
  if (!(meanRelative(rows, chosen, cuts) < meanRelative(rows, popularName, cuts))) return true;
  const metrics = new Set(rows.flatMap((row) => row.metrics.map(({ metric }) => metric)));
  return ![...metrics].some((metric) => leadOf(rows, chosen, metric) > 1.64);
}

/** Mean lead of a candidate over popularity in a metric, in standard errors over the cuts; both are measured on the same customers, whose
 *  own spread is taken as if they weren't. Cuts with neither hits nor misses to tell from say nothing. */
function leadOf(rows: TournamentChoice["rows"], candidate: string, metric: string): number {
  let [lead, variance] = [0, 0];
  for (const own of rows) {
    if (own.candidate !== candidate) continue;
    const other = rows.find((row) => row.candidate === popularName && row.cut_on === own.cut_on);
    const [mine, theirs] = [own, other].map((row) => row?.metrics.find((one) => one.metric === metric));
    if (mine?.value == null || theirs?.value == null) continue;
    lead += mine.value - theirs.value;
    variance += errorOf(mine) ** 2 + errorOf(theirs) ** 2;
  }
  return variance > 0 ? lead / Math.sqrt(variance) : lead > 0 ? Number.POSITIVE_INFINITY : 0;
}

const errorOf = ({ low, high }: TournamentMetric) => (low === null || high === null ? 0 : (high - low) / (2 * 1.96));

const noBaskets: ReadonlyMap<string, Owner> = new Map();

/** Baskets by customer; none are gathered where no recommender looks at them. */
function basketsOf(table: ColumnTable, isNeeded = true): ReadonlyMap<string, Owner> {
  return isNeeded ? new Map(ownersOf(table).map((owner) => [owner.customer, owner])) : noBaskets;
}

export const productAffinity = defineModel({
  name: "product_affinity",
  version: 7,
  title: "Product affinity",
  group: "preferences",
  inputs: {
    histories: { feature: "product_histories" },
    popularity: { feature: "product_popularity" },
    baskets: { feature: "basket_days" },
  },
  apart: { inputs: ["histories", "baskets"] },
  fitBuckets: 4,
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
    recommender: {
      kind: "choice",
      default: "best",
      choices: ["best", ...recommenders],
      label: "Recommender",
      help: "The tournament's choice, or one of them: item neighbours, EASE, implicit ALS, or baskets (TIFU-kNN).",
    },
    factors: {
      kind: "number",
      default: 16,
      min: 2,
      max: 128,
      integer: true,
      label: "Factors",
      help: "Length of the vectors of implicit ALS; more tell finer tastes apart and cost with their square.",
    },
  },
  outputs: [
    { name: "top_products", type: "VARCHAR[]" },
    { name: "top_product", type: "VARCHAR" },
    { name: "top_product_score", type: "DOUBLE" },
    { name: "n_products", type: "INTEGER", unit: "count" },
  ],
  contest: {
    target: "product",
    param: "recommender",
    version: 1,
    standing,
    methods: [
      { name: "neighbours", title: "Item neighbours" },
      { name: "ease", title: "EASE" },
      { name: "als", title: "Implicit ALS" },
      { name: "baskets", title: "Baskets (TIFU-kNN)" },
      { name: popularName, title: "Popularity", onlyShown: "The same list for everybody is no affinity." },
    ],
    outcomes: { products: { feature: "outcome_products" } },
    trial: (inputs, after, params, context) => {
      const sold = soldProducts(requireTable(inputs, "popularity"));
      if (sold.length === 0) return [];
      const options = paramsOf(params, context);
      const index = new Map(sold.map(({ id }, at) => [id, at]));
      const numbersOf = (list: readonly string[] | null | undefined) =>
        (list ?? []).flatMap((id) => index.get(id) ?? []);
      const baskets = basketsOf(requireTable(inputs, "baskets"));
      const bought = requireTable(after, "products");
      const [customers, products] = [texts(bought, "customer_id"), listsOf(bought, "products")];
      const next = new Map(customers.map((id, at) => [id, products[at]]));
      const table = requireTable(inputs, "histories");
      const histories = listsOf(table, "products");
      const cases = texts(table, "customer_id").map(
        (id, at): TrialCase => ({
          history: numbersOf(histories[at]),
          baskets: numbered(baskets.get(id ?? ""), index).map((basket) => [...basket]),
          next: numbersOf(next.get(id)),
        }),
      );
      return tryRecommenders(knownOf(sold, options.popularityDamping), cases, options);
    },
  },
  card: {
    purpose: "Which products, ten at most, a customer is drawn to most, those bought before included.",
    method:
      "Four recommenders compete on rolling cuts, by what they recall of all products bought afterwards and of those never bought before: item neighbours (the chance of buying both, damped by how common the product is, the latest of 40 products counting most), EASE (a linear model of each of the 800 most bought products by the others), implicit ALS (factors of customers and products) and TIFU-kNN (baskets, the latest counting most, mixed with those of the customers most alike). With the first three a product bought before comes back by how often its buyers buy it again; how far that counts is chosen on the same cuts. The last 90 days' popularity breaks ties; where it alone speaks for a product, that is no affinity and stays off the list, but fills it for the comparison with popularity. Where none of the four surely foretold more than popularity alone on those cuts (its lead in recall is below 1.64 standard errors), the list is that of the most bought products, the same for everybody but for ties.",
    references: [
      "Hu, Koren & Volinsky (2008): Collaborative filtering for implicit feedback datasets, ICDM.",
      "Steck (2019): Embarrassingly shallow autoencoders for sparse data, WWW.",
      "Hu, He, Gao & Zhang (2020): Modeling personalized item frequency information for next-basket recommendation, SIGIR.",
      "Deshpande & Karypis (2004): Item-based top-N recommendation algorithms, ACM TOIS 22(1), eq. 4.",
      "Dacrema, Cremonesi & Jannach (2019): Are we really making much progress? RecSys, for neighbours and popularity as baselines.",
    ],
    assumptions: ["Who bought the same before buys alike again.", "A product's number means the same in every source."],
    limits: [
      "The score ranks and is no probability, so it has no limits: recall tells how far the list may be trusted.",
      "Products that nobody has bought yet are never named; what is in stock isn't known.",
      "Only the 50,000 products with most buyers are looked at; by ALS the 5,000 most bought, by EASE 800.",
      "Where most customers bought once and one thing, lists are short and tell little beyond popularity.",
    ],
    metrics: [
      "recall at 10 (in a shop of few products at a quarter of them) of the products bought after the cut, against the most bought of the 90 days before it",
      "the same of those never bought before, against the most bought ones that the customer hadn't",
    ],
  },
  fit: (inputs, params, context): Json => {
    const sold = soldProducts(requireTable(inputs, "popularity"));
    if (sold.length === 0) return null;
    const options = paramsOf(params, context);
    const index = new Map(sold.map(({ id }, at) => [id, at]));
    const { choice } = context;
    const named = params.recommender === "best" ? (choice?.chosen ?? standing) : params.recommender;
    const fallsBack = params.recommender === "best" && choice ? isNoBetterThanPopular(choice) : false;
    const name = fallsBack ? standing : (recommenders.find((one) => one === named) ?? standing);
    const lists = listsOf(requireTable(inputs, "histories"), "products");
    const owners = inOrderOf(lists.map((list) => Int32Array.from((list ?? []).flatMap((id) => index.get(id) ?? []))));
    const baskets = [...basketsOf(requireTable(inputs, "baskets"), name === "baskets").values()]
      .map((owner) => numbered(owner, index))
      .filter((own) => own.length > 0);
    const known = knownOf(sold, options.popularityDamping, context.share);
    const fitted = fitRecommender(name, known, { owners, baskets }, options);
    const fallBack = fallsBack ? { falls_back: true } : {};
    return { ...fitted, ...fallBack, again_weight: choice?.settings?.[name]?.["again_weight"] ?? 1 } as unknown as Json;
  },
  score: (inputs, json, params) => {
    const fitted = readProducts(json);
    const table = requireTable(inputs, "histories");
    const owners = texts(table, "customer_id");
    const order = inOrder(owners);
    const n = order.length;
    const lists = new Array<readonly string[] | null>(n).fill(null);
    const [first, score] = [new Array<string | null>(n).fill(null), blank(n)];
    const recommend = fitted ? createRecommender(fitted, Number(params.decay)) : undefined;
    const histories = listsOf(table, "products");
    const baskets = basketsOf(requireTable(inputs, "baskets"), fitted?.baskets !== undefined);
    for (const [at, row] of order.entries()) {
      const best = (recommend?.(pastOf(histories[row], baskets.get(owners[row] ?? ""))) ?? []).filter(
        ({ isOwn }) => isOwn,
      );
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
    const fitted = readProducts(json);
    if (!fitted) return [];
    const table = requireTable(inputs, "histories");
    const [ids, lists] = [texts(table, "customer_id"), listsOf(table, "products")];
    const histories = new Map(ids.map((id, at) => [id, lists[at]]));
    const baskets = basketsOf(requireTable(inputs, "baskets"), fitted.baskets !== undefined);
    const after = requireTable(holdout.tables ?? {}, "products");
    const [customers, bought] = [texts(after, "customer_id"), listsOf(after, "products")];
    const cases = Array.from(inOrder(customers), (row) => ({
      ...pastOf(histories.get(customers[row] ?? null), baskets.get(customers[row] ?? "")),
      next: bought[row] ?? [],
    })).filter(({ history, next }) => history.length > 0 && next.length > 0);
    return known(productRecalls(fitted, Number(params.decay), cases));
  },
});

import type { Json } from "../../../shared/base/canonical-json.ts";
import type { Params } from "../../../shared/domain/params.ts";
import { longestBasketHistory } from "../../features/basket-days.ts";
import { defineModel } from "../define.ts";
import { requireTable, scoreTable, texts } from "../tables.ts";
import { numbered, ownersOf } from "./basket-owners.ts";
import { type BasketParams, basketDefaults, createRanking, fitBaskets, readBaskets } from "./next-basket-rank.ts";
import { evaluateBaskets } from "./next-basket-recall.ts";
import { listsOf, type Sold, soldProducts } from "./sold-products.ts";

const paramsOf = (params: Params): BasketParams => ({
  decay: {
    withinGroup: Number(params.basket_decay),
    betweenGroups: Number(params.group_decay),
    groupSize: Number(params.group_size),
  },
  neighbours: Number(params.neighbours),
});

function popularityOf(sold: readonly Sold[]): number[] {
  const isRecent = sold.some(({ recent }) => recent > 0);
  const counts = sold.map(({ recent, buyers }) => (isRecent ? recent : buyers));
  const all = Math.max(
    1,
    counts.reduce((sum, n) => sum + n, 0),
  );
  return counts.map((n) => Number((n / all).toPrecision(6)));
}

export const nextBasket = defineModel({
  name: "next_basket",
  version: 2,
  title: "Next basket",
  group: "preferences",
  inputs: { baskets: { feature: "basket_days" }, popularity: { feature: "product_popularity" } },
  apart: { inputs: ["baskets"] },
  outcomes: { next: { feature: "outcome_next_baskets" } },
  params: {
    basket_decay: {
      kind: "number",
      default: basketDefaults.decay.withinGroup,
      min: 0.1,
      max: 1,
      label: "Weight from basket to basket",
      help: "How much a basket counts against the one after it, within a group; 1 counts all alike.",
    },
    group_decay: {
      kind: "number",
      default: basketDefaults.decay.betweenGroups,
      min: 0.1,
      max: 1,
      label: "Weight from group to group",
      help: "How much a group of baskets counts against the one after it.",
    },
    group_size: {
      kind: "number",
      default: basketDefaults.decay.groupSize,
      min: 1,
      max: 20,
      integer: true,
      unit: "baskets",
      label: "Baskets a group",
      help: "How many baskets make a group.",
    },
    neighbours: {
      kind: "number",
      default: basketDefaults.neighbours,
      min: 1,
      max: 1_000,
      integer: true,
      unit: "customers",
      label: "Neighbours",
      help: "How many of the customers most alike are asked.",
    },
  },
  outputs: [
    { name: "next_basket", type: "VARCHAR[]" },
    { name: "next_item", type: "VARCHAR" },
    { name: "next_item_is_repeat", type: "BOOLEAN" },
    { name: "n_baskets", type: "INTEGER", unit: "count" },
  ],
  card: {
    purpose: "Which products, ten at most, the next basket of a customer holds, if there is one.",
    method:
      "TIFU-kNN: a customer is the frequency of the products bought, the latest baskets counting most; it is mixed with the mean of the customers most like them. How far one's own baskets count is chosen by foretelling last baskets from those before. Neighbours are looked for by cosine among at most 3,000 customers, drawn by what they bought; the last 90 days' popularity breaks ties.",
    references: [
      "Hu, He, Gao & Zhang (2020): Modeling personalized item frequency information for next-basket recommendation, SIGIR.",
      "Li, Jullien, Ariannezhad & de Rijke (2023): A next basket recommendation reality check, ACM TOIS 41(4), for repeats and explorations apart.",
    ],
    assumptions: ["Products that were bought of late come again.", "Whoever bought alike goes on alike."],
    limits: [
      "A ranking, not a chance: it has no limits; recall tells how far the list may be trusted. When somebody buys is another model's matter.",
      `Looks back on the last ${longestBasketHistory} days of purchase.`,
      "Where products are seldom bought twice, little is left beyond popularity; repeats and explorations are judged apart for that.",
      "What is in stock isn't known.",
    ],
    metrics: [
      "recall at 10 (in a shop of few products at a quarter of them) of the next basket, against the products most often bought by the customer with popular ones after them, and against popularity alone",
      "the same of products bought before (repeat), and of products never bought before against the most popular of those (new)",
    ],
  },
  fit: (inputs, params, { seed }): Json => {
    const sold = soldProducts(requireTable(inputs, "popularity"));
    const owners = ownersOf(requireTable(inputs, "baskets"));
    if (sold.length === 0 || owners.length === 0) return null;
    const index = new Map(sold.map(({ id }, at) => [id, at]));
    const histories = owners.map((owner) => numbered(owner, index)).filter((baskets) => baskets.length > 0);
    const products = sold.map(({ id }) => id);
    return fitBaskets(products, popularityOf(sold), histories, paramsOf(params), seed) as unknown as Json;
  },
  score: (inputs, json, params) => {
    const fitted = readBaskets(json);
    const owners = ownersOf(requireTable(inputs, "baskets"));
    const index = new Map(fitted?.products.map((id, at) => [id, at]));
    const rank = fitted ? createRanking(fitted, paramsOf(params)) : undefined;
    const ranked = owners.map((owner) => {
      const baskets = numbered(owner, index);
      if (!rank || baskets.length === 0) return null;
      const own = new Set(baskets.flatMap((basket) => [...basket]));
      const best = rank(baskets);
      return { names: best.map((product) => fitted?.products[product] ?? ""), isRepeat: own.has(best[0] ?? -1) };
    });
    const many = Float64Array.from(owners, ({ baskets }) => baskets.length);
    return scoreTable(
      owners.map(({ customer }) => customer),
      {
        next_basket: ranked.map((one) => one?.names ?? null),
        next_item: ranked.map((one) => one?.names[0] ?? null),
        next_item_is_repeat: Float64Array.from(ranked, (one) => (one ? Number(one.isRepeat) : Number.NaN)),
        n_baskets: many,
      },
      {
        enough: many.map((n) => (fitted && n >= 3 ? 1 : 0)),
        reason: ranked.map((one) => (one ? null : "not_enough_data")),
      },
    );
  },
  evaluate: (inputs, _scores, holdout, json, params) => {
    const fitted = readBaskets(json);
    if (!fitted) return [];
    const index = new Map(fitted.products.map((id, at) => [id, at]));
    const owners = new Map(ownersOf(requireTable(inputs, "baskets")).map((owner) => [owner.customer, owner]));
    const after = requireTable(holdout.tables ?? {}, "next");
    const [ids, lists] = [texts(after, "customer_id"), listsOf(after, "products")];
    const cases = ids
      .map((id, at) => ({ id: id ?? "", baskets: numbered(owners.get(id ?? ""), index), next: lists[at] ?? [] }))
      .filter(({ baskets, next }) => baskets.length > 0 && next.length > 0)
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    return evaluateBaskets(fitted, paramsOf(params), index, cases);
  },
});

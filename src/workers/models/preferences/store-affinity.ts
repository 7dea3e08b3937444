import type { Json } from "../../../shared/base/canonical-json.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import type { Evaluation } from "../../../shared/domain/model.ts";
import { betaLimits } from "../../numeric/distributions.ts";
import { defineModel } from "../define.ts";
import { compareMeans, known, leastCustomers } from "../evaluation.ts";
import { blank, numbers, requireTable, scoreTable, texts } from "../tables.ts";
import { type Chooser, choosersOf, totalOf } from "./shares.ts";
import { createStoreWeights, type FittedStores, fitStores, readStoreFit } from "./store-shares.ts";

const columns = { choice: "store_id", count: "n_orders" };
const listed = 3;

function placesOf(table: ColumnTable): Map<string, readonly [number, number]> {
  const [latitudes, longitudes] = [numbers(table, "latitude"), numbers(table, "longitude")];
  return new Map(texts(table, "store_id").map((id, at) => [id ?? "", [latitudes[at] ?? 0, longitudes[at] ?? 0]]));
}

const order = (weights: Float64Array) =>
  Array.from(weights.keys()).sort((a, b) => (weights[b] ?? 0) - (weights[a] ?? 0) || a - b);

export const storeAffinity = defineModel({
  name: "store_affinity",
  version: 2,
  title: "Store affinity",
  group: "preferences",
  inputs: { counts: { feature: "store_counts" }, places: { feature: "store_places" } },
  apart: { inputs: ["counts"] },
  outcomes: { stores: { feature: "outcome_stores" } },
  params: {},
  outputs: [
    { name: "home_store", type: "VARCHAR" },
    { name: "home_store_share", type: "DOUBLE", unit: "share" },
    { name: "home_store_share_low", type: "DOUBLE", unit: "share" },
    { name: "home_store_share_high", type: "DOUBLE", unit: "share" },
    { name: "stores", type: "VARCHAR[]" },
    { name: "n_store_orders", type: "INTEGER", unit: "count" },
  ],
  card: {
    purpose:
      "Which store a customer shops in, and which others lie near enough: whom to tell of an opening, a closing, an event.",
    method:
      "The customer's orders by store, drawn to the population's shares (Dirichlet-multinomial). Where places of stores are known, that pull falls with the distance from the stores the customer has used, as Huff's gravity model has it; how far it reaches is chosen by foretelling each order's store from the customer's others. Limits are those of the first store's share.",
    references: [
      "Huff (1964): Defining and estimating a trading area, Journal of Marketing 28(3).",
      "Minka (2000): Estimating a Dirichlet distribution.",
    ],
    assumptions: ["Whoever shops in a store lives or works near it.", "An order tells of one choice of store."],
    limits: [
      "Says nothing of those who never ordered in a store that a source names.",
      "Where a customer lives isn't looked at; a move shows only after some orders.",
      "Sales at the till that nobody can be tied to are missing.",
      "Without places of stores the nearest other store isn't known.",
    ],
    metrics: [
      "recall at 1 of the stores used after the cut, against the store most used by all and, apart, against the customer's own most used store",
      "log_loss of those orders' stores, against the shares of all customers",
    ],
  },
  fit: (inputs): Json => {
    const table = requireTable(inputs, "counts");
    const choices = [...new Set(texts(table, "store_id").map((id) => id ?? ""))].sort();
    const choosers = choosersOf(table, columns, choices);
    if (choosers.length === 0) return null;
    return fitStores(choosers, choices, placesOf(requireTable(inputs, "places"))) as unknown as Json;
  },
  score: (inputs, json) => {
    const fitted = readStoreFit(json);
    const table = requireTable(inputs, "counts");
    const found = fitted ? choosersOf(table, columns, fitted.choices) : [];
    const known = new Map(found.map((one) => [one.customer, one]));
    const ids = [...new Set(texts(table, "customer_id").map((id) => id ?? ""))].sort();
    const weigh = fitted ? createStoreWeights(fitted) : undefined;
    const n = ids.length;
    const [share, low, high] = [blank(n), blank(n), blank(n)];
    const first = new Array<string | null>(n).fill(null);
    const lists = new Array<readonly string[] | null>(n).fill(null);
    const memo = new Map<string, { best: number[]; share: number; low: number; high: number }>();
    for (const [at, id] of ids.entries()) {
      const counts = known.get(id)?.counts;
      if (!counts || !weigh || !fitted) continue;
      const key = counts.map((pair) => pair.join(":")).join(" ");
      const told = memo.get(key) ?? tell(weigh(counts));
      memo.set(key, told);
      lists[at] = told.best.map((store) => fitted.choices[store] ?? "");
      first[at] = lists[at]?.[0] ?? null;
      [share[at], low[at], high[at]] = [told.share, told.low, told.high];
    }
    const orders = Float64Array.from(ids, (id) => totalOf(known.get(id)?.counts ?? []));
    return scoreTable(
      ids,
      {
        home_store: first,
        home_store_share: share,
        home_store_share_low: low,
        home_store_share_high: high,
        stores: lists,
        n_store_orders: orders,
      },
      { enough: orders.map((k) => (k >= 3 ? 1 : 0)), reason: first.map((store) => (store ? null : "not_enough_data")) },
    );
  },
  evaluate: (inputs, _scores, holdout, json) => {
    const fitted = readStoreFit(json);
    if (!fitted || fitted.choices.length < 2) return [];
    const before = new Map(
      choosersOf(requireTable(inputs, "counts"), columns, fitted.choices).map((one) => [one.customer, one]),
    );
    const after = choosersOf(requireTable(holdout.tables ?? {}, "stores"), columns, fitted.choices);
    return judge(
      fitted,
      after.flatMap((next) => {
        const own = before.get(next.customer);
        return own ? [{ own, next }] : [];
      }),
    );
  },
});

function tell({ weights, total }: { weights: Float64Array; total: number }) {
  const best = order(weights).slice(0, listed);
  const weight = weights[best[0] ?? 0] ?? 0;
  const [low, high] = weights.length < 2 ? [1, 1] : betaLimits(weight, total - weight);
  return {
    best,
    share: weight / total,
    low,
    high,
  };
}

function judge(fitted: FittedStores, cases: readonly { own: Chooser; next: Chooser }[]): readonly Evaluation[] {
  if (cases.length < leastCustomers) return [];
  const weigh = createStoreWeights(fitted);
  const popular = order(Float64Array.from(fitted.shares))[0] ?? 0;
  const hit = ({ counts }: Chooser, store: number) =>
    (counts.find(([one]) => one === store)?.[1] ?? 0) / Math.max(1, totalOf(counts));
  const loss = ({ counts }: Chooser, shareOf: (store: number) => number) =>
    counts.reduce((sum, [store, k]) => sum - k * Math.log(Math.max(1e-6, shareOf(store))), 0) /
    Math.max(1, totalOf(counts));
  const scored = cases.map(({ own, next }) => {
    const { weights, total } = weigh(own.counts);
    const modal = own.counts.reduce((a, b) => (b[1] > a[1] ? b : a), own.counts[0] ?? [popular, 0])[0];
    return {
      hit: hit(next, order(weights)[0] ?? 0),
      popular: hit(next, popular),
      modal: hit(next, modal),
      loss: loss(next, (store) => (weights[store] ?? 0) / total),
      plain: loss(next, (store) => fitted.shares[store] ?? 0),
    };
  });
  const recall = (metric: string, baseline: string, naive: number[]) =>
    compareMeans({ metric, baseline, own: scored.map((one) => one.hit), naive, better: "higher" });
  return known([
    ...recall(
      "recall_at_1",
      "the store most used by all",
      scored.map((one) => one.popular),
    ),
    ...recall(
      "recall_at_1_over_modal",
      "the customer's most used store",
      scored.map((one) => one.modal),
    ),
    ...compareMeans({
      metric: "log_loss",
      baseline: "shares of all customers",
      own: scored.map((one) => one.loss),
      naive: scored.map((one) => one.plain),
      better: "lower",
    }),
  ]);
}

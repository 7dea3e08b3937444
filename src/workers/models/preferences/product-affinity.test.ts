import { expect, test } from "vitest";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import { defaultsOf } from "../../../shared/domain/params.ts";
import type { TournamentChoice, TournamentRow } from "../../../shared/domain/tournament.ts";
import { productAffinity } from "./product-affinity.ts";

const products = Array.from({ length: 40 }, (_, at) => `p${String(at).padStart(2, "0")}`);
const histories = Array.from({ length: 60 }, (_, at) => [0, 1, 2].map((k) => products[(at * 7 + k * 3) % 40] ?? ""));
const table = (columns: ColumnTable["columns"], rows: number): ColumnTable => ({ rows, columns });
const buyers = Float64Array.from(products, (id) => histories.filter((list) => list.includes(id)).length);
const inputs = {
  histories: table(
    {
      customer_id: histories.map((_, at) => `c${at}`),
      products: histories as never,
      n_products: new Float64Array(60).fill(3),
    },
    60,
  ),
  popularity: table(
    { product_id: products, n_buyers: buyers, n_recent_buyers: buyers, n_repeat_buyers: new Float64Array(40) },
    40,
  ),
  baskets: table({ customer_id: [], day: new Float64Array(0), products: [] }, 0),
};

/** What two cuts told: recall of the item neighbours and of popularity, each with the half width of its 95 % interval. */
function choiceOf(own: number, popular: number, half: number): TournamentChoice {
  const row = (candidate: string, cut_on: string, value: number): TournamentRow => ({
    ...{ candidate, cut_on, n: 400, relative: (1 - value) / (1 - popular) },
    metrics: [{ metric: "recall_at_10", value, low: value - half, high: value + half }],
  });
  const rows = ["2026-01-25", "2026-04-26"].flatMap((cut) => [
    row("neighbours", cut, own),
    row("popularity", cut, popular),
  ]);
  return {
    ...{
      target: "product",
      fit_as_of: "2026-07-26",
      horizon_days: 90,
      chosen: "neighbours",
      weights: { neighbours: 1 },
    },
    ...{ ranking: ["neighbours"], stack_weights: null, left_out: [], rows, reason: "" },
  };
}

const fitted = (choice: TournamentChoice, params: object = {}) =>
  productAffinity.fit(
    inputs,
    { ...defaultsOf(productAffinity.params), ...params },
    { horizonDays: 365, purchaseHorizonDays: 90, seed: 1, throwIfCancelled: () => undefined, choice },
  ) as { falls_back?: boolean };

test("a recommender stands only where its lead over popularity at the rolling cuts is more than chance", () => {
  expect(fitted(choiceOf(0.31, 0.07, 0.01)).falls_back).toBeUndefined();
  expect(fitted(choiceOf(0.004, 0.003, 0.003)).falls_back).toBe(true); // a hit more among hundreds
  expect(fitted(choiceOf(0.003, 0.004, 0.0001)).falls_back).toBe(true);
  expect(fitted(choiceOf(0.004, 0.003, 0.003), { recommender: "neighbours" }).falls_back).toBeUndefined(); // a person chose it
});

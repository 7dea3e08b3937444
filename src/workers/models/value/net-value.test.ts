import { expect, it } from "vitest";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import { netValue } from "./net-value.ts";

const n = 60;
const ids = Array.from({ length: n }, (_, at) => `c${String(at).padStart(3, "0")}`);
const all = (value: number | ((at: number) => number)) =>
  Float64Array.from(ids, (_, at) => (typeof value === "number" ? value : value(at)));
const table = (columns: ColumnTable["columns"]): ColumnTable => ({
  rows: n,
  columns: { customer_id: ids, ...columns },
});
const none: ColumnTable = { rows: 0, columns: {} };
const context = { horizonDays: 90, purchaseHorizonDays: 90, seed: 1, throwIfCancelled: () => undefined };

function judged(refunded: number) {
  const value = all((at) => 1_000 + 10 * at);
  const inputs = {
    summary: table({
      frequency: all(2),
      t_age: all(200),
      transaction_count: all(3),
      order_count: all(3),
      revenue_minor: all(3_000),
      net_revenue_minor: all(3_000 * (1 - refunded)),
    }),
    value: table({
      predicted_value_minor: value,
      predicted_value_minor_low: value.map((one) => one / 2),
      predicted_value_minor_high: value.map((one) => 2 * one),
    }),
    returns:
      refunded > 0
        ? table({
            return_rate: all(refunded),
            return_rate_low: all(refunded / 2),
            return_rate_high: all(Math.min(1, 2 * refunded)),
            n_returned: all(1),
          })
        : none,
    margins: none,
  };
  const outcomes = table({ n_purchases: all(1), revenue_minor: value, next_purchase_days: all(9) });
  const refunds =
    refunded > 0
      ? table({ refund_minor: value.map((one) => one * refunded) })
      : { rows: 0, columns: { customer_id: [] } };
  const fitted = netValue.fit(inputs, {}, context);
  const scores = netValue.score(inputs, fitted, { serial_times: 2 }, context);
  const holdout = { horizonDays: 90, outcomes, outcomeCategories: none, tables: { refunds } };
  return netValue.evaluate(inputs, scores, holdout, fitted, {}, context);
}

it("is surely nearer to what is left than value before returns where goods come back", () => {
  const [mae] = judged(0.3);
  expect(mae).toMatchObject({ metric: "mae_net_minor", beatsBaseline: true });
  expect(mae?.advantage?.low).toBeGreaterThan(0);
});

it("isn't judged where nothing is known to come back: net is gross then", () => {
  expect(judged(0)).toEqual([]);
});

it("takes nothing off for returns whose refunds nobody told, and says so", () => {
  const inputs = {
    summary: table({
      frequency: all(2),
      transaction_count: all(3),
      order_count: all(3),
      revenue_minor: all(3_000),
      net_revenue_minor: all(3_000),
    }),
    value: table({
      predicted_value_minor: all(1_000),
      predicted_value_minor_low: all(500),
      predicted_value_minor_high: all(2_000),
    }),
    returns: table({
      return_rate: all(0.2),
      return_rate_low: all(0.1),
      return_rate_high: all(0.3),
      n_returned: all(1),
    }),
    margins: none,
  };
  const fitted = netValue.fit(inputs, {}, context);
  const { columns } = netValue.score(inputs, fitted, { serial_times: 2 }, context);
  expect(columns["reason"]?.[0]).toBe("no_refunds");
  expect(columns["expected_refund_share"]?.[0]).toBeNaN();
  expect([columns["net_value_minor"]?.[0], columns["is_serial_returner"]?.[0]]).toEqual([1_000, 0]);
});

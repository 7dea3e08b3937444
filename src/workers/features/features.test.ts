import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type BoughtOrder,
  customerId,
  givenOrders,
  lakeRow,
  type Row,
  runPurchases,
  StepBench,
} from "../../../test/support/step-harness.ts";
import { transactions } from "../customers/transactions.ts";
import { categoryCounts } from "./category-counts.ts";
import { cohorts, revenueWeeks } from "./history.ts";
import { outcomeCategories, outcomes } from "./outcomes.ts";
import { pricePositions } from "./price-positions.ts";
import { purchaseSummary } from "./purchase-summary.ts";
import { rfmWindows } from "./rfm-windows.ts";

const ann = customerId("ann");
const bob = customerId("bob");
const orders: readonly BoughtOrder[] = [
  { order: "1", customer: "ann", at: "2025-06-20 09:00:00", price: 1000 },
  { order: "2", customer: "ann", at: "2026-01-05 09:00:00", price: 2000 },
  { order: "3", customer: "ann", at: "2026-01-05 15:00:00", price: 500, lines: [{ product_id: "p2" }] },
  { order: "4", customer: "ann", at: "2026-06-01 09:00:00", price: 3000, lines: [{ quantity: 2 }] },
  { order: "5", customer: "bob", at: "2026-06-30 09:00:00", price: 4000 },
  { order: "6", customer: "bob", at: "2026-07-10 09:00:00", price: 9000 },
  { order: "7", customer: "cat", at: "2026-07-10 09:00:00", price: 100 },
];
let bench: StepBench;
beforeEach(async () => {
  bench = new StepBench();
  await givenOrders(bench, orders);
  await bench.given("lake", "products", [
    lakeRow({ product_id: "p1", category: "Coats" }),
    lakeRow({ product_id: "p2" }),
  ]);
  await runPurchases(bench);
  await bench.run(transactions);
});
afterEach(() => bench.close());

const picked = (rows: readonly Row[] | undefined, names: readonly string[]) =>
  (rows ?? []).map((row) => names.map((name) => row[name]));

describe("the purchase summary", () => {
  it("counts repeat days, age and money as the papers do, and nothing after the day", async () => {
    const { purchase_summary } = await bench.run(purchaseSummary);
    expect(purchase_summary).toEqual([
      {
        customer_id: ann,
        frequency: 2,
        recency: 346,
        t_age: 375,
        monetary_value: 4250,
        sum_log_interval: Math.log(199) + Math.log(147),
        first_order_on: "2025-06-20",
        last_order_on: "2026-06-01",
        days_since_last_purchase: 29,
        order_count: 4,
        transaction_count: 3,
        revenue_minor: 9500,
        net_revenue_minor: 9500,
        average_order_minor: 2375,
        return_count: 0,
        last_transaction_minor: 6000,
        first_transaction_minor: 1000,
        interval_sd_days: expect.closeTo(36.769_552_6, 6),
      },
      expect.objectContaining({
        customer_id: bob,
        frequency: 0,
        recency: 0,
        t_age: 0,
        monetary_value: 0,
        sum_log_interval: 0,
        revenue_minor: 4000,
        interval_sd_days: null,
      }),
    ]);
  });

  it("is the same at a day whatever came later", async () => {
    const before = await bench.run(purchaseSummary, { asOf: "2026-06-15" });
    await givenOrders(
      bench,
      orders.filter(({ at }) => at < "2026-06-15"),
    );
    await runPurchases(bench);
    await bench.run(transactions);
    expect(await bench.run(purchaseSummary, { asOf: "2026-06-15" })).toEqual(before);
  });
});

it("windows of 30 to 365 days end with the day itself", async () => {
  const { rfm_windows } = await bench.run(rfmWindows);
  expect(rfm_windows).toEqual([
    {
      customer_id: ann,
      orders_30: 1,
      orders_90: 1,
      orders_180: 3,
      orders_365: 3,
      revenue_30: 6000,
      revenue_90: 6000,
      revenue_180: 8500,
      revenue_365: 8500,
    },
    {
      customer_id: bob,
      orders_30: 1,
      orders_90: 1,
      orders_180: 1,
      orders_365: 1,
      revenue_30: 4000,
      revenue_90: 4000,
      revenue_180: 4000,
      revenue_365: 4000,
    },
  ]);
});

it("counts of categories leave out lines without one", async () => {
  const { category_counts } = await bench.run(categoryCounts);
  expect(category_counts).toEqual([
    {
      customer_id: ann,
      category: "Coats",
      n_lines: 3,
      n_orders: 3,
      quantity: 4,
      revenue_minor: 9000,
      last_on: "2026-06-01",
    },
    {
      customer_id: bob,
      category: "Coats",
      n_lines: 1,
      n_orders: 1,
      quantity: 1,
      revenue_minor: 4000,
      last_on: "2026-06-30",
    },
  ]);
});

it("positions are mid-ranks of list prices within the category as known at the day", async () => {
  const { price_positions } = await bench.run(pricePositions);
  expect(picked(price_positions, ["customer_id", "category", "n_lines", "mean_percentile", "sum_percentile"])).toEqual([
    [ann, "Coats", 3, 0.375, 1.125],
    [ann, "all", 1, 0.5, 0.5],
    [bob, "Coats", 1, 0.875, 0.875],
  ]);
});

describe("outcomes", () => {
  it("are what those who had bought by the cut did within the horizon", async () => {
    const { outcomes: rows } = await bench.run(outcomes, { asOf: "2026-01-05", horizonDays: 147 });
    expect(rows).toEqual([{ customer_id: ann, n_purchases: 1, revenue_minor: 6000, next_purchase_days: 147 }]);
    const { outcomes: shorter } = await bench.run(outcomes, { asOf: "2026-01-05", horizonDays: 146 });
    expect(shorter).toEqual([{ customer_id: ann, n_purchases: 0, revenue_minor: 0, next_purchase_days: null }]);
  });

  it("rank prices as they stood at the cut", async () => {
    const { outcome_categories } = await bench.run(outcomeCategories, { asOf: "2026-01-05", horizonDays: 365 });
    expect(outcome_categories).toEqual([
      { customer_id: ann, category: "Coats", n_lines: 1, median_price_percentile: 0.75 },
    ]);
  });
});

it("weeks begin on Monday and cohorts with the first purchase's month", async () => {
  const { revenue_weeks } = await bench.run(revenueWeeks);
  expect(picked(revenue_weeks, ["week", "revenue_minor", "n_orders", "n_customers"])).toEqual([
    ["2025-06-16", 1000, 1, 1],
    ["2026-01-05", 2500, 2, 1],
    ["2026-06-01", 6000, 1, 1],
    ["2026-06-29", 4000, 1, 1],
  ]);
  const { cohorts: rows } = await bench.run(cohorts);
  expect(picked(rows, ["month", "age", "customers", "buyers"])).toEqual([
    ["2025-06-01", 0, 1, 1],
    ["2025-06-01", 7, 1, 1],
    ["2025-06-01", 12, 1, 1],
    ["2026-06-01", 0, 1, 1],
  ]);
});

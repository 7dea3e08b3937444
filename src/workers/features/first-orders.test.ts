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
import { customerMargins, outcomeRefunds } from "./customer-margins.ts";
import { firstOrders } from "./first-orders.ts";
import { outcomeCohorts } from "./outcome-cohorts.ts";
import { valueTraining } from "./value-training.ts";

const ann = customerId("ann");
const bob = customerId("bob");
const cat = customerId("cat");
const orders: readonly BoughtOrder[] = [
  {
    order: "1",
    customer: "ann",
    at: "2026-01-05 09:00:00",
    lines: [
      { product_id: "p1", unit_price_minor: 1000 },
      { product_id: "p2", unit_price_minor: 3000 },
    ],
  },
  { order: "2", customer: "ann", at: "2026-02-10 09:00:00", price: 2000 },
  { order: "3", customer: "ann", at: "2026-05-16 09:00:00", price: 500 },
  { order: "4", customer: "bob", at: "2026-04-30 09:00:00", price: 4000 },
  { order: "5", customer: "bob", at: "2026-07-10 09:00:00", price: 9000 },
  { order: "6", customer: "cat", at: "2026-07-12 09:00:00", price: 100 },
];
let bench: StepBench;
beforeEach(async () => {
  bench = new StepBench({ asOf: "2026-06-30", horizonDays: 90 });
  await givenOrders(bench, orders);
  await bench.given("lake", "products", [
    lakeRow({ product_id: "p1", category: "Coats", cost_minor: 400 }),
    lakeRow({ product_id: "p2", category: "Hats" }),
  ]);
  await bench.given("lake", "returns", [
    lakeRow({
      return_id: "r1",
      order_id: "4",
      product_id: "p1",
      returned_at: "2026-05-10 09:00:00",
      refund_minor: 4000,
    }),
    lakeRow({
      return_id: "r2",
      order_id: "5",
      product_id: "p1",
      returned_at: "2026-08-01 09:00:00",
      refund_minor: 9000,
    }),
  ]);
  await runPurchases(bench);
  await bench.run(transactions);
});
afterEach(() => bench.close());

const of = (rows: readonly Row[] | undefined, id: string) => rows?.find((row) => row["customer_id"] === id);

describe("first orders", () => {
  it("tell what was in them and what followed, as far as it is known by the day", async () => {
    const { first_orders: rows } = await bench.run(firstOrders);
    expect(rows?.map((row) => row["customer_id"]).sort()).toEqual([ann, bob].sort());
    expect(of(rows, ann)).toMatchObject({
      age_days: 176,
      first_minor: 4000,
      n_lines: 2,
      n_categories: 2,
      mean_price_minor: 2000,
      weekday: 1,
      month: 1,
      category: "Hats",
      second_after_days: 36,
      revenue_after_0: 2000,
      revenue_after_30: 2000,
      // days 91 to 180 end after the day
      revenue_after_90: null,
    });
    expect(of(rows, bob)).toMatchObject({ age_days: 61, second_after_days: null, revenue_after_0: null });
  });
});

describe("revenue after earlier cuts", () => {
  const at = (id: string, day: number): Row => ({ customer_id: id, t_age: day, frequency: 0 });

  it("is that of the horizon, at the cuts that lie as far back", async () => {
    await bench.given("customer_features", "customer_features", [at(ann, 86), at(bob, 0)], 91);
    await bench.given("customer_features", "customer_features", [at(ann, 0)], 182);
    const { value_training: rows } = await bench.run(valueTraining);
    expect(
      rows?.map((row) => [row["customer_id"], row["cut_days"], row["revenue_after"], row["purchases_after"]]),
    ).toEqual(
      [
        [ann, 91, 500, 1],
        [ann, 182, 2000 + 4000, 2],
        [bob, 91, 4000, 1],
      ].sort((a, b) =>
        String(a[0]) < String(b[0]) ? -1 : String(a[0]) > String(b[0]) ? 1 : Number(a[1]) - Number(b[1]),
      ),
    );
    expect(rows?.every((row) => row["window_days"] === 90)).toBe(true);
  });

  it("is that up to the day where no cut lies the horizon back", async () => {
    await bench.given("customer_features", "customer_features", [at(ann, 86), at(bob, 0)], 91);
    await bench.given("customer_features", "customer_features", [at(ann, 0)], 182);
    const { value_training: rows } = await bench.run(valueTraining, { horizonDays: 365 });
    expect(rows?.map((row) => [row["cut_days"], row["window_days"], row["revenue_after"]])).toEqual([[182, 182, 6500]]);
  });
});

describe("what followed a cut", () => {
  it("is whole months of those who were customers at it", async () => {
    const { outcome_cohorts: rows } = await bench.run(outcomeCohorts, { asOf: "2026-03-31" });
    expect(rows).toEqual([
      { month: "2026-01-01", age: 3, customers: 1, buyers: 0 },
      { month: "2026-01-01", age: 4, customers: 1, buyers: 1 },
    ]);
  });

  it("is the refunds of its time", async () => {
    const { outcome_refunds: rows } = await bench.run(outcomeRefunds);
    expect(rows).toEqual([{ customer_id: bob, refund_minor: 9000 }]);
  });
});

describe("margins", () => {
  it("are of lines whose product has a cost", async () => {
    const { customer_margins: rows } = await bench.run(customerMargins);
    expect(of(rows, ann)).toEqual({ customer_id: ann, costed_minor: 3500, cost_minor: 1200 });
    expect(of(rows, cat)).toBeUndefined();
  });
});

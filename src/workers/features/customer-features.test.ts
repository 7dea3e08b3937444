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
import { customerFeatures } from "./customer-features.ts";
import { purchaseTraining } from "./purchase-training.ts";

const ann = customerId("ann");
const bob = customerId("bob");
const orders: readonly BoughtOrder[] = [
  { order: "1", customer: "ann", at: "2025-08-20 09:00:00", price: 1000 },
  {
    order: "2",
    customer: "ann",
    at: "2026-02-05 09:00:00",
    price: 2000,
    lines: [{ product_id: "p1" }, { product_id: "p2" }],
  },
  { order: "3", customer: "ann", at: "2026-05-16 09:00:00", price: 500 },
  { order: "4", customer: "bob", at: "2026-04-30 09:00:00", price: 4000 },
  { order: "5", customer: "bob", at: "2026-07-10 09:00:00", price: 9000 },
];
const asOf = "2026-06-30";
let bench: StepBench;
beforeEach(async () => {
  bench = new StepBench({ asOf });
  await givenOrders(bench, orders);
  await bench.given("lake", "products", [
    lakeRow({ product_id: "p1", category: "Coats" }),
    lakeRow({ product_id: "p2", category: "Hats" }),
  ]);
  await bench.given("activity", "message_events", [
    lakeRow({ event_id: "a", customer_id: ann, event_type: "sent", occurred_at: "2026-06-01 08:00:00" }),
    lakeRow({ event_id: "b", customer_id: ann, event_type: "opened", occurred_at: "2026-06-02 08:00:00" }),
    lakeRow({
      event_id: "c",
      customer_id: ann,
      event_type: "opened",
      occurred_at: "2026-06-03 08:00:00",
      is_machine_open: true,
    }),
    lakeRow({ event_id: "d", customer_id: ann, event_type: "opened", occurred_at: "2026-07-02 08:00:00" }),
  ]);
  await bench.given("activity", "web_events", []);
  await runPurchases(bench);
  await bench.run(transactions);
});
afterEach(() => bench.close());

const of = (rows: readonly Row[] | undefined, id: string) => rows?.find((row) => row["customer_id"] === id);

describe("customer features", () => {
  it("tell purchases, cadence and categories by the day, and nothing after it", async () => {
    const { customer_features } = await bench.run(customerFeatures);
    expect(customer_features?.length).toBe(2);
    expect(of(customer_features, ann)).toMatchObject({
      days_since_last_purchase: 45,
      frequency: 2,
      recency: 269,
      t_age: 314,
      purchases_30: 0,
      purchases_90: 1,
      purchases_180: 2,
      purchases_365: 3,
      purchases_same_season: 1,
      mean_interval_days: 134.5,
      n_categories: 2,
      top_category_share: 0.75,
      return_count: 0,
    });
    expect(of(customer_features, bob)).toMatchObject({
      frequency: 0,
      mean_interval_days: null,
      days_since_last_purchase: 61,
    });
  });

  it("count messages that people opened, and leave visits open without a source of them", async () => {
    const { customer_features } = await bench.run(customerFeatures);
    const messages = { messages_sent_90: 1, messages_opened_90: 1, days_since_last_open: 28 };
    expect(of(customer_features, ann)).toMatchObject({ ...messages, visits_90: null });
    expect(of(customer_features, bob)).toMatchObject({
      messages_sent_90: 0,
      messages_opened_90: 0,
      days_since_last_open: null,
    });
  });
});

describe("what followed earlier cuts", () => {
  const at = (days: number) => {
    const day = new Date(`${asOf}T00:00:00Z`);
    day.setUTCDate(day.getUTCDate() - days);
    return day.toISOString().slice(0, 10);
  };
  const cutsGiven = async () => {
    for (const days of [91, 182, 273, 365]) {
      const { customer_features = [] } = await bench.run(customerFeatures, { asOf: at(days) });
      await bench.given("customer_features", "customer_features", customer_features, days);
    }
  };
  const told = (rows: readonly Row[] | undefined) =>
    (rows ?? []).map((row) => [row["customer_id"], row["cut_days"], row["is_buyer"]]);

  it("tells whether a purchase followed each cut within the horizon, and nothing of what came after the day", async () => {
    await cutsGiven();
    const { purchase_training } = await bench.run(purchaseTraining, { asOf, horizonDays: 90 });
    expect(told(purchase_training)).toEqual([
      [ann, 91, 1],
      [ann, 182, 1],
      [ann, 273, 0],
    ]);
  });

  it("leaves out cuts after which the horizon has not passed", async () => {
    await cutsGiven();
    const { purchase_training } = await bench.run(purchaseTraining, { asOf, horizonDays: 200 });
    expect(told(purchase_training)).toEqual([[ann, 273, 1]]);
  });
});

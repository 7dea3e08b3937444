import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  customerId,
  givenOrders,
  lakeRow,
  type Row,
  runPurchases,
  StepBench,
} from "../../../test/support/step-harness.ts";
import { purchaseSummary } from "../features/purchase-summary.ts";
import { anonymous } from "./anonymous.ts";
import { customerBase } from "./customer-base.ts";
import { transactions } from "./transactions.ts";

const ann = customerId("ann");
const bob = customerId("bob");
let bench: StepBench;
beforeEach(() => {
  bench = new StepBench();
});
afterEach(() => bench.close());

const days = async () => {
  await runPurchases(bench);
  const { transactions: rows = [] } = await bench.run(transactions);
  return rows.map(({ customer_id, day, n_orders, n_lines, revenue_minor }) => [
    customer_id,
    day,
    n_orders,
    n_lines,
    revenue_minor,
  ]);
};
const summary = async (asOf = "2026-06-30") => {
  await runPurchases(bench);
  await bench.run(transactions);
  const { purchase_summary = [] } = await bench.run(purchaseSummary, { asOf });
  return purchase_summary;
};

async function fileOrders(spanEnds: readonly string[]): Promise<void> {
  for (const table of ["orders", "order_lines"]) await bench.file("lake", table, "CAST(ordered_at AS DATE)", spanEnds);
}

describe("a purchase", () => {
  it("merges the orders of one day into one transaction", async () => {
    await givenOrders(bench, [
      { order: "1", customer: "ann", at: "2026-01-05 09:00:00", price: 1000 },
      { order: "2", customer: "ann", at: "2026-01-05 18:00:00", price: 500, lines: [{}, { quantity: 2 }] },
      { order: "3", customer: "ann", at: "2026-02-05 10:00:00", price: 700 },
    ]);
    expect(await days()).toEqual([
      [ann, "2026-01-05", 2, 3, 2500],
      [ann, "2026-02-05", 1, 1, 700],
    ]);
  });

  it("falls on the day of the brand's zone", async () => {
    await givenOrders(bench, [{ order: "1", customer: "ann", at: "2026-06-30 23:30:00" }]);
    expect(await days()).toEqual([[ann, "2026-07-01", 1, 1, 1000]]);
    await runPurchases(bench, { brand: { timeZone: "America/New_York" } });
    const { transactions: rows = [] } = await bench.run(transactions);
    expect(rows.map(({ day }) => day)).toEqual(["2026-06-30"]);
  });

  it("is delivered on a day of the brand's zone too", async () => {
    await givenOrders(bench, [
      {
        order: "1",
        customer: "ann",
        at: "2026-06-30 23:00:00",
        lines: [{ delivered_at: "2026-06-30 23:00:00" }, { delivered_at: "2026-07-02 12:00:00" }],
      },
    ]);
    const { details = [] } = await runPurchases(bench, { brand: { timeZone: "Europe/London" } });
    expect(details.map(({ delivered_on }) => delivered_on)).toEqual(["2026-07-01", "2026-07-02"]);
  });

  it("needs a line with a price, unless the source has no lines", async () => {
    await givenOrders(bench, [
      { order: "1", customer: "ann", at: "2026-01-05 09:00:00", price: 0 },
      {
        order: "2",
        customer: "ann",
        at: "2026-01-06 09:00:00",
        lines: [{ unit_price_minor: 0 }, { unit_price_minor: 300 }],
      },
      {
        order: "3",
        customer: "bob",
        at: "2026-01-07 09:00:00",
        lines: [{ product_id: null, source: "till", unit_price_minor: 0 }],
      },
      {
        order: "4",
        customer: "bob",
        at: "2026-01-08 09:00:00",
        lines: [{ product_id: null, source: "till", unit_price_minor: 250 }],
      },
      { order: "5", customer: "ann", at: "2026-01-09 09:00:00", lines: [{ product_id: null, unit_price_minor: 0 }] },
    ]);
    expect(await days()).toEqual([
      [ann, "2026-01-06", 1, 2, 300],
      [bob, "2026-01-07", 1, 1, 0],
      [bob, "2026-01-08", 1, 1, 250],
    ]);
  });

  it("is no order that was cancelled or voided", async () => {
    await givenOrders(bench, [
      { order: "1", customer: "ann", at: "2026-01-05 09:00:00", status: "Cancelled" },
      { order: "2", customer: "ann", at: "2026-01-06 09:00:00", status: "voided " },
      { order: "3", customer: "ann", at: "2026-01-07 09:00:00", status: "refunded" },
    ]);
    expect(await days()).toEqual([[ann, "2026-01-07", 1, 1, 1000]]);
    const { lines = [] } = await runPurchases(bench);
    expect(lines.map(({ is_cancelled, is_purchase }) => [is_cancelled, is_purchase])).toEqual([
      [true, false],
      [true, false],
      [false, true],
    ]);
  });

  it("brings the line after all discounts", async () => {
    await givenOrders(bench, [
      { order: "1", customer: "ann", at: "2026-01-05 09:00:00", lines: [{ quantity: 3, discount_minor: 400 }] },
    ]);
    expect(await days()).toEqual([[ann, "2026-01-05", 1, 1, 2600]]);
  });
});

describe("other currencies", () => {
  const orders = [
    { order: "1", customer: "ann", at: "2026-01-05 09:00:00", price: 1000, currency: "EUR" },
    { order: "2", customer: "ann", at: "2026-01-06 09:00:00", price: 1000, currency: "EUR" },
    { order: "3", customer: "ann", at: "2026-01-07 09:00:00", price: 20_000, currency: "JPY" },
  ];
  it("are converted at the order day's rate, and stay out of money without one", async () => {
    await givenOrders(bench, orders);
    await bench.given("lake", "exchange_rates", [
      lakeRow({ valid_on: "2026-01-05", currency: "EUR", rate: 0.85 }),
      lakeRow({ valid_on: "2026-01-07", currency: "JPY", rate: 0.005 }),
    ]);
    const { lines = [], unconverted } = await runPurchases(bench);
    expect(
      lines.map(({ revenue_minor, unit_price_minor, currency, is_purchase }) => [
        revenue_minor,
        unit_price_minor,
        currency,
        is_purchase,
      ]),
    ).toEqual([
      [850, 850, "EUR", true],
      [null, null, "EUR", true],
      [10_000, 10_000, "JPY", true],
    ]);
    expect(unconverted).toEqual([{ lines: 1, currencies: 1 }]);
    expect(await days()).toEqual([
      [ann, "2026-01-05", 1, 1, 850],
      [ann, "2026-01-06", 1, 1, 0],
      [ann, "2026-01-07", 1, 1, 10_000],
    ]);
  });

  it("turn refunds by the same rate", async () => {
    await givenOrders(bench, orders);
    await bench.given("lake", "exchange_rates", [lakeRow({ valid_on: "2026-01-05", currency: "EUR", rate: 0.85 })]);
    await bench.given("lake", "returns", [
      lakeRow({ return_id: "r1", order_id: "1", returned_at: "2026-02-01 09:00:00", refund_minor: 400 }),
      lakeRow({ return_id: "r2", order_id: "2", returned_at: "2026-02-01 09:00:00", refund_minor: 400 }),
    ]);
    const { returns = [] } = await runPurchases(bench);
    expect(returns.map(({ refund_minor }) => refund_minor)).toEqual([340, null]);
  });
});

describe("returns", () => {
  const bought = [
    { order: "1", customer: "ann", at: "2026-01-05 09:00:00", price: 5000 },
    { order: "2", customer: "ann", at: "2026-03-05 09:00:00", price: 3000 },
    { order: "3", customer: "ann", at: "2026-04-05 09:00:00", price: 3000, status: "cancelled" },
  ];
  const back = [
    {
      return_id: "line:9:1",
      order_id: "1",
      line_id: "1",
      product_id: "p1",
      returned_at: "2026-01-20 09:00:00",
      refund_minor: 5000,
      reason: "negative line",
    },
    { return_id: "r2", order_id: "2", returned_at: "2026-06-30 22:30:00", refund_minor: 1000 },
    { return_id: "r3", order_id: "2", returned_at: "2026-07-01 09:00:00", refund_minor: 500 },
    { return_id: "r4", order_id: "3", returned_at: "2026-04-06 09:00:00", refund_minor: 3000 },
  ].map((row) => lakeRow(row as Row));

  it("never undo the day of the purchase, and lessen net revenue from their own day on", async () => {
    await givenOrders(bench, bought);
    await bench.given("lake", "returns", back);
    const shown = async (asOf: string) =>
      (await summary(asOf)).map(({ frequency, order_count, revenue_minor, net_revenue_minor, return_count }) => [
        frequency,
        order_count,
        revenue_minor,
        net_revenue_minor,
        return_count,
      ]);
    expect(await shown("2026-01-19")).toEqual([[0, 1, 5000, 5000, 0]]);
    expect(await shown("2026-01-20")).toEqual([[0, 1, 5000, 0, 1]]);
    expect(await shown("2026-06-29")).toEqual([[1, 2, 8000, 3000, 1]]);
    expect(await shown("2026-06-30")).toEqual([[1, 2, 8000, 2000, 2]]);
    expect(await shown("2026-07-01")).toEqual([[1, 2, 8000, 1500, 3]]);
  });

  it("without a date count from their order's day on", async () => {
    await givenOrders(bench, bought);
    await bench.given("lake", "returns", [lakeRow({ return_id: "r", order_id: "2", refund_minor: 700 })]);
    const net = async (asOf: string) => (await summary(asOf)).map(({ net_revenue_minor }) => net_revenue_minor);
    expect(await net("2026-03-04")).toEqual([5000]);
    expect(await net("2026-03-05")).toEqual([7300]);
  });

  it("that no order of the lake is known for are counted by whose order they name", async () => {
    await givenOrders(bench, bought.slice(0, 1));
    await bench.given("customer_ids", "order_customers", [
      { key_space: "brand", order_id: "1", customer_id: ann },
      { key_space: "brand", order_id: "C9", customer_id: ann },
    ]);
    await bench.given("lake", "returns", [
      lakeRow({ return_id: "r", order_id: "C9", returned_at: "2026-02-01 09:00:00", refund_minor: 900 }),
    ]);
    expect((await summary()).map(({ net_revenue_minor }) => net_revenue_minor)).toEqual([4100]);
  });
});

describe("customers of the day", () => {
  it("are those with a record dated by then or undated, buyers and prospects", async () => {
    await givenOrders(bench, [
      { order: "1", customer: "ann", at: "2026-01-05 09:00:00" },
      { order: "2", customer: "bob", at: "2026-07-05 09:00:00" },
    ]);
    await bench.given("people", "record_dates", [
      { customer_id: ann, first_record_on: "2026-01-05" },
      { customer_id: bob, first_record_on: "2026-06-30" },
      { customer_id: customerId("cat"), first_record_on: "2026-07-01" },
      { customer_id: customerId("dan"), first_record_on: null },
    ]);
    await runPurchases(bench);
    await bench.run(transactions);
    const { customer_base = [] } = await bench.run(customerBase);
    expect(customer_base).toEqual([
      { customer_id: ann, is_buyer: true, first_record_on: "2026-01-05" },
      { customer_id: bob, is_buyer: false, first_record_on: "2026-06-30" },
      { customer_id: customerId("dan"), is_buyer: false, first_record_on: null },
    ]);
  });

  it("fall into buckets without changing a number", async () => {
    const names = Array.from({ length: 40 }, (_, index) => `c${index}`);
    await givenOrders(
      bench,
      names.map((name, index) => ({
        order: name,
        customer: name,
        at: `2026-0${1 + (index % 6)}-05 09:00:00`,
        price: 100 * index + 100,
      })),
    );
    const whole = await days();
    await runPurchases(bench, { bucketCount: 4 });
    const { transactions: parts = [] } = await bench.run(transactions, { bucketCount: 4 });
    const sorted = parts
      .map(({ customer_id, day, n_orders, n_lines, revenue_minor }) => [
        customer_id,
        day,
        n_orders,
        n_lines,
        revenue_minor,
      ])
      .sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));
    expect(sorted).toEqual(whole);
  });

  it("are the same in spans of days, each day in one of them", async () => {
    const days = ["2026-01-05", "2026-01-31", "2026-02-01", "2026-03-20"];
    await givenOrders(
      bench,
      days.map((day, at) => ({ order: `o${at}`, customer: `c${at % 2}`, at: `${day} 09:00:00`, price: 100 + at })),
    );
    const sorted = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).sort();
    const whole = await runPurchases(bench);
    const wholeDays = await bench.run(transactions);
    const spanEnds = ["2026-01-31", "2026-03-01"];
    await fileOrders(spanEnds);
    const { lines = [], unconverted } = await runPurchases(bench, { spanEnds });
    expect(sorted(lines)).toEqual(sorted(whole["lines"] ?? []));
    expect(lines.map(({ day }) => day)).toEqual(days.slice(0, 2).concat(days.slice(2)));
    expect(unconverted).toEqual(whole["unconverted"]);
    const spanned = await bench.run(transactions, { spanEnds });
    expect(sorted(spanned["transactions"] ?? [])).toEqual(sorted(wholeDays["transactions"] ?? []));
  });

  it("tell of a product from the span on in which it is first ordered", async () => {
    const bought = (order: string, day: string, product_id: string) => ({
      ...{ order, customer: "ann", at: `${day} 09:00:00`, lines: [{ product_id }] },
    });
    await givenOrders(bench, [
      bought("1", "2026-03-20", "a"),
      bought("2", "2026-01-05", "b"),
      bought("3", "2026-03-21", "b"),
    ]);
    const products = ["a", "b", "never"].map((product_id) => lakeRow({ product_id, name: "HAT", subcategory: "Hats" }));
    await bench.given("lake", "products", products);
    await fileOrders(["2026-01-31"]);
    const { goods = [] } = await runPurchases(bench, { spanEnds: ["2026-01-31"] });
    expect(goods.map(({ product_id, name, subcategory }) => [product_id, name, subcategory])).toEqual([
      ["b", "hat", "Hats"],
      ["a", "hat", "Hats"],
    ]);
  });

  it("leave out whose orders carry no identity, which are counted", async () => {
    await givenOrders(bench, [
      { order: "1", customer: "ann", at: "2026-01-05 09:00:00" },
      { order: "2", customer: null, at: "2026-01-06 09:00:00", lines: [{}, { unit_price_minor: 250 }] },
      { order: "3", customer: null, at: "2026-01-07 09:00:00", price: 100 },
    ]);
    expect(await days()).toEqual([[ann, "2026-01-05", 1, 1, 1000]]);
    const { anonymous: rows } = await bench.run(anonymous);
    expect(rows).toEqual([{ source: "shop", n_orders: 2, n_lines: 3, amount_minor: 1350 }]);
  });
});

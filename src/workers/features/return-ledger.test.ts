import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type BenchOptions,
  type BoughtOrder,
  givenOrders,
  lakeRow,
  type Row,
  runPurchases,
  runReturnLedger,
  StepBench,
} from "../../../test/support/step-harness.ts";
import { returnTies } from "./return-ties.ts";
import { returnWindow } from "./return-window.ts";

let bench: StepBench;
beforeEach(() => {
  bench = new StepBench();
});
afterEach(() => bench.close());

const back = (row: Row) =>
  lakeRow({ return_id: `${row["order_id"]}-${row["returned_at"]}-${row["line_id"] ?? ""}`, ...row });

/** order/line → what the ledger says of it. */
async function outcomes(
  orders: readonly BoughtOrder[],
  returns: readonly Row[],
  options: BenchOptions = {},
): Promise<Record<string, unknown>> {
  const ledger = await runReturnLedger(bench, orders, returns, options);
  return Object.fromEntries(
    ledger.map((row) => [
      `${row["order_id"]}/${row["line_id"]}`,
      row["is_settled"] ? row["is_returned"] : row["reason"],
    ]),
  );
}
const order = (
  name: string,
  day: string,
  lines: readonly Row[] = [{}],
  more: Partial<BoughtOrder> = {},
): BoughtOrder => ({ order: name, customer: "ann", at: `${day} 09:00:00`, lines, ...more });

describe("whether a line came back", () => {
  it("is yes from the day of its return on, no once the window has passed, else open", async () => {
    const orders = [order("1", "2026-06-20"), order("2", "2026-06-20"), order("3", "2026-05-31")];
    const returns = [back({ order_id: "1", line_id: "1", returned_at: "2026-06-25 09:00:00" })];
    const options = { brand: { returnWindowDays: 30 } };
    expect(await outcomes(orders, returns, { ...options, asOf: "2026-06-30" })).toEqual({
      "1/1": true,
      "2/1": "window_open",
      "3/1": false,
    });
    expect(await outcomes(orders, returns, { ...options, asOf: "2026-06-24" })).toEqual({
      "1/1": "window_open",
      "2/1": "window_open",
      "3/1": "window_open",
    });
  });

  it("is unknown without flags and without a source of returns", async () => {
    expect(await outcomes([order("1", "2020-01-01")], [])).toEqual({ "1/1": "no_returns_source" });
  });

  it("is what the flag says once the window has passed, null included", async () => {
    const lines = [{ is_returned: true }, { is_returned: false }, { is_returned: null }];
    const returns = [
      back({ order_id: "2", line_id: "1", returned_at: "2026-06-21 09:00:00" }),
      back({ order_id: "1", line_id: "2", returned_at: "2026-02-01 09:00:00" }),
    ];
    expect(
      await outcomes([order("1", "2026-01-01", lines), order("2", "2026-06-20", lines)], returns, {
        brand: { returnWindowDays: 30 },
      }),
    ).toEqual({
      "1/1": true,
      "1/2": false,
      "1/3": "not_delivered",
      "2/1": true,
      "2/2": "window_open",
      "2/3": "window_open",
    });
  });

  it("follows a negative line by its product, not by its own number", async () => {
    const lines = [{ product_id: "p1" }, { product_id: "p2" }, { product_id: "p2" }];
    const negative = { order_id: "1", reason: "negative line", product_id: "p2", line_id: "1" };
    const returns = [back({ ...negative, returned_at: "2026-01-05 09:00:00" })];
    expect(await outcomes([order("1", "2026-01-01", lines)], returns, { brand: { returnWindowDays: 30 } })).toEqual({
      "1/1": false,
      "1/2": true,
      "1/3": false,
    });
    const both = [...returns, back({ ...negative, returned_at: "2026-01-06 09:00:00" })];
    expect(await outcomes([order("1", "2026-01-01", lines)], both, { brand: { returnWindowDays: 30 } })).toEqual({
      "1/1": false,
      "1/2": true,
      "1/3": true,
    });
  });

  it("holds for all lines of an order whose whole amount was given back, and is unclear after a part of it", async () => {
    const orders = ["1", "2", "3", "4"].map((name) => order(name, "2026-01-01", name === "4" ? [{}] : [{}, {}]));
    const returned_at = "2026-01-05 09:00:00";
    const returns = [
      back({ order_id: "1", returned_at, refund_minor: 2000 }),
      back({ order_id: "2", returned_at, refund_minor: 900 }),
      back({ order_id: "3", returned_at }),
      back({ order_id: "4", returned_at, refund_minor: 100 }),
    ];
    expect(await outcomes(orders, returns, { brand: { returnWindowDays: 30 } })).toEqual({
      "1/1": true,
      "1/2": true,
      "2/1": "partly_refunded",
      "2/2": "partly_refunded",
      "3/1": true,
      "3/2": true,
      "4/1": true,
    });
  });

  it("follows money to the only lines whose amounts add up to it, like lines in their order", async () => {
    const priced = (...prices: number[]) =>
      prices.map((unit_price_minor, at) => ({
        unit_price_minor,
        product_id: `p${unit_price_minor}-${at < 3 ? 0 : at}`,
      }));
    const orders = [
      order("1", "2026-01-01", priced(1000, 2500, 4000)),
      order("2", "2026-01-01", priced(1000, 1500, 2500)),
      order("3", "2026-01-01", priced(700, 700, 900)),
    ];
    const returned_at = "2026-01-05 09:00:00";
    const returns = [
      back({ order_id: "1", returned_at, refund_minor: 3500 }),
      back({ order_id: "2", returned_at, refund_minor: 2500 }),
      back({ order_id: "3", returned_at, refund_minor: 700 }),
    ];
    expect(await outcomes(orders, returns, { brand: { returnWindowDays: 30 } })).toEqual({
      "1/1": true,
      "1/2": true,
      "1/3": false,
      "2/1": "partly_refunded",
      "2/2": "partly_refunded",
      "2/3": "partly_refunded",
      "3/1": true,
      "3/2": false,
      "3/3": false,
    });
  });

  it("follows a refund on a receipt of its own to the person's latest purchase of the product by then", async () => {
    const bag = { product_id: "bag" };
    const orders = [
      order("1", "2026-01-01", [bag, { product_id: "cup" }]),
      order("2", "2026-01-20", [bag]),
      order("3", "2026-02-20", [bag]),
      order("4", "2026-01-20", [bag], { customer: "bob" }),
      order("9", "2026-02-01", [{ ...bag, quantity: 0 }]),
    ];
    const negative = { order_id: "9", reason: "negative line", ...bag, line_id: "1" };
    const first = back({ ...negative, returned_at: "2026-02-01 09:00:00" });
    const options = { brand: { returnWindowDays: 30 }, asOf: "2026-06-30" };
    const open = { "1/2": false, "3/1": false, "4/1": false };
    expect(await outcomes(orders, [first], options)).toEqual({ ...open, "1/1": false, "2/1": true });
    const second = back({ ...negative, returned_at: "2026-02-03 09:00:00" });
    expect(await outcomes(orders, [first, second], options)).toEqual({ ...open, "1/1": true, "2/1": true });
  });

  it("is asked of purchases only", async () => {
    const orders = [
      order("1", "2026-01-01", [{}, { quantity: 0 }]),
      order("2", "2026-01-01", [{}], { status: "cancelled" }),
      order("3", "2026-07-01"),
    ];
    expect(Object.keys(await outcomes(orders, []))).toEqual(["1/1"]);
  });
});

describe("the window", () => {
  const windowOf = async (returns: readonly Row[], options: BenchOptions = {}) => {
    await givenOrders(bench, [order("1", "2026-01-01"), order("2", "2026-06-01")]);
    await bench.given("lake", "returns", returns);
    await runPurchases(bench);
    await bench.run(returnTies, options);
    const { return_window = [] } = await bench.run(returnWindow, options);
    return return_window;
  };
  const returns = [
    back({ order_id: "1", returned_at: "2026-01-11 09:00:00" }),
    back({ order_id: "2", returned_at: "2026-07-01 09:00:00" }),
  ];

  it("is the brand's, else a week beyond almost all lags seen by the day, else 30 days", async () => {
    expect(await windowOf(returns, { brand: { returnWindowDays: 14 } })).toEqual([
      { days: 14, basis: "brand", n_lags: 1, has_returns_source: true },
    ]);
    expect(await windowOf(returns)).toEqual([{ days: 17, basis: "observed", n_lags: 1, has_returns_source: true }]);
    expect(await windowOf([])).toEqual([{ days: 30, basis: "default", n_lags: 0, has_returns_source: false }]);
  });
});

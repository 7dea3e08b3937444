import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  customerId,
  givenOrders,
  lakeRow,
  type Row,
  runPurchases,
  StepBench,
} from "../../../test/support/step-harness.ts";
import { addDays } from "../../shared/base/time.ts";
import { baskets, channelCounts } from "./baskets.ts";
import { brandCounts } from "./brand-counts.ts";
import { discountCalendar, discountCounts, outcomeDiscounts } from "./discount-calendar.ts";
import { outcomeBrands, outcomeChannels, outcomeProducts } from "./outcome-tastes.ts";
import { productCounts, productHistories, productPopularity } from "./product-counts.ts";

const [ann, bob] = [customerId("ann"), customerId("bob")];
let bench: StepBench;
beforeEach(() => {
  bench = new StepBench();
});
afterEach(() => bench.close());

const picked = (rows: readonly Row[] | undefined, names: readonly string[]) =>
  (rows ?? []).map((row) => names.map((name) => row[name]));

async function givenShop(): Promise<void> {
  await givenOrders(bench, [
    { order: "1", customer: "ann", at: "2026-01-05 09:00:00", lines: [{ product_id: "p1" }, { product_id: "p2" }] },
    { order: "2", customer: "ann", at: "2026-06-20 09:00:00", lines: [{ product_id: "p1" }] },
    { order: "3", customer: "bob", at: "2026-02-01 09:00:00", lines: [{ product_id: "p3" }, { product_id: null }] },
    { order: "4", customer: "ann", at: "2026-07-03 09:00:00", lines: [{ product_id: "p3" }, { product_id: "p1" }] },
    { order: "5", customer: "cat", at: "2026-07-03 09:00:00", lines: [{ product_id: "p3" }] },
    { order: "6", customer: "bob", at: "2026-03-01 09:00:00", status: "cancelled" },
  ]);
  const channel: Readonly<Record<string, string>> = { "1": "Web ", "2": "store", "3": "web", "4": "app", "5": "app" };
  await bench.given(
    "lake",
    "orders",
    [...Object.entries(channel), ["6", "web"]].map(([order_id = "", name = ""]) =>
      lakeRow({ order_id, channel: name, currency: "GBP", status: order_id === "6" ? "cancelled" : "paid" }),
    ),
  );
  await bench.given("lake", "products", [
    lakeRow({ product_id: "p1", category: "Coats", brand: "Hollin" }),
    lakeRow({ product_id: "p2", category: "Coats", brand: "Fennel" }),
    lakeRow({ product_id: "p3", brand: "Hollin" }),
  ]);
  await runPurchases(bench);
}

describe("what customers bought", () => {
  beforeEach(givenShop);

  it("is counted by product and brand, and nothing after the day", async () => {
    const { product_counts } = await bench.run(productCounts);
    expect(picked(product_counts, ["customer_id", "product_id", "category", "n_lines", "n_orders", "last_on"])).toEqual(
      [
        [ann, "p1", "Coats", 2, 2, "2026-06-20"],
        [ann, "p2", "Coats", 1, 1, "2026-01-05"],
        [bob, "p3", null, 1, 1, "2026-02-01"],
      ],
    );
    const { brand_counts } = await bench.run(brandCounts);
    expect(picked(brand_counts, ["customer_id", "category", "brand", "n_lines"])).toEqual([
      [ann, "Coats", "Fennel", 1],
      [ann, "Coats", "Hollin", 2],
      [bob, "all", "Hollin", 1],
    ]);
  });

  it("is told the latest first, and by how many buyers each product has", async () => {
    await bench.run(productCounts);
    const { product_histories } = await bench.run(productHistories);
    expect(picked(product_histories, ["customer_id", "products", "n_products"])).toEqual([
      [ann, ["p1", "p2"], 2],
      [bob, ["p3"], 1],
    ]);
    const { product_popularity } = await bench.run(productPopularity);
    expect(picked(product_popularity, ["product_id", "n_buyers", "n_recent_buyers", "n_repeat_buyers"])).toEqual([
      ["p1", 1, 1, 1],
      ["p2", 1, 0, 0],
      ["p3", 1, 0, 0],
    ]);
  });

  it("is one basket an order, and orders by channel in one spelling", async () => {
    const { baskets: rows } = await bench.run(baskets);
    expect(picked(rows, ["order_id", "day", "channel", "n_lines", "products"])).toEqual([
      ["1", "2026-01-05", "web", 2, ["p1", "p2"]],
      ["2", "2026-06-20", "store", 1, ["p1"]],
      ["3", "2026-02-01", "web", 2, ["p3"]],
    ]);
    const { channel_counts } = await bench.run(channelCounts);
    expect(picked(channel_counts, ["customer_id", "channel", "n_orders"])).toEqual([
      [ann, "store", 1],
      [ann, "web", 1],
      [bob, "web", 1],
    ]);
  });

  it("is told of what followed a cut for those known at it", async () => {
    const { outcome_products } = await bench.run(outcomeProducts, { horizonDays: 90 });
    expect(picked(outcome_products, ["customer_id", "products"])).toEqual([[ann, ["p1", "p3"]]]);
    const { outcome_brands } = await bench.run(outcomeBrands, { horizonDays: 90 });
    expect(picked(outcome_brands, ["customer_id", "brand", "n_lines"])).toEqual([[ann, "Hollin", 2]]);
    const { outcome_channels } = await bench.run(outcomeChannels, { horizonDays: 90 });
    expect(picked(outcome_channels, ["customer_id", "channel", "n_orders"])).toEqual([[ann, "app", 1]]);
  });
});

/** Sales of twelve customers a day over twenty days; `reduced` says which lines were sold at 7.00 instead of 10.00. */
async function givenDays(reduced: (day: number, customer: number) => boolean, line: (isReduced: boolean) => Row) {
  const orders = Array.from({ length: 20 * 12 }, (_, at) => {
    const [day, customer] = [Math.floor(at / 12), at % 12];
    return {
      order: `o${at}`,
      customer: `c${customer}`,
      at: `${addDays("2026-05-01", day)} 10:00:00`,
      lines: [line(reduced(day, customer))],
    };
  });
  await givenOrders(bench, orders);
  await runPurchases(bench);
}
const byPrice = (isReduced: boolean): Row => ({
  unit_price_minor: isReduced ? 700 : 1000,
  list_price_minor: isReduced ? 1000 : null,
});
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("the discount calendar", () => {
  it("finds the days of a sale, and counts each customer's lines by them", async () => {
    const isSale = (day: number) => day >= 15;
    await givenDays((day, customer) => (isSale(day) ? customer < 9 : customer < 1), byPrice);
    const { discount_calendar = [] } = await bench.run(discountCalendar);
    const exposures = (inSale: boolean) =>
      discount_calendar
        .filter(
          ({ day }) => isSale(Math.round((Date.parse(String(day)) - Date.parse("2026-05-01")) / 864e5)) === inSale,
        )
        .map(({ exposure }) => Number(exposure));
    expect(mean(exposures(false))).toBeCloseTo(0.025, 1);
    expect(mean(exposures(true))).toBeCloseTo(0.22, 1);
    const { discount_counts = [] } = await bench.run(discountCounts);
    const own = discount_counts.filter(({ customer_id }) => customer_id === customerId("c5"));
    expect(picked(own, ["n_lines", "n_reduced"])).toEqual([
      [15, 0],
      [5, 5],
    ]);
  });

  it("asks what somebody buys on other days, not what they bought in the sale", async () => {
    // hats are cut on the even days; c0 buys hats then, c1 coats, and both coats on the odd ones; others buy of both
    const orders = Array.from({ length: 40 * 8 }, (_, at) => {
      const [day, customer] = [Math.floor(at / 8), at % 8];
      const isHat = customer === 0 ? day % 2 === 0 : customer > 1 && (day + customer) % 2 === 0;
      const line = { product_id: isHat ? "hat" : "coat", ...byPrice(isHat && day % 2 === 0) };
      return { order: `o${at}`, customer: `c${customer}`, at: `${addDays("2026-05-01", day)} 10:00:00`, lines: [line] };
    });
    // c8 comes once and takes a hat, c9 once and takes a coat, on one day
    const late = ["hat", "coat"].map((product_id, at) => ({
      order: `late${at}`,
      customer: `c${8 + at}`,
      at: "2026-05-07 10:00:00",
      lines: [{ product_id, ...byPrice(at === 0) }],
    }));
    await givenOrders(bench, [...orders, ...late]);
    await bench.given("lake", "products", [
      lakeRow({ product_id: "hat", category: "Hats" }),
      lakeRow({ product_id: "coat", category: "Coats" }),
    ]);
    await runPurchases(bench);
    const { discount_calendar = [] } = await bench.run(discountCalendar);
    const onSale = discount_calendar.filter(({ day }) => day === "2026-05-07").map(({ exposure }) => Number(exposure));
    expect(Math.max(...onSale) - Math.min(...onSale)).toBeGreaterThan(0.2);
    const { discount_counts = [] } = await bench.run(discountCounts);
    const of = (customer: string) => discount_counts.filter(({ customer_id }) => customer_id === customerId(customer));
    expect(picked(of("c8"), ["exposure_bin", "n_lines", "n_reduced"])).toEqual([[of("c9")[0]?.exposure_bin, 1, 1]]);
    const deepest = (customer: string) => Math.max(...of(customer).map(({ exposure_bin }) => Number(exposure_bin)));
    expect(deepest("c1")).toBeLessThan(deepest("c0")); // who never buys hats meets less of their sale
    expect(of("c0").reduce((sum, { n_visits }) => sum + Number(n_visits), 0)).toBe(40);
  });

  it("has one exposure for all days where reductions follow customers and not days", async () => {
    await givenDays((day, customer) => customer < 4 && (day * 7 + customer) % 3 > 0, byPrice);
    const { discount_calendar = [] } = await bench.run(discountCalendar);
    const exposures = discount_calendar.map(({ exposure }) => Number(exposure));
    expect(Math.max(...exposures) - Math.min(...exposures)).toBeLessThan(0.02);
  });

  it("takes discounts where no list price is named, and tells nothing where nothing was ever reduced", async () => {
    await givenDays(
      (day) => day === 3,
      (isReduced) => ({ discount_minor: isReduced ? 300 : null }),
    );
    const { discount_calendar = [], telling_sources } = await bench.run(discountCalendar);
    expect(picked(telling_sources, ["source", "by_price"])).toEqual([["shop", false]]);
    expect(discount_calendar.filter(({ n_reduced }) => Number(n_reduced) > 0)).toMatchObject([
      { day: "2026-05-04", n_lines: 12, n_reduced: 12, depth: 0.3 },
    ]);
    await givenDays(
      () => false,
      () => ({}),
    );
    expect(await bench.run(discountCalendar)).toEqual({ telling_sources: [], discount_calendar: [] });
    expect(await bench.run(discountCounts)).toEqual({ discount_counts: [] });
  });

  it("leaves coupons on whole orders out where list prices are named", async () => {
    await givenDays(
      (day) => day < 2,
      (isReduced) => ({ ...byPrice(isReduced), discount_minor: 100 }),
    );
    const { discount_counts = [] } = await (async () => {
      await bench.run(discountCalendar);
      return bench.run(discountCounts);
    })();
    expect(discount_counts.reduce((sum, { n_reduced }) => sum + Number(n_reduced), 0)).toBe(24);
  });

  it("judges lines after a cut by what was on offer then", async () => {
    const cut = { asOf: "2026-05-10", horizonDays: 90 };
    await givenDays((day) => day >= 15, byPrice);
    await bench.run(discountCalendar, cut);
    expect(await bench.run(outcomeDiscounts, cut)).toEqual({ outcome_discounts: [] });
    await givenDays((day) => day < 3 || day >= 15, byPrice);
    await bench.run(discountCalendar, cut);
    const { outcome_discounts = [] } = await bench.run(outcomeDiscounts, cut);
    expect(picked(outcome_discounts.slice(0, 2), ["exposure_bin", "n_lines", "n_reduced"])).toEqual([
      [0, 5, 0],
      [30, 5, 5],
    ]);
  });
});

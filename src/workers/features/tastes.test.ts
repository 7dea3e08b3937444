import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { customerId, lakeRow, type Row, StepBench } from "../../../test/support/step-harness.ts";
import { basketDays } from "./basket-days.ts";
import { fitCounts } from "./fit-counts.ts";
import { itemsets } from "./itemsets.ts";
import { outcomeNextBaskets, outcomeRebuys } from "./outcome-tastes.ts";
import { rebuyCandidates, rebuyIntervals } from "./rebuy-intervals.ts";
import { storeCounts, storePlaces } from "./store-counts.ts";
import { outcomeTiming, timingCounts } from "./timing-counts.ts";

const [ann, bob] = [customerId("ann"), customerId("bob")];
let bench: StepBench;
let n = 0;
beforeEach(() => {
  bench = new StepBench();
});
afterEach(() => bench.close());

const line = (customer: string, day: string, product: string, more: Row = {}): Row => ({
  customer_id: customer,
  key_space: "brand",
  order_id: `${customer}-${day}`,
  line_id: String(++n),
  source: "shop",
  day,
  ordered_at: `${day} 09:30:00`,
  product_id: product,
  category: "Pantry",
  quantity: 1,
  revenue_minor: 500,
  is_purchase: true,
  ...more,
});
const given = (rows: readonly Row[]) => bench.given("purchase_lines", "lines", rows);

describe("baskets by day", () => {
  it("join the orders of a day, oldest first, and stop at the day", async () => {
    await given([
      line(ann, "2026-05-01", "tea"),
      line(ann, "2026-05-01", "cups", { order_id: "other" }),
      line(ann, "2026-05-09", "tea"),
      line(ann, "2026-07-01", "late"),
      line(bob, "2026-05-02", "tea", { is_purchase: false }),
    ]);
    const { basket_days } = await bench.run(basketDays);
    expect(basket_days).toEqual([
      { customer_id: ann, day: "2026-05-01", products: ["cups", "tea"] },
      { customer_id: ann, day: "2026-05-09", products: ["tea"] },
    ]);
    const { outcome_next_baskets } = await bench.run(outcomeNextBaskets);
    expect(outcome_next_baskets).toEqual([{ customer_id: ann, products: ["late"] }]);
  });
});

describe("intervals of buying again", () => {
  it("sum logarithms by product and by category, and tell how long the last is ago", async () => {
    await given([
      line(ann, "2026-05-01", "tea"),
      line(ann, "2026-05-11", "tea"),
      line(ann, "2026-05-31", "tea"),
      line(ann, "2026-06-10", "jam"),
    ]);
    const { rebuy_intervals } = await bench.run(rebuyIntervals);
    const [logs, squares] = [Math.log(10) + Math.log(20), Math.log(10) ** 2 + Math.log(20) ** 2];
    expect(rebuy_intervals?.map((row) => [row["level"], row["item"], row["n_days"], row["elapsed_days"]])).toEqual([
      ["category", "Pantry", 4, 20],
      ["product", "jam", 1, 20],
      ["product", "tea", 3, 30],
    ]);
    expect(Number(rebuy_intervals?.[2]?.["sum_log_interval"]) / 1e6).toBeCloseTo(logs, 5);
    expect(Number(rebuy_intervals?.[2]?.["sum_log_interval_sq"]) / 1e6).toBeCloseTo(squares, 5);
    const { outcome_rebuys } = await bench.run(outcomeRebuys, { asOf: "2026-05-15", horizonDays: 90 });
    expect(outcome_rebuys?.find((row) => row["item"] === "tea")).toMatchObject({ next_on: "2026-05-31" });
  });

  it("leave out what too few of its buyers buy again", async () => {
    const buyers = Array.from({ length: 30 }, (_, at) => customerId(`c${at}`));
    await given([
      ...buyers.map((one) => line(one, "2026-05-01", "tea")),
      ...buyers.slice(0, 12).map((one) => line(one, "2026-05-20", "tea", { category: null })),
      ...buyers.map((one) => line(one, "2026-05-01", "cup", { category: null })),
      ...buyers.slice(0, 9).map((one) => line(one, "2026-05-20", "cup", { category: null })),
    ]);
    await bench.run(rebuyIntervals);
    const { rebuy_candidates = [] } = await bench.run(rebuyCandidates);
    expect(new Set(rebuy_candidates.map((row) => row["item"]))).toEqual(new Set(["tea"]));
    expect(rebuy_candidates).toHaveLength(30);
  });
});

describe("products bought together", () => {
  it("are counted in ones, twos and threes, with the late ones apart", async () => {
    const days = Array.from(
      { length: 50 },
      (_, at) => `2026-0${1 + (at % 5)}-${String(10 + (at % 18)).padStart(2, "0")}`,
    );
    await bench.given(
      "baskets",
      "baskets",
      days.map((day, at) => ({
        customer_id: customerId(`c${at}`),
        key_space: "brand",
        order_id: String(at),
        day,
        products: at < 30 ? ["gin", "ice", "tonic"] : ([["gin"], ["ice"], ["tonic"], ["rum"]][at % 4] ?? []),
      })),
    );
    const { itemsets: sets = [] } = await bench.run(itemsets);
    const counts = new Map(
      sets.map((row) => [[row["product_a"], row["product_b"], row["product_c"]].filter(Boolean).join("+"), row]),
    );
    expect(counts.get("")?.["n_baskets"]).toBe(50);
    expect(counts.get("gin+tonic")?.["n_baskets"]).toBe(30);
    expect(counts.get("gin+ice+tonic")?.["n_baskets"]).toBe(30);
    expect(counts.get("gin")?.["n_baskets"]).toBe(35);
    expect([...counts.keys()].some((key) => key.includes("rum"))).toBe(false);
    const late = Number(counts.get("")?.["n_late"]);
    expect(late).toBeGreaterThan(0);
    expect(late).toBeLessThanOrEqual(10);
  });
});

describe("sizes kept and returned", () => {
  it("count what isn't settled as kept", async () => {
    const row = (size: string, is_returned: boolean | null, at: number) => ({
      customer_id: ann,
      key_space: "brand",
      order_id: String(at),
      line_id: "1",
      source: "shop",
      category: "Shoes",
      size,
      colour: at === 0 ? "navy" : null,
      day: "2026-05-01",
      is_returned,
    });
    await bench.given("return_ledger", "return_ledger", [row("38", true, 0), row("39", false, 1), row("39", null, 2)]);
    const { fit_counts = [] } = await bench.run(fitCounts);
    expect(fit_counts.map((one) => [one["attribute"], one["value"], one["n_kept"], one["n_returned"]])).toEqual([
      ["colour", "navy", 0, 1],
      ["size", "38", 0, 1],
      ["size", "39", 2, 0],
    ]);
  });
});

describe("when customers act", () => {
  it("is local time, has no hour at midnight, and leaves out machines and what comes after", async () => {
    await given([
      line(ann, "2026-06-05", "tea", { ordered_at: "2026-06-05 18:10:00" }),
      line(ann, "2026-06-06", "tea", { ordered_at: "2026-06-06 00:00:00" }),
      line(ann, "2026-07-02", "tea", { ordered_at: "2026-07-02 12:00:00" }),
      line(bob, "2026-07-02", "tea", { ordered_at: "2026-07-02 12:00:00" }),
    ]);
    const open = (customer: string, at: string, isMachine: boolean) =>
      lakeRow({
        customer_id: customer,
        event_id: at + isMachine,
        occurred_at: at,
        event_type: "opened",
        is_machine_open: isMachine,
      });
    await bench.given("activity", "message_events", [
      open(ann, "2026-06-08 06:30:00", false),
      open(ann, "2026-06-08 06:31:00", true),
      open(bob, "2026-06-08 06:30:00", false),
      open(ann, "2026-07-08 20:30:00", false),
    ]);
    const { timing_counts = [] } = await bench.run(timingCounts);
    expect(timing_counts.map((row) => row["customer_id"])).toEqual([ann]);
    const filled = (row: Row | undefined) =>
      Object.fromEntries(Object.entries(row ?? {}).filter(([, value]) => value !== 0));
    expect(filled(timing_counts[0])).toEqual({
      customer_id: ann,
      orders_hour_19: 1,
      orders_weekday_5: 1,
      orders_weekday_6: 1,
      orders_season_2: 2,
      messages_hour_7: 1,
      messages_weekday_1: 1,
      messages_season_2: 1,
    });
    const { outcome_timing = [] } = await bench.run(outcomeTiming, { horizonDays: 30 });
    expect(outcome_timing.find((row) => row["customer_id"] === ann)).toMatchObject({
      orders_hour_13: 1,
      messages_hour_21: 1,
    });
  });
});

describe("stores", () => {
  it("are counted by order, and placed where their coordinates make sense", async () => {
    await given([
      line(ann, "2026-05-01", "tea", { store_id: "leeds" }),
      line(ann, "2026-05-01", "jam", { store_id: "leeds" }),
      line(ann, "2026-05-09", "tea", { store_id: null }),
    ]);
    expect((await bench.run(storeCounts)).store_counts).toEqual([
      { customer_id: ann, store_id: "leeds", n_orders: 1, last_on: "2026-05-01" },
    ]);
    await bench.given("lake", "stores", [
      lakeRow({ store_id: "leeds", latitude: 53.8, longitude: -1.5 }),
      lakeRow({ store_id: "nowhere", latitude: 0, longitude: 0 }),
      lakeRow({ store_id: "unknown" }),
    ]);
    expect((await bench.run(storePlaces)).store_places).toEqual([
      { store_id: "leeds", latitude: 53.8, longitude: -1.5 },
    ]);
  });
});

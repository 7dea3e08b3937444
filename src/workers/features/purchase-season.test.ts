import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type BoughtOrder, givenOrders, runPurchases, StepBench } from "../../../test/support/step-harness.ts";
import { createRandom } from "../../shared/base/random.ts";
import { addDays } from "../../shared/base/time.ts";
import { transactions } from "../customers/transactions.ts";
import { purchaseSeason, purchaseWeeks } from "./purchase-season.ts";
import { purchaseSummary } from "./purchase-summary.ts";

const asOf = "2026-06-30";
let bench: StepBench;
beforeEach(() => {
  bench = new StepBench();
});
afterEach(() => bench.close());

async function given(orders: readonly BoughtOrder[]) {
  await givenOrders(bench, orders);
  await runPurchases(bench);
  for (const step of [transactions, purchaseSummary]) await bench.run(step);
  return (await bench.run(purchaseWeeks)).purchase_weeks;
}

/** Customers of two years who buy three times as often in the halves of years that begin in October. */
function winterShop(): BoughtOrder[] {
  const random = createRandom(11, "winter");
  const orders: BoughtOrder[] = [];
  for (let customer = 0; customer < 220; customer++) {
    const first = Math.floor(700 * random.next());
    for (let ago = 730 - first, isFirst = true; ago >= 0; ago--) {
      const day = addDays(asOf, -ago);
      const isWinter = !(day.slice(5) >= "04-01" && day.slice(5) < "10-01");
      if (!isFirst && random.next() > (isWinter ? 0.045 : 0.015)) continue;
      isFirst = false;
      orders.push({ order: `${orders.length}`, customer: `c${customer}`, at: `${day} 09:00:00`, price: 1000 });
    }
  }
  return orders;
}

describe("the season of purchases", () => {
  it("counts first and repeat purchases by whole weeks before the day, and nothing after it", async () => {
    const weeks = await given([
      { order: "1", customer: "ann", at: "2026-06-10 09:00:00", price: 1000 },
      { order: "2", customer: "ann", at: "2026-06-24 09:00:00", price: 1000 },
      { order: "3", customer: "bob", at: "2026-06-24 09:00:00", price: 1000 },
      { order: "4", customer: "bob", at: "2026-06-30 09:00:00", price: 1000 },
      { order: "5", customer: "bob", at: "2026-07-03 09:00:00", price: 1000 },
    ]);
    expect(weeks?.map((row) => [row["weeks_ago"], Number(row["n_first"]), Number(row["n_repeat"])])).toEqual([
      [0, 1, 2],
      [2, 1, 0],
    ]);
    expect((await bench.run(purchaseSeason)).purchase_season).toEqual([]);
  });

  it("finds that a shop sells in winter", async () => {
    await given(winterShop());
    const { purchase_season } = await bench.run(purchaseSeason);
    expect(purchase_season).toHaveLength(4);
    // the middle of winter is the turn of the year
    expect(Number(purchase_season?.[0]?.["cosine"])).toBeGreaterThan(0.25);
    expect(Math.abs(Number(purchase_season?.[0]?.["sine"]))).toBeLessThan(0.2);
  });
});

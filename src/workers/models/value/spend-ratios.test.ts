import { expect, test } from "vitest";
import { createRandom } from "../../../shared/base/random.ts";
import { numbers } from "../tables.ts";
import { gammaGamma } from "./gamma-gamma.ts";
import { limitsOfNext, shareBelow, spendRatiosIn } from "./spend-ratios.ts";

const context = { horizonDays: 90, purchaseHorizonDays: 90, seed: 1, throwIfCancelled: () => {} };

/** Customers whose amounts scatter lognormally about a level of their own, with one more amount each. */
function shop(n: number, seed: number) {
  const random = createRandom(seed, "amounts");
  const normal = () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  const customers = Array.from({ length: n }, (_, at) => {
    const level = Math.exp(8 + 0.4 * normal());
    const amounts = Array.from(
      { length: 1 + Math.floor(6 * random.next() ** 2) },
      () => level * Math.exp(0.9 * normal()),
    );
    const repeats = amounts.slice(1);
    const mean = repeats.reduce((sum, one) => sum + one, 0) / Math.max(1, repeats.length);
    const sum = amounts.reduce((total, one) => total + one, 0);
    return {
      id: `c${at}`,
      x: repeats.length,
      mean,
      sum,
      last: amounts.at(-1) ?? 0,
      next: level * Math.exp(0.9 * normal()),
    };
  });
  const column = (of: (customer: (typeof customers)[number]) => number) => Float64Array.from(customers, of);
  const summary = {
    rows: n,
    columns: {
      customer_id: customers.map(({ id }) => id),
      frequency: column(({ x }) => x),
      monetary_value: column(({ mean }) => mean),
      last_transaction_minor: column(({ last }) => last),
      first_transaction_minor: column(({ last }) => last),
      transaction_count: column(({ x }) => x + 1),
      revenue_minor: column(({ sum }) => sum),
    },
  };
  return { summary, next: column(({ next }) => next) };
}

function heldBy(
  summary: ReturnType<typeof shop>["summary"],
  next: Float64Array,
  fitted: Parameters<typeof spendRatiosIn>[0],
) {
  const scores = gammaGamma.score({ summary }, fitted, {}, context);
  const [low, high] = [numbers(scores, "expected_spend_minor_low"), numbers(scores, "expected_spend_minor_high")];
  return next.filter((amount, at) => amount >= (low[at] ?? 0) && amount <= (high[at] ?? 0)).length / next.length;
}

test("limits of a next amount hold eight in ten where amounts aren't gamma distributed", () => {
  const { summary, next } = shop(4_000, 1);
  const fitted = gammaGamma.fit({ summary }, {}, context);
  expect(Math.abs(heldBy(summary, next, fitted) - 0.8)).toBeLessThan(0.025);
  const { ratios: _, ...plain } = fitted as { ratios: object };
  expect(heldBy(summary, next, plain as never)).toBeLessThan(0.7);
});

test("the share below an amount agrees with the limits, and rises with it", () => {
  const fitted = gammaGamma.fit({ summary: shop(2_000, 2).summary }, {}, context);
  const ratios = spendRatiosIn(fitted);
  if (!ratios) throw new Error("there are enough");
  for (const x of [1, 2, 4, 20]) {
    const [low, high] = limitsOfNext(ratios, x, 5_000);
    expect(shareBelow(ratios, x, 5_000, low)).toBeCloseTo(0.1, 9);
    expect(shareBelow(ratios, x, 5_000, high)).toBeCloseTo(0.9, 9);
    const shares = [0, 1, 1_000, 5_000, 9_000, 1e9].map((amount) => shareBelow(ratios, x, 5_000, amount));
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  }
});

test("too few repeat buyers leave the model's own limits, and the order of rows moves nothing", () => {
  expect(spendRatiosIn(gammaGamma.fit({ summary: shop(60, 3).summary }, {}, context))).toBeNull();
  const { summary } = shop(500, 4);
  const turned = Object.fromEntries(
    Object.entries(summary.columns).map(([name, column]) => [name, column.slice().reverse()]),
  );
  const [one, other] = [summary, { rows: 500, columns: turned }].map((table) =>
    spendRatiosIn(gammaGamma.fit({ summary: table }, {}, context)),
  );
  expect(other).toEqual(one);
});

import { describe, expect, it } from "vitest";
import { createRandom } from "../../../shared/base/random.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import { numbers } from "../tables.ts";
import { priceTier } from "./price-tier.ts";

const context = { horizonDays: 90, purchaseHorizonDays: 90, seed: 1, throwIfCancelled: () => undefined };
const people = 3_000;

/** Choosy customers, whose ranks lie mostly near one end, one line in each of some categories; and the rank of the next line. */
function shop(seed: number) {
  const random = createRandom(seed, "price-tier");
  const cells: { id: string; category: string; rank: number }[] = [];
  const next = new Map<string, number>();
  for (let at = 0; at < people; at++) {
    const id = `c${String(at).padStart(5, "0")}`;
    const isDear = random.next() < 0.5;
    const draw = () => {
      const place = Math.min(random.next(), random.next(), random.next());
      return Math.min(0.999, Math.max(0.001, isDear ? 1 - place : place));
    };
    for (const category of ["a", "b", "c"]) cells.push({ id, category, rank: draw() });
    next.set(id, draw());
  }
  const column = (of: (cell: (typeof cells)[number]) => number) => Float64Array.from(cells, of);
  const positions: ColumnTable = {
    rows: cells.length,
    columns: {
      customer_id: cells.map(({ id }) => id),
      category: cells.map(({ category }) => category),
      n_lines: column(() => 1),
      mean_percentile: column(({ rank }) => rank),
      sum_percentile: column(({ rank }) => rank),
      sum_percentile_sq: column(({ rank }) => rank * rank),
    },
  };
  const ids = [...next.keys()];
  const outcomes: ColumnTable = {
    rows: ids.length,
    columns: {
      customer_id: ids,
      category: ids.map(() => "a"),
      n_lines: Float64Array.from(ids, () => 1),
      median_price_percentile: Float64Array.from(next.values()),
    },
  };
  return { positions, outcomes };
}

describe("the price tier", () => {
  const { positions, outcomes } = shop(3);
  const settings = { prior_weight: 1 };
  const fitted = priceTier.fit({ positions }, settings, context) as { stretch: number; mean: number };
  const scores = priceTier.score({ positions }, fitted as never, settings, context);
  const actual = numbers(outcomes, "median_price_percentile");
  const error = (told: Float64Array) =>
    told.reduce((sum, value, at) => sum + Math.abs(value - (actual[at] ?? 0)), 0) / told.length;

  it("tells the middle of the next ranks, farther out than their mean, and better for it", () => {
    const own = numbers(scores, "price_percentile");
    const plain = own.map((value) => fitted.mean + (value - fitted.mean) / fitted.stretch);
    expect(fitted.stretch).toBeGreaterThan(1.1);
    expect(error(own)).toBeLessThan(0.99 * error(plain));
    expect(error(own)).toBeLessThan(0.8 * error(own.map(() => fitted.mean)));
  });

  it("spreads the next ranks between 0 and 1 as they come", () => {
    const holdout = { horizonDays: 90, outcomes, outcomeCategories: outcomes };
    const found = priceTier.evaluate({ positions }, scores, holdout as never, fitted as never, settings, context);
    const inside = found.find(({ metric }) => metric === "coverage_80_pit")?.value ?? 0;
    expect(Math.abs(inside - 0.8)).toBeLessThan(0.05);
  });

  it("leaves the mean where few bought in several categories", () => {
    const some = Object.entries(positions.columns).map(([name, column]) => [name, column.slice(0, 300)]);
    const few = { rows: 300, columns: Object.fromEntries(some) };
    expect((priceTier.fit({ positions: few }, settings, context) as { stretch: number }).stretch).toBeGreaterThan(0.99);
    const one = { rows: 90, columns: Object.fromEntries(some.map(([name, column]) => [name, column?.slice(0, 90)])) };
    expect((priceTier.fit({ positions: one as never }, settings, context) as { stretch: number }).stretch).toBe(1);
  });
});

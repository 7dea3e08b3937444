import { describe, expect, test } from "vitest";
import { createRandom, type Random } from "../../shared/base/random.ts";
import { effectOf } from "./campaign-effect.ts";
import { momentsOf } from "./group-moments.ts";

const days = 14;

interface Shop {
  readonly before: Float64Array;
  /** Money of each person by day, cumulated. */
  readonly spent: Float64Array[];
}

/** People with rates and baskets of their own, half a year before and day by day after. */
function simulate(n: number, random: Random, effect: (at: number) => number): Shop {
  const before = new Float64Array(n);
  const spent = Array.from({ length: days }, () => new Float64Array(n));
  for (let at = 0; at < n; at++) {
    const perDay = random.gamma(0.6, 0.02);
    const basket = random.gamma(4, 12);
    for (let order = random.exponential(1 / (perDay + 1e-9)); order < 180; order += random.exponential(1 / perDay))
      before[at] = (before[at] ?? 0) + basket * random.gamma(4, 0.25);
    const now = perDay * (1 + effect(at));
    let sum = 0;
    for (let day = 0; day < days; day++) {
      if (random.next() < now) sum += basket * random.gamma(4, 0.25);
      (spent[day] as Float64Array)[at] = sum;
    }
  }
  return { before, spent };
}

function looks({ before, spent }: Shop, isTreated: (at: number) => boolean) {
  const own = Array.from(before.keys()).filter(isTreated);
  const rest = Array.from(before.keys()).filter((at) => !isTreated(at));
  const pick = (column: Float64Array, rows: readonly number[]) => Float64Array.from(rows, (row) => column[row] ?? 0);
  return spent.map((column, day) =>
    effectOf(
      momentsOf(pick(column, own), pick(before, own)),
      momentsOf(pick(column, rest), pick(before, rest)),
      (day + 1) / days,
    ),
  );
}

const isTreated = (at: number) => at % 4 !== 0;

describe("campaigns without an effect", () => {
  test("name a winner on some day in at most one of twenty, and their last limits hold nineteen of twenty", () => {
    const random = createRandom(11, "a-a");
    const trials = 400;
    let [winners, naive, covered] = [0, 0, 0];
    for (let trial = 0; trial < trials; trial++) {
      const all = looks(
        simulate(600, random, () => 0),
        isTreated,
      );
      if (all.some(({ alwaysP }) => alwaysP < 0.05)) winners++;
      if (all.some(({ p }) => p < 0.05)) naive++;
      const last = all.at(-1);
      if (last && last.low <= 0 && last.high >= 0) covered++;
    }
    expect(winners / trials).toBeLessThanOrEqual(0.05);
    expect(naive / trials).toBeGreaterThan(0.08); // what daily looks at plain limits would do
    expect(covered / trials).toBeGreaterThanOrEqual(0.93);
    expect(covered / trials).toBeLessThanOrEqual(0.97);
  });
});

describe("campaigns with an effect", () => {
  test("are found, CUPED narrowing the limits", () => {
    const random = createRandom(5, "a-b");
    const last = looks(
      simulate(6_000, random, (at) => (isTreated(at) ? 0.9 : 0)),
      isTreated,
    ).at(-1);
    expect(last?.alwaysLow).toBeGreaterThan(0);
    expect(last?.error).toBeLessThan((last?.plainError ?? 0) * 0.99);
    expect(last?.relativeLow).toBeGreaterThan(0);
  });

  test("give the incremental revenue of Amperity's worked example: 75,000 × $0.042 = $3,150", () => {
    const found = effectOf(
      { n: 75_000, y: 8_250, yy: 90_000, x: 0, xx: 0, xy: 0 },
      { n: 25_000, y: 1_700, yy: 20_000, x: 0, xx: 0, xy: 0 },
    );
    expect(found.value * 75_000).toBeCloseTo(3_150, 8);
  });
});

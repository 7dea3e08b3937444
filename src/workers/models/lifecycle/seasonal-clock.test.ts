import { describe, expect, it } from "vitest";
import { createRandom } from "../../../shared/base/random.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import { createClock } from "../../numeric/season.ts";
import { mbgNbd } from "./mbg-nbd.ts";
import { historiesOn } from "./seasonal-clock.ts";

const season = [
  { cosine: 0.5, sine: 0 },
  { cosine: 0, sine: 0 },
];
const seasonTable: ColumnTable = {
  rows: 2,
  columns: {
    harmonic: Float64Array.of(1, 2),
    cosine: Float64Array.from(season, ({ cosine }) => cosine),
    sine: Float64Array.from(season, ({ sine }) => sine),
  },
};
const context = {
  horizonDays: 90,
  purchaseHorizonDays: 90,
  seed: 1,
  throwIfCancelled: () => undefined,
};

/** Customers of a shop with that season, two years of them: their summaries at a day and their purchases in the 90 days after. */
function shop(asOf: number, customers: number): { summary: ColumnTable; bought: number } {
  const random = createRandom(5, "seasonal-clock");
  const clock = createClock(season);
  const ends = Array.from({ length: 1_000 }, (_, at) => clock(asOf - 799 + at));
  const dayOf = (time: number) => {
    let [low, high] = [0, ends.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ends[middle] ?? 0) > time) high = middle;
      else low = middle + 1;
    }
    return asOf - 800 + low;
  };
  let bought = 0;
  const rows = Array.from({ length: customers }, (_, at) => {
    const first = asOf - 30 - Math.floor(700 * random.next());
    const days = new Set<number>();
    const rate = 1 / (30 + 60 * random.next());
    for (let time = clock(first); ; ) {
      time += -Math.log(1 - random.next()) / rate;
      const day = dayOf(time);
      if (day > asOf + 90 || random.next() < 0.08) break;
      if (day > first) days.add(day);
    }
    const before = [...days].filter((day) => day <= asOf);
    bought += days.size - before.length;
    return { id: `c${at}`, first, x: before.length, last: Math.max(first, ...before) };
  });
  const column = (of: (row: (typeof rows)[number]) => number) => Float64Array.from(rows, of);
  const columns = {
    customer_id: rows.map(({ id }) => id),
    frequency: column(({ x }) => x),
    recency: column(({ first, last }) => last - first),
    t_age: column(({ first }) => asOf - first),
    sum_log_interval: column(() => 0),
    first_order_on: column(({ first }) => first),
  };
  return { summary: { rows: rows.length, columns }, bought };
}

describe("histories on the shop's clock", () => {
  it("are the calendar's where there is no season", () => {
    const { summary } = shop(20_000, 20);
    const found = historiesOn(summary, []);
    expect(found.recency).toBe(summary.columns["recency"]);
    expect(found.ahead(90)).toBe(90);
  });

  it("count days in season for more, and keep x, 0 and the order of times", () => {
    const { summary } = shop(20_000, 200);
    const { recency, tAge, frequency, ahead } = historiesOn(summary, season);
    for (const [at, own] of recency.entries()) {
      expect(own).toBeGreaterThanOrEqual(0);
      expect(own).toBeLessThanOrEqual(tAge[at] ?? 0);
      if (frequency[at] === 0) expect(own).toBe(0);
    }
    expect(ahead(1461)).toBeCloseTo(1461, 6);
  });

  it("leave a forecast near to what followed, in season and out of it", () => {
    for (const day of [20_089, 20_272]) {
      const { summary, bought } = shop(day, 1_500);
      const sum = (settings: Record<string, string>) => {
        const inputs = { summary, season: seasonTable };
        const fitted = mbgNbd.fit(inputs, settings, context);
        const { columns } = mbgNbd.score(inputs, fitted, settings, context);
        return (columns["expected_purchases"] as Float64Array).reduce((total, one) => total + one, 0);
      };
      const [own, plain] = [sum({ season: "auto" }), sum({ season: "none" })];
      expect(Math.abs(own / bought - 1)).toBeLessThan(0.12);
      expect(Math.abs(own / bought - 1)).toBeLessThan(Math.abs(plain / bought - 1));
    }
  });
});

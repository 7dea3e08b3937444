import { describe, expect, it } from "vitest";
import { createRandom } from "../../../shared/base/random.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import { featureColumns } from "../../features/customer-features.ts";
import { fitMlValue, forecastMlValue } from "./ml-value-fit.ts";

const year = 365;
const begun = 20_000;

interface Purchase {
  readonly day: number;
  readonly amount: number;
}

/** People who buy at their own pace for three years, nobody ever leaving: a shop without trend. */
function people(n: number): Purchase[][] {
  const random = createRandom(7, "a steady shop");
  return Array.from({ length: n }, () => {
    const pause = year / (0.6 + 2.5 * random.gamma(0.9, 1));
    const level = 4_000 * Math.exp(0.5 * random.normal());
    const found: Purchase[] = [];
    const wait = () => -pause * Math.log(1 - random.next());
    for (let day = wait(); day < 3 * year; day += wait())
      found.push({ day: Math.floor(day), amount: Math.round(level * (0.5 + random.next())) });
    return found;
  });
}

const sumOf = (all: readonly Purchase[]) => all.reduce((sum, { amount }) => sum + amount, 0);

/** What was known of everybody at a day, and the year after it. */
function tableAt(all: readonly Purchase[][], day: number): ColumnTable {
  const rows = all.flatMap((own): Readonly<Record<string, number>>[] => {
    const seen = own.filter((one) => one.day <= day);
    const [first, last] = [seen[0], seen.at(-1)];
    if (!first || !last) return [];
    const since = (days: number) => seen.filter((one) => one.day > day - days);
    const after = own.filter((one) => one.day > day && one.day <= day + year);
    const pause = (last.day - first.day) / Math.max(1, seen.length - 1);
    return [
      {
        cut_days: year,
        window_days: year,
        purchases_after: after.length,
        revenue_after: sumOf(after),
        days_since_last_purchase: day - last.day,
        frequency: seen.length - 1,
        recency: last.day - first.day,
        t_age: day - first.day,
        ...Object.fromEntries([30, 90, 180, 365].map((days) => [`purchases_${days}`, since(days).length])),
        revenue_90: sumOf(since(90)),
        revenue_365: sumOf(since(365)),
        revenue_minor: sumOf(seen),
        last_purchase_minor: last.amount,
        mean_interval_days: seen.length > 1 ? pause : Number.NaN,
        intervals_overdue: seen.length > 1 ? (day - last.day) / Math.max(1, pause) : Number.NaN,
        n_lines: seen.length,
      },
    ];
  });
  const names = [
    ...featureColumns.map(({ name }) => name),
    ...["cut_days", "window_days", "purchases_after", "revenue_after"],
  ];
  const columns = names.map((name) => [name, Float64Array.from(rows, (row) => row[name] ?? Number.NaN)]);
  return { rows: rows.length, columns: Object.fromEntries(columns) };
}

describe("value by trees", () => {
  const all = people(3_000);
  const [then, now] = [tableAt(all, year), tableAt(all, 2 * year)];
  const context = {
    seed: 1,
    horizonDays: year,
    purchaseHorizonDays: 90,
    asOf: begun,
    throwIfCancelled: () => undefined,
  };
  const fitted = fitMlValue(then, { now, season: [] }, context);
  if (!fitted) throw new Error("not fitted");
  const total = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0);
  const came = now.columns.revenue_after as Float64Array;
  const told = (of: ColumnTable) => forecastMlValue(fitted, of, { days: year, asOf: begun });

  it("doesn't take everybody for a better customer because more is known of them than of those it learnt from", () => {
    expect(total(told(now).money.mean) / total(came)).toBeGreaterThan(0.93);
    expect(total(told(now).money.mean) / total(came)).toBeLessThan(1.07);
    const counts = total(told(now).count) / total(now.columns.purchases_after as Float64Array);
    expect(Math.abs(counts - 1)).toBeLessThan(0.07);
  });

  it("reads no count of all time, which grows with the past that is known", () => {
    const twice = {
      ...now,
      columns: { ...now.columns, return_count: (now.columns.t_age as Float64Array).map(() => 40) },
    };
    expect(told(twice).money.mean).toEqual(told(now).money.mean);
  });

  it("takes an earlier level back by how much less was known then", () => {
    expect(fitted.value_back).toBeCloseTo(fitted.value_scale ** (Math.sqrt(0.5) - 1), 2);
    const same = fitMlValue(then, { now: then, season: [] }, context);
    expect([same?.value_back, same?.count_back]).toEqual([1, 1]);
  });
});

import { describe, expect, it } from "vitest";
import { addDays, daysBetween } from "../../shared/base/time.ts";
import { DailyTotals } from "./revenue-history.ts";
import { seasonAhead } from "./season-ahead.ts";

const asOf = "2026-06-30";

/** Daily revenue from a first day on, of each day by how long it lies before as_of. */
function totalsOf(days: number, revenue: (before: number) => number): DailyTotals {
  const first = addDays(asOf, 1 - days);
  const sums = new Float64Array(days + 1);
  for (let at = 0; at < days; at++) sums[at + 1] = (sums[at] ?? 0) + revenue(days - 1 - at);
  expect(daysBetween(first, asOf)).toBe(days - 1);
  return new DailyTotals(first, { revenue: sums, refunds: new Float64Array(days + 1) });
}

describe("the season ahead", () => {
  it("is half of what the same weeks of last year lay above its mean", () => {
    const december = (before: number) => (before % 365 >= 182 && before % 365 < 212 ? 300 : 100);
    const season = seasonAhead(totalsOf(800, december), asOf);
    const mean = (335 * 100 + 30 * 300) / 365;
    expect(season(364 - 200, 364 - 193)).toBeCloseTo(1 + (300 / mean - 1) / 2, 6);
    expect(season(28, 35)).toBeCloseTo(1 + (100 / mean - 1) / 2, 6);
  });

  it("is none where revenue only grew, and where the brand is younger than a year", () => {
    const growing = seasonAhead(
      totalsOf(800, (before) => 1000 * 1.3 ** (-before / 365)),
      asOf,
    );
    for (const from of [0, 84, 180, 340]) expect(growing(from, from + 7)).toBeCloseTo(1, 1);
    expect(
      seasonAhead(
        totalsOf(300, (before) => before),
        asOf,
      )(0, 7),
    ).toBe(1);
    expect(seasonAhead(null, asOf)(0, 7)).toBe(1);
  });

  it("stays within bounds where last year knew a week of nothing or of everything", () => {
    const season = seasonAhead(
      totalsOf(800, (before) => (before >= 300 && before < 330 ? 1e6 : 1)),
      asOf,
    );
    expect(season(364 - 320, 364 - 313)).toBe(2);
    expect(season(364 - 100, 364 - 93)).toBe(0.65);
  });
});

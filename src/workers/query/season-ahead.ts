import { addDays, type Day, daysBetween } from "../../shared/base/time.ts";
import type { DailyTotals } from "./revenue-history.ts";

const year = 365;
/** The same weekdays a year before. */
const weekdayYear = 364;
const smoothDays = 7;

/** By how much the days after `from` up to `to` days ahead lie above or below the mean of a year: as the same days did last year,
 *  by half, since one year's ups and downs are partly chance. What the brand grew by within that year is taken out where an earlier
 *  year shows it. 1 where it is younger than a year. */
export function seasonAhead(totals: DailyTotals | null, asOf: Day): (from: number, to: number) => number {
  if (!totals || daysBetween(totals.first, asOf) < year + smoothDays) return () => 1;
  const whole = totals.between("revenue", addDays(asOf, -year), asOf);
  if (whole <= 0) return () => 1;
  const growth = yearlyGrowth(totals, asOf, whole);
  return (from, to) => {
    const begin = from - smoothDays - weekdayYear;
    const end = Math.min(0, to + smoothDays - weekdayYear);
    if (end <= begin) return 1;
    const mean = totals.between("revenue", addDays(asOf, begin), addDays(asOf, end)) / (end - begin);
    const trend = growth ** ((from + to) / 2 / year - 0.5);
    const index = (mean * year) / whole / trend;
    return 1 + (Math.min(3, Math.max(0.3, index)) - 1) / 2;
  };
}

function yearlyGrowth(totals: DailyTotals, asOf: Day, whole: number): number {
  if (daysBetween(totals.first, asOf) < 2 * year) return 1;
  const before = totals.between("revenue", addDays(asOf, -2 * year), addDays(asOf, -year));
  return before > 0 ? Math.min(2, Math.max(0.5, whole / before)) : 1;
}

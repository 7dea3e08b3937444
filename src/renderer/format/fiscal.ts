import { addDays } from "../../shared/base/time.ts";
import { type FiscalSettings, periodOf, weekStarts } from "../../shared/domain/fiscal-calendar.ts";
import { day, month } from "./format.ts";

/** "4-5-4 weeks from the Sunday nearest to 1 Feb", for what stands under a title. */
export function calendarWords({ fiscal_calendar, fiscal_year_starts, week_starts }: FiscalSettings): string {
  const start = day(`2023-${fiscal_year_starts}`).replace(" 2023", "");
  if (fiscal_calendar === "months")
    return fiscal_year_starts === "01-01" ? "calendar months" : `months of a fiscal year from ${start}`;
  const weekday = `${week_starts.slice(0, 1).toUpperCase()}${week_starts.slice(1)}`;
  return `${fiscal_calendar} weeks from the ${weekday} nearest to ${start}`;
}

/** Of weeks, those that a fiscal quarter starts in, with its name: the month where quarters start with months. */
export function quarterStarts(
  calendar: FiscalSettings,
  weeks: readonly { readonly week: string }[],
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { week } of weeks) {
    const quarter = periodOf(calendar, addDays(week, 6), "quarter");
    const isMonth = calendar.fiscal_calendar === "months" && quarter.from.endsWith("-01");
    if (quarter.from >= week) found.set(week, isMonth ? month(quarter.from) : quarter.label);
  }
  return found;
}

/** Weekdays in the order of the retailer's week. */
export function inWeekOrder<T extends { readonly slot: string }>(
  { week_starts }: FiscalSettings,
  days: readonly T[],
): T[] {
  const place = ({ slot }: T) => {
    const at = weekStarts.findIndex((name) => name === slot.toLowerCase());
    return at < 0 ? 7 : (at - weekStarts.indexOf(week_starts) + 7) % 7;
  };
  return [...days].sort((a, b) => place(a) - place(b));
}

import { AssayError } from "../base/errors.ts";
import { addDays, type Day, daysBetween, toEpochDay } from "../base/time.ts";

/** Twelve months, or quarters of 13 weeks that are parted as the name says. */
export const fiscalKinds = ["months", "4-4-5", "4-5-4", "5-4-4"] as const;
export type FiscalKind = (typeof fiscalKinds)[number];
export const weekStarts = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
export type WeekStart = (typeof weekStarts)[number];
export const periodLengths = ["period", "quarter", "year"] as const;
export type PeriodLength = (typeof periodLengths)[number];

export interface FiscalSettings {
  readonly fiscal_calendar: FiscalKind;
  /** Month and day, `02-01`; with weeks, the year starts on the first day of a week that is nearest to it. */
  readonly fiscal_year_starts: string;
  readonly week_starts: WeekStart;
}
export const calendarYear: FiscalSettings = {
  fiscal_calendar: "months",
  fiscal_year_starts: "01-01",
  week_starts: "monday",
};

export interface FiscalPeriod {
  readonly length: PeriodLength;
  /** The calendar year of the day that the fiscal year starts nearest to. */
  readonly year: number;
  /** Within the year, from 1. */
  readonly number: number;
  readonly label: string;
  readonly from: Day;
  readonly to: Day;
}

/** Refuses a day that doesn't come every year, and in months one that not every month has. */
export function checkFiscal({ fiscal_calendar, fiscal_year_starts }: FiscalSettings): void {
  const hint = "Write month and day, such as 02-01 or 04-06.";
  const isDay = /^\d\d-\d\d$/.test(fiscal_year_starts);
  if (!isDay) throw new AssayError("bad_input", `“${fiscal_year_starts}” is no day of a year.`, hint);
  toEpochDay(`2023-${fiscal_year_starts}`);
  if (fiscal_calendar === "months" && Number(fiscal_year_starts.slice(3)) > 28)
    throw new AssayError(
      "bad_input",
      "A fiscal year of months can't start after the 28th: not every month has that day.",
      "Choose an earlier day, or a calendar of weeks.",
    );
}

/** The first day of the week that a day is in. */
export function weekStartOf({ week_starts }: FiscalSettings, day: Day): Day {
  const weekday = (toEpochDay(day) + 3) % 7; // 1970-01-01 was a Thursday; 0 is Monday
  return addDays(day, -((weekday - weekStarts.indexOf(week_starts) + 7) % 7));
}

/** The first day of a fiscal year. With weeks: the start of a week nearest to the day that is set, so that a year has 52 or 53. */
export function yearStart(settings: FiscalSettings, year: number): Day {
  const anchor = `${String(year).padStart(4, "0")}-${settings.fiscal_year_starts}`;
  return settings.fiscal_calendar === "months" ? anchor : weekStartOf(settings, addDays(anchor, 3));
}

/** The periods of a fiscal year in order, without gap or overlap; the last of a year of 53 weeks has the additional one. */
export function periodsOfYear(settings: FiscalSettings, year: number, length: PeriodLength): FiscalPeriod[] {
  const starts = [...periodStarts(settings, year), yearStart(settings, year + 1)];
  const each = { period: 1, quarter: 3, year: 12 }[length];
  return Array.from({ length: 12 / each }, (_, at) => {
    const [from = "", next = ""] = [starts[at * each], starts[(at + 1) * each]];
    const number = at + 1;
    return {
      length,
      year,
      number,
      label: labelOf(settings, { year, number, from, length }),
      from,
      to: addDays(next, -1),
    };
  });
}

function periodStarts(settings: FiscalSettings, year: number): Day[] {
  const first = yearStart(settings, year);
  if (settings.fiscal_calendar === "months") return Array.from({ length: 12 }, (_, at) => monthsAfter(first, at));
  const weeks = settings.fiscal_calendar.split("-").map(Number);
  const starts: Day[] = [];
  let start = first;
  for (let at = 0; at < 12; at++) {
    starts.push(start);
    start = addDays(start, 7 * (weeks[at % 3] ?? 0));
  }
  return starts;
}

function monthsAfter(day: Day, months: number): Day {
  const [year, month, date] = day.split("-").map(Number);
  return new Date(Date.UTC(year ?? 0, (month ?? 1) - 1 + months, date)).toISOString().slice(0, 10);
}

const monthNames = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

function labelOf(
  { fiscal_calendar, fiscal_year_starts }: FiscalSettings,
  { year, number, from, length }: Pick<FiscalPeriod, "year" | "number" | "from" | "length">,
): string {
  const name = fiscal_year_starts === "01-01" ? String(year) : `${year}/${String((year + 1) % 100).padStart(2, "0")}`;
  if (length === "year") return name;
  if (length === "quarter") return `Q${number} ${name}`;
  const isMonth = fiscal_calendar === "months" && from.endsWith("-01");
  return isMonth ? `${monthNames[Number(from.slice(5, 7)) - 1]} ${from.slice(0, 4)}` : `P${number} ${name}`;
}

/** The period that a day falls into. */
export function periodOf(settings: FiscalSettings, day: Day, length: PeriodLength): FiscalPeriod {
  const around = Number(day.slice(0, 4));
  for (const year of [around + 1, around, around - 1, around - 2]) {
    if (yearStart(settings, year) > day) continue;
    const found = periodsOfYear(settings, year, length).find(({ to }) => day <= to);
    if (found) return found;
  }
  throw new Error(`no fiscal period holds ${day}`);
}

/** The latest periods up to the one that a day falls into, oldest first. */
export function latestPeriods(settings: FiscalSettings, day: Day, length: PeriodLength, count: number): FiscalPeriod[] {
  const found: FiscalPeriod[] = [];
  for (let end = day; found.length < count; ) {
    const period = periodOf(settings, end, length);
    found.unshift(period);
    end = addDays(period.from, -1);
  }
  return found;
}

/** The same part of the fiscal year before: all of the period of the same number, or as many days of it as have passed. */
export function partBefore(settings: FiscalSettings, period: FiscalPeriod, until: Day): { from: Day; to: Day } {
  const before = periodsOfYear(settings, period.year - 1, period.length)[period.number - 1];
  if (!before) throw new Error(`no period before ${period.label}`);
  if (until >= period.to) return { from: before.from, to: before.to };
  const days = Math.min(daysBetween(period.from, until), daysBetween(before.from, before.to));
  return { from: before.from, to: addDays(before.from, days) };
}

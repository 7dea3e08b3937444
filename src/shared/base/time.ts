import { AssayError } from "./errors.ts";

/** A calendar day as ISO text, `2026-06-30`. */
export type Day = string;
const dayPattern = /^(\d{4})-(\d{2})-(\d{2})$/;
const millisecondsPerDay = 86_400_000;

/** Days since 1970-01-01 of an ISO day; `bad_input` where the text is no day of the calendar. */
export function toEpochDay(day: Day): number {
  const parts = dayPattern.exec(day);
  const at = parts ? Date.UTC(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3])) : Number.NaN;
  if (Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== day) {
    throw new AssayError("bad_input", `“${day}” is not a day of the calendar.`, "Write it as YYYY-MM-DD.");
  }
  return at / millisecondsPerDay;
}

export function fromEpochDay(epochDay: number): Day {
  return new Date(Math.round(epochDay) * millisecondsPerDay).toISOString().slice(0, 10);
}

export function addDays(day: Day, days: number): Day {
  return fromEpochDay(toEpochDay(day) + days);
}

export function daysBetween(from: Day, to: Day): number {
  return toEpochDay(to) - toEpochDay(from);
}

/** The last Sunday that is not after the day: what weekly fits are keyed by. */
export function weekEnd(day: Day): Day {
  const epochDay = toEpochDay(day);
  return fromEpochDay(epochDay - ((epochDay + 4) % 7)); // 1970-01-01 was a Thursday
}

/** The day that an instant falls on in a time zone. */
export function dayInZone(instant: Date, timeZone: string): Day {
  const parts = new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" });
  return parts.format(instant);
}

export function isTimeZone(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone });
    return timeZone.length > 0;
  } catch {
    return false;
  }
}

import { fromEpochDay, toEpochDay } from "../../../shared/base/time.ts";

export const firstDay = "2024-01-01";
/** Last day of the history; thirty nightly deliveries follow. */
export const lastDay = "2026-06-30";
export const nights = 30;

const start = toEpochDay(firstDay);
/** Days of the history. */
export const historyDays = toEpochDay(lastDay) - start + 1;
/** Days that deliveries cover in the end. */
export const allDays = historyDays + nights;

/** First days after each week of the nights, and after the last night: what is delivered weekly comes on the day before. */
export const weekEnds: readonly number[] = [7, 14, 21, 28, nights].map((night) => historyDays + night);
/** First day that the e-mail platform and the web tracker remember: the last half-year of the history. */
export const trackedFrom = historyDays - 182;

/** The calendar day of a day counted from the beginning of the history. */
export function dayText(day: number): string {
  return fromEpochDay(start + day);
}

export function dayOfYear(day: number): number {
  const text = dayText(day);
  return start + day - toEpochDay(`${text.slice(0, 4)}-01-01`) + 1;
}

/** `01/07/2026` */
export function dayFirst(day: string): string {
  return day.split("-").reverse().join("/");
}

export function clock(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
}

/** `2026-07-01 09:30:05`, from minutes since the beginning of the history. */
export function stamp(minutes: number, second: number): string {
  const day = Math.floor(minutes / 1440);
  return `${dayText(day)} ${clock(minutes - day * 1440)}:${String(second).padStart(2, "0")}`;
}

/** Minutes of London's clocks as minutes of UTC's. */
export function toUtc(minutes: number): number {
  return minutes - (londonOffset(dayText(Math.floor(minutes / 1440))) === "+0100" ? 60 : 0);
}

/** The offset of London's clocks on a day: summer time from the last Sunday of March to the last of October. */
export function londonOffset(day: string): "+0000" | "+0100" {
  const year = day.slice(0, 4);
  return day >= lastSunday(`${year}-03-31`) && day < lastSunday(`${year}-10-31`) ? "+0100" : "+0000";
}

function lastSunday(monthEnd: string): string {
  const at = toEpochDay(monthEnd);
  return fromEpochDay(at - ((at + 4) % 7)); // 1970-01-01 was a Thursday
}

import { expect, test } from "vitest";
import { addDays } from "../../shared/base/time.ts";
import { calendarYear, type FiscalSettings } from "../../shared/domain/fiscal-calendar.ts";
import { calendarWords, inWeekOrder, quarterStarts } from "./fiscal.ts";

const retail: FiscalSettings = { fiscal_calendar: "4-5-4", fiscal_year_starts: "02-01", week_starts: "sunday" };
const weeks = Array.from({ length: 30 }, (_, at) => ({ week: addDays("2026-01-05", 7 * at) }));

test("quarters are named at the week that they start in", () => {
  expect([...quarterStarts(calendarYear, weeks)]).toEqual([
    ["2026-03-30", "Apr 2026"],
    ["2026-06-29", "Jul 2026"],
  ]);
  expect([...quarterStarts(retail, weeks)]).toEqual([
    ["2026-01-26", "Q1 2026/27"],
    ["2026-04-27", "Q2 2026/27"],
    ["2026-07-27", "Q3 2026/27"],
  ]);
});

test("weekdays stand in the order of the retailer's week", () => {
  const days = ["Monday", "Tuesday", "Sunday", "Saturday"].map((slot) => ({ slot }));
  expect(inWeekOrder(retail, days).map(({ slot }) => slot)).toEqual(["Sunday", "Monday", "Tuesday", "Saturday"]);
  expect(inWeekOrder(calendarYear, days).map(({ slot }) => slot)).toEqual(["Monday", "Tuesday", "Saturday", "Sunday"]);
});

test("a calendar is told in words", () => {
  expect(calendarWords(calendarYear)).toBe("calendar months");
  expect(calendarWords({ ...calendarYear, fiscal_year_starts: "04-06" })).toBe("months of a fiscal year from 6 Apr");
  expect(calendarWords(retail)).toBe("4-5-4 weeks from the Sunday nearest to 1 Feb");
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { addDays, fromEpochDay, toEpochDay } from "../base/time.ts";
import {
  calendarYear,
  checkFiscal,
  type FiscalSettings,
  fiscalKinds,
  latestPeriods,
  partBefore,
  periodLengths,
  periodOf,
  periodsOfYear,
  weekStartOf,
  weekStarts,
  yearStart,
} from "./fiscal-calendar.ts";

const retail: FiscalSettings = { fiscal_calendar: "4-5-4", fiscal_year_starts: "02-01", week_starts: "sunday" };
const taxYear: FiscalSettings = { ...calendarYear, fiscal_year_starts: "04-06" };

test("the 4-5-4 calendar is the National Retail Federation's", () => {
  const starts = [2021, 2022, 2023, 2024, 2025, 2026].map((year) => yearStart(retail, year));
  expect(starts).toEqual(["2021-01-31", "2022-01-30", "2023-01-29", "2024-02-04", "2025-02-02", "2026-02-01"]);
  const year = periodsOfYear(retail, 2023, "period"); // of 53 weeks
  expect(year.slice(0, 4).map(({ from, to }) => [from, to])).toEqual([
    ["2023-01-29", "2023-02-25"],
    ["2023-02-26", "2023-04-01"],
    ["2023-04-02", "2023-04-29"],
    ["2023-04-30", "2023-05-27"],
  ]);
  expect(year.at(-1)).toMatchObject({ from: "2023-12-31", to: "2024-02-03", label: "P12 2023/24" });
});

test("a fiscal year of months may start on any day that all months have", () => {
  expect(periodOf(taxYear, "2026-04-05", "quarter")).toMatchObject({
    label: "Q4 2025/26",
    from: "2026-01-06",
    to: "2026-04-05",
  });
  expect(periodOf(calendarYear, "2026-04-05", "period")).toMatchObject({ label: "Apr 2026", from: "2026-04-01" });
  expect(periodOf(calendarYear, "2026-04-05", "year")).toMatchObject({ label: "2026", to: "2026-12-31" });
  expect(() => checkFiscal({ ...taxYear, fiscal_year_starts: "01-31" })).toThrow("28th");
  expect(() => checkFiscal({ ...retail, fiscal_year_starts: "02-29" })).toThrow("calendar");
  expect(() => checkFiscal({ ...retail, fiscal_year_starts: "February" })).toThrow("no day");
  expect(() => checkFiscal({ ...retail, fiscal_year_starts: "01-31" })).not.toThrow();
});

test("a week starts where it is set to", () => {
  expect(weekStartOf(calendarYear, "2026-07-05")).toBe("2026-06-29");
  expect(weekStartOf(retail, "2026-07-05")).toBe("2026-07-05");
  expect(weekStartOf(retail, "2026-07-04")).toBe("2026-06-28");
});

test("a part of a period is held against as many days of the year before", () => {
  const quarter = periodOf(taxYear, "2026-07-10", "quarter");
  expect(partBefore(taxYear, quarter, "2026-07-10")).toEqual({ from: "2025-07-06", to: "2025-07-10" });
  expect(partBefore(taxYear, quarter, quarter.to)).toEqual({ from: "2025-07-06", to: "2025-10-05" });
  const last = periodOf(retail, "2024-02-02", "period"); // the fifth week of a period that had four
  expect(partBefore(retail, last, "2024-02-02")).toEqual({ from: "2023-01-01", to: "2023-01-28" });
});

const anyCalendar = fc.record({
  fiscal_calendar: fc.constantFrom(...fiscalKinds),
  fiscal_year_starts: fc.integer({ min: 0, max: 364 }).map((at) => addDays("2023-01-01", at).slice(5)),
  week_starts: fc.constantFrom(...weekStarts),
});

test("periods of any calendar follow each other without gap, and hold the days that are theirs", () => {
  const days = fc.integer({ min: toEpochDay("1990-01-01"), max: toEpochDay("2060-12-31") }).map(fromEpochDay);
  fc.assert(
    fc.property(anyCalendar, days, fc.constantFrom(...periodLengths), (drawn, day, length) => {
      const isShort = drawn.fiscal_calendar !== "months" || Number(drawn.fiscal_year_starts.slice(3)) <= 28;
      fc.pre(isShort);
      const own = periodOf(drawn, day, length);
      expect(own.from <= day && day <= own.to).toBe(true);
      const latest = latestPeriods(drawn, day, length, 14);
      expect(latest.at(-1)).toEqual(own);
      for (const [at, { from }] of latest.entries())
        if (at > 0) expect(addDays(latest[at - 1]?.to ?? "", 1)).toBe(from);
      expect(new Set(latest.map(({ label }) => label)).size).toBe(14);
    }),
  );
});

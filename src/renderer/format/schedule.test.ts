import { expect, it } from "vitest";
import { lasting, readSchedule, scheduleWords, writeSchedule } from "./schedule.ts";

it.each([
  [null, "No schedule"],
  ["30 2 * * *", "Every day at 02:30"],
  ["0 6 * * MON", "Mondays at 06:00"],
  ["0 6 * * 0", "Sundays at 06:00"],
  ["*/15 2 * * *", "*/15 2 * * *"],
  ["99 2 * * *", "99 2 * * *"],
])("the schedule %s reads “%s” and is written as it was", (schedule, words) => {
  expect(scheduleWords(schedule)).toBe(words);
  expect(writeSchedule(readSchedule(schedule))?.replace(/ SUN$/, " 0") ?? null).toBe(schedule);
});

it("a time that passed reads in the largest unit that says enough", () => {
  expect([5_000, 40 * 60_000, 26 * 3_600_000, 4 * 86_400_000].map(lasting)).toEqual([
    "1 min",
    "40 min",
    "26 h",
    "4 days",
  ]);
});

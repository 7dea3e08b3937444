import { expect, test } from "vitest";
import { dayNumber } from "../format/days.ts";
import { historyMarks } from "./history-marks.ts";

const labels = (from: string, to: string) => historyMarks(dayNumber(from), dayNumber(to)).map(({ label }) => label);

test("a history is marked by months, quarters, halves or years, by how long it is", () => {
  expect(labels("2026-04-15", "2026-09-20")).toEqual(["May 2026", "Jun", "Jul", "Aug", "Sep"]);
  expect(labels("2025-10-15", "2026-09-20")).toEqual(["2026", "Apr", "Jul"]);
  expect(labels("2024-05-01", "2026-06-01")).toEqual(["Jul", "2025", "Jul", "2026"]);
  expect(labels("2016-05-01", "2020-06-01")).toEqual(["Jul", "2017", "Jul", "2018", "Jul", "2019", "Jul", "2020"]);
  expect(labels("2010-05-01", "2020-06-01")).toHaveLength(10);
  expect(labels("2026-07-02", "2026-07-20")).toEqual([]);
});

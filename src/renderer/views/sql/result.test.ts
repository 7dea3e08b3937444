import { expect, test } from "vitest";
import { exactText, tabSeparated } from "../../table/result.ts";
import { chartOf } from "./chart-of.ts";

test("values are copied exactly, one row a line", () => {
  const columns = [
    { name: "name", type: "VARCHAR" },
    { name: "n", type: "HUGEINT" },
    { name: "list", type: "VARCHAR[]" },
  ];
  const rows = [
    { name: "a\tb\nc", n: "123456789012345678901", list: ["x", "y"] },
    { name: null, n: 0.1, list: null },
  ];
  expect(tabSeparated(columns, rows)).toBe('name\tn\tlist\na b c\t123456789012345678901\t["x","y"]\n\t0.1\t');
  expect(exactText(false)).toBe("false");
});

const day = { name: "day", type: "DATE" };
const word = { name: "stage", type: "VARCHAR" };
const id = { name: "customer_id", type: "VARCHAR" };
const money = { name: "revenue", type: "DECIMAL(38,0)" };

test("days make a line, words make bars, numbers are drawn", () => {
  const days = [
    { day: "2026-01-01T00:00:00", revenue: "12" },
    { day: "2026-01-02", revenue: null },
  ];
  expect(chartOf([money, day], days)).toEqual({
    chart: {
      kind: "line",
      x: "day",
      series: ["revenue"],
      points: [
        { day: "2026-01-01", revenue: 12 },
        { day: "2026-01-02", revenue: null },
      ],
    },
  });
  const stages = [
    { stage: "new", revenue: 1 },
    { stage: null, revenue: 2 },
  ];
  expect(chartOf([word, money], stages)).toMatchObject({ chart: { kind: "bar", points: [{}, { stage: "–" }] } });
});

test.each([
  [[word], [{ stage: "a" }, { stage: "b" }], /needs a column/],
  [[id, money], Array.from({ length: 41 }, (_, at) => ({ customer_id: String(at), revenue: at })), /41 rows/],
  [[word, money], [{ stage: "a", revenue: 1 }], /One row/],
])("no chart says why (%#)", (columns, rows, why) => {
  expect(chartOf(columns, rows)).toEqual({ why: expect.stringMatching(why) });
});

import { expect, test } from "vitest";
import { columnWidth } from "./result.ts";

test("a column is as wide as its numbers, whose digits are the widest, within limits", () => {
  const big = "12345678901234567890";
  const number = { name: "big", type: "HUGEINT" };
  expect(columnWidth(number, [{ big }])).toBeGreaterThanOrEqual(big.length * 8.3 + 20);
  expect(columnWidth(number, [{ big: "1" }])).toBeLessThan(columnWidth(number, [{ big }]));
  const story = { name: "story", type: "VARCHAR" };
  expect(columnWidth(story, [{ story: "words ".repeat(1_000) }])).toBe(340);
});

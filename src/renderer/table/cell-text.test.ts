import { expect, test } from "vitest";
import { cellText, usualWidth } from "./cell-text.ts";

test.each([
  [null, "money", "–"],
  [123_456, "money", "1,235"],
  [0.1234, "share", "12.3 %"],
  ["2026-07-14", "date", "14 Jul 2026"],
  ["at_risk", "choice", "At risk"],
  [4, "number", "4"],
  [4.257, "number", "4.26"],
  [true, "flag", "Yes"],
  [["Coats", "Shoes"], "list", "Coats, Shoes"],
  [{ a: "never_bought" }, "text", "never_bought"],
  ["<b>x</b>", "text", "<b>x</b>"],
] as const)("%j of a %s reads %s", (value, kind, text) => {
  const cell = Array.isArray(value) ? [...value] : value;
  expect(cellText(cell as never, { kind }, "GBP")).toBe(text);
});

test("a column is as wide as its header needs, within limits", () => {
  expect(usualWidth({ kind: "number", label: "Orders" })).toBe(104);
  expect(usualWidth({ kind: "share", label: "Chance of still being a customer" })).toBeGreaterThan(200);
  expect(usualWidth({ kind: "text", label: "x".repeat(200) })).toBe(220);
});

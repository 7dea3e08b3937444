import { expect, test } from "vitest";
import { crossing } from "./contour.ts";

test("a level is crossed between the values that enclose it", () => {
  expect(crossing([0, 60, 120], [0.9, 0.6, 0.2], 0.5)).toBeCloseTo(75);
  expect(crossing([0, 60, 120], [0.9, 0.8, 0.7], 0.5)).toBeNull();
  expect(crossing([0, 60, 120], [null, 0.8, 0.4], 0.5)).toBeCloseTo(105);
  expect(crossing([], [], 0.5)).toBeNull();
});

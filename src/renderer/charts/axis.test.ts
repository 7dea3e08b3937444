import { expect, test } from "vitest";
import { digitsOf, niceTicks } from "./axis.ts";

test.each([
  [0, 308_000, [0, 100_000, 200_000, 300_000, 400_000]],
  [-35.8, 15.5, [-40, -20, 0, 20]],
  [0, 0, [0]],
])("ticks from %d to %d are round and cover both ends", (low, high, ticks) => {
  expect(niceTicks(low, high)).toEqual(ticks);
});

test("steps have as many decimals as tell them apart", () => {
  expect([100, 20, 1, 0.5, 0.2, 0.05, 0.001].map(digitsOf)).toEqual([0, 0, 0, 1, 1, 2, 3]);
});

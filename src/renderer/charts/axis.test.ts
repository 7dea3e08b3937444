import { expect, test } from "vitest";
import { niceTicks } from "./axis.ts";

test.each([
  [0, 308_000, [0, 100_000, 200_000, 300_000, 400_000]],
  [-35.8, 15.5, [-40, -20, 0, 20]],
  [0, 0, [0]],
])("ticks from %d to %d are round and cover both ends", (low, high, ticks) => {
  expect(niceTicks(low, high)).toEqual(ticks);
});

import { expect, test } from "vitest";
import { waterfallSteps } from "./waterfall-steps.ts";

test("each part begins where the one before ended, and the whole stands on zero", () => {
  const steps = waterfallSteps(
    [
      { name: "Buyers", effect: -132 },
      { name: "Items", effect: 0 },
      { name: "Price", effect: 20 },
    ],
    -112,
  );
  expect(steps.map(({ from, to }) => [from, to])).toEqual([
    [0, -132],
    [-132, -132],
    [-132, -112],
    [0, -112],
  ]);
  expect(steps.at(-1)?.isTotal).toBe(true);
});

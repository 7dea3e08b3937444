import { expect, it } from "vitest";
import { moved, zoomed } from "./use-zoom.ts";

it("keeps the moment under the pointer where it is", () => {
  const sight = { from: 20, to: 60 };
  const near = zoomed(sight, 100, 0.5, 30);
  expect(near).toEqual({ from: 25, to: 45 });
  expect(((30 - 25) / 20).toFixed(6)).toBe(((30 - 20) / 40).toFixed(6));
});

it("never looks beyond the run, and shows all of it again", () => {
  expect(zoomed({ from: 0, to: 60 }, 100, 1.25, 0)).toEqual({ from: 0, to: 75 });
  expect(zoomed({ from: 0, to: 90 }, 100, 2, 50)).toBe(null);
  expect(moved({ from: 80, to: 95 }, 100, 1)).toEqual({ from: 85, to: 100 });
  expect(moved({ from: 5, to: 15 }, 100, -1)).toEqual({ from: 0, to: 10 });
  expect((zoomed({ from: 0, to: 100 }, 100, 1e-9, 50)?.to ?? 0) - 50).toBeCloseTo(0.025, 6);
});

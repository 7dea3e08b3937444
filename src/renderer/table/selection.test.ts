import { expect, test } from "vitest";
import { addRange, chosenCount, isChosen, nobody, toggle } from "./selection.ts";

test("rows are taken in and out, one by one and by ranges", () => {
  const one = toggle(nobody, "a", []);
  expect([isChosen(one, "a"), isChosen(one, "b"), chosenCount(one, 100)]).toEqual([true, false, 1]);
  expect(chosenCount(toggle(one, "a", []), 100)).toBe(0);
  expect(chosenCount(addRange(one, ["a", "b", "c"]), 100)).toBe(3);
});

test("all are those that the filters hold; taking one out leaves the others that are known", () => {
  const all = { kind: "all" } as const;
  expect([isChosen(all, "x"), chosenCount(all, 1_000_000)]).toEqual([true, 1_000_000]);
  expect(addRange(all, ["x"])).toBe(all);
  expect(toggle(all, "b", ["a", "b", "c"])).toEqual({ kind: "some", ids: new Set(["a", "c"]) });
});

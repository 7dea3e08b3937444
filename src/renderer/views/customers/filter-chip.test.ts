import { expect, test } from "vitest";
import { chipText, flatRules } from "./filter-chip.ts";

const rule = { field: "lifecycle_stage", operator: "in", value: ["active", "new"] };

test("filters are chips only where all of some fields have to hold", () => {
  expect(flatRules(undefined)).toEqual([]);
  expect(flatRules({ combinator: "and", rules: [rule] })).toEqual([rule]);
  expect(flatRules({ combinator: "or", rules: [rule] })).toEqual([rule]);
  expect(flatRules({ combinator: "or", rules: [rule, rule] })).toBeNull();
  expect(flatRules({ combinator: "and", not: true, rules: [rule] })).toBeNull();
  expect(flatRules({ combinator: "and", rules: [{ combinator: "or", rules: [rule] }] })).toBeNull();
  expect(flatRules({ combinator: "and", rules: [{ segment: "x" }] })).toBeNull();
});

test("a chip says its rule, or that its value is missing", () => {
  expect(chipText(rule, [], "GBP")).toBe("Lifecycle stage is active or new");
  expect(chipText({ field: "order_count", operator: ">=", value: 3 }, [], "GBP")).toBe(
    "Number of orders is at least 3",
  );
  expect(chipText({ ...rule, value: [] }, [], "GBP")).toBe("lifecycle_stage: no value yet");
});

import { expect, test } from "vitest";
import { behaviourDraft, behaviourNode, startingBehaviour } from "./behaviour.ts";

test("a behaviour goes through the row and back", () => {
  const node = behaviourNode({
    event: "order",
    aggregate: "sum",
    operator: ">=",
    value: 5_000,
    category: "Dresses",
    days: 90,
  });
  expect(behaviourDraft(node)).toEqual({
    event: "order",
    aggregate: "sum",
    operator: ">=",
    value: 5_000,
    category: "Dresses",
    days: 90,
  });
  expect(
    behaviourDraft(
      behaviourNode({ event: "return", aggregate: "count", operator: "=", value: 0, category: "", days: null }),
    )?.days,
  ).toBeNull();
  expect(behaviourDraft(startingBehaviour)?.value).toBe(2);
});

test.each([
  { event: "order", operator: "between", value: [1, 3] },
  { event: "order", where: [{ field: "discount_depth", operator: ">", value: 0 }] },
  { event: "order", where: { category: ["Dresses", "Coats"] } },
  { event: "order", window: { from: "2026-01-01", to: null } },
])("what the row can't show stays as it is (%#)", (behaviour) => {
  expect(behaviourDraft({ behaviour })).toBeNull();
});

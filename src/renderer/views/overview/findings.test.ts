import { expect, test } from "vitest";
import { changeFinding, periodsFinding, stagesFinding } from "./findings.ts";

const part = (name: string, effect_minor: number) => ({ name, effect_minor, before: 1, now: 1, unit: "customers" });
const change = (parts: ReturnType<typeof part>[]) => ({
  from: "2026-04-16",
  to: "2026-07-14",
  before_minor: 1_000,
  now_minor: 1_000 + parts.reduce((sum, { effect_minor }) => sum + effect_minor, 0),
  parts,
});

test.each([
  [
    [part("buyers", -358), part("orders_each", 176), part("items_per_order", 259)],
    "Larger baskets outweighed fewer buyers",
  ],
  [[part("buyers", 270), part("items_per_order", -4)], "More buyers brought revenue up"],
  [[part("price_per_item", -90), part("orders_each", 10)], "Lower prices brought revenue down"],
  [[part("buyers", 5), part("orders_each", -5)], "Revenue stayed as it was"],
  [[], "Revenue stayed as it was"],
])("the change in revenue is told by its forces (%#)", (parts, said) => {
  expect(changeFinding(change(parts))).toBe(said);
});

const stage = (customers: number, value: number | null) => ({
  stage: "active",
  customers,
  share: customers / 100,
  share_before: null,
  customers_before: null,
  value: value === null ? null : { value, low: null, high: null },
  days_in_stage: null,
});
const total = { customers: 100, value: { value: 200, low: null, high: null } };

test("the stages' finding gives shares of base and value only where they are known", () => {
  expect(stagesFinding({ stages: [stage(25, 124)], total })).toBe(
    "Active customers are 25 % of the base and 62 % of its expected value",
  );
  expect(stagesFinding({ stages: [stage(25, null)], total })).toBe("Active customers are 25 % of the base");
  expect(stagesFinding({ stages: [stage(0, null)], total })).toBe("Customers by lifecycle stage");
});

test("revenue by period is told of the latest one that is over, beside the year before", () => {
  const sums = { from: "2026-01-01", to: "2026-03-31", revenue_minor: 110, refunds_minor: null };
  const of = (label: string, before: number | null, is_open = false) => ({
    ...{ label, year: 2026, number: 1, is_open, orders: 1, buyers: 1 },
    ...sums,
    before: before === null ? null : { ...sums, revenue_minor: before },
  });
  const told = periodsFinding({ periods: [of("Q1 2026", 100), of("Q2 2026", 40, true)] });
  expect(told).toBe("Q1 2026 brought 10.0 % more than a year before");
  expect(periodsFinding({ periods: [of("Q2 2026", 220, true)] })).toBe(
    "Q2 2026 so far brought 50.0 % less than a year before",
  );
  expect(periodsFinding({ periods: [of("Q2 2026", null)] })).toBe("Revenue by fiscal period");
});

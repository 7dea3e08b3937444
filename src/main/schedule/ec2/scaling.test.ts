import { describe, expect, it } from "vitest";
import { estimate, isWithinBudget, secondsUntil, wantedInstances } from "./scaling.ts";

const fleet = { coresPerInstance: 4, smallest: 0, largest: 20 };
const demand = { coreSeconds: 36_000, secondsLeft: 3_600, bootSeconds: 120 };

describe("the size of a fleet", () => {
  it("finishes the work by the deadline, starts included", () => {
    expect(wantedInstances(demand, fleet)).toBe(3); // 36,000 / 3,480 / 4 = 2.6
    expect(wantedInstances({ ...demand, secondsLeft: 1_800 }, fleet)).toBe(6);
  });

  it("is none without work, one with any, and never beyond the group's limits", () => {
    expect(wantedInstances({ ...demand, coreSeconds: 0 }, fleet)).toBe(0);
    expect(wantedInstances({ ...demand, coreSeconds: 0.5 }, fleet)).toBe(1);
    expect(wantedInstances({ ...demand, secondsLeft: -5 }, fleet)).toBe(20);
    expect(wantedInstances({ ...demand, coreSeconds: 0 }, { ...fleet, smallest: 2 })).toBe(2);
  });
});

describe("what it costs", () => {
  const price = { perInstanceHour: 0.2, currency: "USD" };

  it("is instances by hours, and more instances cost only their starts more", () => {
    const [three, six] = [estimate(demand, 3, fleet, price), estimate(demand, 6, fleet, price)];
    expect(three.hours).toBeCloseTo((120 + 3_000) / 3_600, 6);
    expect(three.cost).toBeCloseTo(0.52, 6);
    expect(six.cost - three.cost).toBeCloseTo((3 * 120 * 0.2) / 3_600, 6);
    expect(estimate(demand, 0, fleet, price).cost).toBe(0);
  });

  it("stops at the budget", () => {
    expect(isWithinBudget(9, 0.5, 10)).toBe(true);
    expect(isWithinBudget(9, 1.5, 10)).toBe(false);
    expect(isWithinBudget(9, 1.5, null)).toBe(true);
  });
});

describe("a deadline", () => {
  const now = new Date(2026, 6, 1, 23, 30, 0);
  it("is the next such time of day, or minutes", () => {
    expect([secondsUntil("06:00", now), secondsUntil("23:45", now), secondsUntil("90", now)]).toEqual([
      23_400, 900, 5_400,
    ]);
    expect(secondsUntil("25:00", now)).toBe(null);
  });
});

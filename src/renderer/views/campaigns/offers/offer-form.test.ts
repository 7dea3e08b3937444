import { describe, expect, it } from "vitest";
import { budgetScale, emptyOffers, offerInput, offerProblem, toggled } from "./offer-form.ts";

describe("the form of offers", () => {
  it("is sent in minor units and shares, and leaves out what has no limit", () => {
    const form = { ...emptyOffers, budget: 1250.5, excluded: ["Coats"], depths: [10, 30] };
    expect(offerInput("shop", form, 2)).toEqual({
      brand: "shop",
      scope: "everything",
      depths: [0.1, 0.3],
      excluded: ["Coats"],
      budget_minor: 125_050,
      contact_cost_minor: 2,
      margin_share: 0.5,
      days: 30,
    });
    expect(offerInput("shop", { ...form, budget: 1250, contacts: 300 }, 0)).toMatchObject({
      budget_minor: 1250,
      contacts: 300,
    });
  });

  it("says what is wrong before it is sent", () => {
    expect(offerProblem(emptyOffers)).toBeNull();
    expect(offerProblem({ ...emptyOffers, depths: [] })).toContain("price cut");
    expect(offerProblem({ ...emptyOffers, depths: [5, 10, 15, 20, 25, 30, 40] })).toContain("6");
    expect(offerProblem({ ...emptyOffers, budget: -1 })).toContain("budget");
    expect(offerProblem({ ...emptyOffers, margin: 0 })).toContain("margin");
    expect(offerProblem({ ...emptyOffers, days: 61 })).toContain("60 days");
  });

  it("ticks and unticks, and cuts the slider into round steps", () => {
    expect(toggled([1, 2], 2)).toEqual([1]);
    expect(toggled([1], 2)).toEqual([1, 2]);
    for (const minor of [12, 999, 203_549, 7_654_321]) {
      const { most, step } = budgetScale(minor, 2);
      expect(most).toBeGreaterThanOrEqual(minor / 100 - 1e-9);
      expect(most / step).toBeLessThanOrEqual(101);
    }
    expect(budgetScale(0, 2)).toEqual({ most: 0, step: 1 });
  });
});

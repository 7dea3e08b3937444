import { describe, expect, test } from "vitest";
import { addVariant, dropVariant, emptyForm, nameTyped, planInput, problemOf } from "./plan.ts";

describe("a campaign's form", () => {
  test("takes a name as it is typed, blanks as hyphens", () => {
    expect(nameTyped("summer dresses ")).toBe("summer-dresses-");
  });

  test("is sent as shares of one, everybody who bought where no segment is chosen", () => {
    expect(planInput("shop", addVariant({ ...emptyForm, isCapped: true }))).toEqual({
      brand: "shop",
      definition: { sql: "order_count >= 1" },
      variants: [
        { variant: "a", share: 0.5 },
        { variant: "b", share: 0.5 },
      ],
      holdout: 0.1,
      goal: "revenue",
      days: 14,
      template: "csv",
      cap: { messages: 4, days: 30 },
    });
    expect(planInput("shop", { ...emptyForm, segment: "best" })).toMatchObject({ segment: "best" });
  });

  test("names what is wrong", () => {
    const problem = (more: Partial<typeof emptyForm>) => problemOf({ ...emptyForm, name: "may", ...more }, ["june"]);
    expect(problem({})).toBeNull();
    expect(problem({ name: "june" })).toMatch(/already/);
    expect(problem({ name: "two words" })).toMatch(/no spaces/);
    expect(problem({ variants: [{ id: 1, variant: "Control", share: 1 }] })).toMatch(/kept out/);
    expect(problem({ days: 0 })).toMatch(/1 to 365/);
    expect(problem({ holdout: 95 })).toMatch(/90 %/);
    const twice = { id: 2, variant: "message", share: 1 };
    expect(problem({ variants: [...emptyForm.variants, twice] })).toMatch(/same name/);
  });

  test("shares out a hundred whenever a message comes or goes", () => {
    const three = addVariant(addVariant(emptyForm));
    expect(three.variants.map(({ variant, share }) => [variant, share])).toEqual([
      ["a", 34],
      ["b", 33],
      ["c", 33],
    ]);
    expect(dropVariant(three, 2).variants.map(({ variant, share }) => [variant, share])).toEqual([
      ["a", 50],
      ["c", 50],
    ]);
  });
});

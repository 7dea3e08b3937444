import { expect, test } from "vitest";
import { audience } from "../../format/audience.ts";
import { channelFinding, discountFinding, firstFinding, priceFinding } from "./findings.ts";

const choice = (name: string, first: number, ninety = 0) => ({
  name,
  first,
  ninety,
  buyers: first,
  share: 0,
  half: ninety,
  seventy: ninety,
  requirement_share: null,
});

test("the first finding names what comes first for most", () => {
  expect(firstFinding({ scored: 200, rows: [choice("Dresses", 50), choice("Coats", 30)] }, "category")).toBe(
    "Dresses come first for 25 % of customers",
  );
  expect(firstFinding({ scored: 9, rows: [choice("Hollin", 9)] }, "brand")).toBe("All of them have one brand: Hollin");
  expect(firstFinding({ scored: 0, rows: [] }, "brand")).toBe("First brand of each customer");
});

test("the discounts' finding counts who only met sales", () => {
  expect(discountFinding({ mostly_reduced: 200, mostly_reduced_but_usual: 50 })).toBe(
    "25 % of those who buy mostly reduced are no keener on it than the average customer",
  );
  expect(discountFinding({ mostly_reduced: 200, mostly_reduced_but_usual: 0 })).toMatch("keener on it than");
  expect(discountFinding({ mostly_reduced: 3, mostly_reduced_but_usual: 3 })).toBe(
    "Discount affinity beside the raw share",
  );
});

test("the prices' finding compares mean tiers and leaves small categories out", () => {
  const row = (category: string | null, tiers: number[]) => ({
    category,
    tiers,
    customers: tiers.reduce((sum, n) => sum + n, 0),
    bounds_minor: [],
  });
  const rows = [row("Coats", [0, 0, 0, 0, 40]), row("Towels", [40, 0, 0, 0, 0]), row("Hats", [0, 0, 0, 0, 2])];
  expect(priceFinding({ rows })).toBe("Taste is dearest in Coats, cheapest in Towels");
  expect(priceFinding({ rows: [row("Coats", [8, 8, 8, 8, 8]), row("Towels", [8, 8, 8, 8, 8])] })).toBe(
    "Price tiers are spread alike over categories",
  );
  expect(priceFinding({ rows: [row(null, [9, 9, 9, 9, 9])] })).toBe("Price tiers");
});

test("the channels' finding is the part that is sure of one", () => {
  expect(channelFinding({ scored: 100, rows: [choice("web", 60, 30), choice("store", 40, 10)] })).toBe(
    "40 % of customers stay with one channel",
  );
});

test("an audience is an address with the rules in it", () => {
  const where = new URL(audience({ field: "price_tier", operator: "=", value: 5 }), "http://a").searchParams.get(
    "where",
  );
  expect(JSON.parse(where ?? "")).toEqual({
    combinator: "and",
    rules: [{ field: "price_tier", operator: "=", value: 5 }],
  });
});

import { expect, test } from "vitest";
import { addressOf, readAddress } from "./list-address.ts";

test.each([
  "/customers",
  "/customers?text=hart+%26+ley",
  "/customers?text=hart&open=0123456789abcdef0123",
  "/customers?sort=revenue_minor.desc%2Corder_count.asc",
  `/customers?where=${encodeURIComponent('{"combinator":"and","rules":[]}').replaceAll("%20", "+")}`,
])("the address %s is what it restores", (address) => {
  const params = new URLSearchParams(address.split("?")[1] ?? "");
  expect(addressOf(readAddress(params))).toBe(address);
});

test("what can't be read is left out", () => {
  expect(readAddress(new URLSearchParams("where={&sort=x.up&open=../x"))).toEqual({
    where: undefined,
    text: "",
    sort: [{ field: "predicted_value_minor", direction: "desc" }],
    open: null,
  });
});

import { expect, test } from "vitest";
import { sourceLabels } from "./source-label.ts";

test("sources are called by what tells them apart", () => {
  const of = (...names: string[]) => [...sourceLabels(names).values()];
  expect(of("demo-generic-stores", "demo-shopify", "demo-shopify-customers")).toEqual([
    "stores",
    "shopify",
    "shopify-customers",
  ]);
  expect(of("till", "web-shop")).toEqual(["till", "web-shop"]);
  expect(of("my-shop", "my-shop-returns")).toEqual(["shop", "shop-returns"]);
  expect(of("generic")).toEqual(["generic"]);
  expect(of("one-generic-orders")).toEqual(["one-generic-orders"]);
});

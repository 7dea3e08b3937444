import { expect, test } from "vitest";
import { layoutName } from "./layout-name.ts";

test.each([
  ["generic", "Plain table"],
  ["unknown", "Not recognised"],
  ["shopify", "Shopify"],
  ["shopify-customers", "Shopify, customers"],
  ["woocommerce-lines", "WooCommerce, lines"],
  ["klaviyo_events", "Klaviyo, events"],
])("the layout %s is called %s", (layout, said) => {
  expect(layoutName(layout)).toBe(said);
});

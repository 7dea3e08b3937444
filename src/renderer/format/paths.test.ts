import { expect, test } from "vitest";
import { nameFromPath, shortPath } from "./paths.ts";

test("a path is short by its end, on either system", () => {
  expect(shortPath("/data/shop/exports/orders.csv")).toBe("exports/orders.csv");
  expect(shortPath("C:\\data\\shop\\orders.csv", 1)).toBe("orders.csv");
});

test.each([
  ["/data/Till exports/", "Till-exports"],
  ["/data/orders.csv", "orders"],
  ["C:\\data\\büro & co", "b-ro-co"],
  ["/", "source"],
])("%s gives the name %s", (path, name) => {
  expect(nameFromPath(path)).toBe(name);
  expect(name).toMatch(/^[A-Za-z0-9][A-Za-z0-9_-]*$/);
});

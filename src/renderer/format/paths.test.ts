import { expect, test } from "vitest";
import { nameFromPath, shortPath, wholePath } from "./paths.ts";

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

test.each([
  ["/data/backup", true],
  [" /data", true],
  ["C:\\data", true],
  ["d:/data", true],
  ["\\\\server\\share", true],
  ["data/backup", false],
  ["~/backup", false],
  ["C:data", false],
])("%s is a whole path: %s", (path, isWhole) => {
  expect(new RegExp(`^(?:${wholePath})$`, "v").test(path)).toBe(isWhole);
});

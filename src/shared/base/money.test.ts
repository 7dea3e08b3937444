import { expect, it } from "vitest";
import { isCurrency, minorDigits } from "./money.ts";

it("a currency has the minor units that ISO 4217 gives it, on every platform", () => {
  const codes = ["GBP", "PKR", "HUF", "IDR", "COP", "JPY", "KRW", "CLP", "KWD", "TND"];
  expect(codes.map(minorDigits)).toEqual([2, 2, 2, 2, 2, 0, 0, 0, 3, 3]);
  expect(codes.every(isCurrency)).toBe(true);
});

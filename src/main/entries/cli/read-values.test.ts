import { expect, it } from "vitest";
import { instantOption, numberOption, portOption } from "./read-values.ts";

it("a text that is no number is refused, not read as none", () => {
  expect([numberOption("12"), numberOption("0.5"), portOption("0")]).toEqual([12, 0.5, 0]);
  for (const wrong of ["", " ", "many", "12 days", "Infinity"]) expect(() => numberOption(wrong)).toThrow(/no number/);
  for (const wrong of ["70000", "-1", "1.5"]) expect(() => portOption(wrong)).toThrow(/0 to 65535/);
});

it("a moment is one that deliveries can be compared with", () => {
  expect(instantOption("2026-05-13T09:30:00+02:00")).toBe("2026-05-13T07:30:00.000Z");
  expect(instantOption("2026-05-13")).toBe("2026-05-13T00:00:00.000Z");
  for (const wrong of ["yesterday", "2026-13-45", "13/05/2026"])
    expect(() => instantOption(wrong)).toThrow(/2026-05-13T09/);
});

import { expect, it } from "vitest";
import { fitReader } from "./fit-reader.ts";

interface Fit {
  readonly mean: number;
  readonly rates: Readonly<Record<string, number>> | null;
  readonly cuts: readonly number[];
  readonly pulls?: { readonly of: readonly string[] };
}
const read = fitReader<Fit>("price_tier", { mean: "number", rates: "object?", cuts: "list", pulls: "object?" });
const fit = { mean: 1, rates: null, cuts: [1, 2] };

it("gives a fit as it is, and null where there was nothing to fit", () => {
  expect(read(fit)).toBe(fit);
  expect([read(null), read(undefined)]).toEqual([null, null]);
});

it.each([
  [[1], "isn't an object"],
  [{ ...fit, mean: null }, "has no mean"],
  [{ mean: 1, rates: {} }, "has no cuts"],
  [{ ...fit, cuts: { 0: 1 } }, "has a object for cuts"],
  [{ ...fit, pulls: "none" }, "has a text for pulls"],
  [Object.create({ ...fit }), "has no mean"],
])("says of a fit of another shape what is wrong and what to do: %j", (fitted, how) => {
  expect(() => read(fitted)).toThrow(
    expect.objectContaining({
      code: "corrupt",
      message: `The fit of price_tier ${how}: it is of another shape than this program reads.`,
      hint: expect.stringContaining("Run again"),
      details: { model: "price_tier" },
    }),
  );
});

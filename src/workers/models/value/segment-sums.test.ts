import { describe, expect, it } from "vitest";
import { wonAhead } from "./segment-sums.ts";

/** Ages of customers of whom so many were won a day, `perDay` days ago. */
function agesOf(perDay: (ago: number) => number, days: number): Float64Array {
  const ages: number[] = [];
  for (let ago = 0; ago < days; ago++) for (let k = 0; k < perDay(ago); k++) ages.push(ago);
  return Float64Array.from(ages);
}

describe("customers yet to be won", () => {
  it("are as many as lately where as many were won in the same half of the year before", () => {
    expect(
      wonAhead(
        agesOf(() => 2, 800),
        365,
      ),
    ).toBeCloseTo(1, 9);
    // a season alone is no trend
    const seasonal = agesOf((ago) => (ago % 365 < 182 ? 6 : 1), 800);
    expect(wonAhead(seasonal, 365)).toBeCloseTo(1, 9);
  });

  it("follow two thirds of a trend, and of a shorter time the less", () => {
    const growing = agesOf((ago) => (ago < 365 ? 4 : 2), 800);
    expect(wonAhead(growing, 365)).toBeCloseTo(2 ** (2 / 3), 9);
    expect(wonAhead(growing, 90)).toBeCloseTo(2 ** ((2 / 3) * (90 / 365)), 9);
    expect(
      wonAhead(
        agesOf((ago) => (ago < 365 ? 1 : 20), 800),
        365,
      ),
    ).toBeCloseTo(3 ** (-2 / 3), 9);
  });

  it("have no trend where too few were won, or nobody was a year and a half ago", () => {
    expect(
      wonAhead(
        agesOf(() => 5, 500),
        365,
      ),
    ).toBe(1);
    expect(wonAhead(new Float64Array(0), 365)).toBe(1);
  });
});

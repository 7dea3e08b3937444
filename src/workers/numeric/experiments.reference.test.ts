import { describe, expect, test } from "vitest";
import { mixtureHalfWidth, mixtureScale, plannedHalfWidth, plannedP } from "./always-valid.ts";
import { normalQuantile } from "./distributions.ts";
import { momentsOf } from "./group-moments.ts";
import {
  adjustedDifference,
  meanDifference,
  relativeDifference,
  studentLimit,
  studentTail,
  withoutCovariate,
} from "./mean-difference.ts";
import { likelyShare, sampleRatioP } from "./sample-ratio.ts";
import { detectableMean, detectableShare, powerOfShares } from "./test-power.ts";

describe("quantiles", () => {
  // to 16 digits by arbitrary-precision arithmetic, as NIST DLMF 7.17 tabulates inverf
  test.each([
    [0.975, 1.959963984540054],
    [0.995, 2.5758293035489],
    [0.9, 1.2815515655446004],
    [0.8, 0.8416212335729142],
    [0.9875, 2.241402727604947],
    [0.0001, -3.719016485455709],
  ])("normal at %d", (p, expected) => {
    expect(normalQuantile(p)).toBeCloseTo(expected, 8);
  });

  // Student (1908), as every printed table has them
  test.each([
    [1, 12.706204736],
    [5, 2.570581836],
    [30, 2.042272456],
    [1000, 1.962339081],
  ])("Student's t with %d degrees", (degrees, expected) => {
    expect(studentLimit(0.05, degrees)).toBeCloseTo(expected, 7);
    expect(studentTail(expected, degrees)).toBeCloseTo(0.05, 9);
  });
});

describe("differences of means", () => {
  test("are Welch's on Student's sleep data: t = 1.8608, df = 17.776, p = 0.07939", () => {
    const more = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
    const less = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2];
    const found = meanDifference(momentsOf(more), momentsOf(less));
    expect(found.value).toBeCloseTo(1.58, 10);
    expect(found.p).toBeCloseTo(0.07939414, 7);
    expect(found.low).toBeCloseTo(-0.2054832, 6);
    expect(found.high).toBeCloseTo(3.3654832, 6);
  });

  test("follow CUPED's formulas: θ = cov ÷ var, variance times 1 − ρ²", () => {
    const x = [4, 1, 3, 9, 5, 2, 7, 6];
    const treated = x.map((before, at) => 3 * before + 2 + (at % 3));
    const control = x.map((before, at) => 3 * before + (at % 2));
    const found = adjustedDifference(momentsOf(treated, x), momentsOf(control, x));
    const plain = meanDifference(momentsOf(treated, x), momentsOf(control, x));
    expect(found.value).toBeCloseTo(plain.value, 10); // the same covariate on both sides moves nothing
    expect(found.error ** 2 / plain.error ** 2).toBeCloseTo(1 - found.explained, 3);
    expect(found.theta).toBeCloseTo(2.890977, 6);
    expect(found.explained).toBeGreaterThan(0.98);
  });

  test("take away a lead that the treated had before", () => {
    const found = adjustedDifference(momentsOf([12, 14, 16], [2, 4, 6]), momentsOf([8, 10, 12], [0, 2, 4]));
    expect(found.theta).toBeCloseTo(1, 12);
    expect(found.value).toBeCloseTo(2, 12);
    const [treated, control] = [momentsOf([12, 14, 16], [2, 4, 6]), momentsOf([8, 10, 12], [0, 2, 4])];
    const own = [treated, control].map((group) => withoutCovariate(group, 1, 3));
    expect(own.map(({ y, yy }) => [y, yy])).toEqual([
      [39, 507], // three times 13
      [33, 363],
    ]);
  });

  test("relative to the control by the delta method", () => {
    const found = relativeDifference(
      { n: 1000, y: 120, yy: 120, x: 0, xx: 0, xy: 0 },
      { n: 1000, y: 100, yy: 100, x: 0, xx: 0, xy: 0 },
    );
    expect(found.value).toBeCloseTo(0.2, 12);
    // log ratio's variance (1 − p) ÷ np of both groups, Katz et al. (1978)
    const error = Math.sqrt((0.88 / 120) * (1000 / 999) + (0.9 / 100) * (1000 / 999));
    expect(found.low).toBeCloseTo(1.2 * Math.exp(-1.959963984540054 * error) - 1, 8);
  });

  test("say nothing of a group of one, and are certain where nothing varies", () => {
    expect(meanDifference(momentsOf([1]), momentsOf([1, 2]))).toMatchObject({ value: Number.NaN, p: Number.NaN });
    expect(meanDifference(momentsOf([0, 0]), momentsOf([0, 0]))).toMatchObject({ value: 0, low: 0, high: 0, p: 1 });
  });
});

describe("sample ratio", () => {
  test("821,588 against 815,482 of an even split: p = 1.8e-6 (Kohavi, Tang & Xu 2020, chapter 21)", () => {
    expect(sampleRatioP([821_588, 815_482], [0.5, 0.5])).toBeCloseTo(1.8e-6, 7);
  });
  test("with two degrees of freedom the tail of χ² is exponential", () => {
    expect(sampleRatioP([116, 92, 92], [1, 1, 1])).toBeCloseTo(Math.exp(-(256 + 64 + 64) / 200), 9);
    expect(sampleRatioP([100, 100, 100], [1, 1, 1])).toBe(1);
  });
  test("nobody planned, nobody to compare", () => {
    expect(sampleRatioP([10, 3], [1, 0])).toBe(0);
    expect(sampleRatioP([10, 0], [1, 0])).toBe(1);
    expect(sampleRatioP([], [])).toBe(1);
  });
  test("the plan is the usual share next to what is seen", () => {
    expect([103, 492, 260].map((control) => likelyShare(control, 1000))).toEqual([0.1, 0.5, 0.25]);
  });
});

describe("power", () => {
  test("of .5 against .75 with 50 each is .740 (R: power.prop.test)", () => {
    expect(powerOfShares(0.5, 0.75, { nTreated: 50, nControl: 50 })).toBeCloseTo(0.7401659, 3);
  });
  test("77 each tell .5 from .75 in nine of ten (R: 76.7)", () => {
    expect(powerOfShares(0.5, 0.75, { nTreated: 76, nControl: 76 })).toBeLessThan(0.9);
    expect(powerOfShares(0.5, 0.75, { nTreated: 77, nControl: 77 })).toBeGreaterThan(0.9);
  });
  test("comes back from the smallest effect that it tells", () => {
    const sizes = { nTreated: 9_000, nControl: 1_000 };
    const least = detectableShare(0.08, sizes);
    expect(powerOfShares(0.08, 0.08 + least, sizes)).toBeCloseTo(0.8, 6);
    expect(detectableShare(0.08, { nTreated: 3, nControl: 1 })).toBeNaN();
    expect(detectableMean(100, { nTreated: 100, nControl: 100 })).toBeCloseTo(
      (1.959963984540054 + 0.8416212335729142) * Math.SQRT2,
      7,
    );
  });
});

describe("always-valid limits", () => {
  test("of a planned end are those of the reflection principle", () => {
    expect(plannedHalfWidth(4)).toBeCloseTo(2 * 2.241402727604947, 7);
    expect(plannedP(2.241402727604947, 1)).toBeCloseTo(0.05, 9);
    expect(plannedP(0, 0)).toBe(1);
  });
  test("without an end are those of Robbins's mixture", () => {
    expect(mixtureHalfWidth(1, 1)).toBeCloseTo(Math.sqrt(2 * Math.log(2 / 0.0025)), 12);
    const best = mixtureHalfWidth(1, mixtureScale(1));
    expect(best).toBeLessThan(mixtureHalfWidth(1, 1));
    expect(best).toBeLessThan(mixtureHalfWidth(1, 0.03));
    expect(best / 1.959963984540054).toBeLessThan(1.56);
  });
});

import { describe, expect, it } from "vitest";
import { createRandom } from "../../../shared/base/random.ts";
import { sigmoid } from "../../numeric/boosted-trees-loss.ts";
import { logitsOf } from "../learning.ts";
import { slopeOf, slopeThatHeld, turned, turnedOnce } from "./one-time.ts";

/** Chances told of people whose true log odds are `slope` times as far apart. */
function chances(slope: number, n: number, seed = 3) {
  const random = createRandom(seed, "once");
  const predicted = Float64Array.from({ length: n }, () => sigmoid(-2 + 2 * (random.next() - 0.5)));
  const truth = logitsOf(predicted).map((own) => sigmoid(-2 + slope * (own + 2)));
  return { predicted, truth, actual: truth.map((p) => (random.next() < p ? 1 : 0)) };
}

/** Counts told of people whose true means are the told ones' power. */
function counts(slope: number, n: number) {
  const random = createRandom(5, "once");
  const predicted = Float64Array.from({ length: n }, () => 0.05 + 0.5 * random.next());
  const drawn = (mean: number) => {
    let [count, left] = [0, Math.exp(-mean)];
    for (let u = random.next(); u > left && count < 30; count++) [u, left] = [u - left, (left * mean) / (count + 1)];
    return count;
  };
  return { predicted, actual: predicted.map((own) => drawn(0.3 * (own / 0.3) ** slope)) };
}

describe("the slope of one-time buyers", () => {
  it("is found on either scale within its standard error", () => {
    for (const slope of [0.5, 1, 1.6]) {
      for (const found of [slopeOf(chances(slope, 20_000), "chance"), slopeOf(counts(slope, 20_000), "count")]) {
        expect(found?.error).toBeLessThan(0.1);
        expect(Math.abs((found?.slope ?? 0) - slope)).toBeLessThan(3 * (found?.error ?? 0));
      }
    }
  });

  it("is told nothing by few customers, by none who bought, and by equal forecasts", () => {
    const told = chances(1, 1_000);
    expect(slopeOf({ predicted: told.predicted.slice(0, 80), actual: told.actual.slice(0, 80) }, "chance")).toBeNull();
    expect(slopeOf({ ...told, actual: new Float64Array(1_000) }, "chance")).toBeNull();
    expect(slopeOf({ ...told, predicted: new Float64Array(1_000).fill(0.2) }, "count")).toBeNull();
    expect(slopeThatHeld([], "chance")).toBe(1);
  });

  it("is what cuts agree on, drawn to 1 by their errors and by what slopes wander", () => {
    const large = [chances(0.5, 8_000, 1), chances(0.5, 8_000, 2)];
    const small = [chances(0.5, 900, 1), chances(0.5, 900, 2)];
    const [sure, unsure] = [slopeThatHeld(large, "chance"), slopeThatHeld(small, "chance")];
    expect(sure).toBeGreaterThan(0.48);
    expect(sure).toBeLessThan(0.65);
    expect(unsure).toBeGreaterThan(sure);
    expect(slopeThatHeld([chances(1, 8_000, 1), chances(1, 8_000, 2)], "chance")).toBe(1);
    expect(slopeThatHeld([chances(0.5, 8_000, 1)], "chance")).toBe(1); // one cut tells nothing of the next
  });

  it("is 1 where the cuts lie on either side of it, or no farther from it than slopes wander", () => {
    expect(slopeThatHeld([chances(0.6, 8_000, 1), chances(1.4, 8_000, 2)], "chance")).toBe(1);
    expect(slopeThatHeld([chances(1.1, 60_000, 1), chances(1.1, 60_000, 2)], "chance")).toBe(1);
  });

  it("makes the forecasts of the next cut calibrated that earlier ones had spread too far", () => {
    const slope = slopeThatHeld([chances(0.4, 6_000, 1), chances(0.4, 6_000, 2)], "chance");
    const next = chances(0.4, 20_000, 9);
    const after = turned(next.predicted, slope, "chance");
    expect(slopeOf(next, "chance")?.slope).toBeLessThan(0.5);
    expect(slopeOf({ predicted: after, actual: next.actual }, "chance")?.slope).toBeGreaterThan(0.85);
  });
});

describe("turned forecasts", () => {
  const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);

  it("keep their sum and their order, whatever the length of the horizon", () => {
    const { predicted } = counts(1, 500);
    for (const scale of ["count", "chance"] as const) {
      const after = turned(predicted, 1.4, scale);
      expect(sum(after)).toBeCloseTo(sum(predicted), 6);
      const order = (values: Float64Array) =>
        Array.from(values.keys()).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
      expect(order(after)).toEqual(order(predicted));
    }
    const [near, far] = [
      turned(predicted, 1.4, "count"),
      turned(
        predicted.map((own) => 4 * own),
        1.4,
        "count",
      ),
    ];
    for (const [row, value] of near.entries()) expect(far[row]).toBeCloseTo(4 * value, 9);
  });

  it("leave everybody else's and what isn't known as they are", () => {
    const values = Float64Array.of(0.1, 0.4, Number.NaN, 0.7, 0.2);
    const isOnce = [true, true, true, false, false];
    const after = turnedOnce(values, isOnce, { slope: 0.5, scale: "chance" });
    expect(after[2]).toBeNaN();
    expect(Array.from(after.slice(3))).toEqual([0.7, 0.2]);
    expect((after[0] ?? 0) + (after[1] ?? 0)).toBeCloseTo(0.5, 9);
    expect(after[0]).toBeGreaterThan(0.1);
    expect(turnedOnce(values, isOnce, { slope: 1, scale: "count" })).toBe(values);
  });

  it("don't hang on the order of rows", () => {
    const told = chances(0.6, 3_000);
    const back = { predicted: told.predicted.slice().reverse(), actual: told.actual.slice().reverse() };
    expect(slopeThatHeld([back], "chance")).toBe(slopeThatHeld([told], "chance"));
    expect(turned(back.predicted, 0.6, "chance")).toEqual(turned(told.predicted, 0.6, "chance").reverse());
  });
});

import { describe, expect, it } from "vitest";
import { createRandom } from "../../../shared/base/random.ts";
import { levelThatHeld } from "./level.ts";

const n = 4_000;

/** A cut at which every customer was told 0.4 purchases and a share of that came, one at most. */
function cut(seed: number, share: number) {
  const random = createRandom(seed, "level");
  return {
    predicted: new Float64Array(n).fill(0.4),
    actual: Float64Array.from({ length: n }, () => (random.next() < 0.4 * share ? 1 : 0)),
  };
}

describe("the level of a forecast", () => {
  it("moves towards what came after every cut, a little less than all the way", () => {
    const level = levelThatHeld([cut(1, 0.6), cut(2, 0.6)]);
    expect(level).toBeGreaterThan(0.6);
    expect(level).toBeLessThan(0.72);
    expect(levelThatHeld([cut(1, 1.5), cut(2, 1.5)])).toBeGreaterThan(1.35);
  });

  it("stays where cuts differ as much as they tell, or lie on two sides, and where there is one only", () => {
    expect(levelThatHeld([cut(1, 0.95), cut(2, 0.5)])).toBe(1);
    expect(levelThatHeld([cut(1, 1.3), cut(2, 0.7)])).toBe(1);
    expect(levelThatHeld([cut(1, 0.6)])).toBe(1);
    expect(levelThatHeld([cut(1, 1), cut(2, 1)])).toBe(1);
  });

  it("is finite, whatever came, and the same in any order", () => {
    const none = { predicted: Float64Array.of(1, 2), actual: Float64Array.of(0, 0) };
    const nothing = { predicted: Float64Array.of(0, 0), actual: Float64Array.of(1, 1) };
    expect(levelThatHeld([none, none])).toBe(1);
    expect(levelThatHeld([nothing, nothing])).toBe(1);
    const turned = [cut(1, 0.6), cut(2, 0.6)].map(({ predicted, actual }) => ({
      predicted: predicted.reverse(),
      actual: actual.reverse(),
    }));
    expect(levelThatHeld(turned)).toBe(levelThatHeld([cut(1, 0.6), cut(2, 0.6)]));
  });
});

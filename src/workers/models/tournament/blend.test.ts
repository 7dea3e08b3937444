import { describe, expect, it } from "vitest";
import { createRandom } from "../../../shared/base/random.ts";
import { blendOf, combine } from "./blend.ts";
import { targets } from "./targets.ts";

const purchases = targets.find(({ target }) => target === "purchases");

/** Counts whose rate is the mean of what two models see, and the share of the second in it. */
function cut(seed: number, share: number) {
  const random = createRandom(seed, "blend");
  const n = 2_000;
  const draw = () => Float64Array.from({ length: n }, () => random.gamma(0.8, 1));
  const [a, b] = [draw(), draw()];
  const rate = a.map((value, at) => (1 - share) * value + share * (b[at] ?? 0));
  const actual = rate.map((value) => {
    let [count, left] = [0, Math.exp(-value)];
    for (let product = random.next(); product > left; product *= random.next()) count++;
    return count;
  });
  return { actual, naive: new Float64Array(n).fill(1), predictions: new Map([["a", a] as const, ["b", b] as const]) };
}

describe("a blend of the best candidate with another", () => {
  const blend = (cuts: readonly ReturnType<typeof cut>[], gain = 0.001) => {
    if (!purchases) throw new Error("no such target");
    return blendOf(purchases, cuts, ["a", "b"], gain);
  };

  it("takes the share that lost least over the cuts", () => {
    const found = blend([cut(1, 0.5), cut(2, 0.5)]);
    expect(found?.weights).toEqual({ a: 0.5, b: 0.5 });
    expect(blend([cut(1, 0.3), cut(2, 0.3)])?.weights).toEqual({ a: 0.75, b: 0.25 });
  });

  it("is none where the best is best alone, where it gains too little, or from one cut", () => {
    expect(blend([cut(1, 0), cut(2, 0)])).toBeNull();
    expect(blend([cut(1, 0.5), cut(2, 0.5)], 5)).toBeNull();
    expect(blend([cut(1, 0.5)])).toBeNull();
  });

  it("adds forecasts by their weights", () => {
    const told = new Map([
      ["a", Float64Array.of(1, 2)],
      ["b", Float64Array.of(3, 0)],
    ]);
    expect([...combine(told, ["a", "b"], [0.75, 0.25])]).toEqual([1.5, 1.5]);
  });
});

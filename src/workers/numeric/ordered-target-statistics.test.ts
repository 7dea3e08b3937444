import { describe, expect, it } from "vitest";
import { encodeCategories, orderedStatistics } from "./ordered-target-statistics.ts";

const nan = Number.NaN;

describe("ordered target statistics", () => {
  it("know of each row only what was known strictly before it", () => {
    const input = {
      category: ["a", "a", "b", "a", null, "c"],
      target: Float64Array.from([1, 0, 1, nan, 1, 0]),
      at: Float64Array.from([0, 10, 10, 20, 20, 31]),
      knownAt: Float64Array.from([10, 15, 20, nan, 30, 40]),
      weight: 1,
    };
    const { encoded, final } = orderedStatistics(input);
    expect([...encoded]).toEqual([nan, nan, nan, (1 + 0 + (1 / 2) * 1) / 3, nan, 3 / 4]);
    expect(final).toEqual({ mean: 3 / 5, weight: 1, n: { a: 2, b: 1, c: 1 }, sum: { a: 1, b: 1, c: 0 } });
    expect([...encodeCategories(["a", "new", null], final)]).toEqual([(1 + 3 / 5) / 3, 3 / 5, nan]);
  });

  it("don't move when a later target changes, nor with the order of rows", () => {
    const n = 200;
    const category = Array.from({ length: n }, (_, at) => `c${at % 7}`);
    const at = Float64Array.from({ length: n }, (_, row) => Math.floor(row / 3));
    const target = Float64Array.from({ length: n }, (_, row) => (row * 7919) % 2);
    const input = { category, target, at, knownAt: at.map((day) => day + 5), weight: 3 };
    const { encoded } = orderedStatistics(input);
    const changed = orderedStatistics({ ...input, target: target.map((one, row) => (row < 150 ? one : 1 - one)) });
    expect(changed.encoded.slice(0, 150)).toEqual(encoded.slice(0, 150));
    const turn = (values: Float64Array) => values.slice().reverse();
    const turned = orderedStatistics({
      ...input,
      category: [...category].reverse(),
      target: turn(target),
      at: turn(at),
      knownAt: turn(input.knownAt),
    });
    expect(turn(turned.encoded)).toEqual(encoded);
  });
});

import { describe, expect, it } from "vitest";
import { createRandom } from "../../shared/base/random.ts";
import { itemNeighbours } from "./item-neighbours.ts";
import { naturalBreaks } from "./natural-breaks.ts";

function within(weights: Float64Array, ends: readonly number[]): number {
  let [from, sum] = [0, 0];
  for (const end of ends) {
    const places = Array.from({ length: end + 1 - from }, (_, at) => from + at);
    const weight = places.reduce((total, at) => total + (weights[at] ?? 0), 0);
    const mean = places.reduce((total, at) => total + at * (weights[at] ?? 0), 0) / Math.max(1e-12, weight);
    sum += places.reduce((total, at) => total + (weights[at] ?? 0) * (at - mean) ** 2, 0);
    from = end + 1;
  }
  return sum;
}

describe("natural breaks", () => {
  it("leave least squares within, as trying every cut shows", () => {
    const random = createRandom(3, "breaks");
    for (let round = 0; round < 20; round++) {
      const weights = Float64Array.from({ length: 12 }, () => (random.next() < 0.3 ? 0 : random.below(50)));
      let least = Number.POSITIVE_INFINITY;
      for (let a = 0; a < 10; a++)
        for (let b = a + 1; b < 11; b++) least = Math.min(least, within(weights, [a, b, 11]));
      expect(within(weights, naturalBreaks(weights, 3))).toBeCloseTo(least, 6);
    }
  });

  it("give no more runs than places that hold anything", () => {
    expect(naturalBreaks(Float64Array.of(0, 0, 0), 3)).toEqual([]);
    expect(naturalBreaks(Float64Array.of(0, 7, 0), 3)).toEqual([2]);
    expect(naturalBreaks(Float64Array.of(5, 0, 5), 3)).toHaveLength(2);
  });
});

describe("neighbours of items", () => {
  it("are those held by the same owners, by conditional chance", () => {
    const owners = [[0, 1], [0, 1], [0, 2], [3]].map((own) => Int32Array.from(own));
    const { neighbours, similarities } = itemNeighbours(owners, 4, { most: 5, shrink: 0, damping: 0 });
    expect(neighbours.map((row) => [...row])).toEqual([[1, 2], [0], [0], []]);
    expect([...(similarities[0] ?? [])]).toEqual([2 / 3, 1 / 3]);
    expect([...(similarities[2] ?? [])]).toEqual([1]);
  });

  it("are damped by how common they are, and cut off", () => {
    const owners = [[0, 1, 2], [0, 2], [2], [2], [2]].map((own) => Int32Array.from(own));
    const { neighbours, similarities } = itemNeighbours(owners, 3, { most: 1, shrink: 2, damping: 1 });
    expect([...(neighbours[0] ?? [])]).toEqual([1]);
    expect([...(similarities[0] ?? [])]).toEqual([1 / 4]);
  });
});

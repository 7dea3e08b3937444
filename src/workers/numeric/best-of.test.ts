import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BestOf } from "./best-of.ts";

describe("the best of many", () => {
  it("are those that a sort puts first, in whatever order they come", () => {
    const scores = fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 40 });
    fc.assert(
      fc.property(scores, fc.integer({ min: 0, max: 12 }), fc.boolean(), (values, most, isReversed) => {
        const best = new BestOf(most);
        best.offer(7, 99);
        best.clear();
        const offered = values.map((score, item) => ({ item, score }));
        for (const { item, score } of isReversed ? offered.toReversed() : offered) best.offer(item, score);
        const wanted = offered.toSorted((a, b) => b.score - a.score || a.item - b.item).slice(0, most);
        expect([...best.items()]).toEqual(wanted.map(({ item }) => item));
        expect([...best.scores()]).toEqual(wanted.map(({ score }) => score));
        expect(best.count).toBe(wanted.length);
      }),
    );
  });
});

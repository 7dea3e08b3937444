import fc from "fast-check";
import { expect, it } from "vitest";
import { LeastFirst } from "./least-first.ts";

it("gives numbers out least first, each once, whatever comes between", () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.integer({ min: 0, max: 30 }), { nil: undefined })), (steps) => {
      const heap = new LeastFirst();
      const held = new Set<number>();
      for (const step of steps) {
        if (step !== undefined) {
          heap.add(step);
          held.add(step);
          continue;
        }
        const least = held.size > 0 ? Math.min(...held) : undefined;
        expect(heap.take()).toBe(least);
        if (least !== undefined) held.delete(least);
      }
    }),
  );
});

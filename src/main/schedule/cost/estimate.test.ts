import { describe, expect, it } from "vitest";
import { taskNode } from "../../../../test/support/tasks.ts";
import type { KeptTask } from "../explain.ts";
import { estimateRun, wallSeconds } from "./estimate.ts";

const kept = (step: string, seconds: number, more: Partial<KeptTask> = {}): KeptTask =>
  ({
    ...{ key: step, step, slot: step, stage: "features", scope: "brand", parts: {}, state: "computed" },
    ...{ worker: 1, startedMs: 0, endedMs: 1, rows: 10, bytes: 100, seconds, error: null },
    usage: { cpu_seconds: seconds, peak_bytes: 1, read_bytes: 1_000 },
    ...more,
  }) as KeptTask;
const nodes = [taskNode("a"), taskNode("b", ["a"]), taskNode("c", ["a"]), taskNode("d", ["b", "c"])];
const history = [[kept("a", 4), kept("b", 2), kept("c", 6), kept("d", 1)]];

describe("what a run may take", () => {
  it("is what its missing tasks took before, times how the deliveries have grown", () => {
    const found = estimateRun(nodes, new Set(["a"]), { history, growth: 2 });
    expect(found).toMatchObject({
      tasks: { total: 4, reused: 1, computed: 3 },
      ...{ core_seconds: 18, critical_seconds: 14, read_bytes: 6_000, written_bytes: 600, known_share: 1 },
    });
    expect(found.core_seconds_low).toBeLessThan(18);
    expect(found.core_seconds_high).toBeGreaterThan(18);
    expect([wallSeconds(found, 1), wallSeconds(found, 100)]).toEqual([18, 14]);
  });

  it("takes the latest of the same place, then the step's middle, then the middle of all steps", () => {
    const asked = [taskNode("x", [], { step: "b", slot: "b two" }), taskNode("b"), taskNode("new")];
    const runs = [[kept("b", 3)], [kept("b", 9), kept("b", 5, { slot: "other" })]];
    const found = estimateRun(asked, new Set(), { history: runs, growth: 1 });
    expect(found.core_seconds).toBe(5 + 3 + 5);
    expect(found.known_share).toBeCloseTo(2 / 3, 9);
  });

  it("is surer the less its runs differed, and nothing where all is there", () => {
    const alike = [1, 1.02, 0.99, 1].map((factor) => [kept("a", 4 * factor), kept("b", 2 * factor)]);
    const apart = [1, 2, 0.5, 1].map((factor) => [kept("a", 4 * factor), kept("b", 2 * factor)]);
    const width = (runs: typeof alike) => {
      const { core_seconds_low, core_seconds_high } = estimateRun(nodes, new Set(), { history: runs, growth: 1 });
      return core_seconds_high / core_seconds_low;
    };
    expect(width(alike)).toBeLessThan(width(apart) / 2);
    const none = estimateRun(nodes, new Set(nodes.map(({ key }) => key)), { history, growth: 1 });
    expect(none).toMatchObject({ core_seconds: 0, core_seconds_high: 0, critical_seconds: 0, known_share: 1 });
  });

  it("says that nothing is known without any run", () => {
    const found = estimateRun(nodes, new Set(), { history: [], growth: 1 });
    expect(found).toMatchObject({ core_seconds: 0, known_share: 0, tasks: { computed: 4 } });
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { criticalPath, type PathTask } from "./critical-path.ts";

const task = (key: string, seconds: number, inputs: readonly string[] = [], isComputed = true): PathTask => ({
  ...{ key, seconds, inputs, isComputed },
});

describe("the critical path", () => {
  it("is the chain that takes longest, not the longest task", () => {
    const tasks = [
      task("a", 1),
      task("b", 6, ["a"]),
      task("c", 4, ["a"]),
      task("d", 4, ["c"]),
      task("e", 1, ["b", "d"]),
    ];
    expect(criticalPath(tasks)).toEqual({ keys: ["a", "c", "d", "e"], seconds: 10 });
  });

  it("leaves out what was there, and passes through it", () => {
    const tasks = [task("a", 3), task("there", 90, ["a"], false), task("b", 2, ["there"])];
    expect(criticalPath(tasks)).toEqual({ keys: ["a", "b"], seconds: 5 });
    expect(criticalPath([])).toEqual({ keys: [], seconds: 0 });
  });

  it("takes no longer than all tasks, and as long as any of its own", () => {
    const graphs = fc.array(fc.tuple(fc.nat(50), fc.array(fc.nat(30), { maxLength: 4 }), fc.boolean()), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(graphs, (drawn) => {
        const tasks = drawn.map(([seconds, reads, isComputed], at) =>
          task(String(at), seconds, reads.filter((read) => read < at).map(String), isComputed),
        );
        const made = tasks.filter(({ isComputed }) => isComputed);
        const { keys, seconds } = criticalPath(tasks);
        const own = made.filter(({ key }) => keys.includes(key)).reduce((sum, one) => sum + one.seconds, 0);
        expect(own).toBe(seconds);
        expect(seconds).toBeLessThanOrEqual(made.reduce((sum, one) => sum + one.seconds, 0));
        expect(seconds).toBeGreaterThanOrEqual(Math.max(0, ...made.map((one) => one.seconds)));
      }),
    );
  });
});

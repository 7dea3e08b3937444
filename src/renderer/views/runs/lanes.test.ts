import { describe, expect, it } from "vitest";
import type { TaskState } from "../../../shared/api/contract/runs.ts";
import { lanesOf, placeOf } from "./lanes.ts";

const task = (worker: number | null, machine: string | null = null) =>
  ({ worker, machine, started_ms: worker === null ? null : 1 }) as TaskState;

describe("the lanes of a run", () => {
  it("are this machine's workers, idle ones too", () => {
    expect(lanesOf([task(2), task(null)], { runner: "pool", workers: 3 })).toEqual([
      "Worker 1",
      "Worker 2",
      "Worker 3",
    ]);
  });

  it("are the cores of agents that did something, by agent", () => {
    const tasks = [task(2, "b"), task(1, "b"), task(1, "a"), task(1, "a"), task(null)];
    expect(lanesOf(tasks, { runner: "cluster", workers: 9 })).toEqual(["a, 1", "b, 1", "b, 2"]);
  });

  it("are said in words", () => {
    expect(placeOf({ runner: "pool", workers: 1, host: "desk" })).toBe("1 worker on desk");
    expect(placeOf({ runner: "cluster", workers: 6, host: "desk" })).toBe("6 cores of agents, from desk");
  });
});

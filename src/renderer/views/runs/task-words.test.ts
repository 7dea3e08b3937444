import { describe, expect, it } from "vitest";
import type { TaskState } from "../../../shared/api/contract/runs.ts";
import { criticalFinding, heaviest, heaviestFinding, taskPlace } from "./task-words.ts";

const task = (step: string, seconds: number, more: Partial<TaskState> = {}) =>
  ({ step, scope: "brand", state: "computed", seconds, bytes: 0, cpu_seconds: null, ...more }) as TaskState;

describe("the heaviest tasks", () => {
  it("are those that took longest, most memory or whatever is asked for, reused ones left out", () => {
    const tasks = [task("a", 1, { peak_bytes: 9 }), task("b", 3), task("c", 2), task("old", 99, { state: "reused" })];
    expect(heaviest(tasks, "seconds", 2).map(({ step }) => step)).toEqual(["b", "c"]);
    expect(heaviest(tasks, "peak_bytes", 1).map(({ step }) => step)).toEqual(["a"]);
    expect(heaviest([task("b", 1), task("a", 1)], "seconds", 2).map(({ step }) => step)).toEqual(["a", "b"]);
  });

  it("begin with those that failed, however short they were", () => {
    const tasks = [task("a", 9), task("b", 0.1, { state: "failed" }), task("c", 3)];
    expect(heaviest(tasks, "seconds", 2).map(({ step }) => step)).toEqual(["b", "a"]);
  });

  it("are told with their share of the time", () => {
    expect(heaviestFinding([task("a", 8), task("b", 1), task("c", 1)])).toBe("One task took 80 % of the time");
    expect(heaviestFinding([])).toBe("What its tasks took");
    const many = Array.from({ length: 100 }, (_, at) => task(String(at), at < 5 ? 19 : 1));
    expect(heaviestFinding(many)).toBe("5 of 100 tasks took 50 % of the time");
  });
});

it("says what the critical path means for the number of workers", () => {
  expect(criticalFinding(9.5, 10, false)).toContain("would not make the run quicker");
  expect(criticalFinding(4, 10, false)).toContain("no number of workers");
  expect(criticalFinding(0, 10, false)).toBe("");
});

it("names the worker, or the agent and its core", () => {
  expect(taskPlace({ worker: 2, machine: null })).toBe("Worker 2");
  expect(taskPlace({ worker: 1, machine: "node-1" })).toBe("node-1, core 1");
});

import { expect, it } from "vitest";
import { type AheadTask, planAhead, workersOf } from "./plan-ahead.ts";

const task = (key: string, state: string, more: Partial<AheadTask> = {}): AheadTask => ({
  ...{ key, state, machine: null, worker: null, startedMs: null, endedMs: null, expectedSeconds: 1, inputs: [] },
  ...more,
});
const here = (workers: number) => workersOf([], { isCluster: false, workers });

it("gives each task that waits to the worker that is free first, after what it reads", () => {
  const tasks = [
    task("done", "computed"),
    task("runs", "running", { worker: 1, startedMs: 9_000, expectedSeconds: 3 }),
    task("next", "waiting", { inputs: ["done"] }),
    task("reads", "waiting", { inputs: ["runs", "next"] }),
    task("last", "waiting", { inputs: ["reads"] }),
  ];
  const placed = planAhead(tasks, { nowMs: 10_000, workers: here(2) });
  expect([...placed]).toEqual([
    ["next", { machine: null, worker: 2, from_ms: 10_000, to_ms: 11_000 }],
    ["reads", { machine: null, worker: 2, from_ms: 12_000, to_ms: 13_000 }],
    ["last", { machine: null, worker: 1, from_ms: 13_000, to_ms: 14_000 }],
  ]);
});

it("says nothing of a task of which nothing is known, and ends a late one now", () => {
  const tasks = [
    task("late", "running", { worker: 1, startedMs: 0, expectedSeconds: 1 }),
    task("unknown", "waiting", { expectedSeconds: null }),
    task("known", "waiting", { inputs: ["late"] }),
  ];
  const placed = planAhead(tasks, { nowMs: 5_000, workers: here(1) });
  expect([...placed.keys()]).toEqual(["known"]);
  expect(placed.get("known")).toMatchObject({ from_ms: 5_000, to_ms: 6_000 });
  expect(planAhead(tasks, { nowMs: 5_000, workers: [] }).size).toBe(0);
});

it("knows the agents that are at work, else those that were", () => {
  const seen = [
    task("a", "computed", { machine: "old", worker: 1 }),
    task("b", "running", { machine: "new", worker: 2 }),
    task("c", "running", { machine: "new", worker: 2 }),
  ];
  expect(workersOf(seen, { isCluster: true, workers: 9 })).toEqual([{ machine: "new", worker: 2 }]);
  expect(workersOf(seen.slice(0, 1), { isCluster: true, workers: 9 })).toEqual([{ machine: "old", worker: 1 }]);
});

it("looks at no more than a few thousand tasks, quickly", () => {
  const many = Array.from({ length: 100_000 }, (_, at) => task(String(at), "waiting"));
  expect(planAhead(many, { nowMs: 0, workers: here(64) }).size).toBe(2_000);
});

import { describe, expect, it } from "vitest";
import type { TaskState } from "../../../shared/api/contract/runs.ts";
import { lanesOf, laneTasks, placeOf } from "./lanes.ts";

const task = (worker: number | null, machine: string | null = null, more: Partial<TaskState> = {}) =>
  ({ worker, machine, started_ms: worker === null ? null : 1_000, ended_ms: 3_000, lost: [], ...more }) as TaskState;
const named = (lanes: readonly { name: string; machine: string | null }[]) =>
  lanes.map(({ name, machine }) => (machine === null ? name : `${machine}: ${name}`));

describe("the lanes of a run", () => {
  it("are this machine's workers, idle ones too", () => {
    const lanes = lanesOf([task(2), task(null)], { runner: "pool", workers: 3 });
    expect(named(lanes)).toEqual(["Worker 1", "Worker 2", "Worker 3"]);
  });

  it("are the cores of agents that did something, by agent", () => {
    const tasks = [task(2, "b"), task(1, "b"), task(1, "a"), task(1, "a"), task(null)];
    expect(named(lanesOf(tasks, { runner: "cluster", workers: 9 }))).toEqual(["a: Core 1", "b: Core 1", "Core 2"]);
  });

  it("show an attempt that was lost on the lane of the agent that lost it", () => {
    const lost = [{ worker: 1, machine: "a", started_ms: 200, ended_ms: 700 }];
    const tasks = [
      task(1, "b", { key: "k", stage: "fits", lost, is_critical: true, state: "computed", expected_seconds: null }),
    ];
    const lanes = lanesOf(tasks, { runner: "cluster", workers: 2 });
    const boxes = laneTasks(tasks, lanes, { showsCritical: true, isCluster: true });
    expect(boxes).toMatchObject([
      { lane: 1, from: 0.2, to: 0.7, isLost: true, isCritical: false },
      { lane: 2, from: 1, to: 3, isLost: false, isCritical: true },
    ]);
  });

  it("show where what runs is expected to end", () => {
    const tasks = [task(1, null, { key: "k", stage: "fits", ended_ms: null, expected_seconds: 5, state: "running" })];
    const boxes = laneTasks(tasks, lanesOf(tasks, { runner: "pool", workers: 1 }), {
      ...{ showsCritical: true, isCluster: false },
    });
    expect(boxes).toMatchObject([{ from: 1, to: null, expectedTo: 6 }]);
  });

  it("show where what nobody has begun may come", () => {
    const planned = { machine: null, worker: 2, from_ms: 4_000, to_ms: 5_500 };
    const tasks = [task(null, null, { key: "k", stage: "fits", state: "waiting", planned, ended_ms: null })];
    const lanes = lanesOf(tasks, { runner: "pool", workers: 2 });
    const boxes = laneTasks(tasks, lanes, { showsCritical: true, isCluster: false });
    expect(boxes).toMatchObject([{ lane: 2, from: 4, to: 5.5, isPlanned: true }]);
    const gone = [{ ...tasks[0], planned: { ...planned, machine: "gone" } } as TaskState];
    expect(laneTasks(gone, lanes, { showsCritical: true, isCluster: true })).toEqual([]);
  });

  it("are said in words", () => {
    expect(placeOf({ runner: "pool", workers: 1, host: "desk" })).toBe("1 worker on desk");
    expect(placeOf({ runner: "cluster", workers: 1, host: "desk" })).toBe("1 core of agents, from desk");
    expect(placeOf({ runner: "cluster", workers: 6, host: "desk" })).toBe("6 cores of agents, from desk");
  });
});

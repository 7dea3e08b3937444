import type { Run, TaskState } from "../../../shared/api/contract/runs.ts";
import type { LaneTask } from "../../charts/lane-marks.ts";
import { countOf, integer } from "../../format/format.ts";
import { stageColour } from "./stage-rows.ts";

/** Where the run's tasks are done, in words. */
export function placeOf({ runner, workers, host }: Pick<Run, "runner" | "workers" | "host">): string {
  if (runner === "cluster")
    return workers === 0 ? `on agents, from ${host}` : `${countOf(workers, "core")} of agents, from ${host}`;
  return `${integer(workers)} ${workers === 1 ? "worker" : "workers"} on ${host}`;
}

interface Lane {
  readonly name: string;
  readonly machine: string | null;
  readonly worker: number;
  /** The agent; empty for this machine. */
  readonly agent: string;
}

/** Every lane of a run's timeline in order, a machine's first one with its name; a run on this machine shows its idle workers too. */
export function lanesOf(tasks: readonly TaskState[], run: Pick<Run, "runner" | "workers">): Lane[] {
  const isCluster = run.runner === "cluster";
  const places = new Map<string, { agent: string; worker: number }>();
  const add = (worker: number | null, machine: string | null) => {
    const agent = isCluster ? (machine ?? "") : "";
    if (worker !== null) places.set(`${agent} ${worker}`, { agent, worker });
  };
  for (const { worker, machine, started_ms, lost } of tasks) {
    if (started_ms !== null) add(worker, machine);
    for (const one of lost) add(one.worker, one.machine);
  }
  if (!isCluster) for (let worker = 1; worker <= run.workers; worker++) add(worker, null);
  const ordered = [...places.values()].sort((a, b) => a.agent.localeCompare(b.agent, "en") || a.worker - b.worker);
  return ordered.map(({ agent, worker }, at) => {
    const isFirst = isCluster && ordered[at - 1]?.agent !== agent;
    const name = isCluster ? `Core ${worker}` : `Worker ${worker}`;
    return { name, worker, agent, machine: isFirst ? agent || "This machine" : null };
  });
}

/** Boxes of a run's timeline: every task that began, every attempt that was lost, and where those may come that nobody has begun. */
export function laneTasks(
  tasks: readonly TaskState[],
  lanes: readonly Lane[],
  { showsCritical, isCluster }: { showsCritical: boolean; isCluster: boolean },
): LaneTask[] {
  const numbers = new Map(lanes.map(({ agent, worker }, at) => [`${agent} ${worker}`, at + 1]));
  const laneOf = (worker: number | null, machine: string | null) =>
    worker === null ? undefined : numbers.get(`${isCluster ? (machine ?? "") : ""} ${worker}`);
  return tasks.flatMap((task) => {
    const { key, step, scope, stage, started_ms, ended_ms, expected_seconds } = task;
    const common = {
      key,
      name: `${step} ${scope}`,
      colour: stageColour(stage),
      isFailed: false,
      isCritical: false,
      isPlanned: false,
    };
    const boxes: LaneTask[] = task.lost.flatMap((one) => {
      const lane = laneOf(one.worker, one.machine);
      const [from, to] = [one.started_ms / 1000, one.ended_ms / 1000];
      return lane === undefined ? [] : [{ ...common, lane, from, to, expectedTo: null, isLost: true }];
    });
    if (task.planned) {
      const lane = laneOf(task.planned.worker, task.planned.machine);
      const [from, to] = [task.planned.from_ms / 1000, task.planned.to_ms / 1000];
      if (lane !== undefined)
        boxes.push({ ...common, lane, from, to, expectedTo: null, isLost: false, isPlanned: true });
      return boxes;
    }
    const lane = laneOf(task.worker, task.machine);
    if (lane === undefined || started_ms === null) return boxes;
    const from = started_ms / 1000;
    boxes.push({
      ...common,
      ...{ lane, from, isLost: false, isFailed: task.state === "failed" },
      to: ended_ms === null ? null : ended_ms / 1000,
      expectedTo: expected_seconds === null ? null : from + expected_seconds,
      isCritical: showsCritical && task.is_critical && task.state === "computed",
    });
    return boxes;
  });
}

import type { TaskState } from "../../shared/api/contract/runs.ts";
import { criticalPath } from "./critical-path.ts";
import type { KeptTask } from "./explain.ts";
import { planAhead, workersOf } from "./plan-ahead.ts";
import type { ScheduledTask } from "./scheduler.ts";

/** What of a task is kept after its run. */
export function keptTask(task: ScheduledTask): KeptTask {
  const { node, worker, machine, startedMs, endedMs, rows, bytes, seconds, usage, attempts, lost, error } = task;
  const { key, step, stage, scope, slot, parts } = node;
  const inputs = Object.fromEntries(
    Object.entries(node.inputs).map(([alias, list]) => [alias, list.map((one) => one.key)]),
  );
  return {
    ...{ key, step, stage, scope, slot, parts, inputs },
    state: task.isQueued ? "waiting" : task.state,
    ...{ worker, machine, startedMs, endedMs, rows, bytes, seconds, usage, attempts, lost: [...lost], error },
  };
}

/** What is known of a run that goes on. */
export interface GoingOn {
  readonly nowMs: number;
  readonly isCluster: boolean;
  readonly workers: number;
  /** Seconds that a step's task took before. */
  readonly expected: (step: string) => number | undefined;
}

/** A run's tasks as screens and the command line see them, in the order of the graph. */
export function taskStates(
  tasks: readonly KeptTask[],
  goingOn?: GoingOn,
): { tasks: TaskState[]; critical_seconds: number } {
  const path = criticalPath(
    tasks.map(({ key, seconds, state, inputs = {} }) => {
      return { key, seconds, isComputed: state === "computed", inputs: Object.values(inputs).flat() };
    }),
  );
  const critical = new Set(path.keys);
  const ahead = goingOn ? placesAhead(tasks, goingOn) : new Map<string, never>();
  const states = tasks.map((task): TaskState => {
    const isOpen = task.state === "waiting" || task.state === "running" || task.state === "elsewhere";
    return {
      key: task.key,
      step: task.step,
      stage: task.stage,
      scope: task.scope,
      as_of: /^\d{4}-\d\d-\d\d/.test(task.parts.date ?? "") ? (task.parts.date ?? null) : null,
      state: task.state,
      worker: task.worker,
      machine: task.machine ?? null,
      started_ms: task.startedMs,
      ended_ms: task.endedMs,
      rows: task.rows,
      bytes: task.bytes,
      seconds: task.seconds,
      cpu_seconds: task.usage?.cpu_seconds ?? null,
      peak_bytes: task.usage?.peak_bytes ?? null,
      read_bytes: task.usage?.read_bytes ?? null,
      expected_seconds: isOpen ? (goingOn?.expected(task.step) ?? null) : null,
      planned: ahead.get(task.key) ?? null,
      attempts: task.attempts ?? (task.startedMs === null ? 0 : 1),
      lost: (task.lost ?? []).map(({ worker, machine, startedMs, endedMs }) => {
        return { worker, machine, started_ms: startedMs, ended_ms: endedMs };
      }),
      is_critical: critical.has(task.key),
      error: task.error,
    };
  });
  return { tasks: states, critical_seconds: path.seconds };
}

/** What nobody has begun takes what its step took before, else the mean of what this run has computed. */
function placesAhead(tasks: readonly KeptTask[], { nowMs, expected, ...run }: GoingOn) {
  const computed = tasks.filter(({ state }) => state === "computed");
  const mean = computed.length > 0 ? computed.reduce((sum, { seconds }) => sum + seconds, 0) / computed.length : null;
  const known = tasks.map(({ key, step, state, machine = null, worker, startedMs, endedMs, inputs = {} }) => ({
    ...{ key, state, machine, worker, startedMs, endedMs, inputs: Object.values(inputs).flat() },
    expectedSeconds: expected(step) ?? mean,
  }));
  return planAhead(known, { nowMs, workers: workersOf(known, run) });
}

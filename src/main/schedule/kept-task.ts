import type { TaskState } from "../../shared/api/contract/runs.ts";
import { criticalPath } from "./critical-path.ts";
import type { KeptTask } from "./explain.ts";
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

const nobody = (): undefined => undefined;

/** A run's tasks as screens and the command line see them, in the order of the graph. */
export function taskStates(
  tasks: readonly KeptTask[],
  expected: (step: string) => number | undefined = nobody,
): { tasks: TaskState[]; critical_seconds: number } {
  const path = criticalPath(
    tasks.map(({ key, seconds, state, inputs = {} }) => {
      return { key, seconds, isComputed: state === "computed", inputs: Object.values(inputs).flat() };
    }),
  );
  const critical = new Set(path.keys);
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
      expected_seconds: isOpen ? (expected(task.step) ?? null) : null,
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

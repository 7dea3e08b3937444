import type { Run, TaskState } from "../../shared/api/contract/runs.ts";
import { keptTask, taskStates } from "./kept-task.ts";
import type { MemoryLine } from "./run-figures.ts";
import type { ScheduledTask } from "./scheduler.ts";

/** A run with its tasks as screens and the command line see it. */
export interface ShownRun {
  readonly run: Run;
  readonly tasks: TaskState[];
  readonly critical_seconds: number;
  readonly memory: { at_ms: number; bytes: number }[];
}

interface GoingRun {
  readonly document: Run;
  readonly memory: MemoryLine;
  tasks(): readonly ScheduledTask[];
  expected(step: string): number | undefined;
}

/** A run of this process as it stands now. */
export function shownRun(active: GoingRun): ShownRun {
  const run = active.document;
  const states = taskStates(active.tasks().map(keptTask), {
    nowMs: run.seconds * 1_000,
    isCluster: run.runner === "cluster",
    workers: run.workers,
    expected: (step) => active.expected(step),
  });
  return { run, ...states, memory: active.memory.samples().map((sample) => ({ ...sample })) };
}

import type { Run, RunLine, TaskState } from "../../shared/api/contract/runs.ts";
import { keptTask, taskStates } from "./kept-task.ts";
import type { MemoryLine } from "./run-figures.ts";
import type { RunLogs } from "./run-logs.ts";
import type { ScheduledTask } from "./scheduler.ts";

/** A run with its tasks as screens and the command line see it. */
export interface ShownRun {
  readonly run: Run;
  readonly tasks: TaskState[];
  readonly critical_seconds: number;
  readonly memory: { at_ms: number; bytes: number }[];
}

/** A run as those hear of it who look at it from another process: with the latest of what its tasks said. */
export interface ToldRun extends ShownRun {
  readonly lines: RunLine[];
  /** Lines that were said before those. */
  readonly lines_before: number;
}

/** Tasks that are told of one by one; of more only their figures by step. */
const mostTasks = 3_000;
const mostLines = 500;

interface GoingRun {
  readonly document: Run;
  readonly memory: MemoryLine;
  readonly logs: RunLogs;
  tasks(): readonly ScheduledTask[];
  expected(step: string): number | undefined;
}

/** A run of this process as it stands now. */
export function shownRun(active: Omit<GoingRun, "logs">): ShownRun {
  const run = active.document;
  const states = taskStates(active.tasks().map(keptTask), {
    nowMs: run.seconds * 1_000,
    isCluster: run.runner === "cluster",
    workers: run.workers,
    expected: (step) => active.expected(step),
  });
  return { run, ...states, memory: active.memory.samples().map((sample) => ({ ...sample })) };
}

/** The same for other processes. */
export function toldRun(active: GoingRun): ToldRun {
  const shown = shownRun(active);
  const lines = active.logs.lines();
  const told = lines.slice(-mostLines).map((line) => ({ ...line }));
  const tasks = shown.tasks.length > mostTasks ? [] : shown.tasks;
  return { ...shown, tasks, lines: told, lines_before: lines.length - told.length };
}

import { stages } from "../../shared/domain/step.ts";
import type { Schedule, ScheduledTask } from "./scheduler.ts";

export interface StepProgress {
  step: string;
  stage: string;
  tasks: number;
  reused: number;
  computed: number;
  running: number;
  failed: number;
  seconds: number;
  rows: number;
  bytes: number;
}

/** Tasks gathered by step, in the order of the stages. */
export function stepProgress(tasks: Iterable<ScheduledTask>): StepProgress[] {
  const bySteps = new Map<string, StepProgress>();
  for (const task of tasks) {
    const { step, stage } = task.node;
    const found = bySteps.get(step) ?? newStep(step, stage);
    found.tasks++;
    if (task.state === "reused") found.reused++;
    if (task.state === "computed") found.computed++;
    if (task.state === "failed") found.failed++;
    if ((task.state === "running" && !task.isQueued) || task.state === "elsewhere") found.running++;
    if (task.state === "computed") found.seconds += task.seconds;
    found.rows += task.rows;
    found.bytes += task.bytes;
    bySteps.set(step, found);
  }
  const order = new Map<string, number>(stages.map((stage, at) => [stage, at]));
  return [...bySteps.values()].sort((a, b) => (order.get(a.stage) ?? 0) - (order.get(b.stage) ?? 0));
}

function newStep(step: string, stage: string): StepProgress {
  return { step, stage, tasks: 0, reused: 0, computed: 0, running: 0, failed: 0, seconds: 0, rows: 0, bytes: 0 };
}

/** Seconds that the rest may take: waiting tasks at what the same step cost before, else at the mean of what was computed
 *  in this run, shared by the workers. Null until there is anything to go by. */
export function secondsLeft(
  schedule: Schedule,
  workers: number,
  nowMs: number,
  secondsBefore: ReadonlyMap<string, number>,
): number | null {
  const computed = [...schedule.tasks.values()].filter(({ state }) => state === "computed");
  const known = computed.reduce((sum, { seconds }) => sum + seconds, 0);
  const mean = computed.length > 0 ? known / computed.length : null;
  let left = 0;
  for (const task of schedule.tasks.values()) {
    if (task.state !== "waiting" && task.state !== "running" && task.state !== "elsewhere") continue;
    const expected = secondsBefore.get(task.node.step) ?? mean;
    if (expected === null) return null;
    const spent =
      task.state === "running" && !task.isQueued && task.startedMs !== null ? (nowMs - task.startedMs) / 1000 : 0;
    left += Math.max(0.05, expected - spent);
  }
  return left / Math.max(1, workers);
}

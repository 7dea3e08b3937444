import type { Run } from "../../shared/api/contract/runs.ts";

const goingStates: readonly Run["state"][] = ["planning", "running", "publishing", "evaluating"];

export function isGoing({ state }: Pick<Run, "state">): boolean {
  return goingStates.includes(state);
}

/** The share of a run's tasks that are there, 0 to 1. */
export function workDone({ tasks }: Pick<Run, "tasks">): number {
  return tasks.total > 0 ? (tasks.reused + tasks.computed) / tasks.total : 0;
}

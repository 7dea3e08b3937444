import type { SnapshotTable } from "../../shared/domain/snapshot.ts";
import type { TaskNode } from "../../shared/domain/task.ts";
import { modelTargets } from "../../shared/domain/tournament.ts";
import { Planner } from "../plan/plan.ts";
import { cutPlanner, type RunPlan, rollingCuts } from "./run-plan.ts";

/** Tables of a snapshot with the scores of the plan's models. */
export function tablesOf(plan: RunPlan, tables: readonly SnapshotTable[]): SnapshotTable[] {
  const scores = plan.models.map((model) => ({ table: `scores_${model}`, step: `scores_${model}`, output: "scores" }));
  return [...tables, ...scores];
}

/** Tasks of several graphs, each once, every one behind those that it reads. */
export function inOneGraph(graphs: readonly (readonly TaskNode[])[]): TaskNode[] {
  const found = new Map<string, TaskNode>();
  for (const node of graphs.flat()) if (!found.has(node.key)) found.set(node.key, node);
  return [...found.values()];
}

interface Asked {
  readonly tables: readonly SnapshotTable[];
  readonly bucketCount: number;
  readonly horizonDays: number | undefined;
  /** Every model, so that tournaments are judged too. */
  readonly isWhole: boolean;
}

/** All tasks that a run would walk through, every one behind those that it reads; nothing is looked up. */
export function plannedNodes(plan: RunPlan, { tables, bucketCount, horizonDays, isWhole }: Asked): TaskNode[] {
  const graphs: (readonly TaskNode[])[] = [];
  const take = (planner: Planner) => void graphs.push(planner.graph().nodes);
  const ids = new Planner({ ...plan.base, bucketCount: 1 });
  ids.require("customer_ids", null);
  take(ids);
  const planner = new Planner({ ...plan.base, bucketCount });
  for (const { step } of tablesOf(plan, tables)) planner.require(step);
  for (const model of plan.models) planner.require(`fit_${model}`);
  take(planner);
  for (let cut = 0; cut < rollingCuts; cut++) {
    const judging = cutPlanner(plan, bucketCount, cut, horizonDays).planner;
    for (const model of plan.models) judging.require(`evaluate_${model}`);
    if (cut === 0 && isWhole) for (const target of modelTargets) judging.require(`evaluate_tournament_${target}`);
    take(judging);
  }
  return inOneGraph(graphs);
}

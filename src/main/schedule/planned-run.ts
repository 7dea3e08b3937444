import type { ArtifactSummary, TaskNode } from "../../shared/domain/task.ts";
import type { Planner } from "../plan/plan.ts";

/** How the models are judged at all cuts, and what of it is there. */
export interface Judging {
  readonly tournaments: readonly TaskNode[];
  readonly cuts: readonly { readonly planner: Planner; readonly plannerOf: () => Planner }[];
  readonly nodes: readonly TaskNode[];
  readonly present: Promise<ReadonlyMap<string, ArtifactSummary>>;
}

/** The graph of a snapshot with so many buckets, and what of it is there. */
export interface Planned {
  readonly bucketCount: number;
  readonly planner: Planner;
  readonly present: Promise<ReadonlyMap<string, ArtifactSummary>>;
  readonly judging: Judging;
}

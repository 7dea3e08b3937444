import { currentSnapshot } from "../../shared/domain/brand-state.ts";
import type { TaskNode } from "../../shared/domain/task.ts";
import { tournamentCuts } from "../../shared/domain/tournament.ts";
import type { Brands } from "./brands.ts";
import type { Engine } from "./engine-client.ts";
import type { Permits } from "./own-programs.ts";
import { runNodes } from "./run-nodes.ts";
import { bucketsFor, cutPlanner, planRun } from "./run-plan.ts";
import type { Catalogue } from "./run-request.ts";

export interface WorthRequest {
  readonly brand: string;
  readonly asOf: string;
  readonly knownAt: string | undefined;
  readonly source: string;
  /** Models whose scores answer. */
  readonly models: readonly string[];
  readonly signal: AbortSignal;
  readonly permits: Permits;
  readonly workers: number;
  readonly memoryBytes: number;
  readonly onProgress: (done: number, total: number) => void;
}

/** Keys of one split: what followed it, and the scores with every source and without the one. */
export interface WorthKeys {
  readonly outcomes: string;
  readonly scores: Readonly<Record<string, string>>;
  readonly without: Readonly<Record<string, string>>;
}

/** Makes the scores at the tournament's splits with and without a source as one graph: what both have in common is made once, and what a
 *  run made is reused. */
export async function scoreWithout(
  { engine, catalogue, brands }: { engine: Engine; catalogue: Catalogue; brands: Brands },
  request: WorthRequest,
): Promise<{ splits: WorthKeys[]; cost: { seconds: number; tasks: number; reused: number; computed: number } }> {
  const state = await brands.refresh(request.brand);
  const brandDir = brands.directory(request.brand);
  const plan = planRun(state, { as_of: request.asOf, known_at: request.knownAt }, catalogue);
  const left = plan.base.batches.filter(({ source }) => source !== request.source);
  const lean = { ...plan, base: { ...plan.base, batches: left } };
  const buckets = bucketsFor(currentSnapshot(state)?.customers ?? 0);
  const nodes = new Map<string, TaskNode>();
  const splits = Array.from({ length: tournamentCuts }, (_, cut): WorthKeys => {
    const [whole, without] = [plan, lean].map((one) => cutPlanner(one, buckets, cut, undefined).planner);
    const keyOf = (planner: typeof whole, step: string) => planner?.require(step)[0]?.key ?? "";
    const scoresBy = (planner: typeof whole) =>
      Object.fromEntries(request.models.map((model) => [model, keyOf(planner, `scores_${model}`)]));
    const keys = { outcomes: keyOf(whole, "outcomes"), scores: scoresBy(whole), without: scoresBy(without) };
    for (const planner of [whole, without])
      for (const node of planner?.graph().nodes ?? []) if (!nodes.has(node.key)) nodes.set(node.key, node);
    return keys;
  });
  const { permits, workers, memoryBytes, signal } = request;
  const { computed, seconds } = await runNodes(engine, {
    ...{ brandDir, nodes, name: "worth", permits, workers, memoryBytes, signal },
    onProgress: (ended) => request.onProgress(Math.min(ended.size, nodes.size), nodes.size),
  });
  return { splits, cost: { seconds, tasks: nodes.size, reused: nodes.size - computed, computed } };
}

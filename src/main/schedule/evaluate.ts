import type { ModelEvaluation } from "../../shared/api/contract/models.ts";
import type { TaskNode } from "../../shared/domain/task.ts";
import type { Brands } from "./brands.ts";
import type { Engine } from "./engine-client.ts";
import { digestOf, type Permits } from "./own-programs.ts";
import { runNodes } from "./run-nodes.ts";
import { bucketsFor, cutPlanner, planRun } from "./run-plan.ts";
import type { Catalogue } from "./run-request.ts";

export interface EvaluationRequest {
  readonly brand: string;
  readonly asOf: string;
  /** Only deliveries that had arrived by then count: late rows stay out. */
  readonly knownAt: string | undefined;
  readonly models: readonly string[] | undefined;
  /** How many cuts, each a horizon before the one after it. */
  readonly cuts: number;
  /** What follows a cut is looked at for so many days, and cuts lie so far apart; 90 days and whole weeks where it isn't said. */
  readonly horizonDays: number | undefined;
  readonly signal: AbortSignal;
  readonly permits: Permits;
  readonly workers: number;
  readonly memoryBytes: number;
  readonly onProgress: (done: number, total: number, cutOn: string) => void;
}

/** Evaluates models at earlier cuts of a snapshot's day as one graph: what the cuts have in common is made once, and what another
 *  evaluation or run made is reused. Rows come by cut, the latest first. */
export async function evaluateAtCuts(
  { engine, catalogue, brands }: { engine: Engine; catalogue: Catalogue; brands: Brands },
  request: EvaluationRequest,
): Promise<ModelEvaluation[]> {
  const state = await brands.refresh(request.brand);
  const plan = planRun(state, { as_of: request.asOf, known_at: request.knownAt, models: request.models }, catalogue);
  const models = plan.models.filter((name) => {
    const program = plan.programs.find((one) => one.name === name);
    return !program || plan.isAskedFor(name) || request.permits.get(name)?.digest === digestOf(program);
  });
  const ids = state.ids.at(-1)?.ids;
  const brandDir = brands.directory(request.brand);
  const totals = ids ? (await engine.call("artifacts.json", { brandDir, key: ids, output: "totals" })).value : null;
  const customers =
    typeof totals === "object" && totals !== null && "customers" in totals ? Number(totals.customers) : 0;
  const nodes = new Map<string, TaskNode>();
  const wanted: { key: string; cutOn: string }[] = [];
  for (let cut = 0; cut < request.cuts; cut++) {
    const { planner, cutOn } = cutPlanner(plan, bucketsFor(customers), cut, request.horizonDays);
    for (const model of models) for (const { key } of planner.require(`evaluate_${model}`)) wanted.push({ key, cutOn });
    for (const node of planner.graph().nodes) if (!nodes.has(node.key)) nodes.set(node.key, node);
  }
  const { permits, workers, memoryBytes, signal } = request;
  await runNodes(engine, {
    ...{ brandDir, nodes, name: "evaluate", permits, workers, memoryBytes, signal },
    onProgress: (ended) => {
      const next = wanted.find(({ key }) => !ended.has(key))?.cutOn ?? wanted.at(-1)?.cutOn ?? request.asOf;
      request.onProgress(Math.min(ended.size, nodes.size), nodes.size, next);
    },
  });
  const evaluations: ModelEvaluation[] = [];
  for (const { key } of wanted)
    evaluations.push(
      ...((await engine.call("artifacts.json", { brandDir, key, output: "evaluations" })).value as ModelEvaluation[]),
    );
  return evaluations;
}

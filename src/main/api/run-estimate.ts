import type { RunEstimate, RunRequest } from "../../shared/api/contract/runs.ts";
import { AssayError } from "../../shared/base/errors.ts";
import { type BrandState, currentSnapshot, liveBatches } from "../../shared/domain/brand-state.ts";
import { estimateRun, wallSeconds } from "../schedule/cost/estimate.ts";
import { type Prices, pricesOf } from "../schedule/cost/prices.ts";
import { costOf, keptPerMonth, totalOf } from "../schedule/cost/run-cost.ts";
import { ec2Settings } from "../schedule/ec2/fleet.ts";
import { wantedInstances } from "../schedule/ec2/scaling.ts";
import { plannedNodes } from "../schedule/planned-nodes.ts";
import { bucketsFor, planRun } from "../schedule/run-plan.ts";
import { paidToday } from "./cluster.ts";
import { type ApiContext, requireWorkspace } from "./context.ts";

/** What time and bytes of runs are paid with here and now; null where nothing is. */
export async function currentPrices(ctx: ApiContext): Promise<Prices | null> {
  const settings = ec2Settings((await ctx.store.settings()).ec2);
  const { path } = requireWorkspace(ctx);
  const { shares } = await ctx.engine.call("shares.list", {}).catch(() => ({ shares: [] }));
  const share = shares
    .filter(({ at }) => path === at || path.startsWith(`${at}/`))
    .sort((a, b) => b.at.length - a.at.length)[0];
  const isEfs = share !== undefined && (share.kind === "efs" || /(^|\.)efs\.|^fs-[0-9a-f]+[.:]/.test(share.source));
  return pricesOf(settings, isEfs);
}

/** What a run would take and cost: its graph against what is there, at what tasks took in the last runs of this machine. */
export async function estimate(ctx: ApiContext, request: RunRequest): Promise<RunEstimate> {
  const { brands } = requireWorkspace(ctx);
  const { brand, runner = "pool" } = request;
  const state = await brands.refresh(brand);
  const plan = planRun(state, request, ctx.runs.catalogue);
  const nodes = plannedNodes(plan, {
    tables: ctx.runs.catalogue.snapshotTables,
    bucketCount: bucketsFor(currentSnapshot(state)?.customers ?? 0),
    horizonDays: request.horizon_days,
    isWhole: request.models === undefined,
  });
  const keys = nodes.map(({ key }) => key);
  const { found } = await ctx.engine.call("artifacts.find", { brandDir: brands.directory(brand), keys });
  const history = await ctx.runs.history(brand);
  const taken = estimateRun(nodes, new Set(found.map(({ key }) => key)), { history, growth: growthOf(state) });
  const place = runner === "cluster" ? await coresOf(ctx, request, taken.core_seconds) : null;
  const cores = place?.cores ?? (runner === "inline" ? 1 : (request.workers ?? ctx.defaults.workers));
  const seconds = wallSeconds(taken, cores);
  const prices = await currentPrices(ctx);
  const instanceSeconds = (place?.instances ?? 0) * seconds;
  const settings = ec2Settings((await ctx.store.settings()).ec2);
  return {
    runner,
    ...taken,
    ...{ seconds, cores },
    cost:
      prices &&
      costDocument(prices, { instanceSeconds, readBytes: taken.read_bytes, writtenBytes: taken.written_bytes }),
    daily_budget: settings?.daily_budget ?? null,
    spent_today: settings && place ? (place.paidSeconds / 3600) * settings.price_per_hour : null,
  };
}

function costDocument(prices: Prices, taken: Parameters<typeof costOf>[0]): NonNullable<RunEstimate["cost"]> {
  const cost = costOf(taken, prices);
  return {
    ...cost,
    instance_seconds: taken.instanceSeconds,
    share_kept_month: keptPerMonth(taken.writtenBytes, prices),
    total: totalOf(cost),
    source: prices.source,
  };
}

/** Cores of the agents that are there; without any, of the instances that would finish the work within an hour. */
async function coresOf(ctx: ApiContext, { redis }: RunRequest, coreSeconds: number) {
  const { workspace_id } = requireWorkspace(ctx);
  const status = await ctx.cluster.status(workspace_id, redis).catch(() => null);
  const agents = (status?.agents ?? []).filter(({ is_current, state }) => is_current && state !== "draining");
  const paidSeconds = await paidToday(ctx, status?.agents ?? [], redis);
  if (agents.length > 0) {
    const cores = agents.reduce((sum, agent) => sum + agent.cores, 0);
    return { cores, instances: agents.filter(({ instance }) => instance !== null).length, paidSeconds };
  }
  const settings = ec2Settings((await ctx.store.settings()).ec2);
  if (!settings) return { cores: 1, instances: 0, paidSeconds };
  const fleet = { coresPerInstance: settings.cores_per_instance, smallest: 0, largest: 1_000 };
  const instances = wantedInstances({ coreSeconds, secondsLeft: 3_600, bootSeconds: 0 }, fleet);
  return { cores: Math.max(1, instances * settings.cores_per_instance), instances, paidSeconds };
}

/** Rows of all deliveries now against those that the current snapshot was made of. */
function growthOf(state: BrandState): number {
  const version = currentSnapshot(state)?.log_version;
  if (version === undefined) return 1;
  const rowsOf = (batches: ReturnType<typeof liveBatches>) =>
    batches.reduce((sum, { files }) => sum + files.reduce((all, file) => all + file.rows_accepted, 0), 0);
  const live = liveBatches(state);
  const before = rowsOf(live.filter((batch) => batch.version <= version));
  return before > 0 ? Math.max(1, rowsOf(live) / before) : 1;
}

/** Throws `condition_failed` where a run would cost more than it may. */
export async function checkBudget(ctx: ApiContext, request: RunRequest): Promise<void> {
  const { budget } = request;
  if (budget === undefined) return;
  const { cost } = await estimate(ctx, request);
  if (!cost || cost.total <= budget) return;
  throw new AssayError(
    "condition_failed",
    `The run would cost about ${cost.total.toFixed(2)} ${cost.currency}, and its budget is ${budget.toFixed(2)}.`,
    "Raise the budget, ask for fewer models, or run on this machine with --runner pool. Nothing was begun.",
    { budget, total: cost.total },
  );
}

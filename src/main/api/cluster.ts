import type { BrokerSettingsState, ClusterStatus } from "../../shared/api/contract/cluster.ts";
import { AssayError, toWire } from "../../shared/base/errors.ts";
import { describeBroker, parseBroker } from "../schedule/cluster/connection.ts";
import { ec2Settings, scale } from "../schedule/ec2/fleet.ts";
import { type ApiContext, requireWorkspace } from "./context.ts";
import type { HandlersOf, Named } from "./handlers-type.ts";

const noQueue = { waiting: 0, active: 0, delayed: 0, failed: 0 };
const unknown = { why: null, hint: null, version: null, used_bytes: 0, max_bytes: 0 };

export const clusterHandlers: HandlersOf<Named<"cluster">> = {
  "cluster.status": ({ redis }, { ctx }) => statusOf(ctx, redis),
  "cluster.settings": (_, { ctx }) => settingsOf(ctx),
  "cluster.configure": async (change, { ctx }) => {
    await ctx.brokerFile.write(change);
    ctx.tell("settings");
    return settingsOf(ctx);
  },
  "cluster.group": async (_, { ctx }) => ({ settings: ec2Settings((await ctx.store.settings()).ec2) }),
  "cluster.scale": async ({ instances, by, is_dry = false, redis }, { ctx }) => {
    const settings = ec2Settings((await ctx.store.settings()).ec2);
    if (!settings) {
      throw new AssayError(
        "condition_failed",
        "No machines of EC2 are set up.",
        "Make the group with infra/assay.yaml, then set ASSAY_EC2_GROUP and ASSAY_EC2_REGION, or name it on the Cluster screen.",
      );
    }
    const { agents, queue } = await statusOf(ctx, redis);
    const coreSeconds = await coreSecondsOf(ctx, queue.waiting + queue.delayed + queue.active);
    const paidSeconds = await paidToday(ctx, agents, redis);
    const endpoint = process.env.ASSAY_EC2_ENDPOINT;
    const asked = { instances, by, coreSeconds, paidSeconds, isDry: is_dry, now: ctx.now() };
    const answer = await scale(settings, asked, endpoint);
    const group = { ...answer.group, instances: answer.group.instances.map((one) => ({ ...one })) };
    return {
      ...answer,
      asked: { ...answer.asked },
      group,
      currency: settings.currency,
      daily_budget: settings.daily_budget,
    };
  },
  "cluster.cancel": async ({ run_id, redis }, { ctx }) => {
    await ctx.cluster.cancel(requireWorkspace(ctx).workspace_id, run_id, redis);
    return { ok: true };
  },
};

async function statusOf(ctx: ApiContext, redis: string | undefined): Promise<ClusterStatus> {
  const { workspace_id } = requireWorkspace(ctx);
  const { code } = ctx.cluster;
  const connection = await ctx.cluster.find(redis);
  if (!connection) {
    return { broker: { state: "none", address: null, ...unknown }, code, agents: [], queue: noQueue };
  }
  try {
    const { broker, agents, queue } = await ctx.cluster.status(workspace_id, redis);
    const { address, version, used_bytes, max_bytes } = broker;
    return {
      broker: { ...unknown, state: "ok", address, version, used_bytes, max_bytes },
      code,
      agents: agents.map(({ code: _, ...agent }) => ({
        ...agent,
        labels: [...agent.labels],
        tasks: agent.tasks.map((task) => ({ ...task })),
      })),
      queue: { ...queue },
    };
  } catch (error) {
    const { message, hint } = toWire(error);
    const address = describeBroker(connection);
    return { broker: { ...unknown, state: "away", address, why: message, hint }, code, agents: [], queue: noQueue };
  }
}

/** Instance seconds of today (UTC): as agents told the broker, and no less than those that are there have been, should it have forgotten. */
export async function paidToday(
  ctx: ApiContext,
  agents: readonly { readonly instance: string | null; readonly started_at: string }[],
  redis?: string,
): Promise<number> {
  const now = ctx.now();
  const midnight = Date.parse(`${now.toISOString().slice(0, 10)}T00:00:00Z`);
  const there = agents.reduce((sum, { instance, started_at }) => {
    const from = Math.max(midnight, Date.parse(started_at));
    return sum + (instance === null ? 0 : Math.max(0, (now.getTime() - from) / 1000));
  }, 0);
  const { workspace_id } = requireWorkspace(ctx);
  const told = await ctx.cluster.paid(workspace_id, now.toISOString().slice(0, 10), redis).catch(() => 0);
  return Math.max(there, told);
}

/** What queued tasks take on one core: as the tasks of the last runs did, in the mean. */
async function coreSecondsOf(ctx: ApiContext, tasks: number): Promise<number> {
  if (tasks === 0) return 0;
  const { workspace } = ctx;
  let [seconds, computed] = [0, 0];
  for (const brand of workspace?.brands.names ?? []) {
    for (const { steps } of (await ctx.runs.list(brand)).slice(0, 5)) {
      for (const step of steps) {
        seconds += step.seconds;
        computed += step.computed;
      }
    }
  }
  return tasks * (computed > 0 ? seconds / computed : 1);
}

async function settingsOf(ctx: ApiContext): Promise<BrokerSettingsState> {
  const named = process.env.ASSAY_REDIS_URL;
  if (named) {
    const connection = parseBroker(named);
    const url = describeBroker(connection);
    const has_password = connection.password !== undefined;
    return { url, username: connection.username ?? null, has_password, kept_in: "environment" };
  }
  const kept = await ctx.brokerFile.read();
  return {
    url: kept?.url ?? null,
    username: kept?.username ?? null,
    has_password: kept?.password !== undefined,
    kept_in: kept?.keptIn ?? null,
  };
}

import type { BrokerSettingsState, ClusterStatus } from "../../shared/api/contract/cluster.ts";
import { toWire } from "../../shared/base/errors.ts";
import { describeBroker, parseBroker } from "../schedule/cluster/connection.ts";
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

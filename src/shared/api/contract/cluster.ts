import { z } from "zod";
import { call, count, done, nothing } from "../operation.ts";

export const agentState = z.object({
  agent: z.string(),
  host: z.string(),
  pid: count,
  cores: count,
  memory_bytes: count,
  rss_bytes: count,
  labels: z.array(z.string()),
  version: z.string(),
  /** It takes the jobs that this program plans. */
  is_current: z.boolean(),
  started_at: z.string(),
  /** full: memory holds no further task; draining: it ends what it has and takes nothing new. */
  state: z.enum(["working", "idle", "draining", "full"]),
  tasks: z.array(
    z.object({
      key: z.string(),
      step: z.string(),
      scope: z.string(),
      brand: z.string(),
      run: z.string(),
      seconds: z.number(),
    }),
  ),
  done: count,
  /** Of those done: results that were there already, or that another task had made of the same bytes. */
  adopted: count,
  failed: count,
  instance: z.string().nullable(),
  /** Since its last sign of life. */
  seconds_ago: z.number(),
});
export type AgentState = z.output<typeof agentState>;

export const brokerState = z.object({
  /** none: no broker is named; away: it doesn't answer or isn't fit, `why` says which. */
  state: z.enum(["none", "away", "ok"]),
  address: z.string().nullable(),
  why: z.string().nullable(),
  hint: z.string().nullable(),
  version: z.string().nullable(),
  used_bytes: count,
  max_bytes: count,
});

export const clusterStatus = z.object({
  broker: brokerState,
  /** Names the steps' versions: agents of another code take no job of this program. */
  code: z.string(),
  agents: z.array(agentState),
  queue: z.object({ waiting: count, active: count, delayed: count, failed: count }),
});
export type ClusterStatus = z.output<typeof clusterStatus>;

export const brokerSettings = z.object({
  url: z.string().nullable(),
  username: z.string().nullable(),
  has_password: z.boolean(),
  /** Where the password is: the system's key store, a file of this user alone, the environment. */
  kept_in: z.enum(["key_store", "file", "environment"]).nullable(),
});
export type BrokerSettingsState = z.output<typeof brokerSettings>;

export const groupState = z.object({
  group: z.string(),
  smallest: count,
  largest: count,
  desired: count,
  instances: z.array(z.object({ instance: z.string(), state: z.string(), type: z.string() })),
});

export const scaling = z.object({
  group: groupState,
  /** How many instances, for how many hours each, at what cost. */
  asked: z.object({ instances: count, hours: z.number(), cost: z.number() }),
  /** What today's agents cost so far. */
  spent: z.number(),
  currency: z.string(),
  daily_budget: z.number().nullable(),
  is_done: z.boolean(),
});
export type Scaling = z.output<typeof scaling>;

export const clusterOperations = {
  "cluster.status": call({ input: z.object({ redis: z.string().optional() }), output: clusterStatus }),
  "cluster.settings": call({ input: nothing, output: brokerSettings }),
  /** Names the broker for this user on this machine; nothing of it lies in the workspace. An empty address forgets it, a password that
   *  isn't given stays. */
  "cluster.configure": call({
    input: z.object({ url: z.string(), username: z.string().optional(), password: z.string().optional() }),
    output: brokerSettings,
  }),
  /** Whether machines of EC2 are set up, and how. */
  "cluster.group": call({
    input: nothing,
    output: z.object({
      settings: z
        .object({
          group: z.string(),
          region: z.string(),
          cores_per_instance: z.number(),
          price_per_hour: z.number(),
          currency: z.string(),
          daily_budget: z.number().nullable(),
        })
        .nullable(),
    }),
  }),
  /** Sets how many machines there are, or says what would be set and cost. Throws `condition_failed` where none are set up, or the
   *  day's budget would not hold. */
  "cluster.scale": call({
    input: z.object({
      instances: z.number().int().min(0).max(10_000).optional(),
      by: z.string().optional(),
      is_dry: z.boolean().optional(),
      redis: z.string().optional(),
    }),
    output: scaling,
  }),
  /** Cancels a run wherever it is scheduled from. */
  "cluster.cancel": call({ input: z.object({ run_id: z.string(), redis: z.string().optional() }), output: done }),
};

import { z } from "zod";
import { brandName, call, count, day, done, instant, json, stream } from "../operation.ts";

export const runState = z.enum([
  "planning",
  "running",
  "publishing",
  "evaluating",
  "done",
  "failed",
  "cancelled",
  "lost",
]);

export const stepState = z.object({
  step: z.string(),
  /** lake, identity, customers, features, fits, scores, profiles, evaluations */
  stage: z.string(),
  tasks: count,
  reused: count,
  computed: count,
  running: count,
  failed: count,
  seconds: z.number(),
  rows: count,
  bytes: count,
});

export const taskState = z.object({
  key: z.string(),
  step: z.string(),
  stage: z.string(),
  scope: z.string(),
  /** The day that it looks back from; null where it has none. */
  as_of: z.string().nullable(),
  state: z.enum(["waiting", "running", "reused", "computed", "failed", "elsewhere"]),
  worker: z.number().nullable(),
  /** The agent that did it; null: the run's own machine. */
  machine: z.string().nullable(),
  /** Milliseconds since the run began. */
  started_ms: z.number().nullable(),
  ended_ms: z.number().nullable(),
  rows: count,
  /** Written. */
  bytes: count,
  /** Of its worker's time; of a reused task, what it took when it was made. */
  seconds: z.number(),
  /** Null where an earlier program made it, or it isn't made yet. */
  cpu_seconds: z.number().nullable(),
  peak_bytes: count.nullable(),
  read_bytes: count.nullable(),
  /** What it took before, while it isn't done; null where that isn't known. */
  expected_seconds: z.number().nullable(),
  /** Where and when it may be done, while nobody has begun it and something is known of it: a guess. */
  planned: z
    .object({ machine: z.string().nullable(), worker: z.number(), from_ms: z.number(), to_ms: z.number() })
    .nullable(),
  attempts: count,
  /** Attempts that came to nothing: the worker or agent was lost, or asked to end. */
  lost: z.array(
    z.object({
      worker: z.number().nullable(),
      machine: z.string().nullable(),
      started_ms: z.number(),
      ended_ms: z.number(),
    }),
  ),
  /** On the longest chain of tasks that read one another. */
  is_critical: z.boolean(),
  error: z.string().nullable(),
});
export type TaskState = z.output<typeof taskState>;

export const runOptions = z.object({
  as_of: day.optional(),
  /** Day of the fits; as_of where that is named, else the end of the week before. */
  fit_as_of: day.optional(),
  known_at: instant.optional(),
  models: z.array(z.string()).optional(),
  params: z.record(z.string(), z.union([z.number(), z.boolean(), z.string()])).optional(),
  horizon_days: z.number().int().min(1).max(3650).optional(),
  seed: z.number().int().nonnegative().optional(),
  /** Never the current snapshot, whatever it asks for. */
  is_variant: z.boolean().optional(),
});

export const runCost = z.object({
  currency: z.string(),
  instances: z.number(),
  instance_seconds: z.number(),
  share_read: z.number(),
  share_written: z.number(),
  /** A month of what it wrote, while that is kept; not part of the total. */
  share_kept_month: z.number(),
  total: z.number(),
  source: z.string(),
});

export const run = z.object({
  run_id: z.string(),
  state: runState,
  as_of: day.nullable(),
  fit_as_of: day.nullable().optional(),
  snapshot_id: z.string().nullable(),
  requested_at: instant,
  host: z.string(),
  /** Account of whoever asked for it; not there in runs of earlier programs. */
  user: z.string().optional(),
  seconds: z.number(),
  seconds_left: z.number().nullable(),
  tasks: z.object({ total: count, reused: count, computed: count, failed: count, running: count }),
  rows: count,
  rows_per_second: z.number().nullable(),
  bytes_written: count,
  rss_bytes: count,
  peak_rss_bytes: count,
  memory_limit_bytes: count,
  workers: count,
  steps: z.array(stepState),
  warnings: z.array(z.string()),
  /** What its tasks took: of workers' time, of processors, of the share; and the most that one of them held. */
  usage: z
    .object({ core_seconds: z.number(), cpu_seconds: z.number(), read_bytes: count, peak_task_bytes: count })
    .optional(),
  /** What it costs so far, at the prices of `source`; null or left out where nothing is paid by the hour or byte. */
  cost: runCost.nullable().optional(),
  runner: z.enum(["pool", "inline", "cluster"]).optional(),
  /** Why nothing goes on at the moment (no agent, no broker); null while work does. */
  waiting_for: z.string().nullable().optional(),
  /** When it is to be done; left out where nobody said. */
  due_at: instant.optional(),
  /** What was asked for beside the brand, so that it can be asked again. */
  request: runOptions.optional(),
  error: z.object({ code: z.string(), message: z.string(), hint: z.string() }).nullable(),
});
export type Run = z.output<typeof run>;

export const runRequest = runOptions.extend({
  brand: brandName,
  runner: z.enum(["pool", "inline", "cluster"]).optional(),
  /** The cluster's broker; else the one of this machine's settings. */
  redis: z.string().optional(),
  workers: z.number().int().min(1).max(256).optional(),
  memory: z.string().optional(),
  /** The most that it may cost; it isn't begun where the estimate is beyond it, and stopped when it is reached. */
  budget: z.number().nonnegative().optional(),
});
export type RunRequest = z.output<typeof runRequest>;

const keyPart = z.object({
  part: z.string(),
  before: z.string().nullable(),
  now: z.string(),
  change: z.enum(["same", "changed", "new"]),
});

export const runLine = z.object({
  key: z.string(),
  step: z.string(),
  scope: z.string(),
  /** Milliseconds since the run began. */
  at_ms: count,
  text: z.string(),
});
export type RunLine = z.output<typeof runLine>;

/** What a run may take, before it begins: from the tasks of the last runs on this machine. */
export const runEstimate = z.object({
  runner: z.enum(["pool", "inline", "cluster"]),
  tasks: z.object({ total: count, reused: count, computed: count }),
  /** Seconds of one core; four runs of five lie between the limits. */
  core_seconds: z.number(),
  core_seconds_low: z.number(),
  core_seconds_high: z.number(),
  critical_seconds: z.number(),
  /** Of the clock, on so many cores. */
  seconds: z.number(),
  cores: count,
  read_bytes: count,
  written_bytes: count,
  /** Share of the tasks to be computed whose step was computed before: 0 says that nothing is known. */
  known_share: z.number(),
  cost: runCost.nullable(),
  daily_budget: z.number().nullable(),
  spent_today: z.number().nullable(),
});
export type RunEstimate = z.output<typeof runEstimate>;

export const usageSum = z.object({
  brand: z.string(),
  month: z.string(),
  user: z.string(),
  runner: z.string(),
  runs: count,
  core_seconds: z.number(),
  cpu_seconds: z.number(),
  read_bytes: count,
  written_bytes: count,
  instance_seconds: z.number(),
  cost: z.number(),
  /** Null where nothing was paid for. */
  currency: z.string().nullable(),
});
export type UsageSum = z.output<typeof usageSum>;

export const snapshot = z.object({
  snapshot_id: z.string(),
  as_of: day,
  known_at: instant.nullable(),
  horizon_days: z.number(),
  published_at: instant,
  is_variant: z.boolean(),
  is_current: z.boolean(),
  withdrawn: z.boolean(),
  /** Kept back by the gate of a night and not published since; the gate says why. */
  kept_back: z.boolean(),
  gate: z.array(z.object({ rule: z.string(), ok: z.boolean(), measured: z.string() })),
  customers: count,
  tables: z.record(z.string(), z.object({ rows: count, bytes: count })),
});
export type Snapshot = z.output<typeof snapshot>;

export const runOperations = {
  /** Starts a run and follows it; cancelling the call cancels the run. */
  "runs.start": stream({ input: runRequest, progress: run, output: run }),
  /** Starts a run that goes on when nobody looks. */
  "runs.launch": call({ input: runRequest, output: z.object({ run_id: z.string() }) }),
  "runs.watch": stream({ input: z.object({ brand: brandName, run_id: z.string() }), progress: run, output: run }),
  "runs.list": call({ input: z.object({ brand: brandName }), output: z.object({ runs: z.array(run) }) }),
  "runs.show": call({
    input: z.object({ brand: brandName, run_id: z.string() }),
    output: z.object({
      run,
      tasks: z.array(taskState),
      /** Seconds of the longest chain of computed tasks: more workers don't make the run quicker than that. */
      critical_seconds: z.number(),
      /** Memory of the engine over the run. */
      memory: z.array(z.object({ at_ms: count, bytes: count })),
    }),
  }),
  /** What the tasks of a run say, or one of them whose key begins so: what was said so far, then each line as it comes, until the run
   *  ends. */
  "runs.log": stream({
    input: z.object({ brand: brandName, run_id: z.string(), task_key: z.string().optional() }),
    progress: z.object({ lines: z.array(runLine) }),
    output: z.object({ lines: count }),
  }),
  /** What a run would take and cost; nothing is begun. */
  "runs.estimate": call({ input: runRequest, output: runEstimate }),
  /** Who used what: runs of all brands of the workspace, or of one, by month (UTC), account and kind of runner. */
  "runs.usage": call({
    input: z.object({ brand: brandName.optional(), month: z.string().optional() }),
    output: z.object({ usage: z.array(usageSum) }),
  }),
  "runs.cancel": call({ input: z.object({ brand: brandName, run_id: z.string() }), output: done }),
  /** Goes on with a run that failed, was cancelled, or lost the machine that scheduled it. */
  "runs.resume": stream({
    input: z.object({
      brand: brandName,
      run_id: z.string(),
      runner: z.enum(["pool", "cluster"]).optional(),
      redis: z.string().optional(),
    }),
    progress: run,
    output: run,
  }),
  /** The same, as a run that goes on when nobody looks. */
  "runs.take_up": call({
    input: z.object({ brand: brandName, run_id: z.string(), runner: z.enum(["pool", "cluster"]).optional() }),
    output: z.object({ run_id: z.string() }),
  }),
  /** Why a task had to be computed: the parts of its key beside those of the last artifact of the same step and scope. */
  "runs.explain": call({
    input: z.object({ brand: brandName, run_id: z.string(), task_key: z.string().optional() }),
    output: z.object({
      tasks: z.array(
        z.object({
          key: z.string(),
          step: z.string(),
          scope: z.string(),
          state: z.string(),
          cause: z.enum(["reused", "first", "code", "params", "data", "upstream"]),
          sentence: z.string(),
          parts: z.array(keyPart),
          /** Where the change began, for a task that only reads what changed. */
          roots: z.array(
            z.object({
              step: z.string(),
              scope: z.string(),
              cause: z.enum(["reused", "first", "code", "params", "data", "upstream"]),
              parts: z.array(keyPart),
            }),
          ),
        }),
      ),
    }),
  }),
  "snapshots.list": call({ input: z.object({ brand: brandName }), output: z.object({ snapshots: z.array(snapshot) }) }),
  "snapshots.show": call({
    input: z.object({ brand: brandName, snapshot_id: z.string().optional() }),
    output: z.object({ snapshot, manifest: json }),
  }),
  "snapshots.publish": call({ input: z.object({ brand: brandName, snapshot_id: z.string() }), output: snapshot }),
  "snapshots.roll_back": call({ input: z.object({ brand: brandName, snapshot_id: z.string() }), output: snapshot }),
  /** No longer kept: it and what only it rests on go with the next collections. */
  "snapshots.drop": call({
    input: z.object({ brand: brandName, snapshot_id: z.string() }),
    output: z.object({ snapshot_id: z.string(), as_of: z.string() }),
  }),
  "snapshots.path": call({
    input: z.object({ brand: brandName, table: z.string(), snapshot_id: z.string().optional() }),
    output: z.object({ table: z.string(), files: z.array(z.string()) }),
  }),
  /** Tells a screen what changed elsewhere, until it is cancelled. */
  "events.watch": stream({
    input: z.object({ brand: brandName.optional() }),
    progress: z.object({
      topic: z.enum([
        "workspace",
        "sources",
        "runs",
        "snapshots",
        "segments",
        "campaigns",
        "settings",
        "nights",
        "experiments",
      ]),
      run: run.optional(),
    }),
    output: done,
  }),
};

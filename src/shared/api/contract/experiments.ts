import { z } from "zod";
import { brandName, call, count, day, done, instant, stream } from "../operation.ts";
import { stepProgress } from "./workspace.ts";

export const paramValue = z.union([z.number(), z.boolean(), z.string()]);
const experimentName = z.string().regex(/^[A-Za-z0-9][\w .-]{0,59}$/, "Letters, digits, space, dot, - and _");
const params = z.record(z.string(), paramValue);

/** What a variant's run cost, and how much of it was there. */
const cost = z.object({
  run_id: z.string(),
  seconds: z.number(),
  core_seconds: z.number(),
  tasks: count,
  reused: count,
  computed: count,
  bytes_written: count,
  ran_at: instant,
  host: z.string(),
});

export const variant = z.object({
  variant: z.string(),
  params,
  snapshot_id: z.string().nullable(),
  /** The snapshot that it stands beside: the current one when it ran. */
  base_snapshot_id: z.string().nullable(),
  cost: cost.nullable(),
});
export type ExperimentVariant = z.output<typeof variant>;

export const experiment = z.object({
  experiment: z.string(),
  note: z.string(),
  created_at: instant,
  models: z.array(z.string()).nullable(),
  horizon_days: count.nullable(),
  as_of: day.nullable(),
  state: z.enum(["planned", "ready", "promoted", "dropped"]),
  ended_at: instant.nullable(),
  promoted_variant: z.string().nullable(),
  variants: z.array(variant),
});
export type Experiment = z.output<typeof experiment>;

const figure = z.object({ value: z.number().nullable(), low: z.number().nullable(), high: z.number().nullable() });
export const metricComparison = z.object({
  model: z.string(),
  metric: z.string(),
  cut_on: day,
  horizon_days: count,
  n: count,
  base: figure.nullable(),
  variant: figure,
  baseline: z.string(),
  baseline_value: z.number().nullable(),
  /** How much better the variant is than the current one, positive where it is better. */
  gain: z.number().nullable(),
  is_main: z.boolean(),
});
export type MetricComparison = z.output<typeof metricComparison>;

export const customerChange = z.object({
  column: z.string(),
  changed: count,
  moves: z.array(z.object({ from: z.string().nullable(), to: z.string().nullable(), customers: count })),
});

export const comparison = z.object({
  variant: z.string(),
  snapshot_id: z.string(),
  base_snapshot_id: z.string(),
  /** Both look back from the same day over the same horizon. */
  is_like: z.boolean(),
  metrics: z.array(metricComparison),
  customers: count,
  changes: z.array(customerChange),
  totals: z.array(z.object({ column: z.string(), base: z.number().nullable(), variant: z.number().nullable() })),
  cost: cost.nullable(),
});
export type ExperimentComparison = z.output<typeof comparison>;

const named = z.object({ brand: brandName, experiment: experimentName });

export const experimentOperations = {
  /** Plans variants beside the current snapshot and runs them; a parameter of several values is swept, two make a grid. The same
   *  call again goes on with the variants that haven't run. */
  "experiments.create": stream({
    input: named.extend({
      params: z.record(z.string(), z.union([paramValue, z.array(paramValue).min(1).max(25)])),
      models: z.array(z.string()).optional(),
      horizon_days: z.number().int().min(1).max(3650).optional(),
      as_of: day.optional(),
      note: z.string().max(500).optional(),
    }),
    progress: stepProgress,
    output: experiment,
  }),
  /** Runs the variants that haven't run. */
  "experiments.run": stream({ input: named, progress: stepProgress, output: experiment }),
  "experiments.list": call({
    input: z.object({ brand: brandName }),
    output: z.object({ experiments: z.array(experiment) }),
  }),
  "experiments.show": call({ input: named, output: experiment }),
  "experiments.compare": call({
    input: named.extend({ variant: z.string().optional() }),
    output: z.object({ experiment: z.string(), comparisons: z.array(comparison) }),
  }),
  /** Makes a variant's parameters the brand's own: the next run uses them. */
  "experiments.promote": call({ input: named.extend({ variant: z.string().optional() }), output: experiment }),
  "experiments.drop": call({ input: named, output: experiment }),
  /** Takes a promotion or a drop back: promoted values that nobody changed since are what they were before. */
  "experiments.reopen": call({ input: named, output: experiment }),
  /** The brand's own parameters, as promoted or pinned. */
  "params.list": call({
    input: z.object({ brand: brandName }),
    output: z.object({
      params: z.array(z.object({ name: z.string(), value: paramValue, set_at: instant, from: z.string().nullable() })),
    }),
  }),
  /** Sets the brand's own value of a parameter; null goes back to the program's. */
  "params.set": call({
    input: z.object({ brand: brandName, name: z.string(), value: paramValue.nullable() }),
    output: done,
  }),
};

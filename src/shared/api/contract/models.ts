import { z } from "zod";
import { verdictConditions, verdictStates } from "../../domain/verdict.ts";
import { brandName, call, count, day, instant, json, stream } from "../operation.ts";
import { stepProgress } from "./workspace.ts";

export const verdict = z.object({
  /** proven: the lower 95 % bound of the main metric beats the baseline over the rolling cuts, and further metrics meet their
   *  conditions. */
  state: z.enum(verdictStates),
  metric: z.string().nullable(),
  cuts: count,
  n: count,
  advantage: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  /** The further metric that stands against it, where the main one alone would prove it. */
  held_back_by: z.string().optional(),
});

/** `allowed`: whether this machine may run it as it is defined now; null where nothing is to be allowed. */
const ownState = z.object({
  kind: z.enum(["propensity", "program"]),
  digest: z.string(),
  allowed: z.boolean().nullable(),
  program: z.string().nullable(),
});

export const model = z.object({
  name: z.string(),
  title: z.string(),
  purpose: z.string(),
  group: z.string(),
  version: count,
  inputs: z.array(z.string()),
  outputs: z.array(z.string()),
  params: z.record(z.string(), json),
  /** What the verdict rests on; null: its first metric. */
  main_metric: z.string().nullable(),
  /** On the brand's own data; null before its models were judged. */
  verdict: verdict.nullable(),
  /** What it would need to be judged. */
  needs: z.string(),
  /** Set for a model that the retailer defined. */
  own: ownState.optional(),
});
export type Model = z.output<typeof model>;
export const modelCard = model.extend({
  method: z.string(),
  references: z.array(z.string()),
  assumptions: z.array(z.string()),
  limits: z.array(z.string()),
  metrics: z.array(z.string()),
});
const calibrationBin = z.object({
  label: z.string(),
  expected: z.number().nullable(),
  actual: z.number(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  n: count,
});
export type ModelCard = z.output<typeof modelCard>;
export const evaluation = z.object({
  model: z.string(),
  metric: z.string(),
  value: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  baseline: z.string(),
  baseline_value: z.number().nullable(),
  n: count,
  cut_on: day,
  horizon_days: count,
  beats_baseline: z.boolean(),
  is_main: z.boolean().optional(),
  /** What the verdict asks of this metric beside the main one: that the model be surely better, or not surely worse. */
  condition: z.enum(verdictConditions).optional(),
  /** How much better than the baseline, positive where it is better, with its 95 % interval: of the differences customer by
   *  customer where they are known. */
  advantage: z.number().nullable().optional(),
  advantage_low: z.number().nullable().optional(),
  advantage_high: z.number().nullable().optional(),
  /** Groups of like prediction and what became of them, where the metric has such. */
  calibration: z.array(calibrationBin).optional(),
});
/** A fit as a card shows it: parameters with standard errors where the model has them. */
export const fittedModel = z.object({
  name: z.string(),
  fit_on: day,
  params: z.array(z.object({ name: z.string(), value: z.number(), standard_error: z.number().nullable() })),
  log_likelihood: z.number().nullable(),
  n_customers: count.nullable(),
  n_distinct: count.nullable(),
  iterations: count.nullable(),
  converged: z.boolean().nullable(),
});
export type FittedModel = z.output<typeof fittedModel>;
export type ModelEvaluation = z.output<typeof evaluation>;

export const outputDrift = z.object({
  model: z.string(),
  output: z.string(),
  known_then: count,
  known_now: count,
  unknown_then: count,
  unknown_now: count,
  mean_then: z.number().nullable(),
  mean_now: z.number().nullable(),
  /** Population stability index; below .1 stable, from .25 on another population. */
  psi: z.number(),
});
export type OutputDrift = z.output<typeof outputDrift>;

export const modelOperations = {
  /** With a brand, its own models too. */
  "models.list": call({
    input: z.object({ brand: brandName.optional() }),
    output: z.object({
      models: z.array(model),
      /** Columns of the profiles that rest on a model which isn't proven on the brand's data. */
      doubted: z.array(z.string()),
    }),
  }),
  "models.show": call({ input: z.object({ name: z.string(), brand: brandName.optional() }), output: modelCard }),
  "models.fit": call({
    input: z.object({ name: z.string(), summary: z.string(), columns: z.record(z.string(), z.string()).optional() }),
    output: z.looseObject({ model: z.string(), params: z.record(z.string(), z.number()) }),
  }),
  "models.predict": call({
    input: z.object({
      name: z.string(),
      summary: z.string(),
      columns: z.record(z.string(), z.string()).optional(),
      horizon: z.number().nonnegative(),
      params: z.record(z.string(), z.number()).optional(),
      out: z.string(),
    }),
    output: z.object({ rows: count, horizon: z.number() }),
  }),
  "models.self_test": stream({
    input: z.object({}),
    progress: stepProgress,
    output: z.object({
      checks: z.array(
        z.object({
          model: z.string(),
          quantity: z.string(),
          expected: z.number(),
          actual: z.number(),
          tolerance: z.number(),
          unit: z.string(),
          source: z.string(),
          ok: z.boolean(),
        }),
      ),
    }),
  }),
  /** The evaluations of the current snapshot, and that one customer in so many was judged (1: everybody). */
  "models.evaluations": call({
    input: z.object({ brand: brandName }),
    output: z.object({
      evaluations: z.array(evaluation),
      judged_one_in: z.number().int().min(1),
      /** Models whose scores are in the snapshot. */
      scored: z.array(z.string()),
    }),
  }),
  /** The fits behind the current snapshot. */
  "models.fits": call({ input: z.object({ brand: brandName }), output: z.object({ fits: z.array(fittedModel) }) }),
  /** How scores moved since the snapshot before; `before` is null where there is none of an earlier day. */
  "models.drift": call({
    input: z.object({
      brand: brandName,
      snapshot_id: z.string().optional(),
      models: z.array(z.string()).optional(),
    }),
    output: z.object({
      before: z.object({ snapshot_id: z.string(), as_of: day }).nullable(),
      as_of: day,
      outputs: z.array(outputDrift),
    }),
  }),
  "models.evaluate": stream({
    input: z.object({
      brand: brandName,
      models: z.array(z.string()).optional(),
      cuts: z.number().int().min(1).max(12).optional(),
      horizon_days: z.number().int().min(1).max(3650).optional(),
      /** Only deliveries that had arrived by then; left out: as the current snapshot has it. */
      known_at: instant.optional(),
    }),
    progress: stepProgress,
    output: z.object({ evaluations: z.array(evaluation) }),
  }),
};

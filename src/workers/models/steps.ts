import type { Json } from "../../shared/base/canonical-json.ts";
import type { Column } from "../../shared/domain/column.ts";
import type { Evaluation, ModelContext, ModelDeclaration, Tables } from "../../shared/domain/model.ts";
import type { InputReference } from "../../shared/domain/step.ts";
import { defineStep, type Step, type StepContext } from "../engine/step-context.ts";

const stateColumns: readonly Column[] = [
  { name: "enough_data", type: "BOOLEAN" },
  { name: "reason", type: "VARCHAR" },
];

function scoreColumns(model: ModelDeclaration): readonly Column[] {
  return [{ name: "customer_id", type: "VARCHAR" }, ...model.outputs, ...stateColumns];
}

function referencesOf(model: ModelDeclaration): Record<string, InputReference> {
  const references = Object.entries(model.inputs).map(([alias, input]) => [
    alias,
    "feature" in input
      ? { step: input.feature, output: input.feature }
      : { step: `scores_${input.scores}`, output: "scores" },
  ]);
  return Object.fromEntries(references);
}

async function tablesOf(aliases: readonly string[], context: StepContext): Promise<Tables> {
  const tables = aliases.map(async (alias) => [alias, await context.table(alias)] as const);
  return Object.fromEntries(await Promise.all(tables));
}

function modelContext(context: StepContext): ModelContext {
  const { horizonDays, purchaseHorizonDays, seed, signal } = context;
  return { horizonDays, purchaseHorizonDays, seed, throwIfCancelled: () => signal.throwIfAborted() };
}

function fitStep(model: ModelDeclaration): Step {
  return defineStep({
    name: `fit_${model.name}`,
    version: model.version,
    title: `Fit ${model.title}`,
    stage: "fits",
    scope: "brand",
    timing: "fit_as_of",
    inputs: referencesOf(model),
    params: model.params,
    outputs: [{ name: "fitted", kind: "json" }],
    usesSeed: true,
    run: async (context) => {
      const tables = await tablesOf(Object.keys(model.inputs), context);
      await context.output.json("fitted", model.fit(tables, context.params, modelContext(context)));
    },
  });
}

function scoreStep(model: ModelDeclaration): Step {
  return defineStep({
    name: `scores_${model.name}`,
    version: model.version,
    title: `Score ${model.title}`,
    stage: "scores",
    scope: "brand",
    timing: "as_of",
    inputs: { ...referencesOf(model), fitted: { step: `fit_${model.name}`, output: "fitted" } },
    params: model.params,
    outputs: [{ name: "scores", kind: "parquet", columns: scoreColumns(model) }],
    usesHorizon: true,
    usesSeed: true,
    run: async (context) => {
      const tables = await tablesOf(Object.keys(model.inputs), context);
      const scores = model.score(tables, context.json("fitted"), context.params, modelContext(context));
      await context.output.table("scores", scores, scoreColumns(model));
    },
  });
}

function evaluateStep(model: ModelDeclaration): Step {
  const outcomes = Object.entries(model.outcomes ?? {});
  return defineStep({
    name: `evaluate_${model.name}`,
    version: model.version,
    title: `Evaluate ${model.title}`,
    stage: "evaluations",
    scope: "brand",
    timing: "cut",
    inputs: {
      ...referencesOf(model),
      fitted: { step: `fit_${model.name}`, output: "fitted" },
      scores: { step: `scores_${model.name}`, output: "scores" },
      outcomes: { step: "outcomes", output: "outcomes" },
      outcome_categories: { step: "outcome_categories", output: "outcome_categories" },
      ...Object.fromEntries(outcomes.map(([alias, { feature }]) => [alias, { step: feature, output: feature }])),
    },
    params: model.params,
    outputs: [{ name: "evaluations", kind: "json" }],
    usesHorizon: true,
    usesSeed: true,
    run: async (context) => {
      const tables = await tablesOf(Object.keys(model.inputs), context);
      const found = model.evaluate(
        tables,
        await context.table("scores"),
        {
          horizonDays: context.horizonDays,
          outcomes: await context.table("outcomes"),
          outcomeCategories: await context.table("outcome_categories"),
          tables: await tablesOf(Object.keys(model.outcomes ?? {}), context),
        },
        context.json("fitted"),
        context.params,
        modelContext(context),
      );
      const rows = found.map((evaluation) => evaluationRow(model.name, evaluation, context));
      await context.output.json("evaluations", rows);
    },
  });
}

function evaluationRow(model: string, evaluation: Evaluation, context: StepContext): Json {
  const finite = (value: number) => (Number.isFinite(value) ? value : null);
  return {
    model,
    metric: evaluation.metric,
    value: finite(evaluation.value),
    low: finite(evaluation.low),
    high: finite(evaluation.high),
    baseline: evaluation.baseline,
    baseline_value: finite(evaluation.baselineValue),
    n: evaluation.n,
    cut_on: context.asOf,
    horizon_days: context.horizonDays,
    beats_baseline: evaluation.beatsBaseline,
    ...(evaluation.calibration && evaluation.calibration.length > 0
      ? {
          calibration: evaluation.calibration.map(({ ...bin }) => ({
            ...bin,
            low: finite(bin.low),
            high: finite(bin.high),
          })),
        }
      : {}),
  };
}

/** The three steps behind every model: its fit, its scores, and its evaluation on a time split. */
export function modelSteps(models: readonly ModelDeclaration[]): readonly Step[] {
  return models.flatMap((model) => [fitStep(model), scoreStep(model), evaluateStep(model)]);
}

import type { Json } from "../../shared/base/canonical-json.ts";
import type { Column } from "../../shared/domain/column.ts";
import type { Evaluation, ModelContext, ModelDeclaration, Tables } from "../../shared/domain/model.ts";
import type { InputReference } from "../../shared/domain/step.ts";
import type { TournamentChoice } from "../../shared/domain/tournament.ts";
import type { VerdictCondition } from "../../shared/domain/verdict.ts";
import { ident } from "../engine/sql.ts";
import { defineStep, type IdRange, type Step, type StepContext } from "../engine/step-context.ts";
import { baseAlias, changedTables, writeBuilt } from "./built-scores.ts";
import { advantageOf } from "./evaluation.ts";
import { writeByBucket, writeTableByBucket } from "./write-scores.ts";

const stateColumns: readonly Column[] = [
  { name: "enough_data", type: "BOOLEAN" },
  { name: "reason", type: "VARCHAR" },
];

function scoreColumns(model: ModelDeclaration): readonly Column[] {
  return [...keysOf(model), ...model.outputs, ...stateColumns];
}

function keysOf(model: ModelDeclaration): readonly Column[] {
  return model.keys ?? [{ name: "customer_id", type: "VARCHAR" }];
}

export function featuresOf(tables: ModelDeclaration["learns"]): Record<string, InputReference> {
  const features = Object.entries(tables ?? {});
  return Object.fromEntries(features.map(([alias, { feature }]) => [alias, { step: feature, output: feature }]));
}

export function referencesOf(model: ModelDeclaration): Record<string, InputReference> {
  const references = Object.entries(model.inputs).map(([alias, input]) => [
    alias,
    "feature" in input
      ? { step: input.feature, output: input.feature }
      : { step: `scores_${input.scores}`, output: "scores" },
  ]);
  return Object.fromEntries(references);
}

export async function tablesOf(aliases: readonly string[], context: StepContext): Promise<Tables> {
  const tables = aliases.map(async (alias) => [alias, await context.table(alias)] as const);
  return Object.fromEntries(await Promise.all(tables));
}

const consultedAlias = (name: string) => `fit_${name}`;

/** The fits of other models that a model's own reads. */
export function consultedFits(model: ModelDeclaration): Record<string, InputReference> {
  const names = model.consults ?? [];
  return Object.fromEntries(
    names.map((name) => [consultedAlias(name), { step: `fit_${name}`, output: "fitted" }] as const),
  );
}

/** The inputs of a model's fit: a sample of the customers where it asks for one. */
function fitInputs(model: ModelDeclaration): Record<string, InputReference> {
  const sample = model.fitBuckets;
  if (typeof sample !== "number") return referencesOf(model);
  const inputs = Object.entries(referencesOf(model));
  return Object.fromEntries(inputs.map(([alias, reference]) => [alias, { ...reference, sample }]));
}

/** What a model is told of its task; for fits and trials with the fits that it consults. */
export function modelContext(context: StepContext, learner?: ModelDeclaration): ModelContext {
  const { horizonDays, purchaseHorizonDays, seed, signal } = context;
  const asOf = Date.parse(context.asOf) / 86_400_000;
  const fits = learner?.consults?.map((name) => [name, context.json(consultedAlias(name))] as const);
  return {
    horizonDays,
    purchaseHorizonDays,
    seed,
    asOf,
    throwIfCancelled: () => signal.throwIfAborted(),
    ...(fits ? { fits: Object.fromEntries(fits) } : {}),
  };
}

/** What the tournament among a model's methods came to. */
function choiceInput({ contest }: ModelDeclaration): Record<string, InputReference> {
  return contest ? { choice: { step: `tournament_${contest.target}`, output: "choice" } } : {};
}

function fitStep(model: ModelDeclaration): Step {
  return defineStep({
    name: `fit_${model.name}`,
    version: model.version,
    title: `Fit ${model.title}`,
    stage: "fits",
    scope: "brand",
    timing: "fit_as_of",
    inputs: { ...fitInputs(model), ...featuresOf(model.learns), ...consultedFits(model), ...choiceInput(model) },
    params: model.params,
    outputs: [{ name: "fitted", kind: "json" }],
    usesSeed: true,
    ...(model.fitBuckets === undefined ? { isDrawn: true } : {}),
    run: async (context) => {
      const tables = await tablesOf([...Object.keys(model.inputs), ...Object.keys(model.learns ?? {})], context);
      const choice = model.contest ? { choice: context.json("choice") as unknown as TournamentChoice } : {};
      const told = { ...modelContext(context, model), share: context.share, ...choice };
      await context.output.json("fitted", model.fit(tables, context.params, told));
    },
  });
}

/** What scores are built on: those of the week's end, and the inputs as they were then. */
function scoreBase(model: ModelDeclaration): Record<string, InputReference> {
  if (!model.apart) return {};
  const own = Object.entries(referencesOf(model)).filter(([alias]) => model.apart?.inputs.includes(alias));
  const before = own.map(([alias, reference]) => [baseAlias(alias), { ...reference, base: "at" as const }] as const);
  return { base: { step: `scores_${model.name}`, output: "scores", base: "at" }, ...Object.fromEntries(before) };
}

function scoreStep(model: ModelDeclaration): Step {
  const isOf = model.keys === undefined; // one row a customer
  return defineStep({
    name: `scores_${model.name}`,
    version: model.version,
    title: `Score ${model.title}`,
    stage: "scores",
    scope: "brand",
    timing: "as_of",
    inputs: {
      ...referencesOf(model),
      fitted: { step: `fit_${model.name}`, output: "fitted" },
      ...(model.unscored ? { unscored: model.unscored.from } : {}),
      ...scoreBase(model),
    },
    params: model.params,
    outputs: [
      { name: "scores", kind: "parquet", columns: scoreColumns(model), ...(isOf ? { isPartitioned: true } : {}) },
    ],
    ...(isOf ? { usesBuckets: true } : {}),
    usesHorizon: true,
    usesSeed: true,
    run: async (context) => {
      const fitted = context.json("fitted");
      const { inputs = Object.keys(model.inputs), isDaily } = model.apart ?? {};
      const isBuilt = context.has("base") && isDaily?.(fitted) !== true;
      const parts = model.apart || model.isSeparate ? partsOf(context, inputs) : [];
      if (!isBuilt && parts.length > 1) return scoreByParts(model, context, inputs, parts);
      const tables = isBuilt ? await changedTables(context, inputs) : await tablesOf(inputs, context);
      const scores = model.score(tables, fitted, context.params, modelContext(context));
      if (isBuilt) return writeBuilt(context, scores, scoreColumns(model));
      if (!model.keys) return writeTableByBucket(context, "scores", { rows: scores, columns: scoreColumns(model) });
      await context.session.load("scored", scores, scoreColumns(model));
      await context.output.query("scores", keyedScoresSql(model, context));
    },
  });
}

/** Rows of an input that are in memory at once, about. */
const rowsAtOnce = 1_000_000;

/** Ranges of customers' ids, which are evenly spread, so that each has so many rows. */
function partsOf(context: StepContext, inputs: readonly string[]): IdRange[] {
  const rows = Math.max(...inputs.map((alias) => context.rows(alias)));
  const n = Math.min(4_096, Math.ceil(rows / rowsAtOnce));
  const idAt = (at: number) =>
    Math.floor((at * 65_536) / n)
      .toString(16)
      .padStart(4, "0");
  return Array.from({ length: n }, (_, at) => ({
    ...(at > 0 ? { from: idAt(at) } : {}),
    ...(at + 1 < n ? { to: idAt(at + 1) } : {}),
  }));
}

/** Scores some customers after the others: what is in memory doesn't grow with all of them. */
async function scoreByParts(
  model: ModelDeclaration,
  context: StepContext,
  inputs: readonly string[],
  parts: readonly IdRange[],
): Promise<void> {
  const { session } = context;
  const [fitted, columns] = [context.json("fitted"), scoreColumns(model)];
  for (const [at, ids] of parts.entries()) {
    const tables = inputs.map(async (alias) => [alias, await context.table(alias, ids)] as const);
    const told = Object.fromEntries(await Promise.all(tables));
    await session.load("part", model.score(told, fitted, context.params, modelContext(context)), columns);
    const into = at === 0 ? "CREATE TEMP TABLE scored AS" : "INSERT INTO scored";
    await session.run(`${into} SELECT * FROM part`);
  }
  if (!model.keys) return writeByBucket(context, "scores", { from: "scored", columns });
  await context.output.query("scores", keyedScoresSql(model, context));
}

/** Scores of what isn't a customer, in the order of their keys; with those that have none. */
function keyedScoresSql(model: ModelDeclaration, context: StepContext): string {
  const keys = keysOf(model).map(({ name }) => ident(name));
  const blanks = model.outputs.map(({ name, type }) => `CAST(NULL AS ${type}) AS ${ident(name)}`);
  const names = scoreColumns(model).map(({ name }) => ident(name));
  const { unscored } = model;
  const rest = unscored
    ? `UNION ALL SELECT ${[...keys, ...blanks].join(", ")}, false AS enough_data, reason FROM ${context.relation("unscored")} WHERE ${unscored.where}`
    : "";
  const all = `SELECT ${names.join(", ")} FROM scored ${rest}`;
  return `SELECT * FROM (${all}) ORDER BY ${keys.join(", ")}`;
}

/** Rises when the rows of every evaluation change. */
const evaluationVersion = 3;

function evaluateStep(model: ModelDeclaration): Step {
  return defineStep({
    name: `evaluate_${model.name}`,
    version: 1_000 * evaluationVersion + model.version,
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
      ...featuresOf(model.outcomes),
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
      const main = mainOf(model.mainMetric, found);
      const rows = found.map((one) => {
        const condition = model.alsoDecide?.[one.metric];
        return evaluationRow(model.name, one, { context, isMain: one === main, ...(condition ? { condition } : {}) });
      });
      await context.output.json("evaluations", rows);
    },
  });
}

/** The evaluation that a verdict rests on: the declared one, else the first that holds the model against a baseline. */
function mainOf(declared: string | undefined, found: readonly Evaluation[]): Evaluation | undefined {
  return found.find(({ metric }) => metric === declared) ?? found.find(({ metric }) => !metric.startsWith("coverage"));
}

interface RowOptions {
  readonly context: StepContext;
  readonly isMain: boolean;
  readonly condition?: VerdictCondition;
}

export function evaluationRow(model: string, evaluation: Evaluation, { context, isMain, condition }: RowOptions): Json {
  const finite = (value: number) => (Number.isFinite(value) ? value : null);
  const advantage =
    evaluation.advantage ??
    advantageOf(evaluation, evaluation.baselineValue, evaluation.higherIsBetter ? "higher" : "lower");
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
    horizon_days: evaluation.horizonDays ?? context.horizonDays,
    beats_baseline: evaluation.beatsBaseline,
    is_main: isMain,
    ...(condition && !isMain ? { condition } : {}),
    advantage: finite(advantage.value),
    advantage_low: finite(advantage.low),
    advantage_high: finite(advantage.high),
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

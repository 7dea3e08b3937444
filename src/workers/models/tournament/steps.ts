import { addDays, weekEnd } from "../../../shared/base/time.ts";
import type { Column, ColumnTable } from "../../../shared/domain/column.ts";
import type { Evaluation, ModelDeclaration } from "../../../shared/domain/model.ts";
import type { InputReference } from "../../../shared/domain/step.ts";
import {
  automatic,
  type CutName,
  daysToCut,
  judgedDays,
  type ModelTarget,
  pinnedChoice,
  stackName,
  type TournamentChoice,
  tournamentCuts,
  tournamentQuestions,
} from "../../../shared/domain/tournament.ts";
import { defineStep, type Step, type StepContext } from "../../engine/step-context.ts";
import { known, leastCustomers } from "../evaluation.ts";
import { purchaseFamilies } from "../lifecycle/purchase-family.ts";
import { evaluationRow } from "../steps.ts";
import { gather, matchRows, numbers, scoreTable, texts } from "../tables.ts";
import { tiersOf } from "../value/tiers.ts";
import { writeTableByBucket } from "../write-scores.ts";
import { criteriaOf } from "./choose.ts";
import { type Chosen, combineColumn, reasonsOf } from "./combine.ts";
import { compareWithNaive } from "./compare-with-naive.ts";
import type { Candidate, Split } from "./judge.ts";
import { turnedOnce } from "./one-time.ts";
import { judgePublished } from "./published.ts";
import { refiningFactors } from "./refine.ts";
import { type TargetDeclaration, targets } from "./targets.ts";

interface Entrant extends Candidate {
  readonly outputs: ReadonlySet<string>;
}

function entrantsOf(models: readonly ModelDeclaration[], target: ModelTarget): Entrant[] {
  return models.flatMap((model) => {
    const own = model.competes?.find((one) => one.target === target);
    const outputs = new Set(model.outputs.map(({ name }) => name));
    return own ? [{ model: model.name, column: own.column, onlyShown: own.onlyShown, outputs }] : [];
  });
}

const scoresOf = (model: string): InputReference => ({ step: `scores_${model}`, output: "scores" });
const refiningOf = ({ refining }: TargetDeclaration) => (refining ? [scoresOf(refining.model)] : []);
const rollingCuts: readonly CutName[] = Array.from({ length: tournamentCuts }, (_, at) => at + 1);

/** Whether a candidate can be chosen is part of the question, and so of its key. */
const aliasOf = ({ model, onlyShown }: Candidate, cut: CutName) => `${onlyShown ? "shown_" : ""}${model}_${cut}`;

/** Candidates whose fit tells a likelihood: purchase models, all on the same histories. */
const likelyOf = (candidates: readonly Candidate[]) => candidates.filter(({ model }) => purchaseFamilies.has(model));

async function splitAt(
  cut: CutName,
  { target, candidates }: { target: TargetDeclaration; candidates: readonly Candidate[] },
  context: StepContext,
): Promise<Split> {
  const scores: Record<string, ColumnTable> = {};
  for (const one of candidates) scores[one.model] = await context.table(aliasOf(one, cut));
  return {
    cutOn: addDays(weekEnd(context.asOf), -daysToCut(cut, context.horizonDays)),
    summary: await context.table(`summary_${cut}`),
    outcomes: await context.table(`outcomes_${cut}`),
    scores,
    ...(target.refining ? { refining: await context.table(`refining_${cut}`) } : {}),
  };
}

/** Judges the candidates at the rolling cuts before a fit's day, and over all of the published horizon where a target is told for one:
 *  one answer a week, from what was known by then. */
function tournamentStep(target: TargetDeclaration, candidates: readonly Candidate[]): Step {
  const cuts = [...rollingCuts, ...(target.overHorizon ? (["horizon"] as const) : [])];
  const atCuts = cuts.flatMap((cut): [string, InputReference][] => [
    [`summary_${cut}`, { step: "purchase_summary", output: "purchase_summary", cut }],
    [`outcomes_${cut}`, { step: "outcomes", output: "outcomes", cut }],
    ...candidates.map((one): [string, InputReference] => [aliasOf(one, cut), { ...scoresOf(one.model), cut }]),
    ...refiningOf(target).map((one): [string, InputReference] => [`refining_${cut}`, { ...one, cut }]),
  ]);
  return defineStep({
    name: `tournament_${target.target}`,
    version: 7,
    title: `Tournament: ${tournamentQuestions[target.target].title}`,
    stage: "fits",
    scope: "brand",
    timing: "fit_as_of",
    inputs: Object.fromEntries([
      ...atCuts,
      ...likelyOf(candidates).map(({ model }) => [`fit_${model}`, { step: `fit_${model}`, output: "fitted" }] as const),
    ]),
    params: {},
    ...(target.overHorizon ? { usesHorizon: true as const } : {}),
    outputs: [{ name: "choice", kind: "json" }],
    run: async (context) => {
      const asked = { target, candidates };
      const splits: Split[] = [];
      for (const cut of rollingCuts) splits.push(await splitAt(cut, asked, context));
      const isFar = target.overHorizon && context.horizonDays > judgedDays;
      const far = isFar ? await splitAt("horizon", asked, context) : null;
      const fits = likelyOf(candidates).map(({ model }) => [model, context.json(`fit_${model}`)] as const);
      const criteria = criteriaOf(Object.fromEntries(fits));
      const request = { ...asked, splits, fitAsOf: context.asOf, horizonDays: judgedDays, criteria };
      const choice = judgePublished(request, far && { split: far, horizonDays: context.horizonDays });
      await context.output.json("choice", { ...choice } as never);
    },
  });
}

const amounts: Readonly<Record<ModelTarget, readonly Column[]>> = {
  purchases: [
    { name: "probability_alive", type: "DOUBLE", unit: "share" },
    { name: "expected_purchases", type: "DOUBLE", unit: "count" },
    { name: "expected_purchases_low", type: "DOUBLE", unit: "count" },
    { name: "expected_purchases_high", type: "DOUBLE", unit: "count" },
  ],
  chance: [{ name: "probability_purchase", type: "DOUBLE", unit: "share" }],
  value: [
    { name: "predicted_value_minor", type: "DOUBLE", unit: "minor" },
    { name: "predicted_value_minor_low", type: "DOUBLE", unit: "minor" },
    { name: "predicted_value_minor_high", type: "DOUBLE", unit: "minor" },
    { name: "value_tier", type: "VARCHAR" },
  ],
};

function chosenColumns(target: ModelTarget): readonly Column[] {
  return [
    { name: "customer_id", type: "VARCHAR" },
    ...amounts[target],
    { name: "model", type: "VARCHAR" },
    { name: "enough_data", type: "BOOLEAN" },
    { name: "reason", type: "VARCHAR" },
  ];
}

/** What profiles read: each customer's figures of the chosen or pinned model, limits of the same. */
function chosenStep(declared: TargetDeclaration, candidates: readonly Entrant[]): Step {
  const { target } = declared;
  const eligible = candidates.filter(({ onlyShown }) => onlyShown === undefined).map(({ model }) => model);
  return defineStep({
    name: `chosen_${target}`,
    version: 4,
    title: `Chosen: ${tournamentQuestions[target].title}`,
    stage: "scores",
    scope: "brand",
    timing: "as_of",
    inputs: {
      summary: { step: "purchase_summary", output: "purchase_summary" },
      choice: { step: `tournament_${target}`, output: "choice" },
      ...Object.fromEntries(candidates.map(({ model }) => [model, scoresOf(model)])),
      ...Object.fromEntries(refiningOf(declared).map((one) => ["refining", one])),
    },
    params: {
      model: {
        kind: "choice",
        default: automatic,
        choices: [automatic, ...eligible, stackName],
        label: "Model",
        help: "The model whose figures stand in the profile; auto: the tournament's choice of the week.",
      },
    },
    outputs: [{ name: "chosen", kind: "parquet", columns: chosenColumns(target), isPartitioned: true }],
    usesBuckets: true,
    run: async (context) => {
      const base = await context.table("summary");
      const scores = new Map<string, ColumnTable>();
      for (const { model } of candidates) scores.set(model, await context.table(model));
      const found = context.json("choice") as unknown as TournamentChoice;
      const chosen = { base, scores, choice: pinnedChoice(found, String(context.params.model)) };
      const figures = figuresOf(target, chosen, candidates);
      const refined = declared.refining ? refinedFigures(figures, chosen, await context.table("refining")) : figures;
      const rows = turnedFigures(declared, refined, chosen);
      await writeTableByBucket(context, "chosen", { rows, columns: chosenColumns(target) });
    },
  });
}

function figuresOf(target: ModelTarget, chosen: Chosen, candidates: readonly Entrant[]): ColumnTable {
  const byModel = new Map(candidates.map((candidate) => [candidate.model, candidate]));
  const main = combineColumn(chosen, (model) => byModel.get(model)?.column);
  const beside = (name: string) =>
    combineColumn(chosen, (model) => (byModel.get(model)?.outputs.has(name) ? name : undefined)).values;
  const outputs: Record<string, Float64Array | (string | null)[]> = {};
  for (const { name } of amounts[target]) {
    if (name === "value_tier") outputs[name] = tiersOf(main.values);
    else if (byModel.get(candidates[0]?.model ?? "")?.column === name) outputs[name] = main.values;
    else outputs[name] = beside(name);
  }
  if (target === "purchases") {
    for (const end of ["expected_purchases_low", "expected_purchases_high"])
      outputs[end] = (outputs[end] as Float64Array).map(Math.round);
  }
  const reason = reasonsOf(chosen, main.values);
  const first = chosen.scores.get(chosen.choice.ranking[0] ?? "");
  const enough = first
    ? gather(numbers(first, "enough_data"), matchRows(chosen.base, first)).map((value) => (value === 1 ? 1 : 0))
    : new Float64Array(chosen.base.rows);
  return scoreTable(texts(chosen.base, "customer_id"), { ...outputs, model: main.from }, { enough, reason });
}

/** Counts and their limits with the chance of any as the choice refines it, at the level that held. */
function refinedFigures(figures: ColumnTable, chosen: Chosen, refining: ColumnTable): ColumnTable {
  const { refined, level = 1 } = chosen.choice;
  const share = refined?.share ?? 0;
  if (share === 0 && level === 1) return figures;
  const column = "probability_purchase";
  const own = combineColumn(chosen, () => column).values;
  const other = gather(numbers(refining, column), matchRows(chosen.base, refining));
  const factors = refiningFactors({ own, other }, share).map((factor) => factor * level);
  const moved = (name: string) => numbers(figures, name).map((value, row) => value * (factors[row] ?? 1));
  const columns = {
    ...figures.columns,
    expected_purchases: moved("expected_purchases"),
    expected_purchases_low: moved("expected_purchases_low").map(Math.round),
    expected_purchases_high: moved("expected_purchases_high").map(Math.round),
  };
  return { ...figures, columns };
}

const leadingColumns = { count: "expected_purchases", chance: "probability_purchase" } as const;

/** Figures of one-time buyers turned by the slope that held, limits of counts with them. */
function turnedFigures({ turns }: TargetDeclaration, figures: ColumnTable, { base, choice }: Chosen): ColumnTable {
  const slope = choice.one_time_slope ?? 1;
  if (!turns || slope === 1) return figures;
  const isOnce = Array.from(numbers(base, "frequency"), (x) => x === 0);
  const name = leadingColumns[turns];
  const before = numbers(figures, name);
  const after = turnedOnce(before, isOnce, { slope, scale: turns });
  const withLimit = (end: string) =>
    numbers(figures, end).map((value, row) => {
      const [from, to] = [before[row] ?? 0, after[row] ?? 0];
      return from > 0 && Number.isFinite(to) ? Math.round((value * to) / from) : value;
    });
  const limits = turns === "count" ? ["expected_purchases_low", "expected_purchases_high"] : [];
  const ends = Object.fromEntries(limits.map((end) => [end, withLimit(end)]));
  return { ...figures, columns: { ...figures.columns, [name]: after, ...ends } };
}

/** How the tournament's own choice does at a cut, where it was made from earlier cuts alone. */
function evaluateStep(target: TargetDeclaration, column: string): Step {
  const name = `tournament_${target.target}`;
  return defineStep({
    name: `evaluate_${name}`,
    version: 2,
    title: `Evaluate the choice: ${tournamentQuestions[target.target].title}`,
    stage: "evaluations",
    scope: "brand",
    timing: "cut",
    inputs: {
      summary: { step: "purchase_summary", output: "purchase_summary" },
      chosen: { step: `chosen_${target.target}`, output: "chosen" },
      outcomes: { step: "outcomes", output: "outcomes" },
    },
    params: {},
    usesHorizon: true,
    outputs: [{ name: "evaluations", kind: "json" }],
    run: async (context) => {
      const found = await evaluated(target, column, context);
      const rows = found.map((one, at) => evaluationRow(name, one, { context, isMain: at === 0 }));
      await context.output.json("evaluations", rows);
    },
  });
}

async function evaluated(
  target: TargetDeclaration,
  column: string,
  context: StepContext,
): Promise<readonly Evaluation[]> {
  const [summary, chosen, outcomes] = [
    await context.table("summary"),
    await context.table("chosen"),
    await context.table("outcomes"),
  ];
  if (outcomes.rows < leastCustomers) return [];
  const places = matchRows(outcomes, chosen);
  const values = gather(numbers(chosen, column), places);
  const kept = [...values.keys()].filter((row) => Number.isFinite(values[row]));
  if (kept.length < leastCustomers) return [];
  const pick = (all: Float64Array) => Float64Array.from(kept, (row) => all[row] ?? Number.NaN);
  const naive = gather(target.naive(summary, context.horizonDays), matchRows(outcomes, summary));
  const limit = (end: string) => pick(gather(numbers(chosen, `${column}_${end}`), places));
  return known(
    compareWithNaive(target, pick(values), {
      naive: pick(naive),
      actual: pick(target.outcome(outcomes)),
      ...(`${column}_low` in chosen.columns ? { limits: { low: limit("low"), high: limit("high") } } : {}),
    }),
  );
}

/** The steps of every tournament among models: the choice of a week, the chosen figures of a day, and how the choice did at a cut. */
export function tournamentSteps(models: readonly ModelDeclaration[]): readonly Step[] {
  return targets.flatMap((target) => {
    const candidates = entrantsOf(models, target.target);
    const column = candidates[0]?.column ?? "";
    return [tournamentStep(target, candidates), chosenStep(target, candidates), evaluateStep(target, column)];
  });
}

import { addDays, weekEnd } from "../../../shared/base/time.ts";
import type { Contest, ModelDeclaration } from "../../../shared/domain/model.ts";
import type { InputReference } from "../../../shared/domain/step.ts";
import {
  cutsApartDays,
  judgedDays,
  type MethodTrial,
  naiveName,
  type TournamentChoice,
  type TournamentRow,
  tournamentCuts,
  tournamentQuestions,
} from "../../../shared/domain/tournament.ts";
import { defineStep, type Step } from "../../engine/step-context.ts";
import { consultedFits, featuresOf, modelContext, referencesOf, tablesOf } from "../steps.ts";
import { chooseByLoss, meanRelative } from "./choose.ts";
import { relativeLoss } from "./targets.ts";

interface CutTrials {
  readonly cutOn: string;
  readonly trials: readonly MethodTrial[];
}

const settingsKey = ({ settings }: MethodTrial) => JSON.stringify(settings ?? null);

function rowOf(candidate: string, cutOn: string, trial: MethodTrial, naive: MethodTrial): TournamentRow {
  const relative = relativeLoss(trial.judged, naive.judged);
  return {
    candidate,
    cut_on: cutOn,
    n: trial.n,
    relative: Number.isFinite(relative) ? relative : null,
    metrics: trial.judged.map(({ metric, value, low, high }) => ({ metric, value, low, high })),
  };
}

/** Chooses among a model's methods by their trials at the cuts, the latest first: each with the settings that lost least over them. */
export function chooseMethod(
  contest: Contest,
  cuts: readonly CutTrials[],
  asked: { fitAsOf: string; horizonDays: number },
): TournamentChoice {
  const judged = cuts.filter(({ trials }) => trials.some(({ method }) => method === naiveName));
  const rowsOf = (method: string, key: string) =>
    judged.flatMap(({ cutOn, trials }): TournamentRow[] => {
      const naive = trials.find((one) => one.method === naiveName);
      const own = trials.find((one) => one.method === method && settingsKey(one) === key);
      return naive && own ? [rowOf(method, cutOn, own, naive)] : [];
    });
  const settings: Record<string, Readonly<Record<string, number>>> = {};
  const names = [...contest.methods.map(({ name }) => name), naiveName];
  const rows = names.flatMap((method) => {
    const trials = judged.flatMap((cut) => cut.trials.filter((one) => one.method === method));
    const tried = [...new Map(trials.map((one) => [settingsKey(one), one.settings]))].map(([key, own]) => {
      const found = rowsOf(method, key);
      return { own, found, loss: meanRelative(found, method, judged.length) };
    });
    const [first] = tried;
    if (!first) return [];
    const best = tried.reduce((a, b) => (b.loss < a.loss - 1e-9 || !Number.isFinite(a.loss) ? b : a), first);
    if (best.own) settings[method] = best.own;
    return best.found;
  });
  const eligible = contest.methods.filter(({ onlyShown }) => onlyShown === undefined).map(({ name }) => name);
  const choice = chooseByLoss({
    target: contest.target,
    ...asked,
    eligible,
    standing: contest.standing,
    cuts: judged.length,
    rows,
    leftOut: [],
  });
  return Object.keys(settings).length > 0 ? { ...choice, settings } : choice;
}

/** Tries every method of a model on what was known at a cut, held against what followed it. */
function trialStep(model: ModelDeclaration, contest: Contest): Step {
  const { [contest.param]: _, ...params } = model.params;
  return defineStep({
    name: `trial_${model.name}`,
    version: contest.version,
    title: `Try the methods of ${model.title}`,
    stage: "evaluations",
    scope: "brand",
    timing: "cut",
    inputs: {
      ...referencesOf(model),
      ...consultedFits(model),
      ...featuresOf(contest.outcomes),
    },
    params,
    usesHorizon: true,
    usesSeed: true,
    outputs: [{ name: "trials", kind: "json" }],
    run: async (context) => {
      const after = await tablesOf(Object.keys(contest.outcomes), context);
      const inputs = await tablesOf(Object.keys(model.inputs), context);
      const trials = contest.trial(inputs, after, context.params, modelContext(context, model));
      await context.output.json("trials", [...trials] as never);
    },
  });
}

/** Which method a fit takes: one answer a week, from the trials at the rolling cuts before its day. */
function methodStep(model: ModelDeclaration, contest: Contest): Step {
  const cuts = Array.from({ length: tournamentCuts }, (_, at) => at + 1);
  return defineStep({
    name: `tournament_${contest.target}`,
    version: 2,
    title: `Tournament: ${tournamentQuestions[contest.target].title}`,
    stage: "fits",
    scope: "brand",
    timing: "fit_as_of",
    inputs: Object.fromEntries(
      cuts.map((cut): [string, InputReference] => [
        `trials_${cut}`,
        { step: `trial_${model.name}`, output: "trials", cut },
      ]),
    ),
    params: {},
    outputs: [{ name: "choice", kind: "json" }],
    run: async (context) => {
      const found = cuts.map((cut) => ({
        cutOn: addDays(weekEnd(context.asOf), -cutsApartDays * cut),
        trials: context.json(`trials_${cut}`) as unknown as readonly MethodTrial[],
      }));
      const asked = { fitAsOf: context.asOf, horizonDays: judgedDays };
      await context.output.json("choice", { ...chooseMethod(contest, found, asked) } as never);
    },
  });
}

/** The steps of every tournament among a model's methods: their trials at a cut, and the choice of a week. */
export function methodSteps(models: readonly ModelDeclaration[]): readonly Step[] {
  return models.flatMap((model) =>
    model.contest ? [trialStep(model, model.contest), methodStep(model, model.contest)] : [],
  );
}

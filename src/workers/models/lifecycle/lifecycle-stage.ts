import type { Json } from "../../../shared/base/canonical-json.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import type { CalibrationBin } from "../../../shared/domain/model.ts";
import type { ParamSpec, Params } from "../../../shared/domain/params.ts";
import { auc, aucDifference, midRanks } from "../../numeric/scoring.ts";
import { defineModel } from "../define.ts";
import { binOf, compare, join, known, leastCustomers } from "../evaluation.ts";
import { numbers, requireTable, scoreTable, texts } from "../tables.ts";
import { fitSummaryTable, paramsOf } from "./btyd-model.ts";
import { ladderIn, ladderOf } from "./stage-ladder.ts";
import { defaultCuts, type Ladder, meanIntervalOf, plainLadder, type StageRules, stagesOf } from "./stage-rules.ts";

const cutNames = ["at_risk_from", "cooling_from", "active_from"] as const;

interface Fitted {
  readonly purchases: Json;
  readonly mean_interval_days: number;
  readonly ladder: Ladder;
}

function threshold(level: number, label: string, help: string): ParamSpec {
  return { kind: "number", default: level, min: 0, max: 1, unit: "share", label, help };
}

const cutsIn = (settings: Params) => cutNames.map((name) => Number(settings[name]));

function historiesIn(summary: ColumnTable) {
  return {
    frequency: numbers(summary, "frequency"),
    recency: numbers(summary, "recency"),
    tAge: numbers(summary, "t_age"),
  };
}

export const lifecycleStage = defineModel({
  name: "lifecycle_stage",
  version: 6,
  title: "Lifecycle stage",
  group: "lifecycle",
  inputs: { summary: { feature: "purchase_summary" } },
  learns: { earlier: { feature: "earlier_counts" } },
  params: {
    new_days: {
      kind: "number",
      default: defaultCuts.new,
      min: 1,
      max: 365,
      integer: true,
      unit: "days",
      label: "New for",
      help: "Days after the first purchase in which a customer counts as new.",
    },
    active_from: threshold(
      defaultCuts.active,
      "Active from",
      "Least closeness to the own cadence of an active customer.",
    ),
    cooling_from: threshold(defaultCuts.cooling, "Cooling from", "Least closeness of a cooling customer."),
    at_risk_from: threshold(
      defaultCuts.atRisk,
      "At risk from",
      "Least closeness of a customer at risk; below it is lapsed.",
    ),
  },
  outputs: [
    { name: "lifecycle_stage", type: "VARCHAR" },
    { name: "days_in_stage", type: "INTEGER", unit: "days" },
  ],
  card: {
    purpose: "Where each customer stands between a first purchase and being lost, by what is usual for that customer.",
    method:
      "The chance to buy within the horizon under MBG/NBD, over the chance that somebody of the same cadence has who surely is a customer; cut at three levels. Cadence is the mean interval, drawn towards the population's for few purchases, and beyond that by the least of 0, 25, 50, 75 or 100 % with which most stages stay apart at two earlier cuts: each bought more than the next lower one at both, and by 1.64 standard errors over both. Stages that stay together then go by the name of the greater.",
    references: [
      "Hoppe & Wagner (2007): Customer Base Analysis, Marketing JRM 29(2), for the purchase model.",
      "Buckinx & Van den Poel (2005): Customer base analysis: partial defection of behaviourally loyal clients, EJOR 164(1).",
      "Ayer, Brunk, Ewing, Reid & Silverman (1955): An empirical distribution function for sampling with incomplete information, Annals of Mathematical Statistics 26(4), for pooling neighbours that don't fall.",
    ],
    assumptions: [
      "A customer's own cadence changes slowly.",
      "Silence beyond the own cadence is the first sign of leaving.",
      "Stages that bought alike after the last two quarters will after the next.",
    ],
    limits: [
      "One cut for a retailer's stages is a convention: move it by the parameters.",
      "Where purchases don't hang on how long somebody has been silent, fewer than four stages are told, on Superstore a single one; a level that held nobody at the earlier cuts is part of the next one until it has.",
      "Before two earlier cuts have passed with 20 who bought and 20 who didn't, the four stages stand as they are by convention.",
      "Few customers in a stage fall by chance: on simulated shops stages of fifty tied where nobody of them came back.",
      "Days in a stage are those since the score crossed its cut with no further purchase.",
      "A stage has no limits; the probability behind it stands beside it.",
      "Scaled to the own cadence, stages tell who is leaving: who buys soon is told better by the probability to purchase.",
    ],
    metrics: [
      "auc of the stage's order for buying after the cut, against stages of the same sizes by days since the last purchase",
      "whether the share that buys again falls strictly from stage to stage",
    ],
  },
  fit: (inputs, settings, { purchaseHorizonDays: horizon }): Json => {
    const summary = requireTable(inputs, "summary");
    const purchases = fitSummaryTable(summary);
    const params = paramsOf(purchases);
    const meanInterval = meanIntervalOf(historiesIn(summary));
    const rules = { meanInterval, newDays: Number(settings.new_days), cuts: cutsIn(settings), horizon };
    const ladder = params && inputs.earlier ? ladderOf(inputs.earlier, { params, ...rules }) : plainLadder;
    return { purchases, mean_interval_days: meanInterval, ladder } as unknown as Json;
  },
  score: (inputs, fitted, settings, context) => {
    const summary = requireTable(inputs, "summary");
    const { purchases = null, mean_interval_days: meanInterval = 90 } = (fitted ?? {}) as unknown as Partial<Fitted>;
    const rules: StageRules = {
      params: paramsOf(purchases),
      meanInterval,
      newDays: Number(settings.new_days),
      cuts: cutsIn(settings),
      horizon: context.purchaseHorizonDays,
      ladder: ladderIn(fitted),
    };
    const frequency = numbers(summary, "frequency");
    const { stage, days } = stagesOf(rules, historiesIn(summary), context.throwIfCancelled);
    const reason = stage.map((one) => (rules.params || one === "new" ? null : "by_cadence_alone"));
    const enough = frequency.map((x) => (x > 0 ? 1 : 0));
    const outputs = { lifecycle_stage: stage, days_in_stage: days };
    return scoreTable(texts(summary, "customer_id"), outputs, { enough, reason });
  },
  evaluate: (inputs, scores, { outcomes }) => {
    const summary = requireTable(inputs, "summary");
    const joined = join(outcomes, [summary, scores]);
    const n = joined.n;
    if (n < leastCustomers) return [];
    const bought = Array.from(joined.numbers(outcomes, "n_purchases"), (count) => count > 0);
    const stages = joined.texts(scores, "lifecycle_stage");
    // new is no rank among the others: between cooling and active, where its repurchase lies
    const rank: Readonly<Record<string, number>> = { lapsed: 0, at_risk: 1, cooling: 2, new: 2.5, active: 3 };
    const ranks = Float64Array.from(stages, (stage) => rank[stage ?? ""] ?? 0);
    const own = auc(ranks, bought);
    const late = joined.numbers(summary, "days_since_last_purchase").map((days) => -days);
    const grouped = inGroupsOf(ranks, late);
    const naive = auc(grouped, bought).value;
    const rates = ratesByStage(stages, bought);
    const falls = fallsByStage(rates);
    return known([
      compare({
        metric: "auc",
        own,
        baseline: "as many stages by days since the last purchase",
        naive,
        n,
        better: "higher",
        difference: aucDifference(ranks, grouped, bought),
      }),
      {
        metric: "repurchase_falls_by_stage",
        value: falls,
        low: Number.NaN,
        high: Number.NaN,
        baseline: "every step falls",
        baselineValue: 1,
        n,
        higherIsBetter: true,
        beatsBaseline: falls === 1,
        calibration: rates,
      },
    ]);
  },
});

/** What share of each stage that holds anybody bought again. */
function ratesByStage(stages: readonly (string | null)[], bought: readonly boolean[]): CalibrationBin[] {
  return (["new", "active", "cooling", "at_risk", "lapsed"] as const).flatMap((name) => {
    const mine = bought.filter((_, at) => stages[at] === name);
    return mine.length > 0 ? [binOf(name, null, Float64Array.from(mine, Number), true)] : [];
  });
}

/** Share of the steps from active to lapsed, between stages that hold anybody, at which fewer buy again. */
function fallsByStage(all: readonly CalibrationBin[]): number {
  const rates = all.filter(({ label }) => label !== "new").map(({ actual }) => actual);
  const steps = rates.slice(1).map((rate, at) => (rates[at] ?? 0) > rate);
  return steps.length > 0 ? steps.filter(Boolean).length / steps.length : Number.NaN;
}

/** Values cut into groups as large as those of equal ranks: the rule of thumb that may be as coarse as the stages. */
function inGroupsOf(ranks: Float64Array, values: Float64Array): Float64Array {
  const sorted = Float64Array.from(ranks).sort();
  return midRanks(values).map((place) => sorted[Math.ceil(place) - 1] ?? Number.NaN);
}

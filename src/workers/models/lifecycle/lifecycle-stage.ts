import type { Json } from "../../../shared/base/canonical-json.ts";
import type { CalibrationBin } from "../../../shared/domain/model.ts";
import type { ParamSpec } from "../../../shared/domain/params.ts";
import {
  type BtydParams,
  type PurchaseHistory,
  probabilityAlive,
  probabilityOfNone,
} from "../../numeric/buy-till-you-die.ts";
import { compressSummary } from "../../numeric/compress.ts";
import { auc, aucDifference, midRanks } from "../../numeric/scoring.ts";
import { defineModel } from "../define.ts";
import { binOf, compare, join, known, leastCustomers } from "../evaluation.ts";
import { numbers, requireTable, scoreTable, texts } from "../tables.ts";
import { fitSummaryTable, paramsOf } from "./btyd-model.ts";

const order = ["lapsed", "at_risk", "cooling", "active", "new"] as const;

interface Fitted {
  readonly purchases: Json;
  readonly mean_interval_days: number;
}

/** How close somebody is to what an undoubted customer of the same cadence would do: the chance to buy within the horizon over
 *  that of one who surely is a customer. One for whoever keeps to the cadence, falling with every day beyond it. */
function closeness(params: BtydParams, history: PurchaseHistory, cadence: number, horizon: number): number {
  const { x, recency, tAge } = history;
  const alive = probabilityAlive("mbg_nbd", params, x, recency, tAge);
  const buys = 1 - probabilityOfNone("mbg_nbd", params, history, horizon);
  const onSchedule = -Math.expm1(-horizon / Math.max(1, cadence));
  const overdue = Math.max(0, tAge - recency - cadence) / Math.max(1, cadence);
  return Math.min(alive, buys / Math.max(1e-9, onSchedule)) / (1 + 0.15 * overdue);
}

function threshold(level: number, label: string, help: string): ParamSpec {
  return { kind: "number", default: level, min: 0, max: 1, unit: "share", label, help };
}

interface Rules {
  readonly params: BtydParams | undefined;
  readonly meanInterval: number;
  readonly newDays: number;
  readonly cuts: readonly number[];
  readonly horizon: number;
}

/** Stage of a history and the days since it began. */
function stageOf(rules: Rules, { x, recency, tAge }: PurchaseHistory): { stage: string; days: number } {
  if (x === 0 && tAge <= rules.newDays) return { stage: "new", days: tAge };
  const since = tAge - recency;
  const cadence = (recency + 2 * rules.meanInterval) / (x + 2);
  const levelAt = (days: number) => {
    const value = rules.params
      ? closeness(rules.params, { x, recency, tAge: recency + days }, cadence, rules.horizon)
      : Math.exp(-days / (2 * cadence));
    return rules.cuts.filter((cut) => value >= cut).length;
  };
  const level = levelAt(since);
  const first = Math.max(firstDayOf(level, since, levelAt), x === 0 ? rules.newDays + 1 : 0);
  return { stage: order[level] ?? "lapsed", days: Math.max(0, since - first) };
}

/** The first day without a purchase on which the level held, by bisection; levels only fall as days pass. */
function firstDayOf(level: number, since: number, levelAt: (days: number) => number): number {
  let low = 0;
  let high = since;
  if (levelAt(0) <= level) return 0;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (levelAt(middle) <= level) high = middle;
    else low = middle;
  }
  return Math.ceil(high);
}

interface Histories {
  readonly frequency: Float64Array;
  readonly recency: Float64Array;
  readonly tAge: Float64Array;
}

function stagesOf(rules: Rules, { frequency, recency, tAge }: Histories, throwIfCancelled: () => void) {
  const groups = compressSummary(frequency, recency, tAge);
  const found = Array.from(groups.count, (_, at) => {
    if (at % 4096 === 0) throwIfCancelled();
    const history = { x: groups.frequency[at] ?? 0, recency: groups.recency[at] ?? 0, tAge: groups.tAge[at] ?? 0 };
    return stageOf(rules, history);
  });
  return {
    stage: Array.from(groups.group, (at) => found[at]?.stage ?? null),
    days: Float64Array.from(groups.group, (at) => found[at]?.days ?? Number.NaN),
  };
}

const defaultCuts = { new: 60, active: 0.5, cooling: 0.25, atRisk: 0.1 } as const;

/** Stages of histories of an earlier day by the cuts that nobody has moved, for models that learn from such days. */
export function stagesBefore(
  params: BtydParams,
  histories: Histories,
  { horizon, throwIfCancelled }: { horizon: number; throwIfCancelled: () => void },
): (string | null)[] {
  const { frequency, recency } = histories;
  const repeats = Float64Array.from(frequency)
    .sort()
    .reduce((sum, x) => sum + x, 0);
  const days = Float64Array.from(recency)
    .sort()
    .reduce((sum, value) => sum + value, 0);
  const cuts = [defaultCuts.atRisk, defaultCuts.cooling, defaultCuts.active];
  const meanInterval = repeats > 0 ? days / repeats : 90;
  return stagesOf({ params, meanInterval, newDays: defaultCuts.new, cuts, horizon }, histories, throwIfCancelled).stage;
}

export const lifecycleStage = defineModel({
  name: "lifecycle_stage",
  version: 5,
  title: "Lifecycle stage",
  group: "lifecycle",
  inputs: { summary: { feature: "purchase_summary" } },
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
      "The chance to buy within the horizon under MBG/NBD, over the chance that somebody of the same cadence has who surely is a customer; cut at three levels. Cadence is the mean interval, drawn towards the population's for few purchases.",
    references: [
      "Hoppe & Wagner (2007): Customer Base Analysis, Marketing JRM 29(2), for the purchase model.",
      "Buckinx & Van den Poel (2005): Customer base analysis: partial defection of behaviourally loyal clients, EJOR 164(1).",
    ],
    assumptions: [
      "A customer's own cadence changes slowly.",
      "Silence beyond the own cadence is the first sign of leaving.",
    ],
    limits: [
      "One cut for a retailer's stages is a convention: move it by the parameters.",
      "Days in a stage are those since the score crossed its cut with no further purchase.",
      "A stage has no limits; the probability behind it stands beside it.",
      "Scaled to the own cadence, stages tell who is leaving: who buys soon is told better by the probability to purchase.",
    ],
    metrics: [
      "auc of the stage's order for buying after the cut, against stages of the same sizes by days since the last purchase",
      "whether the share that buys again falls strictly from stage to stage",
    ],
  },
  fit: (inputs): Json => {
    const summary = requireTable(inputs, "summary");
    const repeats = numbers(summary, "frequency").reduce((sum, x) => sum + x, 0);
    const days = numbers(summary, "recency").reduce((sum, value) => sum + value, 0);
    return { purchases: fitSummaryTable(summary), mean_interval_days: repeats > 0 ? days / repeats : 90 };
  },
  score: (inputs, fitted, settings, context) => {
    const summary = requireTable(inputs, "summary");
    const { purchases = null, mean_interval_days: meanInterval = 90 } = (fitted ?? {}) as unknown as Partial<Fitted>;
    const rules: Rules = {
      params: paramsOf(purchases),
      meanInterval,
      newDays: Number(settings.new_days),
      cuts: ["at_risk_from", "cooling_from", "active_from"].map((name) => Number(settings[name])),
      horizon: context.purchaseHorizonDays,
    };
    const frequency = numbers(summary, "frequency");
    const histories = { frequency, recency: numbers(summary, "recency"), tAge: numbers(summary, "t_age") };
    const { stage, days } = stagesOf(rules, histories, context.throwIfCancelled);
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

import type { Json } from "../../../shared/base/canonical-json.ts";
import { type BtydParams, probabilityAlive } from "../../numeric/buy-till-you-die.ts";
import { auc } from "../../numeric/scoring.ts";
import { defineModel } from "../define.ts";
import { matchRows, numbers, requireTable, scoreTable, texts } from "../tables.ts";
import { fitSummaryTable, paramsOf } from "./btyd-model.ts";

const order = ["lapsed", "at_risk", "cooling", "active", "new"] as const;

interface Fitted {
  readonly purchases: Json;
  readonly mean_interval_days: number;
}

/** How close somebody is to what an undoubted customer of the same cadence would do: the chance to buy within the horizon over
 *  that of one who surely is a customer. One for whoever keeps to the cadence, falling with every day beyond it. */
function closeness(params: BtydParams, history: { x: number; recency: number; tAge: number }, cadence: number, horizon: number): number {
  const { x, recency, tAge } = history;
  const shape = params.r + x;
  const buys = 1 - ((params.alpha + tAge) / (params.alpha + tAge + horizon)) ** shape;
  const onSchedule = 1 - Math.exp(-horizon / Math.max(1, cadence));
  const overdue = Math.max(0, tAge - recency - cadence) / Math.max(1, cadence);
  return (probabilityAlive("mbg_nbd", params, x, recency, tAge) * Math.min(1, buys / Math.max(1e-9, onSchedule))) / (1 + 0.15 * overdue);
}

export const lifecycleStage = defineModel({
  name: "lifecycle_stage",
  version: 1,
  title: "Lifecycle stage",
  group: "lifecycle",
  inputs: { summary: { feature: "purchase_summary" } },
  params: {
    new_days: { kind: "number", default: 60, min: 1, max: 365, integer: true, unit: "days", label: "New for", help: "Days after the first purchase in which a customer counts as new." },
    active_from: { kind: "number", default: 0.5, min: 0, max: 1, unit: "share", label: "Active from", help: "Least closeness to the own cadence of an active customer." },
    cooling_from: { kind: "number", default: 0.25, min: 0, max: 1, unit: "share", label: "Cooling from", help: "Least closeness of a cooling customer." },
    at_risk_from: { kind: "number", default: 0.1, min: 0, max: 1, unit: "share", label: "At risk from", help: "Least closeness of a customer at risk; below it is lapsed." },
  },
  outputs: [
    { name: "lifecycle_stage", type: "VARCHAR" },
    { name: "days_in_stage", type: "INTEGER", unit: "days" },
  ],
  card: {
    purpose: "Where each customer stands between a first purchase and being lost, by what is usual for that customer.",
    method: "The chance to buy within the horizon under MBG/NBD, over the chance that somebody of the same cadence has who surely is a customer; cut at three levels. Cadence is the mean interval, drawn towards the population's for few purchases.",
    references: ["Hoppe & Wagner (2007), for the purchase model.", "Buckinx & Van den Poel (2005): Customer base analysis: partial defection of behaviourally loyal clients, EJOR 164(1)."],
    assumptions: ["A customer's own cadence changes slowly.", "Silence beyond the own cadence is the first sign of leaving."],
    limits: ["One cut for a retailer's stages is a convention: move it by the parameters.", "Days in a stage are those since the score crossed its cut with no further purchase.", "A stage has no limits; the probability behind it stands beside it."],
    metrics: ["auc of the stage's order for buying after the cut, against days since the last purchase", "whether the share that buys again falls strictly from stage to stage"],
  },
  fit: (inputs): Json => {
    const summary = requireTable(inputs, "summary");
    const frequency = numbers(summary, "frequency");
    const recency = numbers(summary, "recency");
    const repeats = frequency.reduce((sum, x) => sum + x, 0);
    const days = recency.reduce((sum, value) => sum + value, 0);
    return { purchases: fitSummaryTable("mbg_nbd", summary), mean_interval_days: repeats > 0 ? days / repeats : 90 };
  },
  score: (inputs, fitted, settings, context) => {
    const summary = requireTable(inputs, "summary");
    const { purchases = null, mean_interval_days: meanInterval = 90 } = (fitted ?? {}) as unknown as Partial<Fitted>;
    const params = paramsOf(purchases);
    const cuts = [Number(settings["at_risk_from"]), Number(settings["cooling_from"]), Number(settings["active_from"])];
    const newDays = Number(settings["new_days"]);
    const frequency = numbers(summary, "frequency");
    const recency = numbers(summary, "recency");
    const tAge = numbers(summary, "t_age");
    const n = summary.rows;
    const stage = new Array<string | null>(n).fill(null);
    const days = new Float64Array(n);
    const reason = new Array<string | null>(n).fill(null);
    for (let at = 0; at < n; at++) {
      const history = { x: frequency[at] ?? 0, recency: recency[at] ?? 0, tAge: tAge[at] ?? 0 };
      const since = history.tAge - history.recency;
      if (history.x === 0 && history.tAge <= newDays) {
        stage[at] = "new";
        days[at] = history.tAge;
        continue;
      }
      const cadence = (history.recency + 2 * meanInterval) / (history.x + 2);
      const levelAt = (sinceLast: number) => {
        const value = params ? closeness(params, { ...history, tAge: history.recency + sinceLast }, cadence, context.purchaseHorizonDays) : Math.exp(-sinceLast / (2 * cadence));
        return cuts.filter((cut) => value >= cut).length;
      };
      const level = levelAt(since);
      stage[at] = order[level] ?? "lapsed";
      days[at] = since - firstDayOf(level, since, levelAt);
      if (!params) reason[at] = "by_cadence_alone";
    }
    const enough = Float64Array.from(frequency, (x) => (x > 0 ? 1 : 0));
    return scoreTable(texts(summary, "customer_id"), { lifecycle_stage: stage, days_in_stage: days }, { enough, reason });
  },
  evaluate: (inputs, scores, holdout) => {
    const summary = requireTable(inputs, "summary");
    const rows = matchRows(holdout.outcomes, summary);
    const scoreRows = matchRows(holdout.outcomes, scores);
    const kept = Array.from(rows.keys()).filter((at) => (rows[at] ?? -1) >= 0 && (scoreRows[at] ?? -1) >= 0);
    if (kept.length < 20) return [];
    const bought = numbers(holdout.outcomes, "n_purchases");
    const positive = kept.map((at) => (bought[at] ?? 0) > 0);
    const stages = texts(scores, "lifecycle_stage");
    // new is no rank among the others: between cooling and active, where its repurchase lies
    const rank: Readonly<Record<string, number>> = { lapsed: 0, at_risk: 1, cooling: 2, new: 2.5, active: 3 };
    const value = Float64Array.from(kept, (at) => rank[stages[scoreRows[at] ?? 0] ?? ""] ?? 0);
    const recent = Float64Array.from(kept, (at) => -(numbers(summary, "days_since_last_purchase")[rows[at] ?? 0] ?? 0));
    const [own, naive] = [auc(value, positive), auc(recent, positive)];
    if (!Number.isFinite(own.value)) return [];
    const rates = (["active", "cooling", "at_risk", "lapsed"] as const).map((name) => {
      const mine = kept.flatMap((at, i) => (stages[scoreRows[at] ?? 0] === name ? [positive[i] ? 1 : 0] : []));
      return mine.length > 0 ? mine.reduce<number>((sum, one) => sum + one, 0) / mine.length : Number.NaN;
    });
    const steps = rates.slice(1).map((rate, i) => (rates[i] ?? 0) > rate);
    const falls = steps.filter(Boolean).length / steps.length;
    return [
      { metric: "auc", ...own, baseline: "days since the last purchase", baselineValue: naive.value, n: kept.length, higherIsBetter: true, beatsBaseline: own.value > naive.value },
      { metric: "repurchase_falls_by_stage", value: falls, low: Number.NaN, high: Number.NaN, baseline: "every step falls", baselineValue: 1, n: kept.length, higherIsBetter: true, beatsBaseline: falls === 1 },
    ];
  },
});

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

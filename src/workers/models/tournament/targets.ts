import type { ColumnTable } from "../../../shared/domain/column.ts";
import type { MethodTrial, ModelTarget, TournamentMetric } from "../../../shared/domain/tournament.ts";
import {
  absoluteErrors,
  auc,
  biasInterval,
  brierErrors,
  type Measured,
  meanInterval,
  rootMeanSquare,
  spearman,
} from "../../numeric/scoring.ts";
import { numbers } from "../tables.ts";
import type { Scale } from "./one-time.ts";

/** A metric of a forecast and the loss that it stands for: what the naive forecast's is divided into. */
export interface Judged {
  readonly metric: string;
  readonly measured: Measured;
  readonly loss: number;
}

export interface TargetDeclaration {
  readonly target: ModelTarget;
  /** The model that stands where nothing could be judged. */
  readonly standing: string;
  /** Column of the outcomes, as the forecast has it. */
  readonly outcome: (outcomes: ColumnTable) => Float64Array;
  /** The rule of thumb, from the purchase summary at the cut. */
  readonly naive: (summary: ColumnTable, horizonDays: number) => Float64Array;
  /** The candidates' chance of any, and the model whose chance may refine it, where the outcome is a count. */
  readonly refining?: { readonly column: string; readonly model: string };
  /** Whether the best candidate is blended with another, and its level moved, where earlier cuts say so. */
  readonly blends?: true;
  /** On what scale forecasts of one-time buyers are turned where earlier cuts say that they spread too much, or too little. */
  readonly turns?: Scale;
  /** Whether it is judged over all of the published horizon where the history allows. */
  readonly overHorizon?: true;
  readonly judge: (predicted: Float64Array, actual: Float64Array) => readonly Judged[];
}

const finite = (value: number) => (Number.isFinite(value) ? value : null);
const isAbove = (values: Float64Array) => Array.from(values, (value) => value > 0);
export const lossOf = (metric: string, measured: Measured, loss = measured.value): Judged => ({
  metric,
  measured,
  loss,
});

/** Errors alone would crown whoever forecasts too little, since most buy nothing: the ranking weighs as much. */
function judgeAmounts(
  rank: (predicted: Float64Array, actual: Float64Array) => Judged,
  unit = "",
): TargetDeclaration["judge"] {
  return (predicted, actual) => {
    const errors = absoluteErrors(predicted, actual);
    return [
      lossOf(`mae${unit}`, meanInterval(errors)),
      lossOf(`rmse${unit}`, rootMeanSquare(errors)),
      rank(predicted, actual),
    ];
  };
}

const judgeMoney = judgeAmounts((predicted, actual) => {
  const ranked = spearman(predicted, actual);
  return lossOf("spearman", ranked, 1 - ranked.value);
}, "_minor");

/** All that was told beside all that came: how many times too much, or too little, a sum of values would have been. */
function judgeTotal(predicted: Float64Array, actual: Float64Array): Judged {
  const bias = biasInterval(predicted, actual);
  return lossOf("bias", bias, Math.min(mostTimes, Math.exp(Math.abs(Math.log1p(bias.value)))));
}

const mostTimes = 100;

export const targets: readonly TargetDeclaration[] = [
  {
    target: "purchases",
    standing: "mbg_nbd",
    outcome: (outcomes) => numbers(outcomes, "n_purchases"),
    naive: (summary, horizonDays) => {
      const age = numbers(summary, "t_age");
      return numbers(summary, "frequency").map((x, at) => (x / Math.max(1, age[at] ?? 1)) * horizonDays);
    },
    refining: { column: "probability_purchase", model: "purchase_propensity" },
    blends: true,
    turns: "count",
    judge: judgeAmounts((predicted, actual) => {
      const ranked = auc(predicted, isAbove(actual));
      return lossOf("auc", ranked, 1 - ranked.value);
    }),
  },
  {
    target: "chance",
    standing: "purchase_propensity",
    outcome: (outcomes) => numbers(outcomes, "n_purchases").map((count) => (count > 0 ? 1 : 0)),
    naive: (summary, horizonDays) =>
      numbers(summary, "days_since_last_purchase").map((days) => horizonDays / (2 * horizonDays + Math.max(0, days))),
    turns: "chance",
    judge: (predicted, actual) => {
      const bought = isAbove(actual);
      const ranked = auc(predicted, bought);
      return [lossOf("brier", meanInterval(brierErrors(predicted, bought))), lossOf("auc", ranked, 1 - ranked.value)];
    },
  },
  {
    target: "value",
    standing: "customer_value",
    overHorizon: true,
    outcome: (outcomes) => numbers(outcomes, "revenue_minor"),
    naive: (summary, horizonDays) => {
      const age = numbers(summary, "t_age");
      return numbers(summary, "revenue_minor").map((sum, at) => (sum / Math.max(30, age[at] ?? 30)) * horizonDays);
    },
    judge: (predicted, actual) => [...judgeMoney(predicted, actual), judgeTotal(predicted, actual)],
  },
];

export function toldMetrics(judged: readonly Judged[]): TournamentMetric[] {
  return judged.map(({ metric, measured: { value, low, high } }) => ({
    metric,
    value: finite(value),
    low: finite(low),
    high: finite(high),
  }));
}

/** A method's trial as it is kept. */
export function trialOf(
  method: string,
  n: number,
  judged: readonly Judged[],
  settings?: Readonly<Record<string, number>>,
): MethodTrial {
  const told = toldMetrics(judged);
  const withLosses = told.map((one, at) => ({ ...one, loss: finite(judged[at]?.loss ?? Number.NaN) }));
  return { method, n, judged: withLosses, ...(settings ? { settings } : {}) };
}

interface Lost {
  readonly loss: number | null;
}

/** Geometric mean of a forecast's losses as multiples of the naive one's, over the metrics that both have; NaN without any. */
export function relativeLoss(own: readonly Lost[], naive: readonly Lost[]): number {
  const logs = own.flatMap(({ loss }, at) => {
    const other = naive[at]?.loss ?? Number.NaN;
    const log = Math.log((loss ?? Number.NaN) / other);
    return Number.isFinite(log) ? [log] : [];
  });
  return logs.length === 0 ? Number.NaN : Math.exp(logs.reduce((sum, log) => sum + log, 0) / logs.length);
}

/** Mean over cuts of the logarithm of a forecast's loss relative to the naive one's. */
export function meanRelativeOf<Cut extends { readonly actual: Float64Array; readonly naive: Float64Array }>(
  target: TargetDeclaration,
  cuts: readonly Cut[],
  forecast: (cut: Cut) => Float64Array,
): number {
  const logs = cuts.map((cut) => {
    const naive = target.judge(cut.naive, cut.actual);
    return Math.log(relativeLoss(target.judge(forecast(cut), cut.actual), naive));
  });
  return logs.reduce((sum, log) => sum + log, 0) / logs.length;
}

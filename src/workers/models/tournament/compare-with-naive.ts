import type { Evaluation } from "../../../shared/domain/model.ts";
import { tournamentQuestions } from "../../../shared/domain/tournament.ts";
import {
  absoluteErrors,
  aucDifference,
  biasInterval,
  brierErrors,
  type Measured,
  spearmanDifference,
} from "../../numeric/scoring.ts";
import { calibrationBins, compare, compareLimits } from "../evaluation.ts";
import type { TargetDeclaration } from "./targets.ts";

interface Against {
  readonly naive: Float64Array;
  readonly actual: Float64Array;
  /** 80 % limits, where the target has them. */
  readonly limits?: { readonly low: Float64Array; readonly high: Float64Array };
}

/** A forecast's metrics beside the naive forecast's on the same customers. */
export function compareWithNaive(
  target: TargetDeclaration,
  predicted: Float64Array,
  { naive, actual, limits }: Against,
): Evaluation[] {
  const theirs = target.judge(naive, actual);
  const n = actual.length;
  const isBought = Array.from(actual, (value) => value > 0);
  // the bias is told for every amount, below
  const judged = target.judge(predicted, actual).filter(({ metric }) => metric !== "bias");
  const rows = judged.map(({ metric, measured }, at) =>
    compare({
      metric,
      own: measured,
      baseline: tournamentQuestions[target.target].naive,
      naive: theirs[at]?.measured.value ?? Number.NaN,
      n,
      better: metric === "auc" || metric === "spearman" ? "higher" : "lower",
      ...differenceOf(metric, predicted, { naive, actual }),
    }),
  );
  if (target.target === "chance") {
    return rows.map((row) =>
      row.metric === "brier"
        ? { ...row, calibration: calibrationBins(predicted, Float64Array.from(isBought, Number)) }
        : row,
    );
  }
  const bias = (values: Float64Array) => biasInterval(values, actual);
  return [
    ...rows,
    compare({
      metric: "bias",
      own: bias(predicted),
      baseline: tournamentQuestions[target.target].naive,
      naive: bias(naive).value,
      n,
      better: "nearer to 0",
    }),
    ...(limits
      ? compareLimits({
          metric: target.target === "value" ? "interval_score_minor" : "interval_score",
          rule: tournamentQuestions[target.target].naive,
          forecast: naive,
          ...limits,
          actual,
        })
      : []),
  ];
}

function differenceOf(
  metric: string,
  predicted: Float64Array,
  { naive, actual }: Against,
): { pairs?: { own: Float64Array; naive: Float64Array }; difference?: Measured } {
  const happened = Array.from(actual, (value) => value > 0);
  if (metric.startsWith("mae"))
    return { pairs: { own: absoluteErrors(predicted, actual), naive: absoluteErrors(naive, actual) } };
  if (metric === "brier")
    return { pairs: { own: brierErrors(predicted, happened), naive: brierErrors(naive, happened) } };
  if (metric === "auc") return { difference: aucDifference(predicted, naive, happened) };
  if (metric === "spearman") return { difference: spearmanDifference(predicted, naive, actual) };
  return {};
}

import type { Json } from "../../../shared/base/canonical-json.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import type { Evaluation, Holdout, ModelCard, ModelContext, ModelDeclaration, Tables } from "../../../shared/domain/model.ts";
import { type BtydFit, type BtydParams, expectedPurchases, fitBtyd, probabilityAlive, purchaseDistribution, type Variant } from "../../numeric/buy-till-you-die.ts";
import { compressSummary } from "../../numeric/compress.ts";
import { absoluteErrors, auc, meanInterval, pitCoverage } from "../../numeric/scoring.ts";
import { gather, matchRows, numbers, requireTable, scoreTable, texts } from "../tables.ts";

export interface FittedBtyd {
  readonly params: BtydParams;
  readonly [other: string]: Json | BtydParams;
}

export function fittedJson(fit: BtydFit): Json {
  const finite = (value: number) => (Number.isFinite(value) ? value : null);
  return {
    params: { ...fit.params },
    standard_errors: Object.fromEntries(Object.entries(fit.standardErrors).map(([name, value]) => [name, finite(value)])),
    log_likelihood: finite(fit.logLikelihood),
    n_customers: fit.customers,
    n_distinct: fit.distinct,
    iterations: fit.iterations,
    converged: fit.converged,
  };
}

/** Parameters in a fit's JSON; undefined where there was nothing to fit. */
export function paramsOf(fitted: Json): BtydParams | undefined {
  if (typeof fitted !== "object" || fitted === null || !("params" in fitted)) return undefined;
  return fitted.params as unknown as BtydParams;
}

export function fitSummaryTable(variant: Variant, summary: ColumnTable): Json {
  if (summary.rows === 0) return null;
  return fittedJson(fitBtyd(variant, numbers(summary, "frequency"), numbers(summary, "recency"), numbers(summary, "t_age")));
}

const outputNames = ["probability_alive", "expected_purchases", "expected_purchases_low", "expected_purchases_high", "probability_purchase", "purchases_sd", "probability_none"] as const;

/** Scores distinct histories once and copies them to their customers. */
function scoreBtyd(variant: Variant, inputs: Tables, fitted: Json, context: ModelContext): ColumnTable {
  const summary = requireTable(inputs, "summary");
  const ids = texts(summary, "customer_id");
  const params = paramsOf(fitted);
  const outputs = Object.fromEntries(outputNames.map((name) => [name, new Float64Array(summary.rows).fill(Number.NaN)])) as Record<(typeof outputNames)[number], Float64Array>;
  const reason = new Array<string | null>(summary.rows).fill(params ? null : "not_enough_data");
  const enough = new Float64Array(summary.rows).fill(0);
  if (!params) return scoreTable(ids, outputs, { enough, reason });
  const frequency = numbers(summary, "frequency");
  const groups = compressSummary(frequency, numbers(summary, "recency"), numbers(summary, "t_age"));
  const scored = Array.from(groups.frequency, (x, at) => {
    if (at % 4096 === 0) context.throwIfCancelled();
    return scoreHistory(variant, params, { x, recency: groups.recency[at] ?? 0, tAge: groups.tAge[at] ?? 0 }, context);
  });
  for (let row = 0; row < summary.rows; row++) {
    const score = scored[groups.group[row] ?? 0];
    for (const name of outputNames) outputs[name][row] = score?.[name] ?? Number.NaN;
    enough[row] = (frequency[row] ?? 0) > 0 ? 1 : 0;
  }
  return scoreTable(ids, outputs, { enough, reason });
}

interface History {
  readonly x: number;
  readonly recency: number;
  readonly tAge: number;
}

function scoreHistory(variant: Variant, params: BtydParams, history: History, context: ModelContext): Record<(typeof outputNames)[number], number> {
  const distribution = purchaseDistribution(variant, params, history, context.horizonDays);
  const [low, high] = countLimits(distribution);
  const mean = expectedPurchases(variant, params, history, context.horizonDays);
  const second = distribution.reduce((sum, p, n) => sum + p * n * n, 0);
  const soon = purchaseDistribution(variant, params, history, context.purchaseHorizonDays, 0.999999);
  return {
    probability_alive: probabilityAlive(variant, params, history.x, history.recency, history.tAge),
    expected_purchases: mean,
    expected_purchases_low: low,
    expected_purchases_high: high,
    probability_purchase: 1 - (soon[0] ?? 1),
    purchases_sd: Math.sqrt(Math.max(0, second - mean * mean)),
    probability_none: distribution[0] ?? 1,
  };
}

/** Least counts that 10 % and 90 % of the probability lie up to. */
export function countLimits(distribution: readonly number[]): [number, number] {
  let told = 0;
  let low: number | undefined;
  for (const [n, p] of distribution.entries()) {
    told += p;
    if (low === undefined && told >= 0.1) low = n;
    if (told >= 0.9) return [low ?? 0, n];
  }
  return [low ?? 0, Math.max(0, distribution.length - 1)];
}

function evaluateBtyd(variant: Variant, inputs: Tables, scores: ColumnTable, holdout: Holdout, fitted: Json, context: ModelContext): Evaluation[] {
  const summary = requireTable(inputs, "summary");
  const params = paramsOf(fitted);
  if (!params || holdout.outcomes.rows < 20) return [];
  const rows = matchRows(holdout.outcomes, summary);
  const scoreRows = matchRows(holdout.outcomes, scores);
  const kept = Array.from(rows, (row, at) => (row >= 0 && (scoreRows[at] ?? -1) >= 0 ? at : -1)).filter((at) => at >= 0);
  const take = (column: Float64Array) => Float64Array.from(kept, (at) => column[at] ?? Number.NaN);
  const actual = take(numbers(holdout.outcomes, "n_purchases"));
  const expected = take(gather(numbers(scores, "expected_purchases"), scoreRows));
  const x = take(gather(numbers(summary, "frequency"), rows));
  const recency = take(gather(numbers(summary, "recency"), rows));
  const tAge = take(gather(numbers(summary, "t_age"), rows));
  const n = kept.length;
  const naive = x.map((value, at) => (value / Math.max(1, tAge[at] ?? 1)) * holdout.horizonDays);
  const errors = absoluteErrors(expected, actual);
  const naiveErrors = absoluteErrors(naive, actual);
  const mae = meanInterval(errors);
  const naiveMae = meanInterval(naiveErrors);
  const bought = Array.from(actual, (value) => value > 0);
  const ranking = auc(take(gather(numbers(scores, "probability_purchase"), scoreRows)), bought);
  const byFrequency = auc(x, bought);
  const below = new Float64Array(n);
  const at = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const distribution = purchaseDistribution(variant, params, { x: x[i] ?? 0, recency: recency[i] ?? 0, tAge: tAge[i] ?? 0 }, holdout.horizonDays);
    const y = actual[i] ?? 0;
    below[i] = distribution.slice(0, y).reduce((sum, p) => sum + p, 0);
    at[i] = distribution[y] ?? 1e-6;
  }
  const coverage = pitCoverage(below, at, context.seed);
  const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);
  const total = Math.max(1, sum(actual));
  const evaluations: Evaluation[] = [
    { metric: "mae", ...mae, baseline: "x / T × horizon", baselineValue: naiveMae.value, n, higherIsBetter: false, beatsBaseline: mae.value < naiveMae.value },
    { metric: "bias", value: sum(expected) / total - 1, low: Number.NaN, high: Number.NaN, baseline: "x / T × horizon", baselineValue: sum(naive) / total - 1, n, higherIsBetter: false, beatsBaseline: Math.abs(sum(expected) / total - 1) < Math.abs(sum(naive) / total - 1) },
    { metric: "auc", ...ranking, baseline: "frequency", baselineValue: byFrequency.value, n, higherIsBetter: true, beatsBaseline: ranking.value > byFrequency.value },
    { metric: "coverage_80_pit", ...coverage, baseline: "nominal", baselineValue: 0.8, n, higherIsBetter: true, beatsBaseline: Math.abs(coverage.value - 0.8) < 0.05 },
  ];
  return evaluations.filter(({ value }) => Number.isFinite(value));
}

/** A customer-base model of this family as a declaration. */
export function btydModel(variant: Variant, title: string, card: ModelCard): ModelDeclaration {
  return {
    name: variant,
    version: 1,
    title,
    group: "lifecycle",
    inputs: { summary: { feature: "purchase_summary" } },
    params: {},
    outputs: [
      { name: "probability_alive", type: "DOUBLE", unit: "share" },
      { name: "expected_purchases", type: "DOUBLE", unit: "count" },
      { name: "expected_purchases_low", type: "DOUBLE", unit: "count" },
      { name: "expected_purchases_high", type: "DOUBLE", unit: "count" },
      { name: "probability_purchase", type: "DOUBLE", unit: "share" },
      { name: "purchases_sd", type: "DOUBLE", unit: "count" },
      { name: "probability_none", type: "DOUBLE", unit: "share" },
    ],
    card,
    fit: (inputs) => fitSummaryTable(variant, requireTable(inputs, "summary")),
    score: (inputs, fitted, _, context) => scoreBtyd(variant, inputs, fitted, context),
    evaluate: (inputs, scores, holdout, fitted, _, context) => evaluateBtyd(variant, inputs, scores, holdout, fitted, context),
  };
}

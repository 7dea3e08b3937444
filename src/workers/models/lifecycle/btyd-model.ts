import type { Json } from "../../../shared/base/canonical-json.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import type { Evaluation, Holdout, ModelCard, ModelDeclaration } from "../../../shared/domain/model.ts";
import { type BtydFit, fitBtyd } from "../../numeric/btyd-fit.ts";
import {
  type BtydParams,
  expectedPurchases,
  type PurchaseHistory,
  probabilityAlive,
  probabilityOfNone,
  purchaseDistribution,
  type Variant,
} from "../../numeric/buy-till-you-die.ts";
import { compressSummary } from "../../numeric/compress.ts";
import { countLimits } from "../../numeric/intervals.ts";
import { absoluteErrors, auc, biasInterval, brierErrors, meanInterval } from "../../numeric/scoring.ts";
import { compare, coverage, join, known, leastCustomers } from "../evaluation.ts";
import { blank, numbers, requireTable, scoreTable, texts } from "../tables.ts";

/** A fit as JSON; a standard error that isn't known is null. */
export function fittedJson(fit: BtydFit): Json {
  const finite = (value: number) => (Number.isFinite(value) ? value : null);
  const errors = Object.entries(fit.standardErrors).map(([name, value]) => [name, finite(value)]);
  return {
    params: { ...fit.params },
    standard_errors: Object.fromEntries(errors),
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
  const [x, recency, tAge] = ["frequency", "recency", "t_age"].map((name) => numbers(summary, name));
  return x && recency && tAge ? fittedJson(fitBtyd(variant, x, recency, tAge)) : null;
}

const outputNames = [
  "probability_alive",
  "expected_purchases",
  "expected_purchases_low",
  "expected_purchases_high",
  "probability_purchase",
  "purchases_sd",
  "probability_none",
] as const;
type PurchaseScores = Record<(typeof outputNames)[number], Float64Array>;

export interface Scoring {
  readonly frequency: Float64Array;
  readonly recency: Float64Array;
  readonly tAge: Float64Array;
  readonly horizon: number;
  /** Horizon of probability_purchase. */
  readonly soon: number;
  readonly throwIfCancelled?: () => void;
}

/** Scores of purchase summaries in their own unit of time: distinct histories once, then copied to their customers. */
export function scorePurchases(variant: Variant, params: BtydParams, scoring: Scoring): PurchaseScores {
  const groups = compressSummary(scoring.frequency, scoring.recency, scoring.tAge);
  const columns = (n: number) => Object.fromEntries(outputNames.map((name) => [name, blank(n)])) as PurchaseScores;
  const scored = columns(groups.count.length);
  for (let at = 0; at < groups.count.length; at++) {
    if (at % 4096 === 0) scoring.throwIfCancelled?.();
    const history = { x: groups.frequency[at] ?? 0, recency: groups.recency[at] ?? 0, tAge: groups.tAge[at] ?? 0 };
    scoreHistory(variant, params, { history, at, scored, ...scoring });
  }
  const result = columns(groups.group.length);
  for (const name of outputNames) {
    const [from, to] = [scored[name], result[name]];
    for (let row = 0; row < to.length; row++) to[row] = from[groups.group[row] ?? 0] ?? Number.NaN;
  }
  return result;
}

interface Place {
  readonly history: PurchaseHistory;
  readonly at: number;
  readonly scored: PurchaseScores;
  readonly horizon: number;
  readonly soon: number;
}

function scoreHistory(variant: Variant, params: BtydParams, { history, at, scored, horizon, soon }: Place): void {
  const { x, recency, tAge } = history;
  const distribution = purchaseDistribution(variant, params, history, horizon);
  const [low, high] = countLimits(distribution);
  const mean = expectedPurchases(variant, params, history, horizon);
  let variance = 0;
  for (let n = 0; n < distribution.length; n++) variance += (distribution[n] ?? 0) * (n - mean) ** 2;
  scored.probability_alive[at] = probabilityAlive(variant, params, x, recency, tAge);
  scored.expected_purchases[at] = mean;
  scored.expected_purchases_low[at] = low;
  scored.expected_purchases_high[at] = high;
  scored.probability_purchase[at] = 1 - probabilityOfNone(variant, params, history, soon);
  scored.purchases_sd[at] = Math.sqrt(variance);
  scored.probability_none[at] = distribution[0] ?? 1;
}

interface Judging {
  readonly summary: ColumnTable;
  readonly scores: ColumnTable;
  readonly holdout: Holdout;
  readonly fitted: Json;
  readonly seed: number;
}

function evaluateBtyd(variant: Variant, { summary, scores, holdout, fitted, seed }: Judging): readonly Evaluation[] {
  const params = paramsOf(fitted);
  const { outcomes, horizonDays } = holdout;
  const joined = join(outcomes, [summary, scores]);
  if (!params || joined.n < leastCustomers) return [];
  const actual = joined.numbers(outcomes, "n_purchases");
  const expected = joined.numbers(scores, "expected_purchases");
  const x = joined.numbers(summary, "frequency");
  const recency = joined.numbers(summary, "recency");
  const tAge = joined.numbers(summary, "t_age");
  const n = joined.n;
  const naive = x.map((value, at) => (value / Math.max(1, tAge[at] ?? 1)) * horizonDays);
  const bought = Array.from(actual, (value) => value > 0);
  const [below, at, buys] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)];
  for (let i = 0; i < n; i++) {
    const history = { x: x[i] ?? 0, recency: recency[i] ?? 0, tAge: tAge[i] ?? 0 };
    const distribution = purchaseDistribution(variant, params, history, horizonDays);
    const y = actual[i] ?? 0;
    for (let k = 0; k < y && k < distribution.length; k++) below[i] = (below[i] ?? 0) + (distribution[k] ?? 0);
    at[i] = distribution[y] ?? 0;
    buys[i] = 1 - (distribution[0] ?? 1);
  }
  const share = bought.filter(Boolean).length / n;
  const rate = "x / T × horizon";
  const mae = (values: Float64Array) => meanInterval(absoluteErrors(values, actual));
  const brier = (values: Float64Array) => meanInterval(brierErrors(values, bought));
  const bias = biasInterval(naive, actual).value;
  return known([
    compare({ metric: "mae", own: mae(expected), baseline: rate, naive: mae(naive).value, n, better: "lower" }),
    compare({
      metric: "bias",
      own: biasInterval(expected, actual),
      baseline: rate,
      naive: bias,
      n,
      better: "nearer to 0",
    }),
    compare({
      metric: "auc",
      own: auc(buys, bought),
      baseline: "frequency",
      naive: auc(x, bought).value,
      n,
      better: "higher",
    }),
    compare({
      metric: "brier",
      own: brier(buys),
      baseline: "share that bought",
      naive: share * (1 - share),
      n,
      better: "lower",
    }),
    coverage(below, at, seed),
  ]);
}

/** A customer-base model of this family as a declaration. */
export function btydModel(variant: Variant, title: string, card: ModelCard): ModelDeclaration {
  return {
    name: variant,
    version: 2,
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
    score: (inputs, fitted, _, context) => {
      const summary = requireTable(inputs, "summary");
      const params = paramsOf(fitted);
      const frequency = numbers(summary, "frequency");
      const history = { frequency, recency: numbers(summary, "recency"), tAge: numbers(summary, "t_age") };
      const { horizonDays: horizon, purchaseHorizonDays: soon, throwIfCancelled } = context;
      const none = () => Object.fromEntries(outputNames.map((name) => [name, blank(summary.rows)]));
      const outputs = params
        ? scorePurchases(variant, params, { ...history, horizon, soon, throwIfCancelled })
        : none();
      const reason = new Array<string | null>(summary.rows).fill(params ? null : "not_enough_data");
      const enough = frequency.map((x) => (params && x > 0 ? 1 : 0));
      return scoreTable(texts(summary, "customer_id"), outputs, { enough, reason });
    },
    evaluate: (inputs, scores, holdout, fitted, _, { seed }) =>
      evaluateBtyd(variant, { summary: requireTable(inputs, "summary"), scores, holdout, fitted, seed }),
  };
}

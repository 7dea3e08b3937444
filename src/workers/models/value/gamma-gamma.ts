import type { Json } from "../../../shared/base/canonical-json.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import { betaCdf } from "../../numeric/distributions.ts";
import {
  createSpendLimits,
  expectedSpend,
  fitGammaGamma,
  type GammaGammaParams,
  spendSd,
} from "../../numeric/gamma-gamma.ts";
import { absoluteErrors, meanInterval, rootMeanSquare } from "../../numeric/scoring.ts";
import { defineModel } from "../define.ts";
import { compare, compareLimits, coverage, join, known, leastCustomers } from "../evaluation.ts";
import { blank, numbers, requireTable, scoreTable, texts } from "../tables.ts";
import { expectedNext, limitsOfNext, shareBelow, spendRatiosIn, spendRatiosOf } from "./spend-ratios.ts";

function paramsOf(fitted: Json): GammaGammaParams | undefined {
  if (typeof fitted !== "object" || fitted === null || !("params" in fitted)) return undefined;
  const { p, q, gamma } = fitted.params as Readonly<Record<string, number>>;
  return p && q && gamma ? { p, q, v: gamma } : undefined;
}

/** Repeat purchases with an amount: their number and mean; 0 of both for whoever has none. */
function repeatsOf(frequency: Float64Array, mean: Float64Array): { x: Float64Array; mean: Float64Array } {
  const counts = frequency.map((x, at) => ((mean[at] ?? 0) > 0 ? x : 0));
  return { x: counts, mean: mean.map((value, at) => ((counts[at] ?? 0) > 0 ? value : 0)) };
}

/** Fits mean amounts of repeat buyers as JSON; null where fewer than two bought again. */
export function fitSpend(frequency: Float64Array, mean: Float64Array): Json {
  const repeats = repeatsOf(frequency, mean);
  const isRepeat = (_: number, at: number) => (repeats.x[at] ?? 0) > 0;
  const fit = fitGammaGamma(repeats.x.filter(isRepeat), repeats.mean.filter(isRepeat));
  if (!fit) return null;
  const finite = (value: number) => (Number.isFinite(value) ? value : null);
  const { params, standardErrors } = fit;
  return {
    params: { p: params.p, q: params.q, gamma: params.v },
    standard_errors: { p: finite(standardErrors.p), q: finite(standardErrors.q), gamma: finite(standardErrors.v) },
    log_likelihood: finite(fit.logLikelihood),
    n_customers: fit.customers,
    n_distinct: fit.distinct,
    iterations: fit.iterations,
    converged: fit.converged,
    warnings: [...fit.warnings],
  };
}

/** Expected spend a purchase with the 80 % limits of the customer's true mean, and the spread of one purchase. */
export function scoreSpend(params: GammaGammaParams, frequency: Float64Array, mean: Float64Array) {
  const repeats = repeatsOf(frequency, mean);
  const limits = createSpendLimits(params);
  const n = frequency.length;
  const [expected, low, high, sd] = [blank(n), blank(n), blank(n), blank(n)];
  for (let at = 0; at < n; at++) {
    const [x = 0, m = 0] = [repeats.x[at], repeats.mean[at]];
    [low[at], high[at]] = limits(x, m);
    expected[at] = expectedSpend(params, x, m);
    sd[at] = spendSd(params, x, m);
  }
  return { expected, low, high, sd };
}

/** Whoever has no fit to be drawn towards keeps the own mean, or the only purchase, without limits. */
function withoutFit(summary: ColumnTable): {
  expected: Float64Array;
  low: Float64Array;
  high: Float64Array;
  sd: Float64Array;
} {
  const repeats = repeatsOf(numbers(summary, "frequency"), numbers(summary, "monetary_value"));
  const first = numbers(summary, "first_transaction_minor");
  const expected = repeats.mean.map((value, at) => ((repeats.x[at] ?? 0) > 0 ? value : (first[at] ?? Number.NaN)));
  return { expected, low: blank(summary.rows), high: blank(summary.rows), sd: blank(summary.rows) };
}

export const gammaGamma = defineModel({
  name: "gamma_gamma",
  version: 8,
  title: "Gamma-Gamma spend model",
  group: "value",
  inputs: { summary: { feature: "purchase_summary" } },
  params: {},
  outputs: [
    { name: "expected_spend_minor", type: "DOUBLE", unit: "minor" },
    { name: "expected_spend_minor_low", type: "DOUBLE", unit: "minor" },
    { name: "expected_spend_minor_high", type: "DOUBLE", unit: "minor" },
    { name: "spend_sd_minor", type: "DOUBLE", unit: "minor" },
  ],
  card: {
    purpose:
      "What a customer spends on a purchase on average, drawn towards the population where there is little to go by.",
    method:
      "Gamma-Gamma: amounts of one customer follow a gamma distribution whose scale varies by another. Maximum likelihood (Newton's method) on the means of repeat purchases. What a customer is expected to spend rests on all purchases, the first included: somebody's only one tells of the next too. Limits are those of the next purchase's amount: the 10 % and 90 % quantiles of what repeat buyers' latest amounts were over what their earlier ones foretold, the first included, by how many those were; with fewer than 50 repeat buyers the model's own limits of a customer's true mean.",
    references: [
      "Fader & Hardie (2013): The Gamma-Gamma Model of Monetary Value, note 025.",
      "Colombo & Jiang (1999): A stochastic RFM model, Journal of Interactive Marketing 13(3).",
      "Vovk, Gammerman & Shafer (2005): Algorithmic Learning in a Random World, for the limits (split conformal prediction).",
    ],
    assumptions: ["How much is spent doesn't depend on how often.", "Amounts of a customer don't drift."],
    limits: [
      "Fitted on customers with a repeat purchase; with fewer than 50 of them the first purchase doesn't count, and one-time buyers get the population's mean.",
      "Limits are those of one purchase's amount; a mean of several lies nearer to the expectation.",
      "Where the population's tail is so heavy that its mean doesn't exist, one-time buyers get its median.",
    ],
    metrics: [
      "mae and rmse of the mean spend per purchase after the cut, against the customer's mean before it; of the two, rmse judges a forecast of means",
      "coverage of the 80 % limits, among those who bought once after the cut",
      "interval_score of the 80 % limits (their width and ten times what lies outside) against what became of those alike by the rule of thumb",
    ],
  },
  fit: (inputs) => {
    const summary = requireTable(inputs, "summary");
    const fitted = fitSpend(numbers(summary, "frequency"), numbers(summary, "monetary_value"));
    const params = paramsOf(fitted);
    const ratios = params ? spendRatiosOf(params, summary) : null;
    return ratios ? ({ ...(fitted as object), ratios } as unknown as Json) : fitted;
  },
  score: (inputs, fitted) => {
    const summary = requireTable(inputs, "summary");
    const params = paramsOf(fitted);
    const frequency = numbers(summary, "frequency");
    const { expected, low, high, sd } = params
      ? scoreSpend(params, frequency, numbers(summary, "monetary_value"))
      : withoutFit(summary);
    const ratios = params ? spendRatiosIn(fitted) : null;
    if (params && ratios) {
      const [count, revenue] = [numbers(summary, "transaction_count"), numbers(summary, "revenue_minor")];
      for (let row = 0; row < summary.rows; row++) {
        const [n = 0, sum = 0] = [count[row], revenue[row]];
        const next = expectedNext(params, n, sum / Math.max(1, n));
        expected[row] = next;
        const [from, to] = limitsOfNext(ratios, n, next);
        [low[row], high[row]] = [Math.min(from, next), Math.max(to, next)];
      }
    }
    const outputs = {
      expected_spend_minor: expected,
      expected_spend_minor_low: low,
      expected_spend_minor_high: high,
      spend_sd_minor: sd,
    };
    const reason = new Array<string | null>(summary.rows).fill(params ? null : "no_limits_without_repeat_buyers");
    const enough = frequency.map((x) => (x > 0 ? 1 : 0));
    return scoreTable(texts(summary, "customer_id"), outputs, { enough, reason });
  },
  evaluate: (inputs, scores, { outcomes }, fitted, _, { seed }) => {
    const params = paramsOf(fitted);
    const summary = requireTable(inputs, "summary");
    const [bought, revenue] = [numbers(outcomes, "n_purchases"), numbers(outcomes, "revenue_minor")];
    const joined = join(outcomes, [summary, scores], (row) => (bought[row] ?? 0) > 0 && (revenue[row] ?? 0) > 0);
    const n = joined.n;
    if (n < leastCustomers) return [];
    const count = joined.numbers(outcomes, "n_purchases");
    const actual = joined.numbers(outcomes, "revenue_minor").map((value, at) => value / (count[at] ?? 1));
    const transactions = joined.numbers(summary, "transaction_count");
    const before = joined
      .numbers(summary, "revenue_minor")
      .map((value, at) => value / Math.max(1, transactions[at] ?? 1));
    const spend = joined.numbers(scores, "expected_spend_minor");
    const mae = (values: Float64Array) => meanInterval(absoluteErrors(values, actual));
    const rmse = (values: Float64Array) => rootMeanSquare(absoluteErrors(values, actual));
    const pairs = { own: absoluteErrors(spend, actual), naive: absoluteErrors(before, actual) };
    const common = { baseline: "own mean before the cut", n, better: "lower" } as const;
    const errors = [
      compare({ metric: "mae_spend_minor", own: mae(spend), naive: mae(before).value, pairs, ...common }),
      compare({ metric: "rmse_spend_minor", own: rmse(spend), naive: rmse(before).value, ...common }),
    ];
    if (!params) return known(errors);
    const repeats = repeatsOf(joined.numbers(summary, "frequency"), joined.numbers(summary, "monetary_value"));
    const ratios = spendRatiosIn(fitted);
    // limits are of one purchase's amount: they are held against those who bought once
    const once = [...count.keys()].filter((row) => count[row] === 1);
    const ofOnce = (values: Float64Array) => Float64Array.from(once, (row) => values[row] ?? Number.NaN);
    const below = Float64Array.from(once, (row) => {
      const [x = 0, m = 0, amount = 0] = [repeats.x[row], repeats.mean[row], actual[row]];
      const told = transactions[row] ?? 0;
      if (ratios) return shareBelow(ratios, told, expectedNext(params, told, before[row] ?? 0), amount);
      return betaCdf(amount / (amount + params.v + x * m), params.p, params.p * x + params.q);
    });
    const limits = compareLimits({
      metric: "interval_score_spend_minor",
      rule: "the own mean",
      forecast: ofOnce(before),
      low: ofOnce(joined.numbers(scores, "expected_spend_minor_low")),
      high: ofOnce(joined.numbers(scores, "expected_spend_minor_high")),
      actual: ofOnce(actual),
    });
    return known([
      ...errors,
      ...(once.length < leastCustomers ? [] : [coverage(below, new Float64Array(once.length), seed)]),
      ...limits,
    ]);
  },
});

import type { ColumnTable } from "../../../shared/domain/column.ts";
import { gammaCdf } from "../../numeric/distributions.ts";
import { quickGammaQuantile } from "../../numeric/gamma-table.ts";
import { absoluteErrors, meanInterval, spearman, spearmanDifference } from "../../numeric/scoring.ts";
import { defineModel } from "../define.ts";
import { compare, compareLimits, coverage, join, known, leastCustomers } from "../evaluation.ts";
import { blank, gather, matchRows, numbers, requireTable, scoreTable, texts } from "../tables.ts";
import { tiersOf } from "./tiers.ts";

/** Money that a random number of purchases brings: nothing with the chance `none`, else a gamma variable with the mean and the
 *  variance of the compound sum. */
interface Money {
  readonly none: number;
  readonly shape: number;
  readonly mean: number;
}

function moneyOf({ mean, variance, none }: { mean: number; variance: number; none: number }): Money {
  const some = Math.max(1e-9, 1 - none);
  const own = mean / some;
  const spread = Math.max(1e-9 * own * own, (variance + mean * mean) / some - own * own);
  return { none, shape: (own * own) / spread, mean: own };
}

function quantileOf({ none, shape, mean }: Money, p: number): number {
  const inside = (p - none) / Math.max(1e-9, 1 - none);
  return inside <= 0 || !(mean > 0) ? 0 : mean * quickGammaQuantile(inside, shape);
}

/** Each customer's money within the horizon from the scores of how often and how much; NaN where one is missing. */
function moneyByCustomer(purchases: Columns, spend: Columns, discount: number): Money[] {
  return Array.from(purchases.mean, (count, at) => {
    const [amount = Number.NaN, amountSd = Number.NaN] = [spend.mean[at], spend.sd[at]];
    const variance = (count * amountSd ** 2 + ((purchases.sd[at] ?? Number.NaN) * amount) ** 2) * discount * discount;
    return moneyOf({ mean: count * amount * discount, variance, none: purchases.none[at] ?? Number.NaN });
  });
}

interface Columns {
  readonly mean: Float64Array;
  readonly sd: Float64Array;
  readonly none: Float64Array;
}

function columnsOf(inputs: Readonly<Record<string, ColumnTable>>, summary: ColumnTable): [Columns, Columns] {
  const purchases = requireTable(inputs, "purchases");
  const spend = requireTable(inputs, "spend");
  const [counts, amounts] = [matchRows(summary, purchases), matchRows(summary, spend)];
  const count = (name: string) => gather(numbers(purchases, name), counts);
  const amount = (name: string) => gather(numbers(spend, name), amounts);
  const none = count("probability_none");
  return [
    { mean: count("expected_purchases"), sd: count("purchases_sd"), none },
    { mean: amount("expected_spend_minor"), sd: amount("spend_sd_minor"), none },
  ];
}

export const customerValue = defineModel({
  name: "customer_value",
  version: 3,
  title: "Customer value",
  group: "value",
  inputs: {
    summary: { feature: "purchase_summary" },
    purchases: { scores: "mbg_nbd" },
    spend: { scores: "gamma_gamma" },
  },
  params: {
    discount_rate_annual: {
      kind: "number",
      default: 0,
      min: 0,
      max: 1,
      unit: "rate",
      label: "Discount rate",
      help: "Interest a year at which later revenue counts less. Above 0 sums of values, and forecasts built on them, lie below the revenue to come.",
    },
  },
  outputs: [
    { name: "predicted_value_minor", type: "DOUBLE", unit: "minor" },
    { name: "predicted_value_minor_low", type: "DOUBLE", unit: "minor" },
    { name: "predicted_value_minor_high", type: "DOUBLE", unit: "minor" },
    { name: "value_tier", type: "VARCHAR" },
  ],
  competes: [{ target: "value", column: "predicted_value_minor" }],
  card: {
    purpose: "Revenue that each customer brings within the horizon, with limits and a tier by rank.",
    method:
      "Expected purchases (MBG/NBD) times expected spend (Gamma-Gamma), discounted continuously where a rate is set. Limits: a gamma variable with the moments of the compound sum, beside the chance of nothing.",
    references: [
      "Fader, Hardie & Lee (2005): RFM and CLV: Using Iso-Value Curves for Customer Base Analysis, JMR 42(4).",
    ],
    assumptions: ["How often and how much are independent.", "Within the horizon purchases come evenly."],
    limits: [
      "Revenue before returns and costs.",
      "Tiers are ranks within this retailer, not amounts; equal values share the middle of their ranks.",
      "Inherits the bias of its purchase model: trust ranks more than sums.",
    ],
    metrics: [
      "spearman with revenue after the cut, against revenue before it per day",
      "mae against revenue per day × horizon",
      "coverage of the 80 % limits by the randomised transform",
      "interval_score of the 80 % limits (their width and ten times what lies outside) against what became of those alike by the rule of thumb",
    ],
  },
  fit: () => null,
  score: (inputs, _, params, context) => {
    const summary = requireTable(inputs, "summary");
    const [purchases, spend] = columnsOf(inputs, summary);
    const force = Math.log1p(Number(params.discount_rate_annual)) * (context.horizonDays / 365.25);
    const discount = force > 1e-9 ? -Math.expm1(-force) / force : 1;
    const value = purchases.mean.map((count, at) => count * (spend.mean[at] ?? Number.NaN) * discount);
    const [low, high] = [blank(summary.rows), blank(summary.rows)];
    for (const [at, money] of moneyByCustomer(purchases, spend, discount).entries()) {
      if (!Number.isFinite(money.shape) || !Number.isFinite(money.none)) continue;
      low[at] = quantileOf(money, 0.1);
      high[at] = quantileOf(money, 0.9);
    }
    const reason = Array.from(value, (one, at) => {
      if (!Number.isFinite(one)) return "not_enough_data";
      return Number.isFinite(low[at]) ? null : "no_limits_without_repeat_buyers";
    });
    const enough = numbers(summary, "frequency").map((x, at) => (x > 0 && reason[at] === null ? 1 : 0));
    const outputs = {
      predicted_value_minor: value,
      predicted_value_minor_low: low,
      predicted_value_minor_high: high,
      value_tier: tiersOf(value),
    };
    return scoreTable(texts(summary, "customer_id"), outputs, { enough, reason });
  },
  evaluate: (inputs, scores, { outcomes, horizonDays }, _, __, { seed }) => {
    const summary = requireTable(inputs, "summary");
    const predictions = numbers(scores, "predicted_value_minor");
    const rows = matchRows(outcomes, scores);
    const joined = join(outcomes, [summary, scores], (row) => Number.isFinite(predictions[rows[row] ?? -1]));
    const n = joined.n;
    if (n < leastCustomers) return [];
    const actual = joined.numbers(outcomes, "revenue_minor");
    const predicted = joined.numbers(scores, "predicted_value_minor");
    const age = joined.numbers(summary, "t_age");
    const naive = joined
      .numbers(summary, "revenue_minor")
      .map((revenue, at) => (revenue / Math.max(30, age[at] ?? 30)) * horizonDays);
    const mae = (values: Float64Array) => meanInterval(absoluteErrors(values, actual));
    const common = { baseline: "revenue per day × horizon", n };
    const found = [
      compare({
        metric: "spearman",
        own: spearman(predicted, actual),
        naive: spearman(naive, actual).value,
        difference: spearmanDifference(predicted, naive, actual),
        better: "higher",
        ...common,
      }),
      compare({
        metric: "mae_minor",
        own: mae(predicted),
        naive: mae(naive).value,
        pairs: { own: absoluteErrors(predicted, actual), naive: absoluteErrors(naive, actual) },
        better: "lower",
        ...common,
      }),
    ];
    const [purchases, spend] = columnsOf(inputs, summary);
    const monies = moneyByCustomer(purchases, spend, 1);
    const places = matchRows(outcomes, summary);
    const [below, at]: [number[], number[]] = [[], []];
    for (const [row, place] of places.entries()) {
      const money = monies[place];
      if (!money || !Number.isFinite(money.shape)) continue;
      const revenue = numbers(outcomes, "revenue_minor")[row] ?? 0;
      const isNone = revenue <= 0;
      const within = gammaCdf((revenue / money.mean) * money.shape, money.shape);
      below.push(isNone ? 0 : money.none + (1 - money.none) * within);
      at.push(isNone ? money.none : 0);
    }
    const limits = coverage(Float64Array.from(below), Float64Array.from(at), seed);
    const scored = compareLimits({
      metric: "interval_score_minor",
      rule: common.baseline,
      forecast: naive,
      low: joined.numbers(scores, "predicted_value_minor_low"),
      high: joined.numbers(scores, "predicted_value_minor_high"),
      actual,
    });
    return known(below.length < leastCustomers ? found : [...found, limits, ...scored]);
  },
});

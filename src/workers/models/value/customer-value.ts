import { gammaQuantile } from "../../numeric/special-functions.ts";
import { absoluteErrors, meanInterval, spearman } from "../../numeric/scoring.ts";
import { defineModel } from "../define.ts";
import { gather, matchRows, numbers, requireTable, scoreTable, texts } from "../tables.ts";

const tiers: readonly (readonly [number, string])[] = [
  [0.01, "top_1"],
  [0.05, "top_5"],
  [0.1, "top_10"],
  [0.25, "top_25"],
  [0.5, "middle"],
];

/** 80 % limits of the money that N purchases bring: nothing with probability P(N = 0), else a gamma variable with the mean and
 *  variance of the compound sum. */
function moneyLimits(mean: number, variance: number, none: number): [number, number] {
  const some = Math.max(1e-9, 1 - none);
  const positiveMean = mean / some;
  const positiveVariance = Math.max(1e-9, (variance + mean * mean) / some - positiveMean * positiveMean);
  const shape = (positiveMean * positiveMean) / positiveVariance;
  const quantile = (p: number) => {
    const inside = (p - none) / some;
    return inside <= 1e-6 || mean <= 0 ? 0 : gammaQuantile(Math.min(0.9999, inside), shape, shape / positiveMean);
  };
  return [quantile(0.1), quantile(0.9)];
}

export const customerValue = defineModel({
  name: "customer_value",
  version: 1,
  title: "Customer value",
  group: "value",
  inputs: { summary: { feature: "purchase_summary" }, purchases: { scores: "mbg_nbd" }, spend: { scores: "gamma_gamma" } },
  params: { discount_rate_annual: { kind: "number", default: 0.1, min: 0, max: 1, unit: "rate", label: "Discount rate a year", help: "What money a year from now is worth less." } },
  outputs: [
    { name: "predicted_value_minor", type: "DOUBLE", unit: "minor" },
    { name: "predicted_value_minor_low", type: "DOUBLE", unit: "minor" },
    { name: "predicted_value_minor_high", type: "DOUBLE", unit: "minor" },
    { name: "value_tier", type: "VARCHAR" },
  ],
  card: {
    purpose: "Revenue that each customer brings within the horizon, discounted, with limits and a tier by rank.",
    method: "Expected purchases (MBG/NBD) times expected spend (Gamma-Gamma), purchases spread evenly over the horizon and discounted continuously. Limits: a gamma variable with the moments of the compound sum, beside the chance of nothing.",
    references: ["Fader, Hardie & Lee (2005): RFM and CLV: Using Iso-Value Curves for Customer Base Analysis, JMR 42(4)."],
    assumptions: ["How often and how much are independent.", "Within the horizon purchases come evenly."],
    limits: ["Revenue before returns and costs.", "Tiers are ranks within this retailer, not amounts."],
    metrics: ["spearman with revenue after the cut, against revenue before it per day", "mae against revenue per day × horizon"],
  },
  fit: () => null,
  score: (inputs, _, params, context) => {
    const summary = requireTable(inputs, "summary");
    const purchases = requireTable(inputs, "purchases");
    const spend = requireTable(inputs, "spend");
    const purchaseRows = matchRows(summary, purchases);
    const spendRows = matchRows(summary, spend);
    const from = (table: typeof purchases, rows: Int32Array, name: string) => gather(numbers(table, name), rows);
    const count = from(purchases, purchaseRows, "expected_purchases");
    const countSd = from(purchases, purchaseRows, "purchases_sd");
    const none = from(purchases, purchaseRows, "probability_none");
    const amount = from(spend, spendRows, "expected_spend_minor");
    const amountSd = from(spend, spendRows, "spend_sd_minor");
    const force = Math.log1p(Number(params["discount_rate_annual"])) * (context.horizonDays / 365.25);
    const discount = force > 1e-9 ? -Math.expm1(-force) / force : 1;
    const n = summary.rows;
    const value = count.map((expected, at) => expected * (amount[at] ?? Number.NaN) * discount);
    const low = new Float64Array(n).fill(Number.NaN);
    const high = new Float64Array(n).fill(Number.NaN);
    for (let at = 0; at < n; at++) {
      const mean = value[at] ?? Number.NaN;
      const sd = amountSd[at] ?? Number.NaN;
      if (!Number.isFinite(mean) || !Number.isFinite(sd)) continue;
      const expected = count[at] ?? 0;
      const variance = (expected * sd * sd + (countSd[at] ?? 0) ** 2 * (amount[at] ?? 0) ** 2) * discount * discount;
      [low[at], high[at]] = moneyLimits(mean, variance, none[at] ?? 0);
    }
    const ids = texts(summary, "customer_id");
    const reason = Array.from(value, (one, at) => (Number.isFinite(one) ? (Number.isFinite(low[at]) ? null : "no_limits_without_repeat_buyers") : "not_enough_data"));
    const enough = Float64Array.from(numbers(summary, "frequency"), (x) => (x > 0 ? 1 : 0));
    return scoreTable(ids, { predicted_value_minor: value, predicted_value_minor_low: low, predicted_value_minor_high: high, value_tier: tiersOf(value) }, { enough, reason });
  },
  evaluate: (inputs, scores, holdout) => {
    const summary = requireTable(inputs, "summary");
    const rows = matchRows(holdout.outcomes, summary);
    const scoreRows = matchRows(holdout.outcomes, scores);
    const kept = Array.from(rows.keys()).filter((at) => (rows[at] ?? -1) >= 0 && (scoreRows[at] ?? -1) >= 0);
    if (kept.length < 20) return [];
    const take = (column: Float64Array) => Float64Array.from(kept, (at) => column[at] ?? Number.NaN);
    const actual = take(numbers(holdout.outcomes, "revenue_minor"));
    const predicted = take(gather(numbers(scores, "predicted_value_minor"), scoreRows)).map((one) => (Number.isFinite(one) ? one : 0));
    const revenue = take(gather(numbers(summary, "revenue_minor"), rows));
    const age = take(gather(numbers(summary, "t_age"), rows));
    const naive = revenue.map((one, at) => (one / Math.max(30, age[at] ?? 30)) * holdout.horizonDays);
    const [rank, naiveRank] = [spearman(predicted, actual), spearman(naive, actual)];
    const [mae, naiveMae] = [meanInterval(absoluteErrors(predicted, actual)), meanInterval(absoluteErrors(naive, actual))];
    const common = { baseline: "revenue per day × horizon", n: kept.length };
    return [
      { metric: "spearman", ...rank, ...common, baselineValue: naiveRank.value, higherIsBetter: true, beatsBaseline: rank.value > naiveRank.value },
      { metric: "mae_minor", ...mae, ...common, baselineValue: naiveMae.value, higherIsBetter: false, beatsBaseline: mae.value < naiveMae.value },
    ].filter(({ value }) => Number.isFinite(value));
  },
});

/** Tiers by rank; customers of equal value share the better one. */
function tiersOf(value: Float64Array): (string | null)[] {
  const sorted = value.filter(Number.isFinite).sort().reverse();
  const cuts = tiers.map(([share, name]) => [sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.POSITIVE_INFINITY, name] as const);
  return Array.from(value, (one) => (Number.isFinite(one) ? (cuts.find(([cut]) => one >= cut)?.[1] ?? "low") : null));
}

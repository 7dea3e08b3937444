import type { Json } from "../../../shared/base/canonical-json.ts";
import { auc, aucDifference } from "../../numeric/scoring.ts";
import { defineModel } from "../define.ts";
import { compare, join, known, leastCustomers } from "../evaluation.ts";
import { numbers, quintiles, requireTable, scoreTable, stepOf, texts } from "../tables.ts";

interface Bounds {
  readonly days: readonly number[];
  readonly orders: readonly number[];
  readonly money: readonly number[];
}

export const rfm = defineModel({
  name: "rfm",
  version: 2,
  title: "RFM scores",
  group: "audiences",
  inputs: { summary: { feature: "purchase_summary" }, windows: { feature: "rfm_windows" } },
  params: {},
  outputs: [
    { name: "recency_score", type: "INTEGER" },
    { name: "frequency_score", type: "INTEGER" },
    { name: "monetary_score", type: "INTEGER" },
    { name: "rfm_code", type: "VARCHAR" },
  ],
  card: {
    purpose:
      "Three digits that every marketer knows: how lately, how often and for how much somebody bought, each 1 to 5, 5 best.",
    method:
      "Quintiles of days since the last purchase (reversed), of purchase days and of revenue; equal values get equal digits.",
    references: [
      "Hughes (1994): Strategic Database Marketing.",
      "Bult & Wansbeek (1995): Optimal selection for direct mail, Marketing Science 14(4).",
    ],
    assumptions: ["Ranks within this retailer say more than amounts."],
    limits: [
      "Where most customers bought once, several quintiles of frequency fall together.",
      "Describes the past; it forecasts nothing by itself and has no limits.",
    ],
    metrics: ["auc of the summed digits for buying after the cut, against recency alone"],
  },
  fit: (inputs): Json => {
    const summary = requireTable(inputs, "summary");
    if (summary.rows === 0) return null;
    const late = numbers(summary, "days_since_last_purchase").map((days) => -days);
    return {
      days: quintiles(late),
      orders: quintiles(numbers(summary, "transaction_count")),
      money: quintiles(numbers(summary, "revenue_minor")),
    };
  },
  score: (inputs, fitted) => {
    const summary = requireTable(inputs, "summary");
    const bounds = fitted as unknown as Bounds | null;
    const digit = (column: string, of: keyof Bounds, sign = 1) =>
      numbers(summary, column).map((value) => (bounds ? stepOf(sign * value, bounds[of]) : Number.NaN));
    const recency = digit("days_since_last_purchase", "days", -1);
    const frequency = digit("transaction_count", "orders");
    const money = digit("revenue_minor", "money");
    const code = Array.from(recency, (value, at) => (bounds ? `${value}${frequency[at]}${money[at]}` : null));
    const outputs = { recency_score: recency, frequency_score: frequency, monetary_score: money, rfm_code: code };
    return scoreTable(texts(summary, "customer_id"), outputs, {
      enough: new Float64Array(summary.rows).fill(bounds ? 1 : 0),
      reason: code.map((one) => (one === null ? "not_enough_data" : null)),
    });
  },
  evaluate: (inputs, scores, { outcomes }) => {
    const summary = requireTable(inputs, "summary");
    const joined = join(outcomes, [summary, scores]);
    const n = joined.n;
    if (n < leastCustomers) return [];
    const bought = Array.from(joined.numbers(outcomes, "n_purchases"), (count) => count > 0);
    const digits = ["recency_score", "frequency_score", "monetary_score"].map((name) => joined.numbers(scores, name));
    const sum = Float64Array.from(bought, (_, at) => digits.reduce((total, digit) => total + (digit[at] ?? 0), 0));
    const late = joined.numbers(summary, "days_since_last_purchase").map((days) => -days);
    const common = { baseline: "days since the last purchase", n, better: "higher" } as const;
    return known([
      compare({
        metric: "auc",
        own: auc(sum, bought),
        naive: auc(late, bought).value,
        difference: aucDifference(sum, late, bought),
        ...common,
      }),
    ]);
  },
});

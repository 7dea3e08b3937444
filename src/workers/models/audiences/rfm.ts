import type { Json } from "../../../shared/base/canonical-json.ts";
import { auc } from "../../numeric/scoring.ts";
import { defineModel } from "../define.ts";
import { matchRows, numbers, quintiles, requireTable, scoreTable, stepOf, texts } from "../tables.ts";

interface Cuts {
  readonly days: readonly number[];
  readonly orders: readonly number[];
  readonly money: readonly number[];
}

export const rfm = defineModel({
  name: "rfm",
  version: 1,
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
    purpose: "Three digits that every marketer knows: how lately, how often and for how much somebody bought, each 1 to 5, 5 best.",
    method: "Quintiles of days since the last purchase (reversed), of purchase days and of revenue; equal values get equal digits.",
    references: ["Hughes (1994): Strategic Database Marketing; Bult & Wansbeek (1995): Optimal selection for direct mail, Marketing Science 14(4)."],
    assumptions: ["Ranks within this retailer say more than amounts."],
    limits: ["Where most customers bought once, several quintiles of frequency fall together.", "Describes the past; it forecasts nothing by itself and has no limits."],
    metrics: ["auc of the summed digits for buying after the cut, against recency alone"],
  },
  fit: (inputs): Json => {
    const summary = requireTable(inputs, "summary");
    if (summary.rows === 0) return null;
    const negative = numbers(summary, "days_since_last_purchase").map((days) => -days);
    return { days: quintiles(negative), orders: quintiles(numbers(summary, "transaction_count")), money: quintiles(numbers(summary, "revenue_minor")) };
  },
  score: (inputs, fitted) => {
    const summary = requireTable(inputs, "summary");
    const cuts = fitted as unknown as Cuts | null;
    const digit = (column: string, of: keyof Cuts, sign: number) => numbers(summary, column).map((value) => (cuts ? stepOf(sign * value, cuts[of]) : Number.NaN));
    const recency = digit("days_since_last_purchase", "days", -1);
    const frequency = digit("transaction_count", "orders", 1);
    const money = digit("revenue_minor", "money", 1);
    const code = Array.from(recency, (value, at) => (cuts ? `${value}${frequency[at]}${money[at]}` : null));
    const reason = code.map((one) => (one === null ? "not_enough_data" : null));
    return scoreTable(texts(summary, "customer_id"), { recency_score: recency, frequency_score: frequency, monetary_score: money, rfm_code: code }, { enough: new Float64Array(summary.rows).fill(1), reason });
  },
  evaluate: (inputs, scores, holdout) => {
    const summary = requireTable(inputs, "summary");
    const rows = matchRows(holdout.outcomes, summary);
    const scoreRows = matchRows(holdout.outcomes, scores);
    const kept = Array.from(rows.keys()).filter((at) => (rows[at] ?? -1) >= 0 && (scoreRows[at] ?? -1) >= 0);
    if (kept.length < 20) return [];
    const bought = numbers(holdout.outcomes, "n_purchases");
    const positive = kept.map((at) => (bought[at] ?? 0) > 0);
    const sum = ["recency_score", "frequency_score", "monetary_score"].map((name) => numbers(scores, name));
    const digits = Float64Array.from(kept, (at) => sum.reduce((total, column) => total + (column[scoreRows[at] ?? 0] ?? 0), 0));
    const recent = Float64Array.from(kept, (at) => -(numbers(summary, "days_since_last_purchase")[rows[at] ?? 0] ?? 0));
    const [own, naive] = [auc(digits, positive), auc(recent, positive)];
    if (!Number.isFinite(own.value)) return [];
    return [{ metric: "auc", ...own, baseline: "days since the last purchase", baselineValue: naive.value, n: kept.length, higherIsBetter: true, beatsBaseline: own.value > naive.value }];
  },
});

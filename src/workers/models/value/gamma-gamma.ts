import type { Json } from "../../../shared/base/canonical-json.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import { type GammaGammaParams, expectedSpend, fitGammaGamma, spendLimits, spendSd } from "../../numeric/gamma-gamma.ts";
import { absoluteErrors, meanInterval } from "../../numeric/scoring.ts";
import { defineModel } from "../define.ts";
import { gather, matchRows, numbers, requireTable, scoreTable, texts } from "../tables.ts";

export function gammaGammaParams(fitted: Json): GammaGammaParams | undefined {
  return typeof fitted === "object" && fitted !== null && "params" in fitted ? (fitted.params as unknown as GammaGammaParams) : undefined;
}

function repeaters(summary: ColumnTable): { x: Float64Array; mean: Float64Array } {
  const frequency = numbers(summary, "frequency");
  const value = numbers(summary, "monetary_value");
  const kept = Array.from(frequency.keys()).filter((at) => (frequency[at] ?? 0) > 0 && (value[at] ?? 0) > 0);
  return { x: Float64Array.from(kept, (at) => frequency[at] ?? 0), mean: Float64Array.from(kept, (at) => value[at] ?? 0) };
}

export const gammaGamma = defineModel({
  name: "gamma_gamma",
  version: 1,
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
    purpose: "What a customer spends on a purchase on average, drawn towards the population where there is little to go by.",
    method: "Gamma-Gamma: amounts of one customer follow a gamma distribution whose scale varies by another. Maximum likelihood on the means of repeat purchases.",
    references: ["Fader & Hardie (2013): The Gamma-Gamma Model of Monetary Value, note 025.", "Colombo & Jiang (1999): A stochastic RFM model, Journal of Interactive Marketing 13(3)."],
    assumptions: ["How much is spent doesn't depend on how often.", "Amounts of a customer don't drift."],
    limits: ["Fitted on customers with a repeat purchase; one-time buyers get the population's mean.", "Limits are those of a customer's true mean, not of the next purchase."],
    metrics: ["mae of the mean spend per purchase after the cut, against the customer's mean before it"],
  },
  fit: (inputs) => {
    const { x, mean } = repeaters(requireTable(inputs, "summary"));
    const fit = fitGammaGamma(x, mean);
    return fit ? { params: { ...fit.params }, log_likelihood: fit.logLikelihood, n_customers: x.length, iterations: fit.iterations, converged: fit.converged } : null;
  },
  score: (inputs, fitted) => {
    const summary = requireTable(inputs, "summary");
    const params = gammaGammaParams(fitted);
    const frequency = numbers(summary, "frequency");
    const value = numbers(summary, "monetary_value");
    const first = numbers(summary, "first_transaction_minor");
    const n = summary.rows;
    const out = { mean: new Float64Array(n), low: new Float64Array(n), high: new Float64Array(n), sd: new Float64Array(n) };
    const reason = new Array<string | null>(n).fill(null);
    const enough = Float64Array.from(frequency, (x) => (x > 0 ? 1 : 0));
    for (let at = 0; at < n; at++) {
      // a first purchase alone still tells something of the next: it counts as one
      const isRepeat = (frequency[at] ?? 0) > 0 && (value[at] ?? 0) > 0;
      const x = isRepeat ? (frequency[at] ?? 0) : 0;
      const m = isRepeat ? (value[at] ?? 0) : 0;
      if (!params) {
        out.mean[at] = isRepeat ? m : (first[at] ?? 0);
        out.low[at] = Number.NaN;
        out.high[at] = Number.NaN;
        out.sd[at] = Number.NaN;
        reason[at] = "no_limits_without_repeat_buyers";
        continue;
      }
      const [low, high] = spendLimits(params, x, m);
      out.mean[at] = expectedSpend(params, x, m);
      out.low[at] = low;
      out.high[at] = high;
      out.sd[at] = spendSd(params, x, m);
    }
    return scoreTable(texts(summary, "customer_id"), { expected_spend_minor: out.mean, expected_spend_minor_low: out.low, expected_spend_minor_high: out.high, spend_sd_minor: out.sd }, { enough, reason });
  },
  evaluate: (inputs, scores, holdout) => {
    const summary = requireTable(inputs, "summary");
    const bought = numbers(holdout.outcomes, "n_purchases");
    const revenue = numbers(holdout.outcomes, "revenue_minor");
    const scoreRows = matchRows(holdout.outcomes, scores);
    const rows = matchRows(holdout.outcomes, summary);
    const kept = Array.from(bought.keys()).filter((at) => (bought[at] ?? 0) > 0 && (revenue[at] ?? 0) > 0 && (rows[at] ?? -1) >= 0);
    if (kept.length < 20) return [];
    const actual = Float64Array.from(kept, (at) => (revenue[at] ?? 0) / (bought[at] ?? 1));
    const expected = gather(numbers(scores, "expected_spend_minor"), scoreRows);
    const mean = gather(numbers(summary, "revenue_minor"), rows).map((value, at) => value / Math.max(1, gatherOne(summary, "transaction_count", rows[at] ?? -1)));
    const mae = meanInterval(absoluteErrors(Float64Array.from(kept, (at) => expected[at] ?? 0), actual));
    const naive = meanInterval(absoluteErrors(Float64Array.from(kept, (at) => mean[at] ?? 0), actual));
    return [{ metric: "mae_spend_minor", ...mae, baseline: "own mean before the cut", baselineValue: naive.value, n: kept.length, higherIsBetter: false, beatsBaseline: mae.value < naive.value }];
  },
});

function gatherOne(table: ColumnTable, name: string, row: number): number {
  return row < 0 ? 1 : (numbers(table, name)[row] ?? 1);
}

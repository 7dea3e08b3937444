import type { Json } from "../../../shared/base/canonical-json.ts";
import { absoluteErrors, meanInterval } from "../../numeric/scoring.ts";
import { varianceComponents } from "../../numeric/shrinkage.ts";
import { defineModel } from "../define.ts";
import { numbers, quintiles, requireTable, rowsByCustomer, scoreTable, stepOf, texts } from "../tables.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";

interface Fitted {
  readonly mean: number;
  readonly within: number;
  readonly between: number;
  readonly cuts: readonly number[];
}
const z90 = 1.2815515655446004;

/** Lines and price positions of each customer over all categories, customers in order of their id. */
function positions(table: ColumnTable): { ids: string[]; n: Float64Array; sum: Float64Array; sumSq: Float64Array } {
  const names = texts(table, "customer_id");
  const ids = [...new Set(names.map((id) => id ?? ""))].sort();
  const row = new Map(ids.map((id, at) => [id, at]));
  const [n, sum, sumSq] = [new Float64Array(ids.length), new Float64Array(ids.length), new Float64Array(ids.length)];
  const columns = ["n_lines", "sum_percentile", "sum_percentile_sq"].map((name) => numbers(table, name));
  const order = Array.from(names.keys()).sort((a, b) => ((names[a] ?? "") + texts(table, "category")[a] < (names[b] ?? "") + texts(table, "category")[b] ? -1 : 1));
  for (const at of order) {
    const own = row.get(names[at] ?? "") ?? 0;
    for (const [i, target] of [n, sum, sumSq].entries()) target[own] = (target[own] ?? 0) + (columns[i]?.[at] ?? 0);
  }
  return { ids, n, sum, sumSq };
}

const shrunk = (fitted: Fitted, n: number, sum: number) => {
  const weight = fitted.within / fitted.between;
  return { value: (sum + weight * fitted.mean) / (n + weight), sd: Math.sqrt(fitted.within / (n + weight)) };
};

export const priceTier = defineModel({
  name: "price_tier",
  version: 1,
  title: "Price tier",
  group: "preferences",
  inputs: { positions: { feature: "price_positions" } },
  params: {},
  outputs: [
    { name: "price_tier", type: "INTEGER" },
    { name: "price_tier_low", type: "INTEGER" },
    { name: "price_tier_high", type: "INTEGER" },
    { name: "price_percentile", type: "DOUBLE", unit: "share" },
    { name: "price_percentile_low", type: "DOUBLE", unit: "share" },
    { name: "price_percentile_high", type: "DOUBLE", unit: "share" },
  ],
  card: {
    purpose: "Whether somebody chooses the cheaper or the dearer products of a category: tier 1 to 5.",
    method: "List prices ranked within their category; the mean rank of a customer's lines, drawn towards the population by how much means differ between customers and ranks within one (variance components). Tiers are quintiles of customers.",
    references: ["Morris (1983): Parametric empirical Bayes inference, JASA 78, for the shrinkage.", "Henderson (1953): Estimation of variance and covariance components, Biometrics 9(2)."],
    assumptions: ["List price stands for the price point; reductions are another matter.", "Ranks are comparable across categories."],
    limits: ["Without product and price there is no score.", "Products without a category are ranked among each other."],
    metrics: ["mae of the price rank of purchases after the cut, against the population's mean rank"],
  },
  fit: (inputs): Json => {
    const { n, sum, sumSq } = positions(requireTable(inputs, "positions"));
    if (n.length === 0) return null;
    const parts = varianceComponents(n, sum, sumSq);
    const fitted = { ...parts, cuts: [] };
    return { ...parts, cuts: quintiles(n.map((count, at) => shrunk(fitted, count, sum[at] ?? 0).value)) };
  },
  score: (inputs, json) => {
    const fitted = json as unknown as Fitted | null;
    const { ids, n, sum } = positions(requireTable(inputs, "positions"));
    const size = fitted ? ids.length : 0;
    const columns = Array.from({ length: 6 }, () => new Float64Array(size));
    const [tier, tierLow, tierHigh, value, low, high] = columns as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
    for (let at = 0; fitted && at < size; at++) {
      const estimate = shrunk(fitted, n[at] ?? 0, sum[at] ?? 0);
      value[at] = Math.min(1, Math.max(0, estimate.value));
      low[at] = Math.max(0, estimate.value - z90 * estimate.sd);
      high[at] = Math.min(1, estimate.value + z90 * estimate.sd);
      tier[at] = stepOf(estimate.value, fitted.cuts);
      tierLow[at] = stepOf(low[at] ?? 0, fitted.cuts);
      tierHigh[at] = stepOf(high[at] ?? 0, fitted.cuts);
    }
    const outputs = { price_tier: tier, price_tier_low: tierLow, price_tier_high: tierHigh, price_percentile: value, price_percentile_low: low, price_percentile_high: high };
    return scoreTable(ids.slice(0, size), outputs, { enough: Float64Array.from(n.subarray(0, size), (count) => (count >= 3 ? 1 : 0)), reason: new Array<string | null>(size).fill(null) });
  },
  evaluate: (_, scores, holdout, json) => {
    const fitted = json as unknown as Fitted | null;
    const rows = rowsByCustomer(scores);
    const ids = texts(holdout.outcomeCategories, "customer_id");
    const actual = numbers(holdout.outcomeCategories, "median_price_percentile");
    const kept = Array.from(actual.keys()).filter((at) => Number.isFinite(actual[at]) && rows.has(ids[at] ?? ""));
    if (!fitted || kept.length < 20) return [];
    const wanted = Float64Array.from(kept, (at) => actual[at] ?? 0);
    const predicted = Float64Array.from(kept, (at) => numbers(scores, "price_percentile")[rows.get(ids[at] ?? "") ?? 0] ?? 0);
    const [mae, naive] = [meanInterval(absoluteErrors(predicted, wanted)), meanInterval(absoluteErrors(predicted.map(() => fitted.mean), wanted))];
    return [{ metric: "mae_percentile", ...mae, baseline: "mean of all customers", baselineValue: naive.value, n: kept.length, higherIsBetter: false, beatsBaseline: mae.value < naive.value }];
  },
});

import type { Json } from "../../../shared/base/canonical-json.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import { betaCdf } from "../../numeric/distributions.ts";
import { absoluteErrors, meanInterval } from "../../numeric/scoring.ts";
import { varianceComponents } from "../../numeric/shrinkage.ts";
import { defineModel } from "../define.ts";
import { compare, coverage, join, known, leastCustomers } from "../evaluation.ts";
import { fitReader } from "../fit-reader.ts";
import { blank, numbers, quintiles, requireTable, scoreTable, stepOf, texts } from "../tables.ts";

interface Fitted {
  readonly mean: number;
  readonly within: number;
  readonly between: number;
  /** How far the middle of a customer's next ranks lies from the population's mean, over how far their mean does. */
  readonly stretch: number;
  readonly cuts: readonly number[];
}

const readFit = fitReader<Fitted>("price_tier", {
  mean: "number",
  within: "number",
  between: "number",
  stretch: "number",
  cuts: "list",
});
const z90 = 1.2815515655446004;

interface Positions {
  readonly ids: readonly string[];
  readonly n: Float64Array;
  readonly sum: Float64Array;
  readonly sumSq: Float64Array;
}

/** Lines and price positions of each customer over all categories; customers in order of their id, categories in order of their
 *  name, so that the order of rows moves no digit. */
function positionsOf(table: ColumnTable): Positions {
  const owners = texts(table, "customer_id").map((id) => id ?? "");
  const categories = texts(table, "category").map((name) => name ?? "");
  const ids = [...new Set(owners)].sort();
  const places = new Map(ids.map((id, at) => [id, at]));
  const rank = new Map([...new Set(categories)].sort().map((name, at) => [name, at]));
  const keys = owners.map((id, row) => (places.get(id) ?? 0) * rank.size + (rank.get(categories[row] ?? "") ?? 0));
  const order = Uint32Array.from(keys.keys()).sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0));
  const gathered = ["n_lines", "sum_percentile", "sum_percentile_sq"].map((name) => {
    const column = numbers(table, name);
    const sums = new Float64Array(ids.length);
    for (const row of order) {
      const own = places.get(owners[row] ?? "") ?? 0;
      sums[own] = (sums[own] ?? 0) + (column[row] ?? 0);
    }
    return sums;
  });
  const [n = new Float64Array(0), sum = n, sumSq = n] = gathered;
  return { ids, n, sum, sumSq };
}

type Components = Pick<Fitted, "mean" | "within" | "between">;

/** Mean rank of a customer's lines, drawn towards the population's, with the spread of what isn't known of it. */
function shrunk({ mean, within, between }: Components, n: number, sum: number): { value: number; variance: number } {
  const weight = within / between;
  return { value: (sum + weight * mean) / (n + weight), variance: within / (n + weight) };
}

/** The middle of a customer's next ranks, kept inside of them, and the spread of what isn't known of their mean. */
function middleOf(fitted: Fitted, n: number, sum: number): { value: number; variance: number } {
  const { value, variance } = shrunk(fitted, n, sum);
  return { value: Math.min(0.99, Math.max(0.01, fitted.mean + fitted.stretch * (value - fitted.mean))), variance };
}

const leastSingles = 200;

/** Slope through the mean, by least absolute errors, of the rank of somebody's only line in a category on what their lines in the others
 *  tell: ranks end at 0 and 1, so that the middle of a choosy customer's lies farther out than their mean. 1 where too few can be told. */
function stretchOf(table: ColumnTable, { n, sum, ids }: Positions, components: Components): number {
  const places = new Map(ids.map((id, at) => [id, at]));
  const [lines, sums] = [numbers(table, "n_lines"), numbers(table, "sum_percentile")];
  const slopes: { slope: number; weight: number }[] = [];
  for (const [row, id] of texts(table, "customer_id").entries()) {
    const own = places.get(id ?? "") ?? -1;
    if (lines[row] !== 1 || (n[own] ?? 0) < 2) continue;
    const rank = sums[row] ?? 0;
    const told = shrunk(components, (n[own] ?? 0) - 1, (sum[own] ?? 0) - rank).value - components.mean;
    if (Math.abs(told) > 1e-6) slopes.push({ slope: (rank - components.mean) / told, weight: Math.abs(told) });
  }
  if (slopes.length < leastSingles) return 1;
  slopes.sort((a, b) => a.slope - b.slope || a.weight - b.weight);
  const half = slopes.reduce((total, { weight }) => total + weight, 0) / 2;
  let below = 0;
  const middle = slopes.find(({ weight }) => {
    below += weight;
    return below >= half;
  });
  return Math.min(1.6, Math.max(1, middle?.slope ?? 1));
}

export const priceTier = defineModel({
  name: "price_tier",
  version: 3,
  title: "Price tier",
  group: "preferences",
  inputs: { positions: { feature: "price_positions" } },
  params: {
    prior_weight: {
      kind: "number",
      default: 1,
      min: 0.01,
      max: 100,
      label: "Weight of the population",
      help: "Times the weight that the spread between customers gives it: more draws everybody nearer to the mean.",
    },
  },
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
    method:
      "List prices ranked within their category; the mean rank of a customer's lines, drawn towards the population by how much means differ between customers and ranks within one (variance components), then moved out to the middle of their next ranks as far as lines in one category lie from what those in others tell (least absolute errors). Tiers are quintiles of customers.",
    references: [
      "Morris (1983): Parametric empirical Bayes inference, JASA 78, for the shrinkage.",
      "Henderson (1953): Estimation of variance and covariance components, Biometrics 9(2).",
    ],
    assumptions: [
      "List price stands for the price point; reductions are another matter.",
      "Ranks are comparable across categories.",
    ],
    limits: [
      "Without product and price there is no score.",
      "Products without a category are ranked among each other, so that what somebody buys hides how dear they buy it: on a simulated furniture shop the next line's rank was told 4 % nearer than by the median, with categories it would have been 18 %.",
      "Limits are those of the customer's taste, not of the next product.",
    ],
    metrics: [
      "mae of the price rank of purchases after the cut, against the population's mean rank",
      "coverage of the 80 % limits of that rank",
    ],
  },
  fit: (inputs, params): Json => {
    const table = requireTable(inputs, "positions");
    const positions = positionsOf(table);
    const { n, sum, sumSq } = positions;
    if (n.length === 0) return null;
    const { mean, within, between } = varianceComponents(n, sum, sumSq);
    const components = { mean, within, between: between / Number(params.prior_weight) };
    const fitted = { ...components, stretch: stretchOf(table, positions, components), cuts: [] };
    return { ...fitted, cuts: quintiles(n.map((count, at) => middleOf(fitted, count, sum[at] ?? 0).value)) };
  },
  score: (inputs, json) => {
    const fitted = readFit(json);
    const { ids, n, sum } = positionsOf(requireTable(inputs, "positions"));
    const [tier, tierLow, tierHigh] = [blank(ids.length), blank(ids.length), blank(ids.length)];
    const [value, low, high] = [blank(ids.length), blank(ids.length), blank(ids.length)];
    for (let at = 0; fitted && at < ids.length; at++) {
      const estimate = middleOf(fitted, n[at] ?? 0, sum[at] ?? 0);
      const half = z90 * Math.sqrt(estimate.variance);
      value[at] = Math.min(1, Math.max(0, estimate.value));
      low[at] = Math.max(0, estimate.value - half);
      high[at] = Math.min(1, estimate.value + half);
      tier[at] = stepOf(estimate.value, fitted.cuts);
      tierLow[at] = stepOf(estimate.value - half, fitted.cuts);
      tierHigh[at] = stepOf(estimate.value + half, fitted.cuts);
    }
    const outputs = {
      price_tier: tier,
      price_tier_low: tierLow,
      price_tier_high: tierHigh,
      price_percentile: value,
      price_percentile_low: low,
      price_percentile_high: high,
    };
    const enough = n.map((count) => (fitted && count >= 3 ? 1 : 0));
    const reason = ids.map(() => (fitted ? null : "not_enough_data"));
    return scoreTable([...ids], outputs, { enough, reason });
  },
  evaluate: (inputs, scores, { outcomeCategories: outcomes }, json, _, { seed }) => {
    const fitted = readFit(json);
    const positions = positionsOf(requireTable(inputs, "positions"));
    const ranks = numbers(outcomes, "median_price_percentile");
    const joined = join(outcomes, [scores], (row) => Number.isFinite(ranks[row]));
    const n = joined.n;
    if (!fitted || n < leastCustomers) return [];
    const actual = joined.numbers(outcomes, "median_price_percentile");
    const predicted = joined.numbers(scores, "price_percentile");
    const mae = (values: Float64Array) => meanInterval(absoluteErrors(values, actual));
    const byMean = predicted.map(() => fitted.mean);
    const naive = mae(byMean).value;
    const pairs = { own: absoluteErrors(predicted, actual), naive: absoluteErrors(byMean, actual) };
    const places = new Map(positions.ids.map((id, at) => [id, at]));
    const lines = joined.numbers(outcomes, "n_lines");
    const below = Float64Array.from(joined.texts(outcomes, "customer_id"), (id, at) => {
      const own = places.get(id ?? "") ?? -1;
      const { value, variance } = shrunk(fitted, positions.n[own] ?? 0, positions.sum[own] ?? 0);
      const mean = Math.min(0.98, Math.max(0.02, value));
      // ranks end at 0 and 1: a beta distribution of their mean and variance
      const weight = (mean * (1 - mean)) / (variance + fitted.within / Math.max(1, lines[at] ?? 1)) - 1;
      return betaCdf(actual[at] ?? 0, mean * Math.max(0.3, weight), (1 - mean) * Math.max(0.3, weight));
    });
    const common = { metric: "mae_percentile", baseline: "mean of all customers", n, better: "lower", pairs } as const;
    return known([compare({ own: mae(predicted), naive, ...common }), coverage(below, new Float64Array(n), seed)]);
  },
});

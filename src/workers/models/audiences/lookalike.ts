import type { Json } from "../../../shared/base/canonical-json.ts";
import type { Evaluation, Tables } from "../../../shared/domain/model.ts";
import type { Params } from "../../../shared/domain/params.ts";
import { featureColumns } from "../../features/customer-features.ts";
import { sigmoid } from "../../numeric/boosted-trees-loss.ts";
import { midRanks, shareInterval } from "../../numeric/scoring.ts";
import { defineModel } from "../define.ts";
import { compare, known, leastCustomers } from "../evaluation.ts";
import { blank, gather, matchRows, numbers, requireTable, scoreTable, texts } from "../tables.ts";
import { alikeMargins, type FittedAlike, fitAlike, leastSeeds, readAlike } from "./lookalike-fit.ts";

/** What seeds are chosen by says nothing of what makes them: these columns are left out. */
const defining = /^(revenue_|purchases_|frequency$|recency$|last_purchase_minor$|n_lines$|return_count$)/;
const behaviours = featureColumns.map(({ name }) => name).filter((name) => !defining.test(name));
export const alikeNames: readonly string[] = [...behaviours, "discount_affinity", "price_percentile", "category_share"];

/** What customers are compared by, of those in the table of features. */
export function alikeColumns(inputs: Tables): Float64Array[] {
  const features = requireTable(inputs, "features");
  const from = (alias: string, column: string) => {
    const table = requireTable(inputs, alias);
    return table.rows === 0 ? blank(features.rows) : gather(numbers(table, column), matchRows(features, table));
  };
  return [
    ...behaviours.map((name) => numbers(features, name)),
    from("discount", "discount_affinity"),
    from("price", "price_percentile"),
    from("category", "top_category_affinity"),
  ];
}

/** Worth of each customer by which the best are chosen. */
function worthOf(inputs: Tables, params: Params): Float64Array {
  const features = requireTable(inputs, "features");
  const name = params.seed === "most frequent" ? "purchases_365" : "revenue_365";
  return numbers(features, name);
}

/** The best customers: the given share of those of any worth; equal ones stand in or out together. */
function seedsOf(worth: Float64Array, share: number): Float64Array {
  const sorted = worth.filter((value) => value > 0).sort();
  const bound = sorted[Math.max(0, sorted.length - Math.ceil(share * sorted.length))] ?? Number.POSITIVE_INFINITY;
  return worth.map((value) => (value > 0 && value >= bound ? 1 : 0));
}

/** Rank of those outside the seed by likeness, 1 the most alike; not a number within it. */
export function percentileOutside(similarity: Float64Array, isSeed: Float64Array): Float64Array {
  const outside = Array.from(isSeed.keys()).filter((row) => isSeed[row] === 0);
  const ranks = midRanks(Float64Array.from(outside, (row) => similarity[row] ?? 0));
  const percentile = blank(isSeed.length);
  for (const [at, row] of outside.entries()) percentile[row] = (ranks[at] ?? 0) / outside.length;
  return percentile;
}

export const lookalike = defineModel({
  name: "lookalike",
  version: 1,
  title: "Lookalikes",
  group: "audiences",
  inputs: {
    features: { feature: "customer_features" },
    discount: { scores: "discount_affinity" },
    price: { scores: "price_tier" },
    category: { scores: "category_affinity" },
  },
  params: {
    seed: {
      kind: "choice",
      default: "best by revenue",
      choices: ["best by revenue", "most frequent"],
      label: "Seed",
      help: "Whom others are compared with: the best customers of the last 365 days by revenue, or by days of purchase.",
    },
    seed_share: {
      kind: "number",
      default: 0.05,
      min: 0.005,
      max: 0.5,
      unit: "share",
      label: "Share of customers in the seed",
      help: "How many of those who bought within 365 days count as the best.",
    },
  },
  outputs: [
    { name: "lookalike_similarity", type: "DOUBLE", unit: "share" },
    { name: "lookalike_percentile", type: "DOUBLE", unit: "share" },
    { name: "is_lookalike_seed", type: "BOOLEAN" },
  ],
  card: {
    purpose: "Who among the other customers behaves most like the best: the next ones to win.",
    method:
      "Boosted trees of the seed against everybody else on how they behave: what they buy, where, at what price, how they read and visit. Money and number of purchases, which define the seed, are left out. Each third of customers is scored by trees that never saw it, which gives the reach curve of seeds that were kept aside. The percentile ranks those outside the seed, 1 the most alike.",
    references: [
      "Elkan & Noto (2008): Learning classifiers from only positive and unlabeled data, KDD.",
      "Chen & Guestrin (2016): XGBoost, KDD, for boosted trees.",
    ],
    assumptions: ["Whoever behaves like the best can become one of them."],
    limits: [
      "Likeness, not effect: that they would spend as much isn't said, and a campaign has to be tested.",
      "A score that ranks: its level depends on how many seeds there are, so it has no limits.",
      `Fewer than ${leastSeeds} seeds are too few.`,
      "Tenure counts: those who came lately are seldom like those who have been here long.",
      "The seed here is the best customers. Any saved segment can be a seed by itself: a rule of another segment asks for the share of customers who are most like it.",
    ],
    metrics: [
      "recall_at_reach_10: share of seeds kept aside among the tenth of customers most alike, against a random tenth (.1); the curve stands beside it",
      "best_after_cut: share of those outside the seed, among their most alike tenth, who are among the best after the cut, against all outside the seed",
    ],
  },
  fit: (inputs, params, { seed, throwIfCancelled }): Json => {
    const isSeed = seedsOf(worthOf(inputs, params), Number(params.seed_share));
    return fitAlike(alikeNames, alikeColumns(inputs), isSeed, seed, throwIfCancelled) as unknown as Json;
  },
  score: (inputs, json, params) => {
    const fitted = readAlike(json);
    const features = requireTable(inputs, "features");
    const isSeed = seedsOf(worthOf(inputs, params), Number(params.seed_share));
    const similarity = fitted ? alikeMargins(fitted, alikeColumns(inputs)).map(sigmoid) : blank(features.rows);
    const percentile = fitted ? percentileOutside(similarity, isSeed) : blank(features.rows);
    return scoreTable(
      texts(features, "customer_id").map((id) => id ?? ""),
      {
        lookalike_similarity: similarity,
        lookalike_percentile: percentile,
        is_lookalike_seed: fitted ? isSeed : blank(features.rows),
      },
      {
        enough: isSeed.map(() => (fitted ? 1 : 0)),
        reason: Array.from(isSeed, (one) => (fitted ? (one === 1 ? "is_seed" : null) : "not_enough_data")),
      },
    );
  },
  evaluate: (inputs, scores, holdout, json, params) => {
    const fitted = readAlike(json);
    if (!fitted) return [];
    const features = requireTable(inputs, "features");
    const rows = matchRows(features, holdout.outcomes);
    const after = gather(
      numbers(holdout.outcomes, params.seed === "most frequent" ? "n_purchases" : "revenue_minor"),
      rows,
    );
    return known([
      reachOf(fitted),
      ...laterBest(numbers(scores, "lookalike_percentile"), after, Number(params.seed_share)),
    ]);
  },
});

/** The reach curve of the fit: seeds kept aside among the most alike. */
function reachOf({ curve, n_seeds }: FittedAlike): Evaluation {
  const tenth = curve.find(({ reach }) => reach === 0.1);
  return {
    ...compare({
      metric: "recall_at_reach_10",
      own: tenth?.recall ?? { value: Number.NaN, low: Number.NaN, high: Number.NaN },
      baseline: "a random audience",
      naive: 0.1,
      n: n_seeds,
      better: "higher",
    }),
    calibration: curve.map(({ reach, recall }) => ({
      label: `${Math.round(reach * 100)} % reached`,
      expected: reach,
      actual: recall.value,
      low: recall.low,
      high: recall.high,
      n: n_seeds,
    })),
  };
}

/** Whether those most alike are among the best of the time after the cut. */
function laterBest(percentile: Float64Array, after: Float64Array, share: number): Evaluation[] {
  const isBest = seedsOf(
    after.map((value) => (Number.isFinite(value) ? value : 0)),
    share,
  );
  const outside = Array.from(percentile.keys()).filter(
    (row) => Number.isFinite(percentile[row]) && Number.isFinite(after[row]),
  );
  const alike = outside.filter((row) => (percentile[row] ?? 0) > 0.9);
  if (alike.length < leastCustomers) return [];
  const of = (rows: readonly number[]) => shareInterval(Float64Array.from(rows, (row) => isBest[row] ?? 0));
  return [
    compare({
      metric: "best_after_cut",
      own: of(alike),
      baseline: "all outside the seed",
      naive: of(outside).value,
      n: alike.length,
      better: "higher",
    }),
  ];
}

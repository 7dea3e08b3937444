import { defineModel } from "../define.ts";
import { requireTable, scoreTable } from "../tables.ts";
import { evaluateShares, type FittedShares, fitShares, scoreShares, shareParams, totalOf } from "./shares.ts";

const columns = { choice: "category", count: "n_lines" };
/** Products of no known category stand as one called "all" in what followed a cut. */
const unknownCategory = "all";

export const categoryAffinity = defineModel({
  name: "category_affinity",
  version: 4,
  title: "Category affinity",
  group: "preferences",
  inputs: { counts: { feature: "category_counts" } },
  params: shareParams,
  outputs: [
    { name: "top_category", type: "VARCHAR" },
    { name: "top_category_affinity", type: "DOUBLE", unit: "share" },
    { name: "top_category_affinity_low", type: "DOUBLE", unit: "share" },
    { name: "top_category_affinity_high", type: "DOUBLE", unit: "share" },
    { name: "categories", type: "VARCHAR[]" },
  ],
  card: {
    purpose: "Which categories a customer's next purchases will come from, and how sure that is.",
    method:
      "Dirichlet-multinomial shrinkage: the customer's lines by category plus a prior of the population's shares, whose weight and shares are fitted by maximum likelihood (Minka's fixed point). Limits are those of the share.",
    references: [
      "Minka (2000): Estimating a Dirichlet distribution.",
      "Wagner & Taudes (1986): A multivariate Polya model of brand choice and purchase incidence, Marketing Science 5(3).",
    ],
    assumptions: ["Taste changes slowly.", "Lines count alike, whatever they cost."],
    limits: ["Without a product's category there is no score.", "Says nothing of when somebody buys."],
    metrics: [
      "recall at 1 and at 3 of the categories bought after the cut, against the population's most bought ones",
      "log_loss of those lines' categories, against the shares of all customers",
      "coverage of the 80 % limits by the top category's lines after the cut",
    ],
  },
  fit: (inputs, params) => fitShares(requireTable(inputs, "counts"), columns, Number(params.prior_weight)),
  score: (inputs, json) => {
    const fitted = json as unknown as FittedShares | null;
    const { ids, choosers, top, share, low, high, lists } = scoreShares(
      requireTable(inputs, "counts"),
      columns,
      fitted,
    );
    const outputs = {
      top_category: top,
      top_category_affinity: share,
      top_category_affinity_low: low,
      top_category_affinity_high: high,
      categories: lists,
    };
    const enough = Float64Array.from(choosers, ({ counts }) => (totalOf(counts) >= 3 ? 1 : 0));
    return scoreTable(ids, outputs, { enough, reason: new Array<string | null>(ids.length).fill(null) });
  },
  evaluate: (inputs, _scores, holdout, json, _params, { seed }) => {
    const fitted = json as unknown as FittedShares | null;
    return evaluateShares({
      counts: requireTable(inputs, "counts"),
      outcomes: holdout.outcomeCategories,
      columns,
      fitted,
      seed,
      recallAt: [1, 3],
      leftOut: (name) => name === unknownCategory && fitted?.choices.includes(unknownCategory) !== true,
    });
  },
});

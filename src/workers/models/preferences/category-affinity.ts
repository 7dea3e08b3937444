import type { Json } from "../../../shared/base/canonical-json.ts";
import { popularName } from "../../../shared/domain/tournament.ts";
import { defineModel } from "../define.ts";
import { requireTable, scoreTable } from "../tables.ts";
import {
  type CategoryMethod,
  categoryColumns,
  categoryMethods,
  countsFor,
  fitCategories,
  isAged,
  latestDay,
  tryCategories,
  unknownCategory,
} from "./category-methods.ts";
import { evaluateShares, readShares, scoreShares, shareParams, totalOf } from "./shares.ts";

const standing = "shrunk";

export const categoryAffinity = defineModel({
  name: "category_affinity",
  version: 6,
  title: "Category affinity",
  group: "preferences",
  inputs: { counts: { feature: "category_counts" } },
  apart: { inputs: ["counts"], isDaily: (fitted) => isAged(readShares(fitted)) },
  params: {
    ...shareParams,
    method: {
      kind: "choice",
      default: "best",
      choices: ["best", ...categoryMethods],
      label: "Method",
      help: "The tournament's choice, or one of them: all lines alike, the latest counting most, or what is bought together.",
    },
  },
  outputs: [
    { name: "top_category", type: "VARCHAR" },
    { name: "top_category_affinity", type: "DOUBLE", unit: "share" },
    { name: "top_category_affinity_low", type: "DOUBLE", unit: "share" },
    { name: "top_category_affinity_high", type: "DOUBLE", unit: "share" },
    { name: "categories", type: "VARCHAR[]" },
  ],
  contest: {
    target: "category",
    param: "method",
    version: 1,
    standing,
    methods: [
      { name: "shrunk", title: "All lines alike (Dirichlet)" },
      { name: "recent", title: "The latest lines count most" },
      { name: "together", title: "What is bought together" },
      { name: popularName, title: "Popularity", onlyShown: "The same list for everybody is no affinity." },
    ],
    outcomes: { categories: { feature: "outcome_categories" } },
    trial: (inputs, after, params, context) => {
      const table = requireTable(inputs, "counts");
      const asOf = context.asOf ?? latestDay(table);
      const options = { priorWeight: Number(params.prior_weight), asOf };
      return tryCategories(table, requireTable(after, "categories"), options);
    },
  },
  card: {
    purpose: "Which categories a customer's next purchases will come from, and how sure that is.",
    method:
      "Dirichlet-multinomial shrinkage: the customer's lines by category plus a prior of the population's shares, whose weight and shares are fitted by maximum likelihood (Minka's fixed point). Three ways of it compete on rolling cuts: all lines alike; lines that lose half their weight in 180 days; and a prior of the customer's own, the mean of what other lines buyers of the same categories have. Limits are those of the share.",
    references: [
      "Minka (2000): Estimating a Dirichlet distribution.",
      "Rendle, Freudenthaler & Schmidt-Thieme (2010): Factorizing personalized Markov chains for next-basket recommendation, WWW, for what is bought together.",
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
  fit: (inputs, params, context): Json => {
    const table = requireTable(inputs, "counts");
    const named = params.method === "best" ? (context.choice?.chosen ?? standing) : params.method;
    const method: CategoryMethod = categoryMethods.find((one) => one === named) ?? standing;
    const options = { priorWeight: Number(params.prior_weight), asOf: context.asOf ?? latestDay(table) };
    const fitted = fitCategories(method, table, options);
    return fitted && ({ ...fitted, method } as unknown as Json);
  },
  score: (inputs, json, _params, context) => {
    const fitted = readShares(json);
    const table = requireTable(inputs, "counts");
    const counts = countsFor(fitted, table, context.asOf ?? latestDay(table));
    const { ids, choosers, top, share, low, high, lists } = scoreShares(counts, categoryColumns, fitted);
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
  evaluate: (inputs, _scores, holdout, json, _params, { seed, asOf }) => {
    const fitted = readShares(json);
    const table = requireTable(inputs, "counts");
    return evaluateShares({
      counts: countsFor(fitted, table, asOf ?? latestDay(table)),
      outcomes: holdout.outcomeCategories,
      columns: categoryColumns,
      fitted,
      seed,
      recallAt: [1, 3],
      leftOut: (name) => name === unknownCategory && fitted?.choices.includes(unknownCategory) !== true,
    });
  },
});

import type { ColumnTable } from "../../../shared/domain/column.ts";
import { defineModel } from "../define.ts";
import { numbers, requireTable, scoreTable, texts } from "../tables.ts";
import { evaluateShares, fitShares, readShares, scoreShares, shareParams, totalOf } from "./shares.ts";

const columns = { choice: "brand", count: "n_lines" };

/** Of the lines that a customer bought in the categories of a brand of theirs, the part that is the brand's: share of category
 *  requirement (Ehrenberg 1988). NaN where the brand was never bought. */
function requirementShares(table: ColumnTable, brandOf: ReadonlyMap<string, string>): Map<string, number> {
  const ids = texts(table, "customer_id");
  const [categories, brands] = [texts(table, "category"), texts(table, "brand")];
  const lines = numbers(table, "n_lines");
  const inCategory = new Map<string, { own: number; all: number }>();
  const keyOf = (at: number) => `${ids[at]}\u001f${categories[at]}`;
  for (let at = 0; at < table.rows; at++) {
    const found = inCategory.get(keyOf(at)) ?? { own: 0, all: 0 };
    found.all += lines[at] ?? 0;
    if (brands[at] === brandOf.get(ids[at] ?? "")) found.own += lines[at] ?? 0;
    inCategory.set(keyOf(at), found);
  }
  const sums = new Map<string, { own: number; all: number }>();
  for (const [key, { own, all }] of inCategory) {
    if (own === 0) continue;
    const customer = key.slice(0, key.indexOf("\u001f"));
    const sum = sums.get(customer) ?? { own: 0, all: 0 };
    sums.set(customer, { own: sum.own + own, all: sum.all + all });
  }
  return new Map([...sums].map(([customer, { own, all }]) => [customer, own / Math.max(1, all)]));
}

export const brandAffinity = defineModel({
  name: "brand_affinity",
  version: 3,
  title: "Brand affinity",
  group: "preferences",
  inputs: { counts: { feature: "brand_counts" } },
  apart: { inputs: ["counts"] },
  outcomes: { brands: { feature: "outcome_brands" } },
  params: shareParams,
  outputs: [
    { name: "top_brand", type: "VARCHAR" },
    { name: "top_brand_affinity", type: "DOUBLE", unit: "share" },
    { name: "top_brand_affinity_low", type: "DOUBLE", unit: "share" },
    { name: "top_brand_affinity_high", type: "DOUBLE", unit: "share" },
    { name: "category_requirement_share", type: "DOUBLE", unit: "share" },
    { name: "brands", type: "VARCHAR[]" },
  ],
  card: {
    purpose: "Which brands a customer's next lines will be of, and how far they are loyal to the first.",
    method:
      "Dirichlet-multinomial shrinkage of the customer's lines by brand, as for categories; the prior is fitted by maximum likelihood. Beside it stands the share of category requirement: of the lines bought in the first brand's categories, those of that brand.",
    references: [
      "Minka (2000): Estimating a Dirichlet distribution.",
      "Ehrenberg (1988): Repeat-Buying, 2nd ed., for the share of category requirement.",
      "Goodhardt, Ehrenberg & Chatfield (1984): The Dirichlet: a comprehensive model of buying behaviour, JRSS A 147(5).",
    ],
    assumptions: ["Taste changes slowly.", "Brands compete across the shop as within a category."],
    limits: [
      "Without a product's brand there is no score.",
      "The share of category requirement is a plain share: over few lines it is near 1 by chance.",
      "Own-label and supplier names that the catalogue holds as brands are taken as such.",
    ],
    metrics: [
      "recall at 1 and at 3 of the brands bought after the cut, against the population's most bought ones",
      "log_loss of those lines' brands, against the shares of all customers",
      "coverage of the 80 % limits by the top brand's lines after the cut",
    ],
  },
  fit: (inputs, params) => fitShares(requireTable(inputs, "counts"), columns, Number(params.prior_weight)),
  score: (inputs, json) => {
    const table = requireTable(inputs, "counts");
    const scored = scoreShares(table, columns, readShares(json));
    const { ids, choosers, top, share, low, high, lists } = scored;
    const brandOf = new Map(ids.map((id, at) => [id, top[at] ?? ""]));
    const requirement = requirementShares(table, brandOf);
    const outputs = {
      top_brand: top,
      top_brand_affinity: share,
      top_brand_affinity_low: low,
      top_brand_affinity_high: high,
      category_requirement_share: Float64Array.from(ids, (id) => requirement.get(id) ?? Number.NaN),
      brands: lists,
    };
    const enough = Float64Array.from(choosers, ({ counts }) => (totalOf(counts) >= 3 ? 1 : 0));
    return scoreTable(ids, outputs, {
      enough,
      reason: ids.map((id) => (requirement.has(id) ? null : "top_brand_not_bought")),
    });
  },
  evaluate: (inputs, _scores, holdout, json, _params, { seed }) =>
    evaluateShares({
      counts: requireTable(inputs, "counts"),
      outcomes: requireTable(holdout.tables ?? {}, "brands"),
      columns,
      fitted: readShares(json),
      seed,
      recallAt: [1, 3],
    }),
});

import type { Json } from "../../../shared/base/canonical-json.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import type { Evaluation } from "../../../shared/domain/model.ts";
import { defineModel } from "../define.ts";
import { calibrationBins, compareMeans, known, leastCustomers } from "../evaluation.ts";
import { fitReader } from "../fit-reader.ts";
import { requireTable, texts } from "../tables.ts";
import { findRules, type HeldOut, measuresOf, ruleText, type Sets, setsOf } from "./bundle-rules.ts";
import { listsOf } from "./sold-products.ts";

interface FittedBundles {
  readonly rules: readonly HeldOut[];
  readonly n_rules: number;
  readonly n_confirmed: number;
}

const readBundles = fitReader<FittedBundles>("bundles", { rules: "list", n_rules: "number", n_confirmed: "number" });

export const bundles = defineModel({
  name: "bundles",
  version: 2,
  title: "Bundles",
  group: "preferences",
  inputs: { sets: { feature: "itemsets" } },
  outcomes: { baskets: { feature: "outcome_baskets" } },
  keys: [
    { name: "antecedent", type: "VARCHAR" },
    { name: "antecedent_also", type: "VARCHAR" },
    { name: "consequent", type: "VARCHAR" },
  ],
  fitBuckets: "all",
  params: {
    least_confidence: {
      kind: "number",
      default: 0.05,
      min: 0,
      max: 1,
      label: "Least confidence",
      help: "Rules that hold less often in baskets with the first product are left out.",
    },
    least_lift: {
      kind: "number",
      default: 1.2,
      min: 1,
      max: 100,
      label: "Least lift",
      help: "How much likelier the second product has to be beside the first than anywhere.",
    },
  },
  outputs: [
    { name: "n_baskets", type: "INTEGER", unit: "count" },
    { name: "support", type: "DOUBLE", unit: "share" },
    { name: "confidence", type: "DOUBLE", unit: "share" },
    { name: "confidence_low", type: "DOUBLE", unit: "share" },
    { name: "confidence_high", type: "DOUBLE", unit: "share" },
    { name: "lift", type: "DOUBLE" },
    { name: "leverage", type: "DOUBLE", unit: "share" },
    { name: "held_out_confidence", type: "DOUBLE", unit: "share" },
    { name: "held_out_lift", type: "DOUBLE" },
    { name: "is_confirmed", type: "BOOLEAN" },
  ],
  card: {
    purpose:
      "Which products are bought together beyond chance, in pairs and threes: for bundles, shelves and the till.",
    method:
      "Frequent sets of one, two and three products counted from smaller to larger ones, and rules from them. Rules are found in the first four fifths of baskets by day and confirmed by the last fifth; support, confidence, lift and leverage are of all. A rule of two products stands only where it says more than either alone. Limits are those of the confidence.",
    references: [
      "Agrawal & Srikant (1994): Fast algorithms for mining association rules, VLDB.",
      "Han, Pei & Yin (2000): Mining frequent patterns without candidate generation, SIGMOD.",
      "Piatetsky-Shapiro (1991): Discovery, analysis and presentation of strong rules, for leverage.",
    ],
    assumptions: ["An order is a basket.", "What was bought together will be."],
    limits: [
      "Association, not effect: whether putting them together sells more only a test tells.",
      "A row is a rule, not a customer. Sets that fewer than twenty baskets hold are left out.",
      "Of many rules some pass by chance: look at those that the held-out baskets confirm.",
      "Orders of more than 60 different products are left out, of more than 15 for sets of three.",
    ],
    metrics: [
      "hit_rate_at_1: beside a product of a basket after the cut, how often the best rule names another of it, against the most popular product",
      "log_loss of a rule's second product in baskets with the first, against its share of all baskets",
    ],
  },
  fit: (inputs, params): Json => {
    const sets = setsOf(requireTable(inputs, "sets"));
    if (sets.total.all === 0) return null;
    const rules = findRules(sets, {
      confidence: Number(params.least_confidence),
      lift: Number(params.least_lift),
    });
    const n_confirmed = rules.filter(({ isConfirmed }) => isConfirmed).length;
    return { rules, n_rules: rules.length, n_confirmed } as unknown as Json;
  },
  score: (inputs, json): ColumnTable => {
    const sets = setsOf(requireTable(inputs, "sets"));
    const fitted = readBundles(json);
    const rows = (fitted?.rules ?? [])
      .flatMap((rule) => {
        const measures = measuresOf(sets, rule);
        return measures ? [{ rule, measures }] : [];
      })
      .sort((a, b) => (ruleText(a.rule) < ruleText(b.rule) ? -1 : 1));
    const number = (pick: (row: (typeof rows)[number]) => number) => Float64Array.from(rows, pick);
    return {
      rows: rows.length,
      columns: {
        antecedent: rows.map(({ rule }) => rule.when[0] ?? null),
        antecedent_also: rows.map(({ rule }) => rule.when[1] ?? null),
        consequent: rows.map(({ rule }) => rule.also),
        ...Object.fromEntries(
          (
            ["n_baskets", "support", "confidence", "confidence_low", "confidence_high", "lift", "leverage"] as const
          ).map((name) => [name, number(({ measures }) => measures[name])]),
        ),
        held_out_confidence: number(({ rule }) => rule.confidence),
        held_out_lift: number(({ rule }) => rule.lift),
        is_confirmed: number(({ rule }) => Number(rule.isConfirmed)),
        enough_data: number(({ measures }) => Number(measures.n_baskets >= 50)),
        reason: rows.map(({ rule }) => (rule.when.length > 1 ? null : "of_two")),
      },
    };
  },
  evaluate: (inputs, _scores, holdout, json) => {
    const fitted = readBundles(json);
    const after = listsOf(requireTable(holdout.tables ?? {}, "baskets"), "products");
    if (!fitted || texts(requireTable(holdout.tables ?? {}, "baskets"), "customer_id").length < leastCustomers)
      return [];
    const baskets = after.map((products) => [...(products ?? [])]).sort((a, b) => (a.join() < b.join() ? -1 : 1));
    return judge(setsOf(requireTable(inputs, "sets")), fitted.rules, baskets);
  },
});

function judge(sets: Sets, rules: readonly HeldOut[], baskets: readonly (readonly string[])[]): readonly Evaluation[] {
  const share = (product: string) => (sets.counts.get(product)?.all ?? 0) / Math.max(1, sets.total.all);
  const popular = [...sets.counts.keys()]
    .filter((key) => !key.includes("\u001f"))
    .sort((a, b) => share(b) - share(a) || (a < b ? -1 : 1))
    .slice(0, 2);
  const pairs = rules.filter(({ when, isConfirmed }) => when.length === 1 && isConfirmed);
  const told = new Map<string, { also: string; confidence: number }[]>();
  for (const rule of pairs) {
    const confidence = measuresOf(sets, rule)?.confidence ?? 0;
    const [when = ""] = rule.when;
    told.set(when, [...(told.get(when) ?? []), { also: rule.also, confidence }]);
  }
  const [hits, plainHits, losses, plainLosses]: number[][] = [[], [], [], []];
  const [predicted, happened]: number[][] = [[], []];
  const surprise = (p: number, isTrue: boolean) => -Math.log(Math.min(1 - 1e-6, Math.max(1e-6, isTrue ? p : 1 - p)));
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  for (const basket of baskets) {
    const held = new Set(basket);
    const own: [number, number, number, number][] = [];
    for (const product of basket) {
      const known = told.get(product);
      if (!known) continue;
      const best = known.reduce((a, b) => (b.confidence > a.confidence ? b : a));
      const plain = popular.find((one) => one !== product) ?? "";
      const isIn = held.has(best.also);
      own.push([
        Number(isIn),
        Number(held.has(plain)),
        surprise(best.confidence, isIn),
        surprise(share(best.also), isIn),
      ]);
      predicted?.push(best.confidence);
      happened?.push(Number(isIn));
    }
    if (own.length === 0) continue;
    for (const [at, list] of [hits, plainHits, losses, plainLosses].entries())
      list?.push(mean(own.map((row) => row[at] ?? 0)));
  }
  const calibration = calibrationBins(Float64Array.from(predicted ?? []), Float64Array.from(happened ?? []));
  return known([
    ...compareMeans({
      metric: "hit_rate_at_1",
      baseline: "the most popular product",
      own: hits ?? [],
      naive: plainHits ?? [],
      better: "higher",
    }).map((one) => ({ ...one, calibration })),
    ...compareMeans({
      metric: "log_loss",
      baseline: "the product's share of all baskets",
      own: losses ?? [],
      naive: plainLosses ?? [],
      better: "lower",
    }),
  ]);
}

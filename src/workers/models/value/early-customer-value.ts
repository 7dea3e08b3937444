import type { Json } from "../../../shared/base/canonical-json.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import type { ModelContext } from "../../../shared/domain/model.ts";
import { firstOrderColumns, landmarks } from "../../features/first-orders.ts";
import { absoluteErrors, meanInterval, spearman, spearmanDifference } from "../../numeric/scoring.ts";
import { defineModel } from "../define.ts";
import { compare, compareLimits, coverage, join, known, leastCustomers } from "../evaluation.ts";
import { fitReader } from "../fit-reader.ts";
import { contentHashes, drawn, fitLabelMeans, type LabelMeans, labelMeansOf, pick } from "../learning.ts";
import { blank, gather, matchRows, numbers, requireTable, scoreTable, texts } from "../tables.ts";
import { type FittedMoney, fitMoney, moneyCdf, moneyLimits, partsOf, predictMoney, stretched } from "./value-trees.ts";

interface Fitted {
  readonly money: FittedMoney;
  readonly category: LabelMeans;
  readonly channel: LabelMeans;
  readonly n_customers: number;
  /** Mean revenue that followed a first order's, over it: the rule of thumb. */
  readonly mean_ratio: number;
}

const readFit = fitReader<Fitted>("early_customer_value", {
  money: "object",
  category: "object",
  channel: "object",
  n_customers: "number",
  mean_ratio: "number",
});

const leastRows = 200;
const leastBuyers = 40;
const mostRows = 16_000;

function columnsOf(table: ColumnTable, { category, channel }: Pick<Fitted, "category" | "channel">, age: Float64Array) {
  const own = firstOrderColumns.map(({ name }) => numbers(table, name));
  const labels = [labelMeansOf(category, texts(table, "category")), labelMeansOf(channel, texts(table, "channel"))];
  return [...own, ...labels, age];
}

/** Trees on the revenue within the horizon after the ages of 0, 30 and 90 days, where it is known by the day. */
function fitEarly(table: ColumnTable, { seed, throwIfCancelled }: ModelContext): Fitted | null {
  const after = landmarks.map((age) => ({ age, revenue: numbers(table, `revenue_after_${age}`) }));
  const first = after[0]?.revenue ?? new Float64Array(0);
  const known_ = Uint32Array.from(first.keys()).filter((row) => Number.isFinite(first[row]));
  const revenue = pick(first, known_);
  const buyers = revenue.filter((money) => money > 0).length;
  if (known_.length < leastRows || buyers < leastBuyers) return null;
  const chosen = (labels: (string | null)[]) => Array.from(known_, (row) => labels[row] ?? null);
  const category = fitLabelMeans(chosen(texts(table, "category")), revenue);
  const channel = fitLabelMeans(chosen(texts(table, "channel")), revenue);
  const flat = columnsOf(table, { category, channel }, new Float64Array(table.rows));
  const hashes = contentHashes(flat.map((column) => pick(column, known_)));
  const rows = drawn(hashes, mostRows / 2);
  const [places, ages, money, parts]: number[][] = [[], [], [], []];
  for (const at of rows) {
    const row = known_[at] ?? 0;
    for (const { age, revenue: followed } of after) {
      const value = followed[row] ?? Number.NaN;
      if (!Number.isFinite(value)) continue;
      places?.push(row);
      ages?.push(age);
      money?.push(Math.max(0, value));
      parts?.push(partsOf(hashes.subarray(at, at + 1), 3)[0] ?? 0);
    }
  }
  const columns = [...flat.slice(0, -1).map((column) => pick(column, places ?? [])), Float64Array.from(ages ?? [])];
  const target = Float64Array.from(money ?? []);
  const part = Uint8Array.from(parts ?? []);
  const { fitted } = fitMoney({ columns, target, part, seed, throwIfCancelled });
  const sum = (values: Float64Array) =>
    Float64Array.from(values)
      .sort()
      .reduce((total, one) => total + one, 0);
  const spent = sum(pick(numbers(table, "first_minor"), known_));
  return {
    money: fitted,
    category,
    channel,
    n_customers: known_.length,
    mean_ratio: sum(revenue) / Math.max(1, spent),
  };
}

export const earlyCustomerValue = defineModel({
  name: "early_customer_value",
  version: 2,
  title: "Early customer value",
  group: "value",
  inputs: { first: { feature: "first_orders" } },
  needs:
    "first orders as long ago as the horizon, 200 or more and 40 of them followed by more, and 20 customers or more at a cut whose first order was within the 90 days before it",
  params: {
    new_days: {
      kind: "number",
      default: 90,
      min: 1,
      max: 365,
      integer: true,
      unit: "days",
      label: "New for",
      help: "Days after the first order in which it alone tells the value; later the customer's own history does better.",
    },
  },
  outputs: [
    { name: "early_value_minor", type: "DOUBLE", unit: "minor" },
    { name: "early_value_minor_low", type: "DOUBLE", unit: "minor" },
    { name: "early_value_minor_high", type: "DOUBLE", unit: "minor" },
    { name: "probability_return", type: "DOUBLE", unit: "share" },
  ],
  card: {
    purpose: "Revenue that a new customer brings within the horizon, told from the first order alone.",
    method:
      "Gradient-boosted trees in two stages on earlier customers' first orders (amount, lines, prices, reductions, categories, channel, day) and the age since: whether anything follows, and the logarithm of how much (zero-inflated lognormal). Chances are corrected by Platt's method, the level and the limits by what rows brought that weren't learnt from (three parts).",
    references: [
      "Wang, Liu & Miao (2019): A Deep Probabilistic Model for Customer Lifetime Value Prediction, arXiv 1912.07753, for the zero-inflated lognormal.",
      "Vovk, Gammerman & Shafer (2005): Algorithmic Learning in a Random World, for the limits.",
      "Platt (1999): Probabilistic outputs for support vector machines.",
    ],
    assumptions: ["New customers are worth what those with such a first order were worth."],
    limits: [
      "Needs first orders as long ago as the horizon: a shop younger than that has none (not_enough_data).",
      "What was bought after the first order is left out on purpose: from the second order on customer_value knows more.",
      "Older customers carry the reason no_longer_new.",
    ],
    metrics: [
      "spearman with the revenue after the cut, of customers new at it, against the first order's amount",
      "mae_minor against the first order's amount times what followed on average",
      "coverage of the 80 % limits",
      "interval_score of the 80 % limits (their width and ten times what lies outside) against what became of those alike by the rule of thumb",
    ],
  },
  fit: (inputs, _, context): Json => fitEarly(requireTable(inputs, "first"), context) as unknown as Json,
  score: (inputs, json, settings) => {
    const fitted = readFit(json);
    const first = requireTable(inputs, "first");
    const age = numbers(first, "age_days");
    const n = first.rows;
    const [value, low, high, chance] = [blank(n), blank(n), blank(n), blank(n)];
    const isNew = (at: number) => (age[at] ?? 0) <= Number(settings.new_days);
    const told = fitted ? predictMoney(fitted.money, columnsOf(first, fitted, age)) : null;
    for (let at = 0; fitted && told && at < n; at++) {
      if (!isNew(at)) continue;
      value[at] = told.mean[at] ?? Number.NaN;
      chance[at] = told.chance[at] ?? Number.NaN;
      [low[at], high[at]] = moneyLimits(fitted.money, told.chance[at] ?? 0, told.mu[at] ?? 0) as [number, number];
    }
    const outputs = {
      early_value_minor: value,
      early_value_minor_low: low,
      early_value_minor_high: high,
      probability_return: chance,
    };
    const reason = Array.from(age, (_, at) => (!isNew(at) ? "no_longer_new" : fitted ? null : "not_enough_data"));
    return scoreTable(texts(first, "customer_id"), outputs, {
      enough: value.map((one) => (Number.isFinite(one) ? 1 : 0)),
      reason,
    });
  },
  evaluate: (inputs, scores, { outcomes }, json, _, { seed }) => {
    const fitted = readFit(json);
    const first = requireTable(inputs, "first");
    const predictions = numbers(scores, "early_value_minor");
    const rows = matchRows(outcomes, scores);
    const joined = join(outcomes, [first, scores], (row) => Number.isFinite(predictions[rows[row] ?? -1]));
    const n = joined.n;
    if (!fitted || n < leastCustomers) return [];
    const actual = joined.numbers(outcomes, "revenue_minor");
    const own = joined.numbers(scores, "early_value_minor");
    const amount = joined.numbers(first, "first_minor");
    const naive = amount.map((one) => one * fitted.mean_ratio);
    const mae = (values: Float64Array) => meanInterval(absoluteErrors(values, actual));
    const places = matchRows(outcomes, first);
    const told = predictMoney(fitted.money, columnsOf(first, fitted, numbers(first, "age_days")));
    const kept = Array.from(places.keys()).filter(
      (row) => Number.isFinite(predictions[rows[row] ?? -1]) && (places[row] ?? -1) >= 0,
    );
    const chances = gather(
      told.chance,
      Int32Array.from(kept, (row) => places[row] ?? -1),
    );
    const mus = gather(
      told.mu,
      Int32Array.from(kept, (row) => places[row] ?? -1),
    );
    const revenue = Float64Array.from(kept, (row) => numbers(outcomes, "revenue_minor")[row] ?? 0);
    const { sigma } = fitted.money;
    const level = revenue.map((money, at) =>
      stretched(fitted.money, moneyCdf(chances[at] ?? 0, mus[at] ?? 0, sigma, money)),
    );
    const below = level.map((one, at) => ((revenue[at] ?? 0) > 0 ? one : 0));
    const at = level.map((one, row) => ((revenue[row] ?? 0) > 0 ? 0 : one));
    return known([
      compare({
        metric: "spearman",
        own: spearman(own, actual),
        baseline: "the first order's amount",
        naive: spearman(amount, actual).value,
        difference: spearmanDifference(own, amount, actual),
        n,
        better: "higher",
      }),
      compare({
        metric: "mae_minor",
        own: mae(own),
        baseline: "the first order's amount × what followed",
        naive: mae(naive).value,
        pairs: { own: absoluteErrors(own, actual), naive: absoluteErrors(naive, actual) },
        n,
        better: "lower",
      }),
      coverage(below, at, seed),
      ...compareLimits({
        metric: "interval_score_minor",
        rule: "the first order's amount",
        forecast: amount,
        low: joined.numbers(scores, "early_value_minor_low"),
        high: joined.numbers(scores, "early_value_minor_high"),
        actual,
      }),
    ]);
  },
});

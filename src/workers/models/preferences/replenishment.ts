import type { Json } from "../../../shared/base/canonical-json.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import type { Evaluation } from "../../../shared/domain/model.ts";
import { intervalCdf, nextLog, remainingDays } from "../../numeric/renewal-lognormal.ts";
import { defineModel } from "../define.ts";
import { compareMeans, coverage, known, leastCustomers } from "../evaluation.ts";
import { numbers, requireTable, texts } from "../tables.ts";
import { type FittedRhythms, fitRhythms, type Pair, pairsOf, type Rhythm, readRhythms } from "./rebuy-rhythm.ts";

const keyOf = ({ level, item }: { level: string; item: string }) => `${level}\u001f${item}`;

/** An interval that has lasted longer than all but this share would: the item is no longer bought. */
const stopped = 0.02;

interface Due {
  readonly pair: Pair;
  readonly rhythm: Rhythm;
  readonly next: { mean: number; sd: number };
  readonly hasStopped: boolean;
}

function duesOf(pairs: readonly Pair[], fitted: FittedRhythms | null): Due[] {
  const rhythms = new Map(fitted?.rhythms.map((rhythm) => [keyOf(rhythm), rhythm]));
  return pairs.flatMap((pair): Due[] => {
    const rhythm = rhythms.get(keyOf(pair));
    if (!rhythm) return [];
    const next = nextLog(rhythm, pair.days - 1, pair.sum);
    return [{ pair, rhythm, next, hasStopped: 1 - intervalCdf(next, pair.elapsed) < stopped }];
  });
}

export const replenishment = defineModel({
  name: "replenishment",
  version: 3,
  title: "Replenishment",
  group: "preferences",
  inputs: { pairs: { feature: "rebuy_candidates" } },
  outcomes: { rebuys: { feature: "outcome_rebuys" } },
  keys: [
    { name: "customer_id", type: "VARCHAR" },
    { name: "level", type: "VARCHAR" },
    { name: "item", type: "VARCHAR" },
  ],
  isSeparate: true,
  fitBuckets: "all",
  params: {
    most_spread: {
      kind: "number",
      default: 0.7,
      min: 0.1,
      max: 1.28,
      label: "Where a rhythm ends",
      help: "Standard deviation of the intervals' logarithms above which an item has no rhythm; 1.28 is pure chance.",
    },
  },
  outputs: [
    { name: "category", type: "VARCHAR" },
    { name: "replenish_on", type: "DATE" },
    { name: "replenish_on_low", type: "DATE" },
    { name: "replenish_on_high", type: "DATE" },
    { name: "interval_days", type: "DOUBLE", unit: "days" },
    { name: "last_on", type: "DATE" },
    { name: "n_days", type: "INTEGER", unit: "count" },
  ],
  card: {
    purpose: "When a customer is due to buy again what they buy regularly: coffee, pet food, razors.",
    method:
      "Log-normal intervals by product and by category, each item's mean and variance drawn to its category's, each customer's mean drawn to the item's (normal hierarchy, variances by the method of moments). The due day is the median of the interval given how long it has lasted, the limits are its 10 % and 90 % quantiles. Only items with a rhythm are scored: intervals less spread than chance would have them.",
    references: [
      "Bhagat, Muralidharan, Lobzhanidze & Vishwanath (2018): Buy it again: modeling repeat purchase recommendations, KDD.",
      "Gelman et al. (2013): Bayesian data analysis, 3rd ed., ch. 5.",
      "Herniter (1971): A probabilistic market model of purchase timing and brand selection, Management Science 18(4).",
    ],
    assumptions: [
      "Intervals of one customer and item are alike but for chance; the quantity bought doesn't stretch them.",
      "Whoever was given something to try will buy it at the item's interval.",
    ],
    limits: [
      "An item needs twenty intervals beyond each customer's first to be believed regular.",
      "Products that fewer than ten customers, or fewer than a tenth of their buyers, bought again are not looked at.",
      "An interval so long that only one in fifty lasts longer counts as given up: `stopped`, without a day.",
      "Days are those of purchase, not of use; what is bought elsewhere stretches them.",
      "A row is a customer and an item; fashion and durables have none.",
    ],
    metrics: [
      "mae_days: days between the due day and the day it was bought again, where it was within the horizon, against the category's median interval",
      "hit_in_window: share of items due within the horizon that were bought within their limits, against a window of the same length about the category's median interval",
      "coverage of the 80 % limits where it was bought again within the horizon",
    ],
  },
  fit: (inputs, params): Json => {
    const fitted = fitRhythms(pairsOf(requireTable(inputs, "pairs")), Number(params.most_spread));
    return fitted as unknown as Json;
  },
  score: (inputs, json): ColumnTable => {
    const dues = duesOf(pairsOf(requireTable(inputs, "pairs")), readRhythms(json))
      .map((due) => ({ due, text: [due.pair.customer, keyOf(due.pair)].join() }))
      .sort((a, b) => (a.text < b.text ? -1 : 1))
      .map(({ due }) => due);
    const on = (one: Due, p: number) =>
      one.hasStopped
        ? Number.NaN
        : one.pair.lastOn + one.pair.elapsed + Math.max(1, Math.round(remainingDays(one.next, one.pair.elapsed, p)));
    const columns = {
      customer_id: dues.map(({ pair }) => pair.customer),
      level: dues.map(({ pair }) => pair.level),
      item: dues.map(({ pair }) => pair.item),
      category: dues.map(({ pair }) => pair.category),
      replenish_on: Float64Array.from(dues, (one) => on(one, 0.5)),
      replenish_on_low: Float64Array.from(dues, (one) => on(one, 0.1)),
      replenish_on_high: Float64Array.from(dues, (one) => on(one, 0.9)),
      interval_days: Float64Array.from(dues, ({ next }) => Math.exp(next.mean)),
      last_on: Float64Array.from(dues, ({ pair }) => pair.lastOn),
      n_days: Float64Array.from(dues, ({ pair }) => pair.days),
      enough_data: Float64Array.from(dues, ({ pair }) => (pair.days >= 3 ? 1 : 0)),
      reason: dues.map(({ hasStopped }) => (hasStopped ? "stopped" : null)),
    };
    return { rows: dues.length, columns };
  },
  evaluate: (inputs, _scores, holdout, json, _params, { seed }) => {
    const fitted = readRhythms(json);
    const pairs = pairsOf(requireTable(inputs, "pairs"));
    const cut = pairs[0] ? pairs[0].lastOn + pairs[0].elapsed : 0;
    const after = requireTable(holdout.tables ?? {}, "rebuys");
    const [ids, levels, items] = ["customer_id", "level", "item"].map((name) => texts(after, name));
    const on = numbers(after, "next_on");
    const next = new Map(
      Array.from(on, (day, at) => [`${ids?.[at]}\u001f${levels?.[at]}\u001f${items?.[at]}`, day - cut]),
    );
    const cases = duesOf(pairs, fitted)
      .filter(({ hasStopped }) => !hasStopped)
      .map((due) => ({ due, happened: next.get(`${due.pair.customer}\u001f${keyOf(due.pair)}`) }))
      .sort((a, b) => (a.due.pair.customer < b.due.pair.customer ? -1 : 1));
    return judge(fitted, cases, holdout.horizonDays, seed);
  },
});

interface Case {
  readonly due: Due;
  /** Days from the cut until it was bought again; undefined: not within the horizon. */
  readonly happened: number | undefined;
}

function judge(
  fitted: FittedRhythms | null,
  cases: readonly Case[],
  horizon: number,
  seed: number,
): readonly Evaluation[] {
  const usual = ({ due }: Case) => {
    const days = fitted?.category_days[due.pair.category ?? ""] ?? fitted?.category_days[""] ?? horizon;
    return Math.max(1, days - due.pair.elapsed);
  };
  const within = (days: number) => Math.min(horizon, Math.max(1, days));
  const again = cases.flatMap((one) => (one.happened === undefined ? [] : [{ ...one, happened: one.happened }]));
  const own = again.map(({ due, happened }) =>
    Math.abs(within(remainingDays(due.next, due.pair.elapsed, 0.5)) - happened),
  );
  const naive = again.map((one) => Math.abs(within(usual(one)) - one.happened));
  const expected = cases
    .map((one) => ({ one, days: [0.1, 0.5, 0.9].map((p) => remainingDays(one.due.next, one.due.pair.elapsed, p)) }))
    .filter(({ days }) => (days[1] ?? 0) <= horizon);
  const isIn = (happened: number | undefined, low: number, high: number) =>
    Number(happened !== undefined && happened >= Math.floor(low) && happened <= Math.ceil(high));
  const hits = expected.map(({ one, days }) => isIn(one.happened, days[0] ?? 0, days[2] ?? 0));
  const naiveHits = expected.map(({ one, days }) => {
    const half = ((days[2] ?? 0) - (days[0] ?? 0)) / 2;
    const from = Math.max(0, usual(one) - half);
    return isIn(one.happened, from, from + 2 * half);
  });
  const share = (due: Due, days: number) => {
    const [past, end] = [
      intervalCdf(due.next, due.pair.elapsed),
      intervalCdf(due.next, due.pair.elapsed + horizon + 0.5),
    ];
    return (intervalCdf(due.next, due.pair.elapsed + days) - past) / Math.max(1e-9, end - past);
  };
  const below = again.map(({ due, happened }) => share(due, happened - 0.5));
  const upTo = again.map(({ due, happened }) => share(due, happened + 0.5));
  const isEnough = again.length >= leastCustomers;
  const inside = Float64Array.from(upTo, (value, at) => Math.max(0, value - (below[at] ?? 0)));
  return known([
    ...compareMeans({ metric: "mae_days", baseline: "the category's median interval", own, naive, better: "lower" }),
    ...compareMeans({
      metric: "hit_in_window",
      baseline: "as long a window about the category's median",
      own: hits,
      naive: naiveHits,
      better: "higher",
    }),
    ...(isEnough ? [coverage(Float64Array.from(below), inside, seed)] : []),
  ]);
}

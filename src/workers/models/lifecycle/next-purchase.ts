import { probabilityAlive } from "../../numeric/buy-till-you-die.ts";
import { absoluteErrors, meanInterval } from "../../numeric/scoring.ts";
import { defineModel } from "../define.ts";
import { compare, coverage, join, known, leastCustomers } from "../evaluation.ts";
import { blank, numbers, requireTable, scoreTable, texts } from "../tables.ts";
import { fitSummaryTable, paramsOf } from "./btyd-model.ts";

const longestDays = 3 * 365;
const longestLimitDays = 10 * 365;

/** Days until a share p of those with this history has bought again, given that they still are customers. */
export function waitOf(params: { r: number; alpha: number }, x: number, tAge: number): (p: number) => number {
  return (p) => (params.alpha + tAge) * Math.expm1(-Math.log1p(-p) / (params.r + x));
}

export const nextPurchase = defineModel({
  name: "next_purchase",
  version: 4,
  title: "Next purchase",
  group: "lifecycle",
  inputs: { summary: { feature: "purchase_summary" } },
  params: {
    least_alive: {
      kind: "number",
      default: 0.2,
      min: 0,
      max: 1,
      unit: "share",
      label: "Least probability alive",
      help: "Below it no date is given: the customer is probably gone.",
    },
  },
  outputs: [
    { name: "next_purchase_on", type: "DATE" },
    { name: "next_purchase_on_low", type: "DATE" },
    { name: "next_purchase_on_high", type: "DATE" },
  ],
  card: {
    purpose:
      "The day by which half of all customers with this history have bought again, with the days for one in ten and nine in ten.",
    method:
      "Purchases of a customer come as a Poisson process with an unknown rate: under the gamma posterior of the rate (MBG/NBD) the waiting time follows a Pareto (Lomax) distribution; its median and 80 % limits, given that the customer still is one. For a single purchase the posterior is the population's.",
    references: [
      "Fader, Hardie & Lee (2005), Marketing Science 24(2): the posterior of the purchase rate behind eq. 10.",
      "Lomax (1954): Business failures, JASA 49, for the waiting time.",
    ],
    assumptions: [
      "No season and no regular interval within a customer.",
      "The purchase rate of a customer is constant.",
    ],
    limits: [
      "Given that the customer is still one: the probability of that stands beside it.",
      "Wide for few purchases; a date more than three years away is not given.",
      "Regular buyers (groceries, refills) are better served by an interval model.",
    ],
    metrics: [
      "mae in days of repeat buyers' next purchase, within the horizon (later ones and those probably gone count as its end), against the own mean interval after the last purchase",
      "coverage of the 80 % limits by the randomised transform, together with the probability of still being a customer",
    ],
  },
  fit: (inputs) => fitSummaryTable(requireTable(inputs, "summary")),
  score: (inputs, fitted, settings) => {
    const summary = requireTable(inputs, "summary");
    const params = paramsOf(fitted);
    const n = summary.rows;
    const [middle, low, high] = [blank(n), blank(n), blank(n)];
    const reason = new Array<string | null>(n).fill(params ? null : "not_enough_data");
    const [frequency, recency] = [numbers(summary, "frequency"), numbers(summary, "recency")];
    const [tAge, last] = [numbers(summary, "t_age"), numbers(summary, "last_order_on")];
    for (let at = 0; params && at < n; at++) {
      const x = frequency[at] ?? 0;
      const age = tAge[at] ?? 0;
      const asOf = (last[at] ?? 0) + age - (recency[at] ?? 0);
      if (probabilityAlive("mbg_nbd", params, x, recency[at] ?? 0, age) < Number(settings.least_alive)) {
        reason[at] = "probably_lapsed";
        continue;
      }
      const wait = waitOf(params, x, age);
      if (!(wait(0.5) <= longestDays)) {
        reason[at] = "more_than_three_years_away";
        continue;
      }
      middle[at] = asOf + Math.max(1, Math.round(wait(0.5)));
      low[at] = asOf + Math.max(1, Math.round(wait(0.1)));
      high[at] = asOf + Math.max(1, Math.min(longestLimitDays, Math.round(wait(0.9))));
    }
    const enough = frequency.map((x) => (params && x > 0 ? 1 : 0));
    const outputs = { next_purchase_on: middle, next_purchase_on_low: low, next_purchase_on_high: high };
    return scoreTable(texts(summary, "customer_id"), outputs, { enough, reason });
  },
  evaluate: (inputs, scores, holdout, fitted, _, { seed }) => {
    const params = paramsOf(fitted);
    const summary = requireTable(inputs, "summary");
    const { outcomes, horizonDays } = holdout;
    const joined = join(outcomes, [summary, scores]);
    if (!params || joined.n < leastCustomers) return [];
    const waited = joined.numbers(outcomes, "next_purchase_days");
    const predicted = joined.numbers(scores, "next_purchase_on");
    const [last, since] = [
      joined.numbers(summary, "last_order_on"),
      joined.numbers(summary, "days_since_last_purchase"),
    ];
    const [x, recency] = [joined.numbers(summary, "frequency"), joined.numbers(summary, "recency")];
    const [below, at] = [new Float64Array(joined.n), new Float64Array(joined.n)];
    const [own, naive, actual]: [number[], number[], number[]] = [[], [], []];
    for (let i = 0; i < joined.n; i++) {
      const [count = 0, reached = 0, days = 0, wait = Number.NaN] = [x[i], recency[i], since[i], waited[i]];
      const alive = probabilityAlive("mbg_nbd", params, count, reached, reached + days);
      const by = (day: number) =>
        -alive * Math.expm1(-(params.r + count) * Math.log1p(day / (params.alpha + reached + days)));
      below[i] = by(Number.isFinite(wait) ? wait - 1 : horizonDays);
      at[i] = (Number.isFinite(wait) ? by(wait) : 1) - (below[i] ?? 0);
      if (count === 0) continue;
      const due = (predicted[i] ?? Number.NaN) - (last[i] ?? 0) - days;
      own.push(Number.isFinite(due) ? Math.min(horizonDays, due) : horizonDays);
      naive.push(Math.min(horizonDays, Math.max(1, reached / count - days)));
      actual.push(Number.isFinite(wait) ? wait : horizonDays);
    }
    const mae = (values: readonly number[]) =>
      meanInterval(absoluteErrors(Float64Array.from(values), Float64Array.from(actual)));
    const n = actual.length;
    const errors = (values: readonly number[]) => absoluteErrors(Float64Array.from(values), Float64Array.from(actual));
    const pairs = { own: errors(own), naive: errors(naive) };
    const common = { baseline: "own mean interval", better: "lower", n, pairs } as const;
    const days = compare({ metric: "mae_days", own: mae(own), naive: mae(naive).value, ...common });
    return known([...(n < leastCustomers ? [] : [days]), coverage(below, at, seed)]);
  },
});

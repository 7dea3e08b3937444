import type { Json } from "../../../shared/base/canonical-json.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import type { ModelContext } from "../../../shared/domain/model.ts";
import type { LogIntervals } from "../../numeric/renewal-lognormal.ts";
import { absoluteErrors } from "../../numeric/scoring.ts";
import { defineModel } from "../define.ts";
import { compareMeans, coverage, join, known, leastCustomers } from "../evaluation.ts";
import { blank, gather, matchRows, numbers, requireTable, scoreTable, texts } from "../tables.ts";
import { fitSummaryTable, paramsOf } from "./btyd-model.ts";
import { naiveDays, tryWaits } from "./next-purchase-trial.ts";
import {
  dayBy,
  fitRhythm,
  type Wait,
  type WaitFits,
  type WaitMethod,
  waitMethods,
  waitsBy,
} from "./next-purchase-waits.ts";

const longestDays = 3 * 365;
const longestLimitDays = 10 * 365;
const standing = "poisson";

function fitsFor(summary: ColumnTable, { fits }: ModelContext): WaitFits {
  const base = fits?.["mbg_nbd"] ?? fitSummaryTable(summary);
  return { base, regular: fits?.["mbg_cnbd_k"] ?? null, rhythm: fitRhythm(summary, base) };
}

interface Fitted {
  readonly method: WaitMethod;
  readonly regular: Json;
  readonly rhythm: LogIntervals | null;
}

/** Days until half of those with a history have bought again, on a day (days since 1970), by the method that was fitted; its purchases
 *  count as evenly spaced. Infinite where that is years away; undefined without a fit. */
export function medianWaitOf(
  fitted: Json,
  asOf: number,
): ((history: { x: number; recency: number; tAge: number }) => number) | undefined {
  const none = { rows: 0, columns: {} };
  if (!fittedWaits(fitted, none)) return undefined;
  return ({ x, recency, tAge }) => {
    const columns = {
      frequency: Float64Array.of(x),
      recency: Float64Array.of(recency),
      t_age: Float64Array.of(tAge),
      first_order_on: Float64Array.of(asOf - tAge),
      sum_log_interval: Float64Array.of(x > 0 ? x * Math.log(Math.max(1, recency / x)) : 0),
    };
    const wait = fittedWaits(fitted, { rows: 1, columns })?.(0);
    return wait ? dayBy(wait, 0.5, longestDays) : Number.POSITIVE_INFINITY;
  };
}

/** Waits by the method that was fitted; by rates alone where it couldn't be. */
function fittedWaits(fitted: Json, summary: ColumnTable): ((row: number) => Wait) | undefined {
  if (typeof fitted !== "object" || fitted === null) return undefined;
  const { method, regular, rhythm } = fitted as unknown as Fitted;
  const fits: WaitFits = { base: fitted, regular: regular ?? null, rhythm: rhythm ?? null };
  return waitsBy(method ?? standing, fits, summary) ?? waitsBy(standing, fits, summary);
}

export const nextPurchase = defineModel({
  name: "next_purchase",
  version: 5,
  title: "Next purchase",
  group: "lifecycle",
  inputs: { summary: { feature: "purchase_summary" } },
  consults: ["mbg_nbd", "mbg_cnbd_k"],
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
    method: {
      kind: "choice",
      default: "best",
      choices: ["best", ...waitMethods],
      label: "Method",
      help: "The tournament's choice, or one of them: rates alone, regular intervals, the customer's own rhythm.",
    },
  },
  outputs: [
    { name: "next_purchase_on", type: "DATE" },
    { name: "next_purchase_on_low", type: "DATE" },
    { name: "next_purchase_on_high", type: "DATE" },
  ],
  contest: {
    target: "next_purchase",
    param: "method",
    version: 1,
    standing,
    methods: [
      { name: "poisson", title: "Rates alone (MBG/NBD)" },
      { name: "regular", title: "Regular intervals (MBG/CNBD-k)" },
      { name: "rhythm", title: "Own rhythm (log-normal intervals)" },
    ],
    outcomes: { outcomes: { feature: "outcomes" } },
    trial: (inputs, after, params, context) => {
      const summary = requireTable(inputs, "summary");
      const { horizonDays } = context;
      const asked = { leastAlive: Number(params.least_alive), horizonDays };
      return tryWaits(summary, requireTable(after, "outcomes"), fitsFor(summary, context), asked);
    },
  },
  card: {
    purpose:
      "The day by which half of all customers with this history have bought again, with the days for one in ten and nine in ten.",
    method:
      "One of three, by the tournament on rolling cuts. Rates alone: purchases come as a Poisson process with an unknown rate; under its gamma posterior (MBG/NBD) the wait is Pareto (Lomax). Regular intervals: every k-th event is a purchase (MBG/CNBD-k). Own rhythm: log-normal intervals, each customer's mean drawn to that of all, given how long the present one has lasted. Median and 80 % limits are of the wait given that the customer still is one, on the shop's seasonal clock. For a single purchase the posterior is the population's.",
    references: [
      "Fader, Hardie & Lee (2005), Marketing Science 24(2): the posterior of the purchase rate behind eq. 10.",
      "Lomax (1954): Business failures, JASA 49, for the waiting time.",
      "Reutterer, Platzer & Schröder (2021), IJRM 38(1), for regular intervals.",
      "Herniter (1971): A probabilistic market model of purchase timing and brand selection, Management Science 18(4), for the rhythm.",
    ],
    assumptions: [
      "Next year's season is like those seen; with less than fifteen months of history there is none.",
      "The purchase rate, or the rhythm, of a customer is constant.",
    ],
    limits: [
      "Given that the customer is still one: the probability of that stands beside it.",
      "Wide for few purchases; a date more than three years away is not given.",
      "One method for the whole shop: one with subscribers and browsers is neither.",
    ],
    metrics: [
      "mae in days of repeat buyers' next purchase, within the horizon (later ones and those probably gone count as its end), against the own mean interval after the last purchase",
      "coverage of the 80 % limits by the randomised transform, together with the probability of still being a customer",
    ],
  },
  fit: (inputs, params, context): Json => {
    const summary = requireTable(inputs, "summary");
    const fits = fitsFor(summary, context);
    if (!paramsOf(fits.base)) return null;
    const named = params.method === "best" ? (context.choice?.chosen ?? standing) : params.method;
    const method = waitMethods.find((one) => one === named) ?? standing;
    return {
      ...(fits.base as Readonly<Record<string, Json>>),
      method,
      ...(method === "regular" ? { regular: fits.regular } : {}),
      ...(method === "rhythm" ? { rhythm: fits.rhythm as unknown as Json } : {}),
    };
  },
  score: (inputs, fitted, settings) => {
    const summary = requireTable(inputs, "summary");
    const waits = fittedWaits(fitted, summary);
    const n = summary.rows;
    const [middle, low, high] = [blank(n), blank(n), blank(n)];
    const reason = new Array<string | null>(n).fill(waits ? null : "not_enough_data");
    const [frequency, recency] = [numbers(summary, "frequency"), numbers(summary, "recency")];
    const [tAge, last] = [numbers(summary, "t_age"), numbers(summary, "last_order_on")];
    const known = new Map<string, readonly [number, number, number, number]>();
    const daysOf = (wait: Wait) =>
      [
        wait.alive,
        dayBy(wait, 0.5, longestDays),
        dayBy(wait, 0.1, longestDays),
        dayBy(wait, 0.9, longestLimitDays),
      ] as const;
    const logs = summary.columns["sum_log_interval"] ? numbers(summary, "sum_log_interval") : blank(n);
    for (let at = 0; waits && at < n; at++) {
      const asOf = (last[at] ?? 0) + (tAge[at] ?? 0) - (recency[at] ?? 0);
      const key = `${frequency[at]} ${recency[at]} ${tAge[at]} ${logs[at]} ${last[at]}`;
      const days = known.get(key) ?? daysOf(waits(at));
      known.set(key, days);
      const [alive, half, tenth, most] = days;
      if (alive < Number(settings.least_alive)) reason[at] = "probably_lapsed";
      else if (!Number.isFinite(half)) reason[at] = "more_than_three_years_away";
      else {
        middle[at] = asOf + half;
        low[at] = asOf + tenth;
        high[at] = asOf + Math.min(longestLimitDays, most);
      }
    }
    const enough = frequency.map((x) => (waits && x > 0 ? 1 : 0));
    const outputs = { next_purchase_on: middle, next_purchase_on_low: low, next_purchase_on_high: high };
    return scoreTable(texts(summary, "customer_id"), outputs, { enough, reason });
  },
  evaluate: (inputs, scores, holdout, fitted, _, { seed }) => {
    const summary = requireTable(inputs, "summary");
    const { outcomes, horizonDays } = holdout;
    const waits = fittedWaits(fitted, summary);
    const joined = join(outcomes, [summary, scores]);
    if (!waits || joined.n < leastCustomers) return [];
    const scored = matchRows(outcomes, scores);
    const places = Array.from(matchRows(outcomes, summary)).filter((row, at) => row >= 0 && (scored[at] ?? -1) >= 0);
    const thumb = gather(naiveDays(summary), Int32Array.from(places));
    const waited = joined.numbers(outcomes, "next_purchase_days");
    const predicted = joined.numbers(scores, "next_purchase_on");
    const [last, since, x] = ["last_order_on", "days_since_last_purchase", "frequency"].map((name) =>
      joined.numbers(summary, name),
    );
    const [below, at] = [new Float64Array(joined.n), new Float64Array(joined.n)];
    const [own, naive, actual]: [number[], number[], number[]] = [[], [], []];
    for (let i = 0; i < joined.n; i++) {
      const wait = waited[i] ?? Number.NaN;
      const { alive, by } = waits(places[i] ?? 0);
      below[i] = alive * by(Number.isFinite(wait) ? wait - 1 : horizonDays);
      at[i] = (Number.isFinite(wait) ? alive * by(wait) : 1) - (below[i] ?? 0);
      if ((x?.[i] ?? 0) === 0) continue;
      const due = (predicted[i] ?? Number.NaN) - (last?.[i] ?? 0) - (since?.[i] ?? 0);
      own.push(Number.isFinite(due) ? Math.min(horizonDays, due) : horizonDays);
      naive.push(Math.min(horizonDays, thumb[i] ?? horizonDays));
      actual.push(Number.isFinite(wait) ? wait : horizonDays);
    }
    const errors = (values: readonly number[]) => absoluteErrors(Float64Array.from(values), Float64Array.from(actual));
    const days = compareMeans({
      metric: "mae_days",
      baseline: "own mean interval",
      own: errors(own),
      naive: errors(naive),
      better: "lower",
    });
    return known([...days, coverage(below, at, seed)]);
  },
});

import { probabilityAlive } from "../../numeric/buy-till-you-die.ts";
import { absoluteErrors, meanInterval } from "../../numeric/scoring.ts";
import { defineModel } from "../define.ts";
import { gather, matchRows, numbers, requireTable, scoreTable, texts } from "../tables.ts";
import { fitSummaryTable, paramsOf } from "./btyd-model.ts";

const longestDays = 3 * 365;

export const nextPurchase = defineModel({
  name: "next_purchase",
  version: 1,
  title: "Next purchase",
  group: "lifecycle",
  inputs: { summary: { feature: "purchase_summary" } },
  params: { least_alive: { kind: "number", default: 0.2, min: 0, max: 1, unit: "share", label: "Least probability alive", help: "Below it no date is given: the customer is probably gone." } },
  outputs: [
    { name: "next_purchase_on", type: "DATE" },
    { name: "next_purchase_on_low", type: "DATE" },
    { name: "next_purchase_on_high", type: "DATE" },
  ],
  card: {
    purpose: "The day by which half of all customers with this history have bought again, with the days for one in ten and nine in ten.",
    method: "Purchases of a customer come as a Poisson process with an unknown rate: under the gamma posterior of the rate the waiting time follows a Pareto (Lomax) distribution; its median and 80 % limits, given that the customer still is one.",
    references: ["Fader, Hardie & Lee (2005): the posterior of the purchase rate behind eq. 10.", "Lomax (1954): Business failures, JASA 49, for the waiting time."],
    assumptions: ["No season and no regular interval within a customer."],
    limits: ["Given that the customer is still one: the probability of that stands beside it.", "Wide for few purchases; a date more than three years away is not given.", "Regular buyers (groceries, refills) are better served by an interval model."],
    metrics: ["mae in days of the median for those who bought within the horizon, against the own mean interval after the last purchase"],
  },
  fit: (inputs) => fitSummaryTable("mbg_nbd", requireTable(inputs, "summary")),
  score: (inputs, fitted, settings) => {
    const summary = requireTable(inputs, "summary");
    const params = paramsOf(fitted);
    const n = summary.rows;
    const [middle, low, high] = [new Float64Array(n).fill(Number.NaN), new Float64Array(n).fill(Number.NaN), new Float64Array(n).fill(Number.NaN)];
    const reason = new Array<string | null>(n).fill(params ? null : "not_enough_data");
    const frequency = numbers(summary, "frequency");
    const recency = numbers(summary, "recency");
    const tAge = numbers(summary, "t_age");
    const last = numbers(summary, "last_order_on");
    for (let at = 0; params && at < n; at++) {
      const x = frequency[at] ?? 0;
      const age = tAge[at] ?? 0;
      const asOf = (last[at] ?? 0) + age - (recency[at] ?? 0);
      if (probabilityAlive("mbg_nbd", params, x, recency[at] ?? 0, age) < Number(settings["least_alive"])) {
        reason[at] = "probably_lapsed";
        continue;
      }
      const waits = (p: number) => (params.alpha + age) * ((1 - p) ** (-1 / (params.r + x)) - 1);
      if (waits(0.5) > longestDays) {
        reason[at] = "more_than_three_years_away";
        continue;
      }
      middle[at] = asOf + Math.max(1, Math.round(waits(0.5)));
      low[at] = asOf + Math.max(1, Math.round(waits(0.1)));
      high[at] = asOf + Math.min(10 * 365, Math.round(waits(0.9)));
    }
    const enough = Float64Array.from(frequency, (x) => (x > 0 ? 1 : 0));
    return scoreTable(texts(summary, "customer_id"), { next_purchase_on: middle, next_purchase_on_low: low, next_purchase_on_high: high }, { enough, reason });
  },
  evaluate: (inputs, scores, holdout) => {
    const summary = requireTable(inputs, "summary");
    const rows = matchRows(holdout.outcomes, summary);
    const scoreRows = matchRows(holdout.outcomes, scores);
    const actual = numbers(holdout.outcomes, "next_purchase_days");
    const predicted = gather(numbers(scores, "next_purchase_on"), scoreRows);
    const low = gather(numbers(scores, "next_purchase_on_low"), scoreRows);
    const last = gather(numbers(summary, "last_order_on"), rows);
    const since = gather(numbers(summary, "days_since_last_purchase"), rows);
    const frequency = gather(numbers(summary, "frequency"), rows);
    const recency = gather(numbers(summary, "recency"), rows);
    const kept = Array.from(actual.keys()).filter((at) => Number.isFinite(actual[at]) && Number.isFinite(predicted[at]) && (frequency[at] ?? 0) > 0);
    if (kept.length < 20) return [];
    const day = (at: number) => (last[at] ?? 0) + (since[at] ?? 0);
    const days = Float64Array.from(kept, (at) => actual[at] ?? 0);
    const own = Float64Array.from(kept, (at) => Math.min(holdout.horizonDays, (predicted[at] ?? 0) - day(at)));
    const naive = Float64Array.from(kept, (at) => Math.min(holdout.horizonDays, Math.max(1, (recency[at] ?? 0) / (frequency[at] ?? 1) - (since[at] ?? 0))));
    const [mae, naiveMae] = [meanInterval(absoluteErrors(own, days)), meanInterval(absoluteErrors(naive, days))];
    const early = meanInterval(Float64Array.from(kept, (at) => ((actual[at] ?? 0) < (low[at] ?? 0) - day(at) ? 1 : 0)));
    return [
      { metric: "mae_days", ...mae, baseline: "own mean interval", baselineValue: naiveMae.value, n: kept.length, higherIsBetter: false, beatsBaseline: mae.value < naiveMae.value },
      { metric: "share_before_low_limit", ...early, baseline: "nominal", baselineValue: 0.1, n: kept.length, higherIsBetter: false, beatsBaseline: early.value <= 0.2 },
    ];
  },
});


import type { Json } from "../../../shared/base/canonical-json.ts";
import { auc, brierErrors, meanInterval } from "../../numeric/scoring.ts";
import { defineModel } from "../define.ts";
import { calibrationBins, compare, join, known, leastCustomers } from "../evaluation.ts";
import { blank, matchRows, numbers, requireTable, scoreTable, texts } from "../tables.ts";
import { type FittedSecond, fitSecond, ownShareBy, shareBy, shiftsOf } from "./second-purchase-fit.ts";

const weeksAhead = 26;

/** Chance to buy again within some days, given none so far. */
function chanceAhead(by: (days: number) => number, age: number, days: number): number {
  const now = by(age + 1);
  return Math.min(1, Math.max(0, (by(age + 1 + days) - now) / Math.max(1e-6, 1 - now)));
}

/** The week since the first order, of the next half year, in which the second is likeliest. */
function bestWeek(by: (days: number) => number, age: number): number {
  let best = { week: 0, chance: -1 };
  let before = by(age + 1);
  for (let ahead = 1; ahead <= weeksAhead; ahead++) {
    const now = by(age + 1 + 7 * ahead);
    if (now - before > best.chance * (1 + 1e-9))
      best = { week: Math.floor((age + 7 * (ahead - 1)) / 7) + 1, chance: now - before };
    before = now;
  }
  return best.week;
}

export const secondPurchase = defineModel({
  name: "second_purchase",
  version: 1,
  title: "Second purchase",
  group: "lifecycle",
  inputs: { first: { feature: "first_orders" } },
  params: {},
  outputs: [
    { name: "probability_second_purchase", type: "DOUBLE", unit: "share" },
    { name: "best_week", type: "INTEGER", unit: "weeks" },
  ],
  card: {
    purpose:
      "For everybody who bought once: the chance of a second purchase, and the week in which it is likeliest to come.",
    method:
      "The share of first buyers that has bought again by each week (Kaplan–Meier, smoothed over weeks), and how the odds differ by what the first order was (proportional odds): gradient-boosted trees on whether the second had come by 28, 91 and 365 days and by now, beginning at the common log odds of that age, and by the part of them that held on customers who weren't learnt from. The chance is conditional on no second purchase so far.",
    references: [
      "Bennett (1983): Analysis of survival data by the proportional odds model, Statistics in Medicine 2.",
      "Kaplan & Meier (1958): Nonparametric estimation from incomplete observations, JASA 53.",
      "Friedman (2001): Greedy function approximation, Annals of Statistics 29(5).",
    ],
    assumptions: [
      "New customers come back as earlier ones did at the same age.",
      "What a first order changes, it changes at every age alike.",
    ],
    limits: [
      "A second purchase comes or doesn't: limits of that outcome are 0 and 1, so none are given. How far chances can be trusted is what their calibration shows.",
      "Where first orders tell little but their amount (CDNOW), nobody is ranked better than by days since the first order.",
      "What one-time buyers did after earlier cuts doesn't correct it: tried on 33 splits of seven shops that helped (Brier score .1128 to .1124), on 70 of fifteen others it harmed (.0950 to .0957).",
      "Where people come back ever less from the first week on, the best week is the next one.",
      "Whoever has bought again has no chance here (already_bought_again).",
    ],
    metrics: [
      "auc among one-time buyers against days since the first order",
      "brier against the share by days since the first order",
    ],
  },
  fit: (inputs, _, context): Json => fitSecond(requireTable(inputs, "first"), context) as unknown as Json,
  score: (inputs, json, _, { purchaseHorizonDays }) => {
    const fitted = json as unknown as FittedSecond | null;
    const first = requireTable(inputs, "first");
    const [chance, week] = [blank(first.rows), blank(first.rows)];
    const [age, second] = [numbers(first, "age_days"), numbers(first, "second_after_days")];
    const shifts = fitted ? shiftsOf(fitted, first) : null;
    const reason = Array.from(second, (days) =>
      Number.isFinite(days) ? "already_bought_again" : fitted ? null : "not_enough_data",
    );
    for (let at = 0; fitted && shifts && at < first.rows; at++) {
      if (reason[at] !== null) continue;
      const by = (days: number) => ownShareBy(fitted, shifts[at] ?? 0, days);
      chance[at] = chanceAhead(by, age[at] ?? 0, purchaseHorizonDays);
      week[at] = bestWeek(by, age[at] ?? 0);
    }
    return scoreTable(
      texts(first, "customer_id"),
      { probability_second_purchase: chance, best_week: week },
      { enough: chance.map((p) => (Number.isFinite(p) ? 1 : 0)), reason },
    );
  },
  evaluate: (inputs, scores, { outcomes, horizonDays }, json) => {
    const fitted = json as unknown as FittedSecond | null;
    const first = requireTable(inputs, "first");
    const rows = matchRows(outcomes, scores);
    const scored = numbers(scores, "probability_second_purchase");
    const joined = join(outcomes, [first, scores], (row) => Number.isFinite(scored[rows[row] ?? -1]));
    const n = joined.n;
    if (!fitted || n < leastCustomers) return [];
    const bought = Array.from(joined.numbers(outcomes, "n_purchases"), (count) => count > 0);
    const own = joined.numbers(scores, "probability_second_purchase");
    const age = joined.numbers(first, "age_days");
    const common = age.map((days) => chanceAhead((one) => shareBy(fitted, one), days, horizonDays));
    const late = age.map((days) => -days);
    const brier = (values: Float64Array) => meanInterval(brierErrors(values, bought));
    return known([
      compare({
        metric: "auc",
        own: auc(own, bought),
        baseline: "days since the first order",
        naive: auc(late, bought).value,
        n,
        better: "higher",
      }),
      {
        ...compare({
          metric: "brier",
          own: brier(own),
          baseline: "share by days since the first order",
          naive: brier(common).value,
          n,
          better: "lower",
        }),
        calibration: calibrationBins(own, Float64Array.from(bought, Number)),
      },
    ]);
  },
});

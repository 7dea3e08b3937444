import type { Json } from "../../../shared/base/canonical-json.ts";
import { brierErrors, meanInterval } from "../../numeric/scoring.ts";
import { defineModel } from "../define.ts";
import { calibrationBins, compare, compareRanks, join, known, leastCustomers } from "../evaluation.ts";
import { blank, matchRows, numbers, requireTable, scoreTable, texts } from "../tables.ts";
import { chanceAhead, type SecondCurve, shareBy } from "./second-purchase-curve.ts";
import { fitSecond, ownChance, readSecond, shiftsOf } from "./second-purchase-fit.ts";

const weeksAhead = 26;

/** The week since the first order, of the next half year, in which the second is likeliest. */
function bestWeek(curve: SecondCurve, age: number): number {
  let best = { week: 0, chance: -1 };
  let before = shareBy(curve, age + 1);
  for (let ahead = 1; ahead <= weeksAhead; ahead++) {
    const now = shareBy(curve, age + 1 + 7 * ahead);
    if (now - before > best.chance * (1 + 1e-9))
      best = { week: Math.floor((age + 7 * (ahead - 1)) / 7) + 1, chance: now - before };
    before = now;
  }
  return best.week;
}

export const secondPurchase = defineModel({
  name: "second_purchase",
  version: 2,
  title: "Second purchase",
  group: "lifecycle",
  inputs: { first: { feature: "first_orders" } },
  params: {},
  needs: "200 customers or more, 50 of whom bought a second time, and 20 at a cut who hadn't",
  outputs: [
    { name: "probability_second_purchase", type: "DOUBLE", unit: "share" },
    { name: "best_week", type: "INTEGER", unit: "weeks" },
  ],
  card: {
    purpose:
      "For everybody who bought once: the chance of a second purchase, and the week in which it is likeliest to come.",
    method:
      "The share of first buyers that has bought again by each week: a life table whose weekly hazards are drawn towards a power of the week by how firmly weeks keep to it (empirical Bayes), smoothed over neighbours, and beyond the last week goes on along that power at the last half year's level. From the log odds of that curve on, gradient-boosted trees on the first order and the age, learnt from whoever hadn't bought again by some ages and was followed for the horizon (landmarks); by the part of them that held on the latest horizon, which they weren't learnt from. The chance is conditional on no second purchase so far.",
    references: [
      "Kaplan & Meier (1958): Nonparametric estimation from incomplete observations, JASA 53.",
      "Morris (1983): Parametric empirical Bayes inference: theory and applications, JASA 78.",
      "van Houwelingen (2007): Dynamic prediction by landmarking in event history analysis, Scandinavian Journal of Statistics 34.",
      "Friedman (2001): Greedy function approximation, Annals of Statistics 29(5).",
    ],
    assumptions: [
      "New customers come back as earlier ones did at the same age.",
      "What first orders told over earlier horizons they tell over the next.",
    ],
    limits: [
      "A second purchase comes or doesn't: limits of that outcome are 0 and 1, so none are given. How far chances can be trusted is what their calibration shows.",
      "Where first orders tell little but their amount (CDNOW), hardly anybody is ranked better than by days since the first order.",
      "The level is that of all earlier customers: what one-time buyers did after earlier cuts doesn't correct it, since that helped on some shops and harmed on others. A season or a campaign moves it.",
      "On 53 splits of eighteen shops, real and made up, it ranked surely better than by days since the first order on 6 and surely worse on none; where first orders tell nothing it comes out level.",
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
    const fitted = readSecond(json);
    const first = requireTable(inputs, "first");
    const [chance, week] = [blank(first.rows), blank(first.rows)];
    const [age, second] = [numbers(first, "age_days"), numbers(first, "second_after_days")];
    const shifts = fitted ? shiftsOf(fitted, first) : null;
    const reason = Array.from(second, (days) =>
      Number.isFinite(days) ? "already_bought_again" : fitted ? null : "not_enough_data",
    );
    for (let at = 0; fitted && shifts && at < first.rows; at++) {
      if (reason[at] !== null) continue;
      const days = age[at] ?? 0;
      chance[at] = ownChance(fitted, shifts[at] ?? 0, { age: days, days: purchaseHorizonDays });
      week[at] = bestWeek(fitted.curve, days);
    }
    return scoreTable(
      texts(first, "customer_id"),
      { probability_second_purchase: chance, best_week: week },
      { enough: chance.map((p) => (Number.isFinite(p) ? 1 : 0)), reason },
    );
  },
  evaluate: (inputs, scores, { outcomes, horizonDays }, json) => {
    const fitted = readSecond(json);
    const first = requireTable(inputs, "first");
    const rows = matchRows(outcomes, scores);
    const scored = numbers(scores, "probability_second_purchase");
    const joined = join(outcomes, [first, scores], (row) => Number.isFinite(scored[rows[row] ?? -1]));
    const n = joined.n;
    if (!fitted || n < leastCustomers) return [];
    const bought = Array.from(joined.numbers(outcomes, "n_purchases"), (count) => count > 0);
    const own = joined.numbers(scores, "probability_second_purchase");
    const age = joined.numbers(first, "age_days");
    const common = age.map((days) => chanceAhead(fitted.curve, days, horizonDays));
    const late = age.map((days) => -days);
    const errors = { own: brierErrors(own, bought), naive: brierErrors(common, bought) };
    return known([
      compareRanks({ metric: "auc", baseline: "days since the first order", own, naive: late, isPositive: bought }),
      {
        ...compare({
          metric: "brier",
          own: meanInterval(errors.own),
          baseline: "share by days since the first order",
          naive: meanInterval(errors.naive).value,
          pairs: errors,
          n,
          better: "lower",
        }),
        calibration: calibrationBins(own, Float64Array.from(bought, Number)),
      },
    ]);
  },
});

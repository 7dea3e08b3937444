import type { Json } from "../../../shared/base/canonical-json.ts";
import { defineModel } from "../define.ts";
import { compare, known } from "../evaluation.ts";
import { blank, numbers, requireTable, scoreTable, texts } from "../tables.ts";
import { columnsOf, effectsOf, experimentOf, fitExperiment, fittedUplift, rankedAfter } from "./uplift-fit.ts";

export const uplift = defineModel({
  name: "uplift",
  version: 1,
  title: "Uplift",
  group: "measurement",
  inputs: { state: { feature: "campaign_state" } },
  learns: { rows: { feature: "campaign_outcomes" } },
  outcomes: { campaigns: { feature: "outcome_campaigns" } },
  fitBuckets: "all",
  params: {},
  outputs: [
    { name: "uplift", type: "DOUBLE", unit: "share" },
    { name: "uplift_low", type: "DOUBLE", unit: "share" },
    { name: "uplift_high", type: "DOUBLE", unit: "share" },
    { name: "uplift_group", type: "VARCHAR" },
  ],
  mainMetric: "qini_held_out",
  needs: "campaigns with a group that was kept out at random: 400 people or more, 100 a side, 40 of whom bought",
  card: {
    purpose:
      "By how many points a campaign changes a customer's chance to buy within 30 days: whom a message persuades, and whom it puts off.",
    method:
      "T-learner (boosted trees of either side) and DR-learner (doubly robust pseudo-outcomes, regressed on what was known at the draw by ridge regression), cross-fitted in three parts over the assignments of all campaigns with a group kept out whose 30 days have passed; shares as drawn. Each learner's spread about the mean effect is drawn in by the slope that unseen people ask for, and is left out where it doesn't help them; the better of the two is told. Persuadable: the lower limit is above zero; sleeping dog: the upper one is below.",
    references: [
      "Kennedy (2023): Towards optimal doubly robust estimation of heterogeneous causal effects, Electronic Journal of Statistics 17(2).",
      "Künzel, Sekhon, Bickel & Yu (2019): Metalearners for estimating heterogeneous treatment effects using machine learning, PNAS 116(10).",
      "Semenova & Chernozhukov (2021): Debiased machine learning of conditional average treatment effects, Econometrics Journal 24(2).",
      "Radcliffe (2007): Using control groups to target on predicted lift, Direct Marketing Analytics Journal.",
    ],
    assumptions: [
      "Who was kept out was drawn at random.",
      "The next campaign works as the campaigns learnt from did, taken together.",
    ],
    limits: [
      "An effect on one person can't be seen: the 80 % limits are of the mean effect of people like these.",
      "Qini: area between the curve of incremental buyers per person, of people ranked by the effect told to them and weighed by one over the chance of their side, and the straight line of contacting at random. Other programs define it otherwise: compare only within this one.",
      "Held-out figures are of cross-fitted effects; which learner is told is chosen on the same people, which flatters a little.",
      "Needs 400 people of campaigns with a group kept out, 100 a side, and 40 who bought.",
      "On the demo retailer, whose four campaigns work on different people, the pooled effects of 6,200 people show no differences that hold for unseen ones: everybody is told the mean.",
      "On Hillstrom's e-mail test (women's e-mail, visits) half of the people rank the other half with a Qini of .0070 (.0049 to .0099), the T-learner alone .0056.",
    ],
    metrics: [
      "qini_held_out: Qini of cross-fitted effects with a bootstrap interval, against contacting at random (0)",
      "top_effect_held_out: effect among the 30 % told the greatest, against the mean effect",
      "qini_next: Qini on campaigns that were drawn after the cut, against contacting at random (0)",
    ],
  },
  fit: (inputs, _, context): Json => {
    const rows = requireTable(inputs, "rows");
    if (rows.rows === 0) return null;
    const experiment = experimentOf(rows, numbers(rows, "is_buyer"), () => true);
    return fitExperiment(experiment, context) as unknown as Json;
  },
  score: (inputs, given) => {
    const state = requireTable(inputs, "state");
    const fitted = fittedUplift(given);
    const n = state.rows;
    const found = fitted ? effectsOf(fitted, columnsOf(state)) : { effect: blank(n), low: blank(n), high: blank(n) };
    const bound = (values: Float64Array) => values.map((one) => Math.min(1, Math.max(-1, one)));
    const outputs = {
      uplift: bound(found.effect),
      uplift_low: bound(found.low),
      uplift_high: bound(found.high),
      uplift_group: Array.from(found.effect, (_, row) => groupOf(found.low[row], found.high[row])),
    };
    const enough = new Float64Array(n).fill(fitted ? 1 : 0);
    const reason = new Array<string | null>(n).fill(fitted ? null : "no_campaigns_with_holdout");
    return scoreTable(texts(state, "customer_id"), outputs, { enough, reason });
  },
  evaluate: (_, __, { tables }, given, ___, { seed }) => {
    const fitted = fittedUplift(given);
    if (!fitted) return [];
    const random = { baseline: "contacting at random", naive: 0, better: "higher" } as const;
    const after = tables ? requireTable(tables, "campaigns") : undefined;
    const next =
      after && after.rows > 0
        ? rankedAfter(
            fitted,
            experimentOf(after, numbers(after, "is_buyer"), () => true),
            seed,
          )
        : null;
    const held = { value: fitted.held_out_qini, low: fitted.held_out_qini_low, high: fitted.held_out_qini_high };
    const top = { value: fitted.held_out_top, low: fitted.held_out_top_low, high: fitted.held_out_top_high };
    return known([
      compare({ metric: "qini_held_out", own: held, n: fitted.n_people, ...random }),
      compare({
        metric: "top_effect_held_out",
        baseline: "effect of contacting everybody",
        own: top,
        naive: fitted.average_effect,
        n: fitted.n_people,
        better: "higher",
      }),
      ...(next ? [compare({ metric: "qini_next", own: next.qini, n: after?.rows ?? 0, ...random })] : []),
    ]);
  },
});

function groupOf(low: number | undefined, high: number | undefined): string | null {
  if (low === undefined || high === undefined || !Number.isFinite(low) || !Number.isFinite(high)) return null;
  return low > 0 ? "persuadable" : high < 0 ? "sleeping_dog" : "unclear";
}

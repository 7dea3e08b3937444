import type { Json } from "../../../shared/base/canonical-json.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import type { Params } from "../../../shared/domain/params.ts";
import { effectOf } from "../../numeric/campaign-effect.ts";
import { momentsOf } from "../../numeric/group-moments.ts";
import { defineModel } from "../define.ts";
import { compare, known } from "../evaluation.ts";
import {
  columnsOf,
  effectsOf,
  experimentOf,
  type FittedUplift,
  fitExperiment,
  fittedUplift,
  rankedAfter,
} from "../measurement/uplift-fit.ts";
import { blank, numbers, requireTable, scoreTable, texts } from "../tables.ts";

/** What a coupon campaign cut prices by, and what it did to the margin of each person contacted. */
interface DepthLine {
  readonly campaign: string;
  readonly depth: number;
  readonly margin_minor: number;
  readonly margin_minor_low: number;
  readonly margin_minor_high: number;
  readonly n: number;
}
type Fitted = FittedUplift & { readonly depth: number; readonly depths: readonly DepthLine[] };

/** Margin of the 30 days: revenue less the goods' cost where it is known, else a share of revenue at full price less what was given away. */
function marginOf(rows: ColumnTable, params: Params): Float64Array {
  const [revenue, cost, given, has] = ["revenue_minor", "cost_minor", "given_away_minor", "has_costs"].map((name) =>
    numbers(rows, name),
  );
  const share = Number(params.margin_share);
  return (revenue ?? new Float64Array()).map((money, row) =>
    has?.[row] === 1 ? money - (cost?.[row] ?? 0) : share * (money + (given?.[row] ?? 0)) - (given?.[row] ?? 0),
  );
}

/** Price cut that the contacted got beyond what the others had anyway, as a share of what their goods would have cost. */
function depthOf(rows: ColumnTable, own: readonly number[]): number {
  const [revenue, given, treated] = ["revenue_minor", "given_away_minor", "is_treated"].map((name) =>
    numbers(rows, name),
  );
  const side = (isTreated: number) => {
    let [away, paid] = [0, 0];
    for (const row of own) {
      if (treated?.[row] !== isTreated) continue;
      away += given?.[row] ?? 0;
      paid += revenue?.[row] ?? 0;
    }
    return away + paid > 0 ? away / (away + paid) : 0;
  };
  return Math.max(0, side(1) - side(0));
}

function depthLines(rows: ColumnTable, margin: Float64Array): DepthLine[] {
  const campaigns = texts(rows, "campaign_id");
  const [coupon, treated] = [numbers(rows, "is_coupon"), numbers(rows, "is_treated")];
  const byCampaign = Map.groupBy(
    Array.from(campaigns.keys()).filter((row) => coupon[row] === 1),
    (row) => campaigns[row] ?? "",
  );
  return [...byCampaign]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([campaign, own]) => {
      const side = (value: number) =>
        momentsOf(
          own
            .filter((row) => treated[row] === value)
            .map((row) => margin[row] ?? 0)
            .sort((a, b) => a - b),
        );
      const effect = effectOf(side(1), side(0));
      return {
        campaign,
        depth: depthOf(rows, own),
        margin_minor: effect.value,
        margin_minor_low: effect.low,
        margin_minor_high: effect.high,
        n: own.length,
      };
    });
}

export const discountUplift = defineModel({
  name: "discount_uplift",
  version: 2,
  title: "Discount uplift",
  group: "preferences",
  inputs: { state: { feature: "campaign_state" } },
  learns: { rows: { feature: "campaign_outcomes" } },
  outcomes: { campaigns: { feature: "outcome_campaigns" } },
  fitBuckets: "all",
  params: {
    margin_share: {
      kind: "number",
      default: 0.5,
      min: 0.05,
      max: 1,
      unit: "share",
      label: "Margin at full price",
      help: "Share of the full price that is earned, where the goods' cost is not known.",
    },
  },
  outputs: [
    { name: "discount_uplift_minor", type: "DOUBLE", unit: "minor" },
    { name: "discount_uplift_minor_low", type: "DOUBLE", unit: "minor" },
    { name: "discount_uplift_minor_high", type: "DOUBLE", unit: "minor" },
    { name: "discount_depth", type: "DOUBLE", unit: "share" },
    { name: "discount_group", type: "VARCHAR" },
  ],
  mainMetric: "qini_margin_held_out",
  needs: "coupon campaigns with a group that was kept out at random: 400 people or more, 100 a side, 40 of whom bought",
  card: {
    purpose:
      "What a coupon adds to the margin of a customer within 30 days, after what is given away to those who would have bought anyway: who is worth a discount.",
    method:
      "The learners of the uplift model (T- and DR-learner with cross-fitting) with coupon campaigns as the treatment and the margin of the 30 days as the outcome: revenue less the goods' cost, or less what was given away from a share of the full price. A campaign counts as a coupon's where five people or more used one code that (nearly) nobody of those kept out used. The depth is the price cut of the contacted beyond that of the others; the fit lists the effect of each campaign by its depth.",
    references: [
      "Kennedy (2023): Towards optimal doubly robust estimation of heterogeneous causal effects, Electronic Journal of Statistics 17(2).",
      "Künzel, Sekhon, Bickel & Yu (2019): Metalearners for estimating heterogeneous treatment effects using machine learning, PNAS 116(10).",
      "Radcliffe (2007): Using control groups to target on predicted lift, Direct Marketing Analytics Journal.",
    ],
    assumptions: [
      "Who was kept out was drawn at random.",
      "The next coupon is as deep as those learnt from, taken together: between depths nothing is interpolated for a single customer.",
    ],
    limits: [
      "The 80 % limits are of the mean effect of people like these, not of one person's margin.",
      "Returns after the 30 days are not taken off.",
      "Margins vary much more than purchases: small campaigns tell the mean effect and no differences between people.",
      "Qini as the uplift model defines it, in minor units of margin per person.",
    ],
    metrics: [
      "qini_margin_held_out: Qini of cross-fitted effects on margin with a bootstrap interval, against giving coupons at random (0)",
      "top_margin_held_out: effect among the 30 % told the greatest, against giving everybody one",
      "qini_margin_next: Qini on coupon campaigns that were drawn after the cut, against random (0)",
    ],
  },
  fit: (inputs, params, context): Json => {
    const rows = requireTable(inputs, "rows");
    if (rows.rows === 0) return null;
    const coupon = numbers(rows, "is_coupon");
    const margin = marginOf(rows, params);
    const fitted = fitExperiment(
      experimentOf(rows, margin, (row) => coupon[row] === 1),
      context,
    );
    if (!fitted) return null;
    const own = Array.from(coupon.keys()).filter((row) => coupon[row] === 1);
    const found: Fitted = { ...fitted, depth: depthOf(rows, own), depths: depthLines(rows, margin) };
    return found as unknown as Json;
  },
  score: (inputs, given) => {
    const state = requireTable(inputs, "state");
    const fitted = fittedUplift(given) as Fitted | null;
    const n = state.rows;
    const found = fitted ? effectsOf(fitted, columnsOf(state)) : { effect: blank(n), low: blank(n), high: blank(n) };
    const outputs = {
      discount_uplift_minor: found.effect,
      discount_uplift_minor_low: found.low,
      discount_uplift_minor_high: found.high,
      discount_depth: new Float64Array(n).fill(fitted?.depth ?? Number.NaN),
      discount_group: Array.from(found.effect, (_, row) => groupOf(found.low[row], found.high[row])),
    };
    const enough = new Float64Array(n).fill(fitted ? 1 : 0);
    const reason = new Array<string | null>(n).fill(fitted ? null : "no_coupon_campaigns");
    return scoreTable(texts(state, "customer_id"), outputs, { enough, reason });
  },
  evaluate: (_, __, { tables }, given, params, { seed }) => {
    const fitted = fittedUplift(given);
    if (!fitted) return [];
    const random = { baseline: "giving coupons at random", naive: 0, better: "higher" } as const;
    const after = tables ? requireTable(tables, "campaigns") : undefined;
    const isCoupon = after && after.rows > 0 ? numbers(after, "is_coupon") : new Float64Array();
    const next =
      after && after.rows > 0
        ? rankedAfter(
            fitted,
            experimentOf(after, marginOf(after, params), (row) => isCoupon[row] === 1),
            seed,
          )
        : null;
    return known([
      compare({
        metric: "qini_margin_held_out",
        own: { value: fitted.held_out_qini, low: fitted.held_out_qini_low, high: fitted.held_out_qini_high },
        n: fitted.n_people,
        ...random,
      }),
      compare({
        metric: "top_margin_held_out",
        baseline: "giving everybody one",
        own: { value: fitted.held_out_top, low: fitted.held_out_top_low, high: fitted.held_out_top_high },
        naive: fitted.average_effect,
        n: fitted.n_people,
        better: "higher",
      }),
      ...(next ? [compare({ metric: "qini_margin_next", own: next.qini, n: fitted.n_people, ...random })] : []),
    ]);
  },
});

function groupOf(low: number | undefined, high: number | undefined): string | null {
  if (low === undefined || high === undefined || !Number.isFinite(low) || !Number.isFinite(high)) return null;
  return low > 0 ? "worth_it" : high < 0 ? "not_worth_it" : "unclear";
}

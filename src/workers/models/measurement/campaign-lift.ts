import type { ColumnTable } from "../../../shared/domain/column.ts";
import { campaignDays } from "../../features/campaign-outcomes.ts";
import { effectOf, leastInGroup, leastOutcomes } from "../../numeric/campaign-effect.ts";
import { addMoments, type GroupMoments, noMoments } from "../../numeric/group-moments.ts";
import { likelyShare, sampleRatioAlarm, sampleRatioP } from "../../numeric/sample-ratio.ts";
import { defineModel } from "../define.ts";
import { compare, known } from "../evaluation.ts";
import { numbers, requireTable, texts } from "../tables.ts";

export interface Group {
  readonly campaign: string;
  readonly variant: string;
  readonly isControl: boolean;
  readonly startedOn: number;
  readonly elapsed: number;
  readonly buyers: number;
  readonly revenue: GroupMoments;
  readonly bought: GroupMoments;
}

/** The table campaign_moments as groups, by campaign in order of their start. */
export function campaignsIn(table: ColumnTable): Group[][] {
  const [campaign, variant] = [texts(table, "campaign_id"), texts(table, "variant")];
  const column = (name: string) => numbers(table, name);
  const [control, started, elapsed, n, buyers] = ["is_control", "started_on", "elapsed_days", "n", "n_buyers"].map(
    column,
  );
  const moments = (outcome: string) => {
    const parts = (["y", "yy", "x", "xx", "xy"] as const).map((part) => column(`${outcome}_${part}`));
    return (row: number): GroupMoments => {
      const [y, yy, x, xx, xy] = parts.map((values) => values[row] ?? 0);
      return { n: n?.[row] ?? 0, y: y ?? 0, yy: yy ?? 0, x: x ?? 0, xx: xx ?? 0, xy: xy ?? 0 };
    };
  };
  const [revenue, bought] = [moments("revenue"), moments("bought")];
  const groups = campaign.map(
    (name, row): Group => ({
      campaign: name ?? "",
      variant: variant[row] ?? "",
      isControl: control?.[row] === 1,
      startedOn: started?.[row] ?? 0,
      elapsed: elapsed?.[row] ?? 0,
      buyers: buyers?.[row] ?? 0,
      revenue: revenue(row),
      bought: bought(row),
    }),
  );
  const named = Map.groupBy(groups, (group) => group.campaign);
  return [...named.values()]
    .map((own) => own.sort((a, b) => Number(a.isControl) - Number(b.isControl) || (a.variant < b.variant ? -1 : 1)))
    .sort((a, b) => startOf(a) - startOf(b) || ((a[0]?.campaign ?? "") < (b[0]?.campaign ?? "") ? -1 : 1));
}

export const startOf = (groups: readonly Group[]) => Math.max(...groups.map(({ startedOn }) => startedOn));

/** The sums of some groups together. */
export function together(groups: readonly Group[]): { revenue: GroupMoments; bought: GroupMoments } {
  return {
    revenue: groups.map(({ revenue }) => revenue).reduce(addMoments, noMoments),
    bought: groups.map(({ bought }) => bought).reduce(addMoments, noMoments),
  };
}

const names = [
  "n_contacted",
  "n_kept_out",
  "elapsed_days",
  "incremental_conversions",
  "incremental_conversions_low",
  "incremental_conversions_high",
  "incremental_revenue_minor",
  "incremental_revenue_minor_low",
  "incremental_revenue_minor_high",
  "effect_revenue_minor",
  "effect_revenue_minor_low",
  "effect_revenue_minor_high",
  "p_value",
  "always_valid_p",
  "sample_ratio_p",
  "variance_explained",
  "detectable_revenue_minor",
] as const;
type Line = Partial<Record<(typeof names)[number], number>> & {
  campaign: string;
  variant: string;
  verdict: string | null;
  enough: boolean;
  reason: string | null;
};

function sampleRatioOf(groups: readonly Group[], kept: number): number {
  const contacted = groups.filter(({ isControl }) => !isControl);
  const share =
    kept > 0
      ? kept
      : likelyShare(together(groups.filter(({ isControl }) => isControl)).bought.n, together(groups).bought.n);
  return sampleRatioP(
    groups.map(({ bought }) => bought.n),
    groups.map(({ isControl }) => (isControl ? share : (1 - share) / contacted.length)),
  );
}

function lineOf(groups: readonly Group[], own: readonly Group[], variant: string, kept: number): Line {
  const control = groups.filter(({ isControl }) => isControl);
  const campaign = groups[0]?.campaign ?? "";
  const [treated, held] = [together(own), together(control)];
  const blank = {
    campaign,
    variant,
    verdict: null,
    enough: false,
    n_contacted: treated.bought.n,
    n_kept_out: held.bought.n,
  };
  if (held.bought.n < 2 || treated.bought.n < 2) return { ...blank, reason: "no_holdout" };
  const elapsed = Math.min(...groups.map((group) => group.elapsed));
  if (elapsed < 1) return { ...blank, reason: "not_started" };
  const [revenue, bought] = [
    effectOf(treated.revenue, held.revenue, elapsed / campaignDays),
    effectOf(treated.bought, held.bought, elapsed / campaignDays),
  ];
  const sampleRatio = sampleRatioOf(groups, kept);
  const buyers = [...own, ...control].reduce((sum, group) => sum + group.buyers, 0);
  const enough = Math.min(treated.bought.n, held.bought.n) >= leastInGroup && buyers >= leastOutcomes;
  const n = treated.bought.n;
  return {
    ...blank,
    enough,
    reason: null,
    elapsed_days: elapsed,
    incremental_conversions: bought.value * n,
    incremental_conversions_low: bought.low * n,
    incremental_conversions_high: bought.high * n,
    incremental_revenue_minor: revenue.value * n,
    incremental_revenue_minor_low: revenue.low * n,
    incremental_revenue_minor_high: revenue.high * n,
    effect_revenue_minor: revenue.value,
    effect_revenue_minor_low: revenue.low,
    effect_revenue_minor_high: revenue.high,
    p_value: revenue.p,
    always_valid_p: revenue.alwaysP,
    sample_ratio_p: sampleRatio,
    variance_explained: revenue.explained,
    detectable_revenue_minor: revenue.detectable,
    verdict: verdictOf({ sampleRatio, enough, alwaysP: revenue.alwaysP, value: revenue.value, elapsed }),
  };
}

function verdictOf(found: {
  sampleRatio: number;
  enough: boolean;
  alwaysP: number;
  value: number;
  elapsed: number;
}): string {
  if (found.sampleRatio < sampleRatioAlarm) return "sample_ratio";
  if (!found.enough) return "not_enough_data";
  if (found.alwaysP < 0.05) return found.value > 0 ? "more" : "less";
  return found.elapsed < campaignDays ? "too_early" : "inconclusive";
}

function linesOf(groups: readonly Group[], kept: number): Line[] {
  const contacted = groups.filter(({ isControl }) => !isControl);
  const whole = lineOf(groups, contacted, "all", kept);
  return contacted.length > 1 ? [whole, ...contacted.map((one) => lineOf(groups, [one], one.variant, kept))] : [whole];
}

function tableOf(lines: readonly Line[]): ColumnTable {
  return {
    rows: lines.length,
    columns: {
      campaign_id: lines.map(({ campaign }) => campaign),
      variant: lines.map(({ variant }) => variant),
      ...Object.fromEntries(
        names.map((name) => [name, Float64Array.from(lines, (line) => finite(line[name] ?? Number.NaN))]),
      ),
      verdict: lines.map(({ verdict }) => verdict),
      enough_data: Float64Array.from(lines, ({ enough }) => (enough ? 1 : 0)),
      reason: lines.map(({ reason }) => reason),
    },
  };
}

const finite = (value: number) => (Number.isFinite(value) ? value : Number.NaN);

export const campaignLift = defineModel({
  name: "campaign_lift",
  version: 1,
  title: "Campaign lift",
  group: "measurement",
  inputs: { groups: { feature: "campaign_moments" } },
  keys: [
    { name: "campaign_id", type: "VARCHAR" },
    { name: "variant", type: "VARCHAR" },
  ],
  fitBuckets: "all",
  params: {
    kept_out: {
      kind: "number",
      default: 0,
      min: 0,
      max: 0.9,
      unit: "share",
      label: "Planned share kept out",
      help: "Of every campaign that a source tells of; 0: the usual share next to what is seen.",
    },
  },
  outputs: [
    ...names.map((name) => ({
      name,
      type: "DOUBLE" as const,
      unit: name.includes("minor")
        ? "minor"
        : /^(n_|incremental)/.test(name)
          ? "count"
          : name === "elapsed_days"
            ? "days"
            : "share",
    })),
    { name: "verdict", type: "VARCHAR" },
  ],
  needs: "campaigns with a group that was kept out at random",
  card: {
    purpose:
      "What each campaign brought beyond what people would have bought anyway: buyers and revenue of those contacted against those kept out, with limits, and a verdict that names nobody the winner where nothing is sure.",
    method:
      "Difference of means between those contacted and those kept out over the 30 days after the draw, as far as they have passed, adjusted for what each spent in the year before (CUPED: y − θ (x − x̄), θ = cov(x, y) ÷ var(x) within the groups). Limits by Welch. The verdict rests on limits that hold for looks on all days together: value ± 2.2414 standard errors expected at the end of the 30 days (Lévy's inequality). Group sizes are held against the plan by χ²; below p = .001 nothing is concluded.",
    references: [
      "Deng, Xu, Kohavi & Walker (2013): Improving the sensitivity of online controlled experiments by utilizing pre-experiment data, WSDM.",
      "Deng, Knoblich & Lu (2018): Applying the delta method in metric analytics, KDD.",
      "Fabijan et al. (2019): Diagnosing sample ratio mismatch in online controlled experiments, KDD.",
      "Howard, Ramdas, McAuliffe & Sekhon (2021): Time-uniform, nonparametric, nonasymptotic confidence sequences, Annals of Statistics 49(2).",
    ],
    assumptions: [
      "Who is kept out was drawn at random, and gets nothing in the 30 days that the others don't get either way.",
      "Whoever stands on both sides counts as kept out.",
      "Without a known plan the share kept out is the usual one (1, 2, 3, 5, 10, 15, 20, 25, 30, 33, 40, 50 %) next to what is seen, the messages alike.",
    ],
    limits: [
      "Limits here are 95 % limits of the mean effect, not 80 % limits of an outcome.",
      "Fewer than 20 people a side, or 10 buyers: shown, but marked as not enough.",
      "Revenue is heavy-tailed: with few buyers its limits are approximate.",
      "Campaigns made in this program are measured on their own page by the same formulas, with their own days and plan.",
    ],
    metrics: [
      "interval_width: how wide the limits are with the year before taken out, against the plain difference of means (1)",
    ],
  },
  fit: () => null,
  score: (inputs, _, params) => {
    const campaigns = campaignsIn(requireTable(inputs, "groups"));
    return tableOf(campaigns.flatMap((groups) => linesOf(groups, Number(params.kept_out))));
  },
  evaluate: (inputs) => {
    const campaigns = campaignsIn(requireTable(inputs, "groups"));
    const told = campaigns.flatMap((groups) => {
      const [treated, control] = [groups.filter((one) => !one.isControl), groups.filter((one) => one.isControl)].map(
        together,
      );
      if (!treated || !control || treated.revenue.n < leastInGroup || control.revenue.n < leastInGroup) return [];
      const { explained, error } = effectOf(treated.revenue, control.revenue);
      return error > 0 ? [{ n: treated.revenue.n + control.revenue.n, correlation: Math.sqrt(explained) }] : [];
    });
    const n = told.reduce((sum, one) => sum + one.n, 0);
    if (n === 0) return [];
    // Fisher's z of the campaigns together
    const z = told.reduce((sum, one) => sum + one.n * Math.atanh(Math.min(0.999, one.correlation)), 0) / n;
    const half = 1.959963984540054 / Math.sqrt(Math.max(1, n - 3));
    const width = (at: number) => Math.sqrt(1 - Math.tanh(Math.max(0, at)) ** 2);
    const own = { value: width(z), low: width(z + half), high: width(z - half) };
    return known([
      compare({ metric: "interval_width", baseline: "difference of means", own, naive: 1, n, better: "lower" }),
    ]);
  },
});

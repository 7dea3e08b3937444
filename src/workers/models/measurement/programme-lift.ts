import type { ColumnTable } from "../../../shared/domain/column.ts";
import { campaignDays } from "../../features/campaign-outcomes.ts";
import { mixtureHalfWidth, mixtureScale } from "../../numeric/always-valid.ts";
import { effectOf, leastInGroup } from "../../numeric/campaign-effect.ts";
import { defineModel } from "../define.ts";
import { compare, known } from "../evaluation.ts";
import { requireTable } from "../tables.ts";
import { campaignsIn, type Group, together } from "./campaign-lift.ts";

interface Step {
  readonly campaign: string;
  readonly contacted: number;
  readonly keptOut: number;
  readonly revenue: Total;
  readonly bought: Total;
}
interface Total {
  readonly value: number;
  readonly half: number;
}

/** Campaigns that are expected to be added up, for which the limits are the narrowest. */
const plannedCampaigns = 12;

/** Sums of the campaigns' effects in order of their start: each is independent noise about its truth, so that variances add, and the
 *  limits of a normal mixture hold after every campaign at once. */
function cumulated(campaigns: readonly (readonly Group[])[]): Step[] {
  const sums = { revenue: { value: 0, variance: 0, eta: 0 }, bought: { value: 0, variance: 0, eta: 0 } };
  let [contacted, keptOut] = [0, 0];
  const steps: Step[] = [];
  for (const groups of campaigns) {
    const own = groups.filter(({ isControl }) => !isControl);
    const [treated, control] = [together(own), together(groups.filter(({ isControl }) => isControl))];
    const elapsed = Math.min(...groups.map((group) => group.elapsed));
    if (Math.min(treated.bought.n, control.bought.n) < leastInGroup || elapsed < campaignDays) continue;
    contacted += treated.bought.n;
    keptOut += control.bought.n;
    for (const outcome of ["revenue", "bought"] as const) {
      const { value, error } = effectOf(treated[outcome], control[outcome]);
      const sum = sums[outcome];
      const variance = (error * treated.bought.n) ** 2;
      sum.value += value * treated.bought.n;
      sum.variance += variance;
      if (sum.eta === 0) sum.eta = mixtureScale(plannedCampaigns * variance);
    }
    const total = ({ value, variance, eta }: (typeof sums)["revenue"]) => ({
      value,
      half: mixtureHalfWidth(variance, eta),
    });
    steps.push({
      campaign: groups[0]?.campaign ?? "",
      contacted,
      keptOut,
      revenue: total(sums.revenue),
      bought: total(sums.bought),
    });
  }
  return steps;
}

function tableOf(steps: readonly Step[]): ColumnTable {
  const column = (of: (step: Step) => number) =>
    Float64Array.from(steps, (step) => (Number.isFinite(of(step)) ? of(step) : Number.NaN));
  return {
    rows: steps.length,
    columns: {
      until_campaign: steps.map(({ campaign }) => campaign),
      n_campaigns: column((step) => steps.indexOf(step) + 1),
      n_contacted: column(({ contacted }) => contacted),
      n_kept_out: column(({ keptOut }) => keptOut),
      programme_conversions: column(({ bought }) => bought.value),
      programme_conversions_low: column(({ bought }) => bought.value - bought.half),
      programme_conversions_high: column(({ bought }) => bought.value + bought.half),
      programme_revenue_minor: column(({ revenue }) => revenue.value),
      programme_revenue_minor_low: column(({ revenue }) => revenue.value - revenue.half),
      programme_revenue_minor_high: column(({ revenue }) => revenue.value + revenue.half),
      enough_data: column(({ revenue }) => (Number.isFinite(revenue.half) ? 1 : 0)),
      reason: steps.map(() => null),
    },
  };
}

export const programmeLift = defineModel({
  name: "programme_lift",
  version: 1,
  title: "Programme lift",
  group: "measurement",
  inputs: { groups: { feature: "campaign_moments" } },
  keys: [{ name: "until_campaign", type: "VARCHAR" }],
  fitBuckets: "all",
  params: {},
  outputs: [
    { name: "n_campaigns", type: "DOUBLE", unit: "count" },
    { name: "n_contacted", type: "DOUBLE", unit: "count" },
    { name: "n_kept_out", type: "DOUBLE", unit: "count" },
    ...["programme_conversions", "programme_conversions_low", "programme_conversions_high"].map((name) => ({
      name,
      type: "DOUBLE" as const,
      unit: "count",
    })),
    ...["programme_revenue_minor", "programme_revenue_minor_low", "programme_revenue_minor_high"].map((name) => ({
      name,
      type: "DOUBLE" as const,
      unit: "minor",
    })),
  ],
  needs: "two campaigns or more with groups that were kept out at random",
  card: {
    purpose:
      "What all campaigns together brought beyond what people would have bought anyway, added up campaign by campaign.",
    method:
      "Each campaign whose 30 days have passed gives its effect per person contacted (difference to those kept out, adjusted for the year before) times the people contacted. The sums carry limits that hold after every campaign at once, without an end: normal mixture, scaled to be narrowest after twelve campaigns of the first one's size.",
    references: [
      "Robbins (1970): Statistical methods related to the law of the iterated logarithm, Annals of Mathematical Statistics 41(5).",
      "Howard, Ramdas, McAuliffe & Sekhon (2021): Time-uniform, nonparametric, nonasymptotic confidence sequences, Annals of Statistics 49(2).",
      "Deng, Xu, Kohavi & Walker (2013): Improving the sensitivity of online controlled experiments by utilizing pre-experiment data, WSDM.",
    ],
    assumptions: [
      "Each campaign's groups were drawn for themselves, so that their errors are independent.",
      "Campaigns don't take purchases from one another; where they do, a standing holdout across all of them tells less than this sum.",
    ],
    limits: [
      "Limits here are always-valid 95 % limits of the sum, not 80 % limits of an outcome.",
      "Campaigns with nobody kept out, or fewer than 20 people a side, tell nothing and are left out of the sum.",
      "A standing holdout that is a campaign of its own is read over its first 30 days only.",
    ],
    metrics: [
      "incremental_share: the share of the contacted people's revenue that the campaigns brought, with always-valid limits, against none",
    ],
  },
  fit: () => null,
  score: (inputs) => tableOf(cumulated(campaignsIn(requireTable(inputs, "groups")))),
  evaluate: (inputs) => {
    const campaigns = campaignsIn(requireTable(inputs, "groups")).filter(
      (groups) => groups.some(({ isControl }) => isControl) && groups.some(({ isControl }) => !isControl),
    );
    const steps = cumulated(campaigns);
    const last = steps.at(-1);
    if (!last) return [];
    const plain = campaigns.reduce((sum, groups) => {
      const own = together(groups.filter(({ isControl }) => !isControl));
      return sum + own.revenue.y;
    }, 0);
    if (!(plain > 0)) return [];
    const own = {
      value: last.revenue.value / plain,
      low: (last.revenue.value - last.revenue.half) / plain,
      high: (last.revenue.value + last.revenue.half) / plain,
    };
    return known([
      compare({
        metric: "incremental_share",
        baseline: "no effect",
        own,
        naive: 0,
        n: last.contacted + last.keptOut,
        better: "higher",
      }),
    ]);
  },
});

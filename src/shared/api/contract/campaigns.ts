import { z } from "zod";
import { offerScopes } from "../../domain/offer.ts";
import { brandName, call, count, day, done, instant, stream } from "../operation.ts";
import { definition } from "./segments.ts";
import { stepProgress } from "./workspace.ts";

export const offerTable = z.object({
  key: z.string(),
  basis: z.enum(["experiment", "association", "none"]),
  scope: z.enum(offerScopes),
  days: count,
  spend_minor: z.number(),
  expected_minor: z.number(),
  expected_minor_low: z.number(),
  expected_minor_high: z.number(),
});

const goal = z.enum(["revenue", "purchases"]);
export const variant = z.object({ variant: z.string().min(1).max(63), share: z.number().positive().max(1) });
export const cap = z.object({ messages: z.number().int().min(1).max(1000), days: z.number().int().min(1).max(365) });
export const leftOut = z.array(z.object({ reason: z.string(), count }));
const arm = z.object({ variant: z.string(), is_control: z.boolean(), customers: count, planned_share: z.number() });

/** What is fixed of a campaign before it goes out. */
const plan = {
  segment: z.string().optional(),
  definition: definition.optional(),
  variants: z.array(variant).min(1).max(8),
  /** Share of the audience kept out. */
  holdout: z.number().min(0).max(0.9),
  goal: goal.optional(),
  days: z.number().int().min(1).max(365).optional(),
  template: z.string().optional(),
  fields: z.array(z.string()).optional(),
  cap: cap.optional(),
};

/** The smallest rise that groups of this size tell in four of five, by what it is measured in; null: none. */
const detectable = z.object({
  purchase_rate: z.number().nullable(),
  purchase_rate_relative: z.number().nullable(),
  revenue_minor: z.number().nullable(),
  revenue_relative: z.number().nullable(),
});

export const campaignFigures = z.object({
  audience: count,
  left_out: leftOut,
  arms: z.array(arm),
  contacted: count,
  kept_out: count,
  /** Without a campaign, within its days: the share that buys, and revenue per customer. */
  base_rate: z.number().nullable(),
  base_revenue_minor: z.number().nullable(),
  /** Share of the variance of revenue that the year before explains. */
  explained: z.number(),
  detectable,
  choices: z.array(z.object({ holdout: z.number(), kept_out: count, detectable })),
});
export type CampaignFigures = z.output<typeof campaignFigures>;

export const campaign = z.object({
  campaign: z.string(),
  segment: z.string().nullable(),
  definition,
  sentence: z.string(),
  variants: z.array(variant),
  holdout: z.number(),
  goal,
  days: count,
  template: z.string(),
  fields: z.array(z.string()),
  cap: cap.nullable(),
  created_at: instant,
  /** What a plan of offers expects of it; null where there is one audience and no offer of each customer's own. */
  offers: offerTable.nullable(),
  drawn: z
    .object({ drawn_at: instant, starts_on: day, snapshot_id: z.string(), arms: z.array(arm), left_out: leftOut })
    .nullable(),
});
export type Campaign = z.output<typeof campaign>;

/** An effect per customer contacted with 95 % limits, those that hold for every day's look at once, and its sum over all of them. */
const effect = z.object({
  treated_mean: z.number(),
  control_mean: z.number(),
  value: z.number(),
  low: z.number(),
  high: z.number(),
  p_value: z.number(),
  always_low: z.number(),
  always_high: z.number(),
  always_p: z.number(),
  relative: z.number().nullable(),
  relative_low: z.number().nullable(),
  relative_high: z.number().nullable(),
  total: z.number(),
  total_low: z.number(),
  total_high: z.number(),
  /** Share of the variance that the year before explains. */
  explained: z.number(),
  detectable: z.number(),
});
export type CampaignEffect = z.output<typeof effect>;

const verdict = z.enum([
  "more",
  "less",
  "inconclusive",
  "too_early",
  "not_started",
  "sample_ratio",
  "not_enough_data",
  "no_holdout",
]);

export const campaignResult = z.object({
  campaign: z.string(),
  starts_on: day.nullable(),
  as_of: day,
  days: count,
  elapsed_days: count,
  is_complete: z.boolean(),
  goal,
  /** Of all who were contacted, against the holdout. */
  incremental_conversions: z.number().nullable(),
  incremental_revenue_minor: z.number().nullable(),
  /** 95 % limits and p of the goal's increment: minor units of revenue, or conversions. */
  low: z.number().nullable(),
  high: z.number().nullable(),
  p_value: z.number().nullable(),
  sample_ratio_p: z.number().nullable(),
  /** Whether the plan behind the sample ratio is known, or taken to be the usual share next to what is seen. */
  is_plan_known: z.boolean(),
  conclusive: z.boolean(),
  verdict,
  /** The variant that beats all others, where that is sure; with two or more variants. */
  winner: z.string().nullable(),
  arms: z.array(
    arm.extend({ buyers: count, revenue_minor: z.number(), revenue: effect.nullable(), purchases: effect.nullable() }),
  ),
  revenue: effect.nullable(),
  purchases: effect.nullable(),
  /** The goal's effect per customer as it stood at the end of each day. */
  path: z.array(
    z.object({
      day,
      value: z.number(),
      low: z.number(),
      high: z.number(),
      always_low: z.number(),
      always_high: z.number(),
    }),
  ),
  /** Drawn, but no customer any more: joined to somebody else or erased. */
  lost: count,
});
export type CampaignResult = z.output<typeof campaignResult>;

const summary = z.object({
  starts_on: day.nullable(),
  customers: count,
  kept_out: count,
  variants: count,
  verdict,
  goal,
  elapsed_days: count,
  days: count,
  incremental_conversions: z.number().nullable(),
  incremental_revenue_minor: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
});
export type CampaignSummary = z.output<typeof summary>;

export const campaignOperations = {
  "campaigns.list": call({
    input: z.object({ brand: brandName }),
    output: z.object({
      /** Share of all customers that no campaign reaches, as a standing comparison. */
      global_holdout: z.number(),
      campaigns: z.array(campaign.extend({ result: summary.nullable() })),
      /** Campaigns that another program sent and a source told of. */
      delivered: z.array(z.object({ campaign: z.string(), result: summary })),
    }),
  }),
  /** Who would be contacted and kept out, and what effect that could tell, before anything is kept. */
  "campaigns.plan": call({
    input: z.object({ brand: brandName, campaign: z.string().optional(), ...plan }),
    output: campaignFigures,
  }),
  "campaigns.create": call({
    input: z.object({ brand: brandName, campaign: z.string().min(1).max(63), ...plan }),
    output: campaign.extend({ figures: campaignFigures }),
  }),
  "campaigns.remove": call({ input: z.object({ brand: brandName, campaign: z.string() }), output: done }),
  /** Takes a removal back: groups, result and lists are as they were. */
  "campaigns.restore": call({ input: z.object({ brand: brandName, campaign: z.string() }), output: done }),
  "campaigns.set_holdout": call({
    input: z.object({ brand: brandName, share: z.number().min(0).max(0.5) }),
    output: z.object({ global_holdout: z.number() }),
  }),
  /** Draws the groups, once, and writes a list for each variant with the table of who is in which group. */
  "campaigns.export": stream({
    input: z.object({
      brand: brandName,
      campaign: z.string(),
      /** Where to; left out: the brand's exports folder in the workspace. */
      out: z.string().optional(),
      /** The day before the first that counts; the snapshot's day unless said. */
      starts_on: day.optional(),
    }),
    progress: stepProgress,
    output: z.object({
      campaign: z.string(),
      starts_on: day,
      arms: z.array(arm),
      left_out: leftOut,
      lists: z.array(z.object({ variant: z.string(), path: z.string(), rows: count, sha256: z.string() })),
      assignments: z.string(),
    }),
  }),
  "campaigns.measure": call({
    input: z.object({ brand: brandName, campaign: z.string() }),
    output: campaignResult,
  }),
};

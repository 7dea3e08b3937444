import { z } from "zod";
import { offerScopes } from "../../domain/offer.ts";
import { brandName, call, count, day } from "../operation.ts";
import { campaign, campaignFigures, cap, leftOut, variant } from "./campaigns.ts";
import { definition } from "./segments.ts";

/** What is asked of a plan; what is left out is as the program proposes it. */
const asked = {
  brand: brandName,
  segment: z.string().optional(),
  definition: definition.optional(),
  scope: z.enum(offerScopes).optional(),
  /** Price cuts to choose among, as shares. */
  depths: z.array(z.number().min(0.01).max(0.9)).min(1).max(6).optional(),
  /** Categories that are never offered. */
  excluded: z.array(z.string()).max(500).optional(),
  /** The most that may be given away and spent on contacts. */
  budget_minor: z.number().nonnegative().optional(),
  contacts: z.number().int().min(0).optional(),
  contact_cost_minor: z.number().min(0).max(1e6).optional(),
  /** Share of usual prices that is earned, where goods have no cost. */
  margin_share: z.number().min(0.01).max(1).optional(),
  days: z.number().int().min(1).max(60).optional(),
  template: z.string().optional(),
  cap: cap.optional(),
};

const limited = z.object({ value: z.number(), low: z.number(), high: z.number() });
const beside = z
  .object({
    depth: z.number(),
    contacts: count,
    spend_minor: z.number(),
    given_away_minor: z.number(),
    expected: limited,
  })
  .nullable();

const row = z.object({
  customer_id: z.string(),
  name: z.string().nullable(),
  offer: z.string(),
  category: z.string().nullable(),
  depth: z.number(),
  product_id: z.string().nullable(),
  product: z.string().nullable(),
  /** Chance to buy within the days without the offer, and what it adds (by association, or as an experiment found). */
  buys_anyway: z.number(),
  added_chance: z.number(),
  spend_minor: z.number(),
  given_away_minor: z.number(),
  expected_minor: z.number(),
  expected_minor_low: z.number(),
  expected_minor_high: z.number(),
  is_tested: z.boolean(),
});

export const offerPlan = z.object({
  as_of: day,
  snapshot_id: z.string(),
  audience: count,
  left_out: leftOut,
  /** Customers who may be reached and are scored. */
  considered: count,
  basis: z.enum(["experiment", "association", "none"]),
  response: z.object({
    tested_depth: z.number().nullable(),
    /** Chance that who would have bought anyway takes the cut along, as the experiment found it. */
    redemption: z.number().nullable(),
    level: limited,
    slope: limited,
    campaigns: z.array(limited.extend({ campaign: z.string(), n: count })),
    association: limited.extend({ weeks: count }).nullable(),
  }),
  margin: z.object({ known_share: z.number(), assumed: z.number().nullable() }),
  contacts: count,
  spend_minor: z.number(),
  /** Margin that the plan adds, net of returns, of what is given away and of contacts, with 80 % limits. */
  expected: limited,
  given_away_minor: z.number(),
  extra_purchases: z.number(),
  extra_revenue_minor: z.number(),
  /** No plan within the limits can be expected to add more. */
  bound_minor: z.number(),
  /** What these people bring without any offer. */
  without_minor: z.number(),
  everybody: beside,
  at_random: beside,
  /** The plan against the same offer to as many at random as cost the same. */
  gain: limited.nullable(),
  answers: z.array(z.object({ depth: z.number(), added_chance: z.number() })),
  groups: z.array(
    z.object({
      category: z.string().nullable(),
      depth: z.number(),
      customers: count,
      spend_minor: z.number(),
      given_away_minor: z.number(),
      expected_minor: z.number(),
      is_tested: z.boolean(),
    }),
  ),
  curve: z.array(z.object({ budget_minor: z.number(), expected_minor: z.number(), contacts: count })),
  categories: z.array(z.object({ category: z.string(), margin: z.number().nullable() })),
  rows: z.array(row),
});
export type OfferPlan = z.output<typeof offerPlan>;

export const offerTest = z.object({
  variants: z.array(variant),
  holdout: z.number(),
  goal: z.enum(["revenue", "purchases"]),
  days: count,
  /** Customers of each variant, and of those kept out. */
  in_variant: count,
  kept_out: count,
  base_rate: z.number().nullable(),
  /** The smallest rise of the share that buys which one variant shows in four of five such tests. */
  detectable: z.number().nullable(),
  /** What the plan takes the deepest cut to add. */
  expected: z.number(),
  is_enough: z.boolean(),
  /** Customers that the test would need for that; null: more than can be told. */
  customers_needed: count.nullable(),
});
export type OfferTest = z.output<typeof offerTest>;

export const offerOperations = {
  /** Whom to offer what within a budget or a number of contacts: nothing is kept. */
  "offers.plan": call({
    input: z.object({ ...asked, rows: z.number().int().min(0).max(500).optional() }),
    output: offerPlan,
  }),
  /** The experiment that would tell what the price cuts do. */
  "offers.test": call({ input: z.object(asked), output: offerTest }),
  /** Makes a campaign of a plan: its lists say what each customer is offered. */
  "offers.create": call({
    input: z.object({ ...asked, campaign: z.string().min(1).max(63), holdout: z.number().min(0).max(0.9).optional() }),
    output: campaign.extend({ figures: campaignFigures }),
  }),
};

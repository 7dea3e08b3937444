/** What the price is cut on: one category that each customer is drawn to, or the whole basket. */
export const offerScopes = ["everything", "category"] as const;
export type OfferScope = (typeof offerScopes)[number];

/** What a plan of offers is asked for. */
export interface OfferTerms {
  readonly scope: OfferScope;
  /** Price cuts to choose among, as shares. */
  readonly depths: readonly number[];
  /** Categories that are never offered. */
  readonly excluded: readonly string[];
  /** The most that may be given away and spent on contacts, in minor units; null: no limit. */
  readonly budget_minor: number | null;
  /** The most customers; null: no limit. */
  readonly contacts: number | null;
  /** What a contact costs. */
  readonly contact_cost_minor: number;
  /** Share of usual prices that is earned, where goods have no cost. */
  readonly margin_share: number;
  /** Days that the offer stands. */
  readonly days: number;
}

/** What the response to a price cut rests on. */
export type OfferBasis = "experiment" | "association" | "none";

/** A kept table of who is offered what, as a campaign carries it. */
export interface OfferTable {
  /** Key of its artifact. */
  readonly key: string;
  readonly basis: OfferBasis;
  readonly scope: OfferScope;
  readonly days: number;
  readonly spend_minor: number;
  readonly expected_minor: number;
  readonly expected_minor_low: number;
  readonly expected_minor_high: number;
}

export const usualTerms: OfferTerms = {
  scope: "everything",
  depths: [0.1, 0.15, 0.2],
  excluded: [],
  budget_minor: null,
  contacts: null,
  contact_cost_minor: 2,
  margin_share: 0.5,
  days: 30,
};

import type { OfferTable } from "./offer.ts";

/** What the people of a campaign may get; shares of those contacted, which add up to 1. */
export interface CampaignVariant {
  readonly variant: string;
  readonly share: number;
}

export type CampaignGoal = "revenue" | "purchases";

/** Whoever got so many messages within so many days is left out. */
export interface ContactCap {
  readonly messages: number;
  readonly days: number;
}

export interface CampaignPlan {
  readonly segment: string | null;
  readonly definition: { readonly where?: unknown; readonly sql?: string };
  readonly variants: readonly CampaignVariant[];
  /** Share of the audience that is kept out, to compare with. */
  readonly holdout: number;
  /** What it is judged by, within so many days after the start. */
  readonly goal: CampaignGoal;
  readonly days: number;
  readonly template: string;
  readonly fields: readonly string[];
  readonly cap: ContactCap | null;
  /** Who is offered what, where a plan of offers chose the people. */
  readonly offers?: OfferTable | null;
}

export interface CampaignBody extends CampaignPlan {
  readonly campaign: string;
}

export interface CampaignArm {
  readonly variant: string;
  readonly is_control: boolean;
  readonly customers: number;
  readonly planned_share: number;
}

/** Who was drawn into which group: settled once, at the first export. */
export interface CampaignDrawnBody {
  readonly campaign: string;
  /** Key of the table of who is in which group. */
  readonly assignments: string;
  readonly snapshot_id: string;
  /** Outcomes count from the day after it. */
  readonly starts_on: string;
  readonly arms: readonly CampaignArm[];
  readonly left_out: readonly { readonly reason: string; readonly count: number }[];
}

export interface CampaignState extends CampaignBody {
  readonly created_at: string;
  /** Number of the log entry: with the name it makes the draw this campaign's own. */
  readonly version: number;
  readonly drawn: (CampaignDrawnBody & { readonly drawn_at: string }) | null;
}

/** What each kind of log entry about campaigns carries. */
export interface CampaignEntryBodies {
  campaign_created: CampaignBody;
  campaign_drawn: CampaignDrawnBody;
  campaign_removed: { campaign: string };
  /** A removed one stands again, with its groups; `keys` are what it rests on. */
  campaign_restored: { campaign: string; keys: readonly string[] };
  global_holdout_changed: { share: number };
}

export interface CampaignsState {
  campaigns: Map<string, CampaignState>;
  /** Removed ones. */
  formerCampaigns: Map<string, CampaignState>;
  /** Share of all customers that no campaign reaches. */
  globalHoldout: number;
}

type Folds = {
  readonly [K in keyof CampaignEntryBodies]: (
    state: CampaignsState,
    body: CampaignEntryBodies[K],
    entry: { readonly version: number; readonly at: string },
  ) => void;
};

export const campaignFolds: Folds = {
  campaign_created: (state, body, { at, version }) => {
    if (state.campaigns.has(body.campaign)) return;
    state.campaigns.set(body.campaign, { ...body, created_at: at, version, drawn: null });
  },
  campaign_drawn: (state, body, { at }) => {
    const known = state.campaigns.get(body.campaign);
    if (known && !known.drawn) state.campaigns.set(body.campaign, { ...known, drawn: { ...body, drawn_at: at } });
  },
  campaign_removed: (state, { campaign }) => {
    const known = state.campaigns.get(campaign);
    if (known) state.formerCampaigns.set(campaign, known);
    state.campaigns.delete(campaign);
  },
  campaign_restored: (state, { campaign }) => {
    const known = state.formerCampaigns.get(campaign);
    if (!known || state.campaigns.has(campaign)) return;
    state.campaigns.set(campaign, known);
    state.formerCampaigns.delete(campaign);
  },
  global_holdout_changed: (state, { share }) => {
    state.globalHoldout = share;
  },
};

/** What the groups are drawn by: the same person comes to the same side of one campaign, whenever and however often it is drawn. */
export function drawSalt({ campaign, version }: Pick<CampaignState, "campaign" | "version">): string {
  return `campaign:${campaign}:${version}`;
}

/** What the brand's standing holdout is drawn by: a larger share keeps everybody of the smaller. */
export const globalHoldoutSalt = "global-holdout";

/** The name of the group that is kept out; no variant may have it. */
export const controlVariant = "control";

export type CampaignVerdict =
  | "more"
  | "less"
  | "inconclusive"
  | "too_early"
  | "not_started"
  | "sample_ratio"
  | "not_enough_data"
  | "no_holdout";

import { join, resolve } from "node:path";
import type { Campaign, CampaignFigures, CampaignResult } from "../../shared/api/contract/campaigns.ts";
import type { AssayContract } from "../../shared/api/contract.ts";
import type { ParsedInputOf } from "../../shared/api/operation.ts";
import { canonicalJson } from "../../shared/base/canonical-json.ts";
import { AssayError } from "../../shared/base/errors.ts";
import { isName } from "../../shared/base/ids.ts";
import { daysBetween } from "../../shared/base/time.ts";
import type { BrandState } from "../../shared/domain/brand-state.ts";
import { type CampaignPlan, type CampaignState, controlVariant, drawSalt } from "../../shared/domain/campaign.ts";
import { segmentSentence } from "../../shared/domain/segment.ts";
import { keyOf, sha256 } from "../plan/key.ts";
import { asking, recordRefusal, thisAccount } from "./account.ts";
import {
  type ApiContext,
  type FoundSnapshot,
  findSnapshot,
  requireEditable,
  requireWorkspace,
  requireWritable,
} from "./context.ts";
import type { HandlersOf, Named } from "./handlers-type.ts";
import { askSnapshot } from "./query.ts";
import { listRecipe, type WrittenList } from "./recipes.ts";
import { definitionOf, segmentRules } from "./segments.ts";
import { stampOf } from "./stamp.ts";

type PlanInput = Omit<ParsedInputOf<AssayContract["campaigns.plan"]>, "brand">;

/** Days after the start that outcomes count. */
const usualDays = 14;
/** The same of campaigns that a source tells of: as campaign_lift has them. */
const deliveredDays = 30;

export function planOf(state: BrandState, input: PlanInput): CampaignPlan {
  const { segment, definition, variants, holdout, goal = "revenue", days = usualDays, fields = [], cap = null } = input;
  const names = variants.map(({ variant }) => variant);
  const wrong = names.find((name) => !isName(name) || name.toLowerCase() === controlVariant);
  if (wrong !== undefined)
    throw new AssayError(
      "bad_input",
      `“${wrong}” can't be a variant's name.`,
      "Use letters, digits, - and _, not control.",
    );
  if (new Set(names).size !== names.length)
    throw new AssayError("bad_input", "Two variants have the same name.", "Give each its own.");
  const total = variants.reduce((sum, { share }) => sum + share, 0);
  return {
    segment: segment ?? null,
    definition: definitionOf(state, { segment, definition }),
    variants: variants.map(({ variant, share }) => ({ variant, share: share / total })),
    holdout,
    goal,
    days,
    template: input.template ?? "csv",
    fields,
    cap,
  };
}

export function requireCampaign(state: BrandState, campaign: string): CampaignState {
  const found = state.campaigns.get(campaign);
  if (found) return found;
  const known = [...state.campaigns.keys()].join(", ") || "none yet";
  throw new AssayError("not_found", `There is no campaign ${campaign}.`, `Campaigns: ${known}.`);
}

/** What the engine needs to draw a campaign's groups. */
export function drawInput(state: BrandState, plan: CampaignPlan, salt: string, own: string | undefined) {
  const { definition, segment: _, ...rest } = plan;
  const earlier = [...state.campaigns.values()].flatMap(({ campaign, drawn }) =>
    drawn && campaign !== own ? [{ key: drawn.assignments, starts_on: drawn.starts_on }] : [],
  );
  return {
    definition,
    segments: segmentRules(state),
    plan: rest,
    salt,
    global_holdout: state.globalHoldout,
    earlier: plan.cap ? earlier : [],
  };
}

export async function figuresOf(
  ctx: ApiContext,
  found: FoundSnapshot,
  plan: CampaignPlan,
  salt: string,
  signal: AbortSignal,
): Promise<CampaignFigures> {
  const input = drawInput(found.state, plan, salt, undefined);
  return (await askSnapshot(ctx, found, "campaigns.plan", input, signal)) as CampaignFigures;
}

export function document(state: CampaignState): Campaign {
  const { campaign, segment, definition, holdout, goal, days, template, cap, created_at, drawn, offers } = state;
  return {
    campaign,
    segment,
    definition: definition as Campaign["definition"],
    sentence: segmentSentence(definition),
    variants: [...state.variants],
    holdout,
    goal,
    days,
    template,
    fields: [...state.fields],
    cap,
    created_at,
    offers: offers ? { ...offers } : null,
    drawn: drawn && {
      drawn_at: drawn.drawn_at,
      starts_on: drawn.starts_on,
      snapshot_id: drawn.snapshot_id,
      arms: [...drawn.arms],
      left_out: [...drawn.left_out],
    },
  };
}

function measured(state: CampaignState) {
  if (!state.drawn) return null;
  const { campaign, days, goal, drawn } = state;
  return { kind: "own", campaign, days, goal, key: drawn.assignments, starts_on: drawn.starts_on, planned: drawn.arms };
}

const summaryOf = (result: CampaignResult) => ({
  starts_on: result.starts_on,
  customers: result.arms.filter(({ is_control }) => !is_control).reduce((sum, { customers }) => sum + customers, 0),
  kept_out: result.arms.filter(({ is_control }) => is_control).reduce((sum, { customers }) => sum + customers, 0),
  variants: result.arms.filter(({ is_control }) => !is_control).length,
  verdict: result.verdict,
  goal: result.goal,
  elapsed_days: result.elapsed_days,
  days: result.days,
  incremental_conversions: result.incremental_conversions,
  incremental_revenue_minor: result.incremental_revenue_minor,
  low: result.low,
  high: result.high,
});

/** The snapshot, or null for a brand that has none yet. */
async function snapshotOrNull(ctx: ApiContext, brand: string): Promise<FoundSnapshot | null> {
  return findSnapshot(ctx, brand).catch((error: unknown) => {
    if (error instanceof AssayError && error.code === "not_found") return null;
    throw error;
  });
}

/** Draws the groups where that wasn't done, and says which stand. */
async function drawnState(
  ctx: ApiContext,
  brand: string,
  found: FoundSnapshot,
  campaign: CampaignState,
  startsOn: string | undefined,
): Promise<CampaignState> {
  if (campaign.drawn) return campaign;
  const { brands } = requireWritable(ctx);
  const asOf = found.snapshot.as_of;
  const starts = startsOn ?? asOf;
  if (daysBetween(asOf, starts) < 0)
    throw new AssayError(
      "bad_input",
      `The campaign can't have started before ${asOf}, the day that its audience is drawn at.`,
      "Name a later day.",
    );
  const salt = drawSalt(campaign);
  const key = keyOf({ step: "campaign_groups", version: 1, snapshotId: found.snapshot.snapshot_id, salt });
  const input = drawInput(found.state, campaign, salt, campaign.campaign);
  const drawn = await ctx.engine.call("campaigns.draw", { snapshot: found.reference, key, input });
  if (drawn.arms.every(({ is_control, customers }) => is_control || customers === 0))
    throw new AssayError("bad_input", "Nobody is left to write to.", "Widen the audience, or look at who is left out.");
  const body = {
    campaign: campaign.campaign,
    assignments: key,
    snapshot_id: found.snapshot.snapshot_id,
    starts_on: starts,
    arms: drawn.arms,
    left_out: drawn.left_out,
  };
  const state = await brands.append(brand, "campaign_drawn", body, `campaign-drawn:${salt}`);
  ctx.tell("campaigns");
  return requireCampaign(state, campaign.campaign);
}

export const campaignHandlers: HandlersOf<Named<"campaigns">> = {
  "campaigns.list": async ({ brand }, { ctx, signal }) => {
    const state = await requireWorkspace(ctx).brands.refresh(brand);
    const found = await snapshotOrNull(ctx, brand);
    const all = [...state.campaigns.values()].sort((a, b) => b.version - a.version);
    const own = all.flatMap((one) => measured(one) ?? []);
    const delivered = { days: deliveredDays, goal: "revenue" };
    const { results } = found
      ? ((await askSnapshot(ctx, found, "campaigns.results", { own, delivered }, signal)) as {
          results: (CampaignResult & { kind: string })[];
        })
      : { results: [] };
    const resultOf = (name: string) => results.find(({ campaign, kind }) => kind === "own" && campaign === name);
    return {
      global_holdout: state.globalHoldout,
      campaigns: all.map((one) => {
        const result = resultOf(one.campaign);
        return { ...document(one), result: result ? summaryOf(result) : null };
      }),
      delivered: results
        .filter(({ kind, campaign }) => kind === "delivered" && !state.campaigns.has(campaign))
        .map((result) => ({ campaign: result.campaign, result: summaryOf(result) })),
    };
  },
  "campaigns.plan": async ({ brand, campaign, ...input }, { ctx, signal }) => {
    const found = await findSnapshot(ctx, brand);
    const offers = found.state.campaigns.get(campaign ?? "")?.offers ?? null;
    return figuresOf(ctx, found, { ...planOf(found.state, input), offers }, `campaign:${campaign ?? ""}`, signal);
  },
  "campaigns.create": async ({ brand, campaign, ...input }, { ctx, signal }) => {
    const { brands } = requireEditable(ctx);
    if (!isName(campaign))
      throw new AssayError("bad_input", `“${campaign}” can't be a campaign's name.`, "Use letters, digits, - and _.");
    const found = await findSnapshot(ctx, brand);
    if (found.state.campaigns.has(campaign))
      throw new AssayError("conflict", `There is a campaign ${campaign} already.`, "Choose another name.");
    const plan = planOf(found.state, input);
    await figuresOf(ctx, found, plan, `campaign:${campaign}`, signal); // a rule that can't be counted is refused before it is kept
    const state = await brands.append(
      brand,
      "campaign_created",
      { campaign, ...plan },
      `campaign:${campaign}:${found.state.version}:${sha256(canonicalJson(plan))}`,
    );
    ctx.tell("campaigns");
    const kept = requireCampaign(state, campaign);
    return { ...document(kept), figures: await figuresOf(ctx, found, plan, drawSalt(kept), signal) };
  },
  "campaigns.remove": async ({ brand, campaign }, { ctx }) => {
    const { brands } = requireEditable(ctx);
    const state = await brands.refresh(brand);
    requireCampaign(state, campaign);
    await brands.append(brand, "campaign_removed", { campaign }, `campaign-removed:${campaign}:${state.version}`);
    ctx.tell("campaigns");
    return { ok: true };
  },
  "campaigns.restore": async ({ brand, campaign }, { ctx }) => {
    const { brands } = requireWritable(ctx);
    const state = await brands.refresh(brand);
    const former = state.formerCampaigns.get(campaign);
    if (!former || state.campaigns.has(campaign))
      throw new AssayError("not_found", `No removed campaign is called ${campaign}.`, "See `assay campaign list`.");
    const keys = [former.drawn?.assignments ?? [], former.offers?.key ?? []].flat();
    await brands.append(
      brand,
      "campaign_restored",
      { campaign, keys },
      `campaign-restored:${campaign}:${state.version}`,
    );
    ctx.tell("campaigns");
    return { ok: true };
  },
  "campaigns.set_holdout": async ({ brand, share }, { ctx }) => {
    const { brands } = requireEditable(ctx);
    const { version } = await brands.refresh(brand);
    const state = await brands.append(brand, "global_holdout_changed", { share }, `global-holdout:${share}:${version}`);
    ctx.tell("campaigns");
    return { global_holdout: state.globalHoldout };
  },
  "campaigns.export": async ({ brand, campaign, out, starts_on }, { ctx, signal, progress }) => {
    const { brands } = requireWritable(ctx);
    const found = await findSnapshot(ctx, brand);
    const state = await drawnState(ctx, brand, found, requireCampaign(found.state, campaign), starts_on);
    const { drawn } = state;
    if (!drawn) throw new AssayError("internal", "The groups were not drawn.", "Run the same again.");
    const stamp = stampOf(ctx.now());
    const folder = out ? resolve(out) : resolve(brands.directory(brand), "exports", `${stamp}-${campaign}`);
    const lists = [];
    for (const [at, { variant }] of state.variants.entries()) {
      progress({ label: `Writing the list of ${variant}`, done: at, total: state.variants.length, unit: "lists" });
      const path = join(folder, `${campaign}-${variant}.csv`);
      const { offers } = state;
      const group = { campaign, variant, assignments: drawn.assignments, ...(offers ? { offers: offers.key } : {}) };
      const input = {
        definition: state.definition,
        segments: segmentRules(found.state),
        sentence: segmentSentence(state.definition),
        segment: state.segment,
        template: state.template,
        fields: state.fields,
        path,
        version: ctx.version,
        written_at: ctx.now().toISOString(),
        groups: drawn.assignments,
        variant,
        campaign: group,
        ...asking(found.state),
      };
      const written = (await recordRefusal(ctx, { brand, what: "campaign", name: campaign }, () =>
        askSnapshot(ctx, found, "campaigns.list_of", input, signal),
      )) as WrittenList;
      const { rows, sha256: digest } = written;
      const body = {
        path,
        recipe: listRecipe(ctx, input, written, group),
        export: `${stamp}-${campaign}-${variant}`,
        segment: state.segment,
        rows,
        sha256: digest,
        snapshot_id: found.snapshot.snapshot_id,
        ...{ by: thisAccount(), personal: written.personal },
      };
      await brands.append(brand, "export_written", body, `export:${body.export}:${digest}:${found.state.version}`);
      lists.push({ variant, path, rows, sha256: digest });
    }
    const assignments = join(folder, `${campaign}-assignments.csv`);
    const input = { groups: drawn.assignments, path: assignments, campaign, starts_on: drawn.starts_on };
    await askSnapshot(ctx, found, "campaigns.groups", input, signal);
    const { arms, left_out } = drawn;
    return { campaign, starts_on: drawn.starts_on, arms: [...arms], left_out: [...left_out], lists, assignments };
  },
  "campaigns.measure": async ({ brand, campaign }, { ctx, signal }) => {
    const found = await findSnapshot(ctx, brand);
    const own = found.state.campaigns.get(campaign);
    const input = own ? measured(own) : { kind: "delivered", campaign, days: deliveredDays, goal: "revenue" };
    if (!input)
      throw new AssayError(
        "not_found",
        `The campaign ${campaign} has not gone out yet.`,
        "Export its lists first; then there is something to measure.",
      );
    if (!own && !(await isDelivered(ctx, found, campaign, signal))) requireCampaign(found.state, campaign);
    return (await askSnapshot(ctx, found, "campaigns.measure", input, signal)) as CampaignResult;
  },
};

async function isDelivered(
  ctx: ApiContext,
  found: FoundSnapshot,
  campaign: string,
  signal: AbortSignal,
): Promise<boolean> {
  const { names } = (await askSnapshot(ctx, found, "campaigns.delivered", {}, signal)) as { names: string[] };
  return names.includes(campaign);
}

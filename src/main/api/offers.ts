import type { OfferPlan, OfferTest } from "../../shared/api/contract/offers.ts";
import type { AssayContract } from "../../shared/api/contract.ts";
import type { ParsedInputOf } from "../../shared/api/operation.ts";
import { canonicalJson } from "../../shared/base/canonical-json.ts";
import { AssayError } from "../../shared/base/errors.ts";
import { isName } from "../../shared/base/ids.ts";
import type { BrandState } from "../../shared/domain/brand-state.ts";
import { drawSalt } from "../../shared/domain/campaign.ts";
import { type OfferTerms, usualTerms } from "../../shared/domain/offer.ts";
import { keyOf, sha256 } from "../plan/key.ts";
import { document, drawInput, figuresOf, planOf, requireCampaign } from "./campaigns.ts";
import { findSnapshot, requireWritable } from "./context.ts";
import type { HandlersOf, Named } from "./handlers-type.ts";
import { askSnapshot } from "./query.ts";

type Asked = Omit<ParsedInputOf<AssayContract["offers.test"]>, "brand">;

/** Rows that a plan tells unless more are asked for. */
const usualRows = 50;
const everybody = { sql: "order_count >= 1" };

function termsOf({ excluded, depths, ...asked }: Asked): OfferTerms {
  return {
    scope: asked.scope ?? usualTerms.scope,
    depths: [...new Set(depths ?? usualTerms.depths)].sort((a, b) => a - b),
    excluded: [...new Set(excluded ?? [])].sort(),
    budget_minor: asked.budget_minor ?? null,
    contacts: asked.contacts ?? null,
    contact_cost_minor: asked.contact_cost_minor ?? usualTerms.contact_cost_minor,
    margin_share: asked.margin_share ?? usualTerms.margin_share,
    days: asked.days ?? usualTerms.days,
  };
}

/** What the engine needs: the audience as a campaign draws it, and the terms. */
function inputOf(state: BrandState, asked: Asked, holdout: number) {
  const terms = termsOf(asked);
  const { segment, definition, template, cap } = asked;
  const whom = segment === undefined && definition === undefined ? { definition: everybody } : { segment, definition };
  const plan = planOf(state, {
    ...whom,
    variants: [{ variant: "offer", share: 1 }],
    holdout,
    goal: "revenue",
    days: terms.days,
    template,
    cap,
  });
  return { plan, terms, input: { ...drawInput(state, plan, "offers", undefined), terms } };
}

export const offerHandlers: HandlersOf<Named<"offers">> = {
  "offers.plan": async ({ brand, rows = usualRows, ...asked }, { ctx, signal }) => {
    const found = await findSnapshot(ctx, brand);
    const { input } = inputOf(found.state, asked, 0);
    return (await askSnapshot(ctx, found, "campaigns.offers", { ...input, rows }, signal)) as OfferPlan;
  },
  "offers.test": async ({ brand, ...asked }, { ctx, signal }) => {
    const found = await findSnapshot(ctx, brand);
    const { input } = inputOf(found.state, asked, 0);
    return (await askSnapshot(ctx, found, "campaigns.offer_test", { ...input, rows: 0 }, signal)) as OfferTest;
  },
  "offers.create": async ({ brand, campaign, holdout = 0.1, ...asked }, { ctx, signal }) => {
    const { brands } = requireWritable(ctx);
    if (!isName(campaign))
      throw new AssayError("bad_input", `“${campaign}” can't be a campaign's name.`, "Use letters, digits, - and _.");
    const found = await findSnapshot(ctx, brand);
    if (found.state.campaigns.has(campaign))
      throw new AssayError("conflict", `There is a campaign ${campaign} already.`, "Choose another name.");
    const { plan, terms, input } = inputOf(found.state, asked, holdout);
    const { snapshot_id } = found.snapshot;
    const key = keyOf({ step: "campaign_offers", version: 1, snapshot_id, input: canonicalJson(input as never) });
    const question = { snapshot: found.reference, key, input: { ...input, rows: 0 } };
    const { customers, ...made } = await ctx.engine.call("campaigns.keep_offers", question, { signal });
    if (customers === 0)
      throw new AssayError(
        "bad_input",
        "No offer is expected to earn more than it gives away.",
        "Create the test that the plan proposes, widen the audience, or allow other depths.",
      );
    const offers = { key, ...made, scope: terms.scope, days: terms.days };
    const body = { campaign, ...plan, offers };
    const taskKey = `campaign:${campaign}:${found.state.version}:${sha256(canonicalJson(body as never))}`;
    const state = await brands.append(brand, "campaign_created", body, taskKey);
    ctx.tell("campaigns");
    const kept = requireCampaign(state, campaign);
    return { ...document(kept), figures: await figuresOf(ctx, found, kept, drawSalt(kept), signal) };
  },
};

import { controlVariant } from "../../shared/domain/campaign.ts";
import { literal, parquet } from "../engine/sql.ts";
import type { CampaignInput } from "../exports/campaign-groups.ts";
import { planCampaign } from "../exports/campaign-plan.ts";
import { type OfferInput, planOffers } from "../exports/offers/plan.ts";
import { proposeTest } from "../exports/offers/propose-test.ts";
import { type ExportInput, type ExportProgress, writeExport } from "../exports/write-export.ts";
import { type Measured, measureCampaign } from "../query/campaign-result.ts";
import type { OpenSnapshot } from "../query/session-pool.ts";
import { tableFiles } from "./lay-out.ts";

/** As core asks: tables of groups by the key of their artifact. */
export interface KeyedCampaign extends Omit<CampaignInput, "earlier" | "offerFiles"> {
  readonly earlier: readonly { readonly key: string; readonly starts_on: string }[];
}
export type KeyedOffers = KeyedCampaign & Pick<OfferInput, "terms" | "rows">;
export type KeyedMeasured =
  | (Omit<Extract<Measured, { kind: "own" }>, "files"> & { readonly key: string })
  | Extract<Measured, { kind: "delivered" }>;

const groupFiles = (brandDir: string, key: string) =>
  tableFiles(brandDir, [{ key, output: "groups", bucket: 0 }]).map(({ path }) => path);

const offerFiles = (brandDir: string, key: string) =>
  tableFiles(brandDir, [{ key, output: "offers", bucket: 0 }]).map(({ path }) => path);

export function withGroups<T extends KeyedCampaign>(brandDir: string, { earlier, ...input }: T) {
  const { offers } = input.plan;
  return {
    ...input,
    earlier: earlier.map(({ key, starts_on }) => ({ files: groupFiles(brandDir, key), starts_on })),
    ...(offers ? { offerFiles: offerFiles(brandDir, offers.key) } : {}),
  };
}

function measuredIn(brandDir: string, input: KeyedMeasured): Measured {
  if (input.kind === "delivered") return input;
  const { key, ...rest } = input;
  return { ...rest, files: groupFiles(brandDir, key) };
}

/** Names of the campaigns that a source told of, those assigned last first. */
async function deliveredNames(snapshot: OpenSnapshot, signal: AbortSignal): Promise<string[]> {
  const columns = snapshot.columnsOf("campaign_assignments");
  if (!columns.has("campaign_id") || !columns.has("customer_id")) return [];
  return snapshot.use(signal, async (session) => {
    const rows = await session.rows(`SELECT campaign_id, max(assigned_at) AS latest FROM campaign_assignments
      WHERE customer_id IS NOT NULL AND campaign_id IS NOT NULL GROUP BY campaign_id ORDER BY latest DESC, campaign_id LIMIT 50`);
    return rows.map(({ campaign_id }) => String(campaign_id));
  });
}

/** The questions about campaigns that need tables of the brand beside the snapshot's own. */
export async function askCampaigns(
  name: string,
  snapshot: OpenSnapshot,
  brandDir: string,
  input: unknown,
  { signal, progress }: { signal: AbortSignal; progress: ExportProgress },
): Promise<object | undefined> {
  if (name === "campaigns.plan") return planCampaign(snapshot, withGroups(brandDir, input as KeyedCampaign), signal);
  if (name === "campaigns.offers") return planOffers(snapshot, withGroups(brandDir, input as KeyedOffers), signal);
  if (name === "campaigns.offer_test") return proposeTest(snapshot, withGroups(brandDir, input as KeyedOffers), signal);
  if (name === "campaigns.measure")
    return measureCampaign(snapshot, measuredIn(brandDir, input as KeyedMeasured), signal);
  if (name === "campaigns.delivered") return { names: await deliveredNames(snapshot, signal) };
  if (name === "campaigns.results") {
    const { own, delivered } = input as {
      own: KeyedMeasured[];
      delivered: Omit<Extract<Measured, { kind: "delivered" }>, "campaign" | "kind">;
    };
    const names = await deliveredNames(snapshot, signal);
    const all = [...own, ...names.map((campaign) => ({ ...delivered, campaign, kind: "delivered" as const }))];
    const results = [];
    for (const one of all)
      results.push({
        kind: one.kind,
        ...(await measureCampaign(snapshot, measuredIn(brandDir, one), signal, { isShort: true })),
      });
    return { results };
  }
  if (name === "campaigns.list_of") {
    const list = input as ExportInput & { readonly groups: string; readonly variant: string };
    const groups = parquet(groupFiles(brandDir, list.groups));
    const members = `customer_id IN (SELECT customer_id FROM ${groups} WHERE variant = ${literal(list.variant)} AND variant <> ${literal(controlVariant)})`;
    const offers = list.campaign?.offers ? parquet(offerFiles(brandDir, list.campaign.offers)) : undefined;
    return writeExport(snapshot, list, signal, progress, async () => ({ members, offers }));
  }
  if (name === "campaigns.groups") {
    const { groups, path, campaign, starts_on } = input as Record<"groups" | "path" | "campaign" | "starts_on", string>;
    const files = parquet(groupFiles(brandDir, groups));
    return snapshot.use(signal, async (session) => {
      await session.run(`COPY (SELECT ${literal(campaign)} AS campaign_id, customer_id, variant, is_control, ${literal(`${starts_on}T00:00:00`)} AS assigned_at FROM ${files} ORDER BY customer_id)
        TO ${literal(path)} (FORMAT csv, HEADER)`);
      return { path };
    });
  }
  return undefined;
}

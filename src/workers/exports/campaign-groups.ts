import { join } from "node:path";
import {
  type CampaignArm,
  type CampaignPlan,
  controlVariant,
  globalHoldoutSalt,
} from "../../shared/domain/campaign.ts";
import { findArtifact, publishArtifact } from "../engine/artifact-store.ts";
import type { Session } from "../engine/duckdb.ts";
import { literal, parquet } from "../engine/sql.ts";
import { numberOf } from "../query/estimate.ts";
import type { SegmentInput } from "../query/segment-in.ts";
import type { OpenSnapshot } from "../query/session-pool.ts";
import { columnOr } from "../query/snapshot.ts";
import { localDay } from "../query/views.ts";
import { requireTemplate } from "./list.ts";
import { type Choice, chooseRecipients } from "./recipients.ts";

export interface CampaignInput extends SegmentInput {
  readonly plan: Omit<CampaignPlan, "definition" | "segment">;
  readonly salt: string;
  readonly global_holdout: number;
  /** Files of who got which variant of campaigns before, with the day that they went out. */
  readonly earlier: readonly { readonly files: readonly string[]; readonly starts_on: string }[];
  /** Files of who is offered what: nobody else is meant. */
  readonly offerFiles?: readonly string[] | undefined;
}

/** A customer's place in [0, 1) under a salt: the first 48 bits of SHA-256 over both. The same forever, and independent between salts. */
export function placeSql(salt: string): string {
  return `(CAST('0x' || left(sha256(${literal(`${salt}:`)} || customer_id), 12) AS BIGINT) / ${2 ** 48}.0)`;
}

/** Who had as many messages as the cap allows: those that a source tells of, and what campaigns of this brand sent. */
function cappedSql(snapshot: OpenSnapshot, { plan: { cap }, earlier }: CampaignInput): string | undefined {
  if (!cap) return undefined;
  const { handle } = snapshot;
  const from = `DATE ${literal(handle.as_of)} - ${cap.days}`;
  const messages = snapshot.columnsOf("message_events");
  const told = messages.has("customer_id")
    ? [
        `SELECT customer_id FROM message_events WHERE customer_id IS NOT NULL AND ${columnOr(messages, "event_type", "VARCHAR")} = 'sent'
           AND ${localDay("occurred_at", handle.brand.timeZone)} > ${from}`,
      ]
    : [];
  const own = earlier
    .filter(({ files }) => files.length > 0)
    .map(
      ({ files, starts_on }) =>
        `SELECT customer_id FROM ${parquet(files)} WHERE NOT is_control AND DATE ${literal(starts_on)} > ${from}`,
    );
  const all = [...told, ...own];
  if (all.length === 0) return undefined;
  return `customer_id IN (SELECT customer_id FROM (${all.join(" UNION ALL ")}) GROUP BY customer_id HAVING count(*) >= ${cap.messages})`;
}

export function choiceOf(snapshot: OpenSnapshot, input: CampaignInput): Choice {
  const capped = cappedSql(snapshot, input);
  return {
    ...(input.offerFiles ? { members: `customer_id IN (SELECT customer_id FROM ${parquet(input.offerFiles)})` } : {}),
    unless: [
      ...(input.global_holdout > 0
        ? [{ reason: "global_holdout" as const, sql: `${placeSql(globalHoldoutSalt)} < ${input.global_holdout}` }]
        : []),
      ...(capped ? [{ reason: "contacted_enough" as const, sql: capped }] : []),
    ],
  };
}

/** The share of a variant's people of all that are drawn. */
export function plannedShares({ holdout, variants }: Pick<CampaignPlan, "holdout" | "variants">): CampaignArm[] {
  const total = variants.reduce((sum, { share }) => sum + share, 0);
  return [
    ...variants.map(({ variant, share }) => ({
      variant,
      is_control: false,
      customers: 0,
      planned_share: ((1 - holdout) * share) / total,
    })),
    ...(holdout > 0 ? [{ variant: controlVariant, is_control: true, customers: 0, planned_share: holdout }] : []),
  ];
}

export interface Drawn {
  readonly audience: number;
  readonly arms: CampaignArm[];
  readonly left_out: { reason: string; count: number }[];
}

/** Chooses whom the campaign may reach and draws them into groups: makes the table `drawn` (customer_id, variant, is_control).
 *  The control group is the lower end of the places, so that a larger holdout keeps everybody of a smaller one. */
export async function drawGroups(snapshot: OpenSnapshot, session: Session, input: CampaignInput): Promise<Drawn> {
  const recipients = await chooseRecipients(
    snapshot,
    session,
    input,
    requireTemplate(input.plan.template),
    choiceOf(snapshot, input),
  );
  const arms = plannedShares(input.plan);
  let upTo = input.plan.holdout;
  const cases = arms
    .filter(({ is_control }) => !is_control)
    .map(({ variant, planned_share }) => {
      upTo += planned_share;
      return `WHEN place < ${upTo} THEN ${literal(variant)}`;
    });
  const last = arms.filter(({ is_control }) => !is_control).at(-1)?.variant ?? controlVariant;
  await session.run(`CREATE OR REPLACE TEMP TABLE drawn AS
    SELECT customer_id, CASE WHEN place < ${input.plan.holdout} THEN ${literal(controlVariant)} ${cases.join(" ")} ELSE ${literal(last)} END AS variant,
      place < ${input.plan.holdout} AS is_control
    FROM (SELECT customer_id, ${placeSql(input.salt)} AS place FROM recipients) ORDER BY customer_id`);
  const counted = await session.rows("SELECT variant, count(*) AS n FROM drawn GROUP BY variant");
  const countOf = new Map(counted.map(({ variant, n }) => [String(variant), numberOf(n)]));
  return {
    audience: recipients.rows + recipients.leftOut.reduce((sum, { count }) => sum + count, 0),
    arms: arms.map((arm) => ({ ...arm, customers: countOf.get(arm.variant) ?? 0 })),
    left_out: recipients.leftOut,
  };
}

/** Draws the groups and keeps who is in which, under a key that the campaign has for itself. */
export async function keepGroups(
  snapshot: OpenSnapshot,
  input: CampaignInput,
  place: { readonly brandDir: string; readonly scratch: string; readonly key: string; readonly signal: AbortSignal },
): Promise<Drawn> {
  const { brandDir, scratch, key, signal } = place;
  return snapshot.use(signal, async (session) => {
    const drawn = await drawGroups(snapshot, session, input);
    if (findArtifact(brandDir, key)) return drawn;
    const localPath = join(scratch, "groups.parquet");
    const rows = await session.toParquet("SELECT * FROM drawn ORDER BY customer_id", localPath);
    publishArtifact(brandDir, {
      key,
      step: "campaign_groups",
      version: 1,
      params: {},
      inputs: {},
      parts: {},
      seconds: 0,
      attempt: `groups-${key.slice(0, 12)}`,
      outputs: [{ name: "groups", kind: "parquet", localPath, rows }],
    });
    return drawn;
  });
}

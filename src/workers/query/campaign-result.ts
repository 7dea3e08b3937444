import { addDays, type Day } from "../../shared/base/time.ts";
import { type CampaignGoal, type CampaignVerdict, controlVariant } from "../../shared/domain/campaign.ts";
import type { Session } from "../engine/duckdb.ts";
import { literal, parquet } from "../engine/sql.ts";
import { type Effect, effectOf, leastInGroup, leastOutcomes } from "../numeric/campaign-effect.ts";
import { likelyShare, sampleRatioAlarm, sampleRatioP } from "../numeric/sample-ratio.ts";
import { type ArmMoments, armMoments, dailyMoments, pooled } from "./campaign-moments.ts";
import { numberOf } from "./estimate.ts";
import type { OpenSnapshot } from "./session-pool.ts";
import { localDay } from "./views.ts";

/** A campaign of the brand's own with its table of groups, or one that a source told of. */
export type Measured =
  | {
      readonly kind: "own";
      readonly campaign: string;
      readonly files: readonly string[];
      readonly starts_on: string;
      readonly days: number;
      readonly goal: CampaignGoal;
      readonly planned: readonly { readonly variant: string; readonly planned_share: number }[];
    }
  | {
      readonly kind: "delivered";
      readonly campaign: string;
      readonly days: number;
      readonly goal: CampaignGoal;
    };

const longestPath = 60;

async function loadGroups(snapshot: OpenSnapshot, session: Session, input: Measured): Promise<void> {
  const zone = snapshot.handle.brand.timeZone;
  await session.run(
    input.kind === "own"
      ? `CREATE OR REPLACE TEMP TABLE measured AS SELECT customer_id, variant, is_control, DATE ${literal(input.starts_on)} AS starts_on FROM ${parquet(input.files)}`
      : `CREATE OR REPLACE TEMP TABLE measured AS
         SELECT customer_id, CASE WHEN bool_or(is_control) THEN ${literal(controlVariant)} ELSE coalesce(min(variant), 'contacted') END AS variant, bool_or(is_control) AS is_control,
           min(${localDay("assigned_at", zone)}) AS starts_on
         FROM campaign_assignments WHERE customer_id IS NOT NULL AND campaign_id = ${literal(input.campaign)} GROUP BY customer_id`,
  );
}

interface Place {
  readonly startsOn: Day | null;
  readonly elapsed: number;
  readonly lost: number;
}

async function placeOf(snapshot: OpenSnapshot, session: Session, days: number): Promise<Place> {
  const [row = {}] = await session.rows(`SELECT CAST(max(starts_on) AS VARCHAR) AS starts_on,
      DATE ${literal(snapshot.handle.as_of)} - max(starts_on) AS elapsed,
      count(*) FILTER (customer_id NOT IN (SELECT customer_id FROM profiles)) AS lost FROM measured`);
  await session.run("DELETE FROM measured WHERE customer_id NOT IN (SELECT customer_id FROM profiles)");
  return {
    startsOn: typeof row.starts_on === "string" ? (row.starts_on as Day) : null,
    elapsed: Math.min(days, Math.max(0, numberOf(row.elapsed))),
    lost: numberOf(row.lost),
  };
}

const finite = (value: number) => (Number.isFinite(value) ? value : null);

function effectDocument(effect: Effect, contacted: number) {
  if (!Number.isFinite(effect.value)) return null;
  return {
    treated_mean: effect.treatedMean,
    control_mean: effect.controlMean,
    value: effect.value,
    low: effect.low,
    high: effect.high,
    p_value: effect.p,
    always_low: effect.alwaysLow,
    always_high: effect.alwaysHigh,
    always_p: effect.alwaysP,
    relative: finite(effect.relative),
    relative_low: finite(effect.relativeLow),
    relative_high: finite(effect.relativeHigh),
    total: effect.value * contacted,
    total_low: effect.low * contacted,
    total_high: effect.high * contacted,
    explained: effect.explained,
    detectable: effect.detectable,
  };
}

/** Shares as planned: those of the plan, else the usual share of a control group next to what is seen, the rest alike. */
function sharesOf(input: Measured, arms: readonly ArmMoments[]): number[] {
  if (input.kind === "own")
    return arms.map(({ variant }) => input.planned.find((one) => one.variant === variant)?.planned_share ?? 0);
  const all = arms.reduce((sum, { revenue }) => sum + revenue.n, 0);
  const control = arms.filter(({ isControl }) => isControl).reduce((sum, { revenue }) => sum + revenue.n, 0);
  const others = arms.filter(({ isControl }) => !isControl).length;
  const kept = control === 0 ? 0 : likelyShare(control, all);
  return arms.map(({ isControl }) => (isControl ? kept : (1 - kept) / others));
}

function verdictOf(
  effect: Effect,
  { place, days, sampleRatio, arms }: { place: Place; days: number; sampleRatio: number; arms: readonly ArmMoments[] },
): CampaignVerdict {
  const [treated, control] = [pooled(arms, false), pooled(arms, true)];
  const buyers = arms.reduce((sum, one) => sum + one.buyers, 0);
  if (control.revenue.n === 0 || treated.revenue.n === 0) return "no_holdout";
  if (place.elapsed < 1) return "not_started";
  if (sampleRatio < sampleRatioAlarm) return "sample_ratio";
  if (Math.min(treated.revenue.n, control.revenue.n) < leastInGroup || buyers < leastOutcomes) return "not_enough_data";
  if (effect.alwaysP < 0.05) return effect.value > 0 ? "more" : "less";
  return place.elapsed < days ? "too_early" : "inconclusive";
}

/** The variant that is better than every other one, with a share of the error for each comparison; null where none is for sure. */
function winnerOf(arms: readonly ArmMoments[], goal: CampaignGoal, elapsed: number): string | null {
  const variants = arms.filter(({ isControl }) => !isControl);
  if (variants.length < 2) return null;
  const level = 0.05 / (variants.length - 1);
  const beats = (a: ArmMoments, b: ArmMoments) => {
    const found = effectOf(a[goal], b[goal], elapsed);
    return Math.min(a.revenue.n, b.revenue.n) >= leastInGroup && found.value > 0 && found.alwaysP < level;
  };
  return variants.find((one) => variants.every((other) => other === one || beats(one, other)))?.variant ?? null;
}

/** What a campaign earned: effects with CUPED and their limits, the sample-ratio test, and a verdict that names nobody the winner
 *  where the always-valid limits hold zero. */
export async function measureCampaign(
  snapshot: OpenSnapshot,
  input: Measured,
  signal?: AbortSignal,
  { isShort = false }: { readonly isShort?: boolean } = {},
) {
  return snapshot.use(signal, async (session) => {
    await loadGroups(snapshot, session, input);
    const place = await placeOf(snapshot, session, input.days);
    const arms = await armMoments(session, input.days);
    const elapsed = place.elapsed / input.days;
    const shares = sharesOf(input, arms);
    const sampleRatio = sampleRatioP(
      arms.map(({ revenue }) => revenue.n),
      shares,
    );
    const [treated, control] = [pooled(arms, false), pooled(arms, true)];
    const effect = effectOf(treated[input.goal], control[input.goal], elapsed);
    const verdict = verdictOf(effect, { place, days: input.days, sampleRatio, arms });
    const isSilent = verdict === "no_holdout" || verdict === "not_started";
    const document = (of: Effect, n: number) => (isSilent ? null : effectDocument(of, n));
    const revenue = document(effectOf(treated.revenue, control.revenue, elapsed), treated.revenue.n);
    const purchases = document(effectOf(treated.purchases, control.purchases, elapsed), treated.revenue.n);
    const judged = input.goal === "revenue" ? revenue : purchases;
    const isSplit = sampleRatio < sampleRatioAlarm;
    return {
      campaign: input.campaign,
      starts_on: place.startsOn,
      as_of: snapshot.handle.as_of,
      days: input.days,
      elapsed_days: place.elapsed,
      is_complete: place.elapsed >= input.days,
      goal: input.goal,
      incremental_conversions: purchases?.total ?? null,
      incremental_revenue_minor: revenue ? Math.round(revenue.total) : null,
      low: judged?.total_low ?? null,
      high: judged?.total_high ?? null,
      p_value: judged?.p_value ?? null,
      sample_ratio_p: arms.length > 1 ? sampleRatio : null,
      is_plan_known: input.kind === "own",
      conclusive: verdict === "more" || verdict === "less",
      verdict,
      winner: isSplit || place.elapsed < 1 ? null : winnerOf(arms, input.goal, elapsed),
      arms: arms.map((arm, at) => ({
        variant: arm.variant,
        is_control: arm.isControl,
        customers: arm.revenue.n,
        planned_share: shares[at] ?? 0,
        buyers: arm.buyers,
        revenue_minor: arm.revenue.y,
        revenue: arm.isControl ? null : document(effectOf(arm.revenue, control.revenue, elapsed), arm.revenue.n),
        purchases: arm.isControl ? null : document(effectOf(arm.purchases, control.purchases, elapsed), arm.revenue.n),
      })),
      revenue,
      purchases,
      path: isSilent || isShort ? [] : await pathOf(session, input, place, arms),
      lost: place.lost,
    };
  });
}

async function pathOf(session: Session, input: Measured, place: Place, arms: readonly ArmMoments[]) {
  if (place.startsOn === null || place.elapsed > longestPath) return [];
  const begun = place.startsOn;
  const daily = await dailyMoments(session, place.elapsed, arms);
  return daily.flatMap((one) => {
    const [treated, control] = one[input.goal];
    const found = effectOf(treated, control, one.day / input.days);
    if (!Number.isFinite(found.value)) return [];
    const { value, low, high, alwaysLow, alwaysHigh } = found;
    return [{ day: addDays(begun, one.day), value, low, high, always_low: alwaysLow, always_high: alwaysHigh }];
  });
}

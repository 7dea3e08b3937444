import type { CampaignArm } from "../../shared/domain/campaign.ts";
import type { Session } from "../engine/duckdb.ts";
import { literal } from "../engine/sql.ts";
import { detectableMean, detectableShare } from "../numeric/test-power.ts";
import { numberOf, numberOrNull } from "../query/estimate.ts";
import type { OpenSnapshot } from "../query/session-pool.ts";
import { columnOr, purchaseHorizon } from "../query/snapshot.ts";
import { type CampaignInput, type Drawn, drawGroups } from "./campaign-groups.ts";

/** What the audience would do within the campaign's days if nobody wrote to it. */
export interface Base {
  /** Share that buys; NULL where nothing is known. */
  readonly rate: number | null;
  readonly revenue_minor: number | null;
  readonly variance: number;
  /** Share of the variance of revenue that the year before explains. */
  readonly explained: number;
}

const holdouts = [0.05, 0.1, 0.2, 0.3, 0.5];

/** From the propensity to buy, brought to the campaign's days at a constant hazard, and the baskets of the last year: revenue as a
 *  compound Poisson sum with rates that differ between customers. Where nobody is scored: what the same people did in as many days
 *  before the day. */
async function baseOf(snapshot: OpenSnapshot, session: Session, days: number): Promise<Base> {
  const asOf = `DATE ${literal(snapshot.handle.as_of)}`;
  const chance = columnOr(snapshot.profileColumns, "probability_purchase", "DOUBLE", "p.");
  const rate = `(-ln(greatest(1e-9, 1 - least(${chance}, 0.999999))) * ${days} / ${purchaseHorizon(snapshot.handle)})`;
  const [row = {}] = await session.rows(`WITH people AS (
      SELECT d.customer_id, ${rate} AS rate FROM drawn d JOIN profiles p USING (customer_id)),
    days AS (SELECT t.* FROM transactions_seen t JOIN drawn USING (customer_id) WHERE t.day > ${asOf} - 365),
    baskets AS (SELECT avg(revenue_minor) AS mean, avg(CAST(revenue_minor AS DOUBLE) * revenue_minor) AS square FROM days),
    spent AS (
      SELECT d.customer_id, coalesce(sum(t.revenue_minor), 0) AS now FROM drawn d
      LEFT JOIN transactions_seen t ON t.customer_id = d.customer_id AND t.day > ${asOf} - ${days} GROUP BY d.customer_id),
    before AS (
      SELECT d.customer_id, coalesce(sum(t.revenue_minor), 0) AS before FROM drawn d
      LEFT JOIN transactions_seen t ON t.customer_id = d.customer_id AND t.day > ${asOf} - ${days} - 365 AND t.day <= ${asOf} - ${days} GROUP BY d.customer_id),
    pairs AS (SELECT corr(CAST(now AS DOUBLE), CAST(before AS DOUBLE)) AS r, avg(CAST(now > 0 AS INTEGER)) AS share, avg(now) AS mean, var_samp(CAST(now AS DOUBLE)) AS variance
      FROM spent JOIN before USING (customer_id))
    SELECT avg(1 - exp(-rate)) AS rate, avg(rate) AS mean_rate, var_samp(rate) AS rate_variance, count(rate) AS scored, any_value(b.mean) AS basket, any_value(b.square) AS square,
      any_value(pairs.r) AS r, any_value(pairs.share) AS share, any_value(pairs.mean) AS spent, any_value(pairs.variance) AS variance
    FROM people, baskets b, pairs`);
  const r = numberOrNull(row.r) ?? 0;
  const explained = r > 0 ? Math.min(0.9, r * r) : 0;
  if (numberOf(row.scored) === 0 || numberOrNull(row.basket) === null) {
    return {
      rate: numberOrNull(row.share),
      revenue_minor: numberOrNull(row.spent),
      variance: numberOf(row.variance),
      explained,
    };
  }
  const [meanRate, basket] = [numberOf(row.mean_rate), numberOf(row.basket)];
  return {
    rate: numberOrNull(row.rate),
    revenue_minor: meanRate * basket,
    variance: meanRate * numberOf(row.square) + numberOf(row.rate_variance) * basket * basket,
    explained,
  };
}

const finite = (value: number) => (Number.isFinite(value) ? value : null);

/** The smallest effect that a group of contacted people of that size shows against the control group in four of five campaigns. */
function detectableIn(base: Base, nTreated: number, nControl: number) {
  const sizes = { nTreated, nControl };
  const rate = base.rate === null ? Number.NaN : detectableShare(base.rate, sizes);
  const revenue = base.variance > 0 ? detectableMean((1 - base.explained) * base.variance, sizes) : Number.NaN;
  return {
    purchase_rate: finite(rate),
    purchase_rate_relative: finite(rate / (base.rate ?? Number.NaN)),
    revenue_minor: finite(revenue),
    revenue_relative: finite(revenue / (base.revenue_minor ?? Number.NaN)),
  };
}

const customersIn = (arms: readonly CampaignArm[], isControl: boolean) =>
  arms.filter(({ is_control }) => is_control === isControl).reduce((sum, { customers }) => sum + customers, 0);

/** Who would be contacted and kept out, and what effect that could tell. */
export async function planCampaign(snapshot: OpenSnapshot, input: CampaignInput, signal?: AbortSignal) {
  return snapshot.use(signal, async (session) => {
    const drawn = await drawGroups(snapshot, session, input);
    return figuresOf(drawn, await baseOf(snapshot, session, input.plan.days));
  });
}

function figuresOf({ audience, arms, left_out }: Drawn, base: Base) {
  const [contacted, kept] = [customersIn(arms, false), customersIn(arms, true)];
  const all = contacted + kept;
  return {
    audience,
    left_out,
    arms,
    contacted,
    kept_out: kept,
    base_rate: base.rate,
    base_revenue_minor: base.revenue_minor,
    explained: base.explained,
    detectable: detectableIn(base, contacted, kept),
    choices: holdouts.map((holdout) => {
      const control = Math.round(all * holdout);
      return { holdout, kept_out: control, detectable: detectableIn(base, all - control, control) };
    }),
  };
}

import type { Session } from "../engine/duckdb.ts";
import { limitWidth, numberOf } from "./estimate.ts";
import type { OpenSnapshot } from "./session-pool.ts";

/** What customers yet to be won are to bring. */
export interface ToCome {
  /** Revenue within so many days, of 30 to 365 those that are told; minor units. */
  readonly within: (days: number) => number | null;
  /** Standard deviation over the revenue. */
  readonly spread: number;
}

/** From the model of segments' revenue: customers are won as lately, with part of their trend. Null where it doesn't tell (a young shop, another snapshot). */
export async function customersToCome(snapshot: OpenSnapshot, session: Session): Promise<ToCome | null> {
  if (!snapshot.columnsOf("scores_segment_forecast").has("revenue_minor_high")) return null;
  const rows =
    await session.rows(`SELECT horizon_days, revenue_minor AS revenue, revenue_minor_low AS low, revenue_minor_high AS high
    FROM scores_segment_forecast WHERE segment = 'new_customers' AND enough_data AND revenue_minor > 0 ORDER BY horizon_days`);
  const told = rows.map((row) => ({ days: numberOf(row.horizon_days), revenue: numberOf(row.revenue) }));
  const quarter = rows.find((row) => numberOf(row.horizon_days) === 90) ?? rows[0];
  const [first] = told;
  if (!quarter || !first) return null;
  const ratio = numberOf(quarter.high) / Math.max(1, numberOf(quarter.low));
  return { within: (days) => between(told, days), spread: Math.log(Math.max(1, ratio)) / (2 * limitWidth) };
}

interface Told {
  readonly days: number;
  readonly revenue: number;
}

/** A power of the days between two that are told, as it is before the first; null after the last. */
function between(told: readonly Told[], days: number): number | null {
  const at = told.findIndex((one) => one.days >= days);
  const above = told[at];
  if (!above) return null;
  if (above.days === days) return above.revenue;
  const [low, high] = at > 0 ? [told[at - 1], above] : [above, told[1]];
  const power = low && high ? Math.log(high.revenue / low.revenue) / Math.log(high.days / low.days) : 1;
  return above.revenue * (days / above.days) ** Math.min(2, Math.max(1, power));
}

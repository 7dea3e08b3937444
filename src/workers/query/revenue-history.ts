import { addDays, type Day, daysBetween } from "../../shared/base/time.ts";
import type { Session } from "../engine/duckdb.ts";
import { literal } from "../engine/sql.ts";
import { numberOf, numberOrNull } from "./estimate.ts";
import type { OpenSnapshot } from "./session-pool.ts";
import { knownSince } from "./stage-history.ts";

/** Sums by day up to as_of, so that any window is two subtractions. Revenue is that of known customers. */
export class DailyTotals {
  readonly #first: Day;
  readonly #sums: Readonly<Record<"revenue" | "refunds", Float64Array>>;

  constructor(first: Day, sums: Readonly<Record<"revenue" | "refunds", Float64Array>>) {
    this.#first = first;
    this.#sums = sums;
  }

  /** The earliest day with a purchase. */
  get first(): Day {
    return this.#first;
  }

  /** Over the days after `from` up to and with `to`. */
  between(kind: "revenue" | "refunds", from: Day, to: Day): number {
    const at = (day: Day) => {
      const sums = this.#sums[kind];
      const place = Math.min(sums.length - 1, daysBetween(this.#first, day) + 1);
      return place <= 0 ? 0 : (sums[place] ?? 0);
    };
    return at(to) - at(from);
  }
}

/** Null where nobody has bought anything. */
export async function dailyTotals(snapshot: OpenSnapshot, session: Session): Promise<DailyTotals | null> {
  const known = snapshot.memo.get("daily totals") as DailyTotals | null | undefined;
  if (known !== undefined) return known;
  const asOf = snapshot.handle.as_of;
  const [edge] = await session.rows("SELECT CAST(min(day) AS VARCHAR) AS first FROM transactions_seen");
  const first = edge?.first === null || edge?.first === undefined ? null : String(edge.first);
  let made: DailyTotals | null = null;
  if (first !== null) {
    const length = daysBetween(first, asOf) + 2;
    const read = async (sql: string) => {
      const sums = new Float64Array(length);
      for (const row of await session.rows(sql)) {
        const place = numberOf(row.place);
        if (place >= 0 && place < length - 1) sums[place + 1] = numberOf(row.total);
      }
      for (let at = 1; at < length; at++) sums[at] = (sums[at] ?? 0) + (sums[at - 1] ?? 0);
      return sums;
    };
    const place = `day - DATE ${literal(first)} AS place`;
    made = new DailyTotals(first, {
      revenue: await read(
        `SELECT ${place}, CAST(sum(revenue_minor) AS BIGINT) AS total FROM transactions_seen GROUP BY day`,
      ),
      refunds: await read(
        `SELECT ${place}, CAST(coalesce(sum(refund_minor), 0) AS BIGINT) AS total FROM returns_seen WHERE day IS NOT NULL GROUP BY day`,
      ),
    });
  }
  snapshot.memo.set("daily totals", made);
  return made;
}

export interface WindowBuyers {
  readonly buyers: number;
  readonly repeaters: number;
  readonly orders: number;
}

/** Who bought after `from` up to and with `to`, and who did so on more than one day. */
export async function windowBuyers(session: Session, from: Day, to: Day): Promise<WindowBuyers> {
  const [row = {}] =
    await session.rows(`SELECT count(*) AS buyers, count(*) FILTER (WHERE days > 1) AS repeaters, coalesce(sum(orders), 0) AS orders FROM (
      SELECT customer_id, count(*) AS days, sum(n_orders) AS orders FROM transactions_seen
      WHERE day > DATE ${literal(from)} AND day <= DATE ${literal(to)} GROUP BY customer_id)`);
  return { buyers: numberOf(row.buyers), repeaters: numberOf(row.repeaters), orders: numberOf(row.orders) };
}

/** Days at which series are drawn: `steps` equal steps back over a year, the last one as_of. */
export function seriesDays(asOf: Day, steps: number): Day[] {
  return Array.from({ length: steps + 1 }, (_, at) => addDays(asOf, -Math.round((365 * (steps - at)) / steps)));
}

/** Customers known at each day: first bought or first recorded by then; who has no date was always known. */
export async function knownCustomers(
  snapshot: OpenSnapshot,
  session: Session,
  days: readonly Day[],
): Promise<number[]> {
  const counts = days.map(
    (day, at) => `count(*) FILTER (WHERE known_on IS NULL OR known_on <= DATE ${literal(day)}) AS c${at}`,
  );
  const [row = {}] = await session.rows(`SELECT ${counts.join(", ")} FROM (${knownSince(snapshot)})`);
  return days.map((_, at) => numberOrNull(row[`c${at}`]) ?? 0);
}

import { seasons, weekdays } from "../../shared/domain/profile-fields.ts";
import type { Session } from "../engine/duckdb.ts";
import { timeSlots } from "../features/timing-counts.ts";
import { readStoreFit } from "../models/preferences/store-shares.ts";
import { type Habit, readTimingFit } from "../models/preferences/timing-preference.ts";
import { numberOf, textOrNull } from "./estimate.ts";
import { reasonOf } from "./missing-reason.ts";
import type { StoreRow, TimeSlot, Timing, Told } from "./preferences-shape.ts";
import type { OpenSnapshot } from "./session-pool.ts";

const slotsOf = {
  hour: { column: "best_hour", slots: timeSlots.hour, value: String },
  weekday: { column: "best_weekday", slots: timeSlots.weekday, value: (slot: number) => weekdays[slot - 1] ?? "" },
  season: { column: "best_season", slots: timeSlots.season, value: (slot: number) => seasons[slot] ?? "" },
  send_hour: { column: "best_send_hour", slots: timeSlots.hour, value: String },
} as const satisfies Record<Habit, { column: string; slots: readonly number[]; value: (slot: number) => string }>;

/** When orders are placed, and how many customers have their best hour, weekday and season where; the rule of a slot as a value of the
 *  profile's column. */
export async function readTiming(snapshot: OpenSnapshot, session: Session): Promise<Timing> {
  const fitted = readTimingFit(snapshot.handle.fits?.timing_preference);
  const has = snapshot.profileColumns.has("best_weekday");
  const scored = has ? numberOf(await session.value("SELECT count(best_weekday) FROM profiles")) : 0;
  if (scored === 0 || !fitted)
    return {
      scored: 0,
      hours: [],
      weekdays: [],
      seasons: [],
      send_hours: [],
      reason: await reasonOf(snapshot, session, "best_weekday"),
    };
  const read = async (habit: Habit): Promise<TimeSlot[]> => {
    const fit = fitted[habit];
    if (!fit) return [];
    const { column, slots, value } = slotsOf[habit];
    if (!snapshot.profileColumns.has(column)) return [];
    const rows = await session.rows(
      `SELECT CAST(p.${column} AS VARCHAR) AS slot, count(*) AS n, count(*) FILTER (s.enough_data) AS known
       FROM profiles p LEFT JOIN scores_timing_preference s USING (customer_id) WHERE p.${column} IS NOT NULL GROUP BY 1`,
    );
    const counts = new Map(rows.map((row) => [String(row.slot), { n: numberOf(row.n), known: numberOf(row.known) }]));
    return slots.map((slot: number, at: number) => {
      const own = counts.get(value(slot));
      return { slot: value(slot), share: fit.shares[at] ?? 0, customers: own?.n ?? 0, known: own?.known ?? 0 };
    });
  };
  return {
    scored,
    hours: await read("hour"),
    weekdays: await read("weekday"),
    seasons: await read("season"),
    send_hours: await read("send_hour"),
    reason: null,
  };
}

const mostStores = 50;

/** Stores by how many customers are at home there: their share of orders in stores, how loyal these customers are, which other store
 *  they use, and where most of them live. */
export async function readStores(
  snapshot: OpenSnapshot,
  session: Session,
): Promise<Told<StoreRow> & { reach_km: number | null }> {
  const fitted = readStoreFit(snapshot.handle.fits?.store_affinity);
  const has = snapshot.profileColumns.has("home_store");
  const scored = has ? numberOf(await session.value("SELECT count(home_store) FROM profiles")) : 0;
  const reach_km = fitted?.reach_km ?? null;
  if (scored === 0) return { scored, rows: [], reach_km, reason: await reasonOf(snapshot, session, "home_store") };
  const stores = snapshot.columnsOf("stores");
  const named = stores.has("name")
    ? `SELECT store_id, min(name) AS name, ${stores.has("region") ? "min(region)" : "CAST(NULL AS VARCHAR)"} AS region FROM stores GROUP BY store_id`
    : "SELECT CAST(NULL AS VARCHAR) AS store_id, CAST(NULL AS VARCHAR) AS name, CAST(NULL AS VARCHAR) AS region WHERE false";
  const towns = snapshot.columnsOf("customer_attributes").has("city")
    ? `SELECT p.home_store, a.city, count(*) AS n FROM profiles p JOIN customer_attributes a USING (customer_id) WHERE p.home_store IS NOT NULL AND a.city IS NOT NULL GROUP BY p.home_store, a.city`
    : "SELECT CAST(NULL AS VARCHAR) AS home_store, CAST(NULL AS VARCHAR) AS city, 0 AS n WHERE false";
  const rows = await session.rows(
    `WITH orders AS (SELECT store_id, sum(n_orders) AS n, count(*) AS buyers FROM store_counts GROUP BY store_id),
       home AS (SELECT home_store AS store_id, count(*) AS customers, count(*) FILTER (home_store_share >= 0.7) AS loyal, avg(home_store_share) AS share FROM profiles WHERE home_store IS NOT NULL GROUP BY 1),
       second AS (
         SELECT p.home_store AS store_id, c.store_id AS other, sum(c.n_orders) AS n FROM profiles p JOIN store_counts c USING (customer_id) WHERE c.store_id <> p.home_store GROUP BY p.home_store, c.store_id
         QUALIFY row_number() OVER (PARTITION BY p.home_store ORDER BY sum(c.n_orders) DESC, c.store_id) = 1),
       town AS (SELECT * FROM (${towns}) QUALIFY row_number() OVER (PARTITION BY home_store ORDER BY n DESC, city) = 1), named AS (${named})
     SELECT o.store_id, m.name, m.region, o.n / CAST(sum(o.n) OVER () AS DOUBLE) AS part, o.buyers, coalesce(h.customers, 0) AS customers, coalesce(h.loyal, 0) AS loyal, coalesce(h.share, 0) AS share,
            coalesce(k.name, s.other) AS second, t.city, t.n AS in_city
     FROM orders o LEFT JOIN home h USING (store_id) LEFT JOIN second s USING (store_id) LEFT JOIN named m USING (store_id) LEFT JOIN named k ON k.store_id = s.other
     LEFT JOIN town t ON t.home_store = o.store_id ORDER BY customers DESC, part DESC, o.store_id LIMIT ${mostStores}`,
  );
  return {
    scored,
    reach_km,
    reason: null,
    rows: rows.map((row) => ({
      store_id: String(row.store_id),
      name: textOrNull(row.name),
      region: textOrNull(row.region),
      share: numberOf(row.part),
      buyers: numberOf(row.buyers),
      customers: numberOf(row.customers),
      loyal: numberOf(row.loyal),
      mean_share: numberOf(row.share),
      second: textOrNull(row.second),
      city: textOrNull(row.city),
      in_city: numberOf(row.in_city),
    })),
  };
}

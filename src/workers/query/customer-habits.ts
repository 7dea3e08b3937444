import type { Json } from "../../shared/base/canonical-json.ts";
import type { Session } from "../engine/duckdb.ts";
import { ident } from "../engine/sql.ts";
import type { OwnProduct } from "./customer-tastes.ts";
import { type Estimate, numberOf, numberOrNull, textOrNull } from "./estimate.ts";
import { namesSql } from "./preferences-items.ts";
import type { OpenSnapshot } from "./session-pool.ts";

export interface Due {
  level: "product" | "category";
  item: string;
  name: string | null;
  on: string;
  low: string | null;
  high: string | null;
  interval_days: number;
  n_days: number;
}
export type HabitName =
  | "best_send_hour"
  | "best_hour"
  | "best_weekday"
  | "best_season"
  | "colour_preference"
  | "home_store";
export interface Habit {
  name: HabitName;
  value: string;
  label: string | null;
  share: Estimate;
  enough_data: boolean;
}

const mostDue = 5;

/** What a customer buys regularly and when it is due, products before categories, the soonest first. */
export async function dueOf(snapshot: OpenSnapshot, session: Session, id: string): Promise<Due[]> {
  if (!snapshot.has("scores_replenishment")) return [];
  const rows = await session.rows(
    `SELECT s.level, s.item, n.name, replenish_on, replenish_on_low, replenish_on_high, interval_days, n_days
     FROM scores_replenishment s LEFT JOIN ${namesSql(snapshot)} n ON s.level = 'product' AND n.product_id = s.item
     WHERE s.customer_id = ${id} AND replenish_on IS NOT NULL ORDER BY s.level DESC, replenish_on, s.item LIMIT ${mostDue}`,
  );
  return rows.map((row) => ({
    level: row.level === "product" ? "product" : "category",
    item: String(row.item),
    name: textOrNull(row.name),
    on: String(row.replenish_on),
    low: textOrNull(row.replenish_on_low),
    high: textOrNull(row.replenish_on_high),
    interval_days: numberOf(row.interval_days),
    n_days: numberOf(row.n_days),
  }));
}

/** The products that the next basket holds, in order, with how often each was bought. */
export async function nextBasketOf(snapshot: OpenSnapshot, session: Session, id: string): Promise<OwnProduct[]> {
  if (!snapshot.profileColumns.has("next_basket")) return [];
  const counts = snapshot.has("product_counts")
    ? `(SELECT product_id, n_orders FROM product_counts WHERE customer_id = ${id})`
    : "(SELECT CAST(NULL AS VARCHAR) AS product_id, 0 AS n_orders WHERE false)";
  const rows = await session.rows(
    `WITH listed AS (SELECT unnest(next_basket) AS product_id, generate_subscripts(next_basket, 1) AS place FROM profiles WHERE customer_id = ${id})
     SELECT l.product_id, n.name, coalesce(c.n_orders, 0) AS n_orders FROM listed l LEFT JOIN ${namesSql(snapshot)} n USING (product_id) LEFT JOIN ${counts} c USING (product_id) ORDER BY l.place`,
  );
  return rows.map((row) => ({
    product_id: String(row.product_id),
    name: textOrNull(row.name),
    n_orders: numberOf(row.n_orders),
  }));
}

async function rowOf(snapshot: OpenSnapshot, session: Session, table: string, id: string) {
  if (!snapshot.columnsOf(table).has("customer_id")) return undefined;
  const [row] = await session.rows(`SELECT * FROM ${ident(table)} WHERE customer_id = ${id}`);
  return row;
}

const listOf = (value: Json | undefined) => (Array.isArray(value) ? value.map(String) : []);

export async function sizesOf(
  snapshot: OpenSnapshot,
  session: Session,
  id: string,
): Promise<{ category: string; size: string }[]> {
  const row = await rowOf(snapshot, session, "scores_size_preference", id);
  const categories = listOf(row?.size_categories);
  return listOf(row?.sizes).map((size, at) => ({ category: categories[at] ?? "", size }));
}

const habits: readonly { name: HabitName; table: string; share: string }[] = [
  { name: "home_store", table: "scores_store_affinity", share: "home_store_share" },
  { name: "best_weekday", table: "scores_timing_preference", share: "best_weekday_share" },
  { name: "best_hour", table: "scores_timing_preference", share: "best_hour_share" },
  { name: "best_send_hour", table: "scores_timing_preference", share: "best_send_hour_share" },
  { name: "best_season", table: "scores_timing_preference", share: "best_season_share" },
  { name: "colour_preference", table: "scores_size_preference", share: "colour_share" },
];

/** When, where and in which colour a customer buys, as far as it is known. */
export async function habitsOf(snapshot: OpenSnapshot, session: Session, id: string): Promise<Habit[]> {
  const found: Habit[] = [];
  const tables = new Map<string, Record<string, Json> | undefined>();
  for (const { table } of habits) if (!tables.has(table)) tables.set(table, await rowOf(snapshot, session, table, id));
  for (const { name, table, share } of habits) {
    const row = tables.get(table);
    const value = row?.[name];
    const part = numberOrNull(row?.[share]);
    if (value === null || value === undefined || part === null) continue;
    found.push({
      name,
      value: String(value),
      label: name === "home_store" ? await storeName(snapshot, session, String(value)) : null,
      share: { value: part, low: numberOrNull(row?.[`${share}_low`]), high: numberOrNull(row?.[`${share}_high`]) },
      enough_data: row?.enough_data === true,
    });
  }
  return found;
}

async function storeName(snapshot: OpenSnapshot, session: Session, store: string): Promise<string | null> {
  if (!snapshot.columnsOf("stores").has("name")) return null;
  const rows = await session.rows("SELECT store_id, min(name) AS name FROM stores GROUP BY store_id");
  return textOrNull(rows.find((row) => row.store_id === store)?.name);
}

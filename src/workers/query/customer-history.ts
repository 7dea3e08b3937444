import type { Session } from "../engine/duckdb.ts";
import { numberOf, numberOrNull, textOrNull } from "./estimate.ts";
import type { OpenSnapshot } from "./session-pool.ts";
import { columnOr } from "./snapshot.ts";

export interface RecordLink {
  source: string;
  source_record_id: string;
  rule: string;
  probability: number;
  n_orders: number;
}
export interface Order {
  order_id: string;
  ordered_at: string;
  day: string;
  source: string;
  channel: string | null;
  status: string | null;
  is_purchase: boolean;
  revenue_minor: number | null;
  n_lines: number;
  items: { name: string | null; category: string | null; quantity: number; amount_minor: number | null }[];
}
export interface ReturnOf {
  returned_at: string | null;
  order_id: string | null;
  refund_minor: number | null;
  reason: string | null;
}

const mostOrders = 500;
const mostRecords = 200;

/** The source records that were joined, each with the orders that came in under it, and how many there are in all. */
export async function recordsOf(
  snapshot: OpenSnapshot,
  session: Session,
  id: string,
): Promise<{ records: RecordLink[]; n_records: number }> {
  if (!snapshot.has("identity_links")) return { records: [], n_records: 0 };
  const orders = snapshot.columnsOf("orders");
  const byRecord = orders.has("customer_id") && orders.has("source_customer_id");
  const counted = byRecord
    ? `SELECT source, source_customer_id, count(*) AS n FROM orders WHERE customer_id = ${id} GROUP BY ALL`
    : "SELECT CAST(NULL AS VARCHAR) AS source, CAST(NULL AS VARCHAR) AS source_customer_id, 0 AS n WHERE false";
  const rows = await session.rows(`WITH counted AS (${counted})
    SELECT l.source, l.source_record_id, l.rule, l.probability, coalesce(sum(c.n), 0) AS n_orders, count(*) OVER () AS n_records
    FROM identity_links l LEFT JOIN counted c ON c.source = l.source AND (
      c.source_customer_id IN (l.source_record_id, regexp_replace(l.source_record_id, '@[^@]*$', ''))
      OR (c.source_customer_id IS NULL AND regexp_matches(l.source_record_id, '^(email|phone|card|order):')))
    WHERE l.customer_id = ${id} GROUP BY ALL ORDER BY n_orders DESC, l.source, l.source_record_id LIMIT ${mostRecords}`);
  const records = rows.map((row) => ({
    source: String(row.source),
    source_record_id: String(row.source_record_id),
    rule: textOrNull(row.rule) ?? "",
    probability: numberOf(row.probability),
    n_orders: numberOf(row.n_orders),
  }));
  return { records, n_records: numberOf(rows[0]?.n_records ?? 0) };
}

/** The latest orders, newest first, with their lines; what isn't a purchase (cancelled) is shown and said to be none. A slip with
 *  nothing but goods taken back is a return, not an order. */
export async function ordersOf(snapshot: OpenSnapshot, session: Session, id: string): Promise<Order[]> {
  const columns = snapshot.columnsOf("orders");
  const space = columnOr(columns, "key_space", "VARCHAR", "o.");
  const text = (name: string) => columnOr(columns, name, "VARCHAR", "o.");
  const heads = columns.has("customer_id")
    ? `SELECT concat(${space}, chr(31), o.order_id) AS order_ref, o.order_id, o.ordered_at, ${text("source")} AS source,
        ${text("channel")} AS channel, ${text("status")} AS status FROM orders o WHERE o.customer_id = ${id}`
    : `SELECT order_ref, order_id, CAST(min(day) AS TIMESTAMP) AS ordered_at, CAST(NULL AS VARCHAR) AS source, min(channel) AS channel,
        CAST(NULL AS VARCHAR) AS status FROM lines_seen WHERE customer_id = ${id} GROUP BY ALL`;
  const rows = await session.rows(`WITH heads AS (${heads}),
    summed AS (SELECT order_ref, min(day) AS day, bool_or(is_purchase) AS is_purchase, CAST(sum(revenue_minor) AS BIGINT) AS revenue_minor, count(*) AS n_lines
      FROM lines_seen WHERE customer_id = ${id} GROUP BY order_ref)
    SELECT h.*, s.day, coalesce(s.is_purchase, false) AS is_purchase, s.revenue_minor, coalesce(s.n_lines, 0) AS n_lines
    FROM heads h LEFT JOIN summed s USING (order_ref) WHERE h.ordered_at IS NOT NULL AND (s.order_ref IS NOT NULL OR h.order_ref NOT IN (SELECT order_ref FROM returns_seen WHERE customer_id = ${id}))
    ORDER BY h.ordered_at DESC, h.order_ref LIMIT ${mostOrders}`);
  const items = await itemsOf(snapshot, session, id);
  return rows.map((row) => ({
    order_id: String(row.order_id),
    ordered_at: String(row.ordered_at),
    day: String(row.day ?? row.ordered_at).slice(0, 10),
    source: textOrNull(row.source) ?? "",
    channel: textOrNull(row.channel),
    status: textOrNull(row.status),
    is_purchase: row.is_purchase === true,
    revenue_minor: numberOrNull(row.revenue_minor),
    n_lines: numberOf(row.n_lines),
    items: items.get(String(row.order_ref)) ?? [],
  }));
}

async function itemsOf(snapshot: OpenSnapshot, session: Session, id: string): Promise<Map<string, Order["items"]>> {
  const products = snapshot.columnsOf("products");
  const names =
    products.has("product_id") && products.has("name")
      ? "LEFT JOIN (SELECT product_id, min(name) AS name FROM products GROUP BY product_id) p ON p.product_id = l.product_id"
      : "";
  const rows =
    await session.rows(`SELECT l.order_ref, ${names ? "p.name" : "CAST(NULL AS VARCHAR)"} AS name, l.product_id, l.category, l.quantity, l.revenue_minor
    FROM lines_seen l ${names} WHERE l.customer_id = ${id} ORDER BY l.order_ref, l.revenue_minor DESC NULLS LAST, l.product_id LIMIT 5000`);
  const items = new Map<string, Order["items"]>();
  for (const row of rows) {
    if (row.product_id === null && row.category === null) continue; // an order without lines of its own
    const own = items.get(String(row.order_ref)) ?? [];
    own.push({
      name: textOrNull(row.name) ?? textOrNull(row.product_id),
      category: textOrNull(row.category),
      quantity: numberOf(row.quantity),
      amount_minor: numberOrNull(row.revenue_minor),
    });
    items.set(String(row.order_ref), own);
  }
  return items;
}

export async function returnsOf(snapshot: OpenSnapshot, session: Session, id: string): Promise<ReturnOf[]> {
  const columns = snapshot.columnsOf("returns");
  if (!columns.has("customer_id")) return [];
  const at = columns.has("returned_at") ? "returned_at" : "CAST(returned_on AS TIMESTAMP)";
  const rows = await session.rows(`SELECT ${at} AS returned_at, ${columnOr(columns, "order_id", "VARCHAR")} AS order_id,
      CAST(${columnOr(columns, "refund_minor", "BIGINT")} AS BIGINT) AS refund_minor, ${columnOr(columns, "reason", "VARCHAR")} AS reason
    FROM returns WHERE customer_id = ${id} ORDER BY returned_at DESC NULLS LAST, order_id, refund_minor LIMIT ${mostOrders}`);
  return rows.map((row) => ({
    returned_at: textOrNull(row.returned_at),
    order_id: textOrNull(row.order_id),
    refund_minor: numberOrNull(row.refund_minor),
    reason: textOrNull(row.reason),
  }));
}

import { literal } from "../engine/sql.ts";
import { type ColumnTypes, columnOr, type SnapshotHandle } from "./snapshot.ts";

type Columns = (table: string) => ColumnTypes;

const noRows = (columns: Readonly<Record<string, string>>) =>
  `SELECT ${Object.entries(columns)
    .map(([name, type]) => `CAST(NULL AS ${type}) AS ${name}`)
    .join(", ")} WHERE false`;

/** The day of an instant in a zone, as SQL. */
export const localDay = (instant: string, timeZone: string) =>
  `CAST(timezone(${literal(timeZone)}, timezone('UTC', CAST(${instant} AS TIMESTAMP))) AS DATE)`;

/** Order lines of known customers: customer_id, order_id, day, product_id, category, channel, quantity, revenue_minor,
 *  discount_depth (0–1, NULL where no list price is known), is_purchase. One view, whichever tables the snapshot has. */
export function linesView(handle: SnapshotHandle, columns: Columns): string {
  if (columns("purchase_lines").size > 0) return fromPurchaseLines(handle, columns("purchase_lines"));
  if (columns("order_lines").has("customer_id")) return fromOrderLines(handle, columns);
  return noRows({
    customer_id: "VARCHAR",
    order_ref: "VARCHAR",
    order_id: "VARCHAR",
    day: "DATE",
    product_id: "VARCHAR",
    category: "VARCHAR",
    channel: "VARCHAR",
    quantity: "DOUBLE",
    revenue_minor: "BIGINT",
    discount_depth: "DOUBLE",
    is_purchase: "BOOLEAN",
  });
}

function depth(columns: ColumnTypes, alias: string, amount: string): string {
  const list = columnOr(columns, "list_price_minor", "DOUBLE", alias);
  const unit = columnOr(columns, "unit_price_minor", "DOUBLE", alias);
  const discount = columnOr(columns, "discount_minor", "BIGINT", alias);
  return `CASE WHEN ${list} > 0 AND ${unit} IS NOT NULL THEN
      greatest(0, least(1, round(1 - CAST(${unit} AS DOUBLE) / CAST(${list} AS DOUBLE)
        + coalesce(CAST(${discount} AS DOUBLE), 0) / nullif(CAST(${list} AS DOUBLE) * abs(CAST(quantity_ AS DOUBLE)), 0), 6)))
    WHEN ${discount} IS NOT NULL AND coalesce(${amount}, 0) + ${discount} > 0 THEN
      greatest(0, least(1, round(CAST(${discount} AS DOUBLE) / (${amount} + ${discount}), 6))) END`;
}

function fromPurchaseLines(handle: SnapshotHandle, columns: ColumnTypes): string {
  const quantity = columnOr(columns, "quantity", "DOUBLE");
  return `SELECT customer_id, concat(${spaceOf(columns)}, chr(31), order_id) AS order_ref, order_id, day, ${columnOr(columns, "product_id", "VARCHAR")} AS product_id,
    ${columnOr(columns, "category", "VARCHAR")} AS category, ${columnOr(columns, "channel", "VARCHAR")} AS channel,
    CAST(${quantity} AS DOUBLE) AS quantity, CAST(revenue_minor AS BIGINT) AS revenue_minor,
    ${depth(columns, "", "revenue_minor").replaceAll("quantity_", quantity)} AS discount_depth,
    coalesce(${columnOr(columns, "is_purchase", "BOOLEAN")}, true) AS is_purchase
  FROM purchase_lines WHERE customer_id IS NOT NULL AND day <= DATE ${literal(handle.as_of)}`;
}

const undone = ["cancelled", "canceled", "voided", "void", "unavailable", "failed", "declined", "storniert"];

/** The lake's lines under the rules of purchase_lines; what is in another currency has no revenue here. */
function fromOrderLines(handle: SnapshotHandle, columns: Columns): string {
  const lines = columns("order_lines");
  const orders = columns("orders");
  const products = columns("products");
  const hasOrders = orders.has("order_id");
  const hasProducts = products.has("product_id") && products.has("category");
  const quantity = `coalesce(CAST(${columnOr(lines, "quantity", "DOUBLE", "l.")} AS DOUBLE), 1)`;
  const price = columnOr(lines, "unit_price_minor", "DOUBLE", "l.");
  const amount = `coalesce(${columnOr(lines, "amount_minor", "BIGINT", "l.")}, CAST(round(${price} * ${quantity}) AS BIGINT))`;
  const ordered = columnOr(lines, "ordered_at", "TIMESTAMP", "l.");
  const ofOrder = (name: string) => (hasOrders ? columnOr(orders, name, "VARCHAR", "o.") : "CAST(NULL AS VARCHAR)");
  const currency = `coalesce(${columnOr(lines, "currency", "VARCHAR", "l.")}, ${ofOrder("currency")}, ${literal(handle.brand.currency)})`;
  const joinOrders = hasOrders
    ? `LEFT JOIN (SELECT * FROM orders QUALIFY row_number() OVER (PARTITION BY ${spaceOf(orders)}, order_id ORDER BY ordered_at) = 1) o
        ON o.order_id = l.order_id AND ${sameSpace(lines, orders, "l.", "o.")}`
    : "";
  const joinProducts = hasProducts
    ? `LEFT JOIN (${categories(products)}) p ON p.product_id = l.product_id AND ${sameSpace(lines, products, "l.", "p.")}`
    : "";
  return `WITH priced AS (
    SELECT l.customer_id, concat(${spaceOf(lines, "l.")}, chr(31), l.order_id) AS order_ref, l.order_id,
      ${localDay(hasOrders ? `coalesce(${ordered}, o.ordered_at)` : ordered, handle.brand.timeZone)} AS day,
      ${columnOr(lines, "product_id", "VARCHAR", "l.")} AS product_id, ${columnOr(lines, "line_id", "VARCHAR", "l.")} AS line_id,
      ${hasProducts ? "p.category" : "CAST(NULL AS VARCHAR)"} AS category, ${ofOrder("channel")} AS channel, ${quantity} AS quantity,
      CAST(${price} AS DOUBLE) AS price, CAST(${amount} AS BIGINT) AS amount, ${currency} AS currency,
      ${depth(lines, "l.", amount).replaceAll("quantity_", quantity)} AS discount_depth, lower(${ofOrder("status")}) AS status
    FROM order_lines l ${joinOrders} ${joinProducts}
    WHERE l.customer_id IS NOT NULL
  )
  SELECT customer_id, order_ref, order_id, day, product_id, category, channel, quantity,
    CASE WHEN currency = ${literal(handle.brand.currency)} THEN amount END AS revenue_minor, discount_depth,
    coalesce(status, '') NOT IN (${undone.map(literal).join(", ")}) AND day IS NOT NULL
      AND (bool_or(quantity > 0 AND coalesce(price, amount, 0) > 0) OVER one_order
        OR bool_and(product_id IS NULL AND coalesce(line_id, '1') = '1' AND coalesce(price, amount) IS NOT DISTINCT FROM amount) OVER one_order) AS is_purchase
  FROM priced WHERE day IS NULL OR day <= DATE ${literal(handle.as_of)} WINDOW one_order AS (PARTITION BY customer_id, order_ref)`;
}

const spaceOf = (columns: ColumnTypes, alias = "") => columnOr(columns, "key_space", "VARCHAR", alias);

function sameSpace(a: ColumnTypes, b: ColumnTypes, aliasA: string, aliasB: string): string {
  return a.has("key_space") && b.has("key_space") ? `${aliasB}key_space = ${aliasA}key_space` : "true";
}

function categories(products: ColumnTypes): string {
  const space = products.has("key_space") ? "key_space, " : "";
  return `SELECT ${space}product_id, min(category) AS category FROM products GROUP BY ALL`;
}

/** Returns of known customers: customer_id, order_ref, order_id, day, product_id, category, quantity, refund_minor, reason. */
export function returnsView(handle: SnapshotHandle, columns: Columns): string {
  const returns = columns("returns");
  const products = columns("products");
  if (!returns.has("customer_id")) {
    return noRows({
      customer_id: "VARCHAR",
      order_ref: "VARCHAR",
      order_id: "VARCHAR",
      day: "DATE",
      product_id: "VARCHAR",
      category: "VARCHAR",
      quantity: "DOUBLE",
      refund_minor: "BIGINT",
      reason: "VARCHAR",
    });
  }
  const hasProducts = products.has("product_id") && returns.has("product_id") && products.has("category");
  const day = returns.has("returned_on") ? "r.returned_on" : localDay("r.returned_at", handle.brand.timeZone);
  const order = columnOr(returns, "order_id", "VARCHAR", "r.");
  return `SELECT r.customer_id, concat(${spaceOf(returns, "r.")}, chr(31), ${order}) AS order_ref, ${order} AS order_id, ${day} AS day,
    ${columnOr(returns, "product_id", "VARCHAR", "r.")} AS product_id, ${hasProducts ? "p.category" : "CAST(NULL AS VARCHAR)"} AS category,
    coalesce(CAST(${columnOr(returns, "quantity", "DOUBLE", "r.")} AS DOUBLE), 1) AS quantity,
    CAST(${columnOr(returns, "refund_minor", "BIGINT", "r.")} AS BIGINT) AS refund_minor, ${columnOr(returns, "reason", "VARCHAR", "r.")} AS reason
  FROM returns r ${hasProducts ? `LEFT JOIN (${categories(products)}) p ON p.product_id = r.product_id AND ${sameSpace(returns, products, "r.", "p.")}` : ""}
  WHERE r.customer_id IS NOT NULL`;
}

/** One row per customer and day of purchase: customer_id, day, n_orders, revenue_minor. */
export function transactionsView(handle: SnapshotHandle, columns: Columns): string {
  const known = columns("transactions");
  if (known.has("day") && known.has("revenue_minor")) {
    return `SELECT customer_id, day, CAST(${known.has("n_orders") ? "n_orders" : "1"} AS BIGINT) AS n_orders,
      CAST(revenue_minor AS BIGINT) AS revenue_minor
    FROM transactions WHERE customer_id IS NOT NULL AND day <= DATE ${literal(handle.as_of)}`;
  }
  return `SELECT customer_id, day, count(DISTINCT order_ref) AS n_orders, CAST(coalesce(sum(revenue_minor), 0) AS BIGINT) AS revenue_minor
    FROM lines_seen WHERE is_purchase GROUP BY customer_id, day`;
}

/** Frequency, recency and age of each buyer, in days: customer_id, frequency, recency, t_age. */
export function summaryView(handle: SnapshotHandle, columns: Columns): string {
  if (columns("purchase_summary").has("t_age")) {
    return "SELECT customer_id, CAST(frequency AS INTEGER) AS frequency, recency, t_age FROM purchase_summary";
  }
  return `SELECT customer_id, CAST(count(*) - 1 AS INTEGER) AS frequency, CAST(max(day) - min(day) AS DOUBLE) AS recency,
      CAST(DATE ${literal(handle.as_of)} - min(day) AS DOUBLE) AS t_age FROM transactions_seen GROUP BY customer_id`;
}

/** The people's names as one column; empty where the snapshot holds no people. */
export function namesView(columns: Columns): string {
  const people = columns("people");
  if (!people.has("customer_id")) return noRows({ customer_id: "VARCHAR", name: "VARCHAR" });
  const full = columnOr(people, "full_name", "VARCHAR");
  const parts = `nullif(concat_ws(' ', ${columnOr(people, "given_name", "VARCHAR")}, ${columnOr(people, "family_name", "VARCHAR")}), '')`;
  return `SELECT customer_id, coalesce(nullif(${full}, ''), ${parts}) AS name FROM people`;
}

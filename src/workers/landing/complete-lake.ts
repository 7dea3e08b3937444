import type { Session } from "../engine/duckdb.ts";
import { literal } from "../engine/sql.ts";

/** What one merged table lacks and another has: numbers of orders without one, orders from lines, lines from orders, days and
 *  customers of lines from their orders, returns from negative lines, what a catalogue knows of a platform's products. */
export async function completeLake(session: Session, brandCurrency: string): Promise<void> {
  await numberRows(session);
  await numberEvents(session);
  await ordersFromLines(session, literal(brandCurrency));
  await linesFromOrders(session);
  await amountsOfLines(session);
  await shareOrderDiscounts(session);
  await returnsFromLines(session);
  await productsFromCatalogue(session);
}

const sameOrder = (one: string, other: string) =>
  `${one}.order_id = ${other}.order_id AND ${one}.key_space = ${other}.key_space`;

async function numberRows(session: Session): Promise<void> {
  for (const table of ["merged_orders", "merged_order_lines"]) {
    await session.run(`UPDATE ${table} SET order_id = n.made FROM (
        SELECT rowid AS id, 'row:' || left(row_hash, 16) || ':' || row_number() OVER (PARTITION BY source, row_hash ORDER BY source_row) AS made
        FROM ${table} WHERE order_id IS NULL) n WHERE ${table}.rowid = n.id`);
  }
  await session.run(`UPDATE merged_order_lines SET line_id = n.made FROM (
      SELECT rowid AS id, CAST(row_number() OVER (PARTITION BY key_space, order_id ORDER BY source, row_hash, source_row) AS VARCHAR) AS made
      FROM merged_order_lines WHERE line_id IS NULL) n WHERE merged_order_lines.rowid = n.id`);
}

/** Events without a number get one of what they say, as equal ones count one by one. */
async function numberEvents(session: Session): Promise<void> {
  for (const table of ["merged_message_events", "merged_web_events", "merged_events"]) {
    await session.run(`UPDATE ${table} SET event_id = n.made FROM (
        SELECT rowid AS id, 'row:' || left(row_hash, 16) || ':' || row_number() OVER (PARTITION BY source, row_hash ORDER BY source_row) AS made
        FROM ${table} WHERE event_id IS NULL) n WHERE ${table}.rowid = n.id`);
  }
}

async function ordersFromLines(session: Session, currency: string): Promise<void> {
  await session.run(`INSERT INTO merged_orders BY NAME
    SELECT order_id, key_space, any_value(source ORDER BY source, source_row) AS source, any_value(batch_id ORDER BY source, source_row) AS batch_id,
           min(source_row) AS source_row, max(source_customer_id) AS source_customer_id, min(ordered_at) AS ordered_at, max(currency) AS currency
    FROM merged_order_lines l WHERE NOT EXISTS (SELECT 1 FROM merged_orders o WHERE ${sameOrder("o", "l")}) GROUP BY order_id, key_space`);
  await session.run(`UPDATE merged_orders SET source_customer_id = coalesce(merged_orders.source_customer_id, l.customer),
      ordered_at = coalesce(merged_orders.ordered_at, l.moment), currency = coalesce(merged_orders.currency, l.currency, ${currency})
    FROM (SELECT order_id, key_space, max(source_customer_id) AS customer, min(ordered_at) AS moment, max(currency) AS currency FROM merged_order_lines GROUP BY ALL) l
    WHERE ${sameOrder("merged_orders", "l")}`);
  await session.run(`UPDATE merged_orders SET currency = ${currency} WHERE currency IS NULL`);
}

async function linesFromOrders(session: Session): Promise<void> {
  const amount = "gross_minor - coalesce(discount_minor, 0)";
  await session.run(`INSERT INTO merged_order_lines BY NAME
    SELECT order_id, '1' AS line_id, key_space, source, batch_id, source_row, source_customer_id, ordered_at, CAST(1 AS DECIMAL(18,4)) AS quantity, currency,
           CAST(${amount} AS DECIMAL(18,4)) AS unit_price_minor, ${amount} AS amount_minor
    FROM merged_orders o WHERE source NOT IN (SELECT DISTINCT source FROM merged_order_lines)
      AND NOT EXISTS (SELECT 1 FROM merged_order_lines l WHERE ${sameOrder("l", "o")})`);
  await session.run(`UPDATE merged_order_lines SET ordered_at = coalesce(merged_order_lines.ordered_at, o.ordered_at),
      source_customer_id = coalesce(merged_order_lines.source_customer_id, o.source_customer_id),
      currency = coalesce(merged_order_lines.currency, o.currency), quantity = coalesce(merged_order_lines.quantity, 1)
    FROM merged_orders o WHERE ${sameOrder("merged_order_lines", "o")}`);
}

async function amountsOfLines(session: Session): Promise<void> {
  await session.run(`UPDATE merged_order_lines SET amount_minor = CAST(round(quantity * unit_price_minor) AS BIGINT) - sign(quantity) * coalesce(discount_minor, 0)
    WHERE amount_minor IS NULL AND unit_price_minor IS NOT NULL`);
  await session.run(`UPDATE merged_order_lines SET unit_price_minor = CAST(amount_minor / quantity AS DECIMAL(18,4))
    WHERE unit_price_minor IS NULL AND amount_minor IS NOT NULL AND quantity <> 0`);
}

/** An order's discount that its lines don't know: where their amounts add up to what it was before the discount, each line bears
 *  its part, to the last minor unit. */
async function shareOrderDiscounts(session: Session): Promise<void> {
  await session.run(`UPDATE merged_order_lines SET discount_minor = s.part, amount_minor = merged_order_lines.amount_minor - s.part FROM (
      SELECT l.rowid AS id, CAST(round(o.discount_minor * sum(l.amount_minor) OVER so_far / o.gross_minor) - round(o.discount_minor * (sum(l.amount_minor) OVER so_far - l.amount_minor) / o.gross_minor) AS BIGINT) AS part
      FROM merged_order_lines l JOIN merged_orders o ON ${sameOrder("l", "o")}
      JOIN (SELECT order_id, key_space, sum(amount_minor) AS amount FROM merged_order_lines GROUP BY ALL
            HAVING count(discount_minor) = 0 AND bool_and(amount_minor >= 0)) w ON ${sameOrder("w", "o")}
      WHERE o.discount_minor > 0 AND o.gross_minor > 0 AND w.amount = o.gross_minor AND o.discount_minor <= o.gross_minor
      WINDOW so_far AS (PARTITION BY l.key_space, l.order_id ORDER BY l.line_id, l.source, l.source_row)) s
    WHERE merged_order_lines.rowid = s.id`);
}

/** A negative line gives goods back: of its own order where that sold the product, else of the latest order of it before by whom
 *  the order names (id, card, address or number); where neither is found it stands for itself. */
async function returnsFromLines(session: Session): Promise<void> {
  const isNegative = "quantity < 0 OR amount_minor < 0";
  await session.run(`INSERT INTO merged_returns BY NAME
    WITH buyers AS (
      SELECT l.*, coalesce('id ' || coalesce(l.source_customer_id, o.source_customer_id), 'card ' || o.loyalty_id, 'mail ' || o.email, 'tel ' || o.phone) AS buyer
      FROM merged_order_lines l LEFT JOIN merged_orders o ON ${sameOrder("o", "l")}),
    negative AS (SELECT * FROM buyers WHERE ${isNegative}),
    sold AS (SELECT key_space, buyer, product_id, ordered_at, order_id, min(line_id) AS line_id FROM buyers
             WHERE quantity > 0 AND coalesce(amount_minor, 0) >= 0 GROUP BY ALL),
    own AS (SELECT n.*, s.order_id AS own_order, s.line_id AS own_line FROM negative n
            LEFT JOIN (SELECT key_space, order_id, product_id, min(line_id) AS line_id FROM sold GROUP BY ALL) s
              ON ${sameOrder("s", "n")} AND s.product_id IS NOT DISTINCT FROM n.product_id),
    before AS (SELECT key_space, buyer, product_id, ordered_at, max(order_id) AS order_id, arg_max(line_id, order_id) AS line_id FROM sold
               WHERE product_id IS NOT NULL AND buyer IS NOT NULL GROUP BY ALL)
    SELECT 'line:' || t.order_id || ':' || coalesce(t.line_id, '') AS return_id, coalesce(t.own_order, s.order_id, t.order_id) AS order_id,
           CASE WHEN t.own_order IS NOT NULL THEN t.own_line ELSE s.line_id END AS line_id, t.product_id,
           t.ordered_at AS returned_at, abs(t.quantity) AS quantity, abs(t.amount_minor) AS refund_minor, 'negative line' AS reason,
           t.key_space, t.source, t.batch_id, t.source_row
    FROM own t ASOF LEFT JOIN before s
      ON s.key_space = t.key_space AND s.buyer = t.buyer AND s.product_id = t.product_id AND s.ordered_at <= t.ordered_at`);
  await session.run(`DELETE FROM merged_order_lines WHERE ${isNegative}`);
}

/** A platform's products carry the retailer's own numbers: what the brand's catalogue says of them holds there too. */
async function productsFromCatalogue(session: Session): Promise<void> {
  const filled = ["name", "category", "subcategory", "brand", "size", "colour", "list_price_minor", "cost_minor"];
  await session.run(`UPDATE merged_products SET ${filled.map((name) => `"${name}" = coalesce(merged_products."${name}", c."${name}")`).join(", ")}
    FROM (SELECT * FROM merged_products WHERE key_space = 'brand' QUALIFY row_number() OVER (PARTITION BY product_id ORDER BY source, source_row) = 1) c
    WHERE merged_products.key_space <> 'brand' AND merged_products.product_id = c.product_id`);
}

import { type Completion, sameOrder } from "./completion.ts";

/** A negative line gives goods back: of its own order where that sold the product, else of the latest order of it before by whom
 *  the order names (id, card, address or number); where neither is found it stands for itself. */
export async function returnsOfNegativeLines(lake: Completion): Promise<void> {
  const isNegative = "quantity < 0 OR amount_minor < 0";
  if (!(await lake.has("order_lines", isNegative))) return;
  const lines = lake.of("order_lines");
  const made = await lake.keep(
    "returns_of_lines",
    `WITH buyers AS (
      SELECT l.*, coalesce('id ' || coalesce(l.source_customer_id, o.source_customer_id), 'card ' || o.loyalty_id, 'mail ' || o.email, 'tel ' || o.phone) AS buyer
      FROM ${lines} l LEFT JOIN ${lake.of("orders")} o ON ${sameOrder("o", "l")}),
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
      ON s.key_space = t.key_space AND s.buyer = t.buyer AND s.product_id = t.product_id AND s.ordered_at <= t.ordered_at`,
  );
  await lake.replace("returns", `SELECT * FROM ${lake.of("returns")} UNION ALL BY NAME SELECT * FROM ${made}`);
  await lake.replace("order_lines", `SELECT * FROM ${lines} WHERE NOT coalesce(${isNegative}, false)`);
}

import type { Column } from "../../shared/domain/column.ts";
import { literal } from "../engine/sql.ts";
import { defineStep } from "../engine/step-context.ts";

const columns: readonly Column[] = [
  { name: "customer_id", type: "VARCHAR" },
  { name: "key_space", type: "VARCHAR" },
  { name: "order_id", type: "VARCHAR" },
  { name: "line_id", type: "VARCHAR" },
  { name: "source", type: "VARCHAR" },
  { name: "day", type: "DATE" },
  { name: "returned_on", type: "DATE" },
  { name: "known_on", type: "DATE" },
  { name: "is_clear", type: "BOOLEAN" },
];

/** The lines that returns dated by the day are of: by number; by product of the order (the first return the first line of that
 *  product); goods that came back on a receipt of their own to the same person's latest purchase of that product, one at the same
 *  price first. Money alone says it of all lines when it is the whole amount, and of those whose amounts alone add up to it;
 *  otherwise it isn't clear for any line of the order. A negative line's own number is no line of the sale. */
export const returnTies = defineStep({
  name: "return_ties",
  version: 1,
  title: "Lines that returns are of",
  stage: "features",
  scope: "bucket",
  timing: "as_of",
  inputs: {
    lines: { step: "purchase_lines", output: "lines" },
    returns: { step: "purchase_returns", output: "returns" },
  },
  params: {},
  outputs: [{ name: "return_ties", kind: "parquet", columns }],
  run: async (context) => {
    const asOf = `DATE ${literal(context.asOf)}`;
    await context.output.query("return_ties", tiesSql(context.relation("lines"), context.relation("returns"), asOf));
  },
});

const line = "l.customer_id, l.key_space, l.order_id, l.line_id, l.source, l.day";
const mostLines = 8;

/** SQL of the ties as they were known on a day. */
export function tiesSql(lines: string, returns: string, asOf: string): string {
  return `WITH bought AS (
      SELECT *, row_number() OVER (PARTITION BY key_space, order_id, product_id ORDER BY line_id, source, revenue_minor) AS nth, count(*) OVER (PARTITION BY key_space, order_id, product_id) AS n_alike,
             row_number() OVER (PARTITION BY key_space, order_id ORDER BY line_id, source, product_id, revenue_minor) - 1 AS place
      FROM ${lines} WHERE is_purchase AND quantity > 0 AND day <= ${asOf}
        AND customer_id IN (SELECT customer_id FROM ${returns} WHERE known_on <= ${asOf})),
    orders AS (SELECT key_space, order_id, count(*) AS n_lines, sum(revenue_minor) AS revenue_minor FROM bought GROUP BY ALL),
    back AS (
      SELECT *, row_number() OVER (ORDER BY key_space, order_id, known_on, return_id, line_id, product_id, quantity, refund_minor) AS id
      FROM ${returns} WHERE known_on <= ${asOf}),
    by_number AS (
      SELECT b.id, ${line}, b.returned_on, b.known_on FROM back b JOIN bought l ON l.key_space = b.key_space AND l.order_id = b.order_id AND l.line_id = b.line_id
      WHERE (b.product_id IS NULL OR l.product_id IS NULL OR b.product_id = l.product_id) AND b.reason IS DISTINCT FROM 'negative line'),
    left_over AS (
      SELECT b.*, o.order_id IS NOT NULL AS is_of_sale FROM back b LEFT JOIN orders o USING (key_space, order_id) WHERE b.id NOT IN (SELECT id FROM by_number)),
    of_product AS (
      SELECT *, row_number() OVER (PARTITION BY key_space, order_id, product_id ORDER BY id) AS nth FROM left_over WHERE product_id IS NOT NULL AND is_of_sale),
    by_product AS (
      SELECT b.id, ${line}, b.returned_on, b.known_on FROM of_product b JOIN bought l
        ON l.key_space = b.key_space AND l.order_id = b.order_id AND l.product_id = b.product_id AND l.nth = least(b.nth, l.n_alike)),
    candidates AS (
      SELECT b.id, ${line}, b.returned_on, b.known_on, row_number() OVER (PARTITION BY b.id ORDER BY
               (abs(b.refund_minor) BETWEEN abs(l.revenue_minor) - 1 AND abs(l.revenue_minor) + 1) DESC NULLS LAST, l.day DESC, l.order_id, l.line_id, l.source, l.revenue_minor) AS rank
      FROM left_over b JOIN bought l ON l.customer_id = b.customer_id AND l.key_space = b.key_space AND l.product_id = b.product_id AND l.day <= b.known_on
      WHERE b.product_id IS NOT NULL AND NOT b.is_of_sale),
    rivals AS (
      SELECT id, row_number() OVER (PARTITION BY key_space, order_id, line_id, source ORDER BY id) AS nth, count(*) OVER (PARTITION BY key_space, order_id, line_id, source) AS n
      FROM candidates WHERE rank = 1),
    by_buyer AS (
      SELECT c.id, c.customer_id, c.key_space, c.order_id, c.line_id, c.source, c.day, c.returned_on, c.known_on FROM candidates c JOIN rivals r ON r.id = c.id AND r.nth = c.rank),
    of_order AS (
      SELECT b.key_space, b.order_id, any_value(o.n_lines) AS n_lines, sum(b.refund_minor) AS refund_minor, min(b.returned_on) AS returned_on, min(b.known_on) AS known_on,
             bool_or(b.refund_minor IS NULL) OR sum(b.refund_minor) >= any_value(o.revenue_minor) OR any_value(o.n_lines) = 1 AS is_whole
      FROM left_over b JOIN orders o USING (key_space, order_id) WHERE b.product_id IS NULL GROUP BY b.key_space, b.order_id),
    partial AS (SELECT * FROM of_order WHERE NOT is_whole AND n_lines <= ${mostLines}),
    chosen AS (
      SELECT p.key_space, p.order_id, m.mask, any_value(p.refund_minor) AS refund_minor, count(*) AS n, sum(l.revenue_minor) AS revenue_minor,
             string_agg(coalesce(l.product_id, '') || chr(31) || l.revenue_minor, chr(30) ORDER BY l.product_id, l.revenue_minor) AS goods
      FROM partial p JOIN (SELECT CAST(range AS INTEGER) AS mask FROM range(1, ${2 ** mostLines})) m ON m.mask < (1 << CAST(p.n_lines AS INTEGER))
      JOIN bought l ON l.key_space = p.key_space AND l.order_id = p.order_id AND (m.mask >> CAST(l.place AS INTEGER)) & 1 = 1
      GROUP BY p.key_space, p.order_id, m.mask),
    fitting AS (
      SELECT key_space, order_id, min(mask) AS mask FROM chosen WHERE abs(revenue_minor - refund_minor) <= n GROUP BY key_space, order_id HAVING count(DISTINCT goods) = 1),
    by_amount AS (
      SELECT ${line}, o.returned_on, o.known_on, o.is_whole OR f.mask IS NOT NULL AS is_clear FROM of_order o JOIN bought l USING (key_space, order_id)
      LEFT JOIN fitting f ON f.key_space = o.key_space AND f.order_id = o.order_id
      WHERE o.is_whole OR f.mask IS NULL OR (f.mask >> CAST(l.place AS INTEGER)) & 1 = 1),
    tied AS (
      SELECT * EXCLUDE (id), true AS is_clear FROM (SELECT * FROM by_number UNION ALL SELECT * FROM by_product UNION ALL SELECT * FROM by_buyer) UNION ALL SELECT * FROM by_amount)
    SELECT customer_id, key_space, order_id, line_id, source, min(day) AS day, min(returned_on) AS returned_on, min(known_on) AS known_on, bool_or(is_clear) AS is_clear
    FROM tied GROUP BY ALL ORDER BY customer_id, key_space, order_id, line_id, source`;
}

import type { Column } from "../../shared/domain/column.ts";
import { literal } from "../engine/sql.ts";
import { defineStep, type StepContext } from "../engine/step-context.ts";

const columns: readonly Column[] = [
  { name: "customer_id", type: "VARCHAR" },
  { name: "key_space", type: "VARCHAR" },
  { name: "order_id", type: "VARCHAR" },
  { name: "line_id", type: "VARCHAR" },
  { name: "source", type: "VARCHAR" },
  { name: "product_id", type: "VARCHAR" },
  { name: "category", type: "VARCHAR" },
  { name: "day", type: "DATE" },
  { name: "quantity", type: "DECIMAL(18,4)" },
  { name: "revenue_minor", type: "BIGINT", unit: "minor" },
  { name: "is_settled", type: "BOOLEAN" },
  { name: "is_returned", type: "BOOLEAN" },
  { name: "reason", type: "VARCHAR" },
];

/** Whether each purchased line came back, as known at the day. A delivered flag stands, null included, once the window has
 *  passed; else a return dated by then says yes, and the window's end says no. NULL with a reason where that isn't settled. */
export const returnLedger = defineStep({
  name: "return_ledger",
  version: 1,
  title: "Return ledger",
  stage: "features",
  scope: "bucket",
  timing: "as_of",
  inputs: {
    lines: { step: "purchase_lines", output: "lines" },
    returns: { step: "purchase_lines", output: "returns" },
    window: { step: "return_window", output: "return_window" },
    flagging: { step: "return_window", output: "flagging_sources" },
  },
  params: {},
  outputs: [{ name: "return_ledger", kind: "parquet", columns }],
  run: async (context) => {
    await context.output.query("return_ledger", ledgerSql(context));
  },
});

/** Returns find their line by its number, else by product (the first return the first line of that product), else, where only
 *  the order is named, all its lines if the whole amount was given back. A negative line's own number is no line of the sale. */
function ledgerSql(context: StepContext): string {
  const asOf = `DATE ${literal(context.asOf)}`;
  return `WITH bought AS (
      SELECT *, row_number() OVER (PARTITION BY key_space, order_id, product_id ORDER BY line_id, source) AS nth,
             count(*) OVER (PARTITION BY key_space, order_id, product_id) AS n_alike
      FROM ${context.relation("lines")} WHERE is_purchase AND quantity > 0 AND day <= ${asOf}),
    orders AS (SELECT key_space, order_id, count(*) AS n_lines, sum(revenue_minor) AS revenue_minor FROM bought GROUP BY ALL),
    back AS (
      SELECT *, row_number() OVER (ORDER BY key_space, order_id, known_on, return_id, line_id, product_id, quantity, refund_minor) AS id
      FROM ${context.relation("returns")} WHERE known_on <= ${asOf}),
    by_number AS (
      SELECT b.id, l.key_space, l.order_id, l.line_id, l.source FROM back b JOIN bought l ON l.key_space = b.key_space AND l.order_id = b.order_id AND l.line_id = b.line_id
      WHERE (b.product_id IS NULL OR l.product_id IS NULL OR b.product_id = l.product_id) AND b.reason IS DISTINCT FROM 'negative line'),
    of_product AS (
      SELECT *, row_number() OVER (PARTITION BY key_space, order_id, product_id ORDER BY id) AS nth FROM back
      WHERE product_id IS NOT NULL AND id NOT IN (SELECT id FROM by_number)),
    by_product AS (
      SELECT b.id, l.key_space, l.order_id, l.line_id, l.source FROM of_product b JOIN bought l
        ON l.key_space = b.key_space AND l.order_id = b.order_id AND l.product_id = b.product_id AND l.nth = least(b.nth, l.n_alike)),
    of_order AS (
      SELECT key_space, order_id, bool_or(refund_minor IS NULL) OR sum(refund_minor) >= any_value(o.revenue_minor) OR any_value(o.n_lines) = 1 AS is_whole
      FROM back JOIN orders o USING (key_space, order_id) WHERE product_id IS NULL AND id NOT IN (SELECT id FROM by_number) GROUP BY key_space, order_id),
    matched AS (SELECT DISTINCT key_space, order_id, line_id, source FROM (SELECT * FROM by_number UNION ALL SELECT * FROM by_product)),
    judged AS (
      SELECT l.*, m.order_id IS NOT NULL OR coalesce(o.is_whole, false) AS is_back, o.is_whole = false AND m.order_id IS NULL AS is_unclear,
             l.source IN (SELECT source FROM ${context.relation("flagging")}) AS is_flagged, l.day + w.days <= ${asOf} AS is_past, w.has_returns_source, l.is_returned AS flag
      FROM bought l CROSS JOIN ${context.relation("window")} w
      LEFT JOIN matched m ON m.key_space = l.key_space AND m.order_id = l.order_id AND m.line_id = l.line_id AND m.source = l.source
      LEFT JOIN of_order o ON o.key_space = l.key_space AND o.order_id = l.order_id),
    outcome AS (
      SELECT * REPLACE (CASE WHEN is_flagged THEN CASE WHEN is_past OR (flag AND is_back) THEN flag END
                             WHEN NOT has_returns_source OR coalesce(is_unclear, false) THEN NULL
                             WHEN is_back THEN true WHEN is_past THEN false END AS is_returned) FROM judged)
    SELECT customer_id, key_space, order_id, line_id, source, product_id, category, day, quantity, revenue_minor, is_returned IS NOT NULL AS is_settled, is_returned,
           CASE WHEN is_returned IS NOT NULL THEN NULL WHEN NOT has_returns_source THEN 'no_returns_source' WHEN is_flagged AND is_past THEN 'not_delivered'
                WHEN NOT is_flagged AND is_unclear THEN 'partly_refunded' ELSE 'window_open' END AS reason
    FROM outcome ORDER BY customer_id, key_space, order_id, line_id, source, product_id, quantity, revenue_minor`;
}

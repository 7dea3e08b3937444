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
  { name: "size", type: "VARCHAR" },
  { name: "colour", type: "VARCHAR" },
  { name: "channel", type: "VARCHAR" },
  { name: "day", type: "DATE" },
  { name: "quantity", type: "DECIMAL(18,4)" },
  { name: "revenue_minor", type: "BIGINT", unit: "minor" },
  { name: "is_settled", type: "BOOLEAN" },
  { name: "is_returned", type: "BOOLEAN" },
  { name: "returned_on", type: "DATE" },
  { name: "known_on", type: "DATE" },
  { name: "window_ends_on", type: "DATE" },
  { name: "reason", type: "VARCHAR" },
];

/** Whether each purchased line came back, as known at the day. A delivered flag stands, null included, once the window has
 *  passed; else a return dated by then says yes, and the window's end says no. NULL with a reason where that isn't settled.
 *  `known_on` is the day from which on the outcome could be known. */
export const returnLedger = defineStep({
  name: "return_ledger",
  version: 5,
  title: "Return ledger",
  stage: "features",
  scope: "bucket",
  timing: "as_of",
  inputs: {
    lines: { step: "purchase_lines", output: "lines" },
    ties: { step: "return_ties", output: "return_ties" },
    window: { step: "return_window", output: "return_window" },
    flagging: { step: "return_window", output: "flagging_sources" },
  },
  params: {},
  outputs: [{ name: "return_ledger", kind: "parquet", columns }],
  run: async (context) => {
    const asOf = `DATE ${literal(context.asOf)}`;
    await context.output.query("return_ledger", ledgerSql(context, context.relation("ties"), asOf));
  },
});

/** SQL of the ledger as it stands on a day, by inputs named `lines`, `window` and `flagging`. */
export function ledgerSql(context: StepContext, ties: string, asOf: string): string {
  return `WITH judged AS (
      SELECT l.*, t.returned_on, t.known_on AS tied_on, coalesce(t.is_clear, false) AS is_back, coalesce(NOT t.is_clear, false) AS is_unclear,
             l.source IN (SELECT source FROM ${context.relation("flagging")}) AS is_flagged, CAST(l.day + w.days AS DATE) AS ends_on, w.has_returns_source, l.is_returned AS flag
      FROM ${context.relation("lines")} l CROSS JOIN ${context.relation("window")} w
      LEFT JOIN ${ties} t ON t.customer_id = l.customer_id AND t.key_space = l.key_space AND t.order_id = l.order_id AND t.line_id = l.line_id AND t.source = l.source
      WHERE l.is_purchase AND l.quantity > 0 AND l.day <= ${asOf}),
    outcome AS (
      SELECT * REPLACE (CASE WHEN is_flagged THEN CASE WHEN ends_on <= ${asOf} OR (flag AND is_back) THEN flag END
                             WHEN NOT has_returns_source OR is_unclear THEN NULL
                             WHEN is_back THEN true WHEN ends_on <= ${asOf} THEN false END AS is_returned) FROM judged)
    SELECT customer_id, key_space, order_id, line_id, source, product_id, category, size, colour, channel, day, quantity, revenue_minor, is_returned IS NOT NULL AS is_settled, is_returned,
           CASE WHEN is_returned THEN returned_on END AS returned_on, CASE WHEN is_returned AND is_back THEN tied_on WHEN is_returned IS NOT NULL THEN ends_on END AS known_on, ends_on AS window_ends_on,
           CASE WHEN is_returned IS NOT NULL THEN NULL WHEN NOT has_returns_source THEN 'no_returns_source' WHEN is_flagged AND ends_on <= ${asOf} THEN 'not_delivered'
                WHEN NOT is_flagged AND is_unclear THEN 'partly_refunded' ELSE 'window_open' END AS reason
    FROM outcome ORDER BY customer_id, key_space, order_id, line_id, source, product_id, quantity, revenue_minor`;
}

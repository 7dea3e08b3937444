import type { Column } from "../../shared/domain/column.ts";
import { literal } from "../engine/sql.ts";
import { defineStep } from "../engine/step-context.ts";

const number = (name: string, type: Column["type"] = "DOUBLE", unit?: string): Column => ({
  name,
  type,
  ...(unit ? { unit } : {}),
});

export const purchaseSummaryColumns: readonly Column[] = [
  { name: "customer_id", type: "VARCHAR" },
  number("frequency", "INTEGER", "count"),
  number("recency", "DOUBLE", "days"),
  number("t_age", "DOUBLE", "days"),
  number("monetary_value", "DOUBLE", "minor"),
  number("sum_log_interval", "DOUBLE"),
  number("first_order_on", "DATE"),
  number("last_order_on", "DATE"),
  number("days_since_last_purchase", "INTEGER", "days"),
  number("order_count", "INTEGER", "count"),
  number("transaction_count", "INTEGER", "count"),
  number("revenue_minor", "BIGINT", "minor"),
  number("net_revenue_minor", "BIGINT", "minor"),
  number("average_order_minor", "BIGINT", "minor"),
  number("return_count", "INTEGER", "count"),
  number("last_transaction_minor", "BIGINT", "minor"),
  number("first_transaction_minor", "BIGINT", "minor"),
  number("interval_sd_days", "DOUBLE", "days"),
];

/** Frequency, recency, age and money of each buyer at a day. Fader, Hardie & Lee (2005): x repeat transactions, t_x age at the
 *  last, T age; same-day purchases are one. Refunds count by their own date, matched to a line or not; what was given back for an
 *  order that was cancelled isn't one, since the order brought no revenue. */
export const purchaseSummary = defineStep({
  name: "purchase_summary",
  version: 2,
  title: "Purchase summary",
  stage: "features",
  scope: "bucket",
  timing: "as_of",
  inputs: {
    transactions: { step: "transactions", output: "transactions" },
    returns: { step: "purchase_returns", output: "returns" },
  },
  params: {},
  outputs: [{ name: "purchase_summary", kind: "parquet", columns: purchaseSummaryColumns }],
  run: async (context) => {
    const asOf = `DATE ${literal(context.asOf)}`;
    await context.output.query(
      "purchase_summary",
      `WITH seen AS (SELECT *, row_number() OVER w AS k, day - lag(day) OVER w AS pause FROM ${context.relation("transactions")} WHERE day <= ${asOf}
                     WINDOW w AS (PARTITION BY customer_id ORDER BY day)),
       refunds AS (SELECT customer_id, CAST(sum(refund_minor) AS BIGINT) AS refund_minor, count(*) AS n FROM ${context.relation("returns")}
                   WHERE NOT is_of_cancelled AND (known_on IS NULL OR known_on <= ${asOf}) GROUP BY customer_id),
       grouped AS (
         SELECT customer_id, count(*) - 1 AS frequency, CAST(max(day) - min(day) AS DOUBLE) AS recency, CAST(${asOf} - min(day) AS DOUBLE) AS t_age,
                CASE WHEN count(*) > 1 THEN CAST(sum(revenue_minor) FILTER (k > 1) AS DOUBLE) / (count(*) - 1) ELSE 0 END AS monetary_value,
                CAST(coalesce(sum(ln(pause) ORDER BY day), 0) AS DOUBLE) AS sum_log_interval, min(day) AS first_order_on, max(day) AS last_order_on, ${asOf} - max(day) AS days_since_last_purchase,
                CAST(sum(n_orders) AS INTEGER) AS order_count, count(*) AS transaction_count, CAST(sum(revenue_minor) AS BIGINT) AS revenue_minor,
                arg_max(revenue_minor, day) AS last_transaction_minor, arg_min(revenue_minor, day) AS first_transaction_minor,
                CASE WHEN count(pause) > 1 THEN sqrt(greatest(0, (CAST(sum(pause * pause) AS DOUBLE) - CAST(sum(pause) AS DOUBLE) * CAST(sum(pause) AS DOUBLE) / count(pause)) / (count(pause) - 1))) END AS interval_sd_days
         FROM seen GROUP BY customer_id)
       SELECT g.customer_id, CAST(frequency AS INTEGER) AS frequency, recency, t_age, monetary_value, sum_log_interval, first_order_on, last_order_on,
              CAST(days_since_last_purchase AS INTEGER) AS days_since_last_purchase, order_count, CAST(transaction_count AS INTEGER) AS transaction_count, revenue_minor,
              revenue_minor - coalesce(r.refund_minor, 0) AS net_revenue_minor, CAST(round(revenue_minor / greatest(1, order_count)) AS BIGINT) AS average_order_minor,
              CAST(coalesce(r.n, 0) AS INTEGER) AS return_count, last_transaction_minor, first_transaction_minor, interval_sd_days
       FROM grouped g LEFT JOIN refunds r USING (customer_id) ORDER BY g.customer_id`,
    );
  },
});

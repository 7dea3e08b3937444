import type { Column } from "../../shared/domain/column.ts";
import { writeOwnSpan } from "../engine/spans.ts";
import { defineStep } from "../engine/step-context.ts";

export const transactionColumns: readonly Column[] = [
  { name: "customer_id", type: "VARCHAR" },
  { name: "day", type: "DATE" },
  { name: "n_orders", type: "INTEGER" },
  { name: "n_lines", type: "INTEGER" },
  { name: "quantity", type: "DOUBLE" },
  { name: "revenue_minor", type: "BIGINT", unit: "minor" },
];

/** One row a customer and day with a purchase: orders of the same day are one transaction. */
export const transactions = defineStep({
  name: "transactions",
  version: 3,
  title: "Customer days",
  stage: "customers",
  scope: "bucket",
  timing: "none",
  inputs: { lines: { step: "purchase_lines", output: "lines" } },
  params: {},
  isPerSpan: true,
  outputs: [{ name: "transactions", kind: "parquet", columns: transactionColumns, isSpanned: true }],
  run: async (context) => {
    const days = `(
      SELECT customer_id, day, CAST(count(DISTINCT key_space || chr(31) || order_id) AS INTEGER) AS n_orders, CAST(count(*) AS INTEGER) AS n_lines,
             CAST(sum(quantity) AS DOUBLE) AS quantity, CAST(coalesce(sum(revenue_minor), 0) AS BIGINT) AS revenue_minor
      FROM ${context.relation("lines")} WHERE is_purchase GROUP BY customer_id, day)`;
    const columns = transactionColumns.map(({ name }) => name).join(", ");
    await writeOwnSpan(context, { output: "transactions", from: days, columns, order: "customer_id, day" });
  },
});

import type { Column } from "../../shared/domain/column.ts";
import { literal } from "../engine/sql.ts";
import { defineStep } from "../engine/step-context.ts";

const windows = [30, 90, 180, 365] as const;
const columns: readonly Column[] = [
  { name: "customer_id", type: "VARCHAR" },
  ...windows.map((days): Column => ({ name: `orders_${days}`, type: "INTEGER", unit: "count" })),
  ...windows.map((days): Column => ({ name: `revenue_${days}`, type: "BIGINT", unit: "minor" })),
];

/** Orders and revenue of the last 30, 90, 180 and 365 days. */
export const rfmWindows = defineStep({
  name: "rfm_windows",
  version: 1,
  title: "RFM windows",
  stage: "features",
  scope: "bucket",
  timing: "as_of",
  inputs: { transactions: { step: "transactions", output: "transactions" } },
  params: {},
  outputs: [{ name: "rfm_windows", kind: "parquet", columns }],
  run: async (context) => {
    const asOf = `DATE ${literal(context.asOf)}`;
    const sums = (value: string, type: string, prefix: string) =>
      windows.map(
        (days) => `CAST(coalesce(sum(${value}) FILTER (day > ${asOf} - ${days}), 0) AS ${type}) AS ${prefix}_${days}`,
      );
    await context.output.query(
      "rfm_windows",
      `SELECT customer_id, ${[...sums("n_orders", "INTEGER", "orders"), ...sums("revenue_minor", "BIGINT", "revenue")].join(", ")}
       FROM ${context.relation("transactions")} WHERE day <= ${asOf} GROUP BY customer_id ORDER BY customer_id`,
    );
  },
});

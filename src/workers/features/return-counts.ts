import { literal } from "../engine/sql.ts";
import { defineStep } from "../engine/step-context.ts";

/** Settled and returned lines of each customer by category, among those whose window has passed: a return is known before it
 *  isn't one, so that younger lines would count too many. Customers without any stand with a reason. */
export const returnCounts = defineStep({
  name: "return_counts",
  version: 1,
  title: "Return counts",
  stage: "features",
  scope: "bucket",
  timing: "as_of",
  inputs: { ledger: { step: "return_ledger", output: "return_ledger" } },
  params: {},
  outputs: [
    {
      name: "return_counts",
      kind: "parquet",
      columns: [
        { name: "customer_id", type: "VARCHAR" },
        { name: "category", type: "VARCHAR" },
        { name: "n_settled", type: "INTEGER", unit: "count" },
        { name: "n_returned", type: "INTEGER", unit: "count" },
        { name: "reason", type: "VARCHAR" },
      ],
    },
  ],
  run: async (context) => {
    await context.output.query(
      "return_counts",
      `SELECT customer_id, coalesce(category, '') AS category, CAST(count(*) FILTER (is_settled AND window_ends_on <= DATE ${literal(context.asOf)}) AS INTEGER) AS n_settled,
              CAST(count(*) FILTER (is_returned AND window_ends_on <= DATE ${literal(context.asOf)}) AS INTEGER) AS n_returned, min(CASE WHEN reason = 'no_returns_source' THEN reason ELSE 'no_settled_lines' END) AS reason
       FROM ${context.relation("ledger")} GROUP BY 1, 2 ORDER BY 1, 2`,
    );
  },
});

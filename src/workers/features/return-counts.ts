import { literal } from "../engine/sql.ts";
import { defineStep } from "../engine/step-context.ts";

/** Settled and returned lines of each customer by category, among those whose window has passed: a return is known before it
 *  isn't one, so that younger lines would count too many. Customers without any stand with a reason. Pairs are of each line
 *  with the others of its order: how far lines of one order come back together is read off them. */
export const returnCounts = defineStep({
  name: "return_counts",
  version: 2,
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
        { name: "n_line_pairs", type: "DOUBLE", unit: "count" },
        { name: "n_returned_pairs", type: "DOUBLE", unit: "count" },
        { name: "reason", type: "VARCHAR" },
      ],
    },
  ],
  run: async (context) => {
    await context.output.query(
      "return_counts",
      `WITH lines AS (
         SELECT customer_id, key_space, order_id, coalesce(category, '') AS category, reason, is_settled AND window_ends_on <= DATE ${literal(context.asOf)} AS is_known, is_known AND is_returned AS is_back
         FROM ${context.relation("ledger")}),
       held AS (SELECT *, count(*) FILTER (is_known) OVER one AS n_known, count(*) FILTER (is_back) OVER one AS n_back FROM lines WINDOW one AS (PARTITION BY customer_id, key_space, order_id))
       SELECT customer_id, category, CAST(count(*) FILTER (is_known) AS INTEGER) AS n_settled, CAST(count(*) FILTER (is_back) AS INTEGER) AS n_returned,
              CAST(coalesce(sum(n_known - 1) FILTER (is_known), 0) AS DOUBLE) AS n_line_pairs, CAST(coalesce(sum(n_back - 1) FILTER (is_back), 0) AS DOUBLE) AS n_returned_pairs,
              min(CASE WHEN reason = 'no_returns_source' THEN reason ELSE 'no_settled_lines' END) AS reason
       FROM held GROUP BY 1, 2 ORDER BY 1, 2`,
    );
  },
});

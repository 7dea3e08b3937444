import { literal } from "../engine/sql.ts";
import { defineStep } from "../engine/step-context.ts";
import { bucketSql } from "./bucket.ts";

/** Everybody known at the day: with a record dated up to it, or undated; buyers and prospects. */
export const customerBase = defineStep({
  name: "customer_base",
  version: 1,
  title: "Customers of the day",
  stage: "customers",
  scope: "bucket",
  timing: "as_of",
  inputs: {
    dates: { step: "people", output: "record_dates" },
    transactions: { step: "transactions", output: "transactions" },
  },
  params: {},
  outputs: [
    {
      name: "customer_base",
      kind: "parquet",
      columns: [
        { name: "customer_id", type: "VARCHAR" },
        { name: "is_buyer", type: "BOOLEAN" },
        { name: "first_record_on", type: "DATE" },
      ],
    },
  ],
  run: async (context) => {
    const asOf = `DATE ${literal(context.asOf)}`;
    await context.output.query(
      "customer_base",
      `SELECT d.customer_id, b.customer_id IS NOT NULL AS is_buyer, d.first_record_on FROM ${context.relation("dates")} d
       LEFT JOIN (SELECT DISTINCT customer_id FROM ${context.relation("transactions")} WHERE day <= ${asOf}) b USING (customer_id)
       WHERE ${bucketSql("d.customer_id", context.bucketCount)} = ${context.bucket} AND (d.first_record_on IS NULL OR d.first_record_on <= ${asOf})
       ORDER BY d.customer_id`,
    );
  },
});

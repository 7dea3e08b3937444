import { defineStep } from "../engine/step-context.ts";

/** Orders that nobody can be named for: not in any profile, but counted. */
export const anonymous = defineStep({
  name: "anonymous",
  version: 1,
  title: "Orders without a customer",
  stage: "customers",
  scope: "brand",
  timing: "none",
  inputs: {
    lines: { step: "lake", output: "order_lines" },
    orders: { step: "lake", output: "orders" },
    order_customers: { step: "customer_ids", output: "order_customers" },
  },
  params: {},
  outputs: [
    {
      name: "anonymous",
      kind: "parquet",
      columns: [
        { name: "source", type: "VARCHAR" },
        { name: "n_orders", type: "BIGINT" },
        { name: "n_lines", type: "BIGINT" },
        { name: "amount_minor", type: "BIGINT" },
      ],
    },
  ],
  run: async (context) => {
    await context.output.query(
      "anonymous",
      `WITH unnamed AS (SELECT * FROM ${context.relation("orders")} o WHERE NOT EXISTS (
         SELECT 1 FROM ${context.relation("order_customers")} c WHERE c.order_id = o.order_id AND c.key_space = o.key_space))
       SELECT o.source, count(DISTINCT o.key_space || chr(31) || o.order_id) AS n_orders, count(l.order_id) AS n_lines, CAST(coalesce(sum(l.amount_minor), 0) AS BIGINT) AS amount_minor
       FROM unnamed o LEFT JOIN ${context.relation("lines")} l ON l.order_id = o.order_id AND l.key_space = o.key_space GROUP BY o.source ORDER BY o.source`,
    );
  },
});

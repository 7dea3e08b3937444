import { lakeTargets } from "../../shared/domain/lake.ts";
import { literal } from "../engine/sql.ts";
import { defineStep } from "../engine/step-context.ts";

/** Rows of each source by table, and how many of its orders have a customer. */
export const sourceQuality = defineStep({
  name: "source_quality",
  version: 1,
  title: "Quality of sources",
  stage: "profiles",
  scope: "brand",
  timing: "none",
  inputs: {
    ...Object.fromEntries(lakeTargets.map(({ table }) => [table, { step: "lake", output: table }])),
    order_customers: { step: "customer_ids", output: "order_customers" },
  },
  params: {},
  outputs: [
    {
      name: "source_quality",
      kind: "parquet",
      columns: [
        { name: "source", type: "VARCHAR" },
        { name: "table_name", type: "VARCHAR" },
        { name: "n_rows", type: "BIGINT" },
        { name: "n_with_customer", type: "BIGINT" },
      ],
    },
  ],
  run: async (context) => {
    const named = `SELECT source, 'orders' AS table_name, count(*) AS n_rows, count(c.customer_id) AS n_with_customer FROM ${context.relation("orders")} o
      LEFT JOIN ${context.relation("order_customers")} c ON c.order_id = o.order_id AND c.key_space = o.key_space GROUP BY source`;
    const others = lakeTargets.filter(({ table }) => table !== "orders").map(({ table }) => `SELECT source, ${literal(table)}, count(*), NULL FROM ${context.relation(table)} GROUP BY source`);
    await context.output.query("source_quality", `SELECT * FROM (${[named, ...others].join(" UNION ALL ")}) ORDER BY source, table_name`);
  },
});

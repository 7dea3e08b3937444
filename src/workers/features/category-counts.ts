import type { Column } from "../../shared/domain/column.ts";
import { literal } from "../engine/sql.ts";
import { defineStep } from "../engine/step-context.ts";
import { builtSql, ownLines } from "./recent-lines.ts";

const columns: readonly Column[] = [
  { name: "customer_id", type: "VARCHAR" },
  { name: "category", type: "VARCHAR" },
  { name: "n_lines", type: "INTEGER", unit: "count" },
  { name: "n_orders", type: "INTEGER", unit: "count" },
  { name: "quantity", type: "DOUBLE" },
  { name: "revenue_minor", type: "BIGINT", unit: "minor" },
  { name: "last_on", type: "DATE" },
];

/** What each customer bought by category. */
export const categoryCounts = defineStep({
  name: "category_counts",
  version: 1,
  title: "Category counts",
  stage: "features",
  scope: "bucket",
  timing: "as_of",
  inputs: ownLines("category_counts"),
  params: {},
  outputs: [{ name: "category_counts", kind: "parquet", columns }],
  run: async (context) => {
    await context.output.query(
      "category_counts",
      builtSql(context, {
        alias: "lines",
        order: "customer_id, category",
        sql: (from) => `WITH once AS (
         SELECT customer_id, category, key_space, order_id, count(*) AS n, sum(quantity) AS quantity, sum(revenue_minor) AS revenue_minor, max(day) AS day
         FROM ${from} WHERE is_purchase AND category IS NOT NULL AND quantity > 0 AND day <= DATE ${literal(context.asOf)}
         GROUP BY customer_id, category, key_space, order_id)
       SELECT customer_id, category, CAST(sum(n) AS INTEGER) AS n_lines, CAST(count(*) AS INTEGER) AS n_orders, CAST(sum(quantity) AS DOUBLE) AS quantity,
              CAST(coalesce(sum(revenue_minor), 0) AS BIGINT) AS revenue_minor, max(day) AS last_on
       FROM once GROUP BY customer_id, category`,
      }),
    );
  },
});

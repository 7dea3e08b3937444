import type { Column } from "../../shared/domain/column.ts";
import { literal } from "../engine/sql.ts";
import { defineStep } from "../engine/step-context.ts";
import { builtSql, ownLines } from "./recent-lines.ts";

const columns: readonly Column[] = [
  { name: "customer_id", type: "VARCHAR" },
  { name: "category", type: "VARCHAR" },
  { name: "brand", type: "VARCHAR" },
  { name: "n_lines", type: "INTEGER", unit: "count" },
  { name: "n_orders", type: "INTEGER", unit: "count" },
  { name: "revenue_minor", type: "BIGINT", unit: "minor" },
  { name: "last_on", type: "DATE" },
];

/** What each customer bought by brand within a category; products of no category stand as one called "all". */
export const brandCounts = defineStep({
  name: "brand_counts",
  version: 1,
  title: "Brand counts",
  stage: "features",
  scope: "bucket",
  timing: "as_of",
  inputs: ownLines("brand_counts"),
  params: {},
  outputs: [{ name: "brand_counts", kind: "parquet", columns }],
  run: async (context) => {
    await context.output.query(
      "brand_counts",
      builtSql(context, {
        alias: "lines",
        order: "customer_id, category, brand",
        sql: (
          from,
        ) => `SELECT customer_id, coalesce(category, 'all') AS category, brand, CAST(count(*) AS INTEGER) AS n_lines,
              CAST(count(DISTINCT key_space || chr(31) || order_id) AS INTEGER) AS n_orders, CAST(coalesce(sum(revenue_minor), 0) AS BIGINT) AS revenue_minor, max(day) AS last_on
       FROM ${from} WHERE is_purchase AND brand IS NOT NULL AND quantity > 0 AND day <= DATE ${literal(context.asOf)}
       GROUP BY customer_id, 2, brand`,
      }),
    );
  },
});

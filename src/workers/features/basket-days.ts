import type { Column } from "../../shared/domain/column.ts";
import { literal } from "../engine/sql.ts";
import { defineStep } from "../engine/step-context.ts";
import { builtSql, ownLines } from "./recent-lines.ts";

/** How many of a customer's purchase days a next basket looks back on. */
export const longestBasketHistory = 20;

const columns: readonly Column[] = [
  { name: "customer_id", type: "VARCHAR" },
  { name: "day", type: "DATE" },
  { name: "products", type: "VARCHAR[]" },
];

/** Which products each customer bought on each of the last 20 days of purchase, the oldest first. */
export const basketDays = defineStep({
  name: "basket_days",
  version: 1,
  title: "Baskets by day",
  stage: "features",
  scope: "bucket",
  timing: "as_of",
  inputs: ownLines("basket_days"),
  params: {},
  outputs: [{ name: "basket_days", kind: "parquet", columns }],
  run: async (context) => {
    await context.output.query(
      "basket_days",
      builtSql(context, {
        alias: "lines",
        order: "customer_id, day",
        sql: (from) => `WITH bought AS (
         SELECT customer_id, day, list(DISTINCT product_id ORDER BY product_id) AS products FROM ${from}
         WHERE is_purchase AND quantity > 0 AND product_id IS NOT NULL AND day <= DATE ${literal(context.asOf)} GROUP BY ALL)
       SELECT customer_id, day, products FROM bought
       QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY day DESC) <= ${longestBasketHistory}`,
      }),
    );
  },
});

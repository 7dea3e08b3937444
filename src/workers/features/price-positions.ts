import type { Column } from "../../shared/domain/column.ts";
import { literal } from "../engine/sql.ts";
import { defineStep } from "../engine/step-context.ts";

const columns: readonly Column[] = [
  { name: "customer_id", type: "VARCHAR" },
  { name: "category", type: "VARCHAR" },
  { name: "n_lines", type: "INTEGER", unit: "count" },
  { name: "mean_percentile", type: "DOUBLE", unit: "share" },
  { name: "sum_percentile", type: "DOUBLE" },
  { name: "sum_percentile_sq", type: "DOUBLE" },
];

/** SQL of lines with the rank of their list price within the category, in (0, 1); the mid-rank of equal prices. Of lines up to the
 *  day the price itself has a rank, of later ones perhaps only the price below. */
export function percentilesSql(all: string, asOf: string, isUntilThen = false): string {
  const [until, join, equal] = isUntilThen ? [`AND day <= ${asOf}`, "JOIN", "="] : ["", "ASOF JOIN", "<="];
  return `WITH priced AS (
      SELECT customer_id, key_space, order_id, line_id, source, day, coalesce(category, 'all') AS category, CAST(coalesce(list_price_minor, unit_price_minor) AS BIGINT) AS price
      FROM ${all} WHERE is_purchase AND product_id IS NOT NULL AND quantity > 0 AND coalesce(list_price_minor, unit_price_minor) > 0 ${until}),
    levels AS (SELECT category, price, count(*) AS n FROM priced WHERE day <= ${asOf} GROUP BY ALL),
    ranked AS (SELECT category, price, (sum(n) OVER w - n / 2.0) / sum(n) OVER (PARTITION BY category) AS percentile FROM levels WINDOW w AS (PARTITION BY category ORDER BY price)),
    placed AS (SELECT p.*, CAST(round(r.percentile * 1000000) AS BIGINT) AS millionths FROM priced p ${join} ranked r ON r.category = p.category AND r.price ${equal} p.price)`;
}

/** Where a customer's purchases lie among the prices of their categories. */
export const pricePositions = defineStep({
  name: "price_positions",
  version: 1,
  title: "Price positions",
  stage: "features",
  scope: "brand",
  timing: "as_of",
  inputs: { lines: { step: "purchase_lines", output: "lines" } },
  params: {},
  outputs: [{ name: "price_positions", kind: "parquet", columns }],
  run: async (context) => {
    const asOf = `DATE ${literal(context.asOf)}`;
    await context.output.query(
      "price_positions",
      `${percentilesSql(context.relation("lines"), asOf, true)}
       SELECT customer_id, category, CAST(count(*) AS INTEGER) AS n_lines, sum(millionths) / 1e6 / count(*) AS mean_percentile, sum(millionths) / 1e6 AS sum_percentile,
              CAST(sum(CAST(millionths AS HUGEINT) * millionths) AS DOUBLE) / 1e12 AS sum_percentile_sq
       FROM placed GROUP BY customer_id, category ORDER BY customer_id, category`,
    );
  },
});

import type { Column } from "../../shared/domain/column.ts";
import { literal } from "../engine/sql.ts";
import { defineStep } from "../engine/step-context.ts";
import { builtSql, ownLines } from "./recent-lines.ts";

const millionths = (name: string): Column => ({ name, type: "BIGINT", unit: "millionths" });
const columns: readonly Column[] = [
  { name: "customer_id", type: "VARCHAR" },
  { name: "level", type: "VARCHAR" },
  { name: "item", type: "VARCHAR" },
  { name: "category", type: "VARCHAR" },
  { name: "n_days", type: "INTEGER", unit: "count" },
  { name: "last_on", type: "DATE" },
  { name: "elapsed_days", type: "INTEGER", unit: "days" },
  millionths("sum_log_interval"),
  millionths("sum_log_interval_sq"),
];

const elapsedSql = (asOf: string, day: string) => `CAST(DATE ${literal(asOf)} - ${day} AS INTEGER) AS elapsed_days`;

/** On how many days each customer bought each product and each category, how long the last is ago, and the intervals between: sums of their logarithms and
 *  of the squares, in millionths so that no order of adding moves them. */
export const rebuyIntervals = defineStep({
  name: "rebuy_intervals",
  version: 1,
  title: "Intervals of buying again",
  stage: "features",
  scope: "bucket",
  timing: "as_of",
  inputs: ownLines("rebuy_intervals"),
  params: {},
  outputs: [{ name: "rebuy_intervals", kind: "parquet", columns }],
  run: async (context) => {
    await context.output.query(
      "rebuy_intervals",
      builtSql(context, {
        alias: "lines",
        order: "customer_id, level, item",
        moved: elapsedSql(context.asOf, "last_on"),
        sql: (from) => `WITH bought AS (
         SELECT customer_id, product_id, category, day FROM ${from}
         WHERE is_purchase AND quantity > 0 AND day <= DATE ${literal(context.asOf)}),
       grouped AS (
         SELECT customer_id, 'product' AS level, product_id AS item, min(category) AS category, min(day) AS first_on, max(day) AS last_on, list(day) AS days
         FROM bought WHERE product_id IS NOT NULL GROUP BY customer_id, product_id
         UNION ALL SELECT customer_id, 'category', category, category, min(day), max(day), list(day) FROM bought WHERE category IS NOT NULL GROUP BY customer_id, category),
       once AS (
         SELECT customer_id, level, item, category, CAST(1 AS INTEGER) AS n_days, last_on, CAST(0 AS BIGINT) AS sum_log_interval, CAST(0 AS BIGINT) AS sum_log_interval_sq
         FROM grouped WHERE first_on = last_on),
       paused AS (
         SELECT customer_id, level, item, category, last_on, len(days) AS n, list_transform(list_zip(days[2:], days[:-2]), x -> ln(x[1] - x[2])) AS pauses
         FROM (SELECT * REPLACE (list_sort(list_distinct(days)) AS days) FROM grouped WHERE first_on < last_on)),
       again AS (
         SELECT customer_id, level, item, category, CAST(n AS INTEGER) AS n_days, last_on,
                CAST(list_sum(list_transform(pauses, x -> CAST(round(x * 1e6) AS BIGINT))) AS BIGINT) AS sum_log_interval,
                CAST(list_sum(list_transform(pauses, x -> CAST(round(x * x * 1e6) AS BIGINT))) AS BIGINT) AS sum_log_interval_sq
         FROM paused)
       SELECT customer_id, level, item, category, n_days, last_on, ${elapsedSql(context.asOf, "last_on")}, sum_log_interval, sum_log_interval_sq
       FROM (SELECT * FROM once UNION ALL SELECT * FROM again)`,
      }),
    );
  },
});

/** Buyers of an item who bought it again, and which part of its buyers they are, below which it isn't looked at. */
const leastAgain = 10;
const leastAgainShare = 0.1;

/** The same for items that enough customers buy again. */
export const rebuyCandidates = defineStep({
  name: "rebuy_candidates",
  version: 1,
  title: "What is bought again",
  stage: "features",
  scope: "brand",
  timing: "as_of",
  inputs: { intervals: { step: "rebuy_intervals", output: "rebuy_intervals" } },
  params: {},
  outputs: [{ name: "rebuy_candidates", kind: "parquet", columns }],
  run: async (context) => {
    await context.output.query(
      "rebuy_candidates",
      `WITH again AS (
         SELECT level, item FROM ${context.relation("intervals")} GROUP BY level, item
         HAVING count(*) FILTER (n_days > 1) >= ${leastAgain} AND count(*) FILTER (n_days > 1) >= ${leastAgainShare} * count(*))
       SELECT ${columns.map(({ name }) => `i.${name}`).join(", ")} FROM ${context.relation("intervals")} i JOIN again USING (level, item)
       ORDER BY i.customer_id, i.level, i.item`,
    );
  },
});

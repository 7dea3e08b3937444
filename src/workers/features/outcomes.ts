import { literal } from "../engine/sql.ts";
import { defineStep } from "../engine/step-context.ts";
import { percentilesSql } from "./price-positions.ts";

/** What followed a cut, for everybody who had bought by then: for fits and evaluations only. */
export const outcomes = defineStep({
  name: "outcomes",
  version: 1,
  title: "What followed the cut",
  stage: "evaluations",
  scope: "brand",
  timing: "cut",
  inputs: { transactions: { step: "transactions", output: "transactions" } },
  params: {},
  usesHorizon: true,
  outputs: [
    {
      name: "outcomes",
      kind: "parquet",
      columns: [
        { name: "customer_id", type: "VARCHAR" },
        { name: "n_purchases", type: "INTEGER", unit: "count" },
        { name: "revenue_minor", type: "BIGINT", unit: "minor" },
        { name: "next_purchase_days", type: "INTEGER", unit: "days" },
      ],
    },
  ],
  run: async (context) => {
    const cut = `DATE ${literal(context.asOf)}`;
    const within = `day > ${cut} AND day <= ${cut} + ${context.horizonDays}`;
    await context.output.query(
      "outcomes",
      `SELECT customer_id, CAST(count(*) FILTER (${within}) AS INTEGER) AS n_purchases, CAST(coalesce(sum(revenue_minor) FILTER (${within}), 0) AS BIGINT) AS revenue_minor,
              CAST(min(day) FILTER (${within}) - ${cut} AS INTEGER) AS next_purchase_days
       FROM ${context.relation("transactions")} GROUP BY customer_id HAVING min(day) <= ${cut} ORDER BY customer_id`,
    );
  },
});

/** Categories and price positions of what was bought after the cut, prices ranked as they stood at it. */
export const outcomeCategories = defineStep({
  name: "outcome_categories",
  version: 1,
  title: "Categories after the cut",
  stage: "evaluations",
  scope: "brand",
  timing: "cut",
  inputs: { lines: { step: "purchase_lines", output: "lines" } },
  params: {},
  usesHorizon: true,
  outputs: [
    {
      name: "outcome_categories",
      kind: "parquet",
      columns: [
        { name: "customer_id", type: "VARCHAR" },
        { name: "category", type: "VARCHAR" },
        { name: "n_lines", type: "INTEGER" },
        { name: "median_price_percentile", type: "DOUBLE" },
      ],
    },
  ],
  run: async (context) => {
    const cut = `DATE ${literal(context.asOf)}`;
    await context.output.query(
      "outcome_categories",
      `${percentilesSql(context.relation("lines"), cut)},
       known AS (SELECT customer_id FROM ${context.relation("lines")} WHERE is_purchase GROUP BY customer_id HAVING min(day) <= ${cut})
       SELECT p.customer_id, p.category, CAST(count(*) AS INTEGER) AS n_lines, CAST(median(millionths) AS DOUBLE) / 1e6 AS median_price_percentile
       FROM placed p JOIN known USING (customer_id) WHERE p.day > ${cut} AND p.day <= ${cut} + ${context.horizonDays}
       GROUP BY p.customer_id, p.category ORDER BY p.customer_id, p.category`,
    );
  },
});

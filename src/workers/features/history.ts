import { literal } from "../engine/sql.ts";
import { defineStep } from "../engine/step-context.ts";

/** Revenue, orders and buyers by week (Monday), for the screens. */
export const revenueWeeks = defineStep({
  name: "revenue_weeks",
  version: 1,
  title: "Revenue by week",
  stage: "features",
  scope: "brand",
  timing: "as_of",
  inputs: { transactions: { step: "transactions", output: "transactions" } },
  params: {},
  outputs: [
    {
      name: "revenue_weeks",
      kind: "parquet",
      columns: [
        { name: "week", type: "DATE" },
        { name: "revenue_minor", type: "BIGINT", unit: "minor" },
        { name: "n_orders", type: "BIGINT" },
        { name: "n_customers", type: "BIGINT" },
      ],
    },
  ],
  run: async (context) => {
    await context.output.query(
      "revenue_weeks",
      `SELECT CAST(date_trunc('week', day) AS DATE) AS week, CAST(sum(revenue_minor) AS BIGINT) AS revenue_minor, CAST(sum(n_orders) AS BIGINT) AS n_orders, count(DISTINCT customer_id) AS n_customers
       FROM ${context.relation("transactions")} WHERE day <= DATE ${literal(context.asOf)} GROUP BY 1 ORDER BY 1`,
    );
  },
});

/** Customers by month of first purchase and how many of them bought in each later month. */
export const cohorts = defineStep({
  name: "cohorts",
  version: 1,
  title: "Cohorts",
  stage: "features",
  scope: "brand",
  timing: "as_of",
  inputs: { transactions: { step: "transactions", output: "transactions" } },
  params: {},
  outputs: [
    {
      name: "cohorts",
      kind: "parquet",
      columns: [
        { name: "month", type: "DATE" },
        { name: "age", type: "INTEGER", unit: "months" },
        { name: "customers", type: "BIGINT" },
        { name: "buyers", type: "BIGINT" },
      ],
    },
  ],
  run: async (context) => {
    await context.output.query(
      "cohorts",
      `WITH seen AS (SELECT customer_id, day, CAST(date_trunc('month', min(day) OVER (PARTITION BY customer_id)) AS DATE) AS month FROM ${context.relation("transactions")} WHERE day <= DATE ${literal(context.asOf)}),
       sizes AS (SELECT month, count(DISTINCT customer_id) AS customers FROM seen GROUP BY month)
       SELECT s.month, CAST(date_diff('month', s.month, s.day) AS INTEGER) AS age, any_value(z.customers) AS customers, count(DISTINCT s.customer_id) AS buyers
       FROM seen s JOIN sizes z USING (month) GROUP BY s.month, age ORDER BY s.month, age`,
    );
  },
});

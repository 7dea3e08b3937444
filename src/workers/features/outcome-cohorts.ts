import { literal } from "../engine/sql.ts";
import { defineStep } from "../engine/step-context.ts";

/** Buyers by month of first purchase in the whole months that followed a cut, among those who were customers at it. */
export const outcomeCohorts = defineStep({
  name: "outcome_cohorts",
  version: 1,
  title: "Cohorts after the cut",
  stage: "evaluations",
  scope: "brand",
  timing: "cut",
  inputs: { transactions: { step: "transactions", output: "transactions" } },
  params: {},
  usesHorizon: true,
  outputs: [
    {
      name: "outcome_cohorts",
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
    const cut = `DATE ${literal(context.asOf)}`;
    const end = `CAST(${cut} + ${context.horizonDays} AS DATE)`;
    await context.output.query(
      "outcome_cohorts",
      `WITH known AS (SELECT customer_id, CAST(date_trunc('month', min(day)) AS DATE) AS month FROM ${context.relation("transactions")} WHERE day <= ${cut} GROUP BY customer_id),
       sizes AS (SELECT month, count(*) AS customers FROM known GROUP BY month),
       months AS (SELECT CAST(m AS DATE) AS start FROM generate_series(date_trunc('month', ${cut} + INTERVAL 1 DAY), CAST(${end} AS TIMESTAMP), INTERVAL 1 MONTH) s(m)
                  WHERE CAST(m AS DATE) > ${cut} AND CAST(m + INTERVAL 1 MONTH - INTERVAL 1 DAY AS DATE) <= ${end}),
       bought AS (SELECT k.month, m.start, count(DISTINCT t.customer_id) AS buyers FROM ${context.relation("transactions")} t JOIN known k USING (customer_id)
                  JOIN months m ON date_trunc('month', t.day) = m.start WHERE t.day > ${cut} AND t.day <= ${end} GROUP BY ALL)
       SELECT z.month, CAST(date_diff('month', z.month, m.start) AS INTEGER) AS age, z.customers, coalesce(b.buyers, 0) AS buyers
       FROM sizes z CROSS JOIN months m LEFT JOIN bought b ON b.month = z.month AND b.start = m.start ORDER BY z.month, age`,
    );
  },
});

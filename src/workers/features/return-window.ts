import { defineStep, type StepContext } from "../engine/step-context.ts";

/** Days in which goods may come back: the brand's setting, else the 99th percentile of observed lags and a week, else 30; and
 *  which sources say of a line whether it came back. */
export const returnWindow = defineStep({
  name: "return_window",
  version: 2,
  title: "Return window",
  stage: "features",
  scope: "brand",
  timing: "as_of",
  inputs: {
    lines: { step: "lake", output: "order_lines", spans: "all" },
    returns: { step: "lake", output: "returns" },
    ties: { step: "return_ties", output: "return_ties" },
  },
  params: {},
  settings: ["return_window_days"],
  outputs: [
    {
      name: "return_window",
      kind: "parquet",
      columns: [
        { name: "days", type: "INTEGER", unit: "days" },
        { name: "basis", type: "VARCHAR" },
        { name: "n_lags", type: "BIGINT", unit: "count" },
        { name: "has_returns_source", type: "BOOLEAN" },
      ],
    },
    { name: "flagging_sources", kind: "parquet", columns: [{ name: "source", type: "VARCHAR" }] },
  ],
  run: async (context) => {
    await context.output.query("return_window", windowSql(context));
    await context.output.query(
      "flagging_sources",
      `SELECT source FROM ${context.relation("lines")} GROUP BY source HAVING count(is_returned) > 0 ORDER BY source`,
    );
  },
});

function windowSql(context: StepContext): string {
  const set = context.brand.returnWindowDays;
  return `WITH lags AS (
      SELECT CAST(min(returned_on) - any_value(day) AS INTEGER) AS days FROM ${context.relation("ties")} WHERE returned_on IS NOT NULL GROUP BY key_space, order_id, returned_on),
    observed AS (SELECT count(*) AS n, CAST(ceil(quantile_cont(days, 0.99)) AS INTEGER) + 7 AS days FROM lags WHERE days >= 0)
    SELECT CAST(coalesce(${set ?? "NULL"}, days, 30) AS INTEGER) AS days, CASE WHEN ${set !== null} THEN 'brand' WHEN n > 0 THEN 'observed' ELSE 'default' END AS basis, n AS n_lags,
           EXISTS (SELECT 1 FROM ${context.relation("returns")}) OR EXISTS (SELECT 1 FROM ${context.relation("lines")} WHERE is_returned IS NOT NULL) AS has_returns_source
    FROM observed ORDER BY days`;
}

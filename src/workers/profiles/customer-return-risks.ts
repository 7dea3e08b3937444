import { bandCuts, returnBands } from "../../shared/domain/return-bands.ts";
import { literal } from "../engine/sql.ts";
import { defineStep, type StepContext } from "../engine/step-context.ts";

/** What is open of each customer: chance that at least one line comes back (lines independent), its band, and the money that comes
 *  back on average. Lines that are no longer open aren't here. */
export const customerReturnRisks = defineStep({
  name: "customer_return_risks",
  version: 1,
  title: "Return risk of customers",
  stage: "profiles",
  scope: "bucket",
  timing: "as_of",
  inputs: {
    ledger: { step: "return_ledger", output: "return_ledger" },
    scores: { step: "scores_return_risk", output: "scores" },
    fitted: { step: "fit_return_risk", output: "fitted" },
  },
  params: {},
  outputs: [
    {
      name: "customer_return_risks",
      kind: "parquet",
      columns: [
        { name: "customer_id", type: "VARCHAR" },
        { name: "open_line_count", type: "INTEGER", unit: "count" },
        { name: "open_minor", type: "BIGINT", unit: "minor" },
        { name: "at_risk_minor", type: "BIGINT", unit: "minor" },
        { name: "return_risk", type: "DOUBLE", unit: "share" },
        { name: "return_risk_band", type: "VARCHAR" },
        { name: "reason", type: "VARCHAR" },
      ],
    },
  ],
  run: async (context) => {
    await context.output.query("customer_return_risks", risksSql(context));
  },
});

function risksSql(context: StepContext): string {
  const fitted = context.json("fitted");
  const mean = fitted !== null && typeof fitted === "object" && "mean" in fitted ? Number(fitted.mean) : 0;
  const cuts = bandCuts(mean);
  const band = returnBands.map((name, at) =>
    cuts[at] === undefined ? `ELSE ${literal(name)}` : `WHEN risk < ${cuts[at]} THEN ${literal(name)}`,
  );
  return `WITH open AS (
      SELECT l.customer_id, l.key_space, l.order_id, l.line_id, l.source, l.revenue_minor, s.return_risk, s.reason
      FROM ${context.relation("ledger")} l LEFT JOIN ${context.relation("scores")} s ON s.customer_id = l.customer_id AND s.key_space = l.key_space AND s.order_id = l.order_id
        AND s.line_id = l.line_id AND s.source = l.source WHERE l.reason = 'window_open'),
    grouped AS (
      SELECT customer_id, CAST(count(*) AS INTEGER) AS open_line_count, CAST(coalesce(sum(revenue_minor), 0) AS BIGINT) AS open_minor,
             CAST(sum(CAST(round(revenue_minor * return_risk) AS BIGINT)) AS BIGINT) AS at_risk_minor,
             1 - exp(sum(ln(CASE WHEN return_risk < 1 - 1e-9 THEN 1 - return_risk WHEN return_risk IS NOT NULL THEN 1e-9 END) ORDER BY key_space, order_id, line_id, source)) AS risk, min(reason) AS reason
      FROM open GROUP BY customer_id)
    SELECT customer_id, open_line_count, open_minor, at_risk_minor, risk AS return_risk, CASE WHEN risk IS NULL THEN NULL ${band.join(" ")} END AS return_risk_band,
           CASE WHEN risk IS NULL THEN coalesce(reason, 'not_scored') END AS reason
    FROM grouped ORDER BY customer_id`;
}

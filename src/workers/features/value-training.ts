import type { Column } from "../../shared/domain/column.ts";
import { literal } from "../engine/sql.ts";
import { defineStep, type StepContext } from "../engine/step-context.ts";
import { featureColumns } from "./customer-features.ts";
import { atCuts, drawnShare, earlierCuts, rowsAtCuts } from "./earlier-cuts.ts";

const mostRows = 24_000;

const columns: readonly Column[] = [
  { name: "customer_id", type: "VARCHAR" },
  { name: "cut_days", type: "INTEGER", unit: "days" },
  { name: "window_days", type: "INTEGER", unit: "days" },
  ...featureColumns,
  { name: "purchases_after", type: "INTEGER", unit: "count" },
  { name: "revenue_after", type: "BIGINT", unit: "minor" },
];

/** Customer features at earlier cuts with purchases and revenue within the horizon after them, all of it known by the day. Where no
 *  cut lies the whole horizon back (with half of today's customers in it), the longest that does counts, up to the day. Beyond
 *  24,000 rows a share is drawn by what the rows say, not by whose they are. */
export const valueTraining = defineStep({
  name: "value_training",
  version: 2,
  title: "Revenue after earlier cuts",
  stage: "features",
  scope: "brand",
  timing: "as_of",
  inputs: {
    transactions: { step: "transactions", output: "transactions" },
    ...atCuts("customer_features", earlierCuts),
  },
  params: {},
  usesHorizon: true,
  isDrawn: true,
  outputs: [{ name: "value_training", kind: "parquet", columns }],
  run: async (context) => {
    await context.output.query("value_training", trainingSql(context));
  },
});

function trainingSql(context: StepContext): string {
  const asOf = `DATE ${literal(context.asOf)}`;
  const horizon = context.horizonDays;
  const names = featureColumns.map(({ name }) => name);
  const rows = rowsAtCuts(context, earlierCuts, names);
  const said = `cut_days || '|' || ${names.map((name) => `coalesce(CAST(${name} AS VARCHAR), '')`).join(" || '|' || ")}`;
  return `WITH told AS (${rows.join(" UNION ALL ")}),
    now AS (SELECT count(DISTINCT customer_id) AS n FROM ${context.relation("transactions")} WHERE day <= ${asOf}),
    sizes AS (SELECT cut_days, count(*) AS n FROM told GROUP BY cut_days),
    whole AS (SELECT cut_days FROM sizes WHERE cut_days >= ${horizon} AND n * 4 >= (SELECT n FROM now)),
    short AS (SELECT max(cut_days) AS cut_days FROM sizes WHERE cut_days < ${horizon} AND n * 2 >= (SELECT n FROM now)),
    chosen AS (SELECT cut_days FROM whole UNION ALL SELECT cut_days FROM short WHERE cut_days IS NOT NULL AND NOT EXISTS (SELECT 1 FROM whole)),
    fitting AS (SELECT t.* FROM told t JOIN chosen USING (cut_days)),
    size AS (SELECT count(*) AS n FROM fitting),
    kept AS (
      SELECT *, CAST(least(${horizon}, cut_days) AS INTEGER) AS window_days FROM fitting WHERE ${drawnShare(mostRows, said)}),
    after AS (
      SELECT k.customer_id, k.cut_days, CAST(count(*) AS INTEGER) AS n, CAST(coalesce(sum(t.revenue_minor), 0) AS BIGINT) AS revenue
      FROM kept k JOIN ${context.relation("transactions")} t ON t.customer_id = k.customer_id
        AND t.day > ${asOf} - k.cut_days AND t.day <= ${asOf} - k.cut_days + k.window_days GROUP BY ALL)
    SELECT k.customer_id, CAST(k.cut_days AS INTEGER) AS cut_days, k.window_days, ${names.map((name) => `k.${name}`).join(", ")}, coalesce(a.n, 0) AS purchases_after, coalesce(a.revenue, 0) AS revenue_after
    FROM kept k LEFT JOIN after a ON a.customer_id = k.customer_id AND a.cut_days = k.cut_days ORDER BY k.customer_id, k.cut_days`;
}

import type { Column } from "../../shared/domain/column.ts";
import { literal } from "../engine/sql.ts";
import { defineStep, type StepContext } from "../engine/step-context.ts";
import { featureColumns } from "./customer-features.ts";
import { atCuts, drawnShare, earlierCuts, rowsAtCuts } from "./earlier-cuts.ts";

const mostRows = 60_000;

const columns: readonly Column[] = [
  { name: "customer_id", type: "VARCHAR" },
  { name: "cut_days", type: "INTEGER", unit: "days" },
  ...featureColumns,
  { name: "is_buyer", type: "DOUBLE" },
];

/** Customer features at earlier cuts with whether a purchase followed within the horizon, all of it known by the day. A cut less
 *  than the horizon ago is left out. Beyond 60,000 rows a share is drawn by what the rows say, not by whose they are. */
export const purchaseTraining = defineStep({
  name: "purchase_training",
  version: 3,
  title: "What followed earlier cuts",
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
  outputs: [{ name: "purchase_training", kind: "parquet", columns }],
  run: async (context) => {
    await context.output.query("purchase_training", trainingSql(context));
  },
});

function trainingSql(context: StepContext): string {
  const asOf = `DATE ${literal(context.asOf)}`;
  const horizon = context.purchaseHorizonDays;
  const names = featureColumns.map(({ name }) => name);
  const cuts = earlierCuts.filter((days) => days >= horizon);
  const none = `SELECT * FROM (SELECT CAST(NULL AS VARCHAR) AS customer_id, CAST(NULL AS INTEGER) AS cut_days, ${featureColumns.map(({ name, type }) => `CAST(NULL AS ${type}) AS ${name}`).join(", ")}) WHERE false`;
  const rows = rowsAtCuts(context, cuts, names);
  const said = `cut_days || '|' || ${names.map((name) => `coalesce(CAST(${name} AS VARCHAR), '')`).join(" || '|' || ")}`;
  return `WITH told AS (${[none, ...rows].join(" UNION ALL ")}),
    size AS (SELECT count(*) AS n FROM told),
    kept AS (
      SELECT * FROM told WHERE ${drawnShare(mostRows, said)}),
    after AS (
      SELECT DISTINCT k.customer_id, k.cut_days FROM kept k JOIN ${context.relation("transactions")} t ON t.customer_id = k.customer_id
        AND t.day > ${asOf} - k.cut_days AND t.day <= ${asOf} - k.cut_days + ${horizon})
    SELECT k.customer_id, k.cut_days, ${names.map((name) => `k.${name}`).join(", ")}, CAST(a.customer_id IS NOT NULL AS DOUBLE) AS is_buyer
    FROM kept k LEFT JOIN after a ON a.customer_id = k.customer_id AND a.cut_days = k.cut_days ORDER BY k.customer_id, k.cut_days`;
}

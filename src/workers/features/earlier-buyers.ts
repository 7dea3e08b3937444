import type { Column } from "../../shared/domain/column.ts";
import { literal } from "../engine/sql.ts";
import { defineStep } from "../engine/step-context.ts";
import { atCuts, drawnShare, earlierCuts, rowsAtCuts } from "./earlier-cuts.ts";

const cuts = earlierCuts.slice(0, 2);
const mostRows = 60_000;

const columns: readonly Column[] = [
  { name: "cut_days", type: "INTEGER", unit: "days" },
  { name: "days_since_last_purchase", type: "INTEGER", unit: "days" },
  { name: "transaction_count", type: "INTEGER", unit: "count" },
  { name: "revenue_minor", type: "BIGINT", unit: "minor" },
  { name: "is_buyer", type: "DOUBLE" },
];

const said = columns.slice(1, -1).map(({ name }) => name);

/** How lately, how often and for how much customers had bought at two earlier cuts, and whether they did again within the horizon, all
 *  of it known by the day; a cut less than the horizon ago is left out. Beyond 60,000 rows a share is drawn by what the rows say. */
export const earlierBuyers = defineStep({
  name: "earlier_buyers",
  version: 1,
  title: "Who bought after earlier cuts",
  stage: "features",
  scope: "brand",
  timing: "as_of",
  inputs: {
    transactions: { step: "transactions", output: "transactions" },
    ...atCuts("purchase_summary", cuts),
  },
  params: {},
  usesHorizon: true,
  isDrawn: true,
  outputs: [{ name: "earlier_buyers", kind: "parquet", columns }],
  run: async (context) => {
    const asOf = `DATE ${literal(context.asOf)}`;
    const horizon = context.purchaseHorizonDays;
    await context.output.query(
      "earlier_buyers",
      `WITH before AS (SELECT * FROM (${rowsAtCuts(context, cuts, said).join(" UNION ALL ")}) WHERE cut_days >= ${horizon}),
       size AS (SELECT count(*) AS n FROM before),
       kept AS (
         SELECT * FROM before WHERE ${drawnShare(mostRows, `cut_days || '|' || ${said.join(" || '|' || ")}`)}),
       after AS (
         SELECT DISTINCT k.cut_days, k.customer_id FROM kept k JOIN ${context.relation("transactions")} t ON t.customer_id = k.customer_id
           AND t.day > ${asOf} - k.cut_days AND t.day <= ${asOf} - k.cut_days + ${horizon})
       SELECT CAST(k.cut_days AS INTEGER) AS cut_days, ${said.map((name) => `k.${name}`).join(", ")}, CAST(a.customer_id IS NOT NULL AS DOUBLE) AS is_buyer
       FROM kept k LEFT JOIN after a ON a.customer_id = k.customer_id AND a.cut_days = k.cut_days
       ORDER BY k.cut_days, ${said.map((name) => `k.${name}`).join(", ")}, is_buyer`,
    );
  },
});

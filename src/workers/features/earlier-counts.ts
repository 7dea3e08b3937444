import type { Column } from "../../shared/domain/column.ts";
import { judgedDays } from "../../shared/domain/tournament.ts";
import { literal } from "../engine/sql.ts";
import { defineStep } from "../engine/step-context.ts";
import { atCuts, drawnShare, earlierCuts, rowsAtCuts } from "./earlier-cuts.ts";

const cuts = earlierCuts.slice(0, 2);
const mostRows = 4_000;

const columns: readonly Column[] = [
  { name: "cut_days", type: "INTEGER", unit: "days" },
  { name: "frequency", type: "INTEGER", unit: "count" },
  { name: "recency", type: "DOUBLE", unit: "days" },
  { name: "t_age", type: "DOUBLE", unit: "days" },
  { name: "first_order_on", type: "DATE" },
  { name: "purchases_after", type: "INTEGER", unit: "count" },
  { name: "n_customers", type: "INTEGER", unit: "count" },
];

/** Purchase histories at two earlier cuts with how many purchases followed in 90 days, equal ones as one row, all of it known by the
 *  day. Beyond 4,000 rows a share is drawn by what the rows say. */
export const earlierCounts = defineStep({
  name: "earlier_counts",
  version: 1,
  title: "Purchases after earlier cuts",
  stage: "features",
  scope: "brand",
  timing: "as_of",
  inputs: {
    transactions: { step: "transactions", output: "transactions" },
    ...atCuts("purchase_summary", cuts),
  },
  params: {},
  isDrawn: true,
  outputs: [{ name: "earlier_counts", kind: "parquet", columns }],
  run: async (context) => {
    const asOf = `DATE ${literal(context.asOf)}`;
    await context.output.query(
      "earlier_counts",
      `WITH before AS (${rowsAtCuts(context, cuts, ["frequency", "recency", "t_age", "first_order_on"]).join(" UNION ALL ")}),
       after AS (
         SELECT b.cut_days, b.customer_id, count(*) AS n FROM before b JOIN ${context.relation("transactions")} t ON t.customer_id = b.customer_id
           AND t.day > ${asOf} - b.cut_days AND t.day <= ${asOf} - b.cut_days + ${judgedDays} GROUP BY ALL),
       grouped AS (
         SELECT CAST(cut_days AS INTEGER) AS cut_days, frequency, recency, t_age, first_order_on, CAST(coalesce(n, 0) AS INTEGER) AS purchases_after,
                CAST(count(*) AS INTEGER) AS n_customers
         FROM before LEFT JOIN after USING (cut_days, customer_id) GROUP BY ALL),
       size AS (SELECT count(*) AS n FROM grouped)
       SELECT * FROM grouped WHERE ${drawnShare(mostRows, "cut_days || '|' || frequency || '|' || recency || '|' || t_age || '|' || purchases_after")}
       ORDER BY cut_days, frequency, recency, t_age, purchases_after`,
    );
  },
});

import type { Column } from "../../shared/domain/column.ts";
import { literal } from "../engine/sql.ts";
import { defineStep } from "../engine/step-context.ts";
import { assignedSql, campaignDays } from "./campaign-outcomes.ts";

const outcomes = ["revenue", "bought"] as const;
const parts = ["y", "yy", "x", "xx", "xy"] as const;

const columns: readonly Column[] = [
  { name: "campaign_id", type: "VARCHAR" },
  { name: "variant", type: "VARCHAR" },
  { name: "is_control", type: "DOUBLE" },
  { name: "started_on", type: "DATE" },
  { name: "elapsed_days", type: "DOUBLE", unit: "days" },
  { name: "n", type: "DOUBLE", unit: "count" },
  { name: "n_buyers", type: "DOUBLE", unit: "count" },
  ...outcomes.flatMap((outcome) => parts.map((part): Column => ({ name: `${outcome}_${part}`, type: "DOUBLE" }))),
];

/** Groups of each campaign that a source tells of: sums of revenue and of whether somebody bought within 30 days after the draw (as far as
 *  they have passed), and of the same in the year before, with their squares and products. */
export const campaignMoments = defineStep({
  name: "campaign_moments",
  version: 1,
  title: "Groups of campaigns",
  stage: "features",
  scope: "brand",
  timing: "as_of",
  inputs: {
    assignments: { step: "activity", output: "campaign_assignments" },
    transactions: { step: "transactions", output: "transactions" },
  },
  params: {},
  settings: ["time_zone"],
  outputs: [{ name: "campaign_moments", kind: "parquet", columns }],
  run: async (context) => {
    const asOf = `DATE ${literal(context.asOf)}`;
    const sums = (outcome: string, known: string) =>
      [
        ["y", outcome],
        ["yy", `${outcome} * ${outcome}`],
        ["x", known],
        ["xx", `${known} * ${known}`],
        ["xy", `${outcome} * ${known}`],
      ]
        .map(([part, sql]) => `CAST(sum(CAST(${sql} AS HUGEINT)) AS DOUBLE) AS ${outcome}_${part}`)
        .join(", ");
    await context.output.query(
      "campaign_moments",
      `WITH ${assignedSql(context)}, drawn AS (SELECT * FROM assigned WHERE day <= ${asOf}),
        people AS (
          SELECT a.campaign_id, a.customer_id, any_value(a.variant) AS variant, any_value(a.is_control) AS is_control, any_value(a.day) AS day,
            coalesce(sum(t.revenue_minor) FILTER (t.day > a.day AND t.day <= a.day + ${campaignDays} AND t.day <= ${asOf}), 0) AS revenue,
            CAST(count(t.day) FILTER (t.day > a.day AND t.day <= a.day + ${campaignDays} AND t.day <= ${asOf}) > 0 AS INTEGER) AS bought,
            coalesce(sum(t.revenue_minor) FILTER (t.day <= a.day), 0) AS revenue_before, count(t.day) FILTER (t.day <= a.day) AS days_before
          FROM drawn a LEFT JOIN ${context.relation("transactions")} t ON t.customer_id = a.customer_id AND t.day > a.day - 365 AND t.day <= a.day + ${campaignDays}
          GROUP BY a.campaign_id, a.customer_id)
      SELECT campaign_id, variant, CAST(is_control AS DOUBLE) AS is_control, max(day) AS started_on, CAST(greatest(0, least(${campaignDays}, ${asOf} - max(day))) AS DOUBLE) AS elapsed_days, CAST(count(*) AS DOUBLE) AS n,
        CAST(sum(bought) AS DOUBLE) AS n_buyers, ${sums("revenue", "revenue_before")}, ${sums("bought", "days_before")}
      FROM people GROUP BY campaign_id, variant, is_control ORDER BY campaign_id, variant, is_control`,
    );
  },
});

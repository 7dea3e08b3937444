import { lakeStepOf, lakeTargets } from "../../shared/domain/lake.ts";
import { literal } from "../engine/sql.ts";
import { defineStep, type StepContext } from "../engine/step-context.ts";
import { daySql } from "../engine/zone-shifts.ts";

/** The instant or day that dates a row of a table. */
const datedBy: Readonly<Record<string, string>> = {
  customers: "created_at",
  orders: "ordered_at",
  order_lines: "ordered_at",
  returns: "returned_at",
  consents: "occurred_at",
  web_events: "occurred_at",
  message_events: "occurred_at",
  events: "occurred_at",
  campaign_assignments: "assigned_at",
};
const datedOn: Readonly<Record<string, string>> = {
  exchange_rates: "valid_on",
  third_party: "valid_from",
  marketing_costs: "spent_on",
};

/** Rows of each source by table, from when to when, how many of its orders, lines and returns have a customer, and how many
 *  lines and returns have a product that the catalogue knows. */
export const sourceQuality = defineStep({
  name: "source_quality",
  version: 3,
  title: "Quality of sources",
  stage: "profiles",
  scope: "brand",
  timing: "none",
  inputs: {
    ...Object.fromEntries(lakeTargets.map(({ table }) => [table, { step: lakeStepOf(table), output: table }])),
    order_customers: { step: "customer_ids", output: "order_customers" },
  },
  params: {},
  settings: ["time_zone"],
  outputs: [
    {
      name: "source_quality",
      kind: "parquet",
      columns: [
        { name: "source", type: "VARCHAR" },
        { name: "table_name", type: "VARCHAR" },
        { name: "n_rows", type: "BIGINT" },
        { name: "n_with_customer", type: "BIGINT" },
        { name: "n_with_product", type: "BIGINT" },
        { name: "first_on", type: "DATE" },
        { name: "last_on", type: "DATE" },
      ],
    },
  ],
  run: async (context) => {
    await context.output.query(
      "source_quality",
      `SELECT * FROM (${lakeTargets.map(({ table }) => tableSql(context, table)).join(" UNION ALL ")}) ORDER BY source, table_name`,
    );
  },
});

function tableSql(context: StepContext, table: string): string {
  const ofOrder = ["orders", "order_lines", "returns"].includes(table);
  const ofProduct = ["order_lines", "returns"].includes(table);
  const at = datedBy[table];
  const on = datedOn[table];
  const dated = (end: "min" | "max") =>
    on ? `${end}(t.${on})` : at ? daySql(`${end}(t.${at})`, context.brand.timeZone) : "CAST(NULL AS DATE)";
  const customers = `LEFT JOIN ${context.relation("order_customers")} c ON c.order_id = t.order_id AND c.key_space = t.key_space`;
  const products = `LEFT JOIN (SELECT DISTINCT key_space, product_id FROM ${context.relation("products")}) p ON p.product_id = t.product_id AND p.key_space = t.key_space`;
  return `SELECT t.source, ${literal(table)} AS table_name, count(*) AS n_rows, ${ofOrder ? "count(c.customer_id)" : "CAST(NULL AS BIGINT)"} AS n_with_customer,
      ${ofProduct ? "count(p.product_id)" : "CAST(NULL AS BIGINT)"} AS n_with_product, ${dated("min")} AS first_on, ${dated("max")} AS last_on
    FROM ${context.relation(table)} t ${ofOrder ? customers : ""} ${ofProduct ? products : ""} GROUP BY t.source`;
}

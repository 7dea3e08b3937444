import type { Session } from "../engine/duckdb.ts";
import { literal } from "../engine/sql.ts";
import { type RawTable, rawColumn, trimmedSql } from "./raw.ts";

/** Whether the header is Shopify's order export. */
export function isShopifyOrders(columns: readonly string[]): boolean {
  const names = new Set(columns.map((name) => name.trim().toLowerCase()));
  return ["name", "lineitem quantity", "lineitem price", "financial status"].every((name) => names.has(name));
}

const orderFields = [
  "Email",
  "Financial Status",
  "Created at",
  "Currency",
  "Subtotal",
  "Shipping",
  "Taxes",
  "Total",
  "Discount Code",
  "Discount Amount",
  "Accepts Marketing",
  "Phone",
  "Billing Phone",
  "Billing Name",
  "Billing Address1",
  "Billing City",
  "Billing Zip",
  "Billing Province",
  "Billing Country",
  "Cancelled at",
  "Fulfilled at",
  "Refunded Amount",
  "Paid at",
];

/** Adds to the raw order export what its rows leave out: order fields on every line of an order, the line's number, its share
 *  of the order's discount, the order's amount before discount and its state. */
export async function reshapeShopifyOrders(session: Session, raw: RawTable): Promise<RawTable> {
  const at = (name: string) => raw.columns.findIndex((column) => column.trim().toLowerCase() === name.toLowerCase());
  const column = (name: string) =>
    at(name) < 0 ? "CAST(NULL AS VARCHAR)" : `nullif(${trimmedSql(rawColumn(at(name)))}, '')`;
  const number = (text: string) =>
    `coalesce(TRY_CAST(regexp_replace(${text}, '[^0-9.-]', '', 'g') AS DECIMAL(18,2)), 0)`;
  const own = raw.columns.map((name, index) => {
    const isOrderField = orderFields.some((field) => field.toLowerCase() === name.trim().toLowerCase());
    return isOrderField
      ? `first_value(${rawColumn(index)} IGNORE NULLS) OVER orders AS ${rawColumn(index)}`
      : rawColumn(index);
  });
  const filled = (name: string) => (at(name) < 0 ? "CAST(NULL AS VARCHAR)" : rawColumn(at(name)));
  const next = raw.columns.length;
  const added = ["Line", "Gross", "Order status", "Line discount", "Refund", "Refunded at", "Customer key"];
  const table = `${raw.table}_shopify`;
  const lineAmount = `${number(column("Lineitem quantity"))} * ${number(column("Lineitem price"))}`;
  const lineDiscount = number(column("Lineitem discount"));
  await session.run(`CREATE TEMP TABLE ${table} AS
    WITH cleaned AS (SELECT source_row, line, ${raw.columns.map((_, index) => `nullif(${trimmedSql(rawColumn(index))}, '') AS ${rawColumn(index)}`).join(", ")} FROM ${raw.table}),
    filled AS (
      SELECT source_row, line, ${own.join(", ")}, row_number() OVER (PARTITION BY ${filled("Name")} ORDER BY source_row) AS line_number,
             ${lineAmount} AS line_amount, ${lineDiscount} AS line_discount
      FROM cleaned WINDOW orders AS (PARTITION BY ${filled("Name")} ORDER BY source_row ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)),
    shared AS (
      SELECT *, greatest(0, ${number(filled("Discount Amount"))} - sum(line_discount) OVER by_order) AS to_share,
             sum(greatest(0, line_amount - line_discount)) OVER by_order AS whole,
             sum(greatest(0, line_amount - line_discount)) OVER (PARTITION BY ${filled("Name")} ORDER BY source_row) AS so_far,
             greatest(0, line_amount - line_discount) AS own_amount
      FROM filled WINDOW by_order AS (PARTITION BY ${filled("Name")}))
    SELECT source_row, line, ${raw.columns.map((_, index) => rawColumn(index)).join(", ")},
      CAST(line_number AS VARCHAR) AS ${rawColumn(next)},
      CAST(${number(filled("Subtotal"))} + ${number(filled("Discount Amount"))} AS VARCHAR) AS ${rawColumn(next + 1)},
      CASE WHEN ${filled("Cancelled at")} IS NOT NULL THEN 'cancelled' ELSE lower(${filled("Financial Status")}) END AS ${rawColumn(next + 2)},
      CAST(line_discount + CASE WHEN whole > 0 THEN round(to_share * so_far / whole, 2) - round(to_share * (so_far - own_amount) / whole, 2) ELSE 0 END AS VARCHAR) AS ${rawColumn(next + 3)},
      CASE WHEN ${number(filled("Refunded Amount"))} > 0 THEN ${filled("Refunded Amount")} END AS ${rawColumn(next + 4)},
      coalesce(${filled("Cancelled at")}, ${filled("Fulfilled at")}, ${filled("Created at")}) AS ${rawColumn(next + 5)},
      coalesce(${filled("Email")}, ${filled("Phone")}, ${literal("")}) AS ${rawColumn(next + 6)}
    FROM shared ORDER BY source_row`);
  return { ...raw, table, columns: [...raw.columns, ...added] };
}

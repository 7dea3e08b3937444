import type { Column } from "../../shared/domain/column.ts";
import { literal } from "../engine/sql.ts";
import { defineStep } from "../engine/step-context.ts";
import { bucketSql, daySql } from "./bucket.ts";

const lake = (output: string) => ({ step: "lake", output });

const lineColumns: readonly Column[] = [
  { name: "customer_id", type: "VARCHAR" },
  { name: "key_space", type: "VARCHAR" },
  { name: "order_id", type: "VARCHAR" },
  { name: "line_id", type: "VARCHAR" },
  { name: "source", type: "VARCHAR" },
  { name: "ordered_at", type: "TIMESTAMP" },
  { name: "day", type: "DATE" },
  { name: "product_id", type: "VARCHAR" },
  { name: "category", type: "VARCHAR" },
  { name: "quantity", type: "DECIMAL(18,4)" },
  { name: "unit_price_minor", type: "DECIMAL(18,4)", unit: "minor" },
  { name: "list_price_minor", type: "DECIMAL(18,4)", unit: "minor" },
  { name: "revenue_minor", type: "BIGINT", unit: "minor" },
  { name: "channel", type: "VARCHAR" },
  { name: "status", type: "VARCHAR" },
  { name: "is_purchase", type: "BOOLEAN" },
  { name: "is_returned", type: "BOOLEAN" },
  { name: "currency", type: "VARCHAR" },
];
const returnColumns: readonly Column[] = [
  { name: "customer_id", type: "VARCHAR" },
  { name: "key_space", type: "VARCHAR" },
  { name: "return_id", type: "VARCHAR" },
  { name: "order_id", type: "VARCHAR" },
  { name: "line_id", type: "VARCHAR" },
  { name: "returned_on", type: "DATE" },
  { name: "quantity", type: "DECIMAL(18,4)" },
  { name: "refund_minor", type: "BIGINT", unit: "minor" },
];

/** States of an order that was undone before it was a purchase. */
const undone = ["cancelled", "canceled", "voided", "void", "unavailable", "failed", "declined", "storniert"];

/** Order lines of known customers, with what a purchase is and what it brought. A purchase is an order that isn't undone and
 *  has a line with quantity and price above 0 (in a source without lines: any order, also at 0). Revenue is goods after all
 *  discounts; other currencies are converted at the order day's rate, without one they have no revenue. */
export const purchaseLines = defineStep({
  name: "purchase_lines",
  version: 1,
  title: "Lines of known customers",
  stage: "customers",
  scope: "brand",
  timing: "none",
  inputs: {
    lines: lake("order_lines"),
    orders: lake("orders"),
    products: lake("products"),
    returns: lake("returns"),
    rates: lake("exchange_rates"),
    order_customers: { step: "customer_ids", output: "order_customers" },
  },
  params: {},
  settings: ["currency", "time_zone"],
  usesBuckets: true,
  outputs: [
    { name: "lines", kind: "parquet", columns: lineColumns, isPartitioned: true },
    { name: "returns", kind: "parquet", columns: returnColumns, isPartitioned: true },
    { name: "unconverted", kind: "json" },
  ],
  run: async (context) => {
    const { session, brand, bucketCount } = context;
    const own = literal(brand.currency);
    await session.run(`CREATE TEMP TABLE lines AS
      WITH category_of AS (SELECT key_space, product_id, any_value(category ORDER BY source, source_row) AS category FROM ${context.relation("products")} GROUP BY ALL),
      rates AS (SELECT currency, valid_on, rate FROM ${context.relation("rates")}),
      priced AS (
        SELECT c.customer_id, l.key_space, l.order_id, l.line_id, l.source, coalesce(l.ordered_at, o.ordered_at) AS ordered_at, l.product_id, l.quantity, l.unit_price_minor, l.list_price_minor,
               l.amount_minor, o.channel, lower(o.status) AS status, l.is_returned, coalesce(l.currency, o.currency, ${own}) AS currency
        FROM ${context.relation("lines")} l
        JOIN ${context.relation("order_customers")} c ON c.order_id = l.order_id AND c.key_space = l.key_space
        LEFT JOIN ${context.relation("orders")} o ON o.order_id = l.order_id AND o.key_space = l.key_space),
      dated AS (SELECT *, ${daySql("ordered_at", brand.timeZone)} AS day FROM priced),
      valued AS (
        SELECT d.*, p.category, CASE WHEN d.currency = ${own} THEN d.amount_minor WHEN r.rate IS NOT NULL THEN CAST(round(d.amount_minor * r.rate) AS BIGINT) END AS revenue_minor,
               CAST(coalesce(r.rate, 1) AS DECIMAL(18,6)) AS rate
        FROM dated d LEFT JOIN category_of p ON p.product_id = d.product_id AND p.key_space = d.key_space
        LEFT JOIN rates r ON r.currency = d.currency AND r.valid_on = d.day)
      SELECT *, coalesce(status, '') NOT IN (${undone.map(literal).join(", ")}) AND ordered_at IS NOT NULL
          AND (bool_or(quantity > 0 AND coalesce(unit_price_minor, 0) > 0) OVER one_order OR bool_and(product_id IS NULL AND line_id = '1' AND unit_price_minor IS NOT DISTINCT FROM CAST(amount_minor AS DECIMAL(18,4))) OVER one_order) AS is_purchase,
          ${bucketSql("customer_id", bucketCount)} AS bucket
      FROM valued WINDOW one_order AS (PARTITION BY key_space, order_id)`);
    await session.run(`CREATE TEMP TABLE given_back AS
      SELECT c.customer_id, r.key_space, r.return_id, r.order_id, r.line_id, ${daySql("r.returned_at", brand.timeZone)} AS returned_on, r.quantity, r.refund_minor, ${bucketSql("c.customer_id", bucketCount)} AS bucket
      FROM ${context.relation("returns")} r JOIN ${context.relation("order_customers")} c ON c.order_id = r.order_id AND c.key_space = r.key_space`);
    for (let bucket = 0; bucket < bucketCount; bucket++) {
      await context.output.query("lines", `SELECT ${lineColumns.map(({ name }) => name).join(", ")} FROM lines WHERE bucket = ${bucket} ORDER BY customer_id, key_space, order_id, line_id, source`, bucket);
      await context.output.query("returns", `SELECT ${returnColumns.map(({ name }) => name).join(", ")} FROM given_back WHERE bucket = ${bucket} ORDER BY customer_id, key_space, order_id, line_id, return_id, returned_on, refund_minor`, bucket);
    }
    const [unconverted = {}] = await session.rows("SELECT count(*) AS lines, count(DISTINCT currency) AS currencies FROM lines WHERE revenue_minor IS NULL AND amount_minor IS NOT NULL");
    await context.output.json("unconverted", unconverted);
  },
});

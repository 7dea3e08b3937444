import type { Column } from "../../shared/domain/column.ts";
import { writeOwnSpan } from "../engine/spans.ts";
import { defineStep, type StepContext } from "../engine/step-context.ts";
import { daySql } from "../engine/zone-shifts.ts";
import { bucketSql } from "./bucket.ts";
import { convertedLinesSql, currencyDigits, orderFacts } from "./purchase-rules.ts";

const lake = (output: string) => ({ step: "lake", output });
const price = (name: string): Column => ({ name, type: "DECIMAL(18,4)", unit: "minor" });
const money = (name: string): Column => ({ name, type: "BIGINT", unit: "minor" });

export const lineColumns: readonly Column[] = [
  { name: "customer_id", type: "VARCHAR" },
  { name: "key_space", type: "VARCHAR" },
  { name: "order_id", type: "VARCHAR" },
  { name: "line_id", type: "VARCHAR" },
  { name: "source", type: "VARCHAR" },
  { name: "ordered_at", type: "TIMESTAMP" },
  { name: "day", type: "DATE" },
  { name: "product_id", type: "VARCHAR" },
  { name: "category", type: "VARCHAR" },
  { name: "brand", type: "VARCHAR" },
  { name: "size", type: "VARCHAR" },
  { name: "colour", type: "VARCHAR" },
  { name: "store_id", type: "VARCHAR" },
  { name: "quantity", type: "DECIMAL(18,4)" },
  price("unit_price_minor"),
  price("list_price_minor"),
  money("discount_minor"),
  money("revenue_minor"),
  { name: "channel", type: "VARCHAR" },
  { name: "status", type: "VARCHAR" },
  { name: "is_cancelled", type: "BOOLEAN" },
  { name: "is_purchase", type: "BOOLEAN" },
  { name: "is_returned", type: "BOOLEAN" },
  { name: "currency", type: "VARCHAR" },
];
const detailColumns: readonly Column[] = [
  { name: "key_space", type: "VARCHAR" },
  { name: "order_id", type: "VARCHAR" },
  { name: "line_id", type: "VARCHAR" },
  { name: "source", type: "VARCHAR" },
  { name: "size", type: "VARCHAR" },
  { name: "delivered_on", type: "DATE" },
];

/** SQL of what only some lines carry: their own size, and when they were delivered. */
function detailsSql(context: StepContext): string {
  return `SELECT key_space, order_id, line_id, source, any_value(size ORDER BY source_row) AS size,
      any_value(${daySql("delivered_at", context.brand.timeZone)} ORDER BY source_row) AS delivered_on
    FROM ${context.relation("lines")} WHERE size IS NOT NULL OR delivered_at IS NOT NULL GROUP BY key_space, order_id, line_id, source`;
}

/** Order lines of known customers, with what a purchase is and what it brought. A purchase is an order that isn't undone and
 *  has a line with quantity and price above 0 (in a source without lines: any order, also at 0). Money is in the brand's
 *  currency: other currencies at the order day's rate, NULL without one. */
export const purchaseLines = defineStep({
  name: "purchase_lines",
  version: 8,
  title: "Lines of known customers",
  stage: "customers",
  scope: "brand",
  timing: "none",
  isPerSpan: true,
  inputs: {
    lines: lake("order_lines"),
    beside: lake("lines_beside"),
    orders: lake("orders"),
    orders_beside: lake("orders_beside"),
    rates: lake("exchange_rates"),
    products: { step: "sold_products", output: "known" },
    sources: { step: "line_facts", output: "sources", spans: "all" },
    order_customers: { step: "order_buyers", output: "buyers" },
  },
  params: {},
  settings: ["currency", "time_zone"],
  usesBuckets: true,
  outputs: [
    { name: "lines", kind: "parquet", columns: lineColumns, isPartitioned: true, isSpanned: true },
    { name: "details", kind: "parquet", columns: detailColumns, isSpanned: true },
    { name: "unconverted", kind: "json" },
  ],
  run: async (context) => {
    const { session, bucketCount } = context;
    const orders = `(SELECT * FROM ${context.relation("orders")} UNION ALL SELECT * FROM ${context.relation("orders_beside")})`;
    const facts = await orderFacts(context, orders);
    const digits = await currencyDigits(context, [context.relation("lines"), orders]);
    await session.run(
      `CREATE TEMP TABLE lines AS SELECT *, ${bucketSql("customer_id", bucketCount)} AS bucket FROM (${convertedLinesSql(context, digits, facts)})`,
    );
    const columnsOf = (columns: readonly Column[]) => columns.map(({ name }) => name).join(", ");
    await writeOwnSpan(context, {
      ...{ output: "lines", from: "lines", columns: columnsOf(lineColumns), buckets: bucketCount },
      order: "customer_id, key_space, order_id, line_id, source, product_id, quantity, revenue_minor",
    });
    await writeOwnSpan(context, {
      ...{ output: "details", from: `(${detailsSql(context)})`, columns: columnsOf(detailColumns) },
      order: "key_space, order_id, line_id, source",
    });
    const [unconverted = {}] = await session.rows(
      "SELECT count(*) AS lines, count(DISTINCT currency) AS currencies FROM lines WHERE revenue_minor IS NULL AND amount_minor IS NOT NULL",
    );
    await context.output.json("unconverted", unconverted);
  },
});

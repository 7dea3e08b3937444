import type { Column } from "../../shared/domain/column.ts";
import { defineStep, type StepContext } from "../engine/step-context.ts";
import { bucketSql, daySql } from "./bucket.ts";
import { convertedLinesSql, currencyDigits, givenBackSql, orderFacts } from "./purchase-rules.ts";
import { spanSql, writeSpans } from "./spans.ts";

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
const returnColumns: readonly Column[] = [
  { name: "customer_id", type: "VARCHAR" },
  { name: "key_space", type: "VARCHAR" },
  { name: "return_id", type: "VARCHAR" },
  { name: "order_id", type: "VARCHAR" },
  { name: "line_id", type: "VARCHAR" },
  { name: "product_id", type: "VARCHAR" },
  { name: "returned_on", type: "DATE" },
  { name: "known_on", type: "DATE" },
  { name: "quantity", type: "DECIMAL(18,4)" },
  money("refund_minor"),
  { name: "reason", type: "VARCHAR" },
  { name: "is_of_cancelled", type: "BOOLEAN" },
];

const detailColumns: readonly Column[] = [
  { name: "key_space", type: "VARCHAR" },
  { name: "order_id", type: "VARCHAR" },
  { name: "line_id", type: "VARCHAR" },
  { name: "source", type: "VARCHAR" },
  { name: "size", type: "VARCHAR" },
  { name: "delivered_on", type: "DATE" },
];

const goodsColumns: readonly Column[] = [
  { name: "key_space", type: "VARCHAR" },
  { name: "product_id", type: "VARCHAR" },
  { name: "subcategory", type: "VARCHAR" },
  { name: "size", type: "VARCHAR" },
  { name: "name", type: "VARCHAR" },
];

/** SQL of what the catalogue says of each product of a line, wherever it was said last: a delivery that says it again changes
 *  nothing, and what is new in the shop nothing of the days before it was first ordered. */
function goodsSql(context: StepContext): string {
  const first = (column: string) => `any_value(${column} ORDER BY source, source_row)`;
  return `SELECT key_space, product_id, ${first("subcategory")} AS subcategory, ${first("size")} AS size, ${first("lower(name)")} AS name, min(span) AS span
    FROM ${context.relation("products")} JOIN (SELECT key_space, product_id, min(span) AS span FROM lines GROUP BY ALL) USING (key_space, product_id)
    GROUP BY key_space, product_id`;
}

/** SQL of what only some lines carry: their own size, and when they were delivered. */
function detailsSql(context: StepContext): string {
  return `SELECT key_space, order_id, line_id, source, any_value(size ORDER BY source_row) AS size,
      any_value(${daySql("delivered_at", context.brand.timeZone)} ORDER BY source_row) AS delivered_on, min(${daySql("ordered_at", context.brand.timeZone)}) AS day
    FROM ${context.relation("lines")} WHERE size IS NOT NULL OR delivered_at IS NOT NULL GROUP BY key_space, order_id, line_id, source`;
}

/** Order lines of known customers, with what a purchase is and what it brought. A purchase is an order that isn't undone and
 *  has a line with quantity and price above 0 (in a source without lines: any order, also at 0). Money is in the brand's
 *  currency: other currencies at the order day's rate, NULL without one. `known_on` of a return is its own day, else its order's. */
export const purchaseLines = defineStep({
  name: "purchase_lines",
  version: 7,
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
  usesSpans: true,
  outputs: [
    { name: "lines", kind: "parquet", columns: lineColumns, isPartitioned: true, isSpanned: true },
    { name: "returns", kind: "parquet", columns: returnColumns, isPartitioned: true, isSpanned: true },
    { name: "details", kind: "parquet", columns: detailColumns, isSpanned: true },
    { name: "goods", kind: "parquet", columns: goodsColumns, isSpanned: true },
    { name: "unconverted", kind: "json" },
  ],
  run: async (context) => {
    const { session, bucketCount, spanEnds } = context;
    const [digits, facts] = [await currencyDigits(context), await orderFacts(context)];
    const placed = (day: string) =>
      `${bucketSql("customer_id", bucketCount)} AS bucket, ${spanSql(day, spanEnds)} AS span`;
    await session.run(
      `CREATE TEMP TABLE lines AS SELECT *, ${placed("day")} FROM (${convertedLinesSql(context, digits, facts)})`,
    );
    await session.run(
      `CREATE TEMP TABLE given_back AS SELECT *, ${placed("known_on")} FROM (${givenBackSql(context, digits, facts)})`,
    );
    const columnsOf = (columns: readonly Column[]) => columns.map(({ name }) => name).join(", ");
    await writeSpans(context, {
      ...{ output: "lines", from: "lines", columns: columnsOf(lineColumns), buckets: bucketCount },
      order: "customer_id, key_space, order_id, line_id, source, product_id, quantity, revenue_minor",
    });
    await writeSpans(context, {
      ...{ output: "returns", from: "given_back", columns: columnsOf(returnColumns), buckets: bucketCount },
      order: "customer_id, key_space, order_id, line_id, return_id, returned_on, product_id, quantity, refund_minor",
    });
    await session.run(
      `CREATE TEMP TABLE details AS SELECT *, ${spanSql("day", spanEnds)} AS span FROM (${detailsSql(context)})`,
    );
    await writeSpans(context, {
      ...{ output: "details", from: "details", columns: columnsOf(detailColumns) },
      order: "key_space, order_id, line_id, source",
    });
    await session.run(`CREATE TEMP TABLE goods AS ${goodsSql(context)}`);
    await writeSpans(context, {
      ...{ output: "goods", from: "goods", columns: columnsOf(goodsColumns) },
      order: "key_space, product_id",
    });
    const [unconverted = {}] = await session.rows(
      "SELECT count(*) AS lines, count(DISTINCT currency) AS currencies FROM lines WHERE revenue_minor IS NULL AND amount_minor IS NOT NULL",
    );
    await context.output.json("unconverted", unconverted);
  },
});

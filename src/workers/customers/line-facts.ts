import type { Column } from "../../shared/domain/column.ts";
import { writeOwnSpan, writeSpans } from "../engine/spans.ts";
import { defineStep } from "../engine/step-context.ts";

const text = (name: string): Column => ({ name, type: "VARCHAR" });

/** What the delivered lines of a span say of their sources and products. A source is without lines where each of its lines was made
 *  from an order: without product, number 1, quantity 1 and nothing else that only a line carries. */
export const lineFacts = defineStep({
  name: "line_facts",
  version: 1,
  title: "Sources and products of lines",
  stage: "customers",
  scope: "brand",
  timing: "none",
  isPerSpan: true,
  inputs: { lines: { step: "lake", output: "order_lines" } },
  params: {},
  outputs: [
    {
      name: "sources",
      kind: "parquet",
      columns: [text("source"), { name: "is_lineless", type: "BOOLEAN" }],
      isSpanned: true,
    },
    { name: "sold", kind: "parquet", columns: [text("key_space"), text("product_id")], isSpanned: true },
  ],
  run: async (context) => {
    const lines = context.relation("lines");
    await writeOwnSpan(context, {
      ...{ output: "sources", columns: "source, is_lineless", order: "source" },
      from: `(SELECT source, bool_and(product_id IS NULL AND line_id = '1' AND quantity = 1 AND list_price_minor IS NULL AND discount_minor IS NULL
        AND is_returned IS NULL AND delivered_at IS NULL AND size IS NULL AND colour IS NULL AND unit_price_minor IS NOT DISTINCT FROM CAST(amount_minor AS DECIMAL(18,4))) AS is_lineless
        FROM ${lines} GROUP BY source)`,
    });
    await writeOwnSpan(context, {
      ...{ output: "sold", columns: "key_space, product_id", order: "key_space, product_id" },
      from: `(SELECT DISTINCT key_space, product_id FROM ${lines} WHERE product_id IS NOT NULL)`,
    });
  },
});

const knownColumns: readonly Column[] = ["key_space", "product_id", "category", "brand", "size", "colour"].map(text);
const goodsColumns: readonly Column[] = ["key_space", "product_id", "subcategory", "size", "name"].map(text);
const namesOf = (columns: readonly Column[]) => columns.map(({ name }) => name).join(", ");

/** What the catalogue says of each product of a line, wherever it was said last: a delivery that says it again changes nothing, and
 *  what is new in the shop nothing of the days before it was first ordered. `known` lies in every span that it was sold in, `goods` in the
 *  first. */
export const soldProducts = defineStep({
  name: "sold_products",
  version: 1,
  title: "Products of lines",
  stage: "customers",
  scope: "brand",
  timing: "none",
  inputs: {
    products: { step: "lake", output: "products" },
    sold: { step: "line_facts", output: "sold" },
  },
  params: {},
  usesSpans: true,
  outputs: [
    { name: "known", kind: "parquet", columns: knownColumns, isSpanned: true },
    { name: "goods", kind: "parquet", columns: goodsColumns, isSpanned: true },
  ],
  run: async (context) => {
    const { session, spanEnds } = context;
    const spans = [...spanEnds, ""].map((_, span) => span);
    const sold = spans.map(
      (span) => `SELECT key_space, product_id, ${span} AS span FROM ${context.relation("sold", span)}`,
    );
    await session.run(`CREATE TEMP TABLE sold AS ${sold.join(" UNION ALL ")}`);
    const first = (column: string) => `any_value(${column} ORDER BY source, source_row)`;
    await session.run(`CREATE TEMP TABLE product AS
      SELECT key_space, product_id, ${first("category")} AS category, ${first("subcategory")} AS subcategory, ${first("brand")} AS brand,
             ${first("size")} AS size, ${first("colour")} AS colour, ${first("lower(name)")} AS name
      FROM ${context.relation("products")} SEMI JOIN sold USING (key_space, product_id) GROUP BY ALL`);
    const joined = (from: string) => `(SELECT p.*, s.span FROM product p JOIN ${from} s USING (key_space, product_id))`;
    const order = "key_space, product_id";
    const known = { output: "known", from: joined("sold"), columns: namesOf(knownColumns), order };
    await writeSpans(context, { ...known, isReadApart: true });
    const once = "(SELECT key_space, product_id, min(span) AS span FROM sold GROUP BY ALL)";
    await writeSpans(context, { output: "goods", from: joined(once), columns: namesOf(goodsColumns), order });
  },
});

/** Orders with their customer in every span that a row of theirs lies in. */
export const orderBuyers = defineStep({
  name: "order_buyers",
  version: 1,
  title: "Customers of orders",
  stage: "customers",
  scope: "brand",
  timing: "none",
  inputs: {
    orders: { step: "lake", output: "orders" },
    beside: { step: "lake", output: "orders_beside" },
    order_customers: { step: "customer_ids", output: "order_customers" },
  },
  params: {},
  usesSpans: true,
  outputs: [
    {
      name: "buyers",
      kind: "parquet",
      columns: [text("key_space"), text("order_id"), text("customer_id")],
      isSpanned: true,
    },
  ],
  run: async (context) => {
    for (const span of [...context.spanEnds, ""].keys()) {
      const here = ["orders", "beside"].map(
        (input) => `SELECT key_space, order_id FROM ${context.relation(input, span)}`,
      );
      await context.output.query(
        "buyers",
        `SELECT key_space, order_id, customer_id FROM ${context.relation("order_customers")} SEMI JOIN (${here.join(" UNION ALL ")}) USING (key_space, order_id)
         ORDER BY key_space, order_id`,
        undefined,
        span,
      );
    }
  },
});

import type { Column } from "../../shared/domain/column.ts";
import { spanSql, writeSpans } from "../engine/spans.ts";
import { defineStep } from "../engine/step-context.ts";
import { bucketSql } from "./bucket.ts";
import { currencyDigits, givenBackSql, orderFacts } from "./purchase-rules.ts";

const lake = (output: string) => ({ step: "lake", output });
const money = (name: string): Column => ({ name, type: "BIGINT", unit: "minor" });

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

/** Returns of known customers' orders, in the brand's currency. `known_on` is a return's own day, else its order's. */
export const purchaseReturns = defineStep({
  name: "purchase_returns",
  version: 1,
  title: "Returns of known customers",
  stage: "customers",
  scope: "brand",
  timing: "none",
  inputs: {
    orders: lake("orders"),
    returns: lake("returns"),
    rates: lake("exchange_rates"),
    order_customers: { step: "customer_ids", output: "order_customers" },
  },
  params: {},
  settings: ["currency", "time_zone"],
  usesBuckets: true,
  usesSpans: true,
  outputs: [{ name: "returns", kind: "parquet", columns: returnColumns, isPartitioned: true, isSpanned: true }],
  run: async (context) => {
    const { session, bucketCount, spanEnds } = context;
    await session.run(
      `CREATE TEMP TABLE returned AS SELECT * FROM ${context.relation("orders")}
         SEMI JOIN (SELECT key_space, order_id FROM ${context.relation("returns")}) USING (key_space, order_id)`,
    );
    const [digits, facts] = [await currencyDigits(context, ["returned"]), await orderFacts(context, "returned")];
    const placed = `${bucketSql("customer_id", bucketCount)} AS bucket, ${spanSql("known_on", spanEnds)} AS span`;
    await session.run(
      `CREATE TEMP TABLE given_back AS SELECT *, ${placed} FROM (${givenBackSql(context, digits, facts)})`,
    );
    const columns = returnColumns.map(({ name }) => name).join(", ");
    await writeSpans(context, {
      ...{ output: "returns", from: "given_back", columns, buckets: bucketCount },
      order: "customer_id, key_space, order_id, line_id, return_id, returned_on, product_id, quantity, refund_minor",
    });
  },
});

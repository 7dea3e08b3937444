import type { Column } from "../../shared/domain/column.ts";
import { lakeTable, type LakeTable } from "../../shared/domain/lake.ts";
import { daySql } from "../customers/bucket.ts";
import { transactionColumns } from "../customers/transactions.ts";
import { ident, literal } from "../engine/sql.ts";
import { defineStep, type Step } from "../engine/step-context.ts";
import { behaviourColumns } from "../landing/lake-step.ts";

const customerId: Column = { name: "customer_id", type: "VARCHAR" };
const withoutPii = (table: LakeTable) => behaviourColumns(table).filter(({ pii }) => !pii);

/** How a lake table's rows find their customer, and which day they are cut at. */
const views: readonly { table: string; join: "order" | "record" | "none"; at: string | null }[] = [
  { table: "orders", join: "order", at: "ordered_at" },
  { table: "order_lines", join: "order", at: "ordered_at" },
  { table: "returns", join: "order", at: "returned_at" },
  { table: "customers", join: "record", at: null },
  { table: "products", join: "none", at: null },
  { table: "stores", join: "none", at: null },
  { table: "consents", join: "record", at: "occurred_at" },
];

function viewStep({ table, join, at }: (typeof views)[number]): Step {
  const declared = lakeTable(table);
  if (!declared) throw new RangeError(table);
  const columns = withoutPii(declared);
  const output = { name: table, kind: "parquet" as const, columns: join === "none" ? columns : [customerId, ...columns] };
  return defineStep({
    name: `snapshot_${table}`,
    version: 1,
    title: `Table ${table} of the day`,
    stage: "profiles",
    scope: "brand",
    timing: "as_of",
    inputs: {
      rows: { step: "lake", output: table },
      ...(join === "order" ? { order_customers: { step: "customer_ids", output: "order_customers" } } : {}),
      ...(join === "record" ? { records: { step: "customer_ids", output: "records" } } : {}),
    },
    params: {},
    settings: ["time_zone"],
    outputs: [output],
    run: async (context) => {
      const names = columns.map(({ name }) => `t.${ident(name)}`).join(", ");
      const cut = at ? `WHERE t.${at} IS NULL OR ${daySql(`t.${at}`, context.brand.timeZone)} <= DATE ${literal(context.asOf)}` : "";
      const joined =
        join === "order"
          ? `LEFT JOIN ${context.relation("order_customers")} c ON c.order_id = t.order_id AND c.key_space = t.key_space`
          : join === "record"
            ? `LEFT JOIN (SELECT key_space, source_record_id, min(customer_id) AS customer_id FROM ${context.relation("records")} GROUP BY ALL) c ON c.key_space = t.key_space AND c.source_record_id = t.source_customer_id`
            : "";
      const key = declared.key.length > 0 ? declared.key.map((name) => `t.${ident(name)}`).join(", ") : "t.source";
      await context.output.query(table, `SELECT ${join === "none" ? "" : "c.customer_id, "}${names} FROM ${context.relation("rows")} t ${joined} ${cut} ORDER BY ${key}, t.source, t.batch_id, t.source_row`);
    },
  });
}

const snapshotTransactions = defineStep({
  name: "snapshot_transactions",
  version: 1,
  title: "Customer days up to the day",
  stage: "profiles",
  scope: "bucket",
  timing: "as_of",
  inputs: { transactions: { step: "transactions", output: "transactions" } },
  params: {},
  outputs: [{ name: "transactions", kind: "parquet", columns: transactionColumns }],
  run: async (context) => {
    await context.output.query("transactions", `SELECT ${transactionColumns.map(({ name }) => name).join(", ")} FROM ${context.relation("transactions")} WHERE day <= DATE ${literal(context.asOf)} ORDER BY customer_id, day`);
  },
});

/** The normalised tables as a snapshot shows them: customer joined on, nothing after the day, no contact data. */
export const snapshotLake: readonly Step[] = [...views.map(viewStep), snapshotTransactions];

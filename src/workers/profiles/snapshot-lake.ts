import { addDays, type Day, weekEnd } from "../../shared/base/time.ts";
import type { Column } from "../../shared/domain/column.ts";
import { isSameRow, type LakeTable, lakeStepOf, lakeTable } from "../../shared/domain/lake.ts";
import type { InputReference } from "../../shared/domain/step.ts";
import { addressesSql } from "../customers/activity.ts";
import { lineColumns } from "../customers/purchase-lines.ts";
import { transactionColumns } from "../customers/transactions.ts";
import { ident, literal } from "../engine/sql.ts";
import { defineStep, type Step, type StepContext } from "../engine/step-context.ts";
import { daySql } from "../engine/zone-shifts.ts";
import { behaviourColumns } from "../landing/lake-step.ts";

const customerId: Column = { name: "customer_id", type: "VARCHAR" };
const withoutPii = (table: LakeTable) =>
  behaviourColumns(table).filter(({ pii, name }) => !pii && !["customer_id", "file_number"].includes(name));

type Join = "filed" | "order" | "record" | "person" | "none" | "done";

interface View {
  readonly table: string;
  readonly join: Join;
  /** The instant or the day that its rows are cut at; rows without one stay. */
  readonly at?: string;
  readonly on?: string;
}

/** How a lake table's rows find their customer, and what they are cut at. */
const views: readonly View[] = [
  { table: "orders", join: "filed", at: "t.ordered_at" },
  { table: "order_lines", join: "filed", at: "t.ordered_at" },
  { table: "returns", join: "order", at: "coalesce(t.returned_at, o.ordered_at)" },
  { table: "customers", join: "person", at: "t.created_at" },
  { table: "products", join: "none" },
  { table: "stores", join: "none" },
  { table: "consents", join: "record", at: "t.occurred_at" },
  { table: "message_events", join: "done", at: "t.occurred_at" },
  { table: "web_events", join: "done", at: "t.occurred_at" },
  { table: "events", join: "done", at: "t.occurred_at" },
  { table: "third_party", join: "done", on: "t.valid_from" },
  { table: "campaign_assignments", join: "done", at: "t.assigned_at" },
  { table: "marketing_costs", join: "none", on: "t.spent_on" },
  { table: "exchange_rates", join: "none", on: "t.valid_on" },
];

/** SQL that chooses rows up to a day. Wherever it is, an instant of two days before isn't later: zones are asked of the last only. */
function seenSql({ at, on }: View, asOf: Day, zone: string): string {
  const until = `DATE ${literal(asOf)}`;
  if (on) return `WHERE ${on} IS NULL OR ${on} <= ${until}`;
  return at
    ? `WHERE (${at} IS NULL OR ${at} < TIMESTAMP ${literal(addDays(asOf, -1))} OR ${daySql(at, zone)} <= ${until})`
    : "";
}

const order_customers = { step: "customer_ids", output: "order_customers" };
const records = { step: "customer_ids", output: "records" };
const contact = { step: "lake_people", output: "customers_contact" };
const inputsOf: Readonly<Record<Join, Readonly<Record<string, InputReference>>>> = {
  filed: { buyers: { step: "order_buyers", output: "buyers", spans: "since" } },
  order: { order_customers },
  record: { records, contact, order_customers, orders_contact: { step: "lake", output: "orders_contact" } },
  person: { records, contact },
  none: {},
  done: {},
};

/** A record's id as identity names it: the source's own, that id at its source where two sources mean different people by it,
 *  else a hash of the contact value. What is said of an address without an id is its owner's, where that is one customer. */
function joinSql(join: Join, context: StepContext): string {
  if (join === "none" || join === "done") return "";
  if (join === "filed")
    return `LEFT JOIN (SELECT DISTINCT key_space, order_id, customer_id FROM ${context.relation("buyers")}) c ON c.order_id = t.order_id AND c.key_space = t.key_space`;
  if (join === "order")
    return `LEFT JOIN ${context.relation("order_customers")} c ON c.order_id = t.order_id AND c.key_space = t.key_space`;
  const ofRecord = (alias: string, id: string, ids: string) =>
    `LEFT JOIN ${ids} ${alias} ON ${alias}.key_space = t.key_space AND ${alias}.source_record_id = ${id}`;
  const like = (...patterns: string[]) =>
    `(SELECT * FROM ids WHERE ${patterns.map((pattern) => `source_record_id LIKE ${literal(pattern)}`).join(" OR ")})`;
  const own = `${ofRecord("own", "t.source_customer_id", "ids")} ${ofRecord("apart", "t.source_customer_id || '@' || t.source", like("%@%"))}`;
  if (join === "record") return `${own} LEFT JOIN addresses a ON a.email = t.email`;
  return `${own} LEFT JOIN (SELECT * FROM ${context.relation("contact")} WHERE source_customer_id IS NULL) k ON ${isSameRow("k", "t")}
    ${ofRecord("reached", "CASE WHEN k.email IS NOT NULL THEN 'email:' || left(md5(k.email), 20) WHEN k.phone IS NOT NULL THEN 'phone:' || left(md5(k.phone), 20) ELSE 'card:' || k.loyalty_id END", like("email:%", "phone:%", "card:%"))}`;
}

/** The customer of each record, once for all joins of a query. */
function idsSql(join: Join, context: StepContext): string {
  if (join !== "record" && join !== "person") return "";
  const ids = `WITH ids AS MATERIALIZED (SELECT key_space, source_record_id, min(customer_id) AS customer_id FROM ${context.relation("records")} GROUP BY ALL)`;
  return join === "record" ? `${ids}, addresses AS (${addressesSql(context)})` : ids;
}

const customerOf: Readonly<Record<Join, string>> = {
  filed: "c.customer_id",
  order: "c.customer_id",
  record: "coalesce(apart.customer_id, own.customer_id, a.customer_id) AS customer_id",
  person: "coalesce(apart.customer_id, own.customer_id, reached.customer_id) AS customer_id",
  none: "",
  done: "t.customer_id",
};

function viewStep(view: View): Step {
  const { table, join } = view;
  const declared = lakeTable(table);
  if (!declared) throw new RangeError(table);
  const columns = withoutPii(declared);
  const output = {
    name: table,
    kind: "parquet" as const,
    columns: join === "none" ? columns : [customerId, ...columns],
  };
  const needsOrders = table === "returns";
  const isFiled = join === "filed"; // by spans of days: what stood at the week's end stays through the week
  return defineStep({
    name: `snapshot_${table}`,
    version: isFiled || join === "record" ? 6 : 5,
    title: `Table ${table} of the day`,
    stage: "profiles",
    scope: "brand",
    timing: "as_of",
    inputs: {
      rows: {
        step: join === "done" ? "activity" : lakeStepOf(table),
        output: table,
        ...(isFiled ? { spans: "since" as const } : {}),
      },
      ...inputsOf[join],
      ...(needsOrders ? { orders: { step: "lake", output: "orders", spans: "all" as const } } : {}),
      ...(isFiled ? { base: { step: `snapshot_${table}`, output: table, base: "at" as const } } : {}),
    },
    ...(isFiled ? { addsToBase: true as const } : {}),
    params: {},
    settings: ["time_zone"],
    outputs: [output],
    run: async (context) => {
      const names = [
        ...(join === "none" ? [] : [customerOf[join]]),
        ...columns.map(({ name }) => `t.${ident(name)}`),
      ].join(", ");
      const orders = needsOrders
        ? `LEFT JOIN (SELECT key_space, order_id, min(ordered_at) AS ordered_at FROM ${context.relation("orders")} GROUP BY ALL) o ON o.order_id = t.order_id AND o.key_space = t.key_space`
        : "";
      const zone = context.brand.timeZone;
      const since = context.has("base")
        ? `AND ${daySql("t.ordered_at", zone)} > DATE ${literal(weekEnd(context.asOf))}`
        : "";
      const seen = seenSql(view, context.asOf, zone);
      const key = [...declared.key, "source", "batch_id", "source_row"].map((name) => `t.${ident(name)}`).join(", ");
      await context.output.query(
        table,
        `${idsSql(join, context)} SELECT ${names} FROM ${context.relation("rows")} t ${joinSql(join, context)} ${orders} ${seen} ${since} ORDER BY ${key}`,
      );
    },
  });
}

/** A table of customers' days or lines, without what came after the day. */
function cutStep(table: string, rows: InputReference, columns: readonly Column[], key: string): Step {
  return defineStep({
    name: `snapshot_${table}`,
    version: 2,
    title: `Table ${table} of the day`,
    stage: "profiles",
    scope: "bucket",
    timing: "as_of",
    inputs: { rows, base: { step: `snapshot_${table}`, output: table, base: "at" } },
    addsToBase: true,
    params: {},
    outputs: [{ name: table, kind: "parquet", columns }],
    run: async (context) => {
      const names = columns.map(({ name }) => ident(name)).join(", ");
      const since = context.has("base") ? `day > DATE ${literal(weekEnd(context.asOf))} AND` : "day IS NULL OR";
      await context.output.query(
        table,
        `SELECT ${names} FROM ${context.relation("rows")} WHERE ${since} day <= DATE ${literal(context.asOf)} ORDER BY ${key}`,
      );
    },
  });
}

/** The normalised tables as a snapshot shows them: customer joined on, nothing after the day, no contact data. */
export const snapshotLake: readonly Step[] = [
  ...views.map(viewStep),
  cutStep(
    "transactions",
    { step: "transactions", output: "transactions", spans: "since" },
    transactionColumns,
    "customer_id, day",
  ),
  cutStep(
    "purchase_lines",
    { step: "purchase_lines", output: "lines", spans: "since" },
    lineColumns,
    "customer_id, key_space, order_id, line_id, source, product_id, quantity, revenue_minor",
  ),
];

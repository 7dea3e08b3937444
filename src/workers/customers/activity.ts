import type { Column } from "../../shared/domain/column.ts";
import { isSameRow, lakeStepOf, lakeTable } from "../../shared/domain/lake.ts";
import { spanSql, writeBuckets, writeSpans } from "../engine/spans.ts";
import { ident } from "../engine/sql.ts";
import { defineStep, type StepContext } from "../engine/step-context.ts";
import { daySql } from "../engine/zone-shifts.ts";
import { behaviourColumns } from "../landing/lake-step.ts";
import { bucketSql } from "./bucket.ts";

/** Columns of a lake table of events, with the customer in front. */
export function activityColumns(name: string): Column[] {
  const table = lakeTable(name);
  if (!table) throw new RangeError(name);
  const own = behaviourColumns(table).filter(({ name }) => name !== "customer_id" && name !== "file_number");
  return [{ name: "customer_id", type: "VARCHAR" }, ...own];
}

const tables = ["message_events", "web_events", "events", "third_party", "campaign_assignments"] as const;

const isSpanned = (name: string) => name.endsWith("events");

/** Events, bought attributes and assignments with their customer: by the id that the source gave, else a message or an attribute by
 *  its address and a page view by who else its visit, then its browser, belongs to, where that is one customer only. What is nobody's
 *  lies in the first bucket. */
export const activity = defineStep({
  name: "activity",
  version: 5,
  title: "Tie e-mails and visits to customers",
  stage: "customers",
  scope: "brand",
  timing: "none",
  inputs: {
    ...Object.fromEntries(tables.map((name) => [name, { step: lakeStepOf(name), output: name }])),
    message_contact: { step: "lake_events", output: "message_events_contact" },
    bought_contact: { step: "lake_people", output: "third_party_contact" },
    records: { step: "customer_ids", output: "records" },
    contact: { step: "lake_people", output: "customers_contact" },
    orders_contact: { step: "lake", output: "orders_contact" },
    order_customers: { step: "customer_ids", output: "order_customers" },
  },
  params: {},
  settings: ["time_zone"],
  usesBuckets: true,
  usesSpans: true,
  outputs: tables.map((name) => ({
    name,
    kind: "parquet" as const,
    columns: activityColumns(name),
    isPartitioned: true as const,
    ...(isSpanned(name) ? { isSpanned: true as const } : {}),
  })),
  run: async (context) => {
    await context.session.run(`CREATE TEMP TABLE ids AS
      SELECT key_space, source_record_id, min(customer_id) AS customer_id FROM ${context.relation("records")} GROUP BY ALL`);
    await context.session.run(`CREATE TEMP TABLE addresses AS ${addressesSql(context)}`);
    const sqlOf = {
      message_events: addressedSql(context, "message_events", "message_contact", "event_id"),
      web_events: visitsSql(context),
      events: `${identifiedSql(context, "events")} ${selectedSql("events", "own_customer")}`,
      third_party: addressedSql(context, "third_party", "bought_contact", "name"),
      campaign_assignments: `${identifiedSql(context, "campaign_assignments")} ${selectedSql("campaign_assignments", "coalesce(e.own_customer, e.customer_id)")}`,
    };
    for (const name of tables) {
      const columns = activityColumns(name)
        .map((column) => ident(column.name))
        .join(", ");
      const key = [...(lakeTable(name)?.key ?? []), "source", "batch_id", "source_row"].map(ident).join(", ");
      const occurred = daySql("occurred_at", context.brand.timeZone);
      const span = isSpanned(name) ? spanSql(occurred, context.spanEnds) : "NULL";
      const bucket = `CAST(coalesce(${bucketSql("customer_id", context.bucketCount)}, 0) AS INTEGER)`;
      await context.session.run(
        `CREATE TEMP TABLE named_${name} AS SELECT *, ${bucket} AS bucket, ${span} AS span FROM (${sqlOf[name]})`,
      );
      const rows = { output: name, from: `named_${name}`, columns, order: key, buckets: context.bucketCount };
      if (isSpanned(name)) await writeSpans(context, rows);
      else await writeBuckets(context, rows);
      await context.session.run(`DROP TABLE named_${name}`);
    }
  },
});

/** Rows of events with the customer of their own id; an id that stands for two people is the one of its source. */
function identifiedSql(context: StepContext, name: string): string {
  return `WITH identified AS (
    SELECT t.*, coalesce(apart.customer_id, own.customer_id) AS own_customer FROM ${context.relation(name)} t
    LEFT JOIN ids own ON own.key_space = t.key_space AND own.source_record_id = t.source_customer_id
    LEFT JOIN ids apart ON apart.key_space = t.key_space AND apart.source_record_id = t.source_customer_id || '@' || t.source)`;
}

function selectedSql(name: string, customer: string, joins = ""): string {
  const columns = activityColumns(name)
    .slice(1)
    .map((column) => `e.${ident(column.name)}`);
  return `SELECT ${customer} AS customer_id, ${columns.join(", ")} FROM identified e ${joins}`;
}

/** SQL of the e-mail addresses that are one customer's only; over `ids`, the customer of each record. */
export function addressesSql(context: StepContext): string {
  return `WITH named AS (SELECT email, key_space, unnest([source_customer_id, source_customer_id || '@' || source, 'email:' || left(md5(email), 20)]) AS id
      FROM ${context.relation("contact")} WHERE email IS NOT NULL),
    reached AS (
      SELECT c.email, i.customer_id FROM named c JOIN ids i ON i.key_space = c.key_space AND i.source_record_id = c.id
      UNION SELECT o.email, c.customer_id FROM ${context.relation("orders_contact")} o JOIN ${context.relation("order_customers")} c USING (key_space, order_id) WHERE o.email IS NOT NULL)
    SELECT email, min(customer_id) AS customer_id FROM reached GROUP BY email HAVING count(DISTINCT customer_id) = 1`;
}

/** Rows with the customer of their id, else of the address that they were written to. */
function addressedSql(context: StepContext, name: string, contact: string, key: string): string {
  const joins = `LEFT JOIN written w ON ${isSameRow("w", "e")} AND w.${key} = e.${key}
    LEFT JOIN addresses a ON a.email = w.email`;
  return `${identifiedSql(context, name)},
    written AS (SELECT source, batch_id, file_number, source_row, ${key}, min(email) AS email FROM ${context.relation(contact)} WHERE email IS NOT NULL GROUP BY ALL)
    ${selectedSql(name, "coalesce(e.own_customer, a.customer_id)", joins)}`;
}

function visitsSql(context: StepContext): string {
  const one = (by: string) =>
    `SELECT key_space, ${by}, min(own_customer) AS customer_id FROM identified WHERE own_customer IS NOT NULL AND ${by} IS NOT NULL
     GROUP BY ALL HAVING count(DISTINCT own_customer) = 1`;
  const joins = `LEFT JOIN visits s ON s.key_space = e.key_space AND s.session_id = e.session_id
    LEFT JOIN visitors v ON v.key_space = e.key_space AND v.visitor_id = e.visitor_id`;
  return `${identifiedSql(context, "web_events")}, visits AS (${one("session_id")}), visitors AS (${one("visitor_id")})
    ${selectedSql("web_events", "coalesce(e.own_customer, s.customer_id, v.customer_id)", joins)}`;
}

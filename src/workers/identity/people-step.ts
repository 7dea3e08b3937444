import type { Column } from "../../shared/domain/column.ts";
import { isSameRow } from "../../shared/domain/lake.ts";
import { defineStep } from "../engine/step-context.ts";
import { daySql } from "../engine/zone-shifts.ts";
import { usableEmailSql, usablePhoneSql } from "./junk.ts";

export const personAttributes = [
  "full_name",
  "given_name",
  "family_name",
  "email",
  "phone",
  "birth_date",
  "gender",
  "address_line",
  "city",
  "region",
  "postcode",
  "country",
  "loyalty_id",
  "created_at",
] as const;

const columns: Column[] = [
  { name: "customer_id", type: "VARCHAR" },
  ...personAttributes.flatMap((name): Column[] => [
    { name, type: "VARCHAR", pii: true },
    { name: `${name}_source`, type: "VARCHAR" },
    { name: `${name}_competing`, type: "INTEGER" },
  ]),
];

/** The golden record: for each attribute the value of the most recently made record that has one, of equally old ones the most
 *  complete, then the source that comes first in the alphabet; a person's own record before what an order says. With the
 *  source of each and how many different values there were; junk addresses and numbers don't count. */
export const people = defineStep({
  name: "people",
  version: 3,
  title: "Golden records",
  stage: "identity",
  scope: "brand",
  timing: "none",
  inputs: {
    records: { step: "customer_ids", output: "records" },
    order_customers: { step: "customer_ids", output: "order_customers" },
    contact: { step: "lake_people", output: "customers_contact" },
    customers: { step: "lake_people", output: "customers" },
    orders_contact: { step: "lake", output: "orders_contact" },
    orders: { step: "lake", output: "orders" },
  },
  params: {},
  settings: ["time_zone"],
  outputs: [
    { name: "people", kind: "parquet", columns },
    {
      name: "record_dates",
      kind: "parquet",
      columns: [
        { name: "customer_id", type: "VARCHAR" },
        { name: "first_record_on", type: "DATE" },
      ],
    },
  ],
  run: async (context) => {
    const { session } = context;
    await session.run(`CREATE TEMP TABLE rows_of_people AS
      WITH ids AS (SELECT DISTINCT key_space, source_record_id, customer_id FROM ${context.relation("records")}),
      rows_of_contact AS (
        SELECT c.*, b.created_at, b.gender, b.city, b.region, b.country,
               coalesce(c.source_customer_id, CASE WHEN c.email IS NOT NULL THEN 'email:' || left(md5(c.email), 20) WHEN c.phone IS NOT NULL THEN 'phone:' || left(md5(c.phone), 20) ELSE 'card:' || c.loyalty_id END) AS record
        FROM ${context.relation("contact")} c JOIN ${context.relation("customers")} b ON ${isSameRow("b", "c")}
          AND coalesce(b.source_customer_id, '') = coalesce(c.source_customer_id, '')),
      own AS (
        SELECT coalesce(r.customer_id, s.customer_id) AS customer_id, c.source, 1 AS preference, c.created_at AS moment, coalesce(c.full_name, nullif(concat_ws(' ', c.given_name, c.family_name), '')) AS full_name,
               c.given_name, c.family_name, c.email, c.phone, CAST(c.birth_date AS VARCHAR) AS birth_date, c.gender, c.address_line, c.city, c.region, c.postcode, c.country, c.loyalty_id,
               CAST(c.created_at AS VARCHAR) AS created_at
        FROM rows_of_contact c LEFT JOIN ids r ON r.key_space = c.key_space AND r.source_record_id = c.record
        LEFT JOIN ids s ON s.key_space = c.key_space AND s.source_record_id = c.record || '@' || c.source),
      ordering AS (
        SELECT o.customer_id, c.source, 0 AS preference, max(b.ordered_at) AS moment, c.email, c.phone, c.loyalty_id
        FROM ${context.relation("orders_contact")} c JOIN ${context.relation("order_customers")} o USING (key_space, order_id)
        JOIN ${context.relation("orders")} b USING (key_space, order_id) GROUP BY ALL),
      everything AS (SELECT * FROM own WHERE customer_id IS NOT NULL UNION ALL BY NAME SELECT * FROM ordering)
      SELECT * REPLACE (${usableEmailSql("email")} AS email, ${usablePhoneSql("phone")} AS phone) FROM everything`);
    const filled = personAttributes.map((name) => `CAST(${name} IS NOT NULL AS INTEGER)`).join(" + ");
    await session.run(
      `CREATE TEMP TABLE ranked AS SELECT *, row_number() OVER (PARTITION BY customer_id ORDER BY preference, moment NULLS FIRST, ${filled}, source DESC, full_name NULLS FIRST, email NULLS FIRST, phone NULLS FIRST) AS rank FROM rows_of_people`,
    );
    const best = personAttributes.map(
      (
        name,
      ) => `arg_max(${name}, rank) FILTER (${name} IS NOT NULL) AS ${name}, arg_max(source, rank) FILTER (${name} IS NOT NULL) AS ${name}_source,
      min(lower(${name})) AS ${name}_least, max(lower(${name})) AS ${name}_most`,
    );
    await session.run(
      `CREATE TEMP TABLE best AS SELECT customer_id, ${best.join(", ")} FROM ranked GROUP BY customer_id`,
    );
    // values are counted only of whom they differ: telling many apart takes longer than all the rest
    const differ = personAttributes.map((name) => `${name}_least <> ${name}_most`);
    const competing = personAttributes.map(
      (name) => `CAST(count(DISTINCT lower(${name})) AS INTEGER) AS ${name}_competing`,
    );
    await session.run(`CREATE TEMP TABLE competing AS SELECT customer_id, ${competing.join(", ")} FROM ranked
      SEMI JOIN (SELECT customer_id FROM best WHERE ${differ.join(" OR ")}) USING (customer_id) GROUP BY customer_id`);
    const golden = personAttributes.map(
      (name) => `b.${name}, b.${name}_source,
        CASE WHEN b.customer_id IS NOT NULL THEN coalesce(c.${name}_competing, CAST(b.${name}_least IS NOT NULL AS INTEGER)) END AS ${name}_competing`,
    );
    await context.output.query(
      "people",
      `SELECT i.customer_id, ${golden.join(", ")} FROM (SELECT DISTINCT customer_id FROM ${context.relation("records")}) i
       LEFT JOIN best b USING (customer_id) LEFT JOIN competing c USING (customer_id) ORDER BY i.customer_id`,
    );
    await context.output.query(
      "record_dates",
      `SELECT i.customer_id, CASE WHEN d.undated = 0 THEN d.first_on END AS first_record_on FROM (SELECT DISTINCT customer_id FROM ${context.relation("records")}) i
       LEFT JOIN (SELECT customer_id, ${daySql("min(moment)", context.brand.timeZone)} AS first_on, count(*) FILTER (moment IS NULL) AS undated FROM (
         SELECT customer_id, moment FROM rows_of_people WHERE preference = 1
         UNION ALL SELECT o.customer_id, b.ordered_at FROM ${context.relation("order_customers")} o JOIN ${context.relation("orders")} b USING (key_space, order_id))
       GROUP BY customer_id) d USING (customer_id) ORDER BY i.customer_id`,
    );
  },
});

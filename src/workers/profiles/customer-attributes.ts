import { isSameRow } from "../../shared/domain/lake.ts";
import { literal } from "../engine/sql.ts";
import { defineStep, type StepContext } from "../engine/step-context.ts";
import { daySql } from "../engine/zone-shifts.ts";

/** Attributes of customers that say nothing of who they are: place, age band, tenure, membership, what lists that
 *  were bought say. */
export const customerAttributes = defineStep({
  name: "customer_attributes",
  version: 4,
  title: "Attributes of customers",
  stage: "profiles",
  scope: "brand",
  timing: "as_of",
  inputs: {
    people: { step: "people", output: "people" },
    base: { step: "customer_base", output: "customer_base" },
    records: { step: "customer_ids", output: "records" },
    customers: { step: "lake_people", output: "customers" },
    contact: { step: "lake_people", output: "customers_contact" },
    bought: { step: "activity", output: "third_party" },
    summary: { step: "purchase_summary", output: "purchase_summary" },
  },
  params: {},
  outputs: [
    {
      name: "customer_attributes",
      kind: "parquet",
      columns: [
        { name: "customer_id", type: "VARCHAR" },
        { name: "country", type: "VARCHAR" },
        { name: "region", type: "VARCHAR" },
        { name: "city", type: "VARCHAR" },
        { name: "gender", type: "VARCHAR" },
        { name: "age_band", type: "VARCHAR" },
        { name: "tenure_days", type: "INTEGER", unit: "days" },
        { name: "is_loyalty_member", type: "BOOLEAN" },
        { name: "loyalty_tier", type: "VARCHAR" },
        { name: "attributes", type: "MAP(VARCHAR, VARCHAR)" },
      ],
    },
  ],
  settings: ["time_zone"],
  run: async (context) => {
    const asOf = `DATE ${literal(context.asOf)}`;
    await context.output.query(
      "customer_attributes",
      `WITH aged AS (SELECT customer_id, country, region, city, gender, loyalty_id, date_sub('year', TRY_CAST(birth_date AS DATE), ${asOf}) AS years FROM ${context.relation("people")}),
         ${saidSql(context)}
       SELECT b.customer_id, country, region, city, lower(gender) AS gender,
              CASE WHEN years BETWEEN 14 AND 24 THEN '14-24' WHEN years BETWEEN 25 AND 34 THEN '25-34' WHEN years BETWEEN 35 AND 44 THEN '35-44' WHEN years BETWEEN 45 AND 54 THEN '45-54'
                   WHEN years BETWEEN 55 AND 64 THEN '55-64' WHEN years BETWEEN 65 AND 110 THEN '65+' END AS age_band,
              CAST(${asOf} - least(s.first_order_on, b.first_record_on) AS INTEGER) AS tenure_days, loyalty_id IS NOT NULL AS is_loyalty_member, t.loyalty_tier, t.attributes
       FROM ${context.relation("base")} b LEFT JOIN aged USING (customer_id) LEFT JOIN ${context.relation("summary")} s USING (customer_id)
       LEFT JOIN told t USING (customer_id) ORDER BY b.customer_id`,
    );
  },
});

/** The latest value of each attribute that the customer's own records or a bought list gave by the day; own records go first. */
function saidSql(context: StepContext): string {
  const asOf = `DATE ${literal(context.asOf)}`;
  const day = daySql("c.created_at", context.brand.timeZone);
  return `ids AS (SELECT key_space, source_record_id, min(customer_id) AS customer_id FROM ${context.relation("records")} GROUP BY ALL),
    written AS (
      SELECT coalesce(apart.customer_id, own.customer_id) AS customer_id, c.attributes, ${day} AS day FROM ${context.relation("customers")} c
      LEFT JOIN ${context.relation("contact")} k ON ${isSameRow("k", "c")}
        AND k.source_customer_id IS NOT DISTINCT FROM c.source_customer_id
      LEFT JOIN ids own ON own.key_space = c.key_space AND own.source_record_id = coalesce(c.source_customer_id, 'email:' || left(md5(k.email), 20))
      LEFT JOIN ids apart ON apart.key_space = c.key_space AND apart.source_record_id = c.source_customer_id || '@' || c.source
      WHERE c.attributes IS NOT NULL AND (c.created_at IS NULL OR ${day} <= ${asOf})),
    entries AS (
      SELECT customer_id, entry.key AS name, entry.value AS value, day, true AS is_own FROM (SELECT customer_id, day, unnest(map_entries(attributes)) AS entry FROM written)
      UNION ALL SELECT customer_id, name, value, valid_from AS day, false AS is_own FROM ${context.relation("bought")} WHERE valid_from IS NULL OR valid_from <= ${asOf}),
    named AS (
      SELECT customer_id, trim(lower(regexp_replace(name, '[^\\p{L}0-9]+', '_', 'g')), '_') AS name, value FROM entries
      WHERE customer_id IS NOT NULL AND name IS NOT NULL AND value IS NOT NULL
      QUALIFY row_number() OVER (PARTITION BY customer_id, trim(lower(regexp_replace(name, '[^\\p{L}0-9]+', '_', 'g')), '_') ORDER BY is_own DESC, day DESC NULLS LAST, value) = 1),
    told AS (
      SELECT customer_id, max(value) FILTER (name IN ('tier', 'loyalty_tier', 'member_tier', 'membership_tier', 'loyalty_level', 'membership_level')) AS loyalty_tier,
             map_from_entries(list({'key': name, 'value': value} ORDER BY name)) AS attributes
      FROM named GROUP BY customer_id)`;
}

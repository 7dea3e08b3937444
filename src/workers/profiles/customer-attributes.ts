import { literal } from "../engine/sql.ts";
import { defineStep } from "../engine/step-context.ts";

/** Attributes of customers that say nothing of who they are: place, age band, tenure, membership. */
export const customerAttributes = defineStep({
  name: "customer_attributes",
  version: 2,
  title: "Attributes of customers",
  stage: "profiles",
  scope: "brand",
  timing: "as_of",
  inputs: {
    people: { step: "people", output: "people" },
    base: { step: "customer_base", output: "customer_base" },
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
      ],
    },
  ],
  run: async (context) => {
    const asOf = `DATE ${literal(context.asOf)}`;
    await context.output.query(
      "customer_attributes",
      `WITH aged AS (SELECT customer_id, country, region, city, gender, loyalty_id, date_sub('year', TRY_CAST(birth_date AS DATE), ${asOf}) AS years FROM ${context.relation("people")})
       SELECT b.customer_id, country, region, city, lower(gender) AS gender,
              CASE WHEN years BETWEEN 14 AND 24 THEN '14-24' WHEN years BETWEEN 25 AND 34 THEN '25-34' WHEN years BETWEEN 35 AND 44 THEN '35-44' WHEN years BETWEEN 45 AND 54 THEN '45-54'
                   WHEN years BETWEEN 55 AND 64 THEN '55-64' WHEN years BETWEEN 65 AND 110 THEN '65+' END AS age_band,
              CAST(${asOf} - least(s.first_order_on, b.first_record_on) AS INTEGER) AS tenure_days, loyalty_id IS NOT NULL AS is_loyalty_member
       FROM ${context.relation("base")} b LEFT JOIN aged USING (customer_id) LEFT JOIN ${context.relation("summary")} s USING (customer_id) ORDER BY b.customer_id`,
    );
  },
});

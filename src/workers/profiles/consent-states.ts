import { defineStep } from "../engine/step-context.ts";

/** Where each customer stands by channel: the latest word counts (of one instant, a refusal), a suppression always; an address that is suppressed
 *  anywhere is suppressed for whoever has it. */
export const consentStates = defineStep({
  name: "consent_states",
  version: 2,
  title: "Consents",
  stage: "profiles",
  scope: "brand",
  timing: "none",
  inputs: {
    consents: { step: "lake_people", output: "consents" },
    records: { step: "customer_ids", output: "records" },
    contact: { step: "lake_people", output: "customers_contact" },
    orders_contact: { step: "lake", output: "orders_contact" },
    order_customers: { step: "customer_ids", output: "order_customers" },
    people: { step: "people", output: "people" },
  },
  params: {},
  outputs: [
    {
      name: "consent_states",
      kind: "parquet",
      columns: [
        { name: "customer_id", type: "VARCHAR" },
        { name: "channel", type: "VARCHAR" },
        { name: "status", type: "VARCHAR" },
        { name: "source", type: "VARCHAR" },
        { name: "occurred_at", type: "TIMESTAMP" },
      ],
    },
  ],
  run: async (context) => {
    await context.output.query(
      "consent_states",
      `WITH ids AS (SELECT DISTINCT key_space, source_record_id, customer_id FROM ${context.relation("records")}),
       addresses AS (
         SELECT DISTINCT c.email, i.customer_id FROM ${context.relation("contact")} c JOIN ids i ON i.key_space = c.key_space
           AND i.source_record_id = coalesce(c.source_customer_id, 'email:' || left(md5(c.email), 20)) WHERE c.email IS NOT NULL
         UNION SELECT o.email, c.customer_id FROM ${context.relation("orders_contact")} o JOIN ${context.relation("order_customers")} c USING (key_space, order_id) WHERE o.email IS NOT NULL
         UNION SELECT email, customer_id FROM ${context.relation("people")} WHERE email IS NOT NULL),
       numbered AS (SELECT *, row_number() OVER (ORDER BY source, batch_id, source_row, channel, status) AS said_id FROM ${context.relation("consents")}),
       by_record AS (
         SELECT s.said_id, i.customer_id FROM numbered s JOIN ids i ON i.key_space = s.key_space AND i.source_record_id = s.source_customer_id
         UNION SELECT s.said_id, i.customer_id FROM numbered s JOIN ids i ON i.key_space = s.key_space AND i.source_record_id = s.source_customer_id || '@' || s.source),
       by_address AS (
         SELECT s.said_id, a.customer_id FROM numbered s JOIN addresses a ON a.email = s.email
         WHERE lower(s.status) = 'suppressed' OR s.said_id NOT IN (SELECT said_id FROM by_record)),
       said AS (
         SELECT w.customer_id, lower(s.channel) AS channel, lower(s.status) AS status, s.source, s.occurred_at, s.said_id
         FROM (SELECT * FROM by_record UNION SELECT * FROM by_address) w JOIN numbered s USING (said_id))
       SELECT customer_id, coalesce(channel, 'email') AS channel, status, source, occurred_at FROM said
       QUALIFY row_number() OVER (PARTITION BY customer_id, coalesce(channel, 'email') ORDER BY (status = 'suppressed') DESC, occurred_at DESC NULLS LAST, (status = 'granted'), said_id DESC) = 1
       ORDER BY customer_id, channel`,
    );
  },
});

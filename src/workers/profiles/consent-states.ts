import { defineStep } from "../engine/step-context.ts";

/** Where each customer stands by channel: the latest word counts, a suppression always; an address that is suppressed
 *  anywhere is suppressed for whoever has it. */
export const consentStates = defineStep({
  name: "consent_states",
  version: 1,
  title: "Consents",
  stage: "profiles",
  scope: "brand",
  timing: "none",
  inputs: {
    consents: { step: "lake", output: "consents" },
    records: { step: "customer_ids", output: "records" },
    contact: { step: "lake", output: "customers_contact" },
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
         UNION SELECT email, customer_id FROM ${context.relation("people")} WHERE email IS NOT NULL),
       said AS (
         SELECT i.customer_id, lower(c.channel) AS channel, lower(c.status) AS status, c.source, c.occurred_at, c.batch_id, c.source_row FROM ${context.relation("consents")} c
         JOIN ids i ON i.key_space = c.key_space AND i.source_record_id = c.source_customer_id
         UNION ALL
         SELECT a.customer_id, lower(c.channel), lower(c.status), c.source, c.occurred_at, c.batch_id, c.source_row FROM ${context.relation("consents")} c
         JOIN addresses a ON a.email = c.email WHERE c.source_customer_id IS NULL OR lower(c.status) = 'suppressed')
       SELECT customer_id, coalesce(channel, 'email') AS channel, status, source, occurred_at FROM said
       QUALIFY row_number() OVER (PARTITION BY customer_id, coalesce(channel, 'email') ORDER BY (status = 'suppressed') DESC, occurred_at DESC NULLS LAST, source, batch_id, source_row DESC) = 1
       ORDER BY customer_id, channel`,
    );
  },
});

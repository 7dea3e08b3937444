import type { StepContext } from "../engine/step-context.ts";

/** SQL of what a person's record is called: its own id, with the source where that id stands for two people, else its address. */
const personRecord = `CASE WHEN p.source_customer_id IS NOT NULL AND c.source_customer_id IS NOT NULL THEN p.source_customer_id || '@' || p.source
                WHEN p.source_customer_id IS NOT NULL THEN p.source_customer_id
                WHEN email IS NOT NULL THEN 'email:' || left(md5(email), 20)
                WHEN phone IS NOT NULL THEN 'phone:' || left(md5(phone), 20)
                ELSE 'card:' || loyalty_id END`;

/** Rows of people, and the ids of a key space that stand for two of them. */
const peopleSql = (context: StepContext) => `people AS (
    SELECT *, coalesce(full_name, nullif(concat_ws(' ', given_name, family_name), '')) AS name
    FROM ${context.relation("customers")}),
  conflicting AS (
    SELECT key_space, source_customer_id FROM people WHERE source_customer_id IS NOT NULL
    GROUP BY ALL HAVING count(DISTINCT source) > 1 AND count(DISTINCT email) > 1 AND count(DISTINCT lower(name)) > 1)`;
const withConflicts =
  "people p LEFT JOIN conflicting c ON c.key_space = p.key_space AND c.source_customer_id = p.source_customer_id";

/** People's rows under the name of their record. */
export const personRowsSql = (context: StepContext): string => `
  WITH ${peopleSql(context)}
  SELECT p.*, ${personRecord} AS source_record_id FROM ${withConflicts}`;

/** Records of people with what they can be joined by; a shared id that stands for two people is one record a source. */
export const recordsSql = (context: StepContext): string => `
  WITH ${peopleSql(context)},
  ordering AS (
    SELECT c.key_space, c.source, c.source_customer_id, c.email, c.phone, c.loyalty_id, c.order_id FROM ${context.relation("orders")} c),
  named AS (
    SELECT p.key_space, p.source, NULL AS order_id, email, phone, loyalty_id, name, ${personRecord} AS source_record_id FROM ${withConflicts}
    UNION ALL
    SELECT o.key_space, o.source, order_id, email, phone, loyalty_id, NULL,
           CASE WHEN o.source_customer_id IS NOT NULL AND c.source_customer_id IS NOT NULL THEN o.source_customer_id || '@' || o.source
                WHEN o.source_customer_id IS NOT NULL THEN o.source_customer_id
                WHEN email IS NOT NULL THEN 'email:' || left(md5(email), 20)
                WHEN loyalty_id IS NOT NULL THEN 'card:' || loyalty_id
                WHEN phone IS NOT NULL THEN 'phone:' || left(md5(phone), 20) END
    FROM ordering o LEFT JOIN conflicting c ON c.key_space = o.key_space AND c.source_customer_id = o.source_customer_id)
  SELECT * FROM named WHERE source_record_id IS NOT NULL`;

import type { Column } from "../../shared/domain/column.ts";
import { literal } from "../engine/sql.ts";
import { defineStep, type StepContext } from "../engine/step-context.ts";
import { daySql } from "../engine/zone-shifts.ts";

const count = (name: string): Column => ({ name, type: "INTEGER", unit: "count" });

/** Days after a message within which an answer counts. */
export const answerDays = 7;

export const messageDayColumns: readonly Column[] = [
  { name: "customer_id", type: "VARCHAR" },
  { name: "day", type: "DATE" },
  count("n_sent"),
  count("n_opened"),
  count("n_machine_opened"),
  count("n_clicked"),
  count("n_left"),
  count("sent_opened"),
  count("sent_clicked"),
  count("sent_left"),
];

/** E-mails by customer and day until a day: what was sent and answered on it (opens by programs apart), and how many of its messages were
 *  opened by a person, clicked, or answered by leaving within a week. An answer belongs to the latest message of its campaign
 *  before it, without a campaign to the latest message. Platforms that tell only of deliveries: those count as sent. */
export function messageDaysSql(context: StepContext, messages: string, until: string): string {
  const day = daySql("occurred_at", context.brand.timeZone);
  return `told AS (
      SELECT customer_id, occurred_at AS sent_at, ${day} AS day, lower(event_type) AS kind, coalesce(is_machine_open, false) AS is_machine, coalesce(campaign_id, '') AS campaign
      FROM ${messages} WHERE customer_id IS NOT NULL AND coalesce(lower(channel), 'email') = 'email' AND ${day} <= ${until}),
    sent AS (
      SELECT customer_id, sent_at, any_value(day) AS day, campaign FROM told
      WHERE kind = CASE WHEN (SELECT count(*) FROM told WHERE kind = 'sent') > 0 THEN 'sent' ELSE 'delivered' END GROUP BY customer_id, sent_at, campaign),
    answers AS (
      SELECT customer_id, sent_at AS answered_at, campaign, CASE kind WHEN 'complained' THEN 'unsubscribed' ELSE kind END AS kind FROM told
      WHERE kind IN ('clicked', 'unsubscribed', 'complained') OR (kind = 'opened' AND NOT is_machine)),
    tied AS (
      SELECT s.customer_id, s.sent_at, s.day, s.campaign, a.kind, a.answered_at FROM (SELECT * FROM answers WHERE campaign <> '') a
      ASOF JOIN sent s ON s.customer_id = a.customer_id AND s.campaign = a.campaign AND a.answered_at >= s.sent_at
      UNION ALL
      SELECT s.customer_id, s.sent_at, s.day, s.campaign, a.kind, a.answered_at FROM (SELECT * FROM answers WHERE campaign = '') a
      ASOF JOIN sent s ON s.customer_id = a.customer_id AND a.answered_at >= s.sent_at),
    answered AS (
      SELECT customer_id, sent_at, campaign, any_value(day) AS day, bool_or(kind IN ('opened', 'clicked')) AS opened, bool_or(kind = 'clicked') AS clicked, bool_or(kind = 'unsubscribed') AS gone
      FROM tied WHERE answered_at <= sent_at + INTERVAL ${answerDays} DAY GROUP BY customer_id, sent_at, campaign),
    by_message AS (
      SELECT customer_id, day, CAST(count(*) FILTER (opened) AS INTEGER) AS sent_opened, CAST(count(*) FILTER (clicked) AS INTEGER) AS sent_clicked, CAST(count(*) FILTER (gone) AS INTEGER) AS sent_left
      FROM answered GROUP BY customer_id, day),
    by_day AS (
      SELECT customer_id, day, CAST(count(*) FILTER (kind = 'sent') AS INTEGER) AS n_sent, CAST(count(DISTINCT campaign) FILTER (kind = 'opened') AS INTEGER) AS n_opened,
        CAST(count(DISTINCT campaign) FILTER (kind = 'machine') AS INTEGER) AS n_machine_opened, CAST(count(DISTINCT campaign) FILTER (kind = 'clicked') AS INTEGER) AS n_clicked,
        CAST(count(*) FILTER (kind = 'unsubscribed') AS INTEGER) AS n_left
      FROM (
        SELECT customer_id, day, campaign, 'sent' AS kind FROM sent
        UNION ALL SELECT customer_id, day, campaign, CASE WHEN kind = 'opened' AND is_machine THEN 'machine' WHEN kind = 'complained' THEN 'unsubscribed' ELSE kind END FROM told
          WHERE kind IN ('opened', 'clicked', 'unsubscribed', 'complained'))
      GROUP BY customer_id, day),
    message_days AS (
      SELECT d.customer_id, d.day, n_sent, n_opened, n_machine_opened, n_clicked, n_left, coalesce(sent_opened, 0) AS sent_opened, coalesce(sent_clicked, 0) AS sent_clicked,
        coalesce(sent_left, 0) AS sent_left
      FROM by_day d LEFT JOIN by_message m ON m.customer_id = d.customer_id AND m.day = d.day)`;
}

export const messageDays = defineStep({
  name: "message_days",
  version: 1,
  title: "Messages by customer and day",
  stage: "features",
  scope: "brand",
  timing: "as_of",
  inputs: { messages: { step: "activity", output: "message_events" } },
  params: {},
  settings: ["time_zone"],
  outputs: [{ name: "message_days", kind: "parquet", columns: messageDayColumns }],
  run: async (context) => {
    const until = `DATE ${literal(context.asOf)}`;
    const names = messageDayColumns.map(({ name }) => name).join(", ");
    await context.output.query(
      "message_days",
      `WITH ${messageDaysSql(context, context.relation("messages"), until)} SELECT ${names} FROM message_days ORDER BY customer_id, day`,
    );
  },
});

import type { Column } from "../../shared/domain/column.ts";
import { literal } from "../engine/sql.ts";
import { defineStep, type StepContext } from "../engine/step-context.ts";
import { daySql } from "../engine/zone-shifts.ts";

const count = (name: string): Column => ({ name, type: "INTEGER", unit: "count" });
const days = (name: string): Column => ({ name, type: "DOUBLE", unit: "days" });
const share = (name: string): Column => ({ name, type: "DOUBLE", unit: "share" });
const money = (name: string): Column => ({ name, type: "BIGINT", unit: "minor" });

const windows = [30, 90, 180, 365] as const;
const messageKinds = ["sent", "opened", "clicked"] as const;

/** What is known of a customer's behaviour at a day, as numbers. NULL: not known, or no source tells it. */
export const featureColumns: readonly Column[] = [
  days("days_since_last_purchase"),
  count("frequency"),
  days("recency"),
  days("t_age"),
  ...windows.map((length) => count(`purchases_${length}`)),
  count("purchases_same_season"),
  money("revenue_90"),
  money("revenue_365"),
  money("revenue_minor"),
  money("last_purchase_minor"),
  days("mean_interval_days"),
  days("interval_sd_days"),
  share("intervals_overdue"),
  count("n_lines"),
  count("n_categories"),
  share("top_category_share"),
  share("discounted_share"),
  share("last_discounted_share"),
  count("n_channels"),
  share("top_channel_share"),
  count("return_count"),
  share("returned_share"),
  ...messageKinds.map((kind) => count(`messages_${kind}_90`)),
  days("days_since_last_open"),
  count("visits_30"),
  count("visits_90"),
  days("days_since_last_visit"),
];

/** One row a customer who had bought by the day: purchases in windows and in the same season a year before, cadence, categories,
 *  reductions, channels, returns, and messages and visits where a source has them. Nothing after the day is seen. */
export const customerFeatures = defineStep({
  name: "customer_features",
  version: 2,
  title: "Customer features",
  stage: "features",
  scope: "bucket",
  timing: "as_of",
  inputs: {
    transactions: { step: "transactions", output: "transactions" },
    lines: { step: "purchase_lines", output: "lines" },
    returns: { step: "purchase_returns", output: "returns" },
    messages: { step: "activity", output: "message_events" },
    visits: { step: "activity", output: "web_events" },
  },
  params: {},
  settings: ["time_zone"],
  outputs: [
    {
      name: "customer_features",
      kind: "parquet",
      columns: [{ name: "customer_id", type: "VARCHAR" }, ...featureColumns],
    },
  ],
  run: async (context) => {
    await context.output.query("customer_features", featuresSql(context));
  },
});

const ratio = (part: string, whole: string) => `CAST(${part} AS DOUBLE) / nullif(${whole}, 0)`;

function purchasesSql(context: StepContext, asOf: string): string {
  const within = (length: number) =>
    `CAST(count(*) FILTER (day > ${asOf} - ${length}) AS INTEGER) AS purchases_${length}`;
  const revenue = (filter: string) => `CAST(coalesce(sum(revenue_minor) ${filter}, 0) AS BIGINT)`;
  return `seen AS (
      SELECT customer_id, day, revenue_minor, day - lag(day) OVER (PARTITION BY customer_id ORDER BY day) AS pause
      FROM ${context.relation("transactions")} WHERE day <= ${asOf}),
    bought AS (
      SELECT customer_id, ${asOf} - max(day) AS days_since_last_purchase, CAST(count(*) - 1 AS INTEGER) AS frequency, max(day) - min(day) AS recency, ${asOf} - min(day) AS t_age,
             ${windows.map(within).join(", ")}, CAST(count(*) FILTER (day > ${asOf} - 365 AND day <= ${asOf} - 275) AS INTEGER) AS purchases_same_season,
             ${revenue(`FILTER (day > ${asOf} - 90)`)} AS revenue_90, ${revenue(`FILTER (day > ${asOf} - 365)`)} AS revenue_365, ${revenue("")} AS revenue_minor,
             arg_max(revenue_minor, day) AS last_purchase_minor, max(day) AS last_on, ${ratio("sum(pause)", "count(pause)")} AS mean_interval_days,
             CASE WHEN count(pause) > 1 THEN sqrt(greatest(0, (CAST(sum(pause * pause) AS DOUBLE) - CAST(sum(pause) AS DOUBLE) * CAST(sum(pause) AS DOUBLE) / count(pause)) / (count(pause) - 1))) END AS interval_sd_days
      FROM seen GROUP BY customer_id)`;
}

function linesSql(context: StepContext, asOf: string): string {
  const isReduced = "(coalesce(discount_minor, 0) > 0 OR coalesce(unit_price_minor < list_price_minor, false))";
  const topShare = (column: string) =>
    `SELECT customer_id, count(*) AS n, ${ratio("max(own)", "sum(own)")} AS share FROM
       (SELECT customer_id, ${column}, count(*) AS own FROM goods WHERE ${column} IS NOT NULL GROUP BY customer_id, ${column}) GROUP BY customer_id`;
  return `goods AS (
      SELECT l.customer_id, l.day, l.category, l.channel, ${isReduced} AS is_reduced FROM ${context.relation("lines")} l
      WHERE l.is_purchase AND l.quantity > 0 AND l.day <= ${asOf}),
    carts AS (
      SELECT g.customer_id, CAST(count(*) AS INTEGER) AS n_lines, ${ratio("count(*) FILTER (is_reduced)", "count(*)")} AS discounted_share,
             ${ratio("count(*) FILTER (is_reduced AND day = last_on)", "count(*) FILTER (day = last_on)")} AS last_discounted_share
      FROM goods g JOIN bought USING (customer_id) GROUP BY g.customer_id),
    categories AS (${topShare("category")}),
    channels AS (${topShare("channel")}),
    given_back AS (
      SELECT customer_id, CAST(count(*) AS INTEGER) AS n FROM ${context.relation("returns")}
      WHERE NOT coalesce(is_of_cancelled, false) AND (known_on IS NULL OR known_on <= ${asOf}) GROUP BY customer_id)`;
}

function activitySql(context: StepContext, asOf: string): string {
  const day = daySql("occurred_at", context.brand.timeZone);
  const sent = (kind: string) =>
    `CAST(count(*) FILTER (event_type = ${literal(kind)} AND day > ${asOf} - 90) AS INTEGER) AS messages_${kind}_90`;
  const visits = (length: number) =>
    `CAST(count(DISTINCT day) FILTER (day > ${asOf} - ${length}) AS INTEGER) AS visits_${length}`;
  const events = (input: string, columns: string) =>
    `SELECT customer_id, ${columns} ${day} AS day FROM ${context.relation(input)} WHERE customer_id IS NOT NULL AND ${day} <= ${asOf}`;
  const told = (input: string) => `EXISTS (SELECT 1 FROM ${context.relation(input)} WHERE ${day} <= ${asOf})`;
  return `written AS (${events("messages", "event_type, coalesce(is_machine_open, false) AS is_machine,")}),
    reached AS (
      SELECT customer_id, ${messageKinds.map(sent).join(", ")}, ${asOf} - max(day) FILTER (event_type IN ('opened', 'clicked')) AS days_since_last_open
      FROM written WHERE NOT is_machine GROUP BY customer_id),
    seen_there AS (${events("visits", "")}),
    visited AS (
      SELECT customer_id, ${visits(30)}, ${visits(90)}, ${asOf} - max(day) AS days_since_last_visit FROM seen_there GROUP BY customer_id),
    has AS (SELECT ${told("messages")} AS messages, ${told("visits")} AS visits)`;
}

function featuresSql(context: StepContext): string {
  const asOf = `DATE ${literal(context.asOf)}`;
  const from: Readonly<Record<string, string>> = {
    intervals_overdue: "b.days_since_last_purchase / nullif(b.mean_interval_days, 0)",
    n_categories: "CAST(coalesce(c.n, 0) AS INTEGER)",
    top_category_share: "c.share",
    n_channels: "CAST(coalesce(h.n, 0) AS INTEGER)",
    top_channel_share: "h.share",
    return_count: "coalesce(r.n, 0)",
    returned_share: "least(1, CAST(coalesce(r.n, 0) AS DOUBLE) / nullif(k.n_lines, 0))",
    days_since_last_open: "m.days_since_last_open",
    days_since_last_visit: "v.days_since_last_visit",
    ...Object.fromEntries(
      messageKinds.map((kind) => [
        `messages_${kind}_90`,
        `CASE WHEN has.messages THEN coalesce(m.messages_${kind}_90, 0) END`,
      ]),
    ),
    ...Object.fromEntries(
      [30, 90].map((n) => [`visits_${n}`, `CASE WHEN has.visits THEN coalesce(v.visits_${n}, 0) END`]),
    ),
    ...Object.fromEntries(["n_lines", "discounted_share", "last_discounted_share"].map((name) => [name, `k.${name}`])),
  };
  const selected = featureColumns.map(({ name, type }) => `CAST(${from[name] ?? `b.${name}`} AS ${type}) AS ${name}`);
  return `WITH ${purchasesSql(context, asOf)}, ${linesSql(context, asOf)}, ${activitySql(context, asOf)}
    SELECT b.customer_id, ${selected.join(", ")} FROM bought b CROSS JOIN has
    LEFT JOIN carts k USING (customer_id) LEFT JOIN categories c USING (customer_id) LEFT JOIN channels h USING (customer_id)
    LEFT JOIN given_back r USING (customer_id) LEFT JOIN reached m USING (customer_id) LEFT JOIN visited v USING (customer_id)
    ORDER BY b.customer_id`;
}

import { weekEnd } from "../../shared/base/time.ts";
import type { Column } from "../../shared/domain/column.ts";
import { literal } from "../engine/sql.ts";
import { defineStep, type StepContext } from "../engine/step-context.ts";
import { ownLines } from "./recent-lines.ts";

/** When something can be done: hour of the day 0–23, ISO weekday 1–7, and the quarter of the year that begins in December. */
export const timeSlots = {
  hour: Array.from({ length: 24 }, (_, hour) => hour),
  weekday: [1, 2, 3, 4, 5, 6, 7],
  season: [0, 1, 2, 3],
} as const;
export type TimeMeasure = keyof typeof timeSlots;

export const slotName = (who: "orders" | "messages", measure: TimeMeasure, slot: number) => `${who}_${measure}_${slot}`;

const slots = (who: "orders" | "messages") =>
  (Object.keys(timeSlots) as TimeMeasure[]).flatMap((measure) =>
    timeSlots[measure].map((slot) => ({ who, measure, slot, name: slotName(who, measure, slot) })),
  );
const countColumns = (who: "orders" | "messages"): Column[] =>
  slots(who).map(({ name }) => ({ name, type: "INTEGER", unit: "count" }));

const columns: readonly Column[] = [
  { name: "customer_id", type: "VARCHAR" },
  ...countColumns("orders"),
  ...countColumns("messages"),
];

/** Local time of an instant; midnight to the second is no hour, but a day without one. */
function localSql(at: string, timeZone: string): string {
  const local = `((${at} AT TIME ZONE 'UTC') AT TIME ZONE ${literal(timeZone)})`;
  return `CAST(${local} AS DATE) AS day, isodow(${local}) AS weekday, ((month(${local}) % 12) // 3) AS season,
    CASE WHEN CAST(${local} AS TIME) <> TIME '00:00:00' AND CAST(${at} AS TIME) <> TIME '00:00:00' THEN hour(${local}) END AS hour`;
}

function countsSql(who: "orders" | "messages", rows: string): string {
  const counted = slots(who).map(
    ({ measure, slot, name }) => `CAST(count(*) FILTER (${measure} = ${slot}) AS INTEGER) AS ${name}`,
  );
  return `SELECT customer_id, ${counted.join(", ")} FROM (${rows}) GROUP BY customer_id`;
}

function ordersSql(context: StepContext, from: string): string {
  return `SELECT customer_id, ${localSql("ordered_at", context.brand.timeZone)} FROM (
    SELECT customer_id, min(ordered_at) AS ordered_at FROM ${from} WHERE is_purchase AND quantity > 0 GROUP BY customer_id, key_space, order_id)`;
}

function answersSql(context: StepContext): string {
  return `SELECT customer_id, ${localSql("occurred_at", context.brand.timeZone)} FROM ${context.relation("messages")}
    WHERE customer_id IS NOT NULL AND event_type IN ('opened', 'clicked') AND NOT coalesce(is_machine_open, false)`;
}

/** Orders and answers of the days from one to another, of those who had bought by the last. */
function bothSql(context: StepContext, { after, until }: { after: string | null; until: string }): string {
  const within = `day <= ${until}${after ? ` AND day > ${after}` : ""}`;
  const names = columns.slice(1).map(({ name }) => `coalesce(${name}, 0) AS ${name}`);
  return `WITH placed AS (${ordersSql(context, context.relation("lines"))}), answered AS (SELECT * FROM (${answersSql(context)}) SEMI JOIN (SELECT customer_id FROM placed WHERE day <= ${until}) USING (customer_id)),
      o AS (${countsSql("orders", `SELECT * FROM placed WHERE ${within}`)}),
      m AS (${countsSql("messages", `SELECT * FROM answered WHERE ${within}`)})
    SELECT customer_id, ${names.join(", ")} FROM o FULL JOIN m USING (customer_id) ORDER BY customer_id`;
}

/** The same up to the day, from what stood at the week's end: of this week's buyers all orders and answers, of the others what they
 *  answered since. */
function builtSql(context: StepContext): string {
  const [until, since] = [context.asOf, weekEnd(context.asOf)].map((day) => `DATE ${literal(day)}`);
  const recent = context.relation("recent");
  const [orders, messages] = (["orders", "messages"] as const).map((who) => slots(who).map(({ name }) => name));
  const plain = orders?.map((name) => `b.${name}`).join(", ");
  const added = messages?.map((name) => `CAST(b.${name} + coalesce(n.${name}, 0) AS INTEGER) AS ${name}`).join(", ");
  const names = columns.slice(1).map(({ name }) => `coalesce(${name}, 0) AS ${name}`);
  return `WITH placed AS (${ordersSql(context, recent)}), buyers AS (SELECT DISTINCT customer_id FROM ${recent}),
      answered AS (SELECT * FROM (${answersSql(context)}) WHERE day <= ${until}),
      o AS (${countsSql("orders", `SELECT * FROM placed WHERE day <= ${until}`)}),
      m AS (${countsSql("messages", "SELECT * FROM answered SEMI JOIN (SELECT customer_id FROM o) USING (customer_id)")}),
      n AS (${countsSql("messages", `SELECT * FROM answered WHERE day > ${since}`)})
    SELECT customer_id, ${names.join(", ")} FROM o LEFT JOIN m USING (customer_id)
    UNION ALL SELECT b.customer_id, ${plain}, ${added} FROM ${context.relation("base")} b LEFT JOIN n USING (customer_id) ANTI JOIN buyers USING (customer_id)
    ORDER BY customer_id`;
}

/** How many orders each customer placed, and messages they opened or clicked, by hour, weekday and season in the brand's zone. */
export const timingCounts = defineStep({
  name: "timing_counts",
  version: 1,
  title: "When customers act",
  stage: "features",
  scope: "bucket",
  timing: "as_of",
  inputs: {
    ...ownLines("timing_counts"),
    messages: { step: "activity", output: "message_events" },
  },
  params: {},
  settings: ["time_zone"],
  outputs: [{ name: "timing_counts", kind: "parquet", columns }],
  run: async (context) => {
    const sql = context.has("base")
      ? builtSql(context)
      : bothSql(context, { after: null, until: `DATE ${literal(context.asOf)}` });
    await context.output.query("timing_counts", sql);
  },
});

/** The same after a cut, for evaluations only. */
export const outcomeTiming = defineStep({
  name: "outcome_timing",
  version: 2,
  title: "When customers acted after the cut",
  stage: "evaluations",
  scope: "brand",
  timing: "cut",
  inputs: {
    lines: { step: "purchase_lines", output: "lines" },
    messages: { step: "activity", output: "message_events" },
  },
  params: {},
  settings: ["time_zone"],
  usesHorizon: true,
  outputs: [{ name: "outcome_timing", kind: "parquet", columns }],
  run: async (context) => {
    const cut = `DATE ${literal(context.asOf)}`;
    await context.output.query(
      "outcome_timing",
      bothSql(context, { after: cut, until: `${cut} + ${context.horizonDays}` }),
    );
  },
});

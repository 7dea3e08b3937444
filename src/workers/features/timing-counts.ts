import type { Column } from "../../shared/domain/column.ts";
import { literal } from "../engine/sql.ts";
import { defineStep, type StepContext } from "../engine/step-context.ts";

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

function ordersSql(context: StepContext, input: string): string {
  return `SELECT customer_id, ${localSql("ordered_at", context.brand.timeZone)} FROM (
    SELECT customer_id, min(ordered_at) AS ordered_at FROM ${context.relation(input)} WHERE is_purchase AND quantity > 0 GROUP BY customer_id, key_space, order_id)`;
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
    lines: { step: "purchase_lines", output: "lines" },
    messages: { step: "activity", output: "message_events" },
  },
  params: {},
  settings: ["time_zone"],
  outputs: [
    {
      name: "timing_counts",
      kind: "parquet",
      columns: [{ name: "customer_id", type: "VARCHAR" }, ...countColumns("orders"), ...countColumns("messages")],
    },
  ],
  run: async (context) => {
    const asOf = `DATE ${literal(context.asOf)}`;
    const names = countColumns("messages").map(({ name }) => `coalesce(m.${name}, 0) AS ${name}`);
    await context.output.query(
      "timing_counts",
      `WITH placed AS (SELECT * FROM (${ordersSql(context, "lines")}) WHERE day <= ${asOf}),
         answered AS (
           SELECT customer_id, ${localSql("occurred_at", context.brand.timeZone)} FROM ${context.relation("messages")}
           WHERE customer_id IS NOT NULL AND event_type IN ('opened', 'clicked') AND NOT coalesce(is_machine_open, false)),
         o AS (${countsSql("orders", "SELECT * FROM placed")}),
         m AS (${countsSql("messages", `SELECT * FROM answered SEMI JOIN placed USING (customer_id) WHERE answered.day <= ${asOf}`)})
       SELECT o.*, ${names.join(", ")} FROM o LEFT JOIN m USING (customer_id) ORDER BY o.customer_id`,
    );
  },
});

/** The same of orders after a cut, for evaluations only. */
export const outcomeTiming = defineStep({
  name: "outcome_timing",
  version: 1,
  title: "When customers acted after the cut",
  stage: "evaluations",
  scope: "brand",
  timing: "cut",
  inputs: { lines: { step: "purchase_lines", output: "lines" } },
  params: {},
  settings: ["time_zone"],
  usesHorizon: true,
  outputs: [
    {
      name: "outcome_timing",
      kind: "parquet",
      columns: [{ name: "customer_id", type: "VARCHAR" }, ...countColumns("orders")],
    },
  ],
  run: async (context) => {
    const cut = `DATE ${literal(context.asOf)}`;
    await context.output.query(
      "outcome_timing",
      `WITH placed AS (${ordersSql(context, "lines")})
       ${countsSql("orders", `SELECT * FROM placed WHERE day > ${cut} AND day <= ${cut} + ${context.horizonDays}`)} ORDER BY customer_id`,
    );
  },
});

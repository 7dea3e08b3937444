import type { Column } from "../../../shared/domain/column.ts";
import type { OwnEvent, OwnPopulation } from "../../../shared/domain/own-model.ts";
import { literal } from "../../engine/sql.ts";
import { defineStep, type Step } from "../../engine/step-context.ts";
import { featureColumns } from "../../features/customer-features.ts";
import { earlierCuts } from "../../features/earlier-cuts.ts";
import { eventDaysSql, eventSource } from "./event-days.ts";

const customer: Column = { name: "customer_id", type: "VARCHAR" };

/** How often the event had happened to a customer before, and when last. */
export const eventColumns: readonly Column[] = [
  { name: "event_days_90", type: "INTEGER", unit: "count" },
  { name: "event_days_365", type: "INTEGER", unit: "count" },
  { name: "event_days", type: "INTEGER", unit: "count" },
  { name: "days_since_event", type: "DOUBLE", unit: "days" },
];

const mostRows = 60_000;

export interface OwnEventModel {
  readonly name: string;
  readonly event: OwnEvent;
  readonly horizonDays: number;
  readonly population: OwnPopulation;
}

export const eventsStep = (name: string) => `own_events_${name}`;
export const trainingStep = (name: string) => `own_training_${name}`;
export const outcomesStep = (name: string) => `own_outcomes_${name}`;

/** Whether a buyer is one of those that are scored: NULL-free SQL over features `f` and event columns `e`. */
function populationSql({ bought_within_days, least_purchases, is_first_time }: OwnPopulation): string {
  const conditions = [
    ...(bought_within_days === undefined ? [] : [`f.days_since_last_purchase < ${bought_within_days}`]),
    ...(least_purchases === undefined ? [] : [`f.frequency + 1 >= ${least_purchases}`]),
    ...(is_first_time ? ["coalesce(e.event_days, 0) = 0"] : []),
  ];
  return conditions.length > 0 ? conditions.join(" AND ") : "true";
}

/** One row a buyer at a day: the event's own past, and whether the customer is scored. */
function pastStep({ name, event, population }: OwnEventModel): Step {
  return defineStep({
    name: eventsStep(name),
    version: 1,
    title: `Past events for ${name}`,
    stage: "features",
    scope: "brand",
    timing: "as_of",
    inputs: { features: { step: "customer_features", output: "customer_features" }, happenings: eventSource(event) },
    params: {},
    settings: ["time_zone"],
    outputs: [
      {
        name: eventsStep(name),
        kind: "parquet",
        columns: [customer, ...eventColumns, { name: "is_scored", type: "BOOLEAN" }],
      },
    ],
    run: async (context) => {
      const asOf = `DATE ${literal(context.asOf)}`;
      const counted = (days: number) =>
        `CAST(count(*) FILTER (day > ${asOf} - ${days}) AS INTEGER) AS event_days_${days}`;
      await context.output.query(
        eventsStep(name),
        `WITH happened AS (${eventDaysSql(event, context)}),
         e AS (SELECT customer_id, ${counted(90)}, ${counted(365)}, CAST(count(*) AS INTEGER) AS event_days,
                 CAST(${asOf} - max(day) AS DOUBLE) AS days_since_event FROM happened WHERE day <= ${asOf} GROUP BY customer_id)
         SELECT f.customer_id, coalesce(e.event_days_90, 0) AS event_days_90, coalesce(e.event_days_365, 0) AS event_days_365,
                coalesce(e.event_days, 0) AS event_days, e.days_since_event, coalesce(${populationSql(population)}, false) AS is_scored
         FROM ${context.relation("features")} f LEFT JOIN e USING (customer_id) ORDER BY f.customer_id`,
      );
    },
  });
}

/** Features and past events of those scored at earlier cuts, with whether the event followed; all of it known by the day. Beyond
 *  60,000 rows a share is drawn by what the rows say, not by whose they are. */
function learningStep({ name, event, horizonDays }: OwnEventModel): Step {
  const before = (step: string, days: number) => ({ step, output: step, daysBefore: days });
  const cuts = earlierCuts.filter((days) => days >= horizonDays);
  const names = [...featureColumns, ...eventColumns].map((column) => column.name);
  return defineStep({
    name: trainingStep(name),
    version: 2,
    title: `What followed earlier cuts for ${name}`,
    stage: "features",
    scope: "brand",
    timing: "as_of",
    inputs: {
      happenings: eventSource(event),
      ...Object.fromEntries(cuts.map((days) => [`features_${days}`, before("customer_features", days)])),
      ...Object.fromEntries(cuts.map((days) => [`events_${days}`, before(eventsStep(name), days)])),
    },
    params: {},
    settings: ["time_zone"],
    outputs: [
      {
        name: trainingStep(name),
        kind: "parquet",
        columns: [
          customer,
          { name: "cut_days", type: "INTEGER", unit: "days" },
          ...featureColumns,
          ...eventColumns,
          { name: "happened", type: "DOUBLE" },
        ],
      },
    ],
    run: async (context) => {
      const asOf = `DATE ${literal(context.asOf)}`;
      const columns = names.map((one) =>
        eventColumns.some((column) => column.name === one) ? `e.${one}` : `f.${one}`,
      );
      const rows = cuts.map(
        (
          days,
        ) => `SELECT f.customer_id, CAST(${days} AS INTEGER) AS cut_days, ${columns.join(", ")} FROM ${context.relation(`features_${days}`)} f
          JOIN ${context.relation(`events_${days}`)} e USING (customer_id) WHERE e.is_scored`,
      );
      const said = names.map((one) => `coalesce(CAST(${one} AS VARCHAR), '')`).join(" || '|' || ");
      await context.output.query(
        trainingStep(name),
        `WITH told AS (${rows.join(" UNION ALL ")}), size AS (SELECT count(*) AS n FROM told),
         kept AS (SELECT * FROM told WHERE (SELECT n FROM size) <= ${mostRows}
           OR CAST('0x' || left(md5(cut_days || '|' || ${said}), 8) AS BIGINT) % 1000000 < 1000000.0 * ${mostRows} / (SELECT n FROM size)),
         happened AS (${eventDaysSql(event, context)}),
         after AS (SELECT DISTINCT k.customer_id, k.cut_days FROM kept k JOIN happened h ON h.customer_id = k.customer_id
           AND h.day > ${asOf} - k.cut_days AND h.day <= ${asOf} - k.cut_days + ${horizonDays})
         SELECT k.*, CAST(a.customer_id IS NOT NULL AS DOUBLE) AS happened FROM kept k LEFT JOIN after a
           ON a.customer_id = k.customer_id AND a.cut_days = k.cut_days ORDER BY k.customer_id, k.cut_days`,
      );
    },
  });
}

/** To whom the event happened after a cut, for evaluations only. */
function afterStep({ name, event, horizonDays }: OwnEventModel): Step {
  return defineStep({
    name: outcomesStep(name),
    version: 1,
    title: `What followed the cut for ${name}`,
    stage: "evaluations",
    scope: "brand",
    timing: "cut",
    inputs: { happenings: eventSource(event) },
    params: {},
    settings: ["time_zone"],
    outputs: [{ name: outcomesStep(name), kind: "parquet", columns: [customer, { name: "happened", type: "DOUBLE" }] }],
    run: async (context) => {
      const cut = `DATE ${literal(context.asOf)}`;
      await context.output.query(
        outcomesStep(name),
        `SELECT customer_id, CAST(1 AS DOUBLE) AS happened FROM (${eventDaysSql(event, context)})
         WHERE day > ${cut} AND day <= ${cut} + ${horizonDays} GROUP BY customer_id ORDER BY customer_id`,
      );
    },
  });
}

/** Past, lessons and outcomes of an event, for a propensity of it. */
export function eventSteps(model: OwnEventModel): readonly Step[] {
  return [pastStep(model), learningStep(model), afterStep(model)];
}

/** Past and outcomes alone: what somebody else's scores of it are judged by. */
export function judgingSteps(model: OwnEventModel): readonly Step[] {
  return [pastStep(model), afterStep(model)];
}

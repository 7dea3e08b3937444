import type { Column } from "../../shared/domain/column.ts";
import { literal } from "../engine/sql.ts";
import { defineStep, type StepContext } from "../engine/step-context.ts";
import { answerDays, messageDaysSql } from "./message-days.ts";

const number = (name: string, unit: string): Column => ({ name, type: "DOUBLE", unit });

/** Memories of a month and of four: a message d days ago counts exp(−d ÷ memory). */
const memories = [30, 120] as const;
const kinds = ["sent", "opened", "clicked"] as const;
const longest = 730;

/** What somebody had of e-mails before a day, and did with them. */
export const messageColumns: readonly Column[] = [
  ...memories.flatMap((memory) => kinds.map((kind) => number(`${kind}_decayed_${memory}`, "count"))),
  number("machine_opened_decayed_120", "count"),
  ...kinds.map((kind) => number(`n_${kind}`, "count")),
  number("sent_7", "count"),
  number("sent_28", "count"),
  number("days_since_sent", "days"),
  number("days_since_opened", "days"),
  number("days_since_clicked", "days"),
  number("days_since_first", "days"),
];
const names = messageColumns.map(({ name }) => name);

/** Sums of weights are whole numbers, so that they don't hang on the order in which they are added. */
const scale = 1_000_000;

/** Those columns of each row of `moments` (customer_id, day), from days before its own. */
function historySql(asOf: string): string {
  const weight = (memory: number) =>
    `CAST(round(${scale} * exp((day - (${asOf} - ${longest})) / ${memory}.0)) AS HUGEINT)`;
  const sums = memories.flatMap((memory) =>
    kinds.map((kind) => `sum(n_${kind} * w${memory}) OVER w AS ${kind}_sum_${memory}`),
  );
  const last = (kind: string) => `max(CASE WHEN n_${kind} > 0 THEN day END) OVER w AS last_${kind}`;
  const decayed = (sum: string, memory: number) =>
    `coalesce(CAST(${sum} AS DOUBLE), 0) / ${scale} / exp((day - (${asOf} - ${longest})) / ${memory}.0)`;
  const total = (kind: string) => `coalesce(CAST(total_${kind} AS DOUBLE), 0) AS n_${kind}`;
  return `stream AS (
      SELECT customer_id, day, n_sent, n_opened, n_machine_opened, n_clicked, false AS is_moment FROM message_days WHERE day > ${asOf} - ${longest}
      UNION ALL SELECT customer_id, day, 0, 0, 0, 0, true FROM moments),
    weighed AS (SELECT *, ${memories.map((memory) => `${weight(memory)} AS w${memory}`).join(", ")} FROM stream),
    summed AS (
      SELECT customer_id, day, is_moment, ${sums.join(", ")}, sum(n_machine_opened * w120) OVER w AS machine_sum, ${kinds.map((kind) => `sum(n_${kind}) OVER w AS total_${kind}`).join(", ")},
        sum(n_sent) OVER (PARTITION BY customer_id ORDER BY day RANGE BETWEEN 7 PRECEDING AND 1 PRECEDING) AS sent_7, sum(n_sent) OVER (PARTITION BY customer_id ORDER BY day RANGE BETWEEN 28 PRECEDING AND 1 PRECEDING) AS sent_28,
        ${kinds.map(last).join(", ")}, min(CASE WHEN n_sent > 0 THEN day END) OVER w AS first_sent
      FROM weighed WINDOW w AS (PARTITION BY customer_id ORDER BY day RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)),
    history AS (
      SELECT customer_id, day, ${memories.flatMap((memory) => kinds.map((kind) => `${decayed(`${kind}_sum_${memory}`, memory)} AS ${kind}_decayed_${memory}`)).join(", ")},
        ${decayed("machine_sum", 120)} AS machine_opened_decayed_120, ${kinds.map(total).join(", ")}, coalesce(CAST(sent_7 AS DOUBLE), 0) AS sent_7, coalesce(CAST(sent_28 AS DOUBLE), 0) AS sent_28,
        ${kinds.map((kind) => `CAST(day - last_${kind} AS DOUBLE) AS days_since_${kind}`).join(", ")}, CAST(day - first_sent AS DOUBLE) AS days_since_first
      FROM summed WHERE is_moment)`;
}

const days = { days: { step: "message_days", output: "message_days" } };
const asOfDay = (context: StepContext) => `DATE ${literal(context.asOf)}`;

/** Everybody who had an e-mail within two years, as they stand before the next one. */
export const messageActivity = defineStep({
  name: "message_activity",
  version: 1,
  title: "E-mails had and answered",
  stage: "features",
  scope: "brand",
  timing: "as_of",
  inputs: days,
  params: {},
  outputs: [
    {
      name: "message_activity",
      kind: "parquet",
      columns: [{ name: "customer_id", type: "VARCHAR" }, ...messageColumns, { name: "has_left", type: "DOUBLE" }],
    },
  ],
  run: async (context) => {
    const asOf = asOfDay(context);
    await context.output.query(
      "message_activity",
      `WITH message_days AS (SELECT * FROM ${context.relation("days")} WHERE day > ${asOf} - ${longest}),
        moments AS (SELECT DISTINCT customer_id, ${asOf} + 1 AS day FROM message_days WHERE n_sent > 0),
        gone AS (SELECT customer_id, max(CASE WHEN n_left > 0 THEN day END) AS left_on, max(CASE WHEN n_sent > 0 THEN day END) AS sent_on FROM message_days GROUP BY customer_id),
        ${historySql(asOf)}
      SELECT h.customer_id, ${names.map((name) => `h.${name}`).join(", ")}, CAST(coalesce(g.left_on >= g.sent_on, false) AS DOUBLE) AS has_left
      FROM history h JOIN gone g USING (customer_id) ORDER BY h.customer_id`,
    );
  },
});

const mostRows = 40_000;
const labels = ["is_opened", "is_clicked", "has_left"].map((name): Column => ({ name, type: "DOUBLE" }));

/** Days of e-mails within a year whose week of answers has passed: what was known before, and what became of them. Beyond 40,000 rows a
 *  share is drawn by what the rows say. */
export const messageTraining = defineStep({
  name: "message_training",
  version: 1,
  title: "What became of e-mails",
  stage: "features",
  scope: "brand",
  timing: "as_of",
  inputs: days,
  params: {},
  outputs: [
    {
      name: "message_training",
      kind: "parquet",
      columns: [
        { name: "customer_id", type: "VARCHAR" },
        { name: "days_ago", type: "INTEGER", unit: "days" },
        ...messageColumns,
        ...labels,
      ],
    },
  ],
  run: async (context) => {
    const asOf = asOfDay(context);
    const said = names.map((name) => `coalesce(CAST(${name} AS VARCHAR), '')`).join(" || '|' || ");
    await context.output.query(
      "message_training",
      `WITH message_days AS (SELECT * FROM ${context.relation("days")} WHERE day > ${asOf} - ${longest}),
        moments AS (SELECT customer_id, day FROM message_days WHERE n_sent > 0 AND day > ${asOf} - 365 AND day <= ${asOf} - ${answerDays}),
        size AS (SELECT count(*) AS n FROM moments), ${historySql(asOf)},
        kept AS (SELECT * FROM history WHERE (SELECT n FROM size) <= ${mostRows}
          OR CAST('0x' || left(md5(CAST(day AS VARCHAR) || '|' || ${said}), 8) AS BIGINT) % 1000000 < 1000000.0 * ${mostRows} / (SELECT n FROM size))
      SELECT k.customer_id, CAST(${asOf} - k.day AS INTEGER) AS days_ago, ${names.map((name) => `k.${name}`).join(", ")},
        CAST(d.sent_opened > 0 AS DOUBLE) AS is_opened, CAST(d.sent_clicked > 0 AS DOUBLE) AS is_clicked, CAST(d.sent_left > 0 AS DOUBLE) AS has_left
      FROM kept k JOIN message_days d ON d.customer_id = k.customer_id AND d.day = k.day ORDER BY k.customer_id, k.day`,
    );
  },
});

/** After a cut: what became of the next e-mails of each customer, those of the first day, and whether they left within the horizon. */
export const outcomeMessages = defineStep({
  name: "outcome_messages",
  version: 1,
  title: "E-mails after the cut",
  stage: "evaluations",
  scope: "brand",
  timing: "cut",
  inputs: { messages: { step: "activity", output: "message_events" } },
  params: {},
  settings: ["time_zone"],
  usesHorizon: true,
  outputs: [
    {
      name: "outcome_messages",
      kind: "parquet",
      columns: [
        { name: "customer_id", type: "VARCHAR" },
        ...labels,
        { name: "n_sent", type: "DOUBLE" },
        { name: "leaves", type: "DOUBLE" },
      ],
    },
  ],
  run: async (context) => {
    const cut = asOfDay(context);
    const until = `(${cut} + ${context.horizonDays})`;
    await context.output.query(
      "outcome_messages",
      `WITH ${messageDaysSql(context, context.relation("messages"), until)},
        after AS (SELECT * FROM message_days WHERE day > ${cut} AND day <= ${until}),
        firsts AS (SELECT customer_id, min(day) AS day, sum(n_sent) AS n_sent FROM after WHERE n_sent > 0 GROUP BY customer_id HAVING min(day) <= ${until} - ${answerDays}),
        gone AS (SELECT customer_id, sum(n_left) AS n FROM after GROUP BY customer_id)
      SELECT f.customer_id, CAST(a.sent_opened > 0 AS DOUBLE) AS is_opened, CAST(a.sent_clicked > 0 AS DOUBLE) AS is_clicked, CAST(a.sent_left > 0 AS DOUBLE) AS has_left,
        CAST(f.n_sent AS DOUBLE) AS n_sent, CAST(g.n > 0 AS DOUBLE) AS leaves
      FROM firsts f JOIN after a ON a.customer_id = f.customer_id AND a.day = f.day JOIN gone g ON g.customer_id = f.customer_id ORDER BY f.customer_id`,
    );
  },
});

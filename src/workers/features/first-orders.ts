import type { Column } from "../../shared/domain/column.ts";
import { literal } from "../engine/sql.ts";
import { defineStep, type StepContext } from "../engine/step-context.ts";

const number = (name: string, type: Column["type"], unit?: string): Column => ({
  name,
  type,
  ...(unit ? { unit } : {}),
});

/** Ages, in days since the first order, from which on what followed within the horizon is told. */
export const landmarks = [0, 30, 90] as const;

/** What a first order alone tells, as numbers. */
export const firstOrderColumns: readonly Column[] = [
  number("first_minor", "BIGINT", "minor"),
  number("n_orders", "INTEGER", "count"),
  number("n_lines", "INTEGER", "count"),
  number("quantity", "DOUBLE", "count"),
  number("n_categories", "INTEGER", "count"),
  number("mean_price_minor", "DOUBLE", "minor"),
  number("discounted_share", "DOUBLE", "share"),
  number("weekday", "INTEGER"),
  number("month", "INTEGER"),
];

/** The day of everybody's first order: what was in it, when the second followed, and the revenue within the horizon after some ages
 *  (NULL where that time hasn't passed by the day). */
export const firstOrders = defineStep({
  name: "first_orders",
  version: 1,
  title: "First orders",
  stage: "features",
  scope: "bucket",
  timing: "as_of",
  inputs: {
    transactions: { step: "transactions", output: "transactions" },
    lines: { step: "purchase_lines", output: "lines" },
  },
  params: {},
  usesHorizon: true,
  outputs: [
    {
      name: "first_orders",
      kind: "parquet",
      columns: [
        { name: "customer_id", type: "VARCHAR" },
        number("age_days", "INTEGER", "days"),
        ...firstOrderColumns,
        { name: "category", type: "VARCHAR" },
        { name: "channel", type: "VARCHAR" },
        number("second_after_days", "INTEGER", "days"),
        ...landmarks.map((age) => number(`revenue_after_${age}`, "BIGINT", "minor")),
      ],
    },
  ],
  run: async (context) => {
    await context.output.query("first_orders", firstSql(context));
  },
});

function firstSql(context: StepContext): string {
  const asOf = `DATE ${literal(context.asOf)}`;
  const horizon = context.horizonDays;
  const after = landmarks.map(
    (age) => `CASE WHEN any_value(first_on) + ${age + horizon} <= ${asOf}
      THEN CAST(coalesce(sum(revenue_minor) FILTER (day > first_on + ${age} AND day <= first_on + ${age + horizon}), 0) AS BIGINT) END AS revenue_after_${age}`,
  );
  const isReduced = "(coalesce(l.discount_minor, 0) > 0 OR coalesce(l.unit_price_minor < l.list_price_minor, false))";
  const priced = "CAST(count(*) FILTER (l.unit_price_minor > 0) AS DOUBLE)";
  return `WITH seen AS (SELECT *, min(day) OVER (PARTITION BY customer_id) AS first_on FROM ${context.relation("transactions")} WHERE day <= ${asOf}),
    history AS (
      SELECT customer_id, any_value(first_on) AS first_on, arg_min(revenue_minor, day) AS first_minor, arg_min(n_orders, day) AS n_orders, arg_min(quantity, day) AS quantity,
             CAST(min(day) FILTER (day > first_on) - any_value(first_on) AS INTEGER) AS second_after_days, ${after.join(", ")}
      FROM seen GROUP BY customer_id),
    carts AS (
      SELECT l.customer_id, CAST(count(*) AS INTEGER) AS n_lines, CAST(count(DISTINCT l.category) AS INTEGER) AS n_categories,
             CAST(sum(l.unit_price_minor) FILTER (l.unit_price_minor > 0) AS DOUBLE) / nullif(${priced}, 0) AS mean_price_minor,
             CAST(count(*) FILTER (${isReduced}) AS DOUBLE) / count(*) AS discounted_share,
             any_value(l.category ORDER BY l.revenue_minor DESC NULLS LAST, l.category) AS category,
             any_value(l.channel ORDER BY l.revenue_minor DESC NULLS LAST, l.channel) AS channel
      FROM ${context.relation("lines")} l JOIN history h ON h.customer_id = l.customer_id AND h.first_on = l.day
      WHERE l.is_purchase AND l.quantity > 0 GROUP BY l.customer_id)
    SELECT h.customer_id, CAST(${asOf} - h.first_on AS INTEGER) AS age_days, h.first_minor, h.n_orders, coalesce(c.n_lines, 0) AS n_lines, h.quantity, coalesce(c.n_categories, 0) AS n_categories,
           c.mean_price_minor, c.discounted_share, CAST(isodow(h.first_on) AS INTEGER) AS weekday, CAST(month(h.first_on) AS INTEGER) AS month, c.category, c.channel,
           h.second_after_days, ${landmarks.map((age) => `h.revenue_after_${age}`).join(", ")}
    FROM history h LEFT JOIN carts c USING (customer_id) ORDER BY h.customer_id`;
}

import type { Column } from "../../shared/domain/column.ts";
import { literal } from "../engine/sql.ts";
import { defineStep, type StepContext } from "../engine/step-context.ts";
import { daySql } from "../engine/zone-shifts.ts";

const count = (name: string): Column => ({ name, type: "INTEGER", unit: "count" });
const number = (name: string, unit = "count"): Column => ({ name, type: "DOUBLE", unit });

/** Visits of known customers by day: visits, pages, products looked at, carts, and the category looked at last. */
export const webDays = defineStep({
  name: "web_days",
  version: 1,
  title: "Visits by customer and day",
  stage: "features",
  scope: "brand",
  timing: "as_of",
  inputs: {
    events: { step: "activity", output: "web_events" },
    products: { step: "lake", output: "products" },
  },
  params: {},
  settings: ["time_zone"],
  outputs: [
    {
      name: "web_days",
      kind: "parquet",
      columns: [
        { name: "customer_id", type: "VARCHAR" },
        { name: "day", type: "DATE" },
        count("n_visits"),
        count("n_pages"),
        count("n_products"),
        count("n_carts"),
        { name: "last_category", type: "VARCHAR" },
      ],
    },
  ],
  run: async (context) => {
    const day = daySql("e.occurred_at", context.brand.timeZone);
    await context.output.query(
      "web_days",
      `WITH goods AS (SELECT key_space, product_id, min(category) AS category FROM ${context.relation("products")} WHERE category IS NOT NULL GROUP BY ALL),
        named AS (SELECT product_id, min(category) AS category FROM goods GROUP BY product_id HAVING count(DISTINCT category) = 1),
        seen AS (
          SELECT e.customer_id, ${day} AS day, e.occurred_at, e.event_id, coalesce(e.session_id, e.visitor_id, '') AS visit, e.product_id, lower(e.event_type) AS kind, coalesce(g.category, n.category) AS category
          FROM ${context.relation("events")} e LEFT JOIN goods g ON g.key_space = e.key_space AND g.product_id = e.product_id LEFT JOIN named n ON n.product_id = e.product_id
          WHERE e.customer_id IS NOT NULL AND ${day} <= DATE ${literal(context.asOf)})
      SELECT customer_id, day, CAST(count(DISTINCT visit) AS INTEGER) AS n_visits, CAST(count(*) AS INTEGER) AS n_pages,
        CAST(count(*) FILTER (product_id IS NOT NULL) AS INTEGER) AS n_products, CAST(count(*) FILTER (kind LIKE '%cart%' OR kind LIKE '%checkout%' OR kind LIKE '%basket%') AS INTEGER) AS n_carts,
        arg_max(category, (occurred_at, event_id)) FILTER (category IS NOT NULL) AS last_category
      FROM seen GROUP BY customer_id, day ORDER BY customer_id, day`,
    );
  },
});

/** What somebody did on the web up to a day, and bought. */
export const webColumns: readonly Column[] = [
  ...[1, 7, 30, 90].map((days) => number(`visits_${days}`)),
  ...[7, 30].flatMap((days) => [number(`products_${days}`), number(`carts_${days}`)]),
  number("pages_7"),
  number("visit_days_30", "days"),
  number("days_since_visit", "days"),
  number("days_since_cart", "days"),
  number("days_since_last_purchase", "days"),
  number("purchases_365"),
];
const names = webColumns.map(({ name }) => name);

/** Those columns for each row of `moments` (customer_id, day); only who visited within 90 days before has a row. */
function webSql(web: string, transactions: string): string {
  const within = (days: number) => `FILTER (w.day > m.day - ${days})`;
  const total = (column: string, days: number) => `CAST(coalesce(sum(w.${column}) ${within(days)}, 0) AS DOUBLE)`;
  return `looked AS (
      SELECT m.customer_id, m.day, ${[1, 7, 30, 90].map((days) => `${total("n_visits", days)} AS visits_${days}`).join(", ")},
        ${[7, 30].map((days) => `${total("n_products", days)} AS products_${days}, ${total("n_carts", days)} AS carts_${days}`).join(", ")}, ${total("n_pages", 7)} AS pages_7,
        CAST(count(*) ${within(30)} AS DOUBLE) AS visit_days_30, CAST(m.day - max(w.day) AS DOUBLE) AS days_since_visit, CAST(m.day - max(CASE WHEN w.n_carts > 0 THEN w.day END) AS DOUBLE) AS days_since_cart,
        arg_max(w.last_category, w.day) FILTER (w.last_category IS NOT NULL) AS last_seen_category
      FROM moments m JOIN ${web} w ON w.customer_id = m.customer_id AND w.day <= m.day AND w.day > m.day - 90 GROUP BY m.customer_id, m.day),
    owned AS (
      SELECT l.customer_id, l.day, CAST(l.day - max(t.day) AS DOUBLE) AS days_since_last_purchase, CAST(count(t.day) FILTER (t.day > l.day - 365) AS DOUBLE) AS purchases_365
      FROM looked l LEFT JOIN ${transactions} t ON t.customer_id = l.customer_id AND t.day <= l.day GROUP BY l.customer_id, l.day),
    told AS (SELECT l.*, o.days_since_last_purchase, o.purchases_365 FROM looked l JOIN owned o ON o.customer_id = l.customer_id AND o.day = l.day)`;
}

const inputs = {
  days: { step: "web_days", output: "web_days" },
  transactions: { step: "transactions", output: "transactions" },
} as const;
const asOfDay = (context: StepContext) => `DATE ${literal(context.asOf)}`;

/** Customers who visited within 90 days, as they stand at the day. */
export const webActivity = defineStep({
  name: "web_activity",
  version: 1,
  title: "Visits before the day",
  stage: "features",
  scope: "brand",
  timing: "as_of",
  inputs,
  params: {},
  outputs: [
    {
      name: "web_activity",
      kind: "parquet",
      columns: [
        { name: "customer_id", type: "VARCHAR" },
        ...webColumns,
        { name: "last_seen_category", type: "VARCHAR" },
      ],
    },
  ],
  run: async (context) => {
    const asOf = asOfDay(context);
    await context.output.query(
      "web_activity",
      `WITH moments AS (SELECT DISTINCT customer_id, ${asOf} AS day FROM ${context.relation("days")}), ${webSql(context.relation("days"), context.relation("transactions"))}
      SELECT customer_id, ${names.join(", ")}, last_seen_category FROM told ORDER BY customer_id`,
    );
  },
});

const mostRows = 40_000;
const weeks = 26;

/** Customers who visited within 90 days at the ends of earlier weeks, a month ago at the latest, with whether they bought within 7 and
 *  30 days. Beyond 40,000 rows a share is drawn by what the rows say. */
export const webTraining = defineStep({
  name: "web_training",
  version: 1,
  title: "What followed visits",
  stage: "features",
  scope: "brand",
  timing: "as_of",
  inputs,
  params: {},
  outputs: [
    {
      name: "web_training",
      kind: "parquet",
      columns: [
        { name: "customer_id", type: "VARCHAR" },
        { name: "days_ago", type: "INTEGER", unit: "days" },
        ...webColumns,
        { name: "buys_7", type: "DOUBLE" },
        { name: "buys_30", type: "DOUBLE" },
      ],
    },
  ],
  run: async (context) => {
    const asOf = asOfDay(context);
    const [web, bought] = [context.relation("days"), context.relation("transactions")];
    const said = names.map((name) => `coalesce(CAST(${name} AS VARCHAR), '')`).join(" || '|' || ");
    await context.output.query(
      "web_training",
      `WITH cuts AS (SELECT ${asOf} - 30 - CAST(7 * k AS INTEGER) AS day FROM range(${weeks}) r(k)),
        moments AS (SELECT DISTINCT w.customer_id, c.day FROM ${web} w JOIN cuts c ON w.day <= c.day AND w.day > c.day - 90
          WHERE c.day >= (SELECT min(day) + 14 FROM ${web})),
        ${webSql(web, bought)}, size AS (SELECT count(*) AS n FROM told),
        kept AS (SELECT * FROM told WHERE (SELECT n FROM size) <= ${mostRows}
          OR CAST('0x' || left(md5(CAST(day AS VARCHAR) || '|' || ${said}), 8) AS BIGINT) % 1000000 < 1000000.0 * ${mostRows} / (SELECT n FROM size)),
        after AS (SELECT k.customer_id, k.day, min(t.day - k.day) AS pause FROM kept k JOIN ${bought} t ON t.customer_id = k.customer_id AND t.day > k.day AND t.day <= k.day + 30 GROUP BY k.customer_id, k.day)
      SELECT k.customer_id, CAST(${asOf} - k.day AS INTEGER) AS days_ago, ${names.map((name) => `k.${name}`).join(", ")},
        CAST(coalesce(a.pause <= 7, false) AS DOUBLE) AS buys_7, CAST(a.pause IS NOT NULL AS DOUBLE) AS buys_30
      FROM kept k LEFT JOIN after a ON a.customer_id = k.customer_id AND a.day = k.day ORDER BY k.customer_id, k.day`,
    );
  },
});

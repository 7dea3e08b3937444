import type { Column } from "../../shared/domain/column.ts";
import { literal } from "../engine/sql.ts";
import { defineStep, type StepContext } from "../engine/step-context.ts";

const text = (name: string): Column => ({ name, type: "VARCHAR" });
const number = (name: string, unit = "count"): Column => ({ name, type: "DOUBLE", unit });

export const returnLineKeys: readonly Column[] = [
  text("order_id"),
  text("line_id"),
  text("customer_id"),
  text("key_space"),
  text("source"),
];

const features: readonly Column[] = [
  text("category"),
  text("subcategory"),
  text("brand"),
  text("product_id"),
  text("size"),
  text("channel"),
  text("gender"),
  text("region"),
  number("price_minor", "minor"),
  number("price_ratio", "ratio"),
  number("discount_depth", "share"),
  number("quantity"),
  number("order_lines"),
  number("order_minor", "minor"),
  number("order_share", "share"),
  number("sizes_in_order"),
  number("alike_in_order"),
  number("category_in_order"),
  number("past_lines"),
  number("past_returns"),
  number("past_expected"),
  number("past_category_returns"),
  number("past_product_lines"),
  number("past_product_returns"),
  number("past_orders"),
  number("tenure_days", "days"),
  number("pause_days", "days"),
  number("delivery_days", "days"),
  number("age_from", "years"),
  number("month", "month"),
  number("age_days", "days"),
];

/** What a line's chance to come back is read from, and what became of it where that is settled. */
export const returnLineColumns: readonly Column[] = [
  ...returnLineKeys,
  { name: "day", type: "DATE" },
  { name: "known_on", type: "DATE" },
  { name: "returned_on", type: "DATE" },
  { name: "is_returned", type: "BOOLEAN" },
  { name: "window_days", type: "INTEGER", unit: "days" },
  ...features,
];

/** Tables that `returnLinesSql` reads. */
export const returnLineInputs = {
  ledger: { step: "return_ledger", output: "return_ledger" },
  window: { step: "return_window", output: "return_window" },
  lines: { step: "purchase_lines", output: "lines" },
  sold: { step: "purchase_lines", output: "details" },
  goods: { step: "sold_products", output: "goods" },
  traits: { step: "buyer_traits", output: "traits" },
};

/** Settled lines whose window has passed, the newest up to a number, with what was known when each was bought. */
export const returnTrainingLines = defineStep({
  name: "return_training_lines",
  version: 6,
  title: "Settled lines and what was known of them",
  stage: "features",
  scope: "brand",
  timing: "as_of",
  inputs: returnLineInputs,
  params: {
    most_lines: {
      kind: "number",
      default: 400_000,
      min: 1_000,
      max: 4_000_000,
      label: "Lines to learn from",
      help: "The newest settled lines, whole days of them.",
    },
  },
  outputs: [{ name: "return_training_lines", kind: "parquet", columns: returnLineColumns }],
  run: async (context) => {
    const passed = `is_settled AND window_ends_on <= DATE ${literal(context.asOf)}`;
    const newest = `(SELECT coalesce(max(day) FILTER (n > ${Number(context.params["most_lines"])}), DATE '0001-01-01') FROM
      (SELECT day, sum(count(*)) OVER (ORDER BY day DESC) AS n FROM ${context.relation("ledger")} WHERE ${passed} GROUP BY day))`;
    await context.output.query(
      "return_training_lines",
      returnLinesSql(context, ledgerWhere(context, `${passed} AND day > ${newest}`)),
    );
  },
});

/** Lines whose window is open, with what was known when each was bought. */
export const returnOpenLines = defineStep({
  name: "return_open_lines",
  version: 6,
  title: "Open lines and what is known of them",
  stage: "features",
  scope: "brand",
  timing: "as_of",
  inputs: returnLineInputs,
  params: {},
  outputs: [{ name: "return_open_lines", kind: "parquet", columns: returnLineColumns }],
  run: async (context) => {
    await context.output.query(
      "return_open_lines",
      returnLinesSql(context, ledgerWhere(context, "reason = 'window_open'")),
    );
  },
});

/** SQL of the first year of a band of ages: who was born when isn't told. */
function bandSql(years: string): string {
  return `CASE WHEN ${years} BETWEEN 14 AND 24 THEN 14.0 WHEN ${years} BETWEEN 25 AND 64 THEN CAST(25 + 10 * floor((${years} - 25) / 10) AS DOUBLE) WHEN ${years} BETWEEN 65 AND 110 THEN 65.0 END`;
}

function ledgerWhere(context: StepContext, condition: string): string {
  return `SELECT * FROM ${context.relation("ledger")} WHERE ${condition}`;
}

/** A return without a day of its own came within the window, and may not have come before its end. */
const knownOn = "CASE WHEN returned_on IS NULL THEN greatest(known_on, window_ends_on) ELSE known_on END";

/** Lines of a ledger (SQL) with what was known when each was bought. Past returns are those that could be known before the line's day,
 *  with how many would have come at their categories' rates by then; prices are compared with what the category cost before it. The day
 *  of the delivery became known later: of lines that are judged by their purchase it isn't told. */
export function returnLinesSql(context: StepContext, chosen: string, isDeliveryTold = true): string {
  const asOf = `DATE ${literal(context.asOf)}`;
  const before = "RANGE BETWEEN UNBOUNDED PRECEDING AND INTERVAL 1 DAY PRECEDING";
  return `WITH chosen AS (${chosen}),
    people AS (SELECT DISTINCT customer_id FROM chosen),
    goods AS (SELECT key_space, product_id, subcategory, size, name FROM ${context.relation("goods")}),
    sold AS (SELECT key_space, order_id, line_id, source, size, delivered_on FROM ${context.relation("sold")}),
    prices AS (
      SELECT category, day, sum(n) OVER w AS n, sum(price) OVER w AS price FROM (
        SELECT coalesce(category, '') AS category, day, count(*) AS n, CAST(sum(CAST(unit_price_minor AS BIGINT)) AS BIGINT) AS price FROM ${context.relation("lines")}
        WHERE is_purchase AND unit_price_minor > 0 AND day <= ${asOf} GROUP BY ALL) WINDOW w AS (PARTITION BY category ORDER BY day ${before})),
    bought AS (
      SELECT l.customer_id, l.key_space, l.order_id, l.line_id, l.source, l.day, l.product_id, l.category, l.brand, l.channel, l.quantity, l.unit_price_minor, l.list_price_minor, l.revenue_minor,
             g.subcategory, coalesce(s.size, g.size) AS size, coalesce(trim(replace(g.name, lower(coalesce(s.size, g.size, '')), '')), l.product_id) AS style, s.delivered_on
      FROM ${context.relation("lines")} l JOIN people USING (customer_id) LEFT JOIN goods g ON g.key_space = l.key_space AND g.product_id = l.product_id
      LEFT JOIN sold s ON s.key_space = l.key_space AND s.order_id = l.order_id AND s.line_id = l.line_id AND s.source = l.source
      WHERE l.is_purchase AND l.quantity > 0 AND l.day <= ${asOf}),
    orders AS (SELECT key_space, order_id, count(*) AS order_lines, sum(revenue_minor) AS order_minor FROM bought GROUP BY ALL),
    styles AS (SELECT key_space, order_id, style, count(DISTINCT size) AS sizes_in_order, count(*) AS alike_in_order FROM bought GROUP BY ALL),
    kinds AS (SELECT key_space, order_id, category, count(*) AS category_in_order FROM bought GROUP BY ALL),
    placed AS (
      SELECT b.*, order_lines, order_minor, sizes_in_order, alike_in_order, category_in_order FROM bought b JOIN orders o ON o.key_space = b.key_space AND o.order_id = b.order_id
      JOIN styles s ON s.key_space = b.key_space AND s.order_id = b.order_id AND s.style IS NOT DISTINCT FROM b.style
      JOIN kinds k ON k.key_space = b.key_space AND k.order_id = b.order_id AND k.category IS NOT DISTINCT FROM b.category),
    days AS (
      SELECT customer_id, day, sum(n_orders) OVER before AS past_orders, first_value(day) OVER (PARTITION BY customer_id ORDER BY day) AS first_on, lag(day) OVER (PARTITION BY customer_id ORDER BY day) AS previous_on
      FROM (SELECT customer_id, day, count(DISTINCT key_space || chr(31) || order_id) AS n_orders FROM bought GROUP BY ALL) WINDOW before AS (PARTITION BY customer_id ORDER BY day ${before})),
    who AS (SELECT customer_id, gender, region, born FROM ${context.relation("traits")}),
    settled AS (SELECT customer_id, ${knownOn} AS known_on, coalesce(category, '') AS category, product_id, is_returned FROM ${context.relation("ledger")} WHERE is_settled),
    rates AS (
      SELECT category, known_on, sum(n) OVER one AS n, sum(k) OVER one AS k, sum(n) OVER every AS all_n, sum(k) OVER every AS all_k
      FROM (SELECT category, known_on, count(*) AS n, count(*) FILTER (is_returned) AS k FROM settled GROUP BY ALL)
      WINDOW one AS (PARTITION BY category ORDER BY known_on ${before}), every AS (ORDER BY known_on ${before})),
    known AS (
      SELECT s.*, CAST(round(1e6 * (coalesce(k, 0) + 20 * (coalesce(all_k, 0) + 1) / (coalesce(all_n, 0) + 10)) / (coalesce(n, 0) + 20)) AS BIGINT) AS millionths
      FROM settled s JOIN people USING (customer_id) JOIN rates r ON r.category = s.category AND r.known_on = s.known_on),
    past AS (
      SELECT t.customer_id, t.day, count(k.known_on) AS past_lines, count(k.known_on) FILTER (k.is_returned) AS past_returns, coalesce(sum(k.millionths), 0) AS millionths FROM (SELECT DISTINCT customer_id, day FROM chosen) t
      LEFT JOIN known k ON k.customer_id = t.customer_id AND k.known_on < t.day GROUP BY ALL),
    past_category AS (
      SELECT t.customer_id, t.day, t.category, count(k.known_on) FILTER (k.is_returned) AS past_category_returns FROM (SELECT DISTINCT customer_id, day, category FROM chosen WHERE category IS NOT NULL) t
      LEFT JOIN known k ON k.customer_id = t.customer_id AND k.category = t.category AND k.known_on < t.day GROUP BY ALL),
    past_product AS (
      SELECT t.customer_id, t.day, t.product_id, count(k.known_on) AS past_product_lines, count(k.known_on) FILTER (k.is_returned) AS past_product_returns
      FROM (SELECT DISTINCT customer_id, day, product_id FROM chosen WHERE product_id IS NOT NULL) t
      LEFT JOIN known k ON k.customer_id = t.customer_id AND k.product_id = t.product_id AND k.known_on < t.day GROUP BY ALL)
    SELECT c.order_id, c.line_id, c.customer_id, c.key_space, c.source, c.day, ${knownOn} AS known_on, c.returned_on, c.is_returned, w.days AS window_days,
           b.category, b.subcategory, b.brand, b.product_id, coalesce(b.category || ' ', '') || b.size AS size, b.channel, a.gender, a.region, CAST(b.unit_price_minor AS DOUBLE) AS price_minor,
           CAST(b.unit_price_minor AS DOUBLE) * p.n / nullif(p.price, 0) AS price_ratio, greatest(0, 1 - CAST(b.unit_price_minor AS DOUBLE) / nullif(CAST(b.list_price_minor AS DOUBLE), 0)) AS discount_depth,
           CAST(b.quantity AS DOUBLE) AS quantity, CAST(b.order_lines AS DOUBLE) AS order_lines, CAST(b.order_minor AS DOUBLE) AS order_minor,
           CAST(b.revenue_minor AS DOUBLE) / nullif(CAST(b.order_minor AS DOUBLE), 0) AS order_share, CAST(greatest(1, b.sizes_in_order) AS DOUBLE) AS sizes_in_order,
           CAST(b.alike_in_order AS DOUBLE) AS alike_in_order, CAST(b.category_in_order AS DOUBLE) AS category_in_order, CAST(h.past_lines AS DOUBLE) AS past_lines,
           CAST(h.past_returns AS DOUBLE) AS past_returns, CAST(h.millionths AS DOUBLE) / 1e6 AS past_expected, CAST(hc.past_category_returns AS DOUBLE) AS past_category_returns, CAST(hp.past_product_lines AS DOUBLE) AS past_product_lines,
           CAST(hp.past_product_returns AS DOUBLE) AS past_product_returns, CAST(coalesce(d.past_orders, 0) AS DOUBLE) AS past_orders, CAST(c.day - d.first_on AS DOUBLE) AS tenure_days,
           CAST(c.day - d.previous_on AS DOUBLE) AS pause_days, CAST(CASE WHEN ${isDeliveryTold} AND b.delivered_on BETWEEN c.day AND ${asOf} THEN b.delivered_on - c.day END AS DOUBLE) AS delivery_days,
           ${bandSql("date_sub('year', a.born, c.day)")} AS age_from, CAST(month(c.day) AS DOUBLE) AS month, CAST(${asOf} - c.day AS DOUBLE) AS age_days
    FROM chosen c CROSS JOIN ${context.relation("window")} w
    JOIN placed b ON b.customer_id = c.customer_id AND b.key_space = c.key_space AND b.order_id = c.order_id AND b.line_id = c.line_id AND b.source = c.source
      AND b.product_id IS NOT DISTINCT FROM c.product_id AND b.quantity = c.quantity AND b.revenue_minor IS NOT DISTINCT FROM c.revenue_minor
    LEFT JOIN prices p ON p.category = coalesce(b.category, '') AND p.day = c.day LEFT JOIN days d ON d.customer_id = c.customer_id AND d.day = c.day
    LEFT JOIN past h ON h.customer_id = c.customer_id AND h.day = c.day LEFT JOIN past_category hc ON hc.customer_id = c.customer_id AND hc.day = c.day AND hc.category = c.category
    LEFT JOIN who a ON a.customer_id = c.customer_id LEFT JOIN past_product hp ON hp.customer_id = c.customer_id AND hp.day = c.day AND hp.product_id = c.product_id
    QUALIFY row_number() OVER (PARTITION BY c.key_space, c.order_id, c.line_id, c.source, c.product_id, c.quantity, c.revenue_minor ORDER BY b.size, b.delivered_on) = 1
    ORDER BY c.day, c.key_space, c.order_id, c.line_id, c.source, c.product_id, c.quantity, c.revenue_minor`;
}

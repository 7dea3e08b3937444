import type { Column } from "../../shared/domain/column.ts";
import { literal } from "../engine/sql.ts";
import { defineStep } from "../engine/step-context.ts";

/** From this part of the list price on, a line counts as reduced: less is rounding. */
const leastDepth = 0.02;

/** SQL of the sources that tell of reductions, those with a reduced line by the day: `by_price` where they name list prices. */
function tellingSql(lines: string, asOf: string): string {
  return `SELECT source, coalesce(bool_or(list_price_minor > 0), false) AS by_price FROM ${lines} WHERE is_purchase AND quantity > 0 AND day <= ${asOf} GROUP BY source
    HAVING bool_or(list_price_minor > 0 AND unit_price_minor < ${1 - leastDepth} * list_price_minor)
      OR (NOT coalesce(bool_or(list_price_minor > 0), false) AND bool_or(discount_minor > 0 AND discount_minor >= ${leastDepth} * (revenue_minor + discount_minor)))`;
}

/** SQL of purchased lines with their reduction in millionths, 0 where they were sold at full price. Where a source names list
 *  prices, a line is reduced that was sold below its own, and at full price without one: coupons on whole orders are no price of
 *  the shop. Where it names only discounts, these count. */
function reductionsSql(lines: string, until: string, sources: string): string {
  return `WITH priced AS (
      SELECT customer_id, day, coalesce(category, 'all') AS category,
             CASE WHEN s.by_price THEN CASE WHEN list_price_minor > 0 THEN 1 - CAST(unit_price_minor AS DOUBLE) / CAST(list_price_minor AS DOUBLE) ELSE 0 END
                  WHEN discount_minor > 0 AND revenue_minor + discount_minor > 0 THEN CAST(discount_minor AS DOUBLE) / (revenue_minor + discount_minor)
                  ELSE 0 END AS depth
      FROM ${lines} JOIN ${sources} s USING (source) WHERE is_purchase AND quantity > 0 AND unit_price_minor IS NOT NULL AND day <= ${until}),
    reductions AS (
      SELECT customer_id, day, category, CAST(round(1000000 * CASE WHEN depth >= ${leastDepth} THEN least(1, depth) ELSE 0 END) AS BIGINT) AS millionths
      FROM priced)`;
}

const tellingColumns: readonly Column[] = [
  { name: "source", type: "VARCHAR" },
  { name: "by_price", type: "BOOLEAN" },
];
const columns: readonly Column[] = [
  { name: "day", type: "DATE" },
  { name: "category", type: "VARCHAR" },
  { name: "n_lines", type: "INTEGER", unit: "count" },
  { name: "n_reduced", type: "INTEGER", unit: "count" },
  { name: "depth", type: "DOUBLE", unit: "share" },
  { name: "exposure", type: "DOUBLE", unit: "share" },
];

/** How deep the shop's prices were cut, by day and category. `depth` is the mean of the lines sold; `exposure` is that mean drawn
 *  towards the day's, and the day's towards all days', by how much days and categories really differ (variance components): where
 *  reductions follow no calendar, every day has the same exposure. Sums are of integers, so that no order of rows moves a digit. */
export const discountCalendar = defineStep({
  name: "discount_calendar",
  version: 1,
  title: "Discount calendar",
  stage: "features",
  scope: "brand",
  timing: "as_of",
  inputs: { lines: { step: "purchase_lines", output: "lines" } },
  params: {},
  outputs: [
    { name: "discount_calendar", kind: "parquet", columns },
    { name: "telling_sources", kind: "parquet", columns: tellingColumns },
  ],
  run: async (context) => {
    const asOf = `DATE ${literal(context.asOf)}`;
    const lines = context.relation("lines");
    await context.session.run(`CREATE TEMP TABLE telling AS ${tellingSql(lines, asOf)}`);
    await context.output.query("telling_sources", "SELECT source, by_price FROM telling ORDER BY source");
    await context.output.query("discount_calendar", calendarSql(lines, asOf, "telling"));
  },
});

/** Of some visits (a customer's mean depth on a day): how many, their mean, and the variances within groups and between them, by the
 *  method of moments of Henderson (1953). `outer` are the groups that `inner` lie in: the whole, or days. */
function spreadSql(visits: string, inner: string, outer: string): string {
  const square = "CAST(round(CAST(sum(depth) AS DOUBLE) * sum(depth) / count(*)) AS HUGEINT)";
  return `SELECT mean, within, greatest(0, ((of_inner - of_outer) / nullif(n_inner - n_outer, 0) - within) / nullif((n - held) / nullif(n_inner - n_outer, 0), 0)) AS between_
    FROM (SELECT *, greatest(1, (squares - of_inner) / greatest(1, n - n_inner)) AS within FROM (
      SELECT CAST(sum(n) AS DOUBLE) AS n, CAST(sum(total) AS DOUBLE) / sum(n) AS mean, CAST(sum(squares) AS DOUBLE) AS squares, sum(n_inner) AS n_inner, count(*) AS n_outer,
             CAST(sum(of_inner) AS DOUBLE) AS of_inner, CAST(sum(CAST(round(CAST(total AS DOUBLE) * total / n) AS HUGEINT)) AS DOUBLE) AS of_outer,
             CAST(sum(CAST(round(1000000.0 * held / n) AS HUGEINT)) AS DOUBLE) / 1e6 AS held
      FROM (SELECT ${outer} AS outer_, sum(n) AS n, sum(total) AS total, sum(squares) AS squares, count(*) AS n_inner, sum(of_inner) AS of_inner, sum(CAST(n AS HUGEINT) * n) AS held
            FROM (SELECT ${inner}, count(*) AS n, sum(depth) AS total, sum(CAST(depth AS HUGEINT) * depth) AS squares, ${square} AS of_inner FROM ${visits} GROUP BY ${inner}) GROUP BY 1)))`;
}

/** SQL of the calendar. Customers count once a day, however much they bought: the lines of one order tend to be reduced together. */
function calendarSql(lines: string, until: string, telling: string): string {
  const drawn = (group: string, towards: string, spread: string) =>
    `CASE WHEN ${spread}.between_ > 0 THEN (${group}.total + ${towards} * ${spread}.within / ${spread}.between_) / (${group}.n + ${spread}.within / ${spread}.between_) ELSE ${towards} END`;
  return `${reductionsSql(lines, until, telling)},
    bought AS (SELECT customer_id, day, category, count(*) AS n_lines, count(*) FILTER (millionths > 0) AS n_reduced, sum(millionths) AS millionths FROM reductions GROUP BY ALL),
    visits AS (SELECT *, CAST(round(millionths / n_lines) AS BIGINT) AS depth FROM bought),
    daily AS (SELECT customer_id, day, CAST(round(sum(millionths) / sum(n_lines)) AS BIGINT) AS depth FROM bought GROUP BY ALL),
    of_days AS (${spreadSql("daily", "day", "0")}),
    of_cells AS (${spreadSql("visits", "day, category", "day")}),
    days AS (SELECT day, count(*) AS n, CAST(sum(depth) AS DOUBLE) AS total FROM daily GROUP BY day),
    levels AS (SELECT d.day, ${drawn("d", "s.mean", "s")} AS level FROM days d CROSS JOIN of_days s),
    cells AS (SELECT day, category, count(*) AS n, CAST(sum(depth) AS DOUBLE) AS total, sum(n_lines) AS n_lines, sum(n_reduced) AS n_reduced, sum(millionths) AS millionths FROM visits GROUP BY day, category)
    SELECT c.day, c.category, CAST(c.n_lines AS INTEGER) AS n_lines, CAST(c.n_reduced AS INTEGER) AS n_reduced, CAST(c.millionths AS DOUBLE) / CAST(c.n_lines AS DOUBLE) / 1e6 AS depth,
           round((${drawn("c", "l.level", "s")}) / 1e6, 9) AS exposure
    FROM cells c JOIN levels l USING (day) CROSS JOIN of_cells s ORDER BY c.day, c.category`;
}

const countColumns: readonly Column[] = [
  { name: "customer_id", type: "VARCHAR" },
  { name: "exposure_bin", type: "INTEGER", unit: "hundredths" },
  { name: "n_lines", type: "INTEGER", unit: "count" },
  { name: "n_reduced", type: "INTEGER", unit: "count" },
  { name: "n_visits", type: "INTEGER", unit: "count" },
  { name: "sum_exposure", type: "DOUBLE" },
  { name: "n_line_pairs", type: "DOUBLE", unit: "count" },
  { name: "n_reduced_pairs", type: "DOUBLE", unit: "count" },
];

/** Lines that the shop's mix of categories weighs against a customer's own. */
const mixWeight = 10;

/** SQL of lines by customer and exposure in hundredths; `which` chooses among them. What a visit met is the mean of its day's exposures
 *  over the categories that the customer buys on other days (those that `known` chooses), drawn to the shop's mix: which category was
 *  bought on the day may follow from the sale itself. Pairs are of lines of one day, both ways: how far lines bought together are reduced
 *  together is read off them. */
function countsSql(reductions: string, calendar: string, which = "true", known = "true"): string {
  return `${reductions},
    mix AS (SELECT category, CAST(sum(n_lines) AS BIGINT) AS n FROM ${calendar} GROUP BY category),
    met AS (SELECT c.day, c.category, CAST(round(1000000 * c.exposure) AS BIGINT) AS exposure, m.n FROM ${calendar} c JOIN mix m ON m.category = c.category),
    usual AS (SELECT day, CAST(round(CAST(sum(CAST(exposure AS HUGEINT) * n) AS DOUBLE) / CAST(sum(n) AS DOUBLE)) AS BIGINT) AS exposure FROM met GROUP BY day),
    above AS (SELECT m.day, m.category, m.exposure - u.exposure AS more FROM met m JOIN usual u ON u.day = m.day),
    own AS (SELECT customer_id, category, count(*) AS n FROM reductions r WHERE ${known} GROUP BY ALL),
    whole AS (SELECT customer_id, CAST(sum(n) AS BIGINT) AS n FROM own GROUP BY customer_id),
    here AS (SELECT customer_id, day, category, count(*) AS n, count(*) FILTER (millionths > 0) AS reduced, count(*) FILTER (${known}) AS known FROM reductions r WHERE ${which} GROUP BY ALL),
    visits AS (SELECT customer_id, day, CAST(sum(n) AS BIGINT) AS n, CAST(sum(reduced) AS BIGINT) AS reduced, CAST(sum(known) AS BIGINT) AS known FROM here GROUP BY ALL),
    tilts AS (
      SELECT v.customer_id, v.day, sum(o.n * a.more) AS more FROM visits v JOIN own o ON o.customer_id = v.customer_id
      JOIN above a ON a.day = v.day AND a.category = o.category GROUP BY ALL
      UNION ALL SELECT h.customer_id, h.day, -sum(h.known * a.more) FROM here h JOIN above a ON a.day = h.day AND a.category = h.category GROUP BY ALL),
    tilted AS (SELECT customer_id, day, CAST(sum(more) AS BIGINT) AS more FROM tilts GROUP BY ALL),
    placed AS (
      SELECT v.customer_id, v.n, v.reduced, greatest(0, least(1000000, u.exposure + CAST(round(coalesce(t.more, 0) / (${mixWeight}.0 + coalesce(w.n, 0) - v.known)) AS BIGINT))) AS exposure
      FROM visits v JOIN usual u ON u.day = v.day LEFT JOIN tilted t ON t.customer_id = v.customer_id AND t.day = v.day LEFT JOIN whole w ON w.customer_id = v.customer_id)
    SELECT customer_id, CAST(round(exposure / 10000.0) AS INTEGER) AS exposure_bin, CAST(sum(n) AS INTEGER) AS n_lines, CAST(sum(reduced) AS INTEGER) AS n_reduced, CAST(count(*) AS INTEGER) AS n_visits,
           CAST(sum(n * exposure) AS DOUBLE) / 1e6 AS sum_exposure, CAST(sum(n * (n - 1)) AS DOUBLE) AS n_line_pairs, CAST(sum(reduced * (reduced - 1)) AS DOUBLE) AS n_reduced_pairs
    FROM placed GROUP BY 1, 2 ORDER BY 1, 2`;
}

/** Lines of each customer by how deep the shop's prices were cut when they were bought, and how many of them were reduced. */
export const discountCounts = defineStep({
  name: "discount_counts",
  version: 3,
  title: "Reduced lines by exposure",
  stage: "features",
  scope: "bucket",
  timing: "as_of",
  inputs: {
    lines: { step: "purchase_lines", output: "lines" },
    calendar: { step: "discount_calendar", output: "discount_calendar" },
    telling: { step: "discount_calendar", output: "telling_sources" },
  },
  params: {},
  outputs: [{ name: "discount_counts", kind: "parquet", columns: countColumns }],
  run: async (context) => {
    const reductions = reductionsSql(
      context.relation("lines"),
      `DATE ${literal(context.asOf)}`,
      context.relation("telling"),
    );
    await context.output.query("discount_counts", countsSql(reductions, context.relation("calendar")));
  },
});

/** The same of the lines after a cut, by the calendar as it came to be: what the shop offered on a day is no secret of that day. */
export const outcomeDiscounts = defineStep({
  name: "outcome_discounts",
  version: 3,
  title: "Reduced lines after the cut",
  stage: "evaluations",
  scope: "brand",
  timing: "cut",
  inputs: {
    lines: { step: "purchase_lines", output: "lines" },
    telling: { step: "discount_calendar", output: "telling_sources" },
  },
  params: {},
  usesHorizon: true,
  outputs: [{ name: "outcome_discounts", kind: "parquet", columns: countColumns }],
  run: async (context) => {
    const cut = `DATE ${literal(context.asOf)}`;
    const until = `${cut} + ${context.horizonDays}`;
    const [lines, telling] = [context.relation("lines"), context.relation("telling")];
    await context.session.run(`CREATE TEMP TABLE calendar AS ${calendarSql(lines, until, telling)}`);
    await context.output.query(
      "outcome_discounts",
      countsSql(reductionsSql(lines, until, telling), "calendar", `r.day > ${cut}`, `r.day <= ${cut}`),
    );
  },
});

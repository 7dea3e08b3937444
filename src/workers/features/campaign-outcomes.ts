import type { Column } from "../../shared/domain/column.ts";
import { literal } from "../engine/sql.ts";
import { defineStep, type StepContext } from "../engine/step-context.ts";
import { daySql } from "../engine/zone-shifts.ts";
import { emptySelect } from "../normalise/normalise-step.ts";

/** Days after the assignment within which an outcome counts as the campaign's. */
export const campaignDays = 30;

const number = (name: string, unit: string): Column => ({ name, type: "DOUBLE", unit });

/** What was known of somebody when a campaign was drawn. */
export const stateColumns: readonly Column[] = [
  number("days_since_last_purchase", "days"),
  number("tenure_days", "days"),
  number("purchases", "count"),
  number("purchases_365", "count"),
  number("purchases_90", "count"),
  number("revenue_365", "minor"),
  number("average_minor", "minor"),
  number("reduced_share", "share"),
  number("reduced_depth", "share"),
  number("main_channel_share", "share"),
  number("price_level", "share"),
  number("messages_90", "count"),
  number("opened_90", "count"),
];
const names = stateColumns.map(({ name }) => name);

/** Those columns for each row of `moments` (customer_id, day), from what happened up to that day. */
function stateSql(context: StepContext): string {
  const [lines, bought, messages] = ["lines", "transactions", "messages"].map((one) => context.relation(one));
  const ratio = (part: string, whole: string) => `CAST(${part} AS DOUBLE) / nullif(${whole}, 0)`;
  const known = `day <= DATE ${literal(context.asOf)}`;
  return `days AS (
      SELECT m.customer_id, m.day, CAST(m.day - max(t.day) AS DOUBLE) AS days_since_last_purchase, CAST(m.day - min(t.day) AS DOUBLE) AS tenure_days, CAST(count(*) AS DOUBLE) AS purchases,
        CAST(count(*) FILTER (t.day > m.day - 365) AS DOUBLE) AS purchases_365, CAST(count(*) FILTER (t.day > m.day - 90) AS DOUBLE) AS purchases_90,
        CAST(coalesce(sum(t.revenue_minor) FILTER (t.day > m.day - 365), 0) AS DOUBLE) AS revenue_365, ${ratio("sum(t.revenue_minor)", "count(*)")} AS average_minor
      FROM moments m JOIN ${bought} t ON t.customer_id = m.customer_id AND t.day <= m.day GROUP BY m.customer_id, m.day),
    main AS (SELECT channel FROM ${lines} WHERE channel IS NOT NULL AND is_purchase AND ${known} GROUP BY channel ORDER BY count(*) DESC, channel LIMIT 1),
    levels AS (SELECT category, median(unit_price_minor) AS middle FROM ${lines} WHERE is_purchase AND quantity > 0 AND category IS NOT NULL AND ${known} GROUP BY category),
    goods AS (
      SELECT l.customer_id, l.day, l.channel, l.unit_price_minor > v.middle AS is_dear, coalesce(l.discount_minor, 0) > 0 OR coalesce(l.unit_price_minor < l.list_price_minor, false) AS is_reduced,
        CAST(round(1000 * least(1, greatest(0, CASE WHEN l.list_price_minor > 0 AND l.quantity > 0 THEN 1 - coalesce(l.revenue_minor, 0) / (l.list_price_minor * l.quantity) ELSE 0 END))) AS BIGINT) AS depth
      FROM ${lines} l LEFT JOIN levels v ON v.category = l.category WHERE l.is_purchase AND l.quantity > 0),
    carts AS (
      SELECT m.customer_id, m.day, ${ratio("count(*) FILTER (g.is_reduced)", "count(*)")} AS reduced_share, ${ratio("sum(g.depth)", "1000 * count(*)")} AS reduced_depth,
        ${ratio("count(*) FILTER (g.channel = (SELECT channel FROM main))", "count(g.channel)")} AS main_channel_share, ${ratio("count(*) FILTER (g.is_dear)", "count(g.is_dear)")} AS price_level
      FROM moments m JOIN goods g ON g.customer_id = m.customer_id AND g.day <= m.day GROUP BY m.customer_id, m.day),
    has AS (SELECT EXISTS (SELECT 1 FROM ${messages}) AS messages),
    written AS (
      SELECT m.customer_id, m.day, CAST(sum(d.n_sent) AS DOUBLE) AS messages_90, CAST(sum(d.n_opened) AS DOUBLE) AS opened_90
      FROM moments m JOIN ${messages} d ON d.customer_id = m.customer_id AND d.day <= m.day AND d.day > m.day - 90 GROUP BY m.customer_id, m.day),
    states AS (
      SELECT d.*, c.reduced_share, c.reduced_depth, c.main_channel_share, c.price_level, CASE WHEN has.messages THEN coalesce(w.messages_90, 0) END AS messages_90,
        CASE WHEN has.messages THEN coalesce(w.opened_90, 0) END AS opened_90
      FROM days d CROSS JOIN has LEFT JOIN carts c ON c.customer_id = d.customer_id AND c.day = d.day LEFT JOIN written w ON w.customer_id = d.customer_id AND w.day = d.day)`;
}

/** One row a campaign and customer: by the first assignment; whoever stands on both sides counts as kept out. */
export function assignedSql(context: StepContext): string {
  const day = daySql("assigned_at", context.brand.timeZone);
  return `assigned AS (
      SELECT campaign_id, customer_id, bool_or(coalesce(is_control, false)) AS is_control, min(${day}) AS day,
        CASE WHEN bool_or(coalesce(is_control, false)) THEN 'control' ELSE coalesce(min(variant), 'contacted') END AS variant
      FROM ${context.relation("assignments")} WHERE customer_id IS NOT NULL AND campaign_id IS NOT NULL AND assigned_at IS NOT NULL GROUP BY campaign_id, customer_id)`;
}

/** Money of orders of the window, what was given away on them, and whether one was reduced. */
function outcomeSql(context: StepContext): string {
  const lines = context.relation("lines");
  return `outcome AS (
      SELECT a.campaign_id, a.customer_id, CAST(sum(coalesce(l.revenue_minor, 0)) AS BIGINT) AS revenue_minor, CAST(sum(CASE WHEN l.list_price_minor > 0 THEN
          greatest(0, round(l.list_price_minor * l.quantity) - coalesce(l.revenue_minor, 0)) ELSE coalesce(l.discount_minor, 0) END) AS BIGINT) AS given_away_minor,
        CAST(sum(round(coalesce(p.cost_minor, 0) * l.quantity)) AS BIGINT) AS cost_minor
      FROM assigned a JOIN ${lines} l ON l.customer_id = a.customer_id AND l.day > a.day AND l.day <= a.day + ${campaignDays} AND l.is_purchase
      LEFT JOIN costs p ON p.product_id = l.product_id GROUP BY a.campaign_id, a.customer_id)`;
}
const costsSql = (context: StepContext) =>
  `costs AS (SELECT product_id, min(cost_minor) AS cost_minor FROM ${context.relation("products")} WHERE cost_minor IS NOT NULL GROUP BY product_id)`;

/** Uses by those kept out that a code for everybody would lead to expect, at least, before their absence says anything. */
const leastMissed = 3;

/** Campaigns whose reduced orders among the contacted tell that they came with a coupon: the code that none but they used, where
 *  that can't be chance. */
function couponSql(context: StepContext): string {
  return `coupons AS (
      SELECT a.campaign_id, count(DISTINCT (a.customer_id, o.order_id)) FILTER (NOT a.is_control) AS used, count(*) FILTER (a.is_control) AS by_control, o.coupon_code
      FROM assigned a JOIN ${context.relation("order_customers")} c ON c.customer_id = a.customer_id
      JOIN ${context.relation("orders")} o ON o.key_space = c.key_space AND o.order_id = c.order_id AND o.coupon_code IS NOT NULL
        AND ${daySql("o.ordered_at", context.brand.timeZone)} > a.day AND ${daySql("o.ordered_at", context.brand.timeZone)} <= a.day + ${campaignDays}
      GROUP BY a.campaign_id, o.coupon_code),
    sides AS (SELECT campaign_id, CAST(count(*) FILTER (is_control) AS DOUBLE) / nullif(count(*) FILTER (NOT is_control), 0) AS odds FROM assigned GROUP BY campaign_id),
    coupon_campaigns AS (SELECT campaign_id FROM coupons JOIN sides USING (campaign_id)
      WHERE used >= 5 AND by_control <= 0.05 * used AND used * odds >= ${leastMissed} GROUP BY campaign_id)`;
}

const inputs = {
  assignments: { step: "activity", output: "campaign_assignments" },
  transactions: { step: "transactions", output: "transactions" },
  lines: { step: "purchase_lines", output: "lines" },
  messages: { step: "message_days", output: "message_days" },
  products: { step: "lake", output: "products" },
  orders: { step: "lake", output: "orders", spans: "all" },
  order_customers: { step: "customer_ids", output: "order_customers" },
} as const;
const asOfDay = (context: StepContext) => `DATE ${literal(context.asOf)}`;
const mostRows = 60_000;

const outcomeColumns: readonly Column[] = [
  { name: "campaign_id", type: "VARCHAR" },
  { name: "customer_id", type: "VARCHAR" },
  { name: "day", type: "DATE" },
  { name: "variant", type: "VARCHAR" },
  { name: "is_treated", type: "DOUBLE" },
  { name: "treated_share", type: "DOUBLE", unit: "share" },
  { name: "is_coupon", type: "DOUBLE" },
  { name: "is_buyer", type: "DOUBLE" },
  { name: "revenue_minor", type: "DOUBLE", unit: "minor" },
  { name: "given_away_minor", type: "DOUBLE", unit: "minor" },
  { name: "cost_minor", type: "DOUBLE", unit: "minor" },
  { name: "has_costs", type: "DOUBLE" },
];

/** The assignments and outcomes of campaigns drawn between two days, with the state at the draw. */
function outcomesSql(context: StepContext, from: string, to: string): string {
  if (context.files("assignments").length === 0) return emptySelect([...outcomeColumns, ...stateColumns]);
  const said = names.map((name) => `coalesce(CAST(s.${name} AS VARCHAR), '')`).join(" || '|' || ");
  return `WITH ${assignedSql(context)}, settled AS (SELECT * FROM assigned WHERE day > ${from} AND day <= ${to}),
    shares AS (SELECT campaign_id, avg(CAST(NOT is_control AS INTEGER)) AS treated_share FROM settled GROUP BY campaign_id HAVING bool_or(is_control) AND bool_or(NOT is_control)),
    moments AS (SELECT DISTINCT customer_id, day FROM settled JOIN shares USING (campaign_id)),
    ${costsSql(context)}, ${outcomeSql(context)}, ${couponSql(context)}, ${stateSql(context)},
    size AS (SELECT count(*) AS n FROM settled)
    SELECT a.campaign_id, a.customer_id, a.day, a.variant, CAST(NOT a.is_control AS DOUBLE) AS is_treated, h.treated_share, CAST(a.campaign_id IN (SELECT campaign_id FROM coupon_campaigns) AS DOUBLE) AS is_coupon,
      CAST(o.customer_id IS NOT NULL AS DOUBLE) AS is_buyer, CAST(coalesce(o.revenue_minor, 0) AS DOUBLE) AS revenue_minor, CAST(coalesce(o.given_away_minor, 0) AS DOUBLE) AS given_away_minor,
      CAST(coalesce(o.cost_minor, 0) AS DOUBLE) AS cost_minor, CAST((SELECT count(*) FROM costs) > 0 AS DOUBLE) AS has_costs, ${names.map((name) => `s.${name}`).join(", ")}
    FROM settled a JOIN shares h USING (campaign_id) LEFT JOIN outcome o ON o.campaign_id = a.campaign_id AND o.customer_id = a.customer_id
    LEFT JOIN states s ON s.customer_id = a.customer_id AND s.day = a.day
    WHERE (SELECT n FROM size) <= ${mostRows}
      OR CAST('0x' || left(md5(a.campaign_id || '|' || ${said}), 8) AS BIGINT) % 1000000 < 1000000.0 * ${mostRows} / (SELECT n FROM size)
    ORDER BY a.campaign_id, a.customer_id`;
}

/** Assignments of campaigns with a group that was kept out whose 30 days have passed, with what was known at the draw and what followed.
 *  Beyond 60,000 rows a share is drawn by what the rows say. */
export const campaignOutcomes = defineStep({
  name: "campaign_outcomes",
  version: 2,
  title: "Campaigns and what followed",
  stage: "features",
  scope: "brand",
  timing: "as_of",
  inputs,
  params: {},
  settings: ["time_zone"],
  outputs: [{ name: "campaign_outcomes", kind: "parquet", columns: [...outcomeColumns, ...stateColumns] }],
  run: async (context) => {
    const asOf = asOfDay(context);
    await context.output.query(
      "campaign_outcomes",
      outcomesSql(context, `${asOf} - 1100`, `${asOf} - ${campaignDays}`),
    );
  },
});

/** The same of campaigns drawn after a cut. */
export const outcomeCampaigns = defineStep({
  name: "outcome_campaigns",
  version: 2,
  title: "Campaigns after the cut",
  stage: "evaluations",
  scope: "brand",
  timing: "cut",
  inputs,
  params: {},
  settings: ["time_zone"],
  usesHorizon: true,
  outputs: [{ name: "outcome_campaigns", kind: "parquet", columns: [...outcomeColumns, ...stateColumns] }],
  run: async (context) => {
    const cut = asOfDay(context);
    await context.output.query(
      "outcome_campaigns",
      outcomesSql(context, cut, `${cut} + ${context.horizonDays} - ${campaignDays}`),
    );
  },
});

/** Everybody who had bought by the day, as a campaign drawn now would know them. */
export const campaignState = defineStep({
  name: "campaign_state",
  version: 1,
  title: "Customers before a campaign",
  stage: "features",
  scope: "brand",
  timing: "as_of",
  inputs: { transactions: inputs.transactions, lines: inputs.lines, messages: inputs.messages },
  params: {},
  outputs: [
    {
      name: "campaign_state",
      kind: "parquet",
      columns: [{ name: "customer_id", type: "VARCHAR" }, ...stateColumns],
    },
  ],
  run: async (context) => {
    const asOf = asOfDay(context);
    await context.output.query(
      "campaign_state",
      `WITH moments AS (SELECT DISTINCT customer_id, ${asOf} AS day FROM ${context.relation("transactions")} WHERE day <= ${asOf}), ${stateSql(context)}
      SELECT customer_id, ${names.join(", ")} FROM states ORDER BY customer_id`,
    );
  },
});

import { isCurrency, minorDigits } from "../../shared/base/money.ts";
import { literal } from "../engine/sql.ts";
import type { StepContext } from "../engine/step-context.ts";
import { daySql, type Shifts, shiftsOf, wallSql } from "../engine/zone-shifts.ts";

/** States of an order that was undone before it was a purchase. */
const undone = ["cancelled", "canceled", "voided", "void", "unavailable", "failed", "declined", "storniert"];
const isUndone = (status: string) => `coalesce(${status}, '') IN (${undone.map(literal).join(", ")})`;

/** VALUES of (currency, factor): what a minor unit of the currency counts in the brand's minor units at a rate of 1. */
export async function currencyDigits(context: StepContext, relations: readonly string[]): Promise<string> {
  const all = relations.map((relation) => `SELECT currency FROM ${relation}`).join(" UNION ALL ");
  const found = await context.session.rows(
    `SELECT DISTINCT currency FROM (${all}) WHERE currency IS NOT NULL ORDER BY currency`,
  );
  const digitsOf = (currency: string) => (isCurrency(currency) ? minorDigits(currency) : 2);
  const own = context.brand.currency;
  const codes = [...new Set([own, ...found.map((row) => String(row["currency"]))])];
  const rows = codes.map((code) => `(${literal(code)}, CAST(1e${digitsOf(own) - digitsOf(code)} AS DOUBLE))`);
  return `(VALUES ${rows.join(", ")})`;
}

/** What holds of all orders and spares asking it of each. */
interface OrderFacts {
  /** The relation of the orders. */
  readonly orders: string;
  /** No order is there twice. */
  readonly isEachOnce: boolean;
  /** How the clock of the brand's zone went meanwhile. */
  readonly shifts: Shifts | null;
}

export async function orderFacts(context: StepContext, orders: string): Promise<OrderFacts> {
  const { session, brand } = context;
  const [range = {}] = await session.rows(`SELECT min(ordered_at) AS first, max(ordered_at) AS last FROM ${orders}`);
  const shifts = await shiftsOf(session, {
    ...{ first: range["first"], last: range["last"], timeZone: brand.timeZone, isWall: false },
  });
  const twice = `SELECT hash(key_space, order_id) FROM ${orders} GROUP BY 1 HAVING count(*) > 1`;
  return { orders, isEachOnce: (await session.value(`SELECT EXISTS (${twice})`)) === false, shifts };
}

/** Orders, once each, with their day in the brand's zone, and what turns their money into the brand's (NULL without a rate). */
function ordersSql(context: StepContext, { orders, isEachOnce }: OrderFacts): string {
  const own = literal(context.brand.currency);
  const once = "QUALIFY row_number() OVER (PARTITION BY key_space, order_id ORDER BY source, batch_id, source_row) = 1";
  return `SELECT key_space, order_id, source AS order_source, ordered_at, channel, store_id, lower(trim(status)) AS status, coalesce(currency, ${own}) AS currency
    FROM ${orders} ${isEachOnce ? "" : once}`;
}

/** The day of an order in the brand's zone. */
function orderDaySql(context: StepContext, { shifts }: OrderFacts): string {
  return `CAST(${wallSql("o.ordered_at", { shifts, timeZone: context.brand.timeZone })} AS DATE)`;
}

function ratesSql(context: StepContext): string {
  return `SELECT currency, valid_on, max(rate) AS rate FROM ${context.relation("rates")} GROUP BY ALL`;
}

const conversion = (own: string, currency: string) =>
  `CASE WHEN ${currency} = ${own} THEN 1.0::DOUBLE ELSE CAST(r.rate AS DOUBLE) * f.factor END`;
const converted = (name: string, type: string) =>
  `CASE WHEN conversion = 1 THEN CAST(${name} AS ${type}) ELSE CAST(round(CAST(${name} AS DOUBLE) * conversion, ${type === "BIGINT" ? 0 : 4}) AS ${type}) END`;

/** SQL of every line of a span whose order has a customer; `beside` are lines of the same orders in other spans. */
export function convertedLinesSql(context: StepContext, digits: string, facts: OrderFacts): string {
  const own = literal(context.brand.currency);
  const zone = context.brand.timeZone;
  const all = ["lines", "beside"].map(
    (input) => `SELECT key_space, order_id, source, quantity, unit_price_minor FROM ${context.relation(input)}`,
  );
  return `WITH product AS (SELECT * FROM ${context.relation("products")}),
    rates AS (${ratesSql(context)}),
    lineless AS (SELECT source FROM ${context.relation("sources")} GROUP BY source HAVING bool_and(is_lineless)),
    bought AS (
      SELECT key_space, order_id FROM (${all.join(" UNION ALL ")}) WHERE coalesce(quantity, 1) >= 0 GROUP BY key_space, order_id
      HAVING bool_or(source IN (SELECT source FROM lineless) OR (quantity > 0 AND coalesce(unit_price_minor, 0) > 0))),
    placed AS (
      SELECT c.customer_id, c.key_space, c.order_id, o.* EXCLUDE (key_space, order_id), ${orderDaySql(context, facts)} AS day, b.order_id IS NOT NULL AS is_bought
      FROM ${context.relation("order_customers")} c LEFT JOIN (${ordersSql(context, facts)}) o ON o.order_id = c.order_id AND o.key_space = c.key_space
      LEFT JOIN bought b ON b.order_id = c.order_id AND b.key_space = c.key_space),
    named AS (
      SELECT o.customer_id, l.key_space, l.order_id, l.line_id, l.source, coalesce(l.ordered_at, o.ordered_at) AS ordered_at, l.product_id, l.quantity,
             l.unit_price_minor, l.list_price_minor, l.discount_minor, l.amount_minor, o.channel, nullif(trim(o.store_id), '') AS store_id, o.status, l.is_returned, l.size, l.colour,
             coalesce(l.currency, o.currency, ${own}) AS currency, o.is_bought,
             CASE WHEN coalesce(l.ordered_at = o.ordered_at, l.ordered_at IS NULL) THEN o.day ELSE ${daySql("l.ordered_at", zone)} END AS day
      FROM ${context.relation("lines")} l JOIN placed o ON o.order_id = l.order_id AND o.key_space = l.key_space WHERE coalesce(l.quantity, 1) >= 0),
    dated AS (SELECT *, ${isUndone("status")} AS is_cancelled FROM named),
    valued AS (
      SELECT d.* EXCLUDE (size, colour), p.category, p.brand, nullif(trim(coalesce(d.size, p.size)), '') AS size, nullif(lower(trim(coalesce(d.colour, p.colour))), '') AS colour, ${conversion(own, "d.currency")} AS conversion FROM dated d
      LEFT JOIN product p ON p.product_id = d.product_id AND p.key_space = d.key_space
      LEFT JOIN rates r ON r.currency = d.currency AND r.valid_on = d.day LEFT JOIN ${digits} AS f(currency, factor) ON f.currency = d.currency)
    SELECT customer_id, key_space, order_id, line_id, source, ordered_at, day, product_id, category, brand, size, colour, store_id, quantity, amount_minor,
           ${converted("unit_price_minor", "DECIMAL(18,4)")} AS unit_price_minor, ${converted("list_price_minor", "DECIMAL(18,4)")} AS list_price_minor,
           ${converted("discount_minor", "BIGINT")} AS discount_minor, ${converted("amount_minor", "BIGINT")} AS revenue_minor, channel, status, is_cancelled,
           NOT is_cancelled AND day IS NOT NULL AND is_bought AS is_purchase, is_returned, currency
    FROM valued`;
}

/** SQL of every return of an order with a customer; its refund is in the order's currency, at the order day's rate. */
export function givenBackSql(context: StepContext, digits: string, facts: OrderFacts): string {
  const own = literal(context.brand.currency);
  const zone = context.brand.timeZone;
  return `WITH rates AS (${ratesSql(context)}),
    dated AS (
      SELECT c.customer_id, t.key_space, t.return_id, t.order_id, t.line_id, t.product_id, ${daySql("t.returned_at", zone)} AS returned_on,
             ${orderDaySql(context, facts)} AS ordered_on, t.quantity, t.refund_minor, t.reason, o.currency, ${isUndone("o.status")} AS is_of_cancelled
      FROM ${context.relation("returns")} t JOIN ${context.relation("order_customers")} c ON c.order_id = t.order_id AND c.key_space = t.key_space
      LEFT JOIN (${ordersSql(context, facts)}) o ON o.order_id = t.order_id AND o.key_space = t.key_space),
    valued AS (
      SELECT d.*, ${conversion(own, `coalesce(d.currency, ${own})`)} AS conversion FROM dated d
      LEFT JOIN rates r ON r.currency = d.currency AND r.valid_on = d.ordered_on LEFT JOIN ${digits} AS f(currency, factor) ON f.currency = d.currency)
    SELECT customer_id, key_space, return_id, order_id, line_id, product_id, returned_on, coalesce(returned_on, ordered_on) AS known_on, quantity,
           ${converted("refund_minor", "BIGINT")} AS refund_minor, reason, is_of_cancelled
    FROM valued`;
}

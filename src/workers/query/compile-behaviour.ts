import { addDays, type Day } from "../../shared/base/time.ts";
import type { BehaviourRule } from "../../shared/domain/segment-rules.ts";
import { ident, literal } from "../engine/sql.ts";
import { compileCondition, type ValueKind } from "./compile-value.ts";

const kinds: Readonly<Record<string, ValueKind>> = {
  category: "text",
  product_id: "text",
  channel: "text",
  discount_depth: "number",
};
/** Returns have no channel and no depth of their own: those of the order's lines with that product count. */
const ofTheOrder = new Set(["channel", "discount_depth"]);

/** A behaviour as a boolean SQL expression over `profiles`: what a customer did up to as_of, by lines_seen and returns_seen.
 *  `count` is orders (returns: rows) with a fitting line, `sum` minor units, `quantity` pieces; whoever has none counts 0. */
export function compileBehaviour(rule: BehaviourRule, asOf: Day): string {
  const { sql, where } = rule.event === "order" ? ordersOf(rule) : returnsOf(rule);
  const conditions = [...where, ...windowOf(rule, asOf)].join(" AND ");
  const amount = aggregateOf(rule);
  const [first = 0, second = 0] = rule.value;
  const holds =
    rule.operator === "between"
      ? `${amount} BETWEEN ${Math.min(first, second)} AND ${Math.max(first, second)}`
      : `${amount} ${rule.operator === "!=" ? "<>" : rule.operator} ${first}`;
  const chosen = (having: string) =>
    `SELECT customer_id FROM ${sql} WHERE ${conditions || "true"} GROUP BY customer_id HAVING ${having}`;
  if (fitsZero(rule)) return `customer_id NOT IN (${chosen(`NOT (${holds})`)})`;
  return `customer_id IN (${chosen(holds)})`;
}

function ordersOf(rule: BehaviourRule): { sql: string; where: string[] } {
  const where = rule.where.map(({ field, operator, value }) =>
    compileCondition({ name: field, sql: ident(field), kind: kinds[field] ?? "text" }, operator, value),
  );
  return { sql: "lines_seen", where: ["is_purchase", ...where.map((one) => `(${one})`)] };
}

function returnsOf(rule: BehaviourRule): { sql: string; where: string[] } {
  const needsOrder = rule.where.some(({ field }) => ofTheOrder.has(field));
  const where = rule.where.map(({ field, operator, value }) =>
    compileCondition({ name: field, sql: ident(field), kind: kinds[field] ?? "text" }, operator, value),
  );
  const joined = `(SELECT r.*, l.channel, l.discount_depth FROM returns_seen r LEFT JOIN (
      SELECT customer_id, order_ref, product_id, any_value(channel) AS channel, max(discount_depth) AS discount_depth
      FROM lines_seen GROUP BY customer_id, order_ref, product_id
    ) l ON l.customer_id = r.customer_id AND l.order_ref = r.order_ref AND l.product_id IS NOT DISTINCT FROM r.product_id)`;
  return { sql: needsOrder ? joined : "returns_seen", where: where.map((one) => `(${one})`) };
}

function windowOf({ window }: BehaviourRule, asOf: Day): string[] {
  if (window === null) return [];
  if ("days" in window) return [`day > DATE ${literal(addDays(asOf, -window.days))}`, `day <= DATE ${literal(asOf)}`];
  return [
    ...(window.from === null ? [] : [`day >= DATE ${literal(window.from)}`]),
    ...(window.to === null ? [] : [`day <= DATE ${literal(window.to)}`]),
  ];
}

function aggregateOf({ event, aggregate }: BehaviourRule): string {
  if (aggregate === "quantity") return "coalesce(sum(quantity), 0)";
  if (aggregate === "sum") return `coalesce(sum(${event === "order" ? "revenue_minor" : "refund_minor"}), 0)`;
  return event === "order" ? "count(DISTINCT order_ref)" : "count(*)";
}

function fitsZero({ operator, value: [first = 0, second = 0] }: BehaviourRule): boolean {
  switch (operator) {
    case "=":
      return first === 0;
    case "!=":
      return first !== 0;
    case "<":
      return 0 < first;
    case "<=":
      return 0 <= first;
    case ">":
      return 0 > first;
    case ">=":
      return 0 >= first;
    case "between":
      return Math.min(first, second) <= 0 && Math.max(first, second) >= 0;
  }
}

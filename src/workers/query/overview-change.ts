import { addDays, type Day } from "../../shared/base/time.ts";
import type { Session } from "../engine/duckdb.ts";
import { literal } from "../engine/sql.ts";
import { numberOf } from "./estimate.ts";
import { prepareLines } from "./prepare-lines.ts";
import type { OpenSnapshot } from "./session-pool.ts";

export interface RevenueChange {
  from: Day;
  to: Day;
  before_minor: number;
  now_minor: number;
  parts: { name: string; effect_minor: number; before: number; now: number; unit: string }[];
}

interface Factors {
  readonly buyers: number;
  readonly orders: number;
  readonly items: number;
  readonly revenue: number;
}

const length = 90;

/** Why the last 90 days' revenue differs from the same days a year before: revenue = buyers × orders each × items an order × price
 *  an item, and the change is split by the logarithmic mean (LMDI, Ang 2005), which leaves no rest; rounding goes to the largest
 *  part, so that the parts add up to the change exactly. Null where either period has no revenue. */
export async function revenueChange(snapshot: OpenSnapshot, session: Session): Promise<RevenueChange | null> {
  await prepareLines(snapshot, session);
  const asOf = snapshot.handle.as_of;
  const from = addDays(asOf, -length);
  const now = await factorsOf(session, from, asOf);
  const before = await factorsOf(session, addDays(from, -365), addDays(asOf, -365));
  const all = [now, before].flatMap(({ buyers, orders, items, revenue }) => [buyers, orders, items, revenue]);
  if (!all.every((one) => one > 0)) return null;
  const difference = now.revenue - before.revenue;
  const mean = difference === 0 ? now.revenue : difference / Math.log(now.revenue / before.revenue);
  const parts = (
    [
      ["buyers", "customers", ({ buyers }: Factors) => buyers],
      ["orders_each", "orders", ({ orders, buyers }: Factors) => orders / buyers],
      ["items_per_order", "items", ({ items, orders }: Factors) => items / orders],
      ["price_per_item", "minor", ({ revenue, items }: Factors) => revenue / items],
    ] as const
  ).map(([name, unit, factor]) => ({
    name,
    effect_minor: Math.round(mean * Math.log(factor(now) / factor(before))),
    before: factor(before),
    now: factor(now),
    unit,
  }));
  const rest = difference - parts.reduce((sum, { effect_minor }) => sum + effect_minor, 0);
  const largest = parts.reduce((a, b) => (Math.abs(b.effect_minor) > Math.abs(a.effect_minor) ? b : a));
  largest.effect_minor += rest;
  return { from: addDays(from, 1), to: asOf, before_minor: before.revenue, now_minor: now.revenue, parts };
}

async function factorsOf(session: Session, from: Day, to: Day): Promise<Factors> {
  const [row = {}] =
    await session.rows(`SELECT count(DISTINCT customer_id) AS buyers, count(DISTINCT order_ref) AS orders,
      coalesce(sum(CAST(quantity AS DECIMAL(18, 4))), 0) AS items, CAST(coalesce(sum(revenue_minor), 0) AS BIGINT) AS revenue
    FROM lines_seen WHERE is_purchase AND day > DATE ${literal(from)} AND day <= DATE ${literal(to)}`);
  return {
    buyers: numberOf(row.buyers),
    orders: numberOf(row.orders),
    items: numberOf(row.items),
    revenue: numberOf(row.revenue),
  };
}

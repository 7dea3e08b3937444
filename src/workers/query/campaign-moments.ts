import type { Session } from "../engine/duckdb.ts";
import { addMoments, type GroupMoments, noMoments } from "../numeric/group-moments.ts";
import { numberOf } from "./estimate.ts";

export interface ArmMoments {
  readonly variant: string;
  readonly isControl: boolean;
  readonly buyers: number;
  readonly revenue: GroupMoments;
  readonly purchases: GroupMoments;
}

/** Sums of all arms but the control, or of the control. */
export function pooled(
  arms: readonly ArmMoments[],
  isControl: boolean,
): { revenue: GroupMoments; purchases: GroupMoments } {
  const own = arms.filter((arm) => arm.isControl === isControl);
  const sum = (of: (arm: ArmMoments) => GroupMoments) => own.map(of).reduce(addMoments, noMoments);
  return { revenue: sum(({ revenue }) => revenue), purchases: sum(({ purchases }) => purchases) };
}

/** Days of purchases that count as known before. */
const before = 365;

const sums = (outcome: string, known: string, name: string) =>
  [
    ["y", outcome],
    ["yy", `${outcome} * ${outcome}`],
    ["x", known],
    ["xx", `${known} * ${known}`],
    ["xy", `${outcome} * ${known}`],
  ]
    .map(([part, sql]) => `CAST(sum(CAST(${sql} AS HUGEINT)) AS DOUBLE) AS ${name}_${part}`)
    .join(", ");

function momentsIn(row: Readonly<Record<string, unknown>>, name: string): GroupMoments {
  const part = (key: string) => numberOf(row[`${name}_${key}`] as never);
  return { n: numberOf(row.n as never), y: part("y"), yy: part("yy"), x: part("x"), xx: part("xx"), xy: part("xy") };
}

/** The groups of `measured` (customer_id, variant, is_control, starts_on): revenue and whether they bought within so many days after the
 *  start, with revenue and purchase days of the year up to it as what was known before. Makes `measured_people`. */
export async function armMoments(session: Session, days: number): Promise<ArmMoments[]> {
  const after = `t.day > m.starts_on AND t.day <= m.starts_on + ${days}`;
  const earlier = `t.day > m.starts_on - ${before} AND t.day <= m.starts_on`;
  await session.run(`CREATE OR REPLACE TEMP TABLE measured_people AS
    SELECT m.customer_id, any_value(m.variant) AS variant, bool_or(m.is_control) AS is_control, any_value(m.starts_on) AS starts_on,
      coalesce(sum(t.revenue_minor) FILTER (${after}), 0) AS revenue, CAST(count(t.day) FILTER (${after}) > 0 AS INTEGER) AS bought,
      coalesce(sum(t.revenue_minor) FILTER (${earlier}), 0) AS revenue_before, count(t.day) FILTER (${earlier}) AS days_before
    FROM measured m LEFT JOIN transactions_seen t ON t.customer_id = m.customer_id AND t.day > m.starts_on - ${before} AND t.day <= m.starts_on + ${days}
    GROUP BY m.customer_id`);
  const rows = await session.rows(`SELECT variant, is_control, count(*) AS n, count(*) FILTER (bought > 0) AS buyers,
      ${sums("revenue", "revenue_before", "revenue")}, ${sums("bought", "days_before", "purchases")}
    FROM measured_people GROUP BY variant, is_control ORDER BY is_control, variant`);
  return rows.map((row) => ({
    variant: String(row.variant),
    isControl: row.is_control === true,
    buyers: numberOf(row.buyers),
    revenue: momentsIn(row, "revenue"),
    purchases: momentsIn(row, "purchases"),
  }));
}

/** The two sides' sums as they stood at the end of each day since the start: what was known before stays, outcomes add up. */
export async function dailyMoments(
  session: Session,
  days: number,
  arms: readonly ArmMoments[],
): Promise<{ day: number; revenue: [GroupMoments, GroupMoments]; purchases: [GroupMoments, GroupMoments] }[]> {
  const rows = await session.rows(`WITH bought AS (
      SELECT p.customer_id, p.is_control, p.revenue_before, p.days_before, CAST(t.day - p.starts_on AS INTEGER) AS day, t.revenue_minor AS revenue
      FROM measured_people p JOIN transactions_seen t ON t.customer_id = p.customer_id AND t.day > p.starts_on AND t.day <= p.starts_on + ${days}),
    by_day AS (
      SELECT d.day, b.is_control, b.customer_id, any_value(b.revenue_before) AS revenue_before, any_value(b.days_before) AS days_before, sum(b.revenue) AS revenue, 1 AS bought
      FROM (SELECT unnest(range(1, ${days} + 1)) AS day) d JOIN bought b ON b.day <= d.day GROUP BY d.day, b.is_control, b.customer_id)
    SELECT day, is_control, ${sums("revenue", "revenue_before", "revenue")}, ${sums("bought", "days_before", "purchases")}
    FROM by_day GROUP BY day, is_control ORDER BY day`);
  const sides = { treated: pooled(arms, false), control: pooled(arms, true) };
  const withOutcomes = (whole: GroupMoments, row: GroupMoments | undefined): GroupMoments => ({
    ...whole,
    y: row?.y ?? 0,
    yy: row?.yy ?? 0,
    xy: row?.xy ?? 0,
  });
  return Array.from({ length: days }, (_, at) => {
    const found = (isControl: boolean) =>
      rows.find((row) => numberOf(row.day) === at + 1 && (row.is_control === true) === isControl);
    const side = (whole: GroupMoments, isControl: boolean, name: string) => {
      const row = found(isControl);
      return withOutcomes(whole, row ? momentsIn(row, name) : undefined);
    };
    return {
      day: at + 1,
      revenue: [side(sides.treated.revenue, false, "revenue"), side(sides.control.revenue, true, "revenue")],
      purchases: [side(sides.treated.purchases, false, "purchases"), side(sides.control.purchases, true, "purchases")],
    };
  });
}

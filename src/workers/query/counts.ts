import type { Json } from "../../shared/base/canonical-json.ts";
import type { AlikeFinding } from "./alike.ts";
import type { CompiledNode } from "./compile-segment.ts";
import { type Estimate, numberOf, totalOf } from "./estimate.ts";
import { asComputed, columnsIn, keptFigures, keptProfiles } from "./kept-profiles.ts";
import { compileIn, type SegmentInput } from "./segment-in.ts";
import type { OpenSnapshot } from "./session-pool.ts";

export interface SegmentFigures {
  customers: number;
  of: number;
  revenue_minor: number;
  net_revenue_minor: number;
  reachable: number;
  predicted_value: Estimate | null;
  expected_purchases: Estimate | null;
  horizon_days: number;
  rules: { path: string; customers: number }[];
  alike: AlikeFinding[];
  milliseconds: number;
}

interface Plan {
  /** Distinct leaves: each is computed once a row. */
  readonly leaves: string[];
  readonly rules: { path: string; holds: string }[];
}

function leafName(plan: Plan, sql: string): string {
  const known = plan.leaves.indexOf(sql);
  return `h${known >= 0 ? known : plan.leaves.push(sql) - 1}`;
}

/** The node as an expression over the leaves' columns; notes what each rule leaves, depth first. `reach` is who gets there:
 *  within an "and" whoever fits the rules before, within an "or" whoever reaches the group. Inside a group that is turned
 *  round the numbers are those that it takes out. */
function planNode(plan: Plan, node: CompiledNode, path: string, reach: readonly string[]): string {
  if (node.kind === "leaf") return leafName(plan, node.sql);
  const holds: string[] = [];
  for (const [at, child] of node.nodes.entries()) {
    const own = path === "" ? String(at) : `${path}.${at}`;
    const before = node.combinator === "and" ? [...reach, ...holds] : reach;
    const slot = plan.rules.push({ path: own, holds: "" }) - 1;
    const sql = planNode(plan, child, own, before);
    holds.push(sql);
    plan.rules[slot] = { path: own, holds: [...before, sql].map((one) => `(${one})`).join(" AND ") };
  }
  const empty = String(node.combinator === "and");
  const joined =
    holds.length === 0 ? empty : holds.map((one) => `(${one})`).join(node.combinator === "and" ? " AND " : " OR ");
  return node.not ? `NOT (${joined})` : joined;
}

const summedColumns = ["revenue_minor", "net_revenue_minor", "predicted_value_minor", "expected_purchases"];

const summed = (column: string, holds: string) => `sum(${column}) FILTER (WHERE ${holds})`;

/** Size, money, reach and forecast of a segment in one pass over the profiles, with what every rule leaves. Reach counts those
 *  whom a list by e-mail would hold (see reachSql). Limits of totals: see varianceSql. */
export async function countSegment(
  snapshot: OpenSnapshot,
  input: SegmentInput,
  signal?: AbortSignal,
): Promise<SegmentFigures> {
  const begun = performance.now();
  return snapshot.use(signal, async (session) => {
    const { handle } = snapshot;
    const alike: AlikeFinding[] = [];
    const compiled = await compileIn(snapshot, session, input, alike);
    const plan: Plan = { leaves: [], rules: [] };
    const root = planNode(plan, compiled, "", []);
    const named = columnsIn(snapshot, plan.leaves.join(" "));
    const from = named === null ? "profiles" : await keptProfiles(snapshot, session, [...summedColumns, ...named]);
    const { reach, value, purchases } = named === null ? await asComputed(snapshot, session) : keptFigures;
    const leaves = plan.leaves.map((sql, at) => `, ${sql} AS h${at}`).join("");
    const [row = {}] = await session.rows(`WITH hits AS (
        SELECT revenue_minor, net_revenue_minor, predicted_value_minor, expected_purchases, ${reach} AS reach,
          ${value} AS value_variance, ${purchases} AS purchases_variance${leaves}
        FROM ${from}
      )
      SELECT count(*) AS total, count(*) FILTER (WHERE ${root}) AS customers,
        CAST(coalesce(${summed("revenue_minor", root)}, 0) AS BIGINT) AS revenue_minor,
        CAST(coalesce(${summed("net_revenue_minor", root)}, 0) AS BIGINT) AS net_revenue_minor,
        count(*) FILTER (WHERE (${root}) AND reach) AS reachable,
        CAST(${summed("predicted_value_minor", root)} AS DOUBLE) AS predicted, ${summed("value_variance", root)} AS value_variance,
        ${summed("expected_purchases", root)} AS expected, ${summed("purchases_variance", root)} AS purchases_variance
        ${plan.rules.map(({ holds }, at) => `, count(*) FILTER (WHERE ${holds}) AS r${at}`).join("")}
      FROM hits`);
    return { ...figures(row, plan, handle.horizon_days), alike, milliseconds: Math.round(performance.now() - begun) };
  });
}

function figures(
  row: Record<string, Json>,
  plan: Plan,
  horizonDays: number,
): Omit<SegmentFigures, "alike" | "milliseconds"> {
  return {
    customers: numberOf(row.customers),
    of: numberOf(row.total),
    revenue_minor: numberOf(row.revenue_minor),
    net_revenue_minor: numberOf(row.net_revenue_minor),
    reachable: numberOf(row.reachable),
    predicted_value: totalOf(row.predicted, row.value_variance),
    expected_purchases: totalOf(row.expected, row.purchases_variance, 2),
    horizon_days: horizonDays,
    rules: plan.rules.map(({ path }, at) => ({ path, customers: numberOf(row[`r${at}`]) })),
  };
}

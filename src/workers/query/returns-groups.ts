import type { Session } from "../engine/duckdb.ts";
import { literal } from "../engine/sql.ts";
import { numberOf, numberOrNull } from "./estimate.ts";
import type { OpenSnapshot } from "./session-pool.ts";

type By = "category" | "size" | "channel" | "lifecycle_stage";
export interface ReturnGroup {
  name: string;
  settled: number;
  returned: number;
  rate: number | null;
  rate_before: number | null;
  open_lines: number;
  at_risk_minor: number;
}
export interface ReturnGroups {
  by: By;
  rows: ReturnGroup[];
}

const mostRows = 12;

/** Rates of twelve months by category, size, channel and stage of the customer, those with most returns first; only what the
 *  sources tell of. Needs the table open_returns. */
export async function groupsOf(snapshot: OpenSnapshot, session: Session): Promise<ReturnGroups[]> {
  const asOf = `DATE ${literal(snapshot.handle.as_of)}`;
  await session.run(
    `CREATE OR REPLACE TEMP TABLE recent_returns AS
     SELECT l.customer_id, l.key_space, l.order_id, l.line_id, l.source, l.product_id, l.category, l.channel, p.lifecycle_stage, CAST(NULL AS VARCHAR) AS size,
            l.is_returned AND l.is_settled AS is_returned, l.is_settled AND l.window_ends_on <= ${asOf} AND l.window_ends_on > ${asOf} - 365 AS is_now,
            l.is_settled AND l.window_ends_on <= ${asOf} - 365 AND l.window_ends_on > ${asOf} - 730 AS is_before, o.risk, o.revenue_minor * o.risk AS at_risk
     FROM return_ledger l JOIN profiles p USING (customer_id)
     LEFT JOIN open_returns o ON o.customer_id = l.customer_id AND o.key_space = l.key_space AND o.order_id = l.order_id AND o.line_id = l.line_id AND o.source = l.source`,
  );
  await addSizes(snapshot, session);
  const found: ReturnGroups[] = [];
  for (const by of ["category", "size", "channel", "lifecycle_stage"] as const) {
    const rows = await rowsOf(session, by);
    if (rows.length > 1) found.push({ by, rows });
  }
  return found;
}

async function addSizes(snapshot: OpenSnapshot, session: Session): Promise<void> {
  const [lines, products] = [snapshot.columnsOf("order_lines"), snapshot.columnsOf("products")];
  if (lines.has("size") && lines.has("key_space")) {
    await session.run(
      `UPDATE recent_returns SET size = s.size FROM (SELECT key_space, order_id, line_id, source, min(size) AS size FROM order_lines WHERE size IS NOT NULL GROUP BY ALL) s
       WHERE s.key_space = recent_returns.key_space AND s.order_id = recent_returns.order_id AND s.line_id = recent_returns.line_id AND s.source = recent_returns.source`,
    );
  }
  if (products.has("size") && products.has("key_space")) {
    await session.run(
      `UPDATE recent_returns SET size = s.size FROM (SELECT key_space, product_id, min(size) AS size FROM products WHERE size IS NOT NULL GROUP BY ALL) s
       WHERE recent_returns.size IS NULL AND s.key_space = recent_returns.key_space AND s.product_id = recent_returns.product_id`,
    );
  }
}

async function rowsOf(session: Session, by: By): Promise<ReturnGroup[]> {
  const rows = await session.rows(
    `SELECT ${by} AS name, count(*) FILTER (is_now) AS settled, count(*) FILTER (is_now AND is_returned) AS returned, count(*) FILTER (is_before) AS settled_before,
            count(*) FILTER (is_before AND is_returned) AS returned_before, count(risk) AS open_lines, coalesce(round(sum(at_risk)), 0) AS at_risk
     FROM recent_returns WHERE ${by} IS NOT NULL GROUP BY name HAVING settled + open_lines > 0 ORDER BY returned DESC, open_lines DESC, name LIMIT ${mostRows}`,
  );
  return rows.map((row) => {
    const [settled, returned] = [numberOf(row.settled), numberOf(row.returned)];
    const before = numberOf(row.settled_before);
    return {
      name: String(row.name),
      settled,
      returned,
      rate: settled > 0 ? returned / settled : null,
      rate_before: before > 0 ? numberOf(row.returned_before) / before : null,
      open_lines: numberOf(row.open_lines),
      at_risk_minor: numberOrNull(row.at_risk) ?? 0,
    };
  });
}

import { ident } from "../engine/sql.ts";
import { numberOf } from "./estimate.ts";
import type { OpenSnapshot } from "./session-pool.ts";

/** What events are made of, by the field of a definition that names it. */
const sources = [
  { field: "purchase.category", table: "purchase_lines", column: "category", where: "is_purchase" },
  { field: "purchase.brand", table: "purchase_lines", column: "brand", where: "is_purchase" },
  { field: "message.type", table: "message_events", column: "event_type", where: "customer_id IS NOT NULL" },
  { field: "visit.type", table: "web_events", column: "event_type", where: "customer_id IS NOT NULL" },
  { field: "event.type", table: "events", column: "event_type", where: "customer_id IS NOT NULL" },
] as const;
const mostOfEach = 200;

/** What has happened to customers so far that a propensity can foretell, the most frequent first. */
export async function listEventChoices(snapshot: OpenSnapshot, _: object, signal: AbortSignal): Promise<object> {
  return snapshot.use(signal, async (session) => {
    const events: { field: string; value: string; n: number }[] = [];
    for (const { field, table, column, where } of sources) {
      if (!snapshot.columnsOf(table).has(column)) continue;
      const rows = await session.rows(
        `SELECT trim(${column}) AS value, count(*) AS n FROM ${ident(table)} WHERE ${where} AND trim(${column}) <> ''
         GROUP BY ALL ORDER BY n DESC, value LIMIT ${mostOfEach}`,
      );
      events.push(...rows.map(({ value, n }) => ({ field, value: String(value), n: numberOf(n) })));
    }
    return { events };
  });
}

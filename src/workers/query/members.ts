import type { Json } from "../../shared/base/canonical-json.ts";
import { textOrNull } from "./estimate.ts";
import { predicateIn, type SegmentInput } from "./segment-in.ts";
import type { OpenSnapshot } from "./session-pool.ts";

export interface Members {
  rows: { customer_id: string; name: string | null; values: Record<string, Json> }[];
}

/** A few members with their profiles and names, those of the greatest predicted value (else revenue) first. */
export async function listMembers(
  snapshot: OpenSnapshot,
  input: SegmentInput & { limit: number },
  signal?: AbortSignal,
): Promise<Members> {
  return snapshot.use(signal, async (session) => {
    const predicate = await predicateIn(snapshot, session, input);
    const rows = await session.rows(`WITH chosen AS (
        SELECT * FROM profiles WHERE ${predicate}
        ORDER BY predicted_value_minor DESC NULLS LAST, revenue_minor DESC NULLS LAST, customer_id
        LIMIT ${Math.max(1, Math.min(100, Math.floor(input.limit)))}
      )
      SELECT chosen.*, (SELECT any_value(n.name) FROM names_seen n WHERE n.customer_id = chosen.customer_id) AS shown_name
      FROM chosen ORDER BY predicted_value_minor DESC NULLS LAST, revenue_minor DESC NULLS LAST, customer_id`);
    return {
      rows: rows.map(({ shown_name: name, ...values }) => ({
        customer_id: String(values.customer_id),
        name: textOrNull(name),
        values,
      })),
    };
  });
}

import { textOrNull } from "./estimate.ts";
import type { OpenSnapshot } from "./session-pool.ts";

/** People for the local search index, the most valuable first. */
export async function pagePeople(
  snapshot: OpenSnapshot,
  input: { offset: number; limit: number },
  signal?: AbortSignal,
): Promise<{ people: object[] }> {
  if (!snapshot.has("people")) return { people: [] };
  return snapshot.use(signal, async (session) => {
    const rows =
      await session.rows(`SELECT p.customer_id, coalesce(h.full_name, nullif(concat_ws(' ', h.given_name, h.family_name), '')) AS name, h.email, h.phone,
        nullif(concat_ws(', ', h.city, h.postcode), '') AS place
      FROM profiles p LEFT JOIN people h USING (customer_id)
      ORDER BY p.predicted_value_minor DESC NULLS LAST, p.revenue_minor DESC, p.customer_id LIMIT ${Math.trunc(input.limit)} OFFSET ${Math.trunc(input.offset)}`);
    return {
      people: rows.map((row) => ({
        customer_id: String(row.customer_id),
        name: textOrNull(row.name),
        email: textOrNull(row.email),
        phone: textOrNull(row.phone),
        place: textOrNull(row.place),
      })),
    };
  });
}

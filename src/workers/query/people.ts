import { numberOf, textOrNull } from "./estimate.ts";
import type { OpenSnapshot } from "./session-pool.ts";
import { columnOr } from "./snapshot.ts";

export interface Person {
  customer_id: string;
  name: string | null;
  email: string | null;
  phone: string | null;
  place: string | null;
}

/** Everybody with what they are searched by, those of the greatest predicted value (else revenue) first: the order in which a
 *  search index hands them out. Pages follow each other without gaps. */
export async function pagePeople(
  snapshot: OpenSnapshot,
  input: { readonly offset: number; readonly limit: number },
  signal?: AbortSignal,
): Promise<{ people: Person[]; total: number }> {
  return snapshot.use(signal, async (session) => {
    if (!snapshot.memo.has("people in order")) {
      await session.run(`CREATE OR REPLACE TEMP TABLE people_in_order AS SELECT customer_id FROM profiles
        ORDER BY predicted_value_minor DESC NULLS LAST, revenue_minor DESC NULLS LAST, customer_id`);
      snapshot.memo.set("people in order", true);
    }
    const people = snapshot.columnsOf("people");
    const text = (name: string) => columnOr(people, name, "VARCHAR", "p.");
    const join = people.has("customer_id") ? "LEFT JOIN people p ON p.customer_id = o.customer_id" : "";
    const from = Math.max(0, Math.floor(input.offset));
    const rows = await session.rows(`SELECT o.customer_id, coalesce(nullif(${text("full_name")}, ''),
          nullif(concat_ws(' ', ${text("given_name")}, ${text("family_name")}), '')) AS name,
        ${text("email")} AS email, ${text("phone")} AS phone,
        nullif(concat_ws(', ', ${text("city")}, ${text("postcode")}, ${text("country")}), '') AS place
      FROM (SELECT rowid AS place_, customer_id FROM people_in_order WHERE rowid >= ${from} AND rowid < ${from + Math.max(1, Math.floor(input.limit))}) o ${join}
      ORDER BY o.place_`);
    return {
      total: numberOf(await session.value("SELECT count(*) FROM people_in_order")),
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

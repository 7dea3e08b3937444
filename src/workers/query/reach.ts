import type { Session } from "../engine/duckdb.ts";
import type { OpenSnapshot } from "./session-pool.ts";

/** Whether a customer can be reached by e-mail, as an expression over `profiles`: as the profile says; for a brand without a
 *  source of consents, which says nothing there, whoever has an address and isn't suppressed. A list by e-mail leaves out the rest. */
export async function reachSql(snapshot: OpenSnapshot, session: Session): Promise<string> {
  const known = snapshot.memo.get("reach") as string | undefined;
  if (known !== undefined) return known;
  const isSaid = (await session.value("SELECT count(reachable_email) > 0 FROM profiles")) === true;
  const unsuppressed = snapshot.profileColumns.has("is_suppressed") ? "NOT coalesce(is_suppressed, false)" : "true";
  const addressed = snapshot.columnsOf("people").has("email")
    ? "customer_id IN (SELECT customer_id FROM people WHERE email IS NOT NULL)"
    : "false";
  const sql = isSaid ? "coalesce(reachable_email, false)" : `(${addressed} AND ${unsuppressed})`;
  snapshot.memo.set("reach", sql);
  return sql;
}

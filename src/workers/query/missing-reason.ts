import type { Session } from "../engine/duckdb.ts";
import { ident, literal } from "../engine/sql.ts";
import { textOrNull } from "./estimate.ts";
import type { OpenSnapshot } from "./session-pool.ts";

/** Why most buyers have no value in a column of profiles; NULL where they have. */
export async function reasonOf(snapshot: OpenSnapshot, session: Session, field: string): Promise<string | null> {
  if (!snapshot.profileColumns.has(field)) return "not_modelled";
  const [row] = await session.rows(
    `SELECT reasons[${literal(field)}] AS reason, count(*) AS n FROM profiles WHERE order_count > 0 AND ${ident(field)} IS NULL GROUP BY 1 ORDER BY n DESC, 1 LIMIT 1`,
  );
  return textOrNull(row?.reason) ?? "never_bought";
}

import type { Session } from "../engine/duckdb.ts";
import { parquet } from "../engine/sql.ts";

/** How many ids of a delivery's people stand for somebody else at each other source: there both their e-mail and their name are
 *  others. The same rule keeps identity from joining them. */
export async function countConflicts(
  session: Session,
  files: { own: readonly string[]; others: readonly string[] },
): Promise<{ source: string; ids: number }[]> {
  if (files.own.length === 0 || files.others.length === 0) return [];
  const people = (paths: readonly string[]) =>
    `SELECT DISTINCT key_space, source, source_customer_id, email, lower(coalesce(full_name, nullif(concat_ws(' ', given_name, family_name), ''))) AS name
     FROM ${parquet(paths)} WHERE source_customer_id IS NOT NULL AND email IS NOT NULL`;
  const rows = await session.rows(`WITH own AS (${people(files.own)}), others AS (${people(files.others)}),
    compared AS (SELECT o.source, o.key_space, o.source_customer_id, bool_or(o.email = w.email OR o.name = w.name) AS agrees
      FROM own w JOIN others o USING (key_space, source_customer_id) WHERE o.source <> w.source AND o.name IS NOT NULL AND w.name IS NOT NULL GROUP BY ALL)
    SELECT source, count(*) AS ids FROM compared WHERE NOT agrees GROUP BY source ORDER BY source`);
  return rows.map((row) => ({ source: String(row["source"]), ids: Number(row["ids"]) }));
}

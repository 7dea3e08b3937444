import type { Session } from "../engine/duckdb.ts";
import { fileList, literal } from "../engine/sql.ts";

/** Rows of each file of a delivery that bring nothing new, by the table that the file feeds first. With a key: the same key with
 *  the values that stand. Without: as many as the earlier file that has most of them, since within one file nothing repeats. */
export async function countRepeats(
  session: Session,
  files: { own: readonly string[]; earlier: readonly string[] },
): Promise<Map<number, Set<number>>> {
  const repeated = new Map<number, Set<number>>();
  if (files.own.length === 0) return repeated;
  const columns = "file_number, source_row, row_key, row_hash, source";
  const own = `SELECT ${columns}, 1 AS is_own, 0 AS batch_number FROM read_parquet(${fileList(files.own)})`;
  const earlier = files.earlier.map(
    (path, at) => `SELECT ${columns}, 0 AS is_own, ${at} AS batch_number FROM read_parquet(${literal(path)})`,
  );
  await session.run(`CREATE OR REPLACE TEMP TABLE compared AS ${[own, ...earlier].join(" UNION ALL ")}`);
  const keyed = await session.rows(
    `SELECT file_number, source_row FROM (
       SELECT *, lag(row_hash) OVER (PARTITION BY row_key ORDER BY is_own, batch_number, file_number, source_row) AS standing FROM compared WHERE row_key IS NOT NULL)
     WHERE is_own = 1 AND standing = row_hash`,
  );
  const unkeyed = await session.rows(
    `WITH counted AS (SELECT row_hash, is_own, batch_number, file_number, count(*) AS n FROM compared WHERE row_key IS NULL GROUP BY ALL),
          standing AS (SELECT *, coalesce(max(n) OVER (PARTITION BY row_hash ORDER BY is_own, batch_number, file_number ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS had FROM counted),
          placed AS (SELECT row_hash, file_number, source_row, row_number() OVER (PARTITION BY row_hash, file_number ORDER BY source_row) AS k
                     FROM compared WHERE is_own = 1 AND row_key IS NULL)
     SELECT p.file_number, p.source_row FROM placed p JOIN standing s ON s.row_hash = p.row_hash AND s.file_number = p.file_number AND s.is_own = 1 WHERE p.k <= s.had`,
  );
  for (const row of [...keyed, ...unkeyed]) {
    const file = Number(row.file_number);
    const rows = repeated.get(file) ?? new Set();
    rows.add(Number(row.source_row));
    repeated.set(file, rows);
  }
  return repeated;
}

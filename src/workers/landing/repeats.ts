import type { LakeTable } from "../../shared/domain/lake.ts";
import type { Session } from "../engine/duckdb.ts";
import { parquet } from "../engine/sql.ts";
import { isUnnamedSql, nameMarkSql, rowKeySql } from "./row-keys.ts";

/** Rows of each file of a delivery that bring nothing new, by the table that the file feeds first. With a key: the same key with
 *  the values that stand. Without: as many as the earlier file that has most of them, since within one file nothing repeats. */
export async function countRepeats(
  session: Session,
  table: LakeTable,
  files: { own: readonly string[]; earlier: readonly string[] },
): Promise<Map<number, Set<number>>> {
  const repeated = new Map<number, Set<number>>();
  if (files.own.length === 0) return repeated;
  const own = rowsSql(table, [files.own], true);
  const earlier = rowsSql(
    table,
    files.earlier.map((path) => [path]),
    false,
  );
  const marks = (from: string) => `SELECT mark FROM (${from})`;
  await session.run(`CREATE OR REPLACE TEMP TABLE contested AS SELECT mark FROM (
    ${marks(own)}${earlier === "" ? "" : ` UNION ALL SELECT mark FROM (${marks(earlier)}) SEMI JOIN (${marks(own)}) USING (mark)`})
    GROUP BY mark HAVING count(*) > 1`);
  if (Number(await session.value("SELECT count(*) FROM contested")) === 0) return repeated;
  const all = earlier === "" ? own : `${own} UNION ALL ${earlier}`;
  await session.run(`CREATE OR REPLACE TEMP TABLE compared AS SELECT * FROM (${all}) SEMI JOIN contested USING (mark)`);
  const keyed = await session.rows(
    `SELECT file_number, source_row FROM (
       SELECT *, lag(said) OVER (PARTITION BY row_key ORDER BY is_own, batch_number, file_number, source_row) AS standing FROM compared WHERE row_key IS NOT NULL)
     WHERE is_own = 1 AND standing = said`,
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

const whence = "key_space, source, batch_id, file_number, source_row, row_hash";

/** Rows of several deliveries, in their order; `said` is the same where two rows say the same. */
function rowsSql(table: LakeTable, deliveries: readonly (readonly string[])[], isOwn: boolean): string {
  const mark = `CASE WHEN ${isUnnamedSql(table)} THEN hash(row_hash) ELSE ${nameMarkSql(table)} END`;
  const selects = deliveries.map(
    (
      paths,
      at,
    ) => `SELECT file_number, source_row, ${rowKeySql(table)} AS row_key, row_hash, ${mark} AS mark, hash(*COLUMNS(* EXCLUDE (${whence}))) AS said,
      ${isOwn ? 1 : 0} AS is_own, ${at} AS batch_number FROM ${parquet(paths)}`,
  );
  return selects.join(" UNION ALL ");
}

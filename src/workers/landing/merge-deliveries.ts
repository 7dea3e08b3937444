import { type LakeTable, lakeColumns } from "../../shared/domain/lake.ts";
import type { Session } from "../engine/duckdb.ts";
import { ident } from "../engine/sql.ts";
import { isUnnamedSql, nameMarkSql, rowKeySql } from "./row-keys.ts";

/** Later rows first: of deliveries, of files in one, of rows in one. */
const latest = "batch_number DESC, file_number DESC, source_row DESC, row_hash";
/** A row's place among all deliveries. */
const place = "((batch_number * 1000000000::HUGEINT + file_number) * 1000000000000 + source_row)";
const whence = new Set(["key_space", "source", "batch_id", "file_number", "source_row"]);

interface Merged {
  readonly relation: string;
  /** Rows lie as they were delivered, every one of them. */
  readonly isAsDelivered: boolean;
}

/** Makes the relation `merged_<table>` of a table's deliveries (`arrivals` numbers them). With a key the latest row of a source
 *  stands, and of several sources what the later ones say, where they say something (people stay apart by source until identity
 *  joins them); without, as many equal rows as the file that has most of them. Only rows that may repeat are compared. */
export async function mergeDeliveries(session: Session, table: LakeTable, delivered: string): Promise<Merged> {
  const name = `merged_${table.table}`;
  const rows = `delivered_${table.table}`;
  await session.run(
    `CREATE TEMP VIEW ${rows} AS SELECT d.*, ${rowKeySql(table)} AS row_key, a.batch_number FROM ${delivered} d JOIN arrivals a USING (source, batch_id)`,
  );
  const contested = `contested_${table.table}`;
  const [isUnnamed, mark] = [isUnnamedSql(table), nameMarkSql(table)];
  await session.run(`CREATE TEMP TABLE ${contested} AS
    SELECT ${mark} AS mark, true AS is_keyed FROM ${delivered} WHERE NOT ${isUnnamed} GROUP BY 1 HAVING count(*) > 1
    UNION ALL SELECT hash(source, row_hash) AS mark, false AS is_keyed FROM ${rows} WHERE ${isUnnamed} GROUP BY 1
      HAVING min(struct_pack(batch_number, file_number)) <> max(struct_pack(batch_number, file_number))`);
  const columns = [...lakeColumns(table).map((column) => column.name), "row_hash"].map(ident).join(", ");
  const isContested = Number(await session.value(`SELECT count(*) FROM ${contested}`)) > 0;
  if (!isContested) {
    await session.run(`CREATE TEMP VIEW ${name} AS SELECT ${columns} FROM ${delivered}`);
    return { relation: name, isAsDelivered: true };
  }
  const marked = (is: "SEMI" | "ANTI") =>
    `SELECT d.* FROM ${rows} d ${is} JOIN ${contested} c
       ON c.is_keyed <> ${isUnnamed} AND c.mark = CASE WHEN ${isUnnamed} THEN hash(d.source, d.row_hash) ELSE ${mark} END`;
  const settled = `settled_${table.table}`;
  const repeated = `repeated_${table.table}`;
  await session.run(`CREATE TEMP VIEW ${repeated} AS ${marked("SEMI")}`);
  await settle(session, table, { delivered: repeated, contested, settled, columns });
  await session.run(
    `CREATE TEMP VIEW ${name} AS SELECT ${columns} FROM (${marked("ANTI")}) UNION ALL SELECT ${columns} FROM ${settled}`,
  );
  return { relation: name, isAsDelivered: false };
}

interface Settling {
  /** The view of the rows that may repeat. */
  readonly delivered: string;
  /** The table of their marks. */
  readonly contested: string;
  /** The table to be made of them. */
  readonly settled: string;
  readonly columns: string;
}

/** Settles rows that may repeat. Where the latest row of each name lies is found first, so that only those are read whole. */
async function settle(session: Session, table: LakeTable, settling: Settling): Promise<void> {
  const { delivered, contested, settled, columns } = settling;
  const has = async (where: string) =>
    (await session.value(`SELECT EXISTS (SELECT 1 FROM ${contested} WHERE ${where})`)) === true;
  if (await has("is_keyed")) await settleNamed(session, table, settling);
  else await session.run(`CREATE TEMP TABLE ${settled} AS SELECT ${columns} FROM ${delivered} WHERE false`);
  if (await has("NOT is_keyed"))
    await session.run(`INSERT INTO ${settled} WITH counted AS (
        SELECT *, count(*) OVER (PARTITION BY source, row_hash, batch_number, file_number) AS n FROM ${delivered} WHERE row_key IS NULL)
      SELECT ${columns} FROM (
        SELECT * FROM counted QUALIFY dense_rank() OVER (PARTITION BY source, row_hash ORDER BY n DESC, batch_number, file_number) = 1)`);
}

async function settleNamed(
  session: Session,
  table: LakeTable,
  { delivered, settled, columns }: Settling,
): Promise<void> {
  const standing = `latest_${table.table}`;
  await session.run(
    `CREATE TEMP TABLE ${standing} AS SELECT source, row_key, max(${place}) AS place FROM ${delivered} WHERE row_key IS NOT NULL GROUP BY ALL`,
  );
  const [{ names, sources } = {}] = await session.rows(
    `SELECT count(*) AS names, count(DISTINCT source) AS sources FROM ${standing}`,
  );
  const rows = `SELECT d.* FROM ${delivered} d SEMI JOIN ${standing} l ON l.source = d.source AND l.row_key = d.row_key AND l.place = ${place}`;
  const first = `${rows} QUALIFY row_number() OVER (PARTITION BY d.source, d.row_key ORDER BY ${latest}) = 1`;
  if (table.table !== "customers" && Number(sources) > 1) {
    await session.run(`CREATE TEMP TABLE ${settled} AS ${joinedSql(table, first, columns)}`);
    return;
  }
  await session.run(`CREATE TEMP TABLE ${settled} AS SELECT ${columns} FROM (${rows})`);
  const isOneEach = Number(await session.value(`SELECT count(*) FROM ${settled}`)) === Number(names);
  if (isOneEach) return; // else a row of a file says something of a name twice
  await session.run(`CREATE OR REPLACE TEMP TABLE ${settled} AS SELECT ${columns} FROM (${first})`);
}

/** Of several sources what the later ones say, where they say something. */
function joinedSql(table: LakeTable, rows: string, columns: string): string {
  const joined = lakeColumns(table).map(({ name }) => {
    const last = `first(${ident(name)} ORDER BY ${latest})`;
    return `${whence.has(name) ? last : `${last} FILTER (${ident(name)} IS NOT NULL)`} AS ${ident(name)}`;
  });
  return `WITH standing AS (SELECT *, count(*) OVER (PARTITION BY row_key) AS n_sources FROM (${rows}))
    SELECT ${columns} FROM standing WHERE n_sources = 1 UNION ALL
    SELECT ${joined.join(", ")}, first(row_hash ORDER BY ${latest}) AS row_hash FROM standing WHERE n_sources > 1 GROUP BY row_key`;
}

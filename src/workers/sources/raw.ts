import { AssayError } from "../../shared/base/errors.ts";
import type { Session } from "../engine/duckdb.ts";
import { ident, literal, parquet } from "../engine/sql.ts";
import type { Prepared } from "./prepare.ts";

/** A file as a table of text: `source_row` from 1 (the header not counted), `line`, then its columns in order. */
export interface RawTable {
  readonly table: string;
  /** file_line, column_name, value, reason, raw, source_row of what could not be read. */
  readonly rejects: string;
  readonly columns: readonly string[];
  readonly rowsRead: number;
  readonly rowsRejected: number;
  readonly isTyped: boolean;
}

const reasons: Readonly<Record<string, string>> = {
  "MISSING COLUMNS": "too_few_columns",
  "TOO MANY COLUMNS": "too_many_columns",
  "UNQUOTED VALUE": "open_quote",
  "LINE SIZE OVER MAXIMUM": "line_too_long",
  "INVALID ENCODING": "invalid_encoding",
  "INVALID UNICODE": "invalid_encoding",
};

/** Columns of a raw table are named c0, c1 …: what a file calls them never becomes SQL. */
export function rawColumn(at: number): string {
  return `c${at}`;
}

let made = 0;

/** Reads every row of a prepared file: into the table, or into its rejects; none is dropped. */
export async function readRaw(session: Session, prepared: Prepared, label: string): Promise<RawTable> {
  const table = `raw_${++made}`;
  if (prepared.format === "parquet") return readParquet(session, prepared, { table, label });
  const dialect = prepared.dialect;
  const rejects = `${table}_rejects`;
  if (!dialect || dialect.header.length === 0) {
    await session.run(`CREATE TEMP TABLE ${table} AS SELECT 0::BIGINT AS source_row, 0::BIGINT AS line WHERE false`);
    await emptyRejects(session, rejects);
    return { table, rejects, columns: [], rowsRead: 0, rowsRejected: 0, isTyped: prepared.isTyped };
  }
  const header = dialect.header;
  const columns = header.map((_, at) => `${literal(rawColumn(at))}: 'VARCHAR'`).join(", ");
  const skipped = dialect.preamble + 1;
  const faulty = `${table}_faulty`;
  await session.run("SET threads = 1");
  try {
    await session.run(
      `CREATE TEMP TABLE ${table}_read AS SELECT row_number() OVER () AS accepted_row, * FROM read_csv(${literal(prepared.path)}, auto_detect = false, header = false,
       skip = ${skipped}, delim = ${literal(dialect.delimiter)}, quote = '"', escape = '"', columns = {${columns}}, store_rejects = true,
       rejects_table = ${literal(faulty)}, rejects_scan = ${literal(`${table}_scans`)}, rejects_limit = 0, max_line_size = 16000000, strict_mode = true,
       null_padding = false, new_line = '\\n')`,
    );
  } catch (error) {
    if (error instanceof AssayError && error.code !== "cancelled" && error.code !== "unavailable") {
      throw new AssayError("bad_input", `${label} can't be read as a table: ${error.message.slice(0, 300)}`, "Check that it is whole, or export it again.");
    }
    throw error;
  }
  const first = dialect.header.length === 1 ? "" : ` WHERE NOT (${footerTest(dialect.footer)})`;
  await session.run(
    `CREATE TEMP TABLE ${table}_faults AS SELECT line, min(column_name) AS column_name, min(error_type::VARCHAR) AS error_type,
     min(csv_line) AS raw, row_number() OVER (ORDER BY line) AS n FROM ${faulty}${first} GROUP BY line`,
  );
  const isRepeatedHeader = header.map((name, at) => `coalesce(trim(${rawColumn(at)}), '') = ${literal(/^column_\d+$/.test(name) ? "" : name.replace(/_\d+$/, (n) => (header.includes(name.slice(0, -n.length)) ? "" : n)))}`).join(" AND ");
  const isFooter = footerTest(dialect.footer, rawColumn(0), dialect.delimiter);
  // a faulty line's place among the rows is its line less the header and the lines before it
  await session.run(
    `CREATE TEMP TABLE ${table} AS
     WITH kept AS (SELECT row_number() OVER (ORDER BY accepted_row) AS accepted_row, * EXCLUDE (accepted_row) FROM ${table}_read
                   WHERE NOT (${isRepeatedHeader}) AND NOT (${isFooter})),
          places AS (SELECT line - ${skipped} - (n - 1) AS before_accepted FROM ${table}_faults)
     SELECT CAST(accepted_row + (SELECT count(*) FROM places WHERE before_accepted <= accepted_row) AS BIGINT) AS source_row,
            CAST(accepted_row + (SELECT count(*) FROM places WHERE before_accepted <= accepted_row) + ${skipped} AS BIGINT) AS line,
            * EXCLUDE (accepted_row) FROM kept ORDER BY accepted_row`,
  );
  await session.run(
    `CREATE TEMP TABLE ${rejects} AS SELECT CAST(line AS BIGINT) AS line, column_name, CAST(NULL AS VARCHAR) AS value,
     CASE error_type ${Object.entries(reasons).map(([type, reason]) => `WHEN ${literal(type)} THEN ${literal(reason)}`).join(" ")} ELSE 'unreadable' END AS reason,
     left(raw, 4000) AS raw, CAST(line - ${skipped} AS BIGINT) AS source_row FROM ${table}_faults`,
  );
  await session.run(`DROP TABLE ${table}_read; DROP TABLE ${table}_faults; DROP TABLE IF EXISTS ${faulty}; DROP TABLE IF EXISTS ${table}_scans`);
  const accepted = Number(await session.value(`SELECT count(*) FROM ${table}`));
  const rowsRejected = Number(await session.value(`SELECT count(*) FROM ${rejects}`));
  if (dialect.hasRows && accepted + rowsRejected === 0 && header.length > 1) {
    throw new AssayError("bad_input", `${label} has rows, but none could be told apart.`, "Check its line ends and quotes, or export it again as CSV.");
  }
  return { table, rejects, columns: header, rowsRead: accepted + rowsRejected, rowsRejected, isTyped: prepared.isTyped };
}

function footerTest(footer: readonly string[], column = "csv_line", delimiter?: string): string {
  if (footer.length === 0) return "false";
  const texts = delimiter === undefined ? footer : footer.map((line) => (line.split(delimiter)[0] ?? "").replaceAll('"', ""));
  return `trim(${column}) IN (${texts.map((text) => literal(text.trim())).join(", ")})`;
}

async function emptyRejects(session: Session, rejects: string): Promise<void> {
  await session.run(
    `CREATE TEMP TABLE ${rejects} AS SELECT 0::BIGINT AS line, ''::VARCHAR AS column_name, ''::VARCHAR AS value, ''::VARCHAR AS reason, ''::VARCHAR AS raw, 0::BIGINT AS source_row WHERE false`,
  );
}

const maxParquetCells = 20e9;

async function readParquet(session: Session, prepared: Prepared, { table, label }: { table: string; label: string }): Promise<RawTable> {
  const file = parquet([prepared.path]);
  const rejects = `${table}_rejects`;
  try {
    const described = await session.describe(`SELECT * FROM ${file}`);
    const rows = Number(await session.value(`SELECT coalesce(sum(num_rows), 0) FROM parquet_file_metadata(${literal(prepared.path)})`));
    if (rows * described.length > maxParquetCells) {
      throw new AssayError("bad_input", `${label} holds ${rows} rows of ${described.length} columns.`, "Deliver it in parts.");
    }
    const select = described.map(({ name }, at) => `CAST(${ident(name)} AS VARCHAR) AS ${rawColumn(at)}`).join(", ");
    await session.run(`CREATE TEMP TABLE ${table} AS SELECT row_number() OVER () AS source_row, row_number() OVER () AS line, ${select} FROM ${file}`);
    await emptyRejects(session, rejects);
    return { table, rejects, columns: described.map(({ name }) => name), rowsRead: rows, rowsRejected: 0, isTyped: true };
  } catch (error) {
    if (error instanceof AssayError && (error.code === "cancelled" || error.code === "bad_input")) throw error;
    throw new AssayError("bad_input", `${label} is no Parquet file that can be read.`, "It is damaged or cut short: export it again.");
  }
}


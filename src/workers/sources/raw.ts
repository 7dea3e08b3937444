import { randomUUID } from "node:crypto";
import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { AssayError } from "../../shared/base/errors.ts";
import type { Session } from "../engine/duckdb.ts";
import { ident, literal, parquet } from "../engine/sql.ts";
import { describeParquet, isNoFault, type ParquetHeader, unreadable } from "./parquet-file.ts";
import { plainRows } from "./plain-rows.ts";
import type { Prepared } from "./prepare.ts";
import { dropValues } from "./raw-values.ts";
import { writeRows } from "./write-rows.ts";

/** A file as a table of text: `source_row` from 1 (the header not counted), `line`, then its columns in order. */
export interface RawTable {
  readonly table: string;
  /** file_line, column_name, value, reason, raw, source_row of what could not be read. */
  readonly rejects: string;
  readonly columns: readonly string[];
  readonly rowsRead: number;
  readonly rowsRejected: number;
  readonly isTyped: boolean;
  readonly warnings: readonly string[];
  /** Tables of the lists inside of its rows, by path: an element a row, under the number of the row that holds it. */
  readonly lists?: ReadonlyMap<string, RawTable>;
  /** Tables that its lists are made of, or itself. */
  readonly parts?: readonly string[];
  /** Its rows lie in a part: it numbers them. */
  readonly isView?: boolean;
  /** Its cells are trimmed as they lie, and none is empty without being NULL. */
  readonly isTight?: boolean;
  /** Its rows are read from the file whenever they are asked for. */
  readonly isLeft?: boolean;
  /** Of those rows, types of columns that the file has as numbers or times, by place: beside its text each is there as it lies. */
  readonly natives?: ReadonlyMap<number, string>;
}

/** Bits of `source_row` that number a row within its file; those above tell which file of a stack it is of, from 0. */
export const rowBits = 40;
/** Which file of its table a row is of. */
export const fileOfRow = `source_row >> ${rowBits}`;

/** Columns of a raw table are named c0, c1 …: what a file calls them never becomes SQL. */
export function rawColumn(at: number): string {
  return `c${at}`;
}

/** A column as its file has it, where it isn't text there. */
export function nativeColumn(at: number): string {
  return `n${at}`;
}

/** A text without blanks, tabs and line ends at either end; NULL where nothing is left. */
export function trimmedSql(text: string): string {
  const isNoBlank = (sign: string) => `ascii(${sign}) % 160 > 32`; // of few others is no less so: those are trimmed, and stay as they are
  const isTight = `${isNoBlank(text)} AND ${isNoBlank(`right(${text}, 1)`)}`;
  return `CASE WHEN ${isTight} THEN ${text} ELSE nullif(trim(${text}, ' \t\r\n\u00a0'), '') END`;
}

let made = 0;

export interface ReadOptions {
  readonly label: string;
  readonly scratch: string;
  readonly signal: AbortSignal;
  /** Whether the rows of a Parquet file are left in it, to be read whenever they are asked for; without, they never are. */
  readonly isLeft?: ((file: ParquetHeader) => boolean) | undefined;
}

/** Reads every row of a prepared file: into the table, or into its rejects; none is dropped. */
export async function readRaw(session: Session, prepared: Prepared, options: ReadOptions): Promise<RawTable> {
  const table = `raw_${++made}`;
  const rejects = `${table}_rejects`;
  if (prepared.format === "parquet") return readParquet(session, prepared, { table, ...options });
  const { dialect, isTyped } = prepared;
  if (!dialect || dialect.header.length === 0) {
    await session.run(`CREATE TEMP TABLE ${table} AS SELECT 0::BIGINT AS source_row, 0::BIGINT AS line WHERE false`);
    await emptyRejects(session, rejects);
    return { table, rejects, columns: [], rowsRead: 0, rowsRejected: 0, isTyped, warnings: [] };
  }
  const asItLies = await readPlain(session, prepared, { table, rejects, signal: options.signal });
  if (asItLies) return asItLies;
  const rows = join(options.scratch, `rows-${randomUUID()}.csv`);
  const faults = join(options.scratch, `faults-${randomUUID()}.csv`);
  try {
    const written = await writeRows({
      path: prepared.path,
      dialect,
      label: options.label,
      isClean: prepared.isClean,
      bom: prepared.bom,
      linesAreRecords: prepared.format === "excel",
      rows,
      rejects: faults,
      signal: options.signal,
    });
    const columns = dialect.header.map((_, at) => `${literal(rawColumn(at))}: 'VARCHAR'`).join(", ");
    const delimiter = dialect.delimiter === " " ? "," : dialect.delimiter;
    const places = "'source_row': 'BIGINT', 'line': 'BIGINT'";
    await session.run(
      `CREATE TEMP TABLE ${table} AS SELECT * FROM ${plainCsv(rows, { delimiter, columns: `${places}, ${columns}`, longest: written.longest })}`,
    );
    const faulty = `${places}, 'column_name': 'VARCHAR', 'reason': 'VARCHAR', 'raw': 'VARCHAR'`;
    await session.run(
      `CREATE TEMP TABLE ${rejects} AS SELECT line, column_name, CAST(NULL AS VARCHAR) AS value, reason, raw, source_row FROM ${plainCsv(faults, { delimiter: ",", columns: faulty, longest: 0 })}`,
    );
    const accepted = Number(await session.value(`SELECT count(*) FROM ${table}`));
    if (accepted !== written.accepted) {
      throw new AssayError(
        "bad_input",
        `${options.label} can't be read whole: ${written.accepted} rows became ${accepted}.`,
        "Export it again as plain CSV.",
      );
    }
    const warnings =
      written.repeatedHeaders > 0
        ? [
            `The header is repeated ${written.repeatedHeaders} ${written.repeatedHeaders === 1 ? "time" : "times"}; those lines are no rows.`,
          ]
        : [];
    return {
      table,
      rejects,
      columns: dialect.header,
      rowsRead: accepted + written.rejected,
      rowsRejected: written.rejected,
      isTyped,
      warnings,
    };
  } finally {
    rmSync(rows, { force: true });
    rmSync(faults, { force: true });
  }
}

/** Reads a text that needs no mending without a copy of it; null where it does. */
async function readPlain(
  session: Session,
  prepared: Prepared,
  { table, rejects, signal }: { table: string; rejects: string; signal: AbortSignal },
): Promise<RawTable | null> {
  const { dialect, isTyped, path } = prepared;
  const plain = await plainRows(prepared, signal);
  if (!plain || !dialect) return null;
  const { delimiter, header } = dialect;
  const columns = header.map((_, at) => `${literal(rawColumn(at))}: 'VARCHAR'`).join(", ");
  const from = plainCsv(path, { delimiter, columns, longest: plain.longest, skip: 1 });
  const rows = `${table}_rows`;
  try {
    await session.run(`CREATE TEMP TABLE ${rows} AS SELECT * FROM ${from}`);
  } catch (error) {
    if (isNoFault(error)) throw error;
    return null; // a row with too few cells, or too many
  }
  const [counted = {}] = await session.rows(`SELECT count(*) AS n, coalesce(max(rowid), -1) + 1 AS last FROM ${rows}`);
  if (counted["n"] !== plain.rows || counted["last"] !== plain.rows) {
    await session.run(`DROP TABLE ${rows}`);
    return null;
  }
  await session.run(`CREATE TEMP VIEW ${table} AS SELECT rowid + 1 AS source_row, rowid + 2 AS line, * FROM ${rows}`);
  await emptyRejects(session, rejects);
  const counts = { rowsRead: plain.rows, rowsRejected: 0 };
  const kept = { parts: [rows], isView: true, isTight: plain.isTight };
  return { table, rejects, columns: header, ...counts, isTyped, warnings: [], ...kept };
}

/** Frees what a read file holds; its rejects stay. */
export async function dropRaw(session: Session, raw: RawTable): Promise<void> {
  for (const one of [raw, ...(raw.lists?.values() ?? [])]) await dropValues(session, one);
  await session.run(dropSql(raw));
}

/** SQL that drops a raw table; what it was read from goes with it. */
export function dropSql({ table, parts = [], isView, isLeft }: RawTable): string {
  if (isLeft) return `DROP VIEW IF EXISTS ${table}`;
  const tables = isView ? parts : [...parts, table];
  const drops = tables.map((one) => `DROP TABLE IF EXISTS ${one}`);
  return (isView ? [`DROP VIEW IF EXISTS ${table}`, ...drops] : drops).join("; ");
}

function plainCsv(
  path: string,
  { delimiter, columns, longest, skip = 0 }: { delimiter: string; columns: string; longest: number; skip?: number },
): string {
  const line = longest * 2 + 200_000; // quotes may double, and room for the two numbers
  return `read_csv(${literal(path)}, auto_detect = false, header = false, skip = ${skip}, delim = ${literal(delimiter)}, quote = '"', escape = '"', new_line = '\\n',
    columns = {${columns}}, hive_partitioning = false, max_line_size = ${line}, buffer_size = ${Math.max(line * 2, 8_000_000)}, strict_mode = true, null_padding = false)`;
}

async function emptyRejects(session: Session, rejects: string): Promise<void> {
  await session.run(
    `CREATE TEMP TABLE ${rejects} AS SELECT 0::BIGINT AS line, ''::VARCHAR AS column_name, ''::VARCHAR AS value, ''::VARCHAR AS reason, ''::VARCHAR AS raw, 0::BIGINT AS source_row WHERE false`,
  );
}

/** Cells of a Parquet file: so many at all, and so many for each of its bytes where they are many. */
const maxParquetCells = 5e9;
const manyParquetCells = 1e8;
const maxCellsPerByte = 100;

/** Types whose values and texts are the same in number, and whose texts are tight. */
const nativeTypes = /^(U?(TINY|SMALL|BIG)INT|U?INTEGER|DECIMAL\(\d+,\d+\)|DATE|TIMESTAMP(_S|_MS|_NS)?)$/;

async function readParquet(
  session: Session,
  prepared: Prepared,
  { table, label, ...options }: { table: string } & Pick<ReadOptions, "label" | "isLeft">,
): Promise<RawTable> {
  const rejects = `${table}_rejects`;
  const header = await describeParquet(session, prepared.path, label);
  const { columns: typed, rows } = header;
  const columns = typed.map(({ name }) => name);
  const cells = rows * columns.length;
  const isBomb = cells > manyParquetCells && cells > statSync(prepared.path).size * maxCellsPerByte;
  if (cells > maxParquetCells || isBomb) {
    throw new AssayError(
      "bad_input",
      `${label} holds ${rows} rows of ${columns.length} columns.`,
      "Deliver it in parts.",
    );
  }
  const isLeft = prepared.compression === null && options.isLeft?.(header) === true;
  const natives = new Map(isLeft ? nativesOf(typed) : []);
  const own = [...natives.keys()].map((at) => `${ident(columns[at] ?? "")} AS ${nativeColumn(at)}`);
  const select = [...typed.map(textSql), ...own].join(", ");
  const from = parquet([prepared.path], ["file_row_number = true"]);
  try {
    await session.run(
      `CREATE TEMP ${isLeft ? "VIEW" : "TABLE"} ${table} AS SELECT file_row_number + 1 AS source_row, file_row_number + 1 AS line, ${select} FROM ${from}`,
    );
  } catch (error) {
    throw unreadable(error, label);
  }
  await emptyRejects(session, rejects);
  const left = isLeft ? { isLeft, natives } : {};
  return { table, rejects, columns, rowsRead: rows, rowsRejected: 0, isTyped: true, warnings: [], ...left };
}

/** Throws where rows that were left in their file can't be read there. */
export async function requireReadable(session: Session, { table, columns }: RawTable, label: string): Promise<void> {
  const all = columns.map((_, at) => `max(${rawColumn(at)})`).join(", ");
  try {
    if (all !== "") await session.run(`SELECT ${all} FROM ${table}`);
  } catch (error) {
    throw unreadable(error, label);
  }
}

function nativesOf(columns: ParquetHeader["columns"]): [number, string][] {
  return columns.flatMap(({ type }, at): [number, string][] => (nativeTypes.test(type) ? [[at, type]] : []));
}

/** The text of a column. An instant of UTC says so with its minutes: `+00` alone is read as no offset. */
function textSql({ name, type }: ParquetHeader["columns"][number], at: number): string {
  const offset = type === "TIMESTAMP WITH TIME ZONE" ? " || ':00'" : "";
  return `CAST(${ident(name)} AS VARCHAR)${offset} AS ${rawColumn(at)}`;
}

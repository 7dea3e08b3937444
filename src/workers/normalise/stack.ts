import type { Session } from "../engine/duckdb.ts";
import { literal } from "../engine/sql.ts";
import { dropSql, fileOfRow, type RawTable, rawColumn, rowBits } from "../sources/raw.ts";

export interface PlacedFile {
  readonly number: number;
  readonly name: string;
}

/** Where a row stands, as SQL over its place: a place is the row's number, in a stack after that of its file in the stack. */
export interface Places {
  readonly fileNumber: string;
  readonly fileName: string;
  readonly sourceRow: string;
  /** What only rows of one file have in common; null where there is but one. */
  readonly file: string | null;
}

export function placesOf(files: readonly PlacedFile[]): Places {
  const [first, ...others] = files;
  if (first && others.length === 0)
    return { fileNumber: String(first.number), fileName: literal(first.name), sourceRow: "source_row", file: null };
  const of = (values: readonly string[]) => `list_extract([${values.join(", ")}], CAST(${fileOfRow} AS INTEGER) + 1)`;
  return {
    fileNumber: of(files.map(({ number }) => String(number))),
    fileName: of(files.map(({ name }) => literal(name))),
    sourceRow: `source_row & ${2 ** rowBits - 1}`,
    file: fileOfRow,
  };
}

let made = 0;

/** Rows of files of one form as one table: of small ones, compiling statements for each takes longer than reading them. What they
 *  were read to is dropped. */
export async function stackFiles(session: Session, raws: readonly RawTable[]): Promise<RawTable> {
  const [first] = raws;
  if (!first || raws.length === 1) return first ?? emptyRaw;
  const table = `stack_${++made}`;
  const rejects = `${table}_rejects`;
  const place = (at: number) => `source_row + ${BigInt(at) << BigInt(rowBits)} AS source_row`;
  const columns = first.columns.map((_, at) => rawColumn(at)).join(", ");
  const rows = raws.map((raw, at) => `SELECT ${place(at)}, line, ${columns} FROM ${raw.table}`);
  const unread = "line, column_name, value, reason, raw";
  const faults = raws.map((raw, at) => `SELECT ${unread}, ${place(at)} FROM ${raw.rejects}`);
  await session.run(`CREATE TEMP TABLE ${table} AS ${rows.join(" UNION ALL ")}`);
  await session.run(`CREATE TEMP TABLE ${rejects} AS ${faults.join(" UNION ALL ")}`);
  await session.run(raws.map((raw) => `${dropSql(raw)}; DROP TABLE IF EXISTS ${raw.rejects}`).join("; "));
  const sum = (pick: (raw: RawTable) => number) => raws.reduce((total, raw) => total + pick(raw), 0);
  return {
    ...{ table, rejects, columns: first.columns, isTyped: first.isTyped, warnings: [] },
    ...{ rowsRead: sum(({ rowsRead }) => rowsRead), rowsRejected: sum(({ rowsRejected }) => rowsRejected) },
  };
}

const emptyRaw: RawTable = {
  ...{ table: "", rejects: "", columns: [], rowsRead: 0, rowsRejected: 0, isTyped: false, warnings: [] },
};

import { rmSync } from "node:fs";
import { AssayError } from "../../shared/base/errors.ts";
import type { Session } from "../engine/duckdb.ts";
import { literal } from "../engine/sql.ts";
import { readRange } from "./encoding.ts";
import { eachJsonRecord, type JsonPlace, jsonRecordsIn } from "./json-records.ts";
import { JsonRows, type JsonTable } from "./json-rows.ts";
import { type RawTable, type ReadOptions, rawColumn } from "./raw.ts";
import { withFolder } from "./scratch-folder.ts";

export interface JsonFile {
  readonly path: string;
  readonly place: JsonPlace;
}

/** Names of a file's columns, and of the columns of each list, seen in its first megabytes. */
export interface JsonHeader {
  readonly columns: readonly string[];
  readonly lists: ReadonlyMap<string, readonly string[]>;
}

const sampleBytes = 4 << 20;

/** What the first records hold. */
export async function jsonHeader(file: JsonFile, scratch: string, label: string): Promise<JsonHeader> {
  return withFolder(scratch, async (folder) => {
    const rows = new JsonRows({ scratch: folder, label, keepsText: false });
    try {
      for (const record of jsonRecordsIn(readRange(file.path, 0, sampleBytes), file.place)) rows.take(record);
      const header = new Map<string, readonly string[]>();
      for (const { list, parent, columns } of rows.finish()) {
        header.set(list, list === "" ? columns : [...columns, `${list}.#`, ...(header.get(parent) ?? [])]);
      }
      const columns = header.get("") ?? [];
      header.delete("");
      return { columns, lists: header };
    } finally {
      rows.close();
    }
  });
}

let made = 0;

/** Reads every record of a JSON file: into the table and its lists' tables, or into its rejects; none is dropped. A list's table has
 *  a row an element, with the element's columns, its place in the list as `<list>.#`, and the columns of what holds it. */
export async function readJson(
  session: Session,
  file: JsonFile,
  options: ReadOptions & { readonly keepsText: boolean },
): Promise<RawTable> {
  const table = `json_${++made}`;
  return withFolder(options.scratch, async (scratch) => {
    const rows = new JsonRows({ scratch, label: options.label, keepsText: options.keepsText });
    let tables: JsonTable[];
    try {
      await eachJsonRecord(file.path, file.place, {
        signal: options.signal,
        visit: (record) => {
          rows.take(record);
        },
      });
      tables = rows.finish();
    } finally {
      rows.close();
    }
    const rejects = `${table}_rejects`;
    await session.run(
      `CREATE TEMP TABLE ${rejects} AS SELECT line, '' AS column_name, value, reason, raw, source_row FROM ${plainRows(
        rows.rejectsPath,
        "'source_row': 'BIGINT', 'line': 'BIGINT', 'value': 'VARCHAR', 'reason': 'VARCHAR', 'raw': 'VARCHAR'",
        20_000,
      )}`,
    );
    const base = { rejects, isTyped: false, warnings: [] };
    const read = await readTables(session, tables, table, options.label);
    const root = read.get("");
    if (!root) throw new AssayError("internal", `${options.label} gave no table.`, "This is a defect; report it.");
    const lists = new Map(
      [...read].flatMap(([list, { name, columns, rows: n }]): [string, RawTable][] =>
        list === "" ? [] : [[list, { ...base, table: name, columns, rowsRead: n, rowsRejected: 0, lists: new Map() }]],
      ),
    );
    return {
      ...base,
      table,
      columns: root.columns,
      rowsRead: rows.accepted + rows.rejected,
      rowsRejected: rows.rejected,
      lists,
      parts: [...read.values()].flatMap(({ part }) => part ?? []),
    };
  });
}

interface ReadTable {
  readonly name: string;
  readonly part?: string;
  readonly columns: readonly string[];
  readonly rows: number;
}

/** Loads the tables in order: a list's comes after what holds it, and takes its columns over. */
async function readTables(
  session: Session,
  tables: readonly JsonTable[],
  root: string,
  label: string,
): Promise<Map<string, ReadTable>> {
  const read = new Map<string, ReadTable>();
  for (const [at, one] of tables.entries()) {
    const isRoot = one.list === "";
    const name = isRoot ? root : `${root}_list_${at}`;
    const own = one.columns.map((_, column) => `'${rawColumn(column)}': 'VARCHAR'`);
    const columns = ["'row_number': 'BIGINT'", "'parent_row': 'BIGINT'", "'place': 'BIGINT'", ...own].join(", ");
    const loaded = isRoot ? root : `${name}_own`;
    const wanted = isRoot ? "* RENAME (parent_row AS source_row, place AS line)" : "*";
    await session.run(
      `CREATE TEMP TABLE ${loaded} AS SELECT ${wanted} FROM ${plainRows(one.path, columns, one.longest)}`,
    );
    rmSync(one.path, { force: true });
    const n = Number(await session.value(`SELECT count(*) FROM ${loaded}`));
    if (n !== one.rows) {
      throw new AssayError(
        "bad_input",
        `${label} can't be read whole: ${one.rows} rows became ${n}.`,
        "Export it again.",
      );
    }
    const parent = read.get(one.parent);
    if (isRoot || !parent) {
      read.set(one.list, { name, columns: one.columns, rows: n });
      continue;
    }
    const mine = [...one.columns.map((_, column) => `l.${rawColumn(column)}`), "CAST(l.place AS VARCHAR)"];
    const above = parent.columns.map((_, column) => `p.${rawColumn(column)}`);
    const cells = [...mine, ...above].map((value, column) => `${value} AS ${rawColumn(column)}`);
    await session.run(
      `CREATE TEMP VIEW ${name} AS SELECT p.source_row, p.line, l.row_number, ${cells.join(", ")} FROM ${loaded} l JOIN ${parent.name} p ON p.row_number = l.parent_row`,
    );
    read.set(one.list, { name, part: loaded, columns: [...one.columns, `${one.list}.#`, ...parent.columns], rows: n });
  }
  return read;
}

function plainRows(path: string, columns: string, longest: number): string {
  const line = longest * 4 + 200_000;
  return `read_csv(${literal(path)}, auto_detect = false, header = false, delim = ',', quote = '"', escape = '"', new_line = '\\n', columns = {${columns}},
    hive_partitioning = false, max_line_size = ${line}, buffer_size = ${Math.max(line * 2, 8_000_000)}, strict_mode = true, null_padding = true, parallel = false)`;
}

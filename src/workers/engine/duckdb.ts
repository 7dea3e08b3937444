import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import {
  DOUBLE,
  type DuckDBConnection,
  DuckDBDataChunk,
  DuckDBInstance,
  DuckDBListValue,
  type DuckDBMaterializedResult,
  LIST,
  VARCHAR,
  version,
} from "@duckdb/node-api";
import duckdb from "@duckdb/node-bindings";
import type { Json } from "../../shared/base/canonical-json.ts";
import { AssayError, cancelled } from "../../shared/base/errors.ts";
import type { Column, ColumnTable, ColumnValues } from "../../shared/domain/column.ts";
import { castFor, kindOf } from "./columns.ts";
import { asAssayError } from "./duckdb-errors.ts";
import { inMemory, toJson } from "./duckdb-values.ts";
import {
  ColumnReader,
  type ColumnVector,
  type DescribedColumn,
  isReadAsItLies,
  readableSql,
  withLists,
} from "./read-columns.ts";
import { fileList, ident, literal } from "./sql.ts";
import { stagedColumn } from "./staged-columns.ts";

export interface SessionOptions {
  readonly memoryLimit: number;
  readonly threads: number;
  readonly scratch: string;
  readonly signal?: AbortSignal | undefined;
  /** Exact files that statements may read, and nothing else; no settings can be changed afterwards. */
  readonly lockedTo?: readonly string[] | undefined;
  /** Takes over the database of an earlier session of the same kind and leaves it to a later one: opening one takes longer than
   *  most tasks do. Temporary tables go with the session. */
  readonly isKept?: boolean | undefined;
  readonly watch?: StatementWatch | undefined;
  /** Folders of a locked session whose files it may read and write; it spills into its scratch folder then. */
  readonly worksIn?: readonly string[] | undefined;
}

/** Told when a statement begins; gives what to tell when it has ended. */
export interface StatementWatch {
  statement(sql: string): () => void;
}

/** An in-memory DuckDB with bounded memory; one statement at a time. */
export interface Session {
  run(sql: string): Promise<void>;
  rows(sql: string): Promise<Record<string, Json>[]>;
  /** The one value that a statement gives. */
  value(sql: string): Promise<Json>;
  table(sql: string): Promise<ColumnTable>;
  /** Makes a temporary table of columns in memory; NaN becomes NULL. */
  load(name: string, table: ColumnTable, columns: readonly Column[]): Promise<void>;
  /** Writes the rows of a query to a local zstd Parquet file; returns how many. */
  toParquet(sql: string, path: string): Promise<number>;
  describe(sql: string): Promise<DescribedColumn[]>;
  /** How many statements a text holds and whether the only one is a SELECT. */
  inspect(sql: string): Promise<{ statements: number; isSelect: boolean }>;
  /** What its database holds in memory, looked at beside whatever runs. */
  memoryBytes(): Promise<number>;
  interrupt(): void;
  close(): void;
}

const chunkRows = 2048;
const interruptAgainMs = 20;

export async function openSession(options: SessionOptions): Promise<Session> {
  if (options.signal?.aborted) throw cancelled();
  const { lockedTo, worksIn = [] } = options;
  const database = options.isKept ? (takeKept(options) ?? (await openDatabase(options))) : await openDatabase(options);
  const session = new DuckSession(database, await database.instance.connect(), options);
  try {
    await session.run("SET TimeZone = 'UTC'");
    for (const setting of lockedTo ? lockDown(lockedTo, worksIn) : []) await session.run(`SET ${setting}`);
    return session;
  } catch (error) {
    session.close();
    throw error;
  }
}

interface Database {
  readonly instance: DuckDBInstance;
  /** Of which kind it is, where it is kept. */
  readonly kind: string | null;
  /** A folder of its own to spill into, where it has one. */
  readonly spill: string | null;
}

const kindOfDatabase = ({ threads, memoryLimit, scratch }: SessionOptions) => `${threads} ${memoryLimit} ${scratch}`;

async function openDatabase(options: SessionOptions): Promise<Database> {
  const { lockedTo, worksIn = [], scratch, threads, memoryLimit, isKept } = options;
  const spill = isKept ? join(scratch, `spill-${randomUUID()}`) : null;
  const instance = await DuckDBInstance.create(":memory:", {
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    threads: String(Math.max(1, threads)),
    memory_limit: `${Math.max(64, Math.floor(memoryLimit / 1e6))}MB`,
    ...(isKept ? { enable_external_file_cache: "false" } : {}),
    ...(lockedTo && worksIn.length === 0 ? {} : { temp_directory: spill ?? scratch }),
  });
  return { instance, kind: isKept ? kindOfDatabase(options) : null, spill };
}

const mostKept = 2;
let kept: Database[] = [];

function takeKept(options: SessionOptions): Database | undefined {
  const kind = kindOfDatabase(options);
  const found = kept.find((one) => one.kind === kind);
  kept = kept.filter((one) => one !== found);
  return found;
}

function leave(database: Database, isSound: boolean): void {
  if (database.kind !== null && isSound) kept.push(database);
  else closeDatabase(database);
  while (kept.length > mostKept) for (const oldest of kept.splice(0, 1)) closeDatabase(oldest);
}

function closeDatabase({ instance, spill }: Database): void {
  instance.closeSync();
  if (spill !== null) rmSync(spill, { recursive: true, force: true });
}

/** In this order: the last two shut the door behind the others. */
function lockDown(files: readonly string[], folders: readonly string[]): string[] {
  return [
    ...(folders.length === 0 ? ["temp_directory = ''"] : [`allowed_directories = ${fileList(folders)}`]),
    "allow_community_extensions = false",
    "allow_persistent_secrets = false",
    "max_expression_depth = 250",
    `allowed_paths = ${fileList(files)}`,
    "enable_external_access = false",
    "lock_configuration = true",
  ];
}

export function duckdbVersion(): string {
  return version();
}

class DuckSession implements Session {
  readonly #database: Database;
  readonly #connection: DuckDBConnection;
  readonly #signal: AbortSignal | undefined;
  readonly #watch: StatementWatch | undefined;
  readonly #stop: () => void;
  #beside: DuckDBConnection | undefined;
  #looking: Promise<number> | undefined;
  #running = 0;
  #closed = false;
  #hasFailed = false;

  constructor(database: Database, connection: DuckDBConnection, { signal, watch }: SessionOptions) {
    this.#database = database;
    this.#connection = connection;
    this.#signal = signal;
    this.#watch = watch;
    this.#stop = () => this.#interruptUntilDone();
    signal?.addEventListener("abort", this.#stop, { once: true });
  }

  #perform(sql: string) {
    return this.#watched(sql, () => this.#connection.run(sql));
  }

  async #watched(sql: string, run: () => Promise<DuckDBMaterializedResult>) {
    if (this.#signal?.aborted) throw cancelled();
    this.#running++;
    const ended = this.#watch?.statement(sql);
    try {
      return await run();
    } catch (error) {
      this.#hasFailed = true;
      throw this.#signal?.aborted ? cancelled() : asAssayError(error);
    } finally {
      this.#running--;
      ended?.();
    }
  }

  /** DuckDB forgets an interrupt that comes before its statement has begun. */
  #interruptUntilDone(): void {
    this.interrupt();
    const again = setInterval(() => {
      if (this.#running > 0 && !this.#closed) this.interrupt();
      else clearInterval(again);
    }, interruptAgainMs);
  }

  async run(sql: string): Promise<void> {
    await this.#perform(sql);
  }

  async rows(sql: string): Promise<Record<string, Json>[]> {
    const result = await this.#perform(sql);
    const names = result.deduplicatedColumnNames();
    const types = result.columnTypes().map(String);
    const rows: Record<string, Json>[] = [];
    for (let at = 0; at < result.chunkCount; at++) {
      const chunk = result.getChunk(at);
      const columns = names.map((_, column) => chunk.getColumnValues(column));
      for (let row = 0; row < chunk.rowCount; row++) {
        rows.push(Object.fromEntries(names.map((name, at) => [name, toJson(columns[at]?.[row], types[at] ?? "")])));
      }
    }
    return rows;
  }

  async value(sql: string): Promise<Json> {
    const [row] = await this.rows(sql);
    return row ? (Object.values(row)[0] ?? null) : null;
  }

  async table(sql: string): Promise<ColumnTable> {
    const { prepared, columns } = await this.#prepare(sql);
    const read = isReadAsItLies(columns) ? await this.#watched(sql, () => prepared.run()) : undefined;
    prepared.destroySync();
    if (read) return tableOf(read.rowCount, columns, readColumns(read, columns));
    const readable = readableSql(sql, columns);
    const result = await this.#perform(readable.sql);
    const values = withLists(readColumns(result, readable.given), columns);
    return values ? tableOf(result.rowCount, columns, values) : this.#tableOfLists(sql, columns);
  }

  /** A statement with the names and types of what it gives. */
  async #prepare(sql: string) {
    if (this.#signal?.aborted) throw cancelled();
    try {
      const prepared = await this.#connection.prepare(sql);
      const columns = Array.from({ length: prepared.columnCount }, (_, at) => {
        return { name: prepared.columnName(at), type: String(prepared.columnType(at)) };
      });
      return { prepared, columns };
    } catch (error) {
      this.#hasFailed = true;
      throw this.#signal?.aborted ? cancelled() : asAssayError(error);
    }
  }

  /** The same value by value, for lists that hold what no text of all tells. */
  async #tableOfLists(sql: string, columns: readonly DescribedColumn[]): Promise<ColumnTable> {
    const select = columns.map(({ name, type }) => `${castFor(ident(name), type)} AS ${ident(name)}`).join(", ");
    const result = await this.#perform(`SELECT ${select} FROM (${sql})`);
    const values = columns.map(({ type }): ColumnValues => {
      return kindOf(type) === "number" ? new Float64Array(result.rowCount) : new Array(result.rowCount);
    });
    for (let chunk = 0, offset = 0; chunk < result.chunkCount; offset += result.getChunk(chunk++).rowCount) {
      for (const [at, target] of values.entries()) {
        for (const [row, value] of result.getChunk(chunk).getColumnValues(at).entries())
          (target as unknown[])[offset + row] = inMemory(value, target instanceof Float64Array);
      }
    }
    return tableOf(result.rowCount, columns, values);
  }

  async load(name: string, table: ColumnTable, columns: readonly Column[]): Promise<void> {
    const staged = `staged_${name}`;
    const held = columns.map((column) => {
      const values = table.columns[column.name];
      if (values) return stagedColumn(column, values);
      throw new AssayError("internal", `A table lacks its column ${column.name}.`, "This is a defect; report it.");
    });
    const types = held.map(({ kind }) => (kind === "number" ? DOUBLE : kind === "list" ? LIST(VARCHAR) : VARCHAR));
    const declared = columns.map((column, at) => `${ident(column.name)} ${types[at]}`).join(", ");
    await this.run(`CREATE OR REPLACE TEMP TABLE ${ident(staged)} (${declared})`);
    const appender = await this.#connection.createAppender(staged, "main", "temp");
    for (let offset = 0; offset < table.rows; offset += chunkRows) {
      const n = Math.min(chunkRows, table.rows - offset);
      const chunk = DuckDBDataChunk.create(types, n);
      for (const [at, { values }] of held.entries()) {
        if (values instanceof Float64Array) {
          const vector = duckdb.data_chunk_get_vector(chunk.chunk, at);
          duckdb.copy_data_to_vector(vector, 0, values.buffer as ArrayBuffer, values.byteOffset + offset * 8, n * 8);
        } else {
          const part = values.slice(offset, offset + n);
          chunk.setColumnValues(
            at,
            part.map((value) =>
              Array.isArray(value) ? new DuckDBListValue(value as string[]) : (value ?? null),
            ) as never,
          );
        }
      }
      appender.appendDataChunk(chunk);
    }
    appender.closeSync();
    const select = columns.map(({ name: column }, at) => `${held[at]?.back} AS ${ident(column)}`).join(", ");
    await this.run(`CREATE OR REPLACE TEMP TABLE ${ident(name)} AS SELECT ${select} FROM ${ident(staged)}`);
    await this.run(`DROP TABLE ${ident(staged)}`);
  }

  async toParquet(sql: string, path: string): Promise<number> {
    const copied = await this.value(
      `COPY (${sql}) TO ${literal(path)} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 122880, DICTIONARY_SIZE_LIMIT 4096)`,
    );
    const written = await this.value(`SELECT num_rows FROM parquet_file_metadata(${literal(path)})`);
    if (written === copied) return Number(copied);
    throw new AssayError(
      "unavailable",
      `${path} holds ${written} rows of ${copied}.`,
      "Check the local disk, then run the same again.",
    );
  }

  async describe(sql: string): Promise<DescribedColumn[]> {
    const found = await this.rows(`DESCRIBE ${sql}`);
    return found.map((row) => ({ name: String(row.column_name), type: String(row.column_type) }));
  }

  async inspect(sql: string): Promise<{ statements: number; isSelect: boolean }> {
    try {
      const extracted = await this.#connection.extractStatements(sql);
      if (extracted.count !== 1) return { statements: extracted.count, isSelect: false };
      const prepared = await extracted.prepare(0);
      const isSelect = Number(prepared.statementType) === 1; // DUCKDB_STATEMENT_TYPE_SELECT
      prepared.destroySync();
      return { statements: 1, isSelect };
    } catch (error) {
      throw asAssayError(error);
    }
  }

  async memoryBytes(): Promise<number> {
    if (this.#closed) return 0;
    const look = async () => {
      this.#beside ??= await this.#database.instance.connect();
      const result = await this.#beside.run("SELECT sum(memory_usage_bytes)::DOUBLE FROM duckdb_memory()");
      return Number((await result.getColumns())[0]?.[0] ?? 0);
    };
    this.#looking ??= look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  interrupt(): void {
    if (!this.#closed) this.#connection.interrupt();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#signal?.removeEventListener("abort", this.#stop);
    this.#connection.closeSync();
    const isSound = !this.#hasFailed && this.#running === 0 && this.#signal?.aborted !== true;
    const end = (isKept: boolean) => {
      this.#beside?.closeSync();
      leave(this.#database, isKept);
    };
    if (this.#looking) void this.#looking.catch(() => 0).then(() => end(false));
    else end(isSound);
  }
}

/** Columns of a result that are read as they lie. */
function readColumns(result: DuckDBMaterializedResult, columns: readonly DescribedColumn[]): ColumnValues[] {
  const readers = columns.map(({ type }) => new ColumnReader(type, result.rowCount));
  for (let at = 0, offset = 0; at < result.chunkCount; at++) {
    const chunk = result.getChunk(at);
    for (const [column, reader] of readers.entries()) reader.read(vectorOf(chunk, column), offset);
    offset += chunk.rowCount;
  }
  return readers.map(({ values }) => values);
}

function vectorOf(chunk: DuckDBDataChunk, column: number): ColumnVector {
  const rows = chunk.rowCount;
  const vector = duckdb.data_chunk_get_vector(chunk.chunk, column);
  return {
    rows,
    bytes: (count) => duckdb.vector_get_data(vector, count),
    validity: duckdb.vector_get_validity(vector, Math.ceil(rows / 64) * 8),
    follow: duckdb.get_data_from_pointer,
  };
}

function tableOf(rows: number, columns: readonly DescribedColumn[], values: readonly ColumnValues[]): ColumnTable {
  return { rows, columns: Object.fromEntries(columns.map(({ name }, at) => [name, values[at] ?? []])) };
}

import { closeSync, fsyncSync, openSync, rmSync, writeSync } from "node:fs";
import type { Json } from "../../shared/base/canonical-json.ts";
import { AssayError } from "../../shared/base/errors.ts";
import { notPermitted } from "../../shared/domain/disclosure.ts";
import { openSession, type Session } from "../engine/duckdb.ts";
import { ident, literal, parquet } from "../engine/sql.ts";
import { atPlace } from "./console-place.ts";
import { quoteText, toCell, toLine } from "./delimited-text.ts";
import { numberOf } from "./estimate.ts";
import { type JsonRows, jsonTable } from "./json-table.ts";

export type ConsoleFormat = "csv" | "json" | "parquet";
/** What the disposable child is sent: everything it may touch is named here. */
export interface ConsoleJob {
  readonly kind: "console";
  readonly sql: string;
  readonly tables: Readonly<Record<string, readonly string[]>>;
  /** Small tables that are given as rows. */
  readonly json: Readonly<Record<string, JsonRows>>;
  /** Names of tables with personal data: whether a statement reads one is told, and refused where the account may not take it out. */
  readonly personal: readonly string[];
  readonly refused: string | null;
  readonly limit: number;
  readonly memoryBytes: number;
  readonly scratch: string;
  /** Where the result is written as a file; a path in the scratch folder. */
  readonly file: { readonly path: string; readonly format: ConsoleFormat } | null;
}
export interface ConsoleResult {
  columns: { name: string; type: string }[];
  rows: Record<string, Json>[];
  row_count: number;
  /** Tables with personal data that the statement read. */
  personal: string[];
}

/** Up to so many rows of a text file are written from memory; more go through a table of the session's own. */
const inMemory = 50_000;
const batch = 10_000;

/** Runs one SELECT in a DuckDB that can read the snapshot's files and nothing else; the program itself writes the result. */
export async function runConsoleJob(job: ConsoleJob): Promise<ConsoleResult> {
  const hidden = Object.entries(job.tables).filter(([name]) => job.personal.includes(name));
  const shown = Object.entries(job.tables).filter(([name]) => !job.personal.includes(name));
  const readable = job.refused === null ? [...shown, ...hidden] : shown;
  const session = await openSession({
    memoryLimit: job.memoryBytes,
    threads: 2,
    scratch: job.scratch,
    lockedTo: [...readable.flatMap(([, paths]) => paths), ...(job.file?.format === "parquet" ? [job.file.path] : [])],
  });
  try {
    for (const [name, paths] of shown) await showTable(session, name, paths);
    for (const [name, rows] of Object.entries(job.json)) {
      const sql = jsonTable(name, rows);
      if (sql !== null) await session.run(`CREATE VIEW ${ident(name)} AS ${sql}`);
    }
    const personal = await readsHidden(session, job, hidden);
    const query = asQuery(job.sql);
    const columns = await session.describe(`SELECT * FROM (\n${query})`).catch((error: unknown) => {
      throw atPlace(error, job.sql, 1);
    });
    if (job.file?.format === "parquet") {
      return { columns, personal, rows: [], row_count: await writeParquet(session, query, columns, job.file.path) };
    }
    const most = job.file ? inMemory : job.limit;
    const rows = await session.rows(`SELECT * FROM (${query}) LIMIT ${most + 1}`);
    const isWhole = rows.length <= most;
    if (!job.file) {
      const total = isWhole ? rows.length : numberOf(await session.value(`SELECT count(*) FROM (${query})`));
      return { columns, personal, rows: rows.slice(0, job.limit), row_count: total };
    }
    const pages = isWhole ? [rows] : pagesOf(session, query);
    return { columns, personal, rows: [], row_count: await writeText(job.file.path, job.file.format, columns, pages) };
  } finally {
    session.close();
  }
}

async function showTable(session: Session, name: string, paths: readonly string[]): Promise<void> {
  if (paths.length > 0) await session.run(`CREATE VIEW ${ident(name)} AS SELECT * FROM ${parquet(paths)}`);
}

/** Tables with personal data that a statement needs: those without which it can't be bound. They are there afterwards, unless the
 *  account may not take such data out. */
async function readsHidden(
  session: Session,
  { sql, refused }: ConsoleJob,
  hidden: readonly (readonly [name: string, paths: readonly string[]])[],
): Promise<string[]> {
  const isBound = () =>
    requireSelect(session, sql).then(
      () => null,
      (error: unknown) => error,
    );
  const personal: string[] = [];
  let error = await isBound();
  if (refused !== null) {
    const missing = error instanceof Error ? /with name "?(\w+)"? does not exist/i.exec(error.message)?.[1] : undefined;
    if (hidden.some(([name]) => name === missing?.toLowerCase()))
      throw notPermitted(refused, [String(missing).toLowerCase()]);
    if (error !== null) throw error;
    return [];
  }
  for (const [name, paths] of hidden) {
    await showTable(session, name, paths);
    if (error === null) continue;
    error = await isBound();
    if (paths.length > 0) personal.push(name);
  }
  if (error !== null) throw error;
  return personal;
}

async function* pagesOf(session: Session, query: string): AsyncGenerator<Record<string, Json>[]> {
  await session.run(`CREATE TEMP TABLE answer_ AS ${query}`);
  for (let from = 0; ; from += batch) {
    const rows = await session.rows(
      `SELECT * FROM answer_ WHERE rowid >= ${from} AND rowid < ${from + batch} ORDER BY rowid`,
    );
    if (rows.length > 0) yield rows;
    if (rows.length < batch) return;
  }
}

/** One statement that only reads. DuckDB counts some statements that show things as SELECT: they are let through, the
 *  lock-down holds for them as well. */
async function requireSelect(session: Session, sql: string): Promise<void> {
  const { statements, isSelect } = await session.inspect(sql).catch((error: unknown) => {
    throw unreadable(atPlace(error, sql, 0));
  });
  if (statements !== 1) {
    throw new AssayError("bad_input", `The text holds ${statements} statements.`, "Write one SELECT.");
  }
  if (!isSelect) {
    throw new AssayError(
      "not_permitted",
      "Only a SELECT can be run here.",
      "Snapshots are read-only; write one SELECT.",
    );
  }
}

function unreadable(error: unknown): unknown {
  if (!(error instanceof AssayError) || error.code !== "internal") return error;
  const said = /Parser Error: (.*)/.exec(error.message)?.[1];
  return new AssayError(
    "bad_input",
    `The statement can't be read: ${said ?? "there is nothing to run"}.`,
    "Write one SELECT.",
    error.details,
  );
}

/** The statement inside another one. It was found to be one whole statement, so that a bracket more or less can't end it. */
function asQuery(sql: string): string {
  const bare = sql.trimEnd().replace(/;$/, "");
  if (/^\s*(describe|desc|show|summarize|pragma)\b/i.test(bare)) return `SELECT * FROM (${bare}\n)`;
  return `${bare}\n`;
}

/** Parquet has no integers of 128 bits: sums become decimals, so that no digit is lost. */
async function writeParquet(
  session: Session,
  query: string,
  columns: readonly { name: string; type: string }[],
  path: string,
): Promise<number> {
  const cells = columns.map(({ name, type }) =>
    /^U?HUGEINT$/.test(type) ? `CAST(${ident(name)} AS DECIMAL(38, 0)) AS ${ident(name)}` : ident(name),
  );
  const [copied = {}] = await session.rows(
    `COPY (SELECT ${cells.join(", ")} FROM (${query})) TO ${literal(path)} (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)`,
  );
  return numberOf(Object.values(copied)[0]);
}

async function writeText(
  path: string,
  format: "csv" | "json",
  columns: readonly { name: string }[],
  pages: Iterable<Record<string, Json>[]> | AsyncIterable<Record<string, Json>[]>,
): Promise<number> {
  const file = openSync(path, "wx", 0o600);
  const put = (text: string) => {
    const buffer = Buffer.from(text, "utf8");
    for (let at = 0; at < buffer.byteLength; ) at += writeSync(file, buffer, at);
  };
  let total = 0;
  try {
    put(format === "csv" ? toLine(columns.map(({ name }) => quoteText(name))) : "[");
    for await (const rows of pages) {
      if (format === "csv") put(rows.map((row) => toLine(columns.map(({ name }) => toCell(row[name])))).join(""));
      else put(rows.map((row, at) => `${total + at > 0 ? "," : ""}\n${JSON.stringify(row)}`).join(""));
      total += rows.length;
    }
    if (format === "json") put(total > 0 ? "\n]\n" : "]\n");
    fsyncSync(file);
    return total;
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
}

import { randomUUID } from "node:crypto";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { AssayError } from "../../shared/base/errors.ts";
import { lakeTable } from "../../shared/domain/lake.ts";
import { parseMapping } from "../../shared/domain/mapping.ts";
import type { Session } from "../engine/duckdb.ts";
import { makePath } from "../engine/make-path.ts";
import { ident, literal } from "../engine/sql.ts";
import { openRaw } from "../sources/open-raw.ts";
import { type RawTable, rawColumn, trimmedSql } from "../sources/raw.ts";
import { normaliseFile } from "./normalise-file.ts";

export interface ReadRequest {
  readonly paths: readonly string[];
  readonly out: string;
  readonly mapping?: unknown;
  readonly scratch: string;
  readonly signal: AbortSignal;
  /** Told before each file. */
  readonly onFile?: (path: string) => void;
}

export interface ReadFile {
  path: string;
  columns: string[];
  rows_read: number;
  rows_accepted: number;
  rows_rejected: number;
  rejects: { reason: string; count: number }[];
}

/** Reads files as a delivery is read and writes the plain table of each: text as it is, trimmed; with a mapping the mapped
 *  tables. One file goes to `out` itself where that has an extension, else into the folder `out`. */
export async function readFiles(
  openSession: () => Promise<Session>,
  request: ReadRequest,
): Promise<{ files: ReadFile[] }> {
  const isFile = /^\.(csv|parquet)$/i.test(extname(request.out));
  if (isFile && request.paths.length > 1) {
    throw new AssayError("usage", "Several files can't go into one.", "Name a folder with --out.");
  }
  const used = new Set<string>();
  const files: ReadFile[] = [];
  for (const path of request.paths) {
    const stem = basename(path)
      .replace(/\.(gz|zst|zstd)$/i, "")
      .replace(/\.\w+$/, "");
    let base = stem;
    for (let n = 2; used.has(base); n++) base = `${stem}-${n}`;
    used.add(base);
    request.onFile?.(path);
    const session = await openSession();
    try {
      files.push(await readFile(session, path, { request, base, isFile }));
    } finally {
      session.close();
    }
  }
  return { files };
}

interface Reading {
  readonly request: ReadRequest;
  /** What the file's own results are called. */
  readonly base: string;
  readonly isFile: boolean;
}

async function readFile(session: Session, path: string, reading: Reading): Promise<ReadFile> {
  const { scratch, signal, mapping } = reading.request;
  const { raw } = await openRaw(session, path, { scratch, signal, asItLies: mapping === undefined });
  const read =
    mapping === undefined
      ? await writePlain(session, raw, reading)
      : await writeMapped(session, raw, { ...reading, path });
  const reasons = await session.rows(
    `SELECT reason, count(*) AS n FROM ${read.rejects} GROUP BY reason ORDER BY reason`,
  );
  return {
    path,
    columns: read.columns,
    rows_read: raw.rowsRead,
    rows_accepted: raw.rowsRead - read.rejected,
    rows_rejected: read.rejected,
    rejects: reasons.map((row) => ({ reason: String(row["reason"]), count: Number(row["n"]) })),
  };
}

interface Written {
  readonly columns: string[];
  readonly rejects: string;
  readonly rejected: number;
}

async function writePlain(session: Session, raw: RawTable, { request, base, isFile }: Reading): Promise<Written> {
  const select = raw.columns.map((name, at) => `${trimmedSql(rawColumn(at))} AS ${ident(name)}`);
  const sql = select.length > 0 ? `SELECT ${select.join(", ")} FROM ${raw.table} ORDER BY source_row` : null;
  await write(session, sql, isFile ? request.out : join(request.out, `${base}.csv`));
  return { columns: [...raw.columns], rejects: raw.rejects, rejected: raw.rowsRejected };
}

async function writeMapped(
  session: Session,
  raw: RawTable,
  { request, base, isFile, path }: Reading & { path: string },
): Promise<Written> {
  const normalised = await normaliseFile(session, raw, {
    mapping: parseMapping(request.mapping),
    brand: { currency: "GBP", timeZone: "UTC" },
    source: base,
    batchId: "",
    fileNumber: 0,
    fileName: basename(path),
    notAfter: null,
  });
  const columns: string[] = [];
  const folder = isFile ? dirname(request.out) : request.out;
  for (const [table, name] of normalised.tables) {
    const names = (lakeTable(table)?.columns ?? []).map((column) => column.name);
    columns.push(...names);
    const isOnly = isFile && normalised.tables.size === 1;
    const target = isOnly ? request.out : join(folder, `${base}-${table}${isFile ? extname(request.out) : ".csv"}`);
    await write(session, `SELECT ${names.map(ident).join(", ")} FROM ${name} ORDER BY source_row`, target);
  }
  return { columns, rejects: normalised.rejects, rejected: normalised.rowsRejected };
}

/** Writes a table whole or not at all; a table without columns is an empty file. */
async function write(session: Session, sql: string | null, target: string): Promise<void> {
  const folder = dirname(target);
  const staged = join(folder, `.${randomUUID()}`);
  try {
    makePath(folder);
    writeFileSync(staged, "");
    if (/\.parquet$/i.test(target)) {
      if (sql === null)
        throw new AssayError("bad_input", `${basename(target)} would have no column.`, "Name a .csv file with --out.");
      await session.toParquet(sql, staged);
    } else if (sql === null) writeFileSync(staged, "");
    else
      await session.run(
        `COPY (${sql}) TO ${literal(staged)} (FORMAT csv, HEADER true, DELIMITER ',', QUOTE '"', ESCAPE '"')`,
      );
    renameSync(staged, target);
  } catch (error) {
    if (error instanceof AssayError) throw error;
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown cause";
    throw new AssayError("unavailable", `${target} could not be written (${code}).`, "Check the folder and its space.");
  } finally {
    rmSync(staged, { force: true });
  }
}

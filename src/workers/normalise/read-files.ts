import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, renameSync, statSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { AssayError } from "../../shared/base/errors.ts";
import { lakeTable } from "../../shared/domain/lake.ts";
import type { Session } from "../engine/duckdb.ts";
import { ident, literal } from "../engine/sql.ts";
import { openRaw } from "../sources/open-raw.ts";
import { rawColumn } from "../sources/raw.ts";
import { parseMapping } from "./mapping.ts";
import { normaliseFile } from "./normalise-file.ts";

export interface ReadRequest {
  readonly paths: readonly string[];
  readonly out: string;
  readonly mapping?: unknown;
  readonly scratch: string;
  readonly signal: AbortSignal;
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
  if (
    isFile &&
    (request.paths.length > 1 || request.mapping !== undefined) &&
    statSync(request.out, { throwIfNoEntry: false })?.isFile() === undefined &&
    request.paths.length > 1
  ) {
    throw new AssayError("usage", "Several files can't go into one.", "Name a folder with --out.");
  }
  const files: ReadFile[] = [];
  for (const path of request.paths) {
    const session = await openSession();
    const { raw } = await openRaw(session, path, {
      scratch: request.scratch,
      signal: request.signal,
      asItLies: request.mapping === undefined,
    });
    const base = basename(path)
      .replace(/\.(gz|zst)$/i, "")
      .replace(/\.\w+$/, "");
    let rejects = raw.rejects;
    let rejected = raw.rowsRejected;
    let columns = [...raw.columns];
    if (request.mapping === undefined) {
      const select = raw.columns.map((name, at) => `trim(${rawColumn(at)}) AS ${ident(name)}`);
      const sql =
        select.length > 0
          ? `SELECT ${select.join(", ")} FROM ${raw.table} ORDER BY source_row`
          : "SELECT NULL AS nothing WHERE false";
      await write(session, sql, isFile ? request.out : join(request.out, `${base}.csv`));
    } else {
      const normalised = await normaliseFile(session, raw, {
        mapping: parseMapping(request.mapping),
        brand: { currency: "GBP", timeZone: "UTC" },
        source: base,
        batchId: "",
        fileNumber: 0,
        fileName: basename(path),
        notAfter: null,
      });
      rejects = normalised.rejects;
      rejected = normalised.rowsRejected;
      columns = [];
      for (const [table, name] of normalised.tables) {
        const names = (lakeTable(table)?.columns ?? []).map((column) => ident(column.name));
        columns.push(...(lakeTable(table)?.columns ?? []).map((column) => column.name));
        const target =
          isFile && normalised.tables.size === 1
            ? request.out
            : join(
                isFile ? dirname(request.out) : request.out,
                `${base}-${table}.${isFile ? extname(request.out).slice(1) : "csv"}`,
              );
        await write(session, `SELECT ${names.join(", ")} FROM ${name} ORDER BY source_row`, target);
      }
    }
    const reasons = await session.rows(`SELECT reason, count(*) AS n FROM ${rejects} GROUP BY reason ORDER BY reason`);
    files.push({
      path,
      columns,
      rows_read: raw.rowsRead,
      rows_accepted: raw.rowsRead - rejected,
      rows_rejected: rejected,
      rejects: reasons.map((row) => ({ reason: String(row.reason), count: Number(row.n) })),
    });
    session.close();
  }
  return { files };
}

/** Writes a table whole or not at all. */
async function write(session: Session, sql: string, target: string): Promise<void> {
  mkdirSync(dirname(target), { recursive: true });
  const staged = join(dirname(target), `.${randomUUID()}`);
  if (/\.parquet$/i.test(target)) await session.toParquet(sql, staged);
  else
    await session.run(
      `COPY (${sql}) TO ${literal(staged)} (FORMAT csv, HEADER true, DELIMITER ',', QUOTE '"', ESCAPE '"')`,
    );
  if (!existsSync(staged))
    throw new AssayError("unavailable", `${target} could not be written.`, "Check the folder and its space.");
  renameSync(staged, target);
}

import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { AssayError, throwIfCancelled, toWire } from "../../shared/base/errors.ts";
import type { Session } from "../engine/duckdb.ts";
import { recognise } from "./layouts.ts";
import { openRaw } from "./open-raw.ts";
import { prepareFile } from "./prepare.ts";
import { type ColumnProfile, profileColumns } from "./profile.ts";

export interface Detected {
  path: string;
  format: string;
  encoding: string | null;
  delimiter: string | null;
  layout: string;
  confidence: number;
  tables: string[];
  mapping: { layout: string; tables: unknown[] };
  warnings: string[];
}
export interface Skipped {
  path: string;
  reason: string;
}

export interface DetectOptions {
  readonly scratch: string;
  readonly signal: AbortSignal;
  /** Looks at headers only: enough to tell which source a file belongs to. */
  readonly isQuick?: boolean;
}

/** Every file below the paths in a fixed order; what is left out is named. */
export function listFiles(paths: readonly string[]): { files: string[]; skipped: Skipped[] } {
  const files: string[] = [];
  const skipped: Skipped[] = [];
  for (const path of paths) {
    const known = statSync(path, { throwIfNoEntry: false });
    if (!known) throw new AssayError("not_found", `${path} is not there.`, "Check the path.");
    if (known.isDirectory()) walk(path, files, skipped);
    else files.push(path);
  }
  return { files, skipped };
}

function walk(folder: string, files: string[], skipped: Skipped[]): void {
  if (existsSync(join(folder, ".assay-truth"))) {
    skipped.push({ path: folder, reason: "The truth behind a made-up retailer is no delivery." });
    return;
  }
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith(".")) continue;
    if (entry.isDirectory()) walk(path, files, skipped);
    else if (/^readme/i.test(entry.name)) skipped.push({ path, reason: "A README is no table." });
    else files.push(path);
  }
}

/** Recognises files and proposes how to map each; writes nothing. A named file that can't be read is an error, one found in a
 *  folder is skipped with its reason. */
export async function detectFiles(openSession: () => Promise<Session>, paths: readonly string[], options: DetectOptions): Promise<{ files: Detected[]; skipped: Skipped[] }> {
  const { files, skipped } = listFiles(paths);
  const found: Detected[] = [];
  for (const path of files) {
    throwIfCancelled(options.signal);
    const session = await openSession();
    try {
      found.push(await detectFile(session, path, options));
    } catch (error) {
      const wire = toWire(error);
      if (paths.includes(path) || wire.code === "cancelled") throw error;
      skipped.push({ path, reason: wire.message });
    } finally {
      session.close();
    }
  }
  return { files: found, skipped };
}

async function detectFile(session: Session, path: string, options: DetectOptions): Promise<Detected> {
  const name = basename(path);
  const quick = options.isQuick ? await headerOf(path, options) : undefined;
  const opened = quick ?? (await profiled(session, path, options));
  const { layout, confidence, tables, warnings } = recognise(name, opened.columns);
  const empty = opened.rows === 0 ? ["The file holds no rows."] : [];
  return {
    path,
    format: opened.compression ? `${opened.format}+${opened.compression}` : opened.format,
    encoding: opened.encoding,
    delimiter: opened.delimiter,
    layout,
    confidence,
    tables: [...new Set(tables.map(({ table }) => table))],
    mapping: { layout, tables: [...tables] },
    warnings: [...opened.warnings, ...warnings, ...empty],
  };
}

interface Opened {
  readonly columns: readonly ColumnProfile[];
  readonly rows: number | null;
  readonly format: string;
  readonly compression: string | null;
  readonly encoding: string | null;
  readonly delimiter: string | null;
  readonly warnings: readonly string[];
}

async function profiled(session: Session, path: string, options: DetectOptions): Promise<Opened> {
  const { prepared, raw } = await openRaw(session, path, options);
  return {
    columns: await profileColumns(session, raw),
    rows: raw.rowsRead,
    format: prepared.format,
    compression: prepared.compression,
    encoding: prepared.encoding,
    delimiter: prepared.dialect?.delimiter ?? null,
    warnings: prepared.warnings,
  };
}

async function headerOf(path: string, options: DetectOptions): Promise<Opened | undefined> {
  const prepared = await prepareFile(path, options.scratch, options.signal);
  if (!prepared.dialect) return undefined; // Parquet has its header inside
  const columns = prepared.dialect.header.map((name, at): ColumnProfile => ({ name, column: `c${at}`, kind: "text", format: null, isAmbiguous: false, decimal: null, filled: 1, distinct: 1, examples: [] }));
  return { columns, rows: null, format: prepared.format, compression: prepared.compression, encoding: prepared.encoding, delimiter: prepared.dialect.delimiter, warnings: prepared.warnings };
}

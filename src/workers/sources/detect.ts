import { statSync } from "node:fs";
import { basename } from "node:path";
import { throwIfCancelled, toWire } from "../../shared/base/errors.ts";
import type { Session } from "../engine/duckdb.ts";
import { isNumbered } from "./headings.ts";
import { recognise } from "./layouts.ts";
import { describeColumns } from "./line-totals.ts";
import { listFiles, type Skipped } from "./list-files.ts";
import { openRaw } from "./open-raw.ts";
import { describeParquet } from "./parquet-file.ts";
import { prepareFile } from "./prepare.ts";
import { type ColumnProfile, profileColumns } from "./profile.ts";
import { jsonHeader } from "./read-json.ts";
import { type SampleSizes, writeParquetSample, writeSample } from "./sample-file.ts";
import { withFolder } from "./scratch-folder.ts";

export interface Detected {
  path: string;
  format: string;
  encoding: string | null;
  delimiter: string | null;
  layout: string;
  confidence: number;
  tables: string[];
  mapping: { layout: string; key_space?: string; tables: unknown[] };
  warnings: string[];
  /** What its columns are called, of a plain table. */
  headers?: readonly string[];
}

export interface DetectOptions {
  readonly scratch: string;
  readonly signal: AbortSignal;
  /** Looks at headers only: enough to tell which source a file belongs to. */
  readonly isQuick?: boolean;
  /** Files that are left out, with the reason. */
  readonly without?: readonly Skipped[];
  /** From which size on a part of a file stands for the whole. */
  readonly sample?: SampleSizes;
  /** Told before each file. */
  readonly onFile?: (path: string) => void;
}

/** Recognises files and proposes how to map each; writes nothing. A named file that can't be read is an error, one found in a
 *  folder is skipped with its reason. */
export async function detectFiles(
  openSession: () => Promise<Session>,
  paths: readonly string[],
  options: DetectOptions,
): Promise<{ files: Detected[]; skipped: Skipped[] }> {
  const listed = listFiles(paths);
  const without = options.without ?? [];
  const files = listed.files.filter((path) => !without.some((one) => one.path === path));
  const skipped = [...listed.skipped, ...without];
  const found: Detected[] = [];
  const formats = new Map<string, readonly ColumnProfile[]>();
  // large files first: what a column holds is decided where there is most to see, and holds for its like
  const bySize = options.isQuick
    ? files
    : [...files].sort((a, b) => statSync(b).size - statSync(a).size || (a < b ? -1 : 1));
  for (const path of bySize) {
    throwIfCancelled(options.signal);
    options.onFile?.(path);
    try {
      found.push(await detectFile(openSession, path, options, formats));
    } catch (error) {
      const wire = toWire(error);
      if (paths.includes(path) || wire.code === "cancelled") throw error;
      skipped.push({ path, reason: wire.message });
    }
  }
  const order = new Map(files.map((path, at) => [path, at]));
  found.sort((a, b) => (order.get(a.path) ?? 0) - (order.get(b.path) ?? 0));
  return { files: found, skipped };
}

async function detectFile(
  openSession: () => Promise<Session>,
  path: string,
  options: DetectOptions,
  formats: Map<string, readonly ColumnProfile[]>,
): Promise<Detected> {
  const name = basename(path);
  const opened = await openToRecognise(openSession, path, options, formats);
  const { layout, confidence, tables, warnings, key_space } = recognise(name, opened.columns, opened.lists);
  const isBlank = opened.columns.length === 0;
  const empty = opened.rows === 0 && !isBlank ? ["The file holds no rows."] : [];
  return {
    path,
    format: opened.compression ? `${opened.format}+${opened.compression}` : opened.format,
    encoding: opened.encoding,
    delimiter: opened.delimiter,
    layout,
    confidence,
    tables: [...new Set(tables.map(({ table }) => table))],
    mapping: { layout, ...(key_space === undefined ? {} : { key_space }), tables: [...tables] },
    ...(layout === "generic" ? { headers: opened.columns.map((column) => column.name) } : {}),
    warnings: [...opened.warnings, ...(isBlank && opened.warnings.length > 0 ? [] : warnings), ...empty],
  };
}

/** The header tells a platform's layout; a plain table is profiled from its whole file, once for all files of one form. */
async function openToRecognise(
  openSession: () => Promise<Session>,
  path: string,
  options: DetectOptions,
  formats: Map<string, readonly ColumnProfile[]>,
): Promise<Opened> {
  const header = await headerOf(openSession, path, options);
  if (header && !isOfPlainLayout(path, header, options.isQuick === true)) return header;
  const form = header?.form;
  const known = form ? formats.get(form) : undefined;
  if (header && known) return { ...header, columns: known };
  const opened = await withFolder(options.scratch, async (scratch) => {
    const sample = header ? await sampleOf(openSession, path, { header, scratch, sizes: options.sample }) : null;
    const found = await profiled(openSession, sample ?? path, { ...options, name: basename(path) });
    return header && sample ? { ...found, warnings: header.warnings } : found;
  });
  const isSettled = opened.columns.every(({ isAmbiguous }) => !isAmbiguous) && (opened.rows ?? 0) > 0;
  if (form && isSettled) formats.set(form, opened.columns);
  return opened;
}

/** A part of a large file that stands for the whole, or null of a file that is looked at as it is. */
async function sampleOf(
  openSession: () => Promise<Session>,
  path: string,
  { header, scratch, sizes }: { header: Header; scratch: string; sizes: SampleSizes | undefined },
): Promise<string | null> {
  if (header.format === "delimited" && header.compression === null && header.encoding === "utf-8")
    return writeSample(path, scratch, sizes);
  if (header.format !== "parquet") return null;
  const session = await openSession();
  try {
    return await writeParquetSample(session, path, scratch, sizes);
  } finally {
    session.close();
  }
}

/** Whether its columns are to be looked into: of JSON even where only the source is asked for, as later records may have more. */
function isOfPlainLayout(path: string, { columns, lists, format }: Opened, isQuick: boolean): boolean {
  if (isQuick && !format.endsWith("json") && !isNumbered(columns.map(({ name }) => name))) return false;
  return ["generic", "unknown"].includes(recognise(basename(path), columns, lists).layout);
}

interface Opened {
  readonly lists: ReadonlyMap<string, readonly ColumnProfile[]>;
  readonly columns: readonly ColumnProfile[];
  readonly rows: number | null;
  readonly format: string;
  readonly compression: string | null;
  readonly encoding: string | null;
  readonly delimiter: string | null;
  readonly warnings: readonly string[];
}

async function profiled(
  openSession: () => Promise<Session>,
  path: string,
  options: DetectOptions & { readonly name: string },
): Promise<Opened> {
  const session = await openSession();
  try {
    const { prepared, raw } = await openRaw(session, path, options);
    const lists = new Map<string, readonly ColumnProfile[]>();
    for (const [path, list] of raw.lists ?? []) lists.set(path, await profileColumns(session, list));
    return {
      lists,
      columns: await describeColumns(session, raw),
      rows: raw.rowsRead,
      format: prepared.format,
      compression: prepared.compression,
      encoding: prepared.encoding,
      delimiter: prepared.dialect?.delimiter ?? null,
      warnings: [...prepared.warnings, ...raw.warnings],
    };
  } finally {
    session.close();
  }
}

interface Header extends Opened {
  /** The same for files whose columns are called and written alike; undefined where that can't be told by the header. */
  readonly form?: string;
}

async function headerOf(
  openSession: () => Promise<Session>,
  path: string,
  options: DetectOptions,
): Promise<Header | undefined> {
  return withFolder(options.scratch, async (scratch) => {
    const prepared = await prepareFile(path, scratch, options.signal);
    const { format, compression, encoding, dialect, warnings } = prepared;
    const known = { rows: null, format, compression, encoding, delimiter: dialect?.delimiter ?? null, warnings };
    const plain = (names: readonly string[], written: readonly string[]) => ({
      ...known,
      columns: names.map(unknownColumn),
      lists: new Map(),
      form: [format, ...written, ...names].join("\u001f"),
    });
    if (dialect) return plain(dialect.header, [dialect.delimiter]);
    if (format === "parquet") {
      const columns = await parquetHeader(openSession, path);
      return plain(
        columns.map(({ name }) => name),
        columns.map(({ type }) => type),
      );
    }
    if (!prepared.json) return undefined; // a workbook has its header inside
    const header = await jsonHeader({ path: prepared.path, place: prepared.json }, scratch, basename(path));
    const lists = new Map([...header.lists].map(([list, names]) => [list, names.map(unknownColumn)]));
    return { ...known, columns: header.columns.map(unknownColumn), lists };
  });
}

async function parquetHeader(openSession: () => Promise<Session>, path: string) {
  const session = await openSession();
  try {
    return (await describeParquet(session, path, basename(path))).columns;
  } finally {
    session.close();
  }
}

function unknownColumn(name: string, at: number): ColumnProfile {
  return {
    name,
    column: `c${at}`,
    kind: "text",
    format: null,
    isAmbiguous: false,
    decimal: null,
    isShare: false,
    filled: 1,
    distinct: 1,
    examples: [],
  };
}

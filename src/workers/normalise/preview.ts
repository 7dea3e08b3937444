import { basename } from "node:path";
import type { Json } from "../../shared/base/canonical-json.ts";
import { lakeTable } from "../../shared/domain/lake.ts";
import { parseMapping } from "../../shared/domain/mapping.ts";
import type { Session } from "../engine/duckdb.ts";
import { ident } from "../engine/sql.ts";
import { recognise } from "../sources/layouts.ts";
import { openRaw } from "../sources/open-raw.ts";
import { type ColumnProfile, profileColumns } from "../sources/profile.ts";
import { rawColumn } from "../sources/raw.ts";
import { normaliseFile } from "./normalise-file.ts";

export interface PreviewRequest {
  readonly path: string;
  readonly mapping?: unknown;
  readonly currency: string;
  readonly time_zone: string;
  readonly limit?: number;
  readonly scratch: string;
  readonly signal: AbortSignal;
}

/** A file's columns and first rows, and what a mapping (the proposed one, unless given) makes of them. Nothing is kept. */
export async function previewFile(session: Session, request: PreviewRequest): Promise<object> {
  const { limit = 50 } = request;
  const { raw } = await openRaw(session, request.path, request);
  const profiles = await profileColumns(session, raw);
  const lists = new Map<string, readonly ColumnProfile[]>();
  for (const [list, table] of raw.lists ?? []) lists.set(list, await profileColumns(session, table));
  const mapping = parseMapping(request.mapping ?? proposedMapping(basename(request.path), profiles, lists));
  const names = raw.columns.map((_, at) => rawColumn(at));
  const rows =
    names.length > 0
      ? await session.rows(`SELECT ${names.join(", ")} FROM ${raw.table} ORDER BY source_row LIMIT ${limit}`)
      : [];
  const normalised = await normaliseFile(session, raw, {
    mapping,
    brand: { currency: request.currency, timeZone: request.time_zone },
    source: "preview",
    batchId: "",
    fileNumber: 0,
    fileName: basename(request.path),
    notAfter: null,
  });
  const tables = [];
  for (const [table, name] of normalised.tables) {
    const filled = mapping.tables.filter((one) => one.table === table).flatMap((one) => Object.keys(one.columns));
    const columns = (lakeTable(table)?.columns ?? [])
      .map((column) => column.name)
      .filter((column) => filled.includes(column) || column === "amount_minor");
    const found = await session.rows(
      `SELECT ${columns.map(ident).join(", ")} FROM ${name} ORDER BY source_row LIMIT ${limit}`,
    );
    const accepted = Number(await session.value(`SELECT count(*) FROM ${name}`));
    tables.push({
      table,
      columns,
      rows: found.map((row) => columns.map((column) => cell(row[column]))),
      rows_accepted: accepted,
    });
  }
  const rejects = await session.rows(
    `SELECT file, line, "column", value, reason, raw FROM ${normalised.rejects} ORDER BY source_row LIMIT ${limit}`,
  );
  return {
    columns: profiles.map(({ name, kind, format, filled, distinct, examples }) => ({
      name,
      kind,
      format,
      filled,
      distinct,
      examples,
    })),
    rows: rows.map((row) => names.map((name) => cell(row[name]))),
    rows_read: raw.rowsRead,
    mapping,
    tables,
    rejects,
    rows_rejected: normalised.rowsRejected,
  };
}

function proposedMapping(
  name: string,
  profiles: readonly ColumnProfile[],
  lists: ReadonlyMap<string, readonly ColumnProfile[]>,
): object {
  const { layout, key_space, tables } = recognise(name, profiles, lists);
  return { layout, ...(key_space === undefined ? {} : { key_space }), tables };
}

function cell(value: Json | undefined): string | number | boolean | null {
  return value === undefined || value === null ? null : typeof value === "object" ? JSON.stringify(value) : value;
}

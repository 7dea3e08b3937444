import { randomUUID } from "node:crypto";
import {
  closeSync,
  createReadStream,
  createWriteStream,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip, createZstdCompress } from "node:zlib";
import type { Session } from "../engine/duckdb.ts";
import { parquet } from "../engine/sql.ts";
import { eachJsonRecord } from "./json-records.ts";
import { type Prepared, prepareFile } from "./prepare.ts";
import type { RawTable } from "./raw.ts";
import { splitRecords } from "./records.ts";

export interface LeavingOut {
  readonly path: string;
  /** What the file is called where its path doesn't say. */
  readonly name: string;
  readonly raw: RawTable;
  /** Table of the source rows that are left out. */
  readonly rows: string;
  readonly scratch: string;
  readonly signal: AbortSignal;
  readonly out: string;
}

/** Writes a file of any format again without some of its rows: text in UTF-8, otherwise in the format and packing that it had. */
export async function leaveOut(session: Session, given: LeavingOut): Promise<void> {
  const { path, name, rows, scratch, signal, out } = given;
  const prepared = await prepareFile(path, scratch, signal, name);
  const plain = prepared.compression === null ? out : join(scratch, `left-out-${randomUUID()}`);
  switch (prepared.format) {
    case "parquet":
      await session.toParquet(
        `SELECT * EXCLUDE (file_row_number) FROM ${parquet([prepared.path], ["file_row_number = true"])}
         WHERE file_row_number + 1 NOT IN (SELECT source_row FROM ${rows})`,
        plain,
      );
      break;
    case "json":
    case "ndjson":
      await withoutRecords(prepared, await numbers(session, `SELECT source_row AS n FROM ${rows}`), plain, signal);
      break;
    case "excel":
      await withoutSheetRows(prepared, await linesOf(session, given), plain);
      break;
    default:
      await withoutLines(prepared, await rangesOf(session, given), plain, signal);
  }
  if (prepared.compression === null) return;
  const pack = prepared.compression === "gzip" ? createGzip() : createZstdCompress();
  await pipeline(createReadStream(plain), pack, createWriteStream(out), { signal });
  rmSync(plain, { force: true });
}

async function numbers(session: Session, sql: string): Promise<Set<number>> {
  const { columns } = await session.table(`SELECT CAST(n AS DOUBLE) AS n FROM (${sql})`);
  return new Set(columns["n"] as Float64Array);
}

const startsSql = ({ raw }: LeavingOut) =>
  `SELECT source_row, line FROM ${raw.table} UNION SELECT source_row, line FROM ${raw.rejects}`;

function linesOf(session: Session, given: LeavingOut): Promise<Set<number>> {
  return numbers(
    session,
    `SELECT line AS n FROM (${startsSql(given)}) WHERE source_row IN (SELECT source_row FROM ${given.rows})`,
  );
}

/** Lines from which rows are left out, up to the line (exclusive) at which the next row begins. */
async function rangesOf(session: Session, given: LeavingOut): Promise<Map<number, number>> {
  const found = await session.rows(`SELECT line, until FROM (
      SELECT source_row, line, lead(line) OVER (ORDER BY line) AS until FROM (${startsSql(given)}))
    WHERE source_row IN (SELECT source_row FROM ${given.rows}) ORDER BY line`);
  return new Map(
    found.map(({ line, until }) => [Number(line), until === null ? Number.POSITIVE_INFINITY : Number(until)]),
  );
}

async function withoutLines(
  { path }: Prepared,
  ranges: ReadonlyMap<number, number>,
  out: string,
  signal: AbortSignal,
): Promise<void> {
  const file = openSync(out, "wx", 0o600);
  const put = (bytes: Uint8Array) => {
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
  };
  let line = 1;
  let until = 0;
  const isKept = () => {
    until = Math.max(until, ranges.get(line) ?? 0);
    return line >= until;
  };
  try {
    let keeps = isKept();
    for await (const block of createReadStream(path, { signal, highWaterMark: 1 << 20 })) {
      const bytes = block as Buffer;
      for (let from = 0; from < bytes.length; ) {
        const end = bytes.indexOf(10, from);
        const to = end < 0 ? bytes.length : end + 1;
        if (keeps) put(bytes.subarray(from, to));
        from = to;
        if (end < 0) break;
        line++;
        keeps = isKept();
      }
    }
  } finally {
    closeSync(file);
  }
}

async function withoutRecords(
  { path, json }: Prepared,
  rows: ReadonlySet<number>,
  out: string,
  signal: AbortSignal,
): Promise<void> {
  if (!json) return;
  const file = openSync(out, "wx", 0o600);
  const isLines = json.form === "lines";
  let [row, kept] = [0, 0];
  try {
    if (!isLines) writeSync(file, "[\n");
    await eachJsonRecord(path, json, {
      signal,
      visit: ({ bytes }) => {
        row++;
        if (rows.has(row)) return;
        if (!isLines && kept > 0) writeSync(file, ",\n");
        writeSync(file, bytes);
        if (isLines) writeSync(file, "\n");
        kept++;
      },
    });
    if (!isLines) writeSync(file, "\n]\n");
  } finally {
    closeSync(file);
  }
}

async function withoutSheetRows({ path }: Prepared, lines: ReadonlySet<number>, out: string): Promise<void> {
  const { default: writeExcel } = await import("write-excel-file/node");
  const rows = splitRecords(readFileSync(path, "utf8"), ",")
    .filter((_, at) => !lines.has(at + 1))
    .map(({ cells }) => [...cells]);
  writeFileSync(out, await writeExcel(rows).toBuffer());
}

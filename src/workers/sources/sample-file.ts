import { randomUUID } from "node:crypto";
import { closeSync, openSync, statSync, writeSync } from "node:fs";
import { basename, join } from "node:path";
import type { Session } from "../engine/duckdb.ts";
import { literal, parquet } from "../engine/sql.ts";
import { readRange } from "./encoding.ts";
import { describeParquet } from "./parquet-file.ts";

export interface SampleSizes {
  /** Bytes of a file from which a part of it stands for the whole. */
  readonly large: number;
  readonly head: number;
  readonly slice: number;
  readonly slices: number;
  readonly tail: number;
  /** Rows of a Parquet file from which on a part stands for the whole: so many of them, in runs of `runOfRows`. */
  readonly rows: number;
}

/** Rows that lie beside one another tell what single ones don't: lines of one order. */
const runOfRows = 2_000;
const leastRuns = 50;

export const usualSample: SampleSizes = {
  ...{ large: 200_000_000, head: 8_000_000, slice: 1_000_000, slices: 40, tail: 200_000, rows: 300_000 },
};

const newline = 10;

/** Writes the beginning, the end and slices of a large UTF-8 text, evenly spread, in whole lines; returns where, or null of a file
 *  that isn't large. A slice that holds quotes is left out: where its rows begin can't be told. */
export function writeSample(path: string, scratch: string, sizes: SampleSizes = usualSample): string | null {
  const { size } = statSync(path);
  const { large, head, slice, slices, tail } = sizes;
  if (size < large || head + slices * slice + tail >= size) return null;
  const sample = join(scratch, `sample-${randomUUID()}.csv`);
  const out = openSync(sample, "w");
  try {
    const start = readRange(path, 0, head);
    writeSync(out, start.subarray(0, start.lastIndexOf(newline) + 1));
    const step = (size - head - tail) / slices;
    for (let at = 0; at < slices; at++) writeSlice(out, readRange(path, Math.floor(head + at * step), slice));
    writeSlice(out, readRange(path, size - tail, tail), true);
  } finally {
    closeSync(out);
  }
  return sample;
}

/** Writes runs of rows of a large Parquet file, evenly spread; returns where, or null of a file that isn't large. */
export async function writeParquetSample(
  session: Session,
  path: string,
  scratch: string,
  { rows }: SampleSizes = usualSample,
): Promise<string | null> {
  const file = await describeParquet(session, path, basename(path));
  const every = Math.floor(file.rows / rows);
  if (every < 2) return null;
  const run = Math.max(1, Math.min(runOfRows, Math.floor(rows / leastRuns)));
  const sample = join(scratch, `sample-${randomUUID()}.parquet`);
  await session.run(`COPY (SELECT * EXCLUDE (file_row_number) FROM ${parquet([path], ["file_row_number = true"])}
    WHERE (file_row_number // ${run}) % ${every} = 0 ORDER BY file_row_number) TO ${literal(sample)} (FORMAT parquet)`);
  return sample;
}

/** The whole lines of a slice; the last of the file may lack its end. */
function writeSlice(out: number, bytes: Buffer, isLast = false): void {
  const from = bytes.indexOf(newline) + 1;
  const until = isLast ? bytes.length : bytes.lastIndexOf(newline) + 1;
  const lines = bytes.subarray(from, until);
  if (from > 0 && !lines.includes('"') && !lines.includes("'")) writeSync(out, lines);
}

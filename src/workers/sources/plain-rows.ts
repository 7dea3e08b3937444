import { createReadStream } from "node:fs";
import { throwIfCancelled } from "../../shared/base/errors.ts";
import type { Prepared } from "./prepare.ts";

export interface PlainRows {
  readonly rows: number;
  /** Bytes of the longest line. */
  readonly longest: number;
}

const newline = 10;
const longestLine = 1_000_000;
const foreign = ['"', "'", "\0", "\r"];

/** Counts the rows of a text that a strict reader takes as it lies: after the header every line is a row of the right number of
 *  cells, without quotes, carriage returns, blank lines or a header again. Null where anything is otherwise. */
export async function plainRows(
  { path, format, dialect, isClean, bom }: Prepared,
  signal: AbortSignal,
): Promise<PlainRows | null> {
  if (format !== "delimited" || !dialect || !isClean || bom > 0) return null;
  if (!dialect.hasHeader || dialect.preamble > 0 || dialect.rowsEnd !== null || dialect.delimiter === " ") return null;
  if (dialect.header.length < 2 || dialect.delimiter.length !== 1) return null;
  const counter = new LineCounter(dialect.delimiter.charCodeAt(0), dialect.header.length);
  for await (const block of createReadStream(path, { highWaterMark: 1 << 20 })) {
    throwIfCancelled(signal);
    const bytes = block as Buffer;
    if (foreign.some((text) => bytes.indexOf(text) >= 0) || !counter.take(bytes)) return null;
  }
  return counter.finish() ? { rows: counter.lines - 1, longest: counter.longest } : null;
}

class LineCounter {
  lines = 0;
  longest = 0;
  readonly #delimiter: number;
  readonly #width: number;
  #found = 0;
  #length = 0;
  #header: Buffer | null = null;
  #start: Buffer[] = [];

  constructor(delimiter: number, width: number) {
    this.#delimiter = delimiter;
    this.#width = width;
  }

  /** Whether every line so far is a row. */
  take(bytes: Buffer): boolean {
    const delimiter = this.#delimiter;
    let found = this.#found;
    let start = 0;
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte === delimiter) found++;
      else if (byte === newline) {
        if (found !== this.#width - 1 || !this.#endLine(bytes, start, at)) return false;
        found = 0;
        start = at + 1;
      }
    }
    this.#found = found;
    this.#length += bytes.length - start;
    if (this.#length > longestLine) return false;
    if (this.#length > 0) this.#start.push(Buffer.from(bytes.subarray(start)));
    return true;
  }

  /** Whether the last line, which may lack its end, is a row as well. */
  finish(): boolean {
    if (this.#length === 0) return this.lines > 0;
    return this.#found === this.#width - 1 && this.#endLine(Buffer.alloc(0), 0, 0);
  }

  #endLine(bytes: Buffer, from: number, until: number): boolean {
    const length = this.#length + until - from;
    this.lines++;
    if (length > this.longest) this.longest = length;
    const isLikeHeader = this.#header === null || length === this.#header.length;
    const line = isLikeHeader ? Buffer.concat([...this.#start, bytes.subarray(from, until)]) : null;
    this.#length = 0;
    if (this.#start.length > 0) this.#start = [];
    if (this.#header === null) this.#header = line;
    else if (line?.equals(this.#header)) return false;
    return true;
  }
}

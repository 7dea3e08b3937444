import { createReadStream } from "node:fs";
import { throwIfCancelled } from "../../shared/base/errors.ts";
import type { Prepared } from "./prepare.ts";

export interface PlainRows {
  readonly rows: number;
  /** Bytes of the longest line. */
  readonly longest: number;
  /** No cell begins or ends with a blank. */
  readonly isTight: boolean;
}

const newline = 10;
const blank = 32;
const longestLine = 1_000_000;
const foreign = ['"', "'", "\0", "\r", "\n\n"];

/** Counts the rows of a text that a strict reader takes as it lies: after the header every line is a row, without quotes, carriage
 *  returns, blank lines or a header again. Null where anything is otherwise. That each row has the right number of cells is left to
 *  the reader. */
export async function plainRows(
  { path, format, dialect, isClean, bom }: Prepared,
  signal: AbortSignal,
): Promise<PlainRows | null> {
  if (format !== "delimited" || !dialect || !isClean || bom > 0) return null;
  if (!dialect.hasHeader || dialect.preamble > 0 || dialect.rowsEnd !== null || dialect.delimiter === " ") return null;
  if (dialect.header.length < 2 || dialect.delimiter.length !== 1) return null;
  const counter = new LineCounter();
  const blanks = new BlankEnds(dialect.delimiter);
  for await (const block of createReadStream(path, { highWaterMark: 1 << 20 })) {
    throwIfCancelled(signal);
    const bytes = block as Buffer;
    if (foreign.some((text) => bytes.indexOf(text) >= 0) || !counter.take(bytes)) return null;
    blanks.take(bytes);
  }
  if (!counter.finish()) return null;
  return { rows: counter.lines - 1, longest: counter.longest, isTight: blanks.areNone() };
}

/** Looks for blanks beside delimiters and line ends. */
class BlankEnds {
  readonly #pairs: readonly string[];
  #isFound = false;
  #last = newline;

  constructor(delimiter: string) {
    const tab = delimiter === "\t" ? [] : ["\t"];
    this.#pairs = [`${delimiter} `, ` ${delimiter}`, "\n ", " \n", "\u00a0", ...tab];
  }

  take(bytes: Buffer): void {
    if (this.#isFound) return;
    const seam = Buffer.from([this.#last, bytes[0] ?? newline]);
    this.#isFound = this.#pairs.some((pair) => bytes.indexOf(pair) >= 0 || seam.indexOf(pair) >= 0);
    this.#last = bytes.at(-1) ?? newline;
  }

  areNone(): boolean {
    return !this.#isFound && this.#last !== blank;
  }
}

class LineCounter {
  lines = 0;
  longest = 0;
  #length = 0;
  #header: Buffer | null = null;
  #start: Buffer[] = [];

  /** Whether every line so far is a row. */
  take(bytes: Buffer): boolean {
    let start = 0;
    for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, start)) {
      if (!this.#endLine(bytes, start, at)) return false;
      start = at + 1;
    }
    this.#length += bytes.length - start;
    if (this.#length > longestLine) return false;
    if (this.#length > 0) this.#start.push(Buffer.from(bytes.subarray(start)));
    return true;
  }

  /** Whether the last line, which may lack its end, is a row as well. */
  finish(): boolean {
    return this.#length === 0 ? this.lines > 0 : this.#endLine(Buffer.alloc(0), 0, 0);
  }

  #endLine(bytes: Buffer, from: number, until: number): boolean {
    const length = this.#length + until - from;
    if (length === 0) return false; // a blank line
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

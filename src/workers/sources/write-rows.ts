import { isUtf8 } from "node:buffer";
import { createReadStream } from "node:fs";
import { AssayError, throwIfCancelled } from "../../shared/base/errors.ts";
import { ByteFile } from "./byte-file.ts";
import { type Dialect, maxLineBytes } from "./sniff.ts";

export interface RowsRequest {
  /** UTF-8 text. */
  readonly path: string;
  readonly dialect: Dialect;
  readonly label: string;
  /** Every byte of the file is valid UTF-8. */
  readonly isClean: boolean;
  /** Bytes to pass over at the beginning. */
  readonly bom: number;
  /** A line number is the record's number: the file was made from a sheet's rows. */
  readonly linesAreRecords: boolean;
  readonly rows: string;
  readonly rejects: string;
  readonly signal: AbortSignal;
}

export interface WrittenRows {
  readonly accepted: number;
  readonly rejected: number;
  readonly repeatedHeaders: number;
  /** Bytes of the longest row. */
  readonly longest: number;
}

export type RowFault =
  | "too_few_columns"
  | "too_many_columns"
  | "open_quote"
  | "stray_quote"
  | "nul_byte"
  | "invalid_encoding";

const newline = 10;
const carriage = 13;
const blank = 32;
const tab = 9;
const doubleQuote = 34;

/** Copies a file's rows into a plain table that a strict reader takes whole: `source_row`, `line`, then the cells, with the
 *  dialect's delimiter (a comma for blanks) and double quotes. Every source row is written there or, with its line and reason,
 *  to the rejects: header, repeated headers, blank lines and what follows `rowsEnd` are no rows. */
export async function writeRows(request: RowsRequest): Promise<WrittenRows> {
  const writer = new RowWriter(request);
  try {
    const end = request.dialect.rowsEnd === null ? {} : { end: request.dialect.rowsEnd - 1 };
    if (request.dialect.rowsEnd !== 0) {
      for await (const block of createReadStream(request.path, {
        start: request.bom,
        highWaterMark: 1 << 20,
        ...end,
      })) {
        throwIfCancelled(request.signal);
        writer.take(block as Buffer);
      }
    }
    writer.finish();
    return {
      accepted: writer.accepted,
      rejected: writer.rejected,
      repeatedHeaders: writer.repeatedHeaders,
      longest: writer.longest,
    };
  } finally {
    writer.close();
  }
}

/** Where the record that was looked at last ends, and what it is. */
interface Scan {
  /** First byte after its line end; -1 where more bytes are needed. */
  end: number;
  /** Line ends inside of it. */
  inner: number;
  fault: RowFault | null;
  /** A strict reader takes it as it lies. */
  isPlain: boolean;
}

class RowWriter {
  accepted = 0;
  rejected = 0;
  repeatedHeaders = 0;
  longest = 0;
  readonly #request: RowsRequest;
  readonly #rows: ByteFile;
  readonly #rejects: ByteFile;
  readonly #delimiter: number;
  readonly #quote: number;
  readonly #width: number;
  #buffer: Buffer = Buffer.alloc(0);
  #line = 1;
  #headerLine: Buffer | null = null;
  #cells: number[] = [];
  readonly #scan: Scan = { end: 0, inner: 0, fault: null, isPlain: true };
  #nextQuote = -2;
  #nextNul = -2;

  constructor(request: RowsRequest) {
    this.#request = request;
    this.#rows = new ByteFile(request.rows);
    this.#rejects = new ByteFile(request.rejects);
    this.#delimiter = request.dialect.delimiter.charCodeAt(0);
    this.#quote = request.dialect.quote.charCodeAt(0);
    this.#width = request.dialect.header.length;
  }

  close(): void {
    this.#rows.close();
    this.#rejects.close();
  }

  take(block: Buffer): void {
    this.#buffer = this.#buffer.length === 0 ? block : Buffer.concat([this.#buffer, block]);
    const at = this.#consume(false);
    this.#buffer = this.#buffer.subarray(at);
    if (this.#buffer.length > maxLineBytes) {
      if (this.#buffer.indexOf(newline) < 0) {
        throw new AssayError(
          "bad_input",
          `${this.#request.label} has a line of over ${maxLineBytes / 1e6} MB at line ${this.#line}.`,
          "Export it as CSV with one row a line.",
        );
      }
      this.#buffer = this.#buffer.subarray(this.#giveUpLine(0));
    }
  }

  finish(): void {
    for (;;) {
      const at = this.#consume(true);
      this.#buffer = this.#buffer.subarray(at);
      if (this.#buffer.length === 0) break;
      this.#buffer = this.#buffer.subarray(this.#giveUpLine(0));
    }
    this.#rows.flush();
    this.#rejects.flush();
  }

  /** Takes whole records from the buffer; returns where the first one begins that is not whole yet. */
  #consume(isLast: boolean): number {
    const buffer = this.#buffer;
    this.#nextQuote = -2;
    this.#nextNul = -2;
    let at = 0;
    while (at < buffer.length) {
      const lineEnd = buffer.indexOf(newline, at);
      if (lineEnd < 0 && !isLast) return at;
      const next = lineEnd < 0 ? buffer.length : lineEnd + 1;
      const until = this.#trimReturn(at, lineEnd < 0 ? buffer.length : lineEnd);
      if (this.#line <= this.#request.dialect.preamble) {
        this.#line++;
        at = next;
        continue;
      }
      if (this.#isBlank(at, until)) {
        this.#line++;
        at = next;
        continue;
      }
      const scan = this.#scan;
      if (this.#delimiter === blank) this.#splitBlanks(at, until, next);
      else if (!this.#isSimple(at, until)) {
        this.#split(at, isLast);
        if (scan.end < 0) return at;
        if (scan.fault === "stray_quote" && scan.inner > 0) scan.end = next; // only its first line is given up
      } else {
        scan.end = next;
        scan.inner = 0;
        scan.fault = null;
        scan.isPlain = true;
      }
      const stop =
        scan.end === next ? until : this.#trimReturn(at, scan.end - (buffer[scan.end - 1] === newline ? 1 : 0));
      this.#place(at, stop, scan);
      this.#line += this.#request.linesAreRecords || scan.end === next ? 1 : 1 + scan.inner;
      at = scan.end;
    }
    return at;
  }

  #trimReturn(from: number, until: number): number {
    return until > from && this.#buffer[until - 1] === carriage ? until - 1 : until;
  }

  #isBlank(from: number, until: number): boolean {
    for (let at = from; at < until; at++) {
      const byte = this.#buffer[at];
      if (byte !== blank && byte !== tab && byte !== carriage) return false;
      if (byte === this.#delimiter && this.#delimiter === tab) return false;
    }
    return true;
  }

  /** Whether the line is a whole row as it lies: no quotes, the right number of delimiters. */
  #isSimple(from: number, until: number): boolean {
    const buffer = this.#buffer;
    if (this.#nextQuote !== -1 && this.#nextQuote < from) this.#nextQuote = buffer.indexOf(this.#quote, from);
    if (this.#nextQuote !== -1 && this.#nextQuote < until) return false;
    if (this.#quote !== doubleQuote && buffer.subarray(from, until).indexOf(doubleQuote) >= 0) return false;
    if (this.#nextNul !== -1 && this.#nextNul < from) this.#nextNul = buffer.indexOf(0, from);
    if (this.#nextNul !== -1 && this.#nextNul < until) return false;
    const delimiter = this.#delimiter;
    let found = 0;
    for (let at = from; at < until; at++) {
      const byte = buffer[at];
      if (byte === delimiter) found++;
      else if (byte === carriage) return false;
    }
    return found === this.#width - 1;
  }

  #splitBlanks(from: number, until: number, next: number): void {
    this.#cells = [];
    for (let at = from; at < until; ) {
      while (at < until && isBlankByte(this.#buffer[at])) at++;
      const start = at;
      while (at < until && !isBlankByte(this.#buffer[at])) at++;
      if (at > start) this.#cells.push(start, at, 0);
    }
    const n = this.#cells.length / 3;
    this.#scan.end = next;
    this.#scan.inner = 0;
    this.#scan.isPlain = false;
    this.#scan.fault = n < this.#width ? "too_few_columns" : n > this.#width ? "too_many_columns" : null;
  }

  /** Reads one record with quotes: cells as (from, until, whether quoted), and how it ends. */
  #split(from: number, isLast: boolean): void {
    const buffer = this.#buffer;
    const cells: number[] = [];
    const scan = this.#scan;
    const { length } = buffer;
    let fault: RowFault | null = null;
    let inner = 0;
    let at = from;
    let isPlain = this.#quote === doubleQuote;
    for (;;) {
      let start = at;
      while (start < length && buffer[start] === blank) start++;
      if (start > at) isPlain = false;
      if (buffer[start] === this.#quote) {
        let until = start + 1;
        for (;;) {
          until = buffer.indexOf(this.#quote, until);
          if (until < 0 || (until + 1 === length && !isLast)) {
            scan.end = -1;
            return;
          }
          if (buffer[until + 1] !== this.#quote) break;
          until += 2;
        }
        for (
          let look = buffer.indexOf(newline, start);
          look >= 0 && look < until;
          look = buffer.indexOf(newline, look + 1)
        )
          inner++;
        cells.push(start + 1, until, 1);
        at = until + 1;
        while (at < length && (buffer[at] === blank || (buffer[at] === carriage && buffer[at + 1] === newline))) {
          if (buffer[at] === blank) isPlain = false;
          at++;
        }
        if (at < length && buffer[at] !== this.#delimiter && buffer[at] !== newline) {
          fault = "stray_quote";
          at = buffer.indexOf(newline, at);
          if (at < 0 && !isLast) {
            scan.end = -1;
            return;
          }
          if (at < 0) at = length;
        }
      } else {
        for (; at < length && buffer[at] !== this.#delimiter && buffer[at] !== newline; at++)
          if (buffer[at] === doubleQuote || (buffer[at] === carriage && buffer[at + 1] !== newline)) isPlain = false;
        if (at === length && !isLast) {
          scan.end = -1;
          return;
        }
        const until =
          buffer[at - 1] === carriage && (at === length || buffer[at] === newline) && at - 1 >= start ? at - 1 : at;
        cells.push(Math.min(start, until), until, 0);
      }
      if (at >= length || buffer[at] === newline) break;
      at++;
    }
    scan.end = Math.min(length, at + 1);
    scan.inner = inner;
    this.#cells = cells;
    const found = cells.length;
    while (cells.length / 3 > this.#width && this.#isBlankCell(cells.length - 3)) cells.length -= 3;
    scan.isPlain = isPlain && cells.length === found;
    const n = cells.length / 3;
    const nul = buffer.subarray(from, scan.end).indexOf(0) >= 0;
    scan.fault =
      fault ?? (nul ? "nul_byte" : n < this.#width ? "too_few_columns" : n > this.#width ? "too_many_columns" : null);
  }

  #isBlankCell(at: number): boolean {
    return this.#buffer.subarray(this.#cells[at], this.#cells[at + 1]).every((byte) => byte === blank);
  }

  /** Writes what was scanned where it belongs. */
  #place(from: number, until: number, scan: Scan): void {
    const { dialect, isClean } = this.#request;
    const bytes = this.#buffer.subarray(from, until);
    if (dialect.hasHeader && this.#headerLine === null) {
      this.#headerLine = Buffer.from(bytes);
      return;
    }
    if (this.#isHeaderAgain(bytes)) {
      this.repeatedHeaders++;
      return;
    }
    const fault = scan.fault ?? (isClean || isUtf8(bytes) ? null : "invalid_encoding");
    if (fault) {
      this.#reject(bytes, fault);
      return;
    }
    this.accepted++;
    if (bytes.length > this.longest) this.longest = bytes.length;
    const out = this.#delimiter === blank ? "," : dialect.delimiter;
    this.#rows.text(`${this.accepted + this.rejected}${out}${this.#line}${out}`);
    if (scan.isPlain) this.#rows.bytes(bytes);
    else this.#writeCells(out);
    this.#rows.byte(newline);
  }

  #writeCells(out: string): void {
    for (let at = 0; at < this.#cells.length; at += 3) {
      if (at > 0) this.#rows.text(out);
      const cell = this.#buffer.subarray(this.#cells[at], this.#cells[at + 1]);
      const isQuoted = this.#cells[at + 2] === 1;
      if (isQuoted && this.#quote === doubleQuote) {
        this.#rows.byte(doubleQuote);
        this.#rows.bytes(cell);
        this.#rows.byte(doubleQuote);
      } else if (
        isQuoted ||
        cell.indexOf(doubleQuote) >= 0 ||
        cell.indexOf(carriage) >= 0 ||
        (this.#delimiter === blank && cell.indexOf(44) >= 0)
      ) {
        const own = this.#request.dialect.quote;
        const text = isQuoted ? cell.toString("utf8").replaceAll(own + own, own) : cell.toString("utf8");
        this.#rows.text(`"${text.replaceAll('"', '""')}"`);
      } else this.#rows.bytes(cell);
    }
  }

  #isHeaderAgain(bytes: Buffer): boolean {
    const header = this.#headerLine;
    if (header === null) return false;
    const own = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
    return own.length === header.length && own.equals(header);
  }

  /** Gives up the first line of what is left: a quote opened there is never closed. Returns where the next line begins. */
  #giveUpLine(from: number): number {
    const lineEnd = this.#buffer.indexOf(newline, from);
    const next = lineEnd < 0 ? this.#buffer.length : lineEnd + 1;
    const bytes = this.#buffer.subarray(from, this.#trimReturn(from, lineEnd < 0 ? this.#buffer.length : lineEnd));
    if (this.#request.dialect.hasHeader && this.#headerLine === null) this.#headerLine = Buffer.from(bytes);
    else this.#reject(bytes, "open_quote");
    this.#line++;
    return next;
  }

  #reject(bytes: Buffer, fault: RowFault): void {
    this.rejected++;
    const column = fault === "too_few_columns" ? (this.#request.dialect.header[this.#cells.length / 3] ?? "") : "";
    const raw = bytes.subarray(0, 4000).toString("utf8").replaceAll("\0", "\ufffd");
    const cells = [String(this.accepted + this.rejected), String(this.#line), column, fault, raw];
    this.#rejects.text(`${cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(",")}\n`);
  }
}

function isBlankByte(byte: number | undefined): boolean {
  return byte === blank || byte === tab;
}

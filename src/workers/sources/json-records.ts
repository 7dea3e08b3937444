import { createReadStream } from "node:fs";
import { throwIfCancelled } from "../../shared/base/errors.ts";

/** Deepest nesting that is parsed: deeper values overflow parsers' stacks. */
const maxDepth = 100;
const maxRecordBytes = 16_000_000;

export interface JsonRecord {
  /** Its bytes; only their beginning where it is too long. */
  readonly bytes: Buffer;
  /** The line that it begins on, from 1. */
  readonly line: number;
  readonly fault: "too_deep" | "too_long" | "cut_short" | null;
}

/** Where records lie: one a line, in a list, or one after another. */
export interface JsonPlace {
  readonly form: "lines" | "list" | "values";
  /** Bytes and line of the first record's beginning. */
  readonly from: number;
  readonly line: number;
}

const newline = 10;
const quote = 34;
const backslash = 92;
const comma = 44;
const openBrace = 123;
const closeBrace = 125;
const openBracket = 91;
const closeBracket = 93;

/** Cuts JSON text into records without parsing it, so that depth and length of each are known before anything parses it. */
export async function eachJsonRecord(
  path: string,
  place: JsonPlace,
  { signal, visit }: { signal: AbortSignal; visit: (record: JsonRecord) => void },
): Promise<void> {
  const cutter = place.form === "lines" ? new LineCutter(place, visit) : new ValueCutter(place, visit);
  for await (const block of createReadStream(path, { start: place.from, highWaterMark: 1 << 20 })) {
    throwIfCancelled(signal);
    cutter.take(block as Buffer);
    if (cutter.isDone) return;
  }
  cutter.finish();
}

/** The records in a text that is the beginning of a file. */
export function jsonRecordsIn(sample: Buffer, place: JsonPlace): JsonRecord[] {
  const records: JsonRecord[] = [];
  const cutter =
    place.form === "lines"
      ? new LineCutter(place, (record) => records.push(record))
      : new ValueCutter(place, (record) => records.push(record));
  cutter.take(sample.subarray(place.from));
  return records;
}

class Parts {
  #parts: Buffer[] = [];
  length = 0;

  add(part: Buffer): void {
    if (this.length < maxRecordBytes && part.length > 0) this.#parts.push(Buffer.from(part));
    this.length += part.length;
  }

  /** What was kept and a last part, as one; empties it. */
  take(last: Buffer): { bytes: Buffer; isLong: boolean } {
    const isLong = this.length + last.length > maxRecordBytes;
    const bytes = this.#parts.length === 0 ? last : Buffer.concat([...this.#parts, last]);
    this.#parts = [];
    this.length = 0;
    return { bytes: isLong ? bytes.subarray(0, 4096) : bytes, isLong };
  }
}

class LineCutter {
  readonly isDone = false;
  readonly #visit: (record: JsonRecord) => void;
  readonly #parts = new Parts();
  #line: number;

  constructor(place: JsonPlace, visit: (record: JsonRecord) => void) {
    this.#line = place.line;
    this.#visit = visit;
  }

  take(block: Buffer): void {
    let from = 0;
    for (let at = block.indexOf(newline); at >= 0; at = block.indexOf(newline, from)) {
      this.#end(block.subarray(from, at));
      from = at + 1;
    }
    this.#parts.add(block.subarray(from));
  }

  finish(): void {
    this.#end(Buffer.alloc(0));
  }

  #end(last: Buffer): void {
    const { bytes, isLong } = this.#parts.take(last);
    const line = this.#line++;
    if (bytes.every((byte) => byte <= 32)) return;
    this.#visit({ bytes, line, fault: isLong ? "too_long" : depthOf(bytes) > maxDepth ? "too_deep" : null });
  }
}

function depthOf(bytes: Buffer): number {
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === quote) {
      for (at++; at < bytes.length && bytes[at] !== quote; at++) if (bytes[at] === backslash) at++;
    } else if (byte === openBrace || byte === openBracket) deepest = Math.max(deepest, ++depth);
    else if (byte === closeBrace || byte === closeBracket) depth--;
  }
  return deepest;
}

class ValueCutter {
  isDone = false;
  readonly #isList: boolean;
  readonly #visit: (record: JsonRecord) => void;
  readonly #parts = new Parts();
  #kind: "none" | "inside" | "bare" = "none";
  #begun = 0;
  #depth = 0;
  #deepest = 0;
  #isText = false;
  #isEscaped = false;
  #line: number;

  constructor(place: JsonPlace, visit: (record: JsonRecord) => void) {
    this.#isList = place.form === "list";
    this.#line = place.line;
    this.#visit = visit;
  }

  take(block: Buffer): void {
    let from = 0;
    for (let at = 0; at < block.length && !this.isDone; at++) {
      const byte = block[at] ?? 0;
      if (this.#kind === "inside") {
        if (byte === newline) this.#line++;
        if (!this.#endsInside(byte)) continue;
        this.#end(block.subarray(from, at + 1), null);
        continue;
      }
      const parts = byte <= 32 || byte === comma || byte === closeBracket;
      if (this.#kind === "bare" && parts) this.#end(block.subarray(from, at), null);
      if (byte === newline) this.#line++;
      if (parts) {
        if (byte === closeBracket && this.#isList) this.isDone = true;
      } else if (this.#kind === "none") {
        from = at;
        this.#begun = this.#line;
        this.#kind = byte === openBrace || byte === openBracket || byte === quote ? "inside" : "bare";
        if (this.#kind === "inside") this.#endsInside(byte);
      }
    }
    if (this.#kind !== "none") this.#parts.add(block.subarray(from));
  }

  finish(): void {
    if (this.#kind !== "none") this.#end(Buffer.alloc(0), this.#kind === "inside" ? "cut_short" : null);
  }

  /** Follows a byte of a text, list or object; whether that ends with it. */
  #endsInside(byte: number): boolean {
    if (this.#isText) {
      if (this.#isEscaped) this.#isEscaped = false;
      else if (byte === backslash) this.#isEscaped = true;
      else if (byte === quote) this.#isText = false;
      return this.#depth === 0 && !this.#isText;
    }
    if (byte === quote) this.#isText = true;
    else if (byte === openBrace || byte === openBracket) this.#deepest = Math.max(this.#deepest, ++this.#depth);
    else if (byte === closeBrace || byte === closeBracket) return --this.#depth === 0;
    return false;
  }

  #end(last: Buffer, fault: JsonRecord["fault"]): void {
    const { bytes, isLong } = this.#parts.take(last);
    const isDeep = this.#deepest > maxDepth;
    this.#visit({ bytes, line: this.#begun, fault: isLong ? "too_long" : isDeep ? "too_deep" : fault });
    this.#kind = "none";
    this.#depth = 0;
    this.#deepest = 0;
    this.#isText = false;
    this.#isEscaped = false;
  }
}

import { isAscii, isUtf8 } from "node:buffer";
import { closeSync, openSync, readSync, statSync, writeSync } from "node:fs";

export interface Encoding {
  readonly encoding: "utf-8" | "utf-16le" | "utf-16be" | "windows-1252";
  /** Bytes of the byte-order mark. */
  readonly bom: number;
  /** Every byte of the file fits the encoding. */
  readonly isClean: boolean;
}

const blockBytes = 1 << 20;
const maxCarry = 1 << 22;

/** Calls back with each block of a file, at most `limit` bytes of it. */
export function eachBlock(path: string, from: number, visit: (block: Buffer) => boolean | undefined): void {
  const buffer = Buffer.allocUnsafe(Math.max(1, Math.min(blockBytes, statSync(path).size - from)));
  const file = openSync(path, "r");
  try {
    for (let position = from; ; ) {
      const n = readSync(file, buffer, 0, buffer.length, position);
      if (n === 0 || visit(buffer.subarray(0, n)) === false) return;
      position += n;
    }
  } finally {
    closeSync(file);
  }
}

export function readRange(path: string, from: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(Math.max(0, Math.min(bytes, statSync(path).size - from)));
  const file = openSync(path, "r");
  try {
    return buffer.subarray(0, readSync(file, buffer, 0, buffer.length, from));
  } finally {
    closeSync(file);
  }
}

/** Encoding of a whole file: by its byte-order mark, by the NULs of UTF-16, as UTF-8 where its bytes are valid, else
 *  Windows-1252. Where only some lines are no UTF-8 among many that are, it is UTF-8 with faulty lines. */
export function encodingOf(path: string): Encoding {
  const sample = readRange(path, 0, 4096);
  if (sample[0] === 0xff && sample[1] === 0xfe) return { encoding: "utf-16le", bom: 2, isClean: true };
  if (sample[0] === 0xfe && sample[1] === 0xff) return { encoding: "utf-16be", bom: 2, isClean: true };
  const bom = sample[0] === 0xef && sample[1] === 0xbb && sample[2] === 0xbf ? 3 : 0;
  const nulls = { even: 0, odd: 0 };
  for (let at = 0; at < sample.length; at++) if (sample[at] === 0) nulls[at % 2 === 0 ? "even" : "odd"]++;
  const few = sample.length / 8;
  if (nulls.odd > few && nulls.even === 0) return { encoding: "utf-16le", bom: 0, isClean: true };
  if (nulls.even > few && nulls.odd === 0) return { encoding: "utf-16be", bom: 0, isClean: true };
  if (isUtf8File(path)) return { encoding: "utf-8", bom, isClean: true };
  const { valid, invalid } = countLines(path);
  if (bom > 0 || valid > invalid * 4) return { encoding: "utf-8", bom, isClean: false };
  return { encoding: "windows-1252", bom: 0, isClean: true };
}

function isUtf8File(path: string): boolean {
  let isValid = true;
  let cut = Buffer.alloc(0);
  eachBlock(path, 0, (block) => {
    const end = block.length - unfinished(block);
    isValid = cut.length === 0 ? isUtf8(block.subarray(0, end)) : isUtf8(Buffer.concat([cut, block.subarray(0, end)]));
    cut = Buffer.from(block.subarray(end));
    return isValid;
  });
  return isValid && cut.length === 0;
}

/** Bytes at the end that begin a character which goes on in the next block. */
function unfinished(block: Buffer): number {
  for (let back = 1; back <= Math.min(3, block.length); back++) {
    const byte = block[block.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0;
  }
  return 0;
}

/** How many lines with bytes beyond ASCII are valid UTF-8 and how many are not. */
function countLines(path: string): { valid: number; invalid: number } {
  const counts = { valid: 0, invalid: 0 };
  let carry = Buffer.alloc(0);
  const look = (line: Buffer) => {
    if (!isUtf8(line)) counts.invalid++;
    else if (!isAscii(line)) counts.valid++;
  };
  eachBlock(path, 0, (block) => {
    let at = 0;
    for (let end = block.indexOf(10); end >= 0; end = block.indexOf(10, at)) {
      const line = block.subarray(at, end);
      look(at === 0 && carry.length > 0 ? Buffer.concat([carry, line]) : line);
      if (at === 0) carry = Buffer.alloc(0);
      at = end + 1;
    }
    const rest = block.subarray(at);
    carry = at > 0 || carry.length > maxCarry ? Buffer.from(rest) : Buffer.concat([carry, rest]);
    return true;
  });
  look(carry);
  return counts;
}

/** Writes a file's text as UTF-8 without a byte-order mark; lone carriage returns become line ends where there are no others. */
export function writeAsUtf8(path: string, out: string, { encoding, bom }: Encoding, hasLoneReturns: boolean): void {
  const decoder = new TextDecoder(encoding);
  const to = openSync(out, "w");
  const write = (text: string) => {
    if (text !== "") writeSync(to, hasLoneReturns ? text.replaceAll("\r", "\n") : text);
  };
  try {
    eachBlock(path, bom, (block) => {
      write(decoder.decode(block, { stream: true }));
      return true;
    });
    write(decoder.decode());
  } finally {
    closeSync(to);
  }
}

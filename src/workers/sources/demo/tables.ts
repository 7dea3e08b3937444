import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import writeExcel from "write-excel-file/node";

export type Cell = string | number;
export type Rows = readonly (readonly Cell[])[];

/** A cell of a delimited file. */
export function cell(text: Cell, delimiter: string): string {
  const plain = String(text);
  return plain.includes(delimiter) || /["\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

export interface WriteOptions {
  readonly delimiter?: string;
  /** Windows files carry `\r\n` and one byte a letter. */
  readonly isWindows?: boolean;
  readonly hasBom?: boolean;
  readonly before?: readonly string[];
  readonly after?: readonly string[];
}

/** Writes a whole delimited file; returns its path. */
export function writeTable(path: string, header: readonly string[], rows: Rows, options: WriteOptions = {}): string {
  const { delimiter = ",", isWindows = false, hasBom = false, before = [], after = [] } = options;
  mkdirSync(dirname(path), { recursive: true });
  const line = (row: readonly Cell[]) => row.map((one) => cell(one, delimiter)).join(delimiter);
  const end = isWindows ? "\r\n" : "\n";
  const text = [...before, line(header), ...rows.map(line), ...after].join(end);
  writeFileSync(path, `${hasBom ? "\ufeff" : ""}${text}${end}`, isWindows ? "latin1" : "utf8");
  return path;
}

/** A workbook of one sheet whose cells carry their own types; equal rows give equal bytes. */
export async function writeWorkbook(path: string, rows: readonly (readonly (Cell | Date)[])[]): Promise<string> {
  mkdirSync(dirname(path), { recursive: true });
  const cells = rows.map((row) =>
    row.map((one) => (one instanceof Date ? { value: one, format: "dd/mm/yyyy hh:mm" } : one === "" ? null : one)),
  );
  const bytes = await writeExcel(cells).toBuffer();
  writeFileSync(path, withoutTimes(bytes));
  return path;
}

const [localHeader, centralEntry, endOfDirectory] = [0x04034b50, 0x02014b50, 0x06054b50];
const firstDosDay = 0x0021; // 1980-01-01

/** Zip writes the clock into each entry (PKWARE's APPNOTE 4.3.7, 4.3.12): set to the first day it can hold. */
function withoutTimes(bytes: Buffer): Buffer {
  let end = bytes.length - 22;
  while (end > 0 && bytes.readUInt32LE(end) !== endOfDirectory) end--;
  let at = bytes.readUInt32LE(end + 16);
  while (at < end && bytes.readUInt32LE(at) === centralEntry) {
    const local = bytes.readUInt32LE(at + 42);
    bytes.writeUInt32LE(firstDosDay << 16, at + 12);
    if (bytes.readUInt32LE(local) === localHeader) bytes.writeUInt32LE(firstDosDay << 16, local + 10);
    at += 46 + bytes.readUInt16LE(at + 28) + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return bytes;
}

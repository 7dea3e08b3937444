import { randomUUID } from "node:crypto";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AssayError } from "../../shared/base/errors.ts";
import { readRange } from "./encoding.ts";

export interface PlainSheet {
  /** The sheet as CSV in UTF-8, one record a row of the sheet. */
  readonly path: string;
  readonly warnings: readonly string[];
}

const maxUnpackedBytes = 1e9;

/** The first sheet of a workbook that has rows, as CSV with ISO dates and plain numbers; other sheets with rows are named. */
export async function writeSheet(path: string, scratch: string, label: string): Promise<PlainSheet> {
  const unpacked = unpackedBytes(path);
  if (unpacked === null) throw unreadable(label);
  if (unpacked > maxUnpackedBytes)
    throw new AssayError(
      "bad_input",
      `${label} unpacks to ${Math.round(unpacked / 1e6)} MB, too much for a workbook.`,
      "Export it as CSV.",
    );
  let sheets: readonly { sheet: string; data: readonly (readonly unknown[])[] }[];
  try {
    const { default: readWorkbook } = await import("read-excel-file/node"); // few readers need it
    sheets = await readWorkbook(path);
  } catch {
    throw unreadable(label);
  }
  const filled = sheets.filter(({ data }) => data.some((row) => row.some((cell) => cellText(cell) !== "")));
  const [first, ...others] = filled;
  const rows = first?.data ?? [];
  const width = rows.reduce((most, row) => Math.max(most, row.length), 0);
  const lines = rows.map((row) => {
    const cells = Array.from({ length: width }, (_, at) => cellText(row[at]));
    return cells.every((cell) => cell === "") ? "" : cells.map(quoted).join(",");
  });
  const out = join(scratch, `sheet-${randomUUID()}.csv`);
  writeFileSync(out, lines.length > 0 ? `${lines.join("\n")}\n` : "");
  const named = others.map(({ sheet }) => `“${sheet}”`).join(", ");
  return { path: out, warnings: others.length > 0 ? [`Only the sheet “${first?.sheet}” is read, not ${named}.`] : [] };
}

function unreadable(label: string): AssayError {
  return new AssayError(
    "bad_input",
    `${label} is no workbook that can be read.`,
    "Save it again as .xlsx, or export CSV.",
  );
}

/** How many bytes a zip file's directory says it holds; null where there is no directory. */
function unpackedBytes(path: string): number | null {
  const { size } = statSync(path);
  const tail = readRange(path, Math.max(0, size - 66_000), 66_000);
  const end = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  if (end < 0 || end + 20 > tail.length) return null;
  const entries = tail.readUInt16LE(end + 10);
  const directory = readRange(path, tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12));
  let bytes = 0;
  for (let n = 0, at = 0; n < entries; n++) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== 0x02014b50) return null;
    bytes += directory.readUInt32LE(at + 24);
    at += 46 + directory.readUInt16LE(at + 28) + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return bytes;
}

function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return "";
  if (cell instanceof Date) {
    if (Number.isNaN(cell.getTime())) return "";
    const rounded = new Date(Math.round(cell.getTime() / 1000) * 1000).toISOString();
    return rounded.endsWith("T00:00:00.000Z") ? rounded.slice(0, 10) : rounded.slice(0, 19).replace("T", " ");
  }
  if (typeof cell === "number") return String(Number(cell.toPrecision(15)));
  return String(cell);
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) || text.trim() !== text ? `"${text.replaceAll('"', '""')}"` : text;
}

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

/** The first sheet of a workbook that holds a table, with those that go on with the same header, as CSV with ISO dates and plain
 *  numbers; other sheets with rows are named. */
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
  const first = filled.find(({ data }) => data.filter((row) => filledCells(row) > 1).length > 1) ?? filled[0];
  const header = headerOf(first?.data ?? []);
  const continued = filled.flatMap(({ sheet, data }) => {
    const at =
      sheet === first?.sheet || header === "" ? -1 : data.slice(0, 20).findIndex((row) => namesOf(row) === header);
    return at < 0 ? [] : [{ sheet, data: data.slice(at + 1) }];
  });
  const others = filled.filter(({ sheet }) => sheet !== first?.sheet && !continued.some((one) => one.sheet === sheet));
  const rows = [first?.data ?? [], ...continued.map(({ data }) => data)].flat();
  const width = rows.reduce((most, row) => Math.max(most, row.length), 0);
  const lines = rows.map((row) => {
    const cells = Array.from({ length: width }, (_, at) => cellText(row[at]));
    return cells.every((cell) => cell === "") ? "" : cells.map(quoted).join(",");
  });
  const out = join(scratch, `sheet-${randomUUID()}.csv`);
  writeFileSync(out, lines.length > 0 ? `${lines.join("\n")}\n` : "");
  const list = (some: readonly { sheet: string }[]) => some.map(({ sheet }) => `“${sheet}”`).join(", ");
  const warnings = [
    ...(continued.length > 0 ? [`The sheets ${list([...(first ? [first] : []), ...continued])} are read as one.`] : []),
    ...(others.length > 0
      ? [
          continued.length > 0
            ? `The sheets ${list(others)} have other columns and aren't read: save each as a file of its own.`
            : `Only the sheet “${first?.sheet}” is read, not ${list(others)}: save what else is wanted as a file of its own.`,
        ]
      : []),
  ];
  return { path: out, warnings };
}

const filledCells = (row: readonly unknown[]) => row.filter((cell) => cellText(cell) !== "").length;
/** A row's names, without empty cells at its end. */
function namesOf(row: readonly unknown[]): string {
  const names = row.map((cell) => cellText(cell).trim().toLowerCase());
  return names.slice(0, names.findLastIndex((name) => name !== "") + 1).join("\u001f");
}

/** The names in a sheet's header: its first row that has nearly as many cells as any. */
function headerOf(rows: readonly (readonly unknown[])[]): string {
  const head = rows.slice(0, 20);
  const width = head.reduce((most, row) => Math.max(most, filledCells(row)), 0);
  return width < 2 ? "" : namesOf(head.find((row) => filledCells(row) >= width - 1) ?? []);
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

import { statSync } from "node:fs";
import { AssayError } from "../../shared/base/errors.ts";
import { readRange } from "./encoding.ts";
import { splitRecords, type TextRecord } from "./records.ts";

export interface Dialect {
  /** A blank stands for runs of blanks. */
  readonly delimiter: string;
  readonly quote: '"' | "'";
  /** Lines before the header. */
  readonly preamble: number;
  readonly hasHeader: boolean;
  readonly header: readonly string[];
  /** Where rows end and totals or notes begin, in bytes; null where they go to the end. */
  readonly rowsEnd: number | null;
}

export interface Sniffed {
  readonly dialect: Dialect;
  readonly warnings: readonly string[];
}

const sampleBytes = 1 << 20;
const maxColumns = 20_000;
export const maxLineBytes = 16_000_000;
const delimiters = [",", ";", "\t", "|"] as const;
const emptyDialect: Dialect = { delimiter: ",", quote: '"', preamble: 0, hasHeader: false, header: [], rowsEnd: null };

/** How a UTF-8 text is laid out: delimiter, quote, header, and what before and after the rows is none. */
export function sniffDialect(path: string, label: string, given?: { readonly delimiter: "," }): Sniffed {
  const sample = readRange(path, 0, sampleBytes);
  const isWhole = sample.length < sampleBytes;
  const text = sampleText(sample, isWhole, label);
  if (text.trim() === "") return { dialect: emptyDialect, warnings: sample.length === 0 ? ["The file is empty."] : [] };
  if (/^\s*<(?:!doctype|html|\?xml)/i.test(text)) {
    throw new AssayError("bad_input", `${label} is a page or XML, no table.`, "Export it as CSV, Parquet or XLSX.");
  }
  const quote = quoteOf(text);
  const shape = given ? shapeOf(text, given.delimiter, quote) : chooseShape(text, quote);
  if (!given && shape.agreement < 0.5 && spacedWidth(text) > 0) {
    const records = text
      .split(/\r?\n/)
      .flatMap((line, at): TextRecord[] =>
        line.trim() === "" ? [] : [{ cells: spaced(line), line: at + 1, lines: 1 }],
      );
    return describe({ path, label, shape: { delimiter: " ", width: spacedWidth(text), agreement: 1, records }, quote });
  }
  return describe({ path, label, shape, quote });
}

function sampleText(sample: Buffer, isWhole: boolean, label: string): string {
  const text = new TextDecoder("utf-8").decode(sample, { stream: !isWhole });
  if (looksBinary(text))
    throw new AssayError(
      "bad_input",
      `${label} is no table: its bytes are not text.`,
      "Export it as CSV, Parquet or XLSX.",
    );
  const end = text.lastIndexOf("\n");
  return isWhole || end <= 0 ? text : text.slice(0, end + 1);
}

function describe({
  path,
  label,
  shape,
  quote,
}: {
  path: string;
  label: string;
  shape: Shape;
  quote: Dialect["quote"];
}): Sniffed {
  const warnings: string[] = [];
  const { width, records } = shape;
  if (width > maxColumns)
    throw new AssayError("bad_input", `${label} has ${width} columns.`, `At most ${maxColumns} can be read.`);
  const isFull = ({ cells }: TextRecord) =>
    cells.length >= width - 1 && cells.length <= width && filledCells(cells) >= Math.ceil(width / 2);
  const headerAt = Math.max(0, records.findIndex(isFull));
  const first = records[headerAt];
  const preamble = (first?.line ?? 1) - 1;
  if (headerAt > 0)
    warnings.push(
      `${headerAt} ${headerAt === 1 ? "line" : "lines"} before the header ${headerAt === 1 ? "is no row" : "are no rows"}.`,
    );
  const hasHeader = !looksLikeRow(first, records.slice(headerAt + 1, headerAt + 200));
  if (!hasHeader) warnings.push("The file has no header: its columns are numbered.");
  const cells = headerCells(first?.cells ?? [], records.slice(headerAt + 1), width);
  const header = uniqueNames(hasHeader ? cells.map((cell) => cell.trim()) : cells.map(() => ""), warnings);
  const delimiter = width > 1 ? shape.delimiter : ",";
  const footer = footerOf(path, { width, delimiter, quote });
  if (footer)
    warnings.push(
      `${footer.lines} ${footer.lines === 1 ? "line at the end is no row" : "lines at the end are no rows"}.`,
    );
  return { dialect: { delimiter, quote, preamble, hasHeader, header, rowsEnd: footer?.from ?? null }, warnings };
}

const isFilled = (cell: string) => cell.trim() !== "";
const filledCells = (cells: readonly string[]) => cells.filter(isFilled).length;

/** A header shorter than its rows lacks a name at the end, or at the front where the rows' last cells are filled. */
function headerCells(cells: readonly string[], rows: readonly TextRecord[], width: number): readonly string[] {
  if (cells.length >= width || rows.length === 0) return cells;
  const lastIsBlank = rows
    .slice(0, 200)
    .every((row) => row.cells.length < width || (row.cells[width - 1] ?? "").trim() === "");
  return lastIsBlank ? cells : ["", ...cells];
}

const valueLike = /^[-+(]?[$€£¥]?\s?[-+]?[0-9][0-9.,]*\)?$|^[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}(?:[ T].*)?$/;

/** Whether the first record is a row: it holds numbers or dates exactly where the rows beneath do. */
function looksLikeRow(first: TextRecord | undefined, rows: readonly TextRecord[]): boolean {
  const values = (first?.cells ?? []).flatMap((cell, at) => (valueLike.test(cell.trim()) ? [at] : []));
  if (values.length === 0 || rows.length === 0) return false;
  return values.every(
    (at) => rows.filter((row) => valueLike.test((row.cells[at] ?? "").trim())).length > rows.length * 0.6,
  );
}

interface Shape {
  readonly delimiter: string;
  readonly width: number;
  /** Share of records that have that many cells. */
  readonly agreement: number;
  readonly records: readonly TextRecord[];
}

/** Quotes are double ones, unless only single ones stand around cells. */
function quoteOf(text: string): Dialect["quote"] {
  const head = text.slice(0, 65_536);
  const around = (quote: string) =>
    head.match(
      new RegExp(`(?<=^|[,;\\t|])${quote}(?:[^${quote}\n]|${quote}${quote})*${quote}(?=[,;\\t|\\r\\n]|$)`, "gm"),
    )?.length ?? 0;
  return around("'") >= 2 && around('"') === 0 ? "'" : '"';
}

function shapeOf(text: string, delimiter: string, quote: string): Shape {
  const records = splitRecords(text, delimiter, quote).filter(({ cells }) => cells.some(isFilled));
  const widths = new Map<number, number>();
  for (const { cells } of records) widths.set(cells.length, (widths.get(cells.length) ?? 0) + 1);
  const wider = [...widths].filter(([width]) => width > 1);
  const [width, n] = wider.reduce((best, one) => (one[1] > best[1] ? one : best), wider[0] ?? [1, 0]);
  return { delimiter, width, agreement: n / Math.max(1, records.length), records };
}

const headLength = 65_536;

/** The delimiter under which most records of the head have the same number of cells, more than one where possible. */
function chooseShape(text: string, quote: string): Shape {
  const [usual, ...others] = delimiters;
  const head = text.length > headLength ? text.slice(0, text.lastIndexOf("\n", headLength) + 1) || text : text;
  const shapes = [usual, ...others.filter((one) => head.includes(one))].map((one) => shapeOf(head, one, quote));
  const best = shapes.reduce((best, one) =>
    one.agreement > best.agreement + 0.02 ||
    (Math.abs(one.agreement - best.agreement) <= 0.02 && one.width > best.width)
      ? one
      : best,
  );
  return head === text ? best : shapeOf(text, best.delimiter, quote);
}

const spaced = (line: string) => line.trim().split(/[ \t]+/);

/** Columns parted by runs of blanks, as old statistical files have them: every line splits into the same number. */
function spacedWidth(text: string): number {
  const sample = text.split(/\r?\n/, 300).filter((line) => line.trim() !== "");
  const width = spaced(sample[1] ?? "").length;
  const rows = sample.slice(1).map(spaced);
  const hasValues = (at: number) => rows.filter((cells) => valueLike.test(cells[at] ?? "")).length > rows.length * 0.6;
  const isTable =
    width > 1 &&
    sample.every((line) => spaced(line).length === width) &&
    Array.from({ length: width }, (_, at) => at).some(hasValues);
  return isTable ? width : 0;
}

function looksBinary(text: string): boolean {
  const head = text.slice(0, 20_000);
  let odd = 0;
  for (let at = 0; at < head.length; at++) {
    const code = head.charCodeAt(at);
    if (
      code === 0xfffd ||
      code === 0 ||
      (code < 32 && code !== 9 && code !== 10 && code !== 13) ||
      (code >= 0x7f && code <= 0x9f)
    )
      odd++;
  }
  return odd > 2 + head.length / 50;
}

/** Header names, made different where they repeat. */
function uniqueNames(names: readonly string[], warnings: string[]): string[] {
  const used = new Set<string>();
  return names.map((name, at) => {
    const base = name === "" ? `column_${at + 1}` : name;
    let own = base;
    for (let n = 2; used.has(own.toLowerCase()); n++) own = `${base}_${n}`;
    used.add(own.toLowerCase());
    if (own !== base) warnings.push(`The header repeats ${base}; column ${at + 1} is called ${own}.`);
    return own;
  });
}

const totalWords =
  /^\W*(?:(?:grand[ -]?total|sub-?total|totals?|sum|summe|gesamt(?:summe)?|insgesamt|somme|totale|total général|count|rows?|records?)\W*|end of .*|\(?\d+ (?:rows?|records?)\b.*|(?:rows?|record\(?s?\)?) (?:downloaded|exported|selected))$/i;
const tailBytes = 65_536;

/** The lines at the very end that are a note in one cell, or begin as totals do: where they start, and how many. */
function footerOf(
  path: string,
  { width, delimiter, quote }: { width: number; delimiter: string; quote: string },
): { from: number; lines: number } | null {
  if (width < 2 || delimiter === " ") return null;
  const { size } = statSync(path);
  const start = Math.max(0, size - tailBytes);
  const tail = readRange(path, start, tailBytes);
  const quotes = tail.filter((byte) => byte === quote.charCodeAt(0)).length;
  if (quotes % 2 === 1) return null;
  let found: { from: number; lines: number } | null = null;
  for (let end = tail.length, lines = 0; end > 0 && lines < 6; ) {
    const from = tail.lastIndexOf(10, end - 2) + 1;
    if (start + from === 0 || (from === 0 && start > 0)) break;
    const line = tail.subarray(from, end).toString("utf8").trim();
    end = from;
    if (line === "") continue;
    const cells = splitRecords(line, delimiter, quote)[0]?.cells ?? [];
    const filled = cells.filter((cell) => cell.trim() !== "");
    if (filled.length === 0 && found) {
      found = { from: start + from, lines: found.lines };
      continue;
    }
    const isTotal =
      (totalWords.test(filled[0] ?? "") && filled.length <= Math.max(2, width / 2)) ||
      (filled.length === 2 && width > 3 && /^\d+$/.test(filled[0] ?? "") && totalWords.test(filled[1] ?? ""));
    const text = (cells[0] ?? "").trim();
    const isWhole =
      !line.includes(quote) || (line.startsWith(quote) && line.endsWith(quote) && line.split(quote).length === 3);
    const isNote = cells.length === 1 && width > 2 && isWhole && (/\s/.test(text) || !/[\p{L}\d]/u.test(text));
    if (!isTotal && !isNote) break;
    lines++;
    found = { from: start + from, lines };
  }
  return found;
}

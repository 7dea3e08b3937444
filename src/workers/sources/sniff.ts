import { closeSync, openSync, readSync, statSync, writeSync } from "node:fs";
import { AssayError } from "../../shared/base/errors.ts";

export interface Dialect {
  readonly delimiter: string;
  readonly quote: string;
  /** Lines before the header. */
  readonly preamble: number;
  readonly header: readonly string[];
  /** Lines at the end that are no rows: totals, notes. */
  readonly footer: readonly string[];
  /** Whether the sample shows any row below the header. */
  readonly hasRows: boolean;
}

export interface Sniffed {
  readonly dialect: Dialect;
  readonly encoding: string;
  readonly warnings: readonly string[];
  /** Writes the text as plain UTF-8 with commas where DuckDB could not read it as it lies; null where it can. */
  readonly rewritten: ((out: string) => void) | null;
}

const sampleBytes = 1 << 20;
const maxColumns = 20_000;
const maxLine = 16e6;
const delimiters = [",", ";", "\t", "|"] as const;

function readRange(path: string, from: number, bytes: number): Uint8Array {
  const buffer = new Uint8Array(bytes);
  const fd = openSync(path, "r");
  try {
    return buffer.subarray(0, readSync(fd, buffer, 0, bytes, from));
  } finally {
    closeSync(fd);
  }
}

/** Encoding from the byte-order mark, else UTF-8 where the sample is valid, else UTF-16 by its NULs, else Windows-1252. */
export function sniffEncoding(sample: Uint8Array): { encoding: string; bom: number } {
  if (sample[0] === 0xef && sample[1] === 0xbb && sample[2] === 0xbf) return { encoding: "utf-8", bom: 3 };
  if (sample[0] === 0xff && sample[1] === 0xfe) return { encoding: "utf-16le", bom: 2 };
  if (sample[0] === 0xfe && sample[1] === 0xff) return { encoding: "utf-16be", bom: 2 };
  const nulls = { even: 0, odd: 0 };
  for (let at = 0; at < Math.min(sample.length, 4096); at++) if (sample[at] === 0) nulls[at % 2 === 0 ? "even" : "odd"]++;
  const few = Math.min(sample.length, 4096) / 8;
  if (nulls.odd > few && nulls.even === 0) return { encoding: "utf-16le", bom: 0 };
  if (nulls.even > few && nulls.odd === 0) return { encoding: "utf-16be", bom: 0 };
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(sample, { stream: true });
    return { encoding: "utf-8", bom: 0 };
  } catch {
    return { encoding: "windows-1252", bom: 0 };
  }
}

/** Splits text into records, quotes respected; each with the number of physical lines that it spans. */
export function splitRecords(text: string, delimiter: string): { cells: string[]; lines: number }[] {
  const records: { cells: string[]; lines: number }[] = [];
  let cells: string[] = [];
  let cell = "";
  let quoted = false;
  let lines = 1;
  for (let at = 0; at < text.length; at++) {
    const letter = text[at] ?? "";
    if (quoted) {
      if (letter === '"' && text[at + 1] === '"') {
        cell += '"';
        at++;
      } else if (letter === '"') quoted = false;
      else {
        if (letter === "\n") lines++;
        cell += letter;
      }
    } else if (letter === '"' && cell.trim() === "") {
      quoted = true;
      cell = "";
    } else if (letter === delimiter) {
      cells.push(cell);
      cell = "";
    } else if (letter === "\n" || letter === "\r") {
      if (letter === "\r" && text[at + 1] === "\n") at++;
      cells.push(cell);
      records.push({ cells, lines });
      cells = [];
      cell = "";
      lines = 1;
    } else cell += letter;
  }
  if (cell !== "" || cells.length > 0) records.push({ cells: [...cells, cell], lines });
  return records;
}

interface Shape {
  readonly delimiter: string;
  readonly width: number;
  readonly agreement: number;
  readonly records: { cells: string[]; lines: number }[];
}

/** The delimiter under which most records have the same number of cells, more than one where possible. */
function chooseShape(text: string): Shape {
  const shapes = delimiters.map((delimiter): Shape => {
    const records = splitRecords(text, delimiter).filter(({ cells }) => cells.some((cell) => cell.trim() !== ""));
    const widths = new Map<number, number>();
    for (const { cells } of records) widths.set(cells.length, (widths.get(cells.length) ?? 0) + 1);
    const [width, n] = [...widths].reduce((best, one) => (one[0] > 1 && (one[1] > best[1] || best[0] <= 1) ? one : best), [1, 0] as [number, number]);
    return { delimiter, width, agreement: width > 1 ? n / Math.max(1, records.length) : 0, records };
  });
  return shapes.reduce((best, one) => (one.agreement > best.agreement + 0.02 || (Math.abs(one.agreement - best.agreement) <= 0.02 && one.width > best.width) ? one : best));
}

const spaced = (line: string) => line.trim().split(/[ \t]+/);

/** Columns parted by runs of blanks, as old statistical files have them: every line splits into the same number. */
function spacedWidth(text: string): number {
  const lines = text.split(/\r\n|\n|\r/).filter((line) => line.trim() !== "");
  const sample = lines.slice(0, 200);
  const width = spaced(sample[Math.min(1, sample.length - 1)] ?? "").length;
  return width > 1 && sample.length > 1 && sample.every((line) => spaced(line).length === width) ? width : 0;
}

function trimSample(text: string, isWhole: boolean): string {
  if (isWhole) return text;
  const end = text.lastIndexOf("\n");
  return end > 0 ? text.slice(0, end + 1) : text;
}

export function sniffDialect(path: string, label: string): Sniffed {
  const size = statSync(path).size;
  const sample = readRange(path, 0, Math.min(sampleBytes, size));
  const { encoding, bom } = sniffEncoding(sample);
  const isPlain = encoding !== "windows-1252" || !sample.includes(0);
  if (size === 0) return { dialect: noDialect, encoding: "utf-8", warnings: ["The file is empty."], rewritten: null };
  const text = trimSample(new TextDecoder(encoding).decode(sample.subarray(bom)), size <= sampleBytes);
  if (!isPlain || looksBinary(text)) throw new AssayError("bad_input", `${label} is no table: its bytes are not text.`, "Export it as CSV, Parquet or XLSX.");
  if (text.length > maxLine && !/[\r\n]/.test(text.slice(0, maxLine))) throw tooLong(label);
  if (size >= sampleBytes && !/[\r\n]/.test(text)) throw tooLong(label);
  const shape = chooseShape(text);
  const blanks = shape.agreement < 0.5 ? spacedWidth(text) : 0;
  if (blanks > 0) return spacedFile(path, text, { encoding, bom });
  const warnings: string[] = [];
  const records = shape.width > 1 ? shape.records : splitRecords(text, ",").filter(({ cells }) => cells.some((cell) => cell.trim() !== ""));
  const width = shape.width;
  if (width > maxColumns) throw new AssayError("bad_input", `${label} has ${width} columns.`, `At most ${maxColumns} can be read.`);
  const headerAt = Math.max(0, records.findIndex(({ cells }) => cells.length === width && cells.filter((cell) => cell.trim() !== "").length >= Math.ceil(width / 2)));
  const preamble = records.slice(0, headerAt).reduce((lines, record) => lines + record.lines, 0) + leadingBlankLines(text);
  if (headerAt > 0) warnings.push(`${headerAt} lines before the header are no rows.`);
  const header = uniqueNames((records[headerAt]?.cells ?? []).map((cell) => cell.trim()), warnings);
  const footer = footerLines(path, { encoding, width, delimiter: shape.delimiter, size });
  if (footer.length > 0) warnings.push(`${footer.length} lines at the end are no rows.`);
  const dialect: Dialect = { delimiter: width > 1 ? shape.delimiter : ",", quote: '"', preamble, header, footer, hasRows: records.length - headerAt - 1 - footer.length > 0 };
  const rewritten = encoding === "utf-8" && bom === 0 && !text.includes("\r") ? null : (out: string) => transcode(path, out, encoding, bom);
  return { dialect, encoding, warnings, rewritten };
}

const noDialect: Dialect = { delimiter: ",", quote: '"', preamble: 0, header: [], footer: [], hasRows: false };

function tooLong(label: string): AssayError {
  return new AssayError("bad_input", `${label} has a line of over ${maxLine / 1e6} MB or no line ends at all.`, "Export it as CSV with one row a line.");
}

function looksBinary(text: string): boolean {
  const head = text.slice(0, 20_000);
  let odd = 0;
  for (let at = 0; at < head.length; at++) {
    const code = head.charCodeAt(at);
    if (code === 0xfffd || code === 0 || (code < 32 && code !== 9 && code !== 10 && code !== 13) || (code >= 0x80 && code <= 0x9f)) odd++;
  }
  return odd > head.length / 50;
}

function leadingBlankLines(text: string): number {
  const lines = text.split(/\r\n|\n|\r/);
  const first = lines.findIndex((line) => line.trim() !== "");
  return Math.max(0, first);
}

/** Header names, made different where they repeat. */
function uniqueNames(names: readonly string[], warnings: string[]): string[] {
  const used = new Map<string, number>();
  return names.map((name, at) => {
    const base = name === "" ? `column_${at + 1}` : name;
    const n = (used.get(base.toLowerCase()) ?? 0) + 1;
    used.set(base.toLowerCase(), n);
    if (n > 1) warnings.push(`The header repeats ${base}; the ${n}. is called ${base}_${n}.`);
    return n > 1 ? `${base}_${n}` : base;
  });
}

const footerWords = /^\W*(grand\s+total|sub-?total|totals?|sum|summe|gesamt|insgesamt|count|rows?|records?|end\s+of|\d+\s+(rows|records))\b/i;

/** Lines at the very end that are narrower than rows, or begin as totals do. */
function footerLines(path: string, options: { encoding: string; width: number; delimiter: string; size: number }): string[] {
  const { encoding, width, delimiter, size } = options;
  if (width < 2 || encoding.startsWith("utf-16")) return [];
  const tail = readRange(path, Math.max(0, size - 65_536), 65_536);
  const text = new TextDecoder(encoding).decode(tail);
  if ((text.match(/"/g)?.length ?? 0) % 2 === 1 && size > 65_536) return [];
  const lines = text.split(/\r\n|\n|\r/);
  const found: string[] = [];
  for (let at = lines.length - 1; at > 1 && found.length < 6; at--) {
    const line = lines[at] ?? "";
    if (line.trim() === "") continue;
    const cells = splitRecords(line, delimiter)[0]?.cells ?? [];
    const filled = cells.filter((cell) => cell.trim() !== "");
    const isTotal = footerWords.test(filled[0] ?? "") && filled.length <= Math.max(2, width / 2);
    const isNote = cells.length === 1 && width > 2 && !line.includes('"');
    if (!isTotal && !isNote) break;
    found.unshift(line);
  }
  return found;
}

function transcode(path: string, out: string, encoding: string, bom: number): void {
  const decoder = new TextDecoder(encoding);
  const from = openSync(path, "r");
  const to = openSync(out, "w");
  const buffer = new Uint8Array(1 << 20);
  let carry = "";
  try {
    for (let position = bom; ; ) {
      const n = readSync(from, buffer, 0, buffer.length, position);
      position += n;
      let text = carry + decoder.decode(buffer.subarray(0, n), { stream: n > 0 });
      carry = n > 0 && text.endsWith("\r") ? "\r" : "";
      if (carry) text = text.slice(0, -1);
      writeSync(to, text.replaceAll("\r\n", "\n").replaceAll("\r", "\n"));
      if (n === 0) return;
    }
  } finally {
    closeSync(from);
    closeSync(to);
  }
}

function spacedFile(path: string, sample: string, { encoding, bom }: { encoding: string; bom: number }): Sniffed {
  const lines = sample.split(/\r\n|\n|\r/);
  const header = spaced(lines.find((line) => line.trim() !== "") ?? "");
  const dialect: Dialect = { delimiter: ",", quote: '"', preamble: 0, header, footer: [], hasRows: lines.filter((line) => line.trim() !== "").length > 1 };
  const rewritten = (out: string) => {
    const decoder = new TextDecoder(encoding);
    const from = openSync(path, "r");
    const to = openSync(out, "w");
    const buffer = new Uint8Array(1 << 20);
    let rest = "";
    try {
      for (let position = bom; ; ) {
        const n = readSync(from, buffer, 0, buffer.length, position);
        position += n;
        const text = rest + decoder.decode(buffer.subarray(0, n), { stream: n > 0 });
        const parts = text.split(/\r\n|\n|\r/);
        rest = n > 0 ? (parts.pop() ?? "") : "";
        const written = parts.filter((line) => line.trim() !== "").map((line) => spaced(line).map(cellInCsv).join(","));
        if (written.length > 0) writeSync(to, `${written.join("\n")}\n`);
        if (n === 0) return;
      }
    } finally {
      closeSync(from);
      closeSync(to);
    }
  };
  return { dialect, encoding, warnings: [], rewritten };
}

function cellInCsv(text: string): string {
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

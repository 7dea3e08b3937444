import { createReadStream, createWriteStream, existsSync, openSync, readSync, closeSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { randomUUID } from "node:crypto";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { readSheet } from "read-excel-file/node";
import { AssayError } from "../../shared/base/errors.ts";
import { type Dialect, sniffDialect } from "./sniff.ts";

export type FileFormat = "delimited" | "parquet" | "excel";

/** A file made ready for DuckDB: plain UTF-8 text with a known dialect, or Parquet. */
export interface Prepared {
  readonly format: FileFormat;
  readonly compression: "gzip" | "zstd" | null;
  readonly path: string;
  readonly dialect: Dialect | null;
  readonly encoding: string | null;
  readonly warnings: readonly string[];
  /** Cells carried their own types, written here as ISO dates and plain decimals. */
  readonly isTyped: boolean;
}

const maxPlainBytes = 64e9;
const bombRatio = 200;
const bombBytes = 1e9;

export async function prepareFile(path: string, scratch: string, signal: AbortSignal, name = path): Promise<Prepared> {
  const label = basename(name);
  if (!existsSync(path)) throw new AssayError("not_found", `${name} is not there.`, "Check the path.");
  if (!statSync(path).isFile()) throw new AssayError("bad_input", `${name} is no file.`, "Name a file.");
  const head = readHead(path, 8);
  if (head[0] === 0x1f && head[1] === 0x8b) return unpack(path, { scratch, signal, label, compression: "gzip", name });
  if (head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd) {
    return unpack(path, { scratch, signal, label, compression: "zstd", name });
  }
  const extension = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? "";
  if (String.fromCharCode(...head.subarray(0, 4)) === "PAR1") {
    return { format: "parquet", compression: null, path, dialect: null, encoding: null, warnings: [], isTyped: true };
  }
  if (head[0] === 0x50 && head[1] === 0x4b && head[2] === 3 && head[3] === 4) return readWorkbook(path, scratch, label);
  if (extension === "parquet" || extension === "xlsx") {
    throw new AssayError("bad_input", `${label} is called .${extension} but is none.`, "Export it again; the file is damaged or misnamed.");
  }
  const packing = /\.(gz|zst|zstd)$/i.exec(name)?.[1];
  if (packing) {
    throw new AssayError("bad_input", `${label} is called .${packing} but is not compressed so.`, "Export it again, or rename it.");
  }
  return prepareText(path, scratch, label);
}

function readHead(path: string, bytes: number): Uint8Array {
  const buffer = new Uint8Array(bytes);
  const fd = openSync(path, "r");
  try {
    return buffer.subarray(0, readSync(fd, buffer));
  } finally {
    closeSync(fd);
  }
}

interface Unpacking {
  readonly scratch: string;
  readonly signal: AbortSignal;
  readonly label: string;
  readonly compression: "gzip" | "zstd";
  readonly name: string;
}

async function unpack(path: string, { scratch, signal, label, compression, name }: Unpacking): Promise<Prepared> {
  const out = join(scratch, `plain-${randomUUID()}`);
  const packed = statSync(path).size;
  let plain = 0;
  const guard = new Transform({
    transform(chunk: Buffer, _, done) {
      plain += chunk.length;
      const isBomb = plain > maxPlainBytes || (plain > bombBytes && plain > packed * bombRatio);
      done(isBomb ? new AssayError("bad_input", `${label} unpacks to far more than it holds.`, "Deliver it in parts.") : null, chunk);
    },
  });
  try {
    const decompress = compression === "gzip" ? createGunzip() : createZstdDecompress();
    await pipeline(createReadStream(path), decompress, guard, createWriteStream(out), { signal });
  } catch (error) {
    if (error instanceof AssayError) throw error;
    if (error instanceof Error && error.name === "AbortError") throw error;
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code === "ENOSPC") throw new AssayError("unavailable", `No space to unpack ${label} in ${scratch}.`, "Free space there and try again.");
    throw new AssayError("bad_input", `${label} can't be unpacked: it is cut short or damaged (${code || "broken"}).`, "Deliver it again.");
  }
  const inner = await prepareFile(out, scratch, signal, name.replace(/\.(gz|zst|zstd)$/i, ""));
  return { ...inner, compression };
}

/** Sheets of a workbook: the first with rows, written as CSV with ISO dates and plain numbers. */
async function readWorkbook(path: string, scratch: string, label: string): Promise<Prepared> {
  let rows: readonly (readonly unknown[])[];
  try {
    rows = (await readSheet(path)) as unknown as readonly (readonly unknown[])[];
  } catch {
    throw new AssayError("bad_input", `${label} is no workbook that can be read.`, "Save it again as .xlsx, or export CSV.");
  }
  const out = join(scratch, `sheet-${randomUUID()}.csv`);
  const filled = rows.filter((row) => row.some((cell) => cell !== null && cell !== ""));
  const width = filled.reduce((most, row) => Math.max(most, row.length), 0);
  const lines = filled.map((row) => Array.from({ length: width }, (_, at) => quote(cellText(row[at]))).join(","));
  writeFileSync(out, `${lines.join("\n")}${lines.length > 0 ? "\n" : ""}`);
  const prepared = prepareText(out, scratch, label);
  return { ...prepared, format: "excel", encoding: null, isTyped: true };
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

function quote(text: string): string {
  return /[",\r\n]/.test(text) || text.trim() !== text ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Text in any of the usual encodings: sniffed, and transcoded where it isn't UTF-8 already. */
function prepareText(path: string, scratch: string, label: string): Prepared {
  const sniffed = sniffDialect(path, label);
  if (sniffed.rewritten === null) {
    return { format: "delimited", compression: null, path, dialect: sniffed.dialect, encoding: sniffed.encoding, warnings: sniffed.warnings, isTyped: false };
  }
  const out = join(scratch, `text-${randomUUID()}.csv`);
  sniffed.rewritten(out);
  return { format: "delimited", compression: null, path: out, dialect: sniffed.dialect, encoding: sniffed.encoding, warnings: sniffed.warnings, isTyped: false };
}

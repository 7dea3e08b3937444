import { randomUUID } from "node:crypto";
import { createReadStream, createWriteStream, existsSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { AssayError } from "../../shared/base/errors.ts";
import { encodingOf, readRange, writeAsUtf8 } from "./encoding.ts";
import { looksLikeJson, placeOfRecords } from "./json-place.ts";
import type { JsonPlace } from "./json-records.ts";
import { type Dialect, sniffDialect } from "./sniff.ts";
import { writeSheet } from "./workbook.ts";

export type FileFormat = "delimited" | "parquet" | "excel" | "json" | "ndjson";

/** A file made ready for DuckDB: plain UTF-8 text with a known dialect, or Parquet. */
export interface Prepared {
  readonly format: FileFormat;
  readonly compression: "gzip" | "zstd" | null;
  readonly path: string;
  readonly dialect: Dialect | null;
  /** Where the records of JSON lie. */
  readonly json?: JsonPlace;
  readonly encoding: string | null;
  readonly warnings: readonly string[];
  /** Cells carried their own types, written here as ISO dates and plain decimals. */
  readonly isTyped: boolean;
  /** Every byte of the text is valid UTF-8; bytes of its byte-order mark. */
  readonly isClean: boolean;
  readonly bom: number;
}

const maxPlainBytes = 64e9;
const bombRatio = 200;
const bombBytes = 1e9;

export async function prepareFile(path: string, scratch: string, signal: AbortSignal, name = path): Promise<Prepared> {
  const label = basename(name);
  if (!existsSync(path)) throw new AssayError("not_found", `${name} is not there.`, "Check the path.");
  if (!statSync(path).isFile()) throw new AssayError("bad_input", `${name} is no file.`, "Name a file.");
  const head = readRange(path, 0, 8);
  if (head[0] === 0x1f && head[1] === 0x8b) return unpack(path, { scratch, signal, label, compression: "gzip", name });
  if (head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd) {
    return unpack(path, { scratch, signal, label, compression: "zstd", name });
  }
  const extension = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? "";
  if (String.fromCharCode(...head.subarray(0, 4)) === "PAR1") {
    return {
      format: "parquet",
      compression: null,
      path,
      dialect: null,
      encoding: null,
      warnings: [],
      isTyped: true,
      isClean: true,
      bom: 0,
    };
  }
  if (head[0] === 0x50 && head[1] === 0x4b && head[2] === 3 && head[3] === 4)
    return prepareWorkbook(path, scratch, label);
  if (extension === "parquet" || extension === "xlsx") {
    throw new AssayError(
      "bad_input",
      `${label} is called .${extension} but is none.`,
      "Export it again; the file is damaged or misnamed.",
    );
  }
  const packing = /\.(gz|zst|zstd)$/i.exec(name)?.[1];
  if (packing) {
    throw new AssayError(
      "bad_input",
      `${label} is called .${packing} but is not compressed so.`,
      "Export it again, or rename it.",
    );
  }
  return prepareText(path, scratch, { label, extension });
}

/** Whether a file unpacks to more than any real one would; both in bytes. */
export function isBomb(packed: number, plain: number): boolean {
  return plain > maxPlainBytes || (plain > bombBytes && plain > packed * bombRatio);
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
      done(
        isBomb(packed, plain)
          ? new AssayError("bad_input", `${label} unpacks to far more than it holds.`, "Deliver it in parts.")
          : null,
        chunk,
      );
    },
  });
  try {
    const decompress = compression === "gzip" ? createGunzip() : createZstdDecompress();
    await pipeline(createReadStream(path), decompress, guard, createWriteStream(out), { signal });
  } catch (error) {
    if (error instanceof AssayError) throw error;
    if (error instanceof Error && error.name === "AbortError") throw error;
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code === "ENOSPC")
      throw new AssayError(
        "unavailable",
        `No space to unpack ${label} in ${scratch}.`,
        "Free space there and try again.",
      );
    throw new AssayError(
      "bad_input",
      `${label} can't be unpacked: it is cut short or damaged (${code || "broken"}).`,
      "Deliver it again.",
    );
  }
  const inner = await prepareFile(out, scratch, signal, name.replace(/\.(gz|zst|zstd)$/i, ""));
  return { ...inner, compression };
}

async function prepareWorkbook(path: string, scratch: string, label: string): Promise<Prepared> {
  const sheet = await writeSheet(path, scratch, label);
  const { dialect, warnings } = sniffDialect(sheet.path, label, { delimiter: "," });
  return {
    format: "excel",
    compression: null,
    path: sheet.path,
    dialect,
    encoding: null,
    warnings: [...sheet.warnings, ...warnings],
    isTyped: true,
    isClean: true,
    bom: 0,
  };
}

/** Text in any of the usual encodings: sniffed, and written as UTF-8 where it isn't that already. */
function prepareText(
  path: string,
  scratch: string,
  { label, extension }: { label: string; extension: string },
): Prepared {
  const encoding = encodingOf(path);
  const head = readRange(path, 0, 1 << 20);
  if (encoding.encoding === "windows-1252" && head.includes(0)) {
    throw new AssayError(
      "bad_input",
      `${label} is no table: its bytes are not text.`,
      "Export it as CSV, Parquet or XLSX.",
    );
  }
  const hasLoneReturns =
    encoding.encoding !== "utf-16le" && encoding.encoding !== "utf-16be" && head.includes(13) && !head.includes(10);
  const isReady = encoding.encoding === "utf-8" && !hasLoneReturns;
  const plain = isReady ? path : join(scratch, `text-${randomUUID()}.csv`);
  if (!isReady) writeAsUtf8(path, plain, encoding, hasLoneReturns);
  const bom = isReady ? encoding.bom : 0;
  const start = readRange(plain, bom, 1 << 20).toString("utf8");
  if (looksLikeJson(start)) {
    const json = placeOfRecords(plain, start, { bom, label, extension });
    return {
      format: json.form === "lines" ? "ndjson" : "json",
      ...{ compression: null, path: plain, dialect: null, json, encoding: encoding.encoding, warnings: [] },
      ...{ isTyped: false, isClean: encoding.isClean, bom },
    };
  }
  const { dialect, warnings } = sniffDialect(plain, label);
  const { isClean } = encoding;
  return {
    format: "delimited",
    compression: null,
    path: plain,
    dialect,
    encoding: encoding.encoding,
    warnings,
    isTyped: false,
    isClean,
    bom,
  };
}

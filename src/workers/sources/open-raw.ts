import type { Session } from "../engine/duckdb.ts";
import { packingsOf, unpackItems } from "./packed-items.ts";
import type { ParquetHeader } from "./parquet-file.ts";
import { type Prepared, prepareFile } from "./prepare.ts";
import { type RawTable, readRaw } from "./raw.ts";
import { readJson } from "./read-json.ts";
import { withFolder } from "./scratch-folder.ts";
import { isShopifyOrders, isShopifyProducts, reshapeShopifyOrders, reshapeShopifyProducts } from "./shopify.ts";

export interface OpenedFile {
  readonly prepared: Prepared;
  readonly raw: RawTable;
}

export interface OpenOptions {
  readonly scratch: string;
  readonly signal: AbortSignal;
  /** What the file is called where its path doesn't say. */
  readonly name?: string;
  /** Leaves rows as they lie in the file. */
  readonly asItLies?: boolean;
  /** Leaves it to `completeRaw` to complete a platform's rows. */
  readonly isCompletedLater?: boolean;
  /** Rows from which on those of a Parquet file that nothing completes may be left in it. */
  readonly leftFrom?: number;
}

/** Opens a file of any format as a raw table, with a platform's rows completed. What it was unpacked to is gone afterwards. */
export async function openRaw(session: Session, path: string, options: OpenOptions): Promise<OpenedFile> {
  const name = options.name ?? path;
  const label = name.split(/[\\/]/).at(-1) ?? name;
  return withFolder(options.scratch, async (scratch) => {
    const prepared = await prepareFile(path, scratch, options.signal, name);
    const { signal, leftFrom = Number.POSITIVE_INFINITY } = options;
    const isLeft = (file: ParquetHeader) => file.rows >= leftFrom && !isCompleted(file.columns.map(({ name }) => name));
    const reading = { label, scratch, signal, isLeft, keepsText: options.asItLies ?? false };
    const raw = prepared.json
      ? await readJson(session, { path: prepared.path, place: prepared.json }, reading)
      : await readRaw(session, prepared, reading);
    return { prepared, raw: options.asItLies || options.isCompletedLater ? raw : await completeRaw(session, raw) };
  });
}

function isCompleted(columns: readonly string[]): boolean {
  return isShopifyOrders(columns) || isShopifyProducts(columns) || packingsOf(columns).length > 0;
}

/** Whether rows are completed from others of their file and from nothing else: files of a stack may be completed at once. */
export function isCompletedByRows({ columns }: RawTable): boolean {
  return isShopifyOrders(columns) || isShopifyProducts(columns);
}

/** Completes rows that a platform leaves to those before them, and parts items that lie in one cell. */
export async function completeRaw(session: Session, raw: RawTable): Promise<RawTable> {
  if (isShopifyOrders(raw.columns)) return reshapeShopifyOrders(session, raw);
  if (isShopifyProducts(raw.columns)) return reshapeShopifyProducts(session, raw);
  const packings = packingsOf(raw.columns);
  return packings.length > 0 ? unpackItems(session, raw, packings) : raw;
}

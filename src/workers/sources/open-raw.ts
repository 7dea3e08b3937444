import type { Session } from "../engine/duckdb.ts";
import { type Prepared, prepareFile } from "./prepare.ts";
import { type RawTable, readRaw } from "./raw.ts";
import { isShopifyOrders, reshapeShopifyOrders } from "./shopify.ts";

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
}

/** Opens a file of any format as a raw table, with a platform's rows completed. */
export async function openRaw(session: Session, path: string, options: OpenOptions): Promise<OpenedFile> {
  const name = options.name ?? path;
  const prepared = await prepareFile(path, options.scratch, options.signal, name);
  const label = name.split(/[\\/]/).at(-1) ?? name;
  const raw = await readRaw(session, prepared, { label, scratch: options.scratch, signal: options.signal });
  const isShopify = !options.asItLies && isShopifyOrders(raw.columns);
  return { prepared, raw: isShopify ? await reshapeShopifyOrders(session, raw) : raw };
}

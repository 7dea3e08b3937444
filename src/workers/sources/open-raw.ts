import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
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

/** Opens a file of any format as a raw table, with a platform's rows completed. What it was unpacked to is gone afterwards. */
export async function openRaw(session: Session, path: string, options: OpenOptions): Promise<OpenedFile> {
  const name = options.name ?? path;
  const label = name.split(/[\\/]/).at(-1) ?? name;
  return withFolder(options.scratch, async (scratch) => {
    const prepared = await prepareFile(path, scratch, options.signal, name);
    const raw = await readRaw(session, prepared, { label, scratch, signal: options.signal });
    const isShopify = !options.asItLies && isShopifyOrders(raw.columns);
    return { prepared, raw: isShopify ? await reshapeShopifyOrders(session, raw) : raw };
  });
}

/** Lends a folder in the scratch folder for the length of a body. */
export async function withFolder<T>(scratch: string, body: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(scratch, "file-"));
  try {
    return await body(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

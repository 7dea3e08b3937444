import type { AssayClient } from "./connect.ts";
import { download } from "./save-export.ts";

interface Query {
  readonly brand: string;
  readonly sql: string;
  readonly format: "csv" | "parquet";
}

/** Writes all rows of a statement: on the desktop where the system's dialog says (null where it is closed), in the browser as
 *  a download. */
export async function saveQuery(
  client: AssayClient,
  query: Query,
  signal: AbortSignal,
): Promise<{ path: string; rows: number } | null> {
  const out = window.assay ? await window.assay.chooseSavePath(`query.${query.format}`) : undefined;
  if (out === null) return null;
  const written = await client.stream("sql.export", { ...query, ...(out ? { out } : {}) }, { signal });
  if (!out) download(written.path);
  return written;
}

import { AssayError } from "../../shared/base/errors.ts";
import type { Session } from "../engine/duckdb.ts";
import { literal, parquet } from "../engine/sql.ts";

export interface ParquetHeader {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: number;
}

/** What the end of a Parquet file says of it; none of its rows is read. label: what messages call it. */
export async function describeParquet(session: Session, path: string, label: string): Promise<ParquetHeader> {
  try {
    const columns = await session.describe(`SELECT * FROM ${parquet([path])}`);
    const rows = await session.value(`SELECT coalesce(sum(num_rows), 0) FROM parquet_file_metadata(${literal(path)})`);
    return { columns, rows: Number(rows) };
  } catch (error) {
    throw unreadable(error, label);
  }
}

/** Whether a file can't be blamed for it. */
export function isNoFault(error: unknown): boolean {
  return !(error instanceof AssayError) || error.code === "cancelled" || /Out of Memory|space/i.test(error.message);
}

/** What to say of a Parquet file that couldn't be read. */
export function unreadable(error: unknown, label: string): unknown {
  if (error instanceof AssayError && isNoFault(error)) return error;
  return new AssayError(
    "bad_input",
    `${label} is no Parquet file that can be read.`,
    "It is damaged or cut short: export it again.",
  );
}

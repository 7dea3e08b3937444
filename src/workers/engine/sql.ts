import { AssayError } from "../../shared/base/errors.ts";

/** An identifier in double quotes. */
export function ident(name: string): string {
  if (name.includes("\0")) throw new AssayError("bad_input", "A column's name holds a NUL.", "Rename the column.");
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text literal in single quotes. */
export function literal(text: string): string {
  if (text.includes("\0")) throw new AssayError("bad_input", "A text holds a NUL.", "Remove it.");
  return `'${text.replaceAll("'", "''")}'`;
}

/** SQL of whether a text is one of some; NULL or false where it isn't. DuckDB would make a join of IN, whose rows come in no order. */
export function isOneOf(text: string, words: readonly string[]): string {
  return `list_contains([${words.map(literal).join(", ")}], ${text})`;
}

/** `['a', 'b']`: a list of paths. */
export function fileList(paths: readonly string[]): string {
  return `[${paths.map(literal).join(", ")}]`;
}

/** The rows of exactly these Parquet files; `more` are further options of `read_parquet`. DuckDB would take a folder above them
 *  whose name is like `country=GB` or `bucket=0` for a column of each row, in place of the file's own. */
export function parquet(paths: readonly string[], more: readonly string[] = []): string {
  return `read_parquet(${[fileList(paths), "hive_partitioning = false", ...more].join(", ")})`;
}

/** Rows of the customers of a range of ids, whose files are in order of them. */
export function idsSql(relation: string, { from, to }: { from?: string | undefined; to?: string | undefined }): string {
  const ends = [from && `customer_id >= ${literal(from)}`, to && `customer_id < ${literal(to)}`].filter(Boolean);
  return ends.length > 0 ? `(SELECT * FROM ${relation} WHERE ${ends.join(" AND ")})` : relation;
}

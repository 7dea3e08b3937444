import { type LakeTable, lakeColumns } from "../../shared/domain/lake.ts";
import { ident } from "../engine/sql.ts";

/** SQL of whether a row has no name: a column of its table's key is empty, or the table has no key. */
export function isUnnamedSql({ key }: LakeTable): string {
  return key.length === 0 ? "true" : `(${key.map((name) => `${ident(name)} IS NULL`).join(" OR ")})`;
}

/** SQL of what a row is called where it has a name, else NULL; the same at every source of a key space. */
export function rowKeySql(table: LakeTable): string {
  if (table.key.length === 0) return "CAST(NULL AS VARCHAR)";
  const parts = table.key.map((name) => `CAST(${ident(name)} AS VARCHAR)`);
  return `CASE WHEN NOT ${isUnnamedSql(table)} THEN concat_ws(chr(31), key_space, ${parts.join(", ")}) END`;
}

/** SQL of the order in which a table's rows lie: by name, and those without one by where they came from. */
export function rowOrderSql(table: LakeTable): string {
  const whence = ["source", "batch_id", "file_number", "source_row"];
  const known = new Set(lakeColumns(table).map(({ name }) => name));
  return [...table.key.map(ident), ...whence.filter((name) => known.has(name))].join(", ");
}

/** SQL of a number that rows of one name share. */
export function nameMarkSql({ key }: LakeTable): string {
  return `hash(${["key_space", ...key.map(ident)].join(", ")})`;
}

import type { LakeTable } from "../../shared/domain/lake.ts";
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

/** SQL of a number that rows of one name share. */
export function nameMarkSql({ key }: LakeTable): string {
  return `hash(${["key_space", ...key.map(ident)].join(", ")})`;
}

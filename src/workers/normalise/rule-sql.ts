import { AssayError } from "../../shared/base/errors.ts";
import { literal } from "../engine/sql.ts";
import { type RawTable, rawColumn, trimmedSql } from "../sources/raw.ts";
import type { ColumnRule } from "./mapping.ts";

/** A raw column's trimmed text; null where the file has no such column. */
export function columnSql(raw: RawTable, name: string): string | null {
  const at = raw.columns.findIndex((column) => column.trim().toLowerCase() === name.trim().toLowerCase());
  return at < 0 ? null : `${trimmedSql(rawColumn(at))}`;
}

/** The text that a mapping's rule gives for a row. */
export function ruleSql(raw: RawTable, rule: ColumnRule): string | null {
  const named = (names: readonly string[]) => names.flatMap((name) => columnSql(raw, name) ?? []);
  if (typeof rule === "string") return columnSql(raw, rule);
  if ("value" in rule) return literal(String(rule.value));
  if ("column" in rule) return columnSql(raw, rule.column);
  if ("coalesce" in rule) {
    const parts = named(rule.coalesce);
    return parts.length > 0 ? `coalesce(${parts.join(", ")})` : null;
  }
  if ("concat" in rule) {
    const parts = named(rule.concat);
    return parts.length > 0 ? `nullif(concat_ws(${literal(rule.separator ?? " ")}, ${parts.join(", ")}), '')` : null;
  }
  if ("split" in rule) {
    const column = columnSql(raw, rule.split);
    return column && `${trimmedSql(`split_part(${column}, ${literal(rule.by)}, ${Math.trunc(rule.part)})`)}`;
  }
  const column = columnSql(raw, rule.map);
  const cases = Object.entries(rule.values).map(
    ([from, to]) => `WHEN ${literal(from.toLowerCase())} THEN ${literal(to)}`,
  );
  return (
    column &&
    `CASE lower(${column}) ${cases.join(" ")} ELSE ${rule.otherwise === undefined ? "NULL" : literal(rule.otherwise)} END`
  );
}

const condition = /^\s*(.+?)\s*(!=|<>|=|\bis\s+not\s+null\b|\bis\s+null\b)\s*(?:'((?:[^']|'')*)'|(-?[\d.]+))?\s*$/i;

/** A mapping's `where`, of a small safe form. */
export function whereSql(raw: RawTable, where: string): string {
  const parts = where.split(/\s+and\s+/i).map((text) => {
    const found = condition.exec(text);
    const column = found && columnSql(raw, (found[1] ?? "").replaceAll('"', ""));
    if (!found || !column) {
      throw new AssayError(
        "bad_input",
        `The mapping's where “${where}” can't be used.`,
        "Write Column = 'value', Column != 'value' or Column is not null, joined by and.",
      );
    }
    const operator = (found[2] ?? "").toLowerCase().replaceAll(/\s+/g, " ");
    if (operator.startsWith("is")) return `${column} ${operator.toUpperCase()}`;
    const value = literal((found[3] ?? found[4] ?? "").replaceAll("''", "'"));
    return operator === "=" ? `${column} = ${value}` : `${column} IS DISTINCT FROM ${value}`;
  });
  return parts.join(" AND ");
}

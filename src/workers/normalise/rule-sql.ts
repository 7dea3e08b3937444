import { AssayError } from "../../shared/base/errors.ts";
import type { ColumnRule } from "../../shared/domain/mapping.ts";
import { isOneOf, literal } from "../engine/sql.ts";
import { type RawTable, rawColumn, trimmedSql } from "../sources/raw.ts";
import { withoutNothing, withoutWords } from "./dictionaries.ts";

/** A raw column's trimmed text; null where the file has no such column. */
export function columnSql(raw: RawTable, name: string): string | null {
  const at = raw.columns.findIndex((column) => column.trim().toLowerCase() === name.trim().toLowerCase());
  if (at < 0) return null;
  return raw.isTight || raw.natives?.has(at) ? rawColumn(at) : trimmedSql(rawColumn(at));
}

/** The text that a mapping's rule gives for a row. */
export function ruleSql(raw: RawTable, rule: ColumnRule): string | null {
  const named = (names: readonly string[]) => names.flatMap((name) => columnSql(raw, name) ?? []);
  if (typeof rule === "string") return columnSql(raw, rule);
  if ("value" in rule) return literal(String(rule.value));
  if ("column" in rule) return withoutSql(columnSql(raw, rule.column), rule.nothing);
  if ("columns" in rule) return textsSql(raw, rule.columns);
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

/** A text, but NULL where it only stands for nothing. */
function withoutSql(text: string | null, nothing: readonly string[] | undefined): string | null {
  return text && nothing && nothing.length > 0
    ? withoutWords(
        text,
        nothing.map((word) => word.toLowerCase()),
      )
    : text;
}

/** Texts of the columns that a rule adds to its own or takes off; of one that translates, the text that it has a word for or not. */
export function partsSql(raw: RawTable, rule: ColumnRule): { sql: string; sign: 1 | -1 }[] {
  if (typeof rule === "object" && "map" in rule && rule.otherwise === undefined) {
    const written = columnSql(raw, rule.map);
    return written === null ? [] : [{ sql: written, sign: 1 }];
  }
  if (typeof rule === "string" || !("column" in rule)) return [];
  const signed = (names: readonly string[] | undefined, sign: 1 | -1) =>
    (names ?? []).flatMap((name) => {
      const sql = columnSql(raw, name);
      return sql === null ? [] : [{ sql, sign }];
    });
  return [...signed(rule.plus, 1), ...signed(rule.less, -1)];
}

/** Names and texts of columns, as JSON; NULL where none of them is filled. */
function textsSql(raw: RawTable, names: readonly string[]): string | null {
  const found = names.flatMap((name) => {
    const column = columnSql(raw, name);
    return column ? [{ name, column }] : [];
  });
  if (found.length === 0) return null;
  const pairs = found.map(
    ({ name, column }) => `CASE WHEN ${column} IS NOT NULL THEN {'k': ${literal(name)}, 'v': ${column}} END`,
  );
  return `CASE WHEN coalesce(${found.map(({ column }) => column).join(", ")}) IS NOT NULL THEN CAST(to_json(map_from_entries(list_filter([${pairs.join(", ")}], x -> x IS NOT NULL))) AS VARCHAR) END`;
}

const listed = /^\s*(.+?)\s+(not\s+)?in\s*\(((?:\s*'(?:[^']|'')*'\s*,?)+)\)\s*$/i;
const condition = /^\s*(.+?)\s*(!=|<>|=|\bis\s+not\s+null\b|\bis\s+null\b)\s*(?:'((?:[^']|'')*)'|(-?[\d.]+))?\s*$/i;

/** A mapping's `where`, of a small safe form. */
export function whereSql(raw: RawTable, where: string): string {
  const parts = where.match(/(?:'(?:[^']|'')*'|(?!\s+and\s)[^'])+/gi) ?? [];
  return parts.map((part) => conditionSql(raw, part.replace(/^\s*and\s+/i, ""), where)).join(" AND ");
}

function conditionSql(raw: RawTable, text: string, where: string): string {
  const within = listed.exec(text);
  const found = within ?? condition.exec(text);
  const name = (found?.[1] ?? "").replaceAll('"', "");
  const column = found && columnSql(raw, name);
  if (found && !column) {
    const near = raw.columns.slice(0, 40).join(", ");
    throw new AssayError(
      "bad_input",
      `The mapping's where “${where}” asks for a column ${name}, which the file doesn't have.`,
      `It has ${near}${raw.columns.length > 40 ? " and more" : ""}. Where only some files have it, give the table a \`file\`.`,
    );
  }
  if (!found || !column) {
    throw new AssayError(
      "bad_input",
      `The mapping's where “${where}” can't be used.`,
      "Write Column = 'value', Column != 'value', Column in ('value', …) or Column is not null, joined by and.",
    );
  }
  if (within) {
    const values = (within[3] ?? "").match(/'(?:[^']|'')*'/g) ?? [];
    const isListed = isOneOf(
      column,
      values.map((value) => value.slice(1, -1).replaceAll("''", "'")),
    );
    return within[2] ? `(${column} IS NULL OR NOT ${isListed})` : isListed;
  }
  const operator = (found[2] ?? "").toLowerCase().replaceAll(/\s+/g, " ");
  if (operator.startsWith("is")) return `(${withoutNothing(column)}) ${operator.toUpperCase()}`;
  const value = literal((found[3] ?? found[4] ?? "").replaceAll("''", "'"));
  return operator === "=" ? `${column} = ${value}` : `${column} IS DISTINCT FROM ${value}`;
}

import type { ColumnType } from "../../shared/domain/column.ts";

/** How a column is held in memory. */
type Kind = "number" | "text" | "list";

export function kindOf(type: string): Kind {
  if (type.endsWith("[]")) return "list";
  return /^(BOOLEAN|TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT|U\w*INT\w*|DOUBLE|FLOAT|DECIMAL.*|DATE)$/.test(type)
    ? "number"
    : "text";
}

/** SQL that brings a column of DuckDB into the form in which it is held in memory. */
export function castFor(name: string, type: string): string {
  if (type === "DATE") return `CAST(${name} - DATE '1970-01-01' AS DOUBLE)`;
  if (kindOf(type) === "number") return `CAST(${name} AS DOUBLE)`;
  return kindOf(type) === "list" ? `CAST(${name} AS VARCHAR[])` : `CAST(${name} AS VARCHAR)`;
}

/** SQL that gives a column from memory its declared type; NaN becomes NULL. */
export function castBack(name: string, type: ColumnType): string {
  if (kindOf(type) !== "number") return type.startsWith("VARCHAR") ? name : `CAST(${name} AS ${type})`;
  const known = `CASE WHEN isfinite(${name}) THEN ${name} END`;
  if (type === "DATE") return `DATE '1970-01-01' + CAST(round(${known}) AS INTEGER)`;
  if (type === "BOOLEAN") return `(${known}) <> 0`;
  if (type === "INTEGER" || type === "BIGINT") return `CAST(round(${known}) AS ${type})`;
  return `CAST(${known} AS ${type})`;
}

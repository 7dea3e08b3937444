import type { Json } from "../../shared/base/canonical-json.ts";
import { ident, literal } from "../engine/sql.ts";

export type JsonRows = readonly Readonly<Record<string, Json>>[];

/** Tables that may be empty have their columns all the same. */
const known: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  model_evaluations: {
    model: "VARCHAR",
    metric: "VARCHAR",
    value: "DOUBLE",
    low: "DOUBLE",
    high: "DOUBLE",
    baseline: "VARCHAR",
    baseline_value: "DOUBLE",
    n: "BIGINT",
    cut_on: "DATE",
    horizon_days: "INTEGER",
    beats_baseline: "BOOLEAN",
    is_main: "BOOLEAN",
    condition: "VARCHAR",
    advantage: "DOUBLE",
    advantage_low: "DOUBLE",
    advantage_high: "DOUBLE",
  },
  model_verdicts: {
    model: "VARCHAR",
    state: "VARCHAR",
    metric: "VARCHAR",
    cuts: "INTEGER",
    n: "BIGINT",
    advantage: "DOUBLE",
    low: "DOUBLE",
    high: "DOUBLE",
    held_back_by: "VARCHAR",
  },
};

/** Rows held as JSON as the SQL of a table; null where neither rows nor a known name say which columns it has. */
export function jsonTable(name: string, rows: JsonRows): string | null {
  const declared = Object.hasOwn(known, name) ? (known[name] ?? {}) : {};
  const extra = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter(
    (column) => !Object.hasOwn(declared, column),
  );
  const columns: [string, string][] = [
    ...Object.entries(declared),
    ...extra.map((column): [string, string] => [column, typeOf(rows, column)]),
  ];
  if (columns.length === 0) return null;
  const cell = (value: Json | undefined, type: string) =>
    value === null || value === undefined
      ? `CAST(NULL AS ${type})`
      : `CAST(${literal(typeof value === "string" ? value : JSON.stringify(value))} AS ${type})`;
  const line = (row: Readonly<Record<string, Json>>) =>
    `(${columns.map(([column, type]) => cell(row[column], type)).join(", ")})`;
  const values = (rows.length > 0 ? rows : [{}]).map(line).join(",\n");
  return `SELECT * FROM (VALUES ${values}) v(${columns.map(([column]) => ident(column)).join(", ")})${rows.length > 0 ? "" : " WHERE false"}`;
}

function typeOf(rows: JsonRows, column: string): string {
  const values = rows.flatMap((row) => row[column] ?? []);
  if (values.length > 0 && values.every((value) => typeof value === "number"))
    return values.every(Number.isSafeInteger) ? "BIGINT" : "DOUBLE";
  return values.length > 0 && values.every((value) => typeof value === "boolean") ? "BOOLEAN" : "VARCHAR";
}

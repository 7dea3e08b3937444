import type { AssayContract } from "../../shared/api/contract.ts";
import type { OutputOf } from "../../shared/api/operation.ts";

export type Result = OutputOf<AssayContract["sql.query"]>;
export type ResultColumn = Result["columns"][number];
export type ResultRow = Result["rows"][number];

/** A value as it is, for the screen and for copying: nothing rounded, lists and maps as JSON. */
export function exactText(value: ResultRow[string] | undefined): string {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** Rows as tab-separated text with a header; tabs and ends of lines inside a value become blanks. */
export function tabSeparated(columns: readonly ResultColumn[], rows: readonly ResultRow[]): string {
  const clean = (text: string) => text.replaceAll(/[\t\r\n]+/g, " ");
  const lines = rows.map((row) => columns.map(({ name }) => clean(exactText(row[name]))).join("\t"));
  return [columns.map(({ name }) => clean(name)).join("\t"), ...lines].join("\n");
}

export function isNumeric({ type }: ResultColumn): boolean {
  return /INT|DOUBLE|FLOAT|DECIMAL|REAL/.test(type) && !type.endsWith("[]");
}

const narrowest = 72;
const widest = 340;

/** Wide enough for the header and for the first rows, within limits. */
export function columnWidth(column: ResultColumn, rows: readonly ResultRow[]): number {
  const digit = isNumeric(column) ? 8.3 : 7.6; // tabular digits are the widest
  const longest = rows.slice(0, 60).reduce((most, row) => Math.max(most, exactText(row[column.name]).length), 0);
  const wanted = Math.max((column.name.length + 2) * 7.4, longest * digit) + 24;
  return Math.round(Math.min(widest, Math.max(narrowest, wanted)));
}

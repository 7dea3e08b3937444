import type { Json } from "../../shared/base/canonical-json.ts";

const isList = (value: unknown): value is { readonly items: readonly unknown[] } =>
  typeof value === "object" && value?.constructor.name === "DuckDBListValue";

/** A value as a column in memory holds it. */
export function inMemory(value: unknown, isNumber: boolean): unknown {
  if (value === null || value === undefined) return isNumber ? Number.NaN : null;
  return isList(value) ? value.items.map(String) : value;
}

/** A value of DuckDB in JSON: integers that a double holds as numbers, others as text; days and instants in ISO 8601. */
export function toJson(value: unknown, type: string): Json {
  if (value === null || value === undefined) return null;
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  if (isList(value)) return value.items.map((item) => toJson(item, ""));
  if (typeof value === "object" && "entries" in value && Array.isArray(value.entries)) {
    const entries = value.entries as { key: unknown; value: unknown }[];
    return Object.fromEntries(entries.map((entry) => [String(entry.key), toJson(entry.value, "")]));
  }
  if (typeof value === "object" && value !== null && value.constructor.name === "DuckDBStructValue") {
    const inside = (value as { entries: Record<string, unknown> }).entries;
    return Object.fromEntries(Object.entries(inside).map(([name, one]) => [name, toJson(one, "")]));
  }
  const text = String(value);
  if (type.startsWith("DECIMAL")) return Number(text);
  return type.startsWith("TIMESTAMP")
    ? `${text
        .replace(" ", "T")
        .replace(/[+-]\d\d(:\d\d)?$/, "")
        .replace(/\.0+$/, "")}Z`
    : text;
}

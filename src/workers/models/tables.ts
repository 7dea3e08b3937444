import { AssayError } from "../../shared/base/errors.ts";
import type { ColumnTable, ColumnValues } from "../../shared/domain/column.ts";
import type { Tables } from "../../shared/domain/model.ts";

const defect = "This is a defect; keep the log and report it.";

export function requireTable(tables: Tables, name: string): ColumnTable {
  const found = tables[name];
  if (!found) throw new AssayError("internal", `A model lacks its input ${name}.`, defect);
  return found;
}

export function numbers(table: ColumnTable, name: string): Float64Array {
  const column = table.columns[name];
  if (column instanceof Float64Array) return column;
  if (table.rows === 0) return new Float64Array(0);
  throw new AssayError("internal", `The column ${name} holds no numbers.`, defect);
}

export function texts(table: ColumnTable, name: string): (string | null)[] {
  const column = table.columns[name];
  if (column === undefined && table.rows === 0) return [];
  if (column === undefined || column instanceof Float64Array) {
    throw new AssayError("internal", `The column ${name} holds no texts.`, defect);
  }
  return column as (string | null)[];
}

const rowsKnown = new WeakMap<ColumnTable, Map<string, number>>();

/** Row of each customer in a table; looked up once a table. */
export function rowsByCustomer(table: ColumnTable): ReadonlyMap<string, number> {
  const known = rowsKnown.get(table);
  if (known) return known;
  const rows = new Map<string, number>();
  const ids = texts(table, "customer_id");
  for (let at = 0; at < ids.length; at++) rows.set(ids[at] ?? "", at);
  rowsKnown.set(table, rows);
  return rows;
}

const matched = new WeakMap<ColumnTable, WeakMap<ColumnTable, Int32Array>>();

/** Row of `other` for each row of `table`, -1 where it has none; not to be written to. */
export function matchRows(table: ColumnTable, other: ColumnTable): Int32Array {
  const known = matched.get(table) ?? new WeakMap<ColumnTable, Int32Array>();
  matched.set(table, known);
  const rows = known.get(other) ?? rowsOf(table, other);
  known.set(other, rows);
  return rows;
}

function rowsOf(table: ColumnTable, other: ColumnTable): Int32Array {
  const own = texts(table, "customer_id");
  const theirs = texts(other, "customer_id");
  if (own.length === theirs.length && own.every((id, at) => id === theirs[at])) return Int32Array.from(own.keys());
  const rows = rowsByCustomer(other);
  return Int32Array.from(own, (id) => rows.get(id ?? "") ?? -1);
}

/** A column of another table in this one's order; NaN where the customer is missing. */
export function gather(column: Float64Array, rows: Int32Array): Float64Array {
  return Float64Array.from(rows, (row) => (row < 0 ? Number.NaN : (column[row] ?? Number.NaN)));
}

/** Scores with the state that every model tells: whether there was enough to go by, and why there is none. What isn't finite is
 *  NULL. */
export function scoreTable(
  ids: ColumnValues,
  outputs: Readonly<Record<string, ColumnValues>>,
  state: { enough: Float64Array; reason: (string | null)[] },
): ColumnTable {
  for (const column of Object.values(outputs)) {
    if (!(column instanceof Float64Array)) continue;
    for (let at = 0; at < column.length; at++) if (!Number.isFinite(column[at])) column[at] = Number.NaN;
  }
  const columns = { customer_id: ids, ...outputs, enough_data: state.enough, reason: state.reason };
  return { rows: ids.length, columns };
}

/** Upper bounds of the first four fifths of some values; a value's step is 1 and the number of bounds below it. */
export function quintiles(values: Float64Array): number[] {
  const sorted = values.filter(Number.isFinite).sort();
  return [0.2, 0.4, 0.6, 0.8].map((p) => sorted[Math.max(0, Math.ceil(p * sorted.length - 1e-9) - 1)] ?? Number.NaN);
}

export function stepOf(value: number, bounds: readonly number[]): number {
  return 1 + bounds.filter((bound) => value > bound).length;
}

/** A column of n values that are NULL until they are set. */
export function blank(n: number): Float64Array {
  return new Float64Array(n).fill(Number.NaN);
}

import type { Session } from "../engine/duckdb.ts";
import type { RawTable } from "./raw.ts";

const made = new WeakMap<RawTable, Map<string, string>>();

/** Rows up to which values are grouped for whoever asks: a table costs more. */
const fewRows = 20_000;

/** A relation of a raw column's values, each once: `cell` as it lies, and `n`, how many rows have it. It goes with the raw table. */
export async function valuesOf(session: Session, raw: RawTable, column: string): Promise<string> {
  const grouped = `SELECT ${column} AS cell, count(*) AS n FROM ${raw.table} GROUP BY ${column}`;
  if (raw.rowsRead < fewRows) return `(${grouped})`;
  const known = made.get(raw) ?? new Map<string, string>();
  made.set(raw, known);
  const table = known.get(column) ?? `${raw.table}_values_${column}`;
  if (known.has(column)) return table;
  await session.run(`CREATE TEMP TABLE ${table} AS ${grouped}`);
  known.set(column, table);
  return table;
}

/** The same where it is made already. */
export function madeValues(raw: RawTable, column: string): string | undefined {
  return made.get(raw)?.get(column);
}

export async function dropValues(session: Session, raw: RawTable): Promise<void> {
  for (const table of made.get(raw)?.values() ?? []) await session.run(`DROP TABLE IF EXISTS ${table}`);
  made.delete(raw);
}

import { literal } from "../engine/sql.ts";

const offset = "([+-][0-9]{2}):?([0-9]{2})$";

/** The UTC instant in a text: one with an offset as it says, one without as the brand's wall clock. NULL where it is none. */
export function instantSql(v: string, format: string | null, timeZone: string): string {
  const local = localSql(v, format);
  const zoned = `TRY_CAST(regexp_replace(${v}, '\\s*${offset}', '\\1:\\2') AS TIMESTAMPTZ) AT TIME ZONE 'UTC'`;
  const hasOffset = `regexp_matches(${v}, '[0-9]:[0-9]{2}(:[0-9.]+)?\\s*(Z|[+-][0-9]{2}:?[0-9]{2})$')`;
  return `CASE WHEN ${hasOffset} THEN ${zoned} ELSE (${local} AT TIME ZONE ${literal(timeZone)}) AT TIME ZONE 'UTC' END`;
}

export function dateSql(v: string, format: string | null): string {
  return `CAST(${localSql(v, format)} AS DATE)`;
}

function localSql(v: string, format: string | null): string {
  const iso = `TRY_CAST(${v} AS TIMESTAMP)`;
  if (format === null) return `coalesce(${iso}, try_strptime(${v}, '%Y%m%d'))`;
  const base = format.replace(/ ?%z$/, "");
  const dateOnly = base.split(/[ T]%H|[ T]%I/)[0] ?? base;
  const tries = [...new Set([base, `${base}:%S`, dateOnly])].map((one) => `try_strptime(${v}, ${literal(one)})`);
  const isIso = base.startsWith("%Y-%m-%d");
  return `coalesce(${[...tries, ...(isIso ? [iso] : [`CASE WHEN regexp_matches(${v}, '^[0-9]{4}-[0-9]{2}-[0-9]{2}') THEN ${iso} END`])].join(", ")})`;
}

import { literal } from "../engine/sql.ts";

const offset = "([+-][0-9]{2}):?([0-9]{2})$";

/** The UTC instant in a text: one with an offset and one counted since 1970 as it says, others as the brand's wall clock. NULL
 *  where it is none. */
export function instantSql(v: string, format: string | null, timeZone: string): string {
  const utc = `regexp_replace(${v}, '\\s*(Z|UTC|GMT)$', '+00:00')`;
  const zoned = `TRY_CAST(regexp_replace(${utc}, '\\s*${offset}', '\\1:\\2') AS TIMESTAMPTZ) AT TIME ZONE 'UTC'`;
  const hasOffset = `regexp_matches(${v}, '[0-9]:[0-9]{2}(:[0-9.]+)?\\s*(Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2})$')`;
  const local = `(${localSql(v, format)} AT TIME ZONE ${literal(timeZone)}) AT TIME ZONE 'UTC'`;
  const counted = `WHEN regexp_full_match(${v}, '1[0-9]{9}([.]0+)?') THEN TRY_CAST(make_timestamp(CAST(CAST(${v} AS DOUBLE) AS BIGINT) * 1000000) AS TIMESTAMP)
    WHEN regexp_full_match(${v}, '1[0-9]{15}') THEN TRY_CAST(make_timestamp(CAST(${v} AS BIGINT)) AS TIMESTAMP)
    WHEN regexp_full_match(${v}, '1[0-9]{12}') THEN TRY_CAST(make_timestamp(CAST(${v} AS BIGINT) * 1000) AS TIMESTAMP)`;
  return `CASE WHEN ${hasOffset} THEN ${zoned} ${format === null ? counted : ""} ELSE ${local} END`;
}

const hours = ["%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p"];

/** The same of a date and an hour from columns of their own, parted by a blank; `format` is the date's. Where the hour can't be read,
 *  or the date has one already, it is left out. */
export function piecedInstantSql(v: string, format: string | null, timeZone: string): string {
  const zone = literal(timeZone);
  const whole = hours.map((hour) => `try_strptime(${v}, ${literal(`${format ?? "%Y-%m-%d"} ${hour}`)})`);
  const alone = `regexp_replace(${v}, '\\s+[0-9]{1,2}(:[0-9]{2}){0,2}([.][0-9]+)?(\\s*[AaPp][Mm])?$|\\s+[0-9]{3,6}$', '')`;
  return `coalesce((coalesce(${whole.join(", ")}) AT TIME ZONE ${zone}) AT TIME ZONE 'UTC', ${instantSql(v, format, timeZone)}, ${instantSql(alone, format, timeZone)})`;
}

/** The same of a day that is written as how many days after another it is. */
export function countedDaySql(v: string, since: string, timeZone: string): string {
  const days = `CASE WHEN regexp_full_match(${v}, '-?[0-9]{1,6}([.]0+)?') THEN CAST(CAST(${v} AS DOUBLE) AS INTEGER) END`;
  return `(CAST(DATE ${literal(since)} + ${days} AS TIMESTAMP) AT TIME ZONE ${literal(timeZone)}) AT TIME ZONE 'UTC'`;
}

export function dateSql(v: string, format: string | null): string {
  return `CAST(${localSql(v, format)} AS DATE)`;
}

function localSql(v: string, format: string | null): string {
  const iso = `TRY_CAST(${v} AS TIMESTAMP)`;
  if (format === null)
    return `coalesce(${iso}, try_strptime(${v}, '%Y%m%d'), try_strptime(${v}, '%Y%m%d%H%M%S'), ${serial(v)})`;
  const base = format.replace(/ ?%z$/, "");
  const dateOnly = base.split(/[ T]%H|[ T]%I/)[0] ?? base;
  const wholeYear = base.replace("%y", "%Y");
  const tries = [...new Set([base, `${base}:%S`, dateOnly, wholeYear])].map(
    (one) => `try_strptime(${v}, ${literal(one)})`,
  );
  const isIso = base.startsWith("%Y-%m-%d");
  return `coalesce(${[...tries, ...(isIso ? [iso] : [`CASE WHEN regexp_matches(${v}, '^[0-9]{4}-[0-9]{2}-[0-9]{2}') THEN ${iso} END`])].join(", ")})`;
}

/** A date as spreadsheets count it: days since the end of 1899. */
function serial(v: string): string {
  const days = `CASE WHEN regexp_full_match(${v}, '[2-6][0-9]{4}([.][0-9]+)?') THEN TRY_CAST(${v} AS DOUBLE) END`;
  return `(TIMESTAMP '1899-12-30 00:00:00' + to_seconds(round(${days} * 86400)))`;
}

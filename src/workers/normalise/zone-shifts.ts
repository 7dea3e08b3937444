import type { Json } from "../../shared/base/canonical-json.ts";
import type { Session } from "../engine/duckdb.ts";
import { literal } from "../engine/sql.ts";

/** Microseconds that a zone's wall clock is ahead of UTC: `until` a wall clock's hour, the last without an end. */
export type Shifts = readonly { readonly until: string | null; readonly ahead: number }[];

/** Beyond so many years and changes a zone is asked row by row. */
const mostHours = 24 * 366 * 60;
const mostShifts = 200;

/** How far a zone's wall clock was ahead of UTC between two of its instants; null where it changed within an hour of it. */
export async function shiftsOf(
  session: Session,
  { first, last, timeZone }: { first: Json | undefined; last: Json | undefined; timeZone: string },
): Promise<Shifts | null> {
  if (typeof first !== "string" || typeof last !== "string") return null;
  const hours = (Date.parse(last) - Date.parse(first)) / 3_600_000;
  if (!(hours < mostHours)) return null;
  const zone = literal(timeZone);
  const ahead = (at: string) => `epoch_us(${at}) - epoch_us((${at} AT TIME ZONE ${zone}) AT TIME ZONE 'UTC')`;
  const [from, until] = [first, last].map((text) => `date_trunc('hour', TIMESTAMP ${literal(text.replace(/Z$/, ""))})`);
  const rows = await session.rows(`WITH hours AS (
      SELECT hour, ${ahead("hour")} AS ahead, ${ahead("(hour + to_microseconds(3599999999))")} AS at_its_end
      FROM (SELECT unnest(generate_series(${from}, ${until}, INTERVAL 1 HOUR)) AS hour)),
    changes AS (SELECT *, lag(ahead) OVER (ORDER BY hour) AS before FROM hours)
    SELECT CAST(hour AS VARCHAR) AS hour, ahead, ahead = at_its_end AS is_steady FROM changes
    WHERE ahead IS DISTINCT FROM before OR ahead <> at_its_end ORDER BY hour`);
  if (rows.length > mostShifts || rows.some((row) => row["is_steady"] !== true)) return null;
  return rows.map((row, at) => ({
    until: at + 1 < rows.length ? String(rows[at + 1]?.["hour"]) : null,
    ahead: Number(row["ahead"]),
  }));
}

/** SQL of the UTC instant of a wall clock's timestamp. */
export function utcSql(
  local: string,
  { shifts, timeZone }: { readonly shifts: Shifts | null; readonly timeZone: string },
): string {
  const last = shifts?.at(-1);
  if (!shifts || !last) return `(${local} AT TIME ZONE ${literal(timeZone)}) AT TIME ZONE 'UTC'`;
  const less = ({ ahead }: { ahead: number }) =>
    ahead === 0 ? local : `${local} - to_microseconds(CAST(${ahead} AS BIGINT))`;
  const cases = shifts
    .slice(0, -1)
    .map((shift) => `WHEN ${local} < TIMESTAMP ${literal(shift.until ?? "")} THEN ${less(shift)}`);
  return cases.length === 0 ? less(last) : `CASE ${cases.join(" ")} ELSE ${less(last)} END`;
}

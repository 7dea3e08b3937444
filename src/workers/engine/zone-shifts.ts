import type { Json } from "../../shared/base/canonical-json.ts";
import type { Session } from "./duckdb.ts";
import { literal } from "./sql.ts";

/** Microseconds that a zone's wall clock is ahead of UTC, hour by hour: `until` which hour, the last without an end. */
export type Shifts = readonly { readonly until: string | null; readonly ahead: number }[];

/** Beyond so many years and changes a zone is asked row by row. */
const mostHours = 24 * 366 * 60;
const mostShifts = 200;

interface Clock {
  readonly first: Json | undefined;
  readonly last: Json | undefined;
  readonly timeZone: string;
  /** Whether the times are the zone's own, or UTC's. */
  readonly isWall: boolean;
}

/** How far a zone's wall clock was ahead of UTC between two times; null where it changed within an hour of them. */
export async function shiftsOf(session: Session, { first, last, timeZone, isWall }: Clock): Promise<Shifts | null> {
  if (typeof first !== "string" || typeof last !== "string") return null;
  const hours = (Date.parse(last) - Date.parse(first)) / 3_600_000;
  if (!(hours < mostHours)) return null;
  const zone = literal(timeZone);
  const ahead = (at: string) =>
    isWall
      ? `epoch_us(${at}) - epoch_us((${at} AT TIME ZONE ${zone}) AT TIME ZONE 'UTC')`
      : `epoch_us((${at} AT TIME ZONE 'UTC') AT TIME ZONE ${zone}) - epoch_us(${at})`;
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

interface Zoned {
  readonly shifts: Shifts | null;
  readonly timeZone: string;
}

/** SQL of the UTC instant of a wall clock's timestamp. */
export function utcSql(wall: string, { shifts, timeZone }: Zoned): string {
  return shifts && shifts.length > 0
    ? shiftedSql(wall, shifts, -1)
    : `(${wall} AT TIME ZONE ${literal(timeZone)}) AT TIME ZONE 'UTC'`;
}

/** SQL of the wall clock's timestamp of a UTC instant. */
export function wallSql(utc: string, { shifts, timeZone }: Zoned): string {
  return shifts && shifts.length > 0
    ? shiftedSql(utc, shifts, 1)
    : `(${utc} AT TIME ZONE 'UTC') AT TIME ZONE ${literal(timeZone)}`;
}

/** SQL of the day in a zone of a UTC instant. */
export function daySql(at: string, timeZone: string): string {
  return `CAST(${wallSql(at, { shifts: null, timeZone })} AS DATE)`;
}

function shiftedSql(at: string, shifts: Shifts, sign: 1 | -1): string {
  const shifted = ({ ahead }: { ahead: number }) =>
    ahead === 0 ? at : `${at} + to_microseconds(CAST(${ahead * sign} AS BIGINT))`;
  const last = shifts.at(-1) ?? { ahead: 0 };
  const cases = shifts
    .slice(0, -1)
    .map((one) => `WHEN ${at} < TIMESTAMP ${literal(one.until ?? "")} THEN ${shifted(one)}`);
  return cases.length === 0
    ? shifted(last)
    : `CASE ${cases.join(" ")} WHEN ${at} IS NOT NULL THEN ${shifted(last)} END`;
}

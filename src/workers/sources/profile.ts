import type { Session } from "../engine/duckdb.ts";
import { literal } from "../engine/sql.ts";
import { type RawTable, rawColumn } from "./raw.ts";

export type ColumnKind = "integer" | "decimal" | "date" | "instant" | "flag" | "text" | "empty";
export interface ColumnProfile {
  readonly name: string;
  readonly column: string;
  readonly kind: ColumnKind;
  /** strptime format of dates; null where it is ISO 8601 or no date. */
  readonly format: string | null;
  /** Both day-first and month-first fit every value. */
  readonly isAmbiguous: boolean;
  readonly decimal: "." | "," | null;
  readonly filled: number;
  readonly distinct: number;
  readonly examples: readonly string[];
}

const dateParts = ["%Y-%m-%d", "%Y/%m/%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y%m%d", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%d-%b-%Y", "%d/%m/%y", "%m/%d/%y", "%d.%m.%y"];
const timeParts = ["", " %H:%M", " %H:%M:%S", "T%H:%M:%S", " %I:%M %p", " %I:%M:%S %p", " %H:%M:%S %z", "T%H:%M:%S.%f", " %H:%M:%S.%f"];
const dateFormats = dateParts.flatMap((date) => timeParts.map((time) => date + time));
const twins: Readonly<Record<string, string>> = { "%d/%m/%Y": "%m/%d/%Y", "%d-%m-%Y": "%m-%d-%Y", "%d/%m/%y": "%m/%d/%y" };

const integerPattern = "^[-+]?[0-9]{1,18}$";
export const amountPattern = "^[(]?[-+]?\\s*(?:[A-Za-z]{0,3}[$€£¥₹]?|[$€£¥₹])\\s*[-+]?\\s*[0-9][0-9.,'\\s\u00a0]*\\s*(?:[$€£¥₹%]|[A-Za-z]{3})?\\s*[)-]?$";

/** What each column holds, from the whole file. */
export async function profileColumns(session: Session, raw: RawTable): Promise<ColumnProfile[]> {
  const profiles: ColumnProfile[] = [];
  for (const [at, name] of raw.columns.entries()) profiles.push(await profileColumn(session, raw, { at, name }));
  return profiles;
}

async function profileColumn(session: Session, raw: RawTable, { at, name }: { at: number; name: string }): Promise<ColumnProfile> {
  const column = rawColumn(at);
  const value = `nullif(trim(${column}), '')`;
  const [counts = {}] = await session.rows(
    `SELECT count(v) AS filled, approx_count_distinct(v) AS distinct_values, count(*) FILTER (regexp_full_match(v, '${integerPattern}')) AS integers,
     count(*) FILTER (regexp_full_match(v, ${literal(amountPattern)})) AS amounts,
     count(*) FILTER (regexp_matches(v, '^0[0-9]+$')) AS leading_zeros, count(*) FILTER (length(v) > 15) AS long_values,
     count(*) FILTER (regexp_matches(v, '[.][0-9]{1,2}\\D*$') ) AS dots, count(*) FILTER (regexp_matches(v, ',[0-9]{1,2}\\D*$')) AS commas,
     count(*) FILTER (lower(v) IN ('true', 'false', 'yes', 'no', 'y', 'n')) AS flags,
     count(*) FILTER (regexp_matches(v, '^[0-9]{1,4}[-/. ]|^[A-Za-z]{3,9} [0-9]|^[12][0-9]{7}$')) AS datelike
     FROM (SELECT ${value} AS v FROM ${raw.table})`,
  );
  const n = (key: string) => Number(counts[key] ?? 0);
  const filled = n("filled");
  const sample = await session.rows(`SELECT v FROM (SELECT DISTINCT ${value} AS v FROM (SELECT * FROM ${raw.table} LIMIT 400)) WHERE v IS NOT NULL ORDER BY v LIMIT 5`);
  const base = { name, column, filled, distinct: n("distinct_values"), examples: sample.map(({ v }) => String(v)), format: null, isAmbiguous: false, decimal: null };
  if (filled === 0) return { ...base, kind: "empty" };
  const most = filled * 0.9;
  if (n("datelike") >= most) {
    const found = await dateFormat(session, raw, value);
    if (found) return { ...base, ...found };
  }
  if (n("flags") >= filled) return { ...base, kind: "flag" };
  if (n("integers") >= most && n("leading_zeros") === 0 && n("long_values") === 0) return { ...base, kind: "integer" };
  if (n("amounts") >= most && n("leading_zeros") < filled / 2 && (n("dots") + n("commas") > 0 || n("integers") < filled)) {
    return { ...base, kind: "decimal", decimal: n("commas") > n("dots") ? "," : "." };
  }
  return { ...base, kind: "text" };
}

async function dateFormat(session: Session, raw: RawTable, value: string): Promise<Pick<ColumnProfile, "kind" | "format" | "isAmbiguous"> | null> {
  const parsed = (format: string) => `count(try_strptime(v, ${literal(format)}))`;
  const few = await session.rows(
    `SELECT count(v) AS filled, count(TRY_CAST(v AS TIMESTAMP)) AS iso, ${dateFormats.map((format, at) => `${parsed(format)} AS f${at}`).join(", ")}
     FROM (SELECT ${value} AS v FROM ${raw.table} USING SAMPLE reservoir(600 ROWS) REPEATABLE (7))`,
  );
  const sample = few[0] ?? {};
  const viable = dateFormats.filter((_, at) => Number(sample[`f${at}`] ?? 0) >= Number(sample["filled"] ?? 0) * 0.5);
  const whole = await session.rows(
    `SELECT count(v) AS filled, count(TRY_CAST(v AS TIMESTAMP)) AS iso, count(*) FILTER (regexp_matches(v, '[0-9]:[0-9]')) AS timed${viable.map((format, at) => `, ${parsed(format)} AS f${at}`).join("")}
     FROM (SELECT ${value} AS v FROM ${raw.table})`,
  );
  const counts = whole[0] ?? {};
  const filled = Number(counts["filled"] ?? 0);
  const kind = Number(counts["timed"] ?? 0) > filled / 2 ? "instant" : "date";
  if (Number(counts["iso"] ?? 0) >= filled * 0.9) return { kind, format: null, isAmbiguous: false };
  const scored = viable.map((format, at) => ({ format, n: Number(counts[`f${at}`] ?? 0) })).sort((a, b) => b.n - a.n);
  const best = scored[0];
  if (!best || best.n < filled * 0.7) return null;
  const isTwin = (a: string, b: string) => Object.entries(twins).some(([x, y]) => (a.startsWith(x) && b.startsWith(y)) || (a.startsWith(y) && b.startsWith(x)));
  const rival = scored.find(({ format, n }) => n === best.n && isTwin(format, best.format));
  return { kind, format: best.format, isAmbiguous: rival !== undefined };
}

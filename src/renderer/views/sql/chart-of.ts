import type { ResultColumn, ResultRow } from "../../table/result.ts";

export interface ResultChartData {
  readonly kind: "line" | "bar";
  readonly x: string;
  readonly series: readonly string[];
  readonly points: readonly Record<string, string | number | null>[];
}

const mostSeries = 6;
const mostPoints = { line: 1_000, bar: 40 };

const isNumber = (type: string) => /INT|DOUBLE|FLOAT|DECIMAL|REAL/.test(type) && !type.endsWith("[]");
const isTime = (type: string) => /^(DATE|TIMESTAMP)/.test(type);

/** What a result shows as a chart: its first day, word or number along the axis, its other numbers as series. Null with why
 *  where it is no chart. */
export function chartOf(
  columns: readonly ResultColumn[],
  rows: readonly ResultRow[],
): { chart: ResultChartData } | { why: string } {
  const x =
    columns.find(({ type }) => isTime(type)) ?? columns.find(({ type }) => type === "VARCHAR") ?? columns[0] ?? null;
  const series = columns
    .filter((one) => one !== x && isNumber(one.type) && !/(^|_)id$/.test(one.name))
    .map(({ name }) => name);
  if (!x || series.length === 0) return { why: "A chart needs a column to go along and a number to draw." };
  if (series.length > mostSeries)
    return { why: `${series.length} numbers are too many for one chart; choose up to 6.` };
  const kind = isTime(x.type) || isNumber(x.type) ? "line" : "bar";
  if (rows.length > mostPoints[kind])
    return { why: `${rows.length} rows are too many to draw; group or limit them to ${mostPoints[kind]}.` };
  if (rows.length < 2) return { why: "One row is no chart." };
  const points = rows.map((row) => ({
    [x.name]:
      row[x.name] === null
        ? "–"
        : kind === "line" && isTime(x.type)
          ? String(row[x.name]).slice(0, 10)
          : (row[x.name] as string | number),
    ...Object.fromEntries(series.map((name) => [name, row[name] === null ? null : Number(row[name])])),
  }));
  return { chart: { kind, x: x.name, series, points } };
}

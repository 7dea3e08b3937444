import { addDays } from "../../shared/base/time.ts";
import { literal } from "./sql.ts";
import type { StepContext } from "./step-context.ts";

/** The span of days that a day lies in, from 0; rows without a day are known on every day and lie in the first. */
export function spanSql(day: string, spanEnds: readonly string[]): string {
  if (spanEnds.length === 0) return "0";
  const cases = spanEnds.map((end, at) => `WHEN ${day} <= DATE ${literal(end)} THEN ${at}`);
  return `CASE WHEN ${day} IS NULL THEN 0 ${cases.join(" ")} ELSE ${spanEnds.length} END`;
}

/** What holds of the instants of a span's rows, whatever the zone: files in order of time aren't read but for their part. */
function withinSpanSql(at: string, span: number, spanEnds: readonly string[]): string {
  const [after, until] = [spanEnds[span - 1], spanEnds[span]];
  const later = after === undefined ? [] : [`${at} >= TIMESTAMP ${literal(addDays(after, -1))}`];
  const earlier = until === undefined ? [] : [`${at} < TIMESTAMP ${literal(addDays(until, 3))}`];
  const ends = [...later, ...earlier].join(" AND ");
  if (ends === "") return "true";
  return span === 0 ? `(${at} IS NULL OR ${ends})` : ends;
}

export interface SpannedRows {
  readonly output: string;
  /** A relation with a column `span` where the output is spanned, and a column `bucket` where it is partitioned. */
  readonly from: string;
  readonly columns: string;
  /** Of a unique key; left out: rows lie in an order of their own that doesn't depend on what is in other spans. */
  readonly order?: string;
  /** How many files a bucket has: buckets of the output, or undefined where it has none. */
  readonly buckets?: number;
  /** The instant that its rows are filed by, where they needn't all be read for each span. */
  readonly at?: string;
  /** Tasks of one span read it: spans without rows have files too, which tell its columns. */
  readonly isReadApart?: true;
}

/** Writes a spanned output: a file a span that has rows, and the first in any case; all where tasks of one span read it. */
export async function writeSpans(context: StepContext, rows: SpannedRows): Promise<void> {
  const { output, from, columns, order, buckets, at: instant, isReadApart } = rows;
  const { spanEnds } = context;
  const bucket = buckets === undefined ? "0" : "bucket";
  const isEvery = isReadApart && buckets === undefined;
  const found = isEvery
    ? []
    : await context.session.rows(`SELECT DISTINCT CAST(${bucket} AS INTEGER) AS bucket, span FROM ${from}`);
  const filled = new Set(found.map((row) => `${row["bucket"]} ${row["span"]}`));
  for (let at = 0; at < (buckets ?? 1); at++) {
    for (let span = 0; span <= spanEnds.length; span++) {
      if (span > 0 && !isReadApart && !filled.has(`${at} ${span}`)) continue;
      const near = instant ? ` AND ${withinSpanSql(instant, span, spanEnds)}` : "";
      const own = `span = ${span}${buckets === undefined ? "" : ` AND bucket = ${at}`}${near}`;
      const sql = `SELECT ${columns} FROM ${from} WHERE ${own}${order ? ` ORDER BY ${order}` : ""}`;
      await context.output.query(output, sql, buckets === undefined ? undefined : at, span);
    }
  }
}

/** Writes the one span of a task that covers it: a file a bucket. */
export async function writeOwnSpan(context: StepContext, rows: Omit<SpannedRows, "at">): Promise<void> {
  const { output, from, columns, order, buckets } = rows;
  for (let at = 0; at < (buckets ?? 1); at++) {
    const own = buckets === undefined || buckets === 1 ? "" : `WHERE bucket = ${at}`;
    const sql = `SELECT ${columns} FROM ${from} ${own}${order ? ` ORDER BY ${order}` : ""}`;
    await context.output.query(output, sql, buckets === undefined ? undefined : at, context.span);
  }
}

/** Writes an output that is partitioned but not spanned: a file a bucket. */
export async function writeBuckets(context: StepContext, rows: SpannedRows): Promise<void> {
  for (let at = 0; at < (rows.buckets ?? 1); at++) {
    const sql = `SELECT ${rows.columns} FROM ${rows.from} WHERE bucket = ${at} ORDER BY ${rows.order}`;
    await context.output.query(rows.output, sql, at);
  }
}

import { literal } from "../engine/sql.ts";
import type { StepContext } from "../engine/step-context.ts";

/** The span of days that a day lies in, from 0; rows without a day are known on every day and lie in the first. */
export function spanSql(day: string, spanEnds: readonly string[]): string {
  if (spanEnds.length === 0) return "0";
  const cases = spanEnds.map((end, at) => `WHEN ${day} <= DATE ${literal(end)} THEN ${at}`);
  return `CASE WHEN ${day} IS NULL THEN 0 ${cases.join(" ")} ELSE ${spanEnds.length} END`;
}

export interface SpannedRows {
  readonly output: string;
  /** A relation with a column `span` where the output is spanned, and a column `bucket` where it is partitioned. */
  readonly from: string;
  readonly columns: string;
  /** Of a unique key. */
  readonly order: string;
  /** How many files a bucket has: buckets of the output, or undefined where it has none. */
  readonly buckets?: number;
}

/** Writes a spanned output: a file a span that has rows, and the first in any case. */
export async function writeSpans(context: StepContext, rows: SpannedRows): Promise<void> {
  const { output, from, columns, order, buckets } = rows;
  const bucket = buckets === undefined ? "0" : "bucket";
  const found = await context.session.rows(`SELECT DISTINCT CAST(${bucket} AS INTEGER) AS bucket, span FROM ${from}`);
  const filled = new Set(found.map((row) => `${row["bucket"]} ${row["span"]}`));
  for (let at = 0; at < (buckets ?? 1); at++) {
    for (let span = 0; span <= context.spanEnds.length; span++) {
      if (span > 0 && !filled.has(`${at} ${span}`)) continue;
      const own = `span = ${span}${buckets === undefined ? "" : ` AND bucket = ${at}`}`;
      const sql = `SELECT ${columns} FROM ${from} WHERE ${own} ORDER BY ${order}`;
      await context.output.query(output, sql, buckets === undefined ? undefined : at, span);
    }
  }
}

/** Writes an output that is partitioned but not spanned: a file a bucket. */
export async function writeBuckets(context: StepContext, rows: SpannedRows): Promise<void> {
  for (let at = 0; at < (rows.buckets ?? 1); at++) {
    const sql = `SELECT ${rows.columns} FROM ${rows.from} WHERE bucket = ${at} ORDER BY ${rows.order}`;
    await context.output.query(rows.output, sql, at);
  }
}

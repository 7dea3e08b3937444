import type { Column, ColumnTable } from "../../shared/domain/column.ts";
import { bucketSql } from "../customers/bucket.ts";
import { ident } from "../engine/sql.ts";
import type { StepContext } from "../engine/step-context.ts";

/** Writes rows of customers, a file a bucket that has some: a task of one bucket reads no other's. */
export async function writeByBucket(
  context: StepContext,
  output: string,
  { from, columns }: { readonly from: string; readonly columns: readonly Column[] },
): Promise<void> {
  const { session, bucketCount } = context;
  const names = columns.map(({ name }) => ident(name)).join(", ");
  const write = (rows: string, at: number) =>
    context.output.query(output, `SELECT ${names} FROM ${rows} ORDER BY customer_id`, at);
  if (bucketCount === 1) {
    await write(from, 0);
    return;
  }
  await session.run(
    `CREATE OR REPLACE TEMP TABLE by_bucket AS SELECT ${names}, ${bucketSql("customer_id", bucketCount)} AS bucket FROM ${from}`,
  );
  const found = await session.rows("SELECT DISTINCT CAST(bucket AS INTEGER) AS bucket FROM by_bucket");
  const filled = new Set(found.map((row) => Number(row["bucket"])));
  for (let at = 0; at < bucketCount; at++)
    if (at === 0 || filled.has(at)) await write(`(SELECT * FROM by_bucket WHERE bucket = ${at})`, at);
  await session.run("DROP TABLE by_bucket");
}

/** The same of rows in memory. */
export async function writeTableByBucket(
  context: StepContext,
  output: string,
  { rows, columns }: { readonly rows: ColumnTable; readonly columns: readonly Column[] },
): Promise<void> {
  await context.session.load("scored", rows, columns);
  await writeByBucket(context, output, { from: "scored", columns });
}

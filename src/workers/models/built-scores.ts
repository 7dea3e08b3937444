import type { Column, ColumnTable } from "../../shared/domain/column.ts";
import type { Tables } from "../../shared/domain/model.ts";
import { ident, parquet } from "../engine/sql.ts";
import type { StepContext } from "../engine/step-context.ts";
import { writeByBucket } from "./write-scores.ts";

export const baseAlias = (alias: string) => `${alias}_base`;

/** Rows of some inputs of the customers who have others than at the week's end; keeps who they are as `changed`. */
export async function changedTables(context: StepContext, inputs: readonly string[]): Promise<Tables> {
  const { session } = context;
  const rows = (alias: string, side: 1 | -1) =>
    `SELECT customer_id, hash(*COLUMNS(*)) AS said, ${side} AS side FROM ${context.relation(alias)}`;
  const differing = inputs.map(
    (alias) => `SELECT customer_id FROM (${rows(alias, 1)} UNION ALL ${rows(baseAlias(alias), -1)})
      GROUP BY customer_id HAVING sum(side) <> 0 OR sum(CAST(said AS HUGEINT) * side) <> 0`,
  );
  await session.run(`CREATE TEMP TABLE changed AS ${differing.join(" UNION ")}`);
  const tables = inputs.map(async (alias) => {
    const paths = context.files(alias);
    if (paths.length === 0) return [alias, await context.table(alias)] as const;
    const name = ident(`changed_${alias}`);
    await session.run(`CREATE TEMP TABLE ${name} AS
      SELECT * EXCLUDE (file_row_number) FROM ${parquet(paths, ["file_row_number = true"])}
      SEMI JOIN changed USING (customer_id) ORDER BY customer_id, file_row_number`);
    return [alias, await session.table(`SELECT * FROM ${name}`)] as const;
  });
  return Object.fromEntries(await Promise.all(tables));
}

/** Writes the scores of those who changed, and of everybody else those of the week's end. */
export async function writeBuilt(context: StepContext, scores: ColumnTable, columns: readonly Column[]): Promise<void> {
  await context.session.load("rescored", scores, columns);
  const names = columns.map(({ name }) => ident(name)).join(", ");
  const from = `(SELECT ${names} FROM rescored UNION ALL SELECT ${names} FROM ${context.relation("base")} ANTI JOIN changed USING (customer_id))`;
  await writeByBucket(context, "scores", { from, columns });
}

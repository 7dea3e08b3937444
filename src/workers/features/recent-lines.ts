import { weekEnd } from "../../shared/base/time.ts";
import type { InputReference } from "../../shared/domain/step.ts";
import { lineColumns } from "../customers/purchase-lines.ts";
import { literal } from "../engine/sql.ts";
import { defineStep, type StepContext } from "../engine/step-context.ts";

/** All lines up to a day of the customers who have one since the week's end before it: of everybody else all that counts lines
 *  alone stands as it did then. */
export const recentLines = defineStep({
  name: "recent_lines",
  version: 1,
  title: "Lines of this week's buyers",
  stage: "features",
  scope: "bucket",
  timing: "as_of",
  inputs: { lines: { step: "purchase_lines", output: "lines" } },
  params: {},
  outputs: [{ name: "lines", kind: "parquet", columns: lineColumns }],
  run: async (context) => {
    const [lines, asOf] = [context.relation("lines"), `DATE ${literal(context.asOf)}`];
    const since = `DATE ${literal(weekEnd(context.asOf))}`;
    await context.output.query(
      "lines",
      `WITH recent AS (SELECT DISTINCT customer_id FROM ${lines} WHERE day > ${since} AND day <= ${asOf})
       SELECT ${lineColumns.map(({ name }) => name).join(", ")} FROM ${lines} SEMI JOIN recent USING (customer_id) WHERE day <= ${asOf}
       ORDER BY customer_id, key_space, order_id, line_id, source, product_id, quantity, revenue_minor`,
    );
  },
});

/** Inputs of a step whose rows follow from each customer's own lines: all lines, or those of this week's buyers beside what stood
 *  at the week's end. */
export function ownLines(step: string): Readonly<Record<"lines" | "recent" | "base", InputReference>> {
  return {
    lines: { step: "purchase_lines", output: "lines", base: "without" },
    recent: { step: "recent_lines", output: "lines", base: "with" },
    base: { step, output: step, base: "at" },
  };
}

/** The same of a step whose rows follow from each customer's own rows of another that is built so. */
export function ownRows(step: string, alias: string, from: string): Readonly<Record<string, InputReference>> {
  const { recent, base } = ownLines(step);
  return { [alias]: { step: from, output: from }, recent, base };
}

interface Building {
  /** The rows of some customers, in any order. */
  readonly sql: (from: string) => string;
  /** What it is made from. */
  readonly alias: string;
  readonly order: string;
  /** What of the base differs by the day, as a replacement of columns. */
  readonly moved?: string;
}

/** SQL of a step's rows, each customer's made from their own alone: of those who bought since the base, and of the others as they
 *  stood. */
export function builtSql(context: StepContext, { sql, alias, order, moved }: Building): string {
  if (!context.has("base")) return `${sql(context.relation(alias))} ORDER BY ${order}`;
  const recent = `(SELECT DISTINCT customer_id FROM ${context.relation("recent")})`;
  const some =
    alias === "lines"
      ? context.relation("recent")
      : `(SELECT * FROM ${context.relation(alias)} SEMI JOIN ${recent} USING (customer_id))`;
  return `SELECT * FROM (${sql(some)}) UNION ALL BY NAME
    SELECT *${moved ? ` REPLACE (${moved})` : ""} FROM ${context.relation("base")} ANTI JOIN ${recent} USING (customer_id) ORDER BY ${order}`;
}

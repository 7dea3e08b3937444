import type { Column } from "../../shared/domain/column.ts";
import type { LakeTable } from "../../shared/domain/lake.ts";
import { spanSql, writeSpans } from "../engine/spans.ts";
import { ident } from "../engine/sql.ts";
import type { StepContext } from "../engine/step-context.ts";
import { shiftsOf, wallSql } from "../engine/zone-shifts.ts";
import { rowOrderSql } from "./row-keys.ts";

export interface FiledTable {
  readonly table: LakeTable;
  readonly columns: readonly Column[];
  readonly relation: string;
  /** Its rows lie as they were delivered, and reading them over again costs little. */
  readonly isAsDelivered: boolean;
}

const key = "key_space, order_id";
const namesOf = (columns: readonly Column[]) => columns.map(({ name }) => ident(name)).join(", ");

/** Writes orders and their lines by the span of each row's own day, and beside the lines of a span what belongs to their orders and lies in
 *  other spans (`orders_beside`, `lines_beside`): who reads a span has all of its orders. */
export async function writeFiledOrders(context: StepContext, orders: FiledTable, lines: FiledTable): Promise<void> {
  await place(context, orders);
  await place(context, lines);
  for (const filed of [orders, lines]) {
    await writeSpans(context, {
      ...{ output: filed.table.table, from: placed(filed), columns: namesOf(filed.columns), at: "ordered_at" },
      isReadApart: true,
      ...(filed.isAsDelivered ? {} : { order: rowOrderSql(filed.table) }),
    });
  }
  await apart(context, orders, lines);
  for (const [filed, output] of [[orders, "orders_beside"] as const, [lines, "lines_beside"] as const]) {
    const own = filed.columns.map(({ name }) => `t.${ident(name)}`).join(", ");
    const beside = `(SELECT ${own}, l.span FROM apart_${filed.table.table} t JOIN (SELECT DISTINCT ${key}, span FROM apart_${lines.table.table}) l
      ON l.key_space = t.key_space AND l.order_id = t.order_id AND l.span <> t.span)`;
    const columns = namesOf(filed.columns);
    await writeSpans(context, { output, from: beside, columns, order: rowOrderSql(filed.table), isReadApart: true });
  }
}

/** What a row takes in memory, about: where it is much, delivered files are read for each span instead. */
const rowBytes = 300;

const placed = ({ table }: FiledTable) => `placed_${table.table}`;

/** The rows with the span of their day in the brand's zone. */
async function place(context: StepContext, filed: FiledTable): Promise<void> {
  const { session, brand, spanEnds } = context;
  const { relation, columns, isAsDelivered } = filed;
  const [range = {}] = await session.rows(`SELECT min(ordered_at) AS first, max(ordered_at) AS last FROM ${relation}`);
  const { timeZone } = brand;
  const shifts = await shiftsOf(session, { first: range["first"], last: range["last"], timeZone, isWall: false });
  const day = `CAST(${wallSql("ordered_at", { shifts, timeZone })} AS DATE)`;
  const isRead = isAsDelivered && context.rows(filed.table.table) * rowBytes > context.memoryBytes / 4;
  await session.run(
    `CREATE TEMP ${isRead ? "VIEW" : "TABLE"} ${placed(filed)} AS SELECT ${namesOf(columns)}, ${spanSql(day, spanEnds)} AS span FROM ${relation}`,
  );
}

/** Rows of orders that have some in several spans. */
async function apart({ session, spanEnds }: StepContext, orders: FiledTable, lines: FiledTable): Promise<void> {
  const rows = (where: string) =>
    [orders, lines].map((one) => `SELECT ${key}, span FROM ${placed(one)} ${where}`).join(" UNION ALL ");
  const [first, later] = spanEnds.length === 0 ? ["WHERE false", "WHERE false"] : ["WHERE span = 0", "WHERE span > 0"];
  await session.run(
    `CREATE TEMP TABLE later AS SELECT ${key}, min(span) AS first, max(span) AS last FROM (${rows(later)}) GROUP BY ALL`,
  );
  await session.run(`CREATE TEMP TABLE apart AS SELECT ${key} FROM later WHERE first <> last
    UNION SELECT ${key} FROM (${rows(first)}) SEMI JOIN later USING (${key})`);
  for (const one of [orders, lines])
    await session.run(
      `CREATE TEMP TABLE apart_${one.table.table} AS SELECT * FROM ${placed(one)} SEMI JOIN apart USING (${key})`,
    );
}

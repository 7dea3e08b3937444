import type { Column } from "../../shared/domain/column.ts";
import { type LakeTable, lakeColumns, lakeStepOf, lakeTargets } from "../../shared/domain/lake.ts";
import { spanSql, writeSpans } from "../engine/spans.ts";
import { ident, literal } from "../engine/sql.ts";
import { defineStep, type StepContext } from "../engine/step-context.ts";
import { completeLake } from "./complete-lake.ts";
import type { Relations } from "./completion.ts";
import { type FiledTable, writeFiledOrders } from "./filed-orders.ts";
import { mergeDeliveries } from "./merge-deliveries.ts";
import { rowOrderSql } from "./row-keys.ts";

interface Subject {
  readonly batches: readonly { readonly source: string; readonly batch_id: string }[];
}

const isPii = (table: LakeTable, name: string) => table.columns.find((column) => column.name === name)?.pii === true;
const split = new Set(["customers", "orders", "message_events", "third_party"]);

/** Behaviour columns of a lake table: contact columns of customers and orders lie in files of their own. */
export function behaviourColumns(table: LakeTable): Column[] {
  return lakeColumns(table).filter(({ name }) => !(split.has(table.table) && isPii(table, name)));
}
export function contactColumns(table: LakeTable): Column[] {
  const keys = [...table.key, "source_customer_id"];
  return lakeColumns(table).filter(
    ({ name }) =>
      isPii(table, name) ||
      keys.includes(name) ||
      ["key_space", "source", "batch_id", "file_number", "source_row"].includes(name),
  );
}

/** Tables that are filed by spans of days, and what of other spans lies beside them. */
const filed: Readonly<Record<string, string>> = { orders: "orders_beside", order_lines: "lines_beside" };
const isFiled = (table: string) => filed[table] !== undefined || table === "exchange_rates";

/** Merges tables: every delivery of every source, with repetitions once and corrections in place of what they correct. Rows lie in
 *  the order of their names, or as they were delivered where all of them stand: sorting takes as long as writing them. */
function lakeStep(name: ReturnType<typeof lakeStepOf>, title: string) {
  const tables = lakeTargets.filter(({ table }) => lakeStepOf(table) === name);
  const contactTables = tables.filter(({ table }) => split.has(table));
  const filedTables = tables.filter(({ table }) => filed[table] !== undefined);
  const hasFiled = filedTables.length > 0;
  const plain = { kind: "parquet" as const };
  const spanned = { ...plain, isSpanned: true as const };
  return defineStep({
    ...{ name, version: 11, title, stage: "lake", scope: "brand", timing: "none" },
    inputs: Object.fromEntries(tables.map(({ table }) => [table, { step: "normalise", output: table }])),
    params: {},
    settings: hasFiled ? ["currency", "time_zone"] : ["currency"],
    ...(hasFiled ? { usesSpans: true as const } : {}),
    outputs: [
      ...tables.map((table) => {
        return { name: table.table, columns: behaviourColumns(table), ...(isFiled(table.table) ? spanned : plain) };
      }),
      ...filedTables.map((table) => ({ name: filed[table.table] ?? "", columns: behaviourColumns(table), ...spanned })),
      ...contactTables.map((table) => ({ name: `${table.table}_contact`, columns: contactColumns(table), ...plain })),
    ],
    run: async (context: StepContext) => {
      const { batches } = context.subject as unknown as Subject;
      const order = batches
        .map(({ source, batch_id }, at) => `(${literal(source)}, ${literal(batch_id)}, ${at})`)
        .join(", ");
      await context.session.run(
        `CREATE TEMP TABLE arrivals AS SELECT * FROM (VALUES ${order}) AS t(source, batch_id, batch_number)`,
      );
      const relations: Relations = new Map();
      const asDelivered = new Set<string>();
      for (const table of tables) {
        const merged = await mergeDeliveries(context.session, table, context.relation(table.table));
        relations.set(table.table, merged.relation);
        if (merged.isAsDelivered) asDelivered.add(table.table);
      }
      const completed = await completeLake(context.session, relations, context.brand.currency);
      const isInOrder = ({ table }: LakeTable) => asDelivered.has(table) && !completed.isShuffled(table);
      const write = (output: string, table: LakeTable, columns: readonly Column[]) => {
        const names = columns.map((column) => ident(column.name)).join(", ");
        const rows = `SELECT ${names} FROM ${relations.get(table.table)}`;
        return context.output.query(output, isInOrder(table) ? rows : `${rows} ORDER BY ${rowOrderSql(table)}`);
      };
      const [orders, lines] = filedTables.map((table): FiledTable => {
        const relation = relations.get(table.table) ?? "";
        return { table, columns: behaviourColumns(table), relation, isAsDelivered: isInOrder(table) };
      });
      if (orders && lines) await writeFiledOrders(context, orders, lines);
      for (const table of tables) {
        if (table.table === "exchange_rates") await writeRates(context, table, relations.get(table.table) ?? "");
        else if (!isFiled(table.table)) await write(table.table, table, behaviourColumns(table));
      }
      for (const table of contactTables) await write(`${table.table}_contact`, table, contactColumns(table));
    },
  });
}

/** Rates by the span of the day that they hold on. */
function writeRates(context: StepContext, table: LakeTable, relation: string): Promise<void> {
  const columns = behaviourColumns(table).map(({ name }) => ident(name));
  const from = `(SELECT *, ${spanSql("valid_on", context.spanEnds)} AS span FROM ${relation})`;
  const rows = { output: table.table, from, columns: columns.join(", "), order: rowOrderSql(table) };
  return writeSpans(context, { ...rows, isReadApart: true });
}

export const lakeSteps = [
  lakeStep("lake", "Merge orders, lines and products"),
  lakeStep("lake_people", "Merge records of people"),
  lakeStep("lake_events", "Merge events and campaigns"),
] as const;

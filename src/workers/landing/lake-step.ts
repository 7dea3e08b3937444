import type { Column } from "../../shared/domain/column.ts";
import { type LakeTable, lakeColumns, lakeStepOf, lakeTargets } from "../../shared/domain/lake.ts";
import { ident, literal } from "../engine/sql.ts";
import { defineStep, type StepContext } from "../engine/step-context.ts";
import { completeLake } from "./complete-lake.ts";
import type { Relations } from "./completion.ts";
import { mergeDeliveries } from "./merge-deliveries.ts";

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

/** Merges tables: every delivery of every source, with repetitions once and corrections in place of what they correct. Rows lie in
 *  the order of their names, or as they were delivered where all of them stand: sorting takes as long as writing them. */
function lakeStep(name: ReturnType<typeof lakeStepOf>, title: string) {
  const tables = lakeTargets.filter(({ table }) => lakeStepOf(table) === name);
  const contactTables = tables.filter(({ table }) => split.has(table));
  return defineStep({
    ...{ name, version: 10, title, stage: "lake", scope: "brand", timing: "none" },
    inputs: Object.fromEntries(tables.map(({ table }) => [table, { step: "normalise", output: table }])),
    params: {},
    settings: ["currency"],
    outputs: [
      ...tables.map((table) => ({ name: table.table, kind: "parquet" as const, columns: behaviourColumns(table) })),
      ...contactTables.map((table) => ({
        name: `${table.table}_contact`,
        kind: "parquet" as const,
        columns: contactColumns(table),
      })),
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
      const write = (output: string, table: LakeTable, columns: readonly Column[]) => {
        const names = columns.map((column) => ident(column.name)).join(", ");
        const rows = `SELECT ${names} FROM ${relations.get(table.table)}`;
        const isInOrder = asDelivered.has(table.table) && !completed.isShuffled(table.table);
        return context.output.query(output, isInOrder ? rows : `${rows} ORDER BY ${orderOf(table)}`);
      };
      for (const table of tables) await write(table.table, table, behaviourColumns(table));
      for (const table of contactTables) await write(`${table.table}_contact`, table, contactColumns(table));
    },
  });
}

export const lakeSteps = [
  lakeStep("lake", "Merge orders, lines and products"),
  lakeStep("lake_people", "Merge records of people"),
  lakeStep("lake_events", "Merge events and campaigns"),
] as const;

function orderOf(table: LakeTable): string {
  return [...table.key.map(ident), "source", "batch_id", "source_row"].join(", ");
}

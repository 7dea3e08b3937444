import type { Column } from "../../shared/domain/column.ts";
import { type LakeTable, lakeColumns, lakeTargets } from "../../shared/domain/lake.ts";
import { ident, literal } from "../engine/sql.ts";
import { defineStep, type StepContext } from "../engine/step-context.ts";
import { completeLake } from "./complete-lake.ts";

interface Subject {
  readonly batches: readonly { readonly source: string; readonly batch_id: string }[];
}

const isPii = (table: LakeTable, name: string) => table.columns.find((column) => column.name === name)?.pii === true;
const split = new Set(["customers", "orders", "message_events"]);

/** Behaviour columns of a lake table: contact columns of customers and orders lie in files of their own. */
export function behaviourColumns(table: LakeTable): Column[] {
  return lakeColumns(table).filter(({ name }) => !(split.has(table.table) && isPii(table, name)));
}
export function contactColumns(table: LakeTable): Column[] {
  const keys = [...table.key, "source_customer_id"];
  return lakeColumns(table).filter(
    ({ name }) =>
      isPii(table, name) || keys.includes(name) || ["key_space", "source", "batch_id", "source_row"].includes(name),
  );
}

const contactTables = lakeTargets.filter(({ table }) => split.has(table));

/** The lake: every delivery of every source, with repetitions once and corrections in place of what they correct. */
export const lake = defineStep({
  name: "lake",
  version: 3,
  title: "Merge deliveries",
  stage: "lake",
  scope: "brand",
  timing: "none",
  inputs: Object.fromEntries(lakeTargets.map(({ table }) => [table, { step: "normalise", output: table }])),
  params: {},
  settings: ["currency"],
  outputs: [
    ...lakeTargets.map((table) => ({ name: table.table, kind: "parquet" as const, columns: behaviourColumns(table) })),
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
    for (const table of lakeTargets) await context.session.run(mergeSql(context, table));
    await completeLake(context.session, context.brand.currency);
    for (const table of lakeTargets) {
      const names = behaviourColumns(table)
        .map(({ name }) => ident(name))
        .join(", ");
      await context.output.query(table.table, `SELECT ${names} FROM merged_${table.table} ORDER BY ${orderOf(table)}`);
    }
    for (const table of contactTables) {
      const names = contactColumns(table)
        .map(({ name }) => ident(name))
        .join(", ");
      await context.output.query(
        `${table.table}_contact`,
        `SELECT ${names} FROM merged_${table.table} ORDER BY ${orderOf(table)}`,
      );
    }
  },
});

function orderOf(table: LakeTable): string {
  return [...table.key.map(ident), "source", "batch_id", "source_row"].join(", ");
}

/** With a key the latest row of a source stands, and of several sources what the later ones say, where they say something (people
 *  stay apart by source until identity joins them); without, as many equal rows as the file that has most of them. */
function mergeSql(context: StepContext, table: LakeTable): string {
  const names = lakeColumns(table).map(({ name }) => name);
  const latest = "batch_number DESC, file_number DESC, source_row DESC, row_hash";
  const whence = new Set(["key_space", "source", "batch_id", "source_row"]);
  const joined = names.map(
    (name) =>
      (whence.has(name)
        ? `first(${ident(name)} ORDER BY ${latest})`
        : `first(${ident(name)} ORDER BY ${latest}) FILTER (${ident(name)} IS NOT NULL)`) + ` AS ${ident(name)}`,
  );
  const columns = [...names, "row_hash"].map(ident).join(", ");
  const merged =
    table.table === "customers"
      ? `SELECT ${columns} FROM standing`
      : `SELECT ${columns} FROM standing WHERE n_sources = 1 UNION ALL
         SELECT ${joined.join(", ")}, first(row_hash ORDER BY ${latest}) AS row_hash FROM standing WHERE n_sources > 1 GROUP BY row_key`;
  return `CREATE TEMP TABLE merged_${table.table} AS
    WITH delivered AS (SELECT d.*, a.batch_number FROM ${context.relation(table.table)} d JOIN arrivals a USING (source, batch_id)),
    keyed AS (SELECT * FROM delivered WHERE row_key IS NOT NULL QUALIFY row_number() OVER (PARTITION BY source, row_key ORDER BY ${latest}) = 1),
    standing AS (SELECT *, count(*) OVER (PARTITION BY row_key) AS n_sources FROM keyed),
    counted AS (SELECT *, count(*) OVER (PARTITION BY source, row_hash, batch_number, file_number) AS n FROM delivered WHERE row_key IS NULL),
    unkeyed AS (SELECT * FROM counted QUALIFY dense_rank() OVER (PARTITION BY source, row_hash ORDER BY n DESC, batch_number, file_number) = 1)
    SELECT ${columns} FROM unkeyed UNION ALL ${merged}`;
}

import type { Column } from "../../shared/domain/column.ts";
import { type LakeTable, lakeColumns, lakeTargets } from "../../shared/domain/lake.ts";
import { ident, literal } from "../engine/sql.ts";
import { defineStep, type StepContext } from "../engine/step-context.ts";

interface Subject {
  readonly batches: readonly { readonly source: string; readonly batch_id: string }[];
}

const isPii = (table: LakeTable, name: string) => table.columns.find((column) => column.name === name)?.pii === true;
const split = new Set(["customers", "orders"]);

/** Behaviour columns of a lake table: contact columns of customers and orders lie in files of their own. */
export function behaviourColumns(table: LakeTable): Column[] {
  return lakeColumns(table).filter(({ name }) => !(split.has(table.table) && isPii(table, name)));
}
export function contactColumns(table: LakeTable): Column[] {
  const keys = table.table === "customers" ? ["source_customer_id"] : ["order_id", "source_customer_id"];
  return lakeColumns(table).filter(
    ({ name }) =>
      isPii(table, name) || keys.includes(name) || ["key_space", "source", "batch_id", "source_row"].includes(name),
  );
}

const contactTables = lakeTargets.filter(({ table }) => split.has(table));

/** The lake: every delivery of every source, with repetitions once and corrections in place of what they correct. */
export const lake = defineStep({
  name: "lake",
  version: 1,
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
    await complete(context);
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

/** With a key the latest row stands, wherever it came from (people: for each source); without, as many equal rows as the file
 *  that has most of them. */
function mergeSql(context: StepContext, table: LakeTable): string {
  const by = table.table === "customers" ? "source, row_key" : "row_key";
  return `CREATE TEMP TABLE merged_${table.table} AS
    WITH delivered AS (SELECT d.*, a.batch_number FROM ${context.relation(table.table)} d JOIN arrivals a USING (source, batch_id)),
    keyed AS (SELECT * FROM delivered WHERE row_key IS NOT NULL
      QUALIFY row_number() OVER (PARTITION BY ${by} ORDER BY batch_number DESC, file_number DESC, source_row DESC) = 1),
    counted AS (SELECT *, count(*) OVER (PARTITION BY source, row_hash, batch_number, file_number) AS n FROM delivered WHERE row_key IS NULL),
    unkeyed AS (SELECT * EXCLUDE (n) FROM counted
      QUALIFY dense_rank() OVER (PARTITION BY source, row_hash ORDER BY n DESC, batch_number, file_number) = 1)
    SELECT * FROM keyed UNION ALL SELECT * FROM unkeyed`;
}

/** What one table lacks and another has: numbers of orders without one, orders from lines, lines from orders, returns from
 *  negative lines, days and customers of lines from their orders. */
async function complete({ session, brand }: StepContext): Promise<void> {
  const currency = literal(brand.currency);
  const numbered = (table: string) => `UPDATE merged_${table} SET order_id = n.made FROM (
      SELECT rowid AS id, 'row:' || left(row_hash, 16) || ':' || row_number() OVER (PARTITION BY source, row_hash ORDER BY source_row) AS made
      FROM merged_${table} WHERE order_id IS NULL) n WHERE merged_${table}.rowid = n.id`;
  await session.run(numbered("orders"));
  await session.run(numbered("order_lines"));
  await session.run(`UPDATE merged_order_lines SET line_id = n.made FROM (
      SELECT rowid AS id, CAST(row_number() OVER (PARTITION BY key_space, order_id ORDER BY source, row_hash, source_row) AS VARCHAR) AS made
      FROM merged_order_lines WHERE line_id IS NULL) n WHERE merged_order_lines.rowid = n.id`);
  await session.run(`INSERT INTO merged_orders BY NAME
    SELECT order_id, key_space, any_value(source ORDER BY source, source_row) AS source, any_value(batch_id ORDER BY source, source_row) AS batch_id,
           min(source_row) AS source_row, max(source_customer_id) AS source_customer_id, min(ordered_at) AS ordered_at, max(currency) AS currency
    FROM merged_order_lines l WHERE NOT EXISTS (SELECT 1 FROM merged_orders o WHERE o.order_id = l.order_id AND o.key_space = l.key_space)
    GROUP BY order_id, key_space`);
  await session.run(`UPDATE merged_orders SET source_customer_id = coalesce(merged_orders.source_customer_id, l.customer), ordered_at = coalesce(merged_orders.ordered_at, l.moment),
      currency = coalesce(merged_orders.currency, l.currency, ${currency})
    FROM (SELECT order_id, key_space, max(source_customer_id) AS customer, min(ordered_at) AS moment, max(currency) AS currency FROM merged_order_lines GROUP BY ALL) l
    WHERE merged_orders.order_id = l.order_id AND merged_orders.key_space = l.key_space`);
  await session.run(`UPDATE merged_orders SET currency = ${currency} WHERE currency IS NULL`);
  await session.run(`INSERT INTO merged_order_lines BY NAME
    SELECT order_id, '1' AS line_id, key_space, source, batch_id, source_row, source_customer_id, ordered_at, CAST(1 AS DECIMAL(18,4)) AS quantity, currency,
           CAST(gross_minor - coalesce(discount_minor, 0) AS DECIMAL(18,4)) AS unit_price_minor, gross_minor - coalesce(discount_minor, 0) AS amount_minor
    FROM merged_orders o WHERE source NOT IN (SELECT DISTINCT source FROM merged_order_lines)
      AND NOT EXISTS (SELECT 1 FROM merged_order_lines l WHERE l.order_id = o.order_id AND l.key_space = o.key_space)`);
  await session.run(`UPDATE merged_order_lines SET
      ordered_at = coalesce(merged_order_lines.ordered_at, o.ordered_at), source_customer_id = coalesce(merged_order_lines.source_customer_id, o.source_customer_id),
      currency = coalesce(merged_order_lines.currency, o.currency), quantity = coalesce(merged_order_lines.quantity, 1)
    FROM merged_orders o WHERE merged_order_lines.order_id = o.order_id AND merged_order_lines.key_space = o.key_space`);
  await session.run(`UPDATE merged_order_lines SET amount_minor = CAST(round(quantity * unit_price_minor) AS BIGINT) - sign(quantity) * coalesce(discount_minor, 0)
    WHERE amount_minor IS NULL AND unit_price_minor IS NOT NULL`);
  await session.run(
    `UPDATE merged_order_lines SET unit_price_minor = CAST(amount_minor / quantity AS DECIMAL(18,4)) WHERE unit_price_minor IS NULL AND amount_minor IS NOT NULL AND quantity <> 0`,
  );
  await returnsFromLines(session);
}

async function returnsFromLines(session: StepContext["session"]): Promise<void> {
  await session.run(`INSERT INTO merged_returns BY NAME
    WITH negative AS (SELECT * FROM merged_order_lines WHERE quantity < 0),
    sold AS (SELECT key_space, source_customer_id, product_id, ordered_at, order_id FROM merged_order_lines WHERE quantity > 0),
    tied AS (SELECT n.*, CASE WHEN EXISTS (SELECT 1 FROM sold s WHERE s.order_id = n.order_id AND s.key_space = n.key_space) THEN n.order_id END AS same_order FROM negative n)
    SELECT 'line:' || t.order_id || ':' || coalesce(t.line_id, '') AS return_id, coalesce(t.same_order, s.order_id, t.order_id) AS order_id, t.line_id, t.product_id,
           t.ordered_at AS returned_at, -t.quantity AS quantity, abs(t.amount_minor) AS refund_minor, 'negative line' AS reason, t.key_space, t.source, t.batch_id, t.source_row
    FROM tied t ASOF LEFT JOIN sold s ON s.key_space = t.key_space AND s.source_customer_id = t.source_customer_id AND s.product_id = t.product_id AND s.ordered_at <= t.ordered_at`);
  await session.run("DELETE FROM merged_order_lines WHERE quantity < 0");
}

import type { Json } from "../../shared/base/canonical-json.ts";
import { lakeTargets, normalisedColumns } from "../../shared/domain/lake.ts";
import { parseMapping } from "../../shared/domain/mapping.ts";
import type { Session } from "../engine/duckdb.ts";
import { ident, parquet } from "../engine/sql.ts";
import { defineStep, type StepContext } from "../engine/step-context.ts";
import { daySql } from "../engine/zone-shifts.ts";
import { isNoFault } from "../sources/parquet-file.ts";
import { dropRaw, type RawTable, requireReadable } from "../sources/raw.ts";
import { dropValues } from "../sources/raw-values.ts";
import { normaliseFile, sharedPhones } from "./normalise-file.ts";
import { placesOf } from "./stack.ts";
import { type DeliveredFile, Stacks } from "./stacks.ts";

interface Subject {
  readonly source: string;
  readonly batch_id: string;
  readonly files: readonly DeliveredFile[];
  readonly mapping: unknown;
  readonly not_after: string | null;
}

export const rejectColumns = [
  { name: "file", type: "VARCHAR" },
  { name: "line", type: "BIGINT" },
  { name: "column", type: "VARCHAR" },
  { name: "value", type: "VARCHAR", pii: true },
  { name: "reason", type: "VARCHAR" },
  { name: "raw", type: "VARCHAR", pii: true },
  { name: "source_row", type: "BIGINT" },
] as const;

/** One delivery as rows of the lake's tables, and its rejects. The first artifact made of any file. */
export const normalise = defineStep({
  name: "normalise",
  version: 16,
  title: "Read deliveries",
  stage: "landing",
  scope: "batch",
  timing: "none",
  isForeign: true,
  inputs: {},
  params: {},
  settings: ["currency", "time_zone"],
  outputs: [
    ...lakeTargets.map((table) => ({ name: table.table, kind: "parquet" as const, columns: normalisedColumns(table) })),
    { name: "rejects", kind: "parquet", columns: rejectColumns },
    { name: "counts", kind: "json" },
  ],
  run: async (context: StepContext) => {
    const left: Left[] = [];
    try {
      await readDelivery(context, left);
    } catch (error) {
      if (!isNoFault(error)) for (const { raw, name } of left) await requireReadable(context.session, raw, name);
      throw error;
    }
  },
});

/** A file whose rows are read from it whenever they are asked for. */
interface Left {
  readonly raw: RawTable;
  readonly name: string;
}

async function readDelivery(context: StepContext, left: Left[]): Promise<void> {
  const { session, brand } = context;
  const subject = context.subject as unknown as Subject;
  const mapping = parseMapping(subject.mapping);
  const counts: Json[] = [];
  const parts = new Map<string, string[]>();
  const inOrder = new Set<string>();
  const joined = new Set<string>();
  const rejects: string[] = [];
  let rowsRead = 0;
  const phones = sharedPhones(brand.timeZone);
  const isAlone = subject.files.length === 1; // of several each is dropped before the next is read, where it doesn't lie in its file
  const stacks = new Stacks(context, subject.files, mapping);
  for await (const { raw, files, formats } of stacks.read()) {
    const [first] = files;
    if (raw.isLeft) left.push({ raw, name: first?.name ?? "" });
    const read = await normaliseFile(session, raw, {
      ...{ mapping, brand, source: subject.source, batchId: subject.batch_id, notAfter: subject.not_after },
      ...{ fileNumber: first?.number ?? 0, fileName: first?.name ?? "" },
      ...{ formats, stacked: files.length > 1 ? files : undefined, phones, keepsRaw: isAlone || raw.isLeft === true },
    });
    for (const name of read.inOrder) inOrder.add(name);
    for (const name of read.joined) joined.add(name);
    for (const [table, name] of read.tables) parts.set(table, [...(parts.get(table) ?? []), name]);
    const places = placesOf(files);
    const columns = `file, line, "column", value, reason, raw`;
    rejects.push(`SELECT ${columns}, ${places.sourceRow} AS source_row FROM ${read.rejects}`);
    const reasons = await session.rows(
      `SELECT ${places.fileNumber} AS number, reason, count(*) AS n FROM ${read.rejects} GROUP BY ALL ORDER BY ALL`,
    );
    for (const file of files) {
      const own = reasons.filter((row) => Number(row.number) === file.number);
      counts[file.number] = {
        sha256: file.sha256,
        rows_read: file.rowsRead,
        rows_rejected: own.reduce((sum, row) => sum + Number(row.n), 0),
        rejects: own.map((row) => ({ reason: String(row.reason), count: Number(row.n) })),
        primary: [...read.tables.keys()][0] ?? null,
        warnings: [...file.warnings, ...read.warnings],
      };
    }
    rowsRead += raw.rowsRead;
    context.progress(rowsRead);
    if (raw.isLeft) await dropValues(session, raw);
    else if (!isAlone) await dropRaw(session, raw);
  }
  await session.run("PRAGMA enable_optimizer");
  const written = new Map<string, string>();
  for (const table of lakeTargets) {
    const columns = normalisedColumns(table)
      .map(({ name }) => ident(name))
      .join(", ");
    const made = parts.get(table.table) ?? [];
    const union = made.map((name) => `SELECT ${columns} FROM ${name}`).join(" UNION ALL ");
    const rows = made.length > 0 ? `SELECT * FROM (${union})` : emptySelect(normalisedColumns(table));
    const [only = ""] = made;
    const mayLie = made.length === 1 && !joined.has(only);
    const isInOrder = mayLie && (inOrder.has(only) || (await liesInOrder(session, only)));
    const sql = isInOrder ? union : `${rows} ORDER BY file_number, source_row, row_hash`;
    const file = await context.output.query(table.table, sql);
    if (made.length > 0) written.set(table.table, file);
  }
  const all = rejects.join(" UNION ALL ");
  await context.output.query(
    "rejects",
    `${rejects.length > 0 ? `SELECT * FROM (${all})` : emptySelect(rejectColumns)} ORDER BY file, source_row`,
  );
  await context.output.json("counts", { files: counts, ...(await latest(context, written)) });
}

/** Whether every row comes after the one before it as they lie: they needn't be sorted then. */
async function liesInOrder(session: Session, rows: string): Promise<boolean> {
  const before = (name: string) => `lag(${name}) OVER ()`;
  const follows = `file_number > ${before("file_number")} OR (file_number = ${before("file_number")} AND source_row > ${before("source_row")})`;
  return (
    (await session.value(
      `SELECT coalesce(bool_and(follows), true) FROM (SELECT ${follows} AS follows FROM ${rows})`,
    )) === true
  );
}

export function emptySelect(columns: readonly { readonly name: string; readonly type: string }[]): string {
  return `SELECT ${columns.map(({ name, type }) => `CAST(NULL AS ${type}) AS ${ident(name)}`).join(", ")} WHERE false`;
}

/** The latest day of an order in the brand's zone, and the latest instant of any row. */
async function latest(
  context: StepContext,
  written: ReadonlyMap<string, string>,
): Promise<{ latest_order_on: string | null; records_until: string | null }> {
  const instants = lakeTargets.flatMap(({ table, columns }) => {
    const isOfOrders = table === "orders" || table === "order_lines";
    const at = columns.find(
      ({ kind, name }) => kind === "instant" && name !== "created_at" && name !== "delivered_at",
    )?.name;
    const file = written.get(table);
    return at && file ? [`SELECT max(${at}) AS moment, ${isOfOrders} AS is_order FROM ${parquet([file])}`] : [];
  });
  if (instants.length === 0) return { latest_order_on: null, records_until: null };
  const ordered = "max(moment) FILTER (is_order)";
  const [row = {}] = await context.session.rows(
    `SELECT max(moment) AS until, CAST(${daySql(ordered, context.brand.timeZone)} AS VARCHAR) AS day FROM (${instants.join(" UNION ALL ")})`,
  );
  const [day = null, until = null] = [row["day"], row["until"]];
  return { latest_order_on: day === null ? null : String(day), records_until: until === null ? null : String(until) };
}

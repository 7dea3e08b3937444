import { statSync } from "node:fs";
import { lakeTargets, normalisedColumns } from "../../shared/domain/lake.ts";
import { ident, literal } from "../engine/sql.ts";
import { defineStep, type StepContext } from "../engine/step-context.ts";
import { openRaw } from "../sources/open-raw.ts";
import { dropRaw } from "../sources/raw.ts";
import { parseMapping } from "./mapping.ts";
import { normaliseFile } from "./normalise-file.ts";

interface Subject {
  readonly source: string;
  readonly batch_id: string;
  readonly files: readonly { readonly name: string; readonly landed: string; readonly sha256: string }[];
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

/** Bytes up to which planning a statement well costs more than it saves. */
const smallFile = 1_000_000;

/** One delivery as rows of the lake's tables, and its rejects. The first artifact made of any file. */
export const normalise = defineStep({
  name: "normalise",
  version: 8,
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
    const { session, brand } = context;
    const subject = context.subject as unknown as Subject;
    const mapping = parseMapping(subject.mapping);
    const counts = [];
    const parts = new Map<string, string[]>();
    const rejects: string[] = [];
    for (const [at, file] of subject.files.entries()) {
      context.signal.throwIfAborted();
      const isSmall = statSync(context.landedFile(file)).size < smallFile;
      await session.run(`PRAGMA ${isSmall ? "disable" : "enable"}_optimizer`);
      const { raw, prepared } = await openRaw(session, context.landedFile(file), {
        scratch: context.scratch,
        signal: context.signal,
        name: file.name,
      });
      const read = await normaliseFile(session, raw, {
        mapping,
        brand,
        source: subject.source,
        batchId: subject.batch_id,
        fileNumber: at,
        fileName: file.name.split(/[\\/]/).at(-1) ?? file.name,
        notAfter: subject.not_after,
      });
      for (const [table, name] of read.tables) parts.set(table, [...(parts.get(table) ?? []), name]);
      rejects.push(read.rejects);
      const reasons = await session.rows(
        `SELECT reason, count(*) AS n FROM ${read.rejects} GROUP BY reason ORDER BY reason`,
      );
      counts.push({
        sha256: file.sha256,
        rows_read: raw.rowsRead,
        rows_rejected: read.rowsRejected,
        rejects: reasons.map((row) => ({ reason: String(row.reason), count: Number(row.n) })),
        primary: [...read.tables.keys()][0] ?? null,
        warnings: [...prepared.warnings, ...raw.warnings, ...read.warnings],
      });
      context.progress(counts.reduce((sum, one) => sum + one.rows_read, 0));
      await dropRaw(session, raw);
    }
    await session.run("PRAGMA enable_optimizer");
    for (const table of lakeTargets) {
      const columns = normalisedColumns(table)
        .map(({ name }) => ident(name))
        .join(", ");
      const made = parts.get(table.table) ?? [];
      const union = made.map((name) => `SELECT ${columns} FROM ${name}`).join(" UNION ALL ");
      await context.output.query(
        table.table,
        `${made.length > 0 ? `SELECT * FROM (${union})` : emptySelect(normalisedColumns(table))} ORDER BY file_number, source_row, row_hash`,
      );
    }
    const columns = rejectColumns.map(({ name }) => ident(name)).join(", ");
    const all = rejects.map((name) => `SELECT ${columns} FROM ${name}`).join(" UNION ALL ");
    await context.output.query(
      "rejects",
      `${rejects.length > 0 ? `SELECT * FROM (${all})` : emptySelect(rejectColumns)} ORDER BY file, source_row`,
    );
    await context.output.json("counts", { files: counts, ...(await latest(context, parts)) });
  },
});

export function emptySelect(columns: readonly { readonly name: string; readonly type: string }[]): string {
  return `SELECT ${columns.map(({ name, type }) => `CAST(NULL AS ${type}) AS ${ident(name)}`).join(", ")} WHERE false`;
}

/** The latest day of an order in the brand's zone, and the latest instant of any row. */
async function latest(
  context: StepContext,
  parts: ReadonlyMap<string, readonly string[]>,
): Promise<{ latest_order_on: string | null; records_until: string | null }> {
  const zone = literal(context.brand.timeZone);
  const instants: string[] = [];
  const orders: string[] = [];
  for (const table of lakeTargets) {
    const at = table.columns.find(
      ({ kind, name }) => kind === "instant" && name !== "created_at" && name !== "delivered_at",
    )?.name;
    for (const name of at ? (parts.get(table.table) ?? []) : []) {
      instants.push(`SELECT max(${at}) AS moment FROM ${name}`);
      if (table.table === "orders" || table.table === "order_lines")
        orders.push(`SELECT max(${at}) AS moment FROM ${name}`);
    }
  }
  const day =
    orders.length > 0
      ? await context.session.value(
          `SELECT CAST(CAST((max(moment) AT TIME ZONE 'UTC') AT TIME ZONE ${zone} AS DATE) AS VARCHAR) FROM (${orders.join(" UNION ALL ")})`,
        )
      : null;
  const until =
    instants.length > 0
      ? await context.session.value(`SELECT max(moment) FROM (${instants.join(" UNION ALL ")})`)
      : null;
  return { latest_order_on: day === null ? null : String(day), records_until: until === null ? null : String(until) };
}

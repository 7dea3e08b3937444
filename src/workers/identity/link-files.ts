import { randomUUID } from "node:crypto";
import { renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { AssayError } from "../../shared/base/errors.ts";
import type { Column } from "../../shared/domain/column.ts";
import type { Session } from "../engine/duckdb.ts";
import { makePath } from "../engine/make-path.ts";
import { literal } from "../engine/sql.ts";
import { openRaw } from "../sources/open-raw.ts";
import { dropSql, rawColumn, trimmedSql } from "../sources/raw.ts";
import { birthId } from "./customer-ids.ts";
import { type Linkage, linkRecords } from "./link-records.ts";
import { namedColumns, personAttributes, type TextColumn } from "./person-table.ts";

export interface LinkRequest {
  readonly paths: readonly string[];
  /** A .csv or .parquet file. */
  readonly out: string;
  readonly threshold: number;
}

export interface LinkResult {
  records: number;
  customers: number;
  pairs_scored: number;
  params: {
    threshold: number;
    prior: number | null;
    household_prior: number | null;
    iterations: number;
    converged: boolean;
    comparisons: { name: string; levels: { level: string; m_probability: number; u_probability: number }[] }[];
  };
}

interface Record {
  readonly file: string;
  readonly row: number;
}

/** Resolves the people of any files: each row of each is a record; writes file, row (from 1, the header not counted),
 *  customer_id, probability and rule of every row that could be read. */
export async function linkFiles(
  openSession: () => Promise<Session>,
  request: LinkRequest,
  doing: { readonly scratch: string; readonly signal: AbortSignal; readonly onFile?: (path: string) => void },
): Promise<LinkResult> {
  if (!/\.(csv|parquet)$/i.test(request.out))
    throw new AssayError("usage", `${request.out} is no file to write to.`, "Name a .csv or .parquet file with --out.");
  const session = await openSession();
  try {
    const records: Record[] = [];
    const columns = new Map<string, { header: string; values: (string | null)[] }>();
    const names = fileNames(request.paths);
    for (const [at, path] of request.paths.entries()) {
      doing.onFile?.(path);
      await readPeople(session, path, { ...doing, file: names[at] ?? path, records, columns });
    }
    const attributes = personAttributes([...columns.values()] as TextColumn[]);
    if (records.length > 0 && attributes.length === 0)
      throw new AssayError(
        "bad_input",
        "No column tells one person from another.",
        "Give columns such as given_name, family_name, birth_date, e-mail, phone, address or postcode a header.",
      );
    const linkage = linkRecords(attributes, records.length, request.threshold);
    const customers = await write(session, records, linkage, request.out);
    const { model } = linkage;
    return {
      ...{ records: records.length, customers, pairs_scored: linkage.pairsScored },
      params: {
        threshold: request.threshold,
        ...{ prior: model?.prior ?? null, household_prior: model?.householdPrior ?? null },
        ...{ iterations: model?.iterations ?? 0, converged: model?.converged ?? true },
        comparisons: (model?.comparisons ?? []).map(({ name, levels, m, u }) => ({
          name,
          levels: levels.map((level, at) => ({ level, m_probability: m[at] ?? 0, u_probability: u[at] ?? 0 })),
        })),
      },
    };
  } finally {
    session.close();
  }
}

/** Files by their name; with their folder where two are called the same. */
function fileNames(paths: readonly string[]): string[] {
  const names = paths.map((path) => basename(path));
  return names.map((name, at) => (names.indexOf(name) === names.lastIndexOf(name) ? name : (paths[at] ?? name)));
}

interface Reading {
  readonly scratch: string;
  readonly signal: AbortSignal;
  readonly file: string;
  readonly records: Record[];
  /** By what they tell; all have a value, or null, for each record so far. */
  readonly columns: Map<string, { header: string; values: (string | null)[] }>;
}

async function readPeople(session: Session, path: string, { scratch, signal, file, ...into }: Reading): Promise<void> {
  const { raw } = await openRaw(session, path, { scratch, signal, asItLies: true });
  const before = into.records.length;
  const select = raw.columns.map((_, at) => `${trimmedSql(rawColumn(at))} AS c${at}`);
  const table = await session.table(
    `SELECT ${["source_row", ...select].join(", ")} FROM ${raw.table} ORDER BY source_row`,
  );
  const rows = table.columns["source_row"] as Float64Array;
  for (const row of rows) into.records.push({ file, row });
  const texts = raw.columns.map((header, at) => ({ header, values: table.columns[`c${at}`] as (string | null)[] }));
  for (const { header, values } of namedColumns(texts)) {
    const column = into.columns.get(header) ?? { header, values: new Array<string | null>(before).fill(null) };
    for (const value of values) column.values.push(value);
    into.columns.set(header, column);
  }
  for (const column of into.columns.values())
    while (column.values.length < into.records.length) column.values.push(null);
  await session.run(dropSql(raw));
}

const outColumns: readonly Column[] = [
  { name: "file", type: "VARCHAR" },
  { name: "row", type: "BIGINT" },
  { name: "customer_id", type: "VARCHAR" },
  { name: "probability", type: "DOUBLE" },
  { name: "rule", type: "VARCHAR" },
];

async function write(session: Session, records: readonly Record[], linkage: Linkage, out: string): Promise<number> {
  const ids = new Map<number, string>();
  for (const leader of linkage.leader) {
    const { file = "", row = 0 } = records[leader] ?? {};
    if (!ids.has(leader)) ids.set(leader, birthId(file, String(row)));
  }
  const columns = {
    file: records.map(({ file }) => file),
    row: Float64Array.from(records, ({ row }) => row),
    customer_id: Array.from(linkage.leader, (leader) => ids.get(leader) ?? null),
    probability: linkage.probability,
    rule: [...linkage.rule],
  };
  await session.load("linked", { rows: records.length, columns }, outColumns);
  const sql = "SELECT * FROM linked";
  const staged = join(dirname(out), `.${randomUUID()}`);
  try {
    makePath(dirname(out));
    if (/\.parquet$/i.test(out)) await session.toParquet(sql, staged);
    else await session.run(`COPY (${sql}) TO ${literal(staged)} (FORMAT csv, HEADER true)`);
    renameSync(staged, out);
  } catch (error) {
    if (error instanceof AssayError) throw error;
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown cause";
    throw new AssayError("unavailable", `${out} could not be written (${code}).`, "Check the folder and its space.");
  } finally {
    rmSync(staged, { force: true });
  }
  return ids.size;
}

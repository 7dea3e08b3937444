import { randomUUID } from "node:crypto";
import { renameSync } from "node:fs";
import { dirname, join } from "node:path";
import type { EngineContract } from "../../shared/api/engine.ts";
import type { Handlers } from "../../shared/api/serve.ts";
import { AssayError, throwIfCancelled } from "../../shared/base/errors.ts";
import type { ColumnTable } from "../../shared/domain/column.ts";
import type { Session } from "../engine/duckdb.ts";
import { makePath } from "../engine/make-path.ts";
import { literal, parquet } from "../engine/sql.ts";
import { selfTestParts } from "../models/self-test.ts";
import { fitSummary, predictSummary, type SummaryColumns } from "../models/summary-file.ts";
import { sourceWorth } from "../models/tournament/source-worth.ts";
import { openRaw } from "../sources/open-raw.ts";
import { type RawTable, rawColumn } from "../sources/raw.ts";
import { type ServiceContext, withSession } from "./context.ts";
import { tableFiles } from "./lay-out.ts";

type Names = "models.fit" | "models.predict" | "models.self_test" | "models.source_worth";

const defaults = {
  frequency: "frequency",
  recency: "recency",
  T: "T",
  monetary_value: "monetary_value",
  sum_log_interval: "sum_log_interval",
} as const;

/** Columns of a summary file as numbers; a value that is none is named with its row. */
async function readSummary(
  session: Session,
  raw: RawTable,
  renames: Readonly<Record<string, string>>,
): Promise<SummaryColumns> {
  const find = (name: keyof typeof defaults) => {
    const wanted = (renames[name] ?? (name === "T" ? renames["t_age"] : undefined) ?? defaults[name]).toLowerCase();
    return raw.columns.findIndex((column) => column.trim().toLowerCase() === wanted);
  };
  const column = async (name: keyof typeof defaults) => {
    const at = find(name);
    if (at < 0)
      throw new AssayError(
        "bad_input",
        `The file has no column ${renames[name] ?? name}.`,
        "Name it with --columns frequency=x,recency=t_x,T=….",
      );
    const bad = await session.rows(
      `SELECT source_row FROM ${raw.table} WHERE TRY_CAST(trim(${rawColumn(at)}) AS DOUBLE) IS NULL OR NOT isfinite(TRY_CAST(trim(${rawColumn(at)}) AS DOUBLE)) ORDER BY source_row LIMIT 1`,
    );
    if (bad[0])
      throw new AssayError(
        "bad_input",
        `Row ${bad[0]["source_row"]} has no number in ${raw.columns[at]}.`,
        "Every customer needs frequency, recency and T.",
      );
    const table = await session.table(
      `SELECT CAST(trim(${rawColumn(at)}) AS DOUBLE) AS v FROM ${raw.table} ORDER BY source_row`,
    );
    return table.columns["v"] as Float64Array;
  };
  const columns = {
    frequency: await column("frequency"),
    recency: await column("recency"),
    tAge: await column("T"),
    monetaryValue: find("monetary_value") >= 0 ? await column("monetary_value") : null,
    sumLogInterval: find("sum_log_interval") >= 0 ? await column("sum_log_interval") : null,
  };
  for (let at = 0; at < columns.frequency.length; at++) {
    const [x = 0, recency = 0, age = 0] = [columns.frequency[at], columns.recency[at], columns.tAge[at]];
    if (x < 0 || recency < 0 || recency > age + 1e-9)
      throw new AssayError(
        "bad_input",
        `Row ${at + 1} has frequency ${x}, recency ${recency}, T ${age}.`,
        "All from 0 up, and recency at most T.",
      );
  }
  return columns;
}

export const modelHandlers: Pick<Handlers<EngineContract, ServiceContext>, Names> = {
  "models.fit": ({ name, summary, columns }, { ctx, signal }) =>
    withSession(ctx, signal, async ({ session, scratch }) => {
      const open = await session();
      const { raw } = await openRaw(open, summary, { scratch, signal, asItLies: true });
      return fitSummary(name, await readSummary(open, raw, columns));
    }),
  "models.predict": ({ name, summary, columns, horizon, params, out }, { ctx, signal }) =>
    withSession(ctx, signal, async ({ session, scratch }) => {
      const open = await session();
      const { raw } = await openRaw(open, summary, { scratch, signal, asItLies: true });
      const scores = predictSummary(name, await readSummary(open, raw, columns), params, horizon);
      const names = Object.keys(scores);
      const rows = raw.rowsRead - raw.rowsRejected;
      await open.load(
        "scores",
        { rows, columns: { source_row: Float64Array.from({ length: rows }, (_, at) => at + 1), ...scores } },
        [{ name: "source_row", type: "BIGINT" }, ...names.map((column) => ({ name: column, type: "DOUBLE" as const }))],
      );
      makePath(dirname(out));
      const staged = join(dirname(out), `.${randomUUID()}`);
      const sql = `SELECT ${names.join(", ")} FROM scores ORDER BY source_row`;
      if (/\.parquet$/i.test(out)) await open.toParquet(sql, staged);
      else await open.run(`COPY (${sql}) TO ${literal(staged)} (FORMAT csv, HEADER true)`);
      renameSync(staged, out);
      return { rows, horizon };
    }),
  "models.source_worth": ({ brandDir, questions, splits }, { ctx, signal }) =>
    withSession(ctx, signal, async ({ session }) => {
      const open = await session();
      const table = (key: string, ...names: readonly string[]) => {
        const listed = names.map((output) => ({ key, output, bucket: 0 }));
        return open.table(`SELECT * FROM ${parquet(tableFiles(brandDir, listed).map(({ path }) => path))}`);
      };
      const tables = async (keys: Readonly<Record<string, string>>) => {
        const read = new Map<string, ColumnTable>();
        for (const [model, key] of Object.entries(keys)) read.set(model, await table(key, "scores", "scores#0"));
        return read;
      };
      const read = [];
      for (const { outcomes, scores, without } of splits)
        read.push({
          outcomes: await table(outcomes, "outcomes"),
          scores: await tables(scores),
          without: await tables(without),
        });
      return sourceWorth(
        questions.map(({ target, model, isChosen, weights, ranking, columns }) => ({
          target,
          model,
          isChosen,
          choice: { weights, ranking },
          columns: new Map(Object.entries(columns)),
        })),
        read,
      );
    }),
  "models.self_test": async (_, { signal, progress }) => {
    const checks: Record<string, unknown>[] = [];
    for (const [done, part] of selfTestParts.entries()) {
      progress({ label: part.label, done, total: selfTestParts.length });
      // a turn of the loop lets the progress out and a cancel in
      await new Promise((resolve) => setImmediate(resolve));
      throwIfCancelled(signal);
      checks.push(...part.check().map((check) => ({ ...check })));
    }
    return { checks };
  },
};

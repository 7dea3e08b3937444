import { canonicalJson } from "../../../shared/base/canonical-json.ts";
import { AssayError } from "../../../shared/base/errors.ts";
import { weekEnd } from "../../../shared/base/time.ts";
import type { Column } from "../../../shared/domain/column.ts";
import type { OwnProgram } from "../../../shared/domain/own-model.ts";
import type { InputReference } from "../../../shared/domain/step.ts";
import { layOutProgram, programOutput, runProgram } from "../../engine/program.ts";
import { sha256Of } from "../../engine/publish.ts";
import { ident } from "../../engine/sql.ts";
import { defineStep, type Step, type StepContext } from "../../engine/step-context.ts";
import { checkScores, keyOf, readySql } from "./program-scores.ts";

/** Tables that a program may read, and who is known at a day; by the names that definitions use. */
export interface ProgramTables {
  readonly tables: ReadonlyMap<string, InputReference>;
  readonly customers: InputReference;
  readonly products: InputReference;
}

/** A program as a step: tables laid out as Parquet, the program run, its scores checked and completed. */
export function programStep(definition: OwnProgram, { tables, customers, products }: ProgramTables): Step {
  const inputs = definition.inputs.map((table) => {
    const reference = tables.get(table);
    if (!reference)
      throw new AssayError(
        "unsupported",
        `This program has no table ${table}.`,
        "Update it, or change the definition.",
      );
    return [`table ${table}`, reference] as const;
  });
  const columns: readonly Column[] = [
    { name: keyOf(definition), type: "VARCHAR" },
    ...definition.outputs.map(({ name, type }) => ({ name, type })),
    { name: "enough_data", type: "BOOLEAN" },
    { name: "reason", type: "VARCHAR" },
  ];
  return defineStep({
    name: `scores_${definition.name}`,
    version: 1,
    title: `Run the program of ${definition.name}`,
    stage: "scores",
    scope: "brand",
    timing: "as_of",
    inputs: { ...Object.fromEntries(inputs), known: definition.rows === "customers" ? customers : products },
    params: {},
    outputs: [{ name: "scores", kind: "parquet", columns }],
    usesHorizon: true,
    usesSeed: true,
    run: async (context) => {
      const command = permitted(definition, context);
      const folder = await layOut(definition, context);
      await runProgram({
        name: definition.name,
        command: command.map((word) => word.replaceAll("{job}", `${folder}/job.json`)),
        folder,
        environment: environmentOf(folder, context),
        timeoutSeconds: definition.timeout_seconds,
        signal: context.signal,
        onLine: context.log,
      });
      await checkScores(definition, context, programOutput(folder));
      await context.output.query("scores", readySql(definition));
    },
  });
}

/** The command as this machine runs it; throws where its user didn't allow this very definition. */
function permitted({ name, command }: OwnProgram, { permit, subject }: StepContext): readonly string[] {
  if (permit?.digest !== sha256Of(Buffer.from(canonicalJson(subject)))) {
    throw new AssayError(
      "not_permitted",
      `The program of ${name} isn't allowed on this machine.`,
      `Look at what it does, then allow it here: \`assay models allow ${name}\`. A changed definition needs leave again.`,
    );
  }
  return permit.program === null ? command : [permit.program, ...command.slice(1)];
}

function environmentOf(folder: string, { threads, memoryBytes, scratch }: StepContext): Record<string, string> {
  const n = String(Math.max(1, threads));
  return {
    ASSAY_JOB: `${folder}/job.json`,
    ASSAY_THREADS: n,
    ASSAY_MEMORY_BYTES: String(memoryBytes),
    OMP_NUM_THREADS: n,
    OPENBLAS_NUM_THREADS: n,
    PYTHONHASHSEED: "0",
    PYTHONDONTWRITEBYTECODE: "1",
    TMPDIR: scratch,
    TZ: "UTC",
  };
}

/** The folder of one run, with job.json in it. A table without rows is one file with its columns. */
async function layOut(definition: OwnProgram, context: StepContext): Promise<string> {
  const { session, scratch, asOf, horizonDays, purchaseHorizonDays, seed, brand } = context;
  const folder = `${scratch}/program`;
  const tables = [];
  const described = [];
  for (const name of definition.inputs) {
    const alias = `table ${name}`;
    const relation = context.relation(alias);
    const files = [...context.files(alias)];
    if (files.length === 0) {
      const empty = `${scratch}/empty-${tables.length}.parquet`;
      await session.toParquet(`SELECT * FROM ${relation}`, empty);
      files.push(empty);
    }
    tables.push({ name, files });
    described.push({
      name,
      path: `inputs/${name}`,
      files: files.length,
      rows: Number(await session.value(`SELECT count(*) FROM ${relation}`)),
      columns: (await session.describe(`SELECT * FROM ${relation}`)).map((column) => ({ ...column })),
    });
  }
  const job = {
    model: definition.name,
    version: definition.version,
    as_of: asOf,
    fit_as_of: weekEnd(asOf),
    horizon_days: horizonDays,
    purchase_horizon_days: purchaseHorizonDays,
    seed,
    currency: brand.currency,
    time_zone: brand.timeZone,
    folder,
    inputs: Object.fromEntries(
      described.map(({ name, path, ...rest }) => [name, { path: `${folder}/${path}`, ...rest }]),
    ),
    output: {
      path: `${folder}/output/scores.parquet`,
      key: keyOf(definition),
      columns: definition.outputs.map((one) => ({ ...one })),
    },
  };
  layOutProgram(folder, { files: { ...definition.files, "job.json": `${JSON.stringify(job, null, 2)}\n` }, tables });
  await session.run(
    `CREATE TEMP TABLE known AS SELECT DISTINCT ${ident(keyOf(definition))} AS id FROM ${context.relation("known")} WHERE ${ident(keyOf(definition))} IS NOT NULL`,
  );
  return folder;
}

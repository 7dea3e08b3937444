import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { assert, defined } from "../../shared/base/assert.ts";
import { canonicalJson, type Json } from "../../shared/base/canonical-json.ts";
import { throwIfCancelled } from "../../shared/base/errors.ts";
import { createRandom } from "../../shared/base/random.ts";
import type { Column } from "../../shared/domain/column.ts";
import type { Permit } from "../../shared/domain/own-model.ts";
import { type OutputDeclaration, partName } from "../../shared/domain/step.ts";
import type { TaskNode } from "../../shared/domain/task.ts";
import { landedPath, requireArtifact, verifiedPath } from "./artifact-store.ts";
import type { Known, KnownFile } from "./commit.ts";
import type { Session } from "./duckdb.ts";
import { ident, idsSql, parquet } from "./sql.ts";
import type { Step, StepContext } from "./step-context.ts";
import type { TaskRecorder } from "./task-recorder.ts";

export interface TaskOutputFile {
  readonly name: string;
  readonly kind: "parquet" | "json";
  readonly localPath: string;
  readonly rows: number;
  readonly digest?: { readonly sha256: string; readonly bytes: number } | undefined;
}

interface Making {
  readonly node: TaskNode;
  readonly step: Step;
  readonly session: Session;
  readonly scratch: string;
  readonly brandDir: string;
  readonly signal: AbortSignal;
  readonly permit?: Permit | null | undefined;
  readonly threads: number;
  readonly memoryBytes: number;
  readonly onRows?: ((rows: number) => void) | undefined;
  readonly recorder?: TaskRecorder | undefined;
  /** Inputs that needn't be looked up. */
  readonly known?: Known | undefined;
  /** Told of each raw file that the body turns to. */
  readonly onFile?: ((landed: string) => void) | undefined;
}

/** What a body sees of its task, and what it wrote once it is done. */
export function createTaskContext(making: Making): { step: StepContext; finish: () => TaskOutputFile[] } {
  const { node, step, session, scratch, brandDir, signal } = making;
  const written = new Map<string, TaskOutputFile>();
  const found = new Map<string, Known[string]>(Object.entries(making.known ?? {}));
  const checked = new Map<string, string>();
  /** Each record and file is looked at once a task: a look at a share is a way there and back. */
  const artifactOf = (key: string) => {
    const known = found.get(key) ?? requireArtifact(brandDir, key);
    found.set(key, known);
    return known;
  };
  const pathOfFile = (file: KnownFile) => {
    const known = checked.get(file.path) ?? file.localPath ?? verifiedPath(brandDir, file);
    checked.set(file.path, known);
    return known;
  };
  const partsOf = (input: string, span?: number) =>
    (node.inputs[input] ?? []).filter(({ output }) => span === undefined || output.endsWith(`@${span}`));
  const opened = (input: string, span?: number) =>
    partsOf(input, span).flatMap(({ key, output }) => {
      const file = artifactOf(key).files.find((one) => one.output === output);
      return file && file.rows > 0 ? [{ path: pathOfFile(file), bytes: file.bytes }] : [];
    });
  const files = (input: string, span?: number) => {
    const open = opened(input, span);
    making.recorder?.reads(input, open);
    return open.map(({ path }) => path);
  };
  /** Columns of an input without rows: those of its (empty) file. */
  const columnsOf = (input: string) => {
    for (const { key, output } of node.inputs[input] ?? []) {
      const file = artifactOf(key).files.find((one) => one.output === output);
      if (file) return pathOfFile(file);
    }
    return undefined;
  };
  const relation = (input: string, span?: number) => {
    const paths = files(input, span);
    return paths.length > 0 ? parquet(paths) : emptyRelation(columnsOf(input));
  };
  const declared = (name: string): OutputDeclaration =>
    defined(
      step.outputs.find((output) => output.name === name),
      `output ${name} of ${step.name}`,
    );
  const nameOf = (name: string, bucket: number | undefined, span: number | undefined) => {
    const { isPartitioned, isSpanned } = declared(name);
    assert(
      (bucket !== undefined) === (isPartitioned ?? false) && (span !== undefined) === (isSpanned ?? false),
      `${step.name} writes ${name} by its declaration`,
    );
    const full = partName(name, bucket, span);
    assert(!written.has(full), `${step.name} writes ${full} once`);
    return full;
  };
  const keep = (name: string, kind: "parquet" | "json", rows: number) => {
    const localPath = pathOf(scratch, name, kind);
    written.set(name, { name, kind, localPath, rows });
    making.recorder?.wrote(name, rows, statSync(localPath).size);
    making.onRows?.(rows);
  };
  const context: StepContext = {
    session,
    has: (input) => node.inputs[input] !== undefined,
    rows: (input) =>
      (node.inputs[input] ?? [])
        .flatMap(({ key, output }) => artifactOf(key).files.filter((file) => file.output === output))
        .reduce((sum, { rows }) => sum + rows, 0),
    files,
    relation,
    json: (input) => {
      const values = (node.inputs[input] ?? []).map(({ key, output }) => {
        const file = defined(
          artifactOf(key).files.find((one) => one.output === output),
          `${output} of an input of ${step.name}`,
        );
        const path = pathOfFile(file);
        making.recorder?.reads(input, [{ path, bytes: file.bytes }]);
        return JSON.parse(readFileSync(path, "utf8")) as Json;
      });
      return values.length === 1 ? (values[0] ?? null) : values;
    },
    table: (input, ids) => session.table(`SELECT * FROM ${ids ? idsSql(relation(input), ids) : relation(input)}`),
    params: node.params,
    get asOf() {
      return defined(node.asOf, `the date of ${step.name}`);
    },
    horizonDays: node.horizonDays,
    purchaseHorizonDays: node.purchaseHorizonDays,
    bucket: node.bucket,
    bucketCount: node.bucketCount,
    share: node.share ?? 1,
    spanEnds: node.spanEnds ?? [],
    span: node.span?.at ?? 0,
    brand: node.brand,
    random: createRandom(node.seed, step.name),
    seed: node.seed,
    scratch,
    signal,
    subject: node.subject,
    landedFile: ({ landed, sha256 }) => {
      making.onFile?.(landed);
      const path = landedPath(brandDir, landed, sha256);
      making.recorder?.reads("a delivered file", [{ path, bytes: statSync(path).size }]);
      return path;
    },
    permit: making.permit ?? null,
    threads: making.threads,
    memoryBytes: making.memoryBytes,
    progress: (rows) => making.onRows?.(rows),
    log: (text) => making.recorder?.say(text),
    output: {
      query: async (name, sql, bucket, span) => {
        throwIfCancelled(signal);
        const full = nameOf(name, bucket, span);
        const path = pathOf(scratch, full, "parquet");
        keep(full, "parquet", await session.toParquet(sql, path));
        return path;
      },
      table: async (name, table, columns: readonly Column[]) => {
        throwIfCancelled(signal);
        const full = nameOf(name, undefined, undefined);
        const temporary = `output_${name}`;
        await session.load(temporary, table, columns);
        const key = columns.map(({ name: column }) => ident(column)).join(", ");
        const rows = await session.toParquet(
          `SELECT ${key} FROM ${ident(temporary)} ORDER BY ${ident(defined(columns[0], "a column").name)}`,
          pathOf(scratch, full, "parquet"),
        );
        await session.run(`DROP TABLE ${ident(temporary)}`);
        keep(full, "parquet", rows);
      },
      json: async (name, value) => {
        const full = nameOf(name, undefined, undefined);
        writeFileSync(pathOf(scratch, full, "json"), canonicalJson(value));
        keep(full, "json", Array.isArray(value) ? value.length : 1);
      },
    },
  };
  return {
    step: context,
    finish: () => {
      for (const { name, isPartitioned, isSpanned } of step.outputs) {
        const first = partName(name, isPartitioned && 0, isSpanned && (node.span?.at ?? 0));
        assert(written.has(first), `${step.name} wrote its output ${name}`);
      }
      return [...written.values()];
    },
  };
}

function pathOf(scratch: string, name: string, kind: string): string {
  return join(scratch, `out-${name.replaceAll(/[#@]/g, "-")}.${kind}`);
}

function emptyRelation(emptyFile: string | undefined): string {
  return emptyFile ? parquet([emptyFile]) : "(SELECT NULL AS nothing WHERE false)";
}

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Core, createCore } from "../../src/main/core.ts";
import type { OwnDefinitionDocument } from "../../src/shared/api/contract/own-models.ts";
import { takeDemo } from "../support/demo-workspace.ts";

// examples/scikit-learn-model and examples/pyspark-job, run as a power user runs them
const examples = join(import.meta.dirname, "../../examples");
const python = process.env["PYTHON"] ?? "python3";
const runs = (program: string, ...words: string[]) => spawnSync(program, words, { stdio: "ignore" }).status === 0;
const hasScikit = runs(python, "-c", "import sklearn, pandas, pyarrow");
const hasSpark = runs("java", "-version") && runs(python, "-c", "import pyspark");

const brand = "small";
let folder: string;
let core: Core;

function definitionOf(example: string): OwnDefinitionDocument {
  const read = (name: string) => readFileSync(join(examples, example, name), "utf8");
  const given = JSON.parse(read("definition.json"));
  const files = Object.fromEntries(given.files.map((name: string) => [name, read(name)]));
  return { kind: "program", rows: "customers", ...given, files };
}

const rows = async (sql: string) => (await core.client.call("sql.query", { brand, sql, snapshot_id: snapshot })).rows;
let snapshot: string | undefined;

async function score(definition: OwnDefinitionDocument, program: string) {
  const { name } = definition;
  await core.client.call("own_models.define", { brand, definition });
  await core.client.call("own_models.allow", { brand, name, program });
  const run = await core.client.stream("runs.start", { brand, models: [name], workers: 2 });
  snapshot = run.snapshot_id ?? undefined;
  return run;
}

beforeAll(async () => {
  if (!hasScikit && !hasSpark) return;
  folder = mkdtempSync(join(tmpdir(), "assay-own-programs-"));
  core = await createCore({ dataFolder: join(folder, "data") });
  const { client } = core;
  await takeDemo(client, {
    brand,
    exports: join(folder, "exports"),
    workspace: join(folder, "workspace"),
    customers: 300,
    seed: 5,
  });
}, 120_000);

afterAll(async () => {
  await core?.close();
  if (folder) rmSync(folder, { recursive: true, force: true });
}, 60_000);

describe("examples", () => {
  it.skipIf(!hasScikit)(
    "scikit-learn-model learns and scores every buyer (Python with scikit-learn)",
    { timeout: 300_000 },
    async () => {
      const run = await score(definitionOf("scikit-learn-model"), python);
      expect({ state: run.state, warnings: run.warnings }).toEqual({ state: "done", warnings: [] });
      const [found] = await rows(
        "SELECT count(chance) = (SELECT count(*) FROM purchase_summary) AS is_whole, min(chance) >= 0 AND max(chance) <= 1 AS is_chance, max(chance) > 2 * min(chance) AS tells FROM scores_forest_purchase",
      );
      expect(found).toEqual({ is_whole: true, is_chance: true, tells: true });
      const judged = await rows("SELECT metric, beats_baseline FROM model_evaluations WHERE model = 'forest_purchase'");
      expect(judged.map(({ metric }) => metric)).toEqual(expect.arrayContaining(["auc", "brier"]));
    },
  );

  it.skipIf(!hasSpark)("pyspark-job scores every buyer (Java and PySpark)", { timeout: 300_000 }, async () => {
    const definition = definitionOf("pyspark-job");
    // plain Python starts Spark in this very process, whether or not spark-submit is on the path
    const run = await score(
      { ...definition, command: ["python3", "job.py", "{job}"] } as OwnDefinitionDocument,
      python,
    );
    expect({ state: run.state, warnings: run.warnings }).toEqual({ state: "done", warnings: [] });
    const [found] = await rows(
      "SELECT count(momentum) = (SELECT count(*) FROM purchase_summary) AS is_whole, sum(recent_minor) > 0 AS spent FROM scores_spark_momentum",
    );
    expect(found).toEqual({ is_whole: true, spent: true });
  });
});

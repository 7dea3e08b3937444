import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Core, createCore } from "../../src/main/core.ts";
import type { OwnDefinitionDocument } from "../../src/shared/api/contract/own-models.ts";
import type { Run } from "../../src/shared/api/contract/runs.ts";
import { takeDemo } from "../support/demo-workspace.ts";

const brand = "small";
let folder: string;
let core: Core;
const run = (more: object = {}): Promise<Run> => core.client.stream("runs.start", { brand, workers: 2, ...more });
const define = (definition: OwnDefinitionDocument) => core.client.call("own_models.define", { brand, definition });
const rows = async (sql: string) => (await core.client.call("sql.query", { brand, sql })).rows;
const computed = ({ steps }: Run) => steps.filter((one) => one.computed > 0).map(({ step }) => step);
const namesOf = async () =>
  (await core.client.call("models.list", { brand })).models.filter(({ own }) => own).map(({ name }) => name);

const buysAgain: OwnDefinitionDocument = {
  kind: "propensity",
  name: "buys_again",
  title: "Buys again soon",
  purpose: "",
  event: { kind: "purchase" },
  horizon_days: 60,
  population: { bought_within_days: 500 },
  leave_out: ["revenue_minor"],
};
const duckdb = import.meta.resolve("@duckdb/node-api");
/** Its chance falls with silence: what a program in any language does, here in the one that is surely there. */
const script = `import { readFileSync } from "node:fs";
import { DuckDBInstance } from ${JSON.stringify(duckdb)};
const job = JSON.parse(readFileSync(process.argv[2], "utf8"));
const connection = await (await DuckDBInstance.create(":memory:")).connect();
await connection.run(\`COPY (SELECT customer_id, 1 / (2.0 + days_since_last_purchase / 30) AS chance
  FROM read_parquet('\${job.inputs.customer_features.path}/*.parquet')) TO '\${job.output.path}' (FORMAT parquet)\`);
`;
const program: OwnDefinitionDocument = {
  kind: "program",
  name: "silence",
  title: "Silence",
  purpose: "",
  version: 1,
  command: ["node", "model.mjs", "{job}"],
  files: { "model.mjs": script },
  inputs: ["customer_features"],
  rows: "customers",
  outputs: [{ name: "chance", type: "DOUBLE", min: 0, max: 1 }],
  timeout_seconds: 120,
  predicts: { column: "chance", event: { kind: "purchase" }, horizon_days: 60 },
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "assay-own-models-"));
  core = await createCore({ dataFolder: join(folder, "data") });
  const { client } = core;
  await takeDemo(client, {
    brand,
    exports: join(folder, "exports"),
    workspace: join(folder, "workspace"),
    customers: 250,
    seed: 3,
  });
}, 120_000);

afterAll(async () => {
  await core.close();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

describe("a retailer's own models", () => {
  it("are fitted, scored and judged like Assay's, but for programs that nobody allowed", {
    timeout: 180_000,
  }, async () => {
    const kept = await define(buysAgain);
    expect(kept.model).toMatchObject({ group: "own", version: 1, own: { kind: "propensity", allowed: null } });
    expect((await define(program)).model).toMatchObject({ own: { kind: "program", allowed: false } });
    expect(await namesOf()).toEqual(["buys_again", "silence"]);
    const { warnings, tasks } = await run();
    expect({ warnings, failed: tasks.failed }).toEqual({
      warnings: expect.arrayContaining([
        expect.stringMatching(/silence is left out: .* isn't allowed on this machine/),
      ]),
      failed: 1,
    });
    const [scored] = await rows(
      `SELECT count(*) AS n, count(probability) AS scored, min(probability) > 0 AND max(probability) < 1 AS is_chance,
         count(*) FILTER (probability IS NULL AND reason IS NULL) AS unexplained, count(*) FILTER (reason = 'outside_population') > 0 AS others
       FROM scores_buys_again`,
    );
    expect(scored).toMatchObject({ is_chance: true, unexplained: 0, others: true });
    const { evaluations, scored: names } = await core.client.call("models.evaluations", { brand });
    expect(names).toEqual(expect.arrayContaining(["buys_again", "rfm"]));
    expect(evaluations.filter(({ model }) => model === "buys_again").slice(0, 2)).toEqual([
      expect.objectContaining({ metric: "auc", horizon_days: 60 }),
      expect.objectContaining({ metric: "brier", horizon_days: 60, calibration: expect.any(Array) }),
    ]);
    const card = await core.client.call("models.show", { name: "buys_again", brand });
    expect(card).toMatchObject({ title: "Buys again soon", own: { kind: "propensity" } });
    expect(card.method).toContain("but not revenue_minor");
    const chances = await rows(
      "SELECT customer_id, probability FROM scores_buys_again WHERE probability IS NOT NULL ORDER BY probability DESC, customer_id LIMIT 12",
    );
    const shown = await Promise.all(
      chances.map(({ customer_id }) => core.client.call("customers.show", { brand, customer_id: String(customer_id) })),
    );
    const own = shown.flatMap(({ scores }) => scores.filter(({ model }) => model === "buys_again"));
    expect(own.map(({ label, value }) => [label, value])).toEqual(
      chances.map(({ probability }) => ["Buys again soon", probability]),
    );
    expect(own.some(({ nearest }) => nearest.length > 0)).toBe(true);
    expect(
      own.every(({ nearest, value }) => nearest.every(({ before }) => Math.abs(before - Number(value)) < 1e-6)),
    ).toBe(true);
  });

  it("run a program once it is allowed, and again only when something of it changes", {
    timeout: 120_000,
  }, async () => {
    const allowed = await core.client.call("own_models.allow", { brand, name: "silence", program: process.execPath });
    expect(allowed.own).toEqual(expect.objectContaining({ allowed: true, program: process.execPath }));
    const first = await run();
    expect({ warnings: first.warnings, failed: first.tasks.failed }).toEqual({ warnings: [], failed: 0 });
    expect(computed(first)).toEqual(expect.arrayContaining(["scores_silence", "evaluate_silence"]));
    const models = computed(first).filter((step) => /^(fit|scores|evaluate)_/.test(step));
    expect(models.filter((step) => !step.endsWith("_silence"))).toEqual([]);
    const [both] = await rows(
      "SELECT count(*) AS n, count(chance) = (SELECT count(*) FROM purchase_summary) AS is_whole, count(*) FILTER (chance IS NULL AND reason IS NULL) AS unexplained FROM scores_silence",
    );
    expect(both).toMatchObject({ is_whole: true, unexplained: 0 });
    const { evaluations } = await core.client.call("models.evaluations", { brand });
    expect(evaluations.some(({ model, metric }) => model === "silence" && metric === "auc")).toBe(true);
    await define({ ...program, title: "Named anew" });
    expect((await run()).tasks.computed).toBe(0);
  });

  it("need leave again for a changed program, and fail a run only where they were asked for", {
    timeout: 120_000,
  }, async () => {
    const broken = { ...program, files: { "model.mjs": "console.error('no such column'); process.exit(3);" } };
    expect((await define(broken)).model.own?.allowed).toBe(false);
    await expect(run({ models: ["silence"] })).rejects.toMatchObject({ code: "not_permitted" });
    await core.client.call("own_models.allow", { brand, name: "silence", program: process.execPath });
    await expect(run({ models: ["silence"] })).rejects.toMatchObject({
      code: "condition_failed",
      message: "The program of silence ended with exit code 3: no such column",
    });
    const { state, warnings } = await run();
    expect({ state, warnings }).toEqual({ state: "done", warnings: [expect.stringContaining("no such column")] });
  });

  it("are gone with their definition, and can't take a name of Assay's", { timeout: 120_000 }, async () => {
    await core.client.call("own_models.remove", { brand, name: "silence" });
    await core.client.call("own_models.remove", { brand, name: "buys_again" });
    expect(await namesOf()).toEqual([]);
    const gone = run({ models: ["buys_again"] });
    await expect(gone).rejects.toMatchObject({ code: "not_found" });
    await expect(define({ ...buysAgain, name: "uplift" })).rejects.toMatchObject({ code: "conflict" });
  });
});

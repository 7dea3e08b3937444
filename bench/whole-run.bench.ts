import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Core, createCore } from "../src/main/core.ts";
import type { Run } from "../src/shared/api/contract/runs.ts";
import { steps } from "../src/workers/catalogue.ts";
import { openSession } from "../src/workers/engine/duckdb.ts";
import { literal } from "../src/workers/engine/sql.ts";
import type { StepContext } from "../src/workers/engine/step-context.ts";
import { inlineEngine } from "../src/workers/service/service.ts";
import { exportColumns, exportSql } from "./retail-export.ts";

/** Lines of orders in the history; a fiftieth of the customers buy on the day after it. */
const lines = Number(process.env.BENCH_LINES ?? 20_000_000);
const customers = Number(process.env.BENCH_CUSTOMERS ?? Math.max(1, Math.round(lines / 20)));
const brand = "bench";
const folder = mkdtempSync(join(process.env.BENCH_FOLDER ?? tmpdir(), "assay-bench-"));
const threads = 2;

/** CPU seconds of this process and of its ended children: what a busy machine does not stretch much. */
function cpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6 + cpuOfChildren();
}

function cpuOfChildren(): number {
  if (process.platform !== "linux") return 0;
  const fields = readFileSync("/proc/self/stat", "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[13] ?? 0) + Number(fields[14] ?? 0)) / 100;
}

const spentBySteps = new Map<string, { cpu: number; tasks: number }>();
for (const [name, step] of steps) {
  const run = step.run;
  const measured = async (context: StepContext) => {
    const from = cpu();
    await run(context);
    const known = spentBySteps.get(name) ?? { cpu: 0, tasks: 0 };
    spentBySteps.set(name, { cpu: known.cpu + cpu() - from, tasks: known.tasks + 1 });
  };
  Object.assign(step, { run: measured });
}

const show = (what: string, value: number, base: number) =>
  console.log(`${what.padEnd(52)} ${value.toFixed(1).padStart(8)} s  ${(value / base).toFixed(2).padStart(6)} x`);

/** DuckDB alone: the same file with given types to one zstd Parquet file. */
async function duckdbAlone(path: string): Promise<number> {
  const session = await openSession({ memoryLimit: 8e9, threads, scratch: join(folder, "scratch") });
  const from = cpu();
  await session.run(`COPY (SELECT * FROM read_csv(${literal(path)}, header = true, columns = ${exportColumns}))
    TO ${literal(join(folder, "typed.parquet"))} (FORMAT parquet, COMPRESSION zstd)`);
  const spent = cpu() - from;
  session.close();
  return spent;
}

async function makeExports(): Promise<{ history: string; night: string }> {
  mkdirSync(join(folder, "scratch"), { recursive: true });
  const session = await openSession({ memoryLimit: 8e9, threads, scratch: join(folder, "scratch") });
  const [history, night] = [join(folder, "lines.csv"), join(folder, "night.csv")];
  await session.run(`COPY (${exportSql({ lines, customers, seed: 1 })}) TO ${literal(history)} (HEADER)`);
  await session.run(
    `COPY (${exportSql({ lines: Math.round(lines / 100), customers, seed: 2, day: "2025-12-31" })}) TO ${literal(night)} (HEADER)`,
  );
  session.close();
  return { history, night };
}

function tell(): void {
  const dear = [...spentBySteps].sort(([, a], [, b]) => b.cpu - a.cpu).slice(0, Number(process.env.BENCH_STEPS ?? 16));
  for (const [step, { cpu: spent, tasks }] of dear)
    console.log(`    ${step.padEnd(34)} ${spent.toFixed(2).padStart(8)} s in ${tasks} tasks`);
  spentBySteps.clear();
}

async function timedRun(core: Core): Promise<{ spent: number; run: Run }> {
  const from = cpu();
  const run = await core.client.stream("runs.start", { brand, workers: 1 });
  return { spent: cpu() - from, run };
}

async function bench(): Promise<void> {
  const { history, night } = await makeExports();
  const megabytes = statSync(history).size / 1e6;
  console.log(
    `${lines.toLocaleString("en")} lines, ${customers.toLocaleString("en")} customers, ${megabytes.toFixed(0)} MB of CSV; CPU seconds`,
  );
  const base = await duckdbAlone(history);
  show("DuckDB alone: read with given types, write", base, base);

  const core = await createCore({ dataFolder: join(folder, "data"), engine: inlineEngine() });
  const { client } = core;
  await client.call("workspace.create", { path: join(folder, "workspace") });
  await client.call("brand.create", { brand, currency: "EUR", time_zone: "Europe/Berlin" });
  let from = cpu();
  await client.call("sources.add", { brand, name: "lines", paths: [history] });
  show("the source recognised", cpu() - from, base);
  from = cpu();
  await client.stream("sources.ingest", { brand });
  const ingest = cpu() - from;
  show("ingest: landed, counted, normalised", ingest, base);
  const first = await timedRun(core);
  const lake = [...spentBySteps].reduce((sum, [step, spent]) => sum + (step.startsWith("lake") ? spent.cpu : 0), 0);
  show("ingest and the lake", ingest + lake, base);
  show("whole run", first.spent, base);
  show("ingest and whole run", ingest + first.spent, base);
  tell();
  console.log(
    `    peak of the engine ${(first.run.peak_rss_bytes / 1e9).toFixed(2)} GB, ${first.run.tasks.computed} tasks`,
  );

  const again = await timedRun(core);
  console.log(`same again: ${again.run.tasks.computed} tasks computed, ${again.spent.toFixed(2)} s`);
  from = cpu();
  await client.stream("sources.ingest", { brand, source: "lines", paths: [night] });
  const nightIngest = cpu() - from;
  spentBySteps.clear();
  const next = await timedRun(core);
  show("the next night: ingest", nightIngest, base);
  show("the next night: run", next.spent, base);
  tell();
  console.log(`    ${next.run.tasks.computed} tasks computed, ${next.run.tasks.reused} reused or adopted`);
  const share = (nightIngest + next.spent) / (ingest + first.spent);
  console.log(`the next night costs ${(share * 100).toFixed(1)} % of the first`);
  await core.close();
}

try {
  await bench();
} finally {
  if (existsSync(folder) && !process.env.BENCH_KEEP) rmSync(folder, { recursive: true, force: true });
}

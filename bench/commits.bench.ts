// Round trips of a run's tasks to the shared directory, and what they take of the run at an emulated 3 ms each: every call on the
// directory waits in this process, so that what is hidden behind other work is seen too. One worker in one thread; DuckDB's own reads
// of whole files are not counted.
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCore } from "../src/main/core.ts";
import { inlineEngine } from "../src/workers/service/service.ts";
import { watchShareCalls } from "../test/support/share-calls.ts";

const customers = Number(process.env.BENCH_CUSTOMERS ?? 2_000);
const tripMs = Number(process.env.BENCH_TRIP_MS ?? 3);
const brand = "bench";
const folder = mkdtempSync(join(process.env.BENCH_FOLDER ?? tmpdir(), "assay-commits-"));
const fresh = join(folder, "fresh");

const first = await createCore({ dataFolder: join(folder, "data"), engine: inlineEngine() });
await first.client.stream("demo.make", { path: join(folder, "exports"), customers, seed: 3 });
await first.client.call("workspace.create", { path: fresh });
await first.client.call("brand.create", { brand, currency: "GBP", time_zone: "Europe/London" });
await first.client.call("sources.add", { brand, name: "shop", paths: [join(folder, "exports")] });
await first.client.stream("sources.ingest", { brand });
await first.close();

async function run(name: string, waitMs: number) {
  const workspace = join(folder, name);
  cpSync(fresh, workspace, { recursive: true });
  const core = await createCore({ dataFolder: join(folder, `data-${name}`), workspace, engine: inlineEngine() });
  const watched = watchShareCalls(join(workspace, "brands", brand), waitMs);
  const done = await core.client.stream("runs.start", { brand, runner: "inline", workers: 1 });
  watched.stop();
  await core.close();
  const { computed } = done.tasks;
  const share = watched.waitedMs() / 1000 / done.seconds;
  const calls = [...watched.calls]
    .sort((a, b) => b[1] - a[1])
    .map(([call, n]) => `${call} ${(n / computed).toFixed(1)}`);
  console.log(
    `${name}: ${computed} tasks in ${done.seconds.toFixed(1)} s, ${(watched.roundTrips() / computed).toFixed(1)} round trips a task`,
  );
  console.log(
    `  waited ${(watched.waitedMs() / 1000).toFixed(1)} s, ${(share * 100).toFixed(1)} % of the run; calls a task: ${calls.join(", ")}`,
  );
  return done.seconds;
}
const local = await run("local", 0);
const far = await run(`at-${tripMs}-ms`, tripMs);
console.log(`the run takes ${(far / local).toFixed(2)} times as long at ${tripMs} ms a round trip`);
rmSync(folder, { recursive: true, force: true });

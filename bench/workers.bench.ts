// How much quicker two workers are than one: the same run of the same deliveries in the pool, alternating, ingest left out. Only on a
// machine with nothing else to do; beside the clock stands the processor time, which has to stay alike.
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCore } from "../src/main/core.ts";

const customers = Number(process.env.BENCH_CUSTOMERS ?? 20_000);
const rounds = Number(process.env.BENCH_ROUNDS ?? 3);
const brand = "bench";
const folder = mkdtempSync(join(process.env.BENCH_FOLDER ?? tmpdir(), "assay-workers-"));
const fresh = join(folder, "fresh");

const first = await createCore({ dataFolder: join(folder, "data") });
await first.client.stream("demo.make", { path: join(folder, "exports"), customers, seed: 3 });
await first.client.call("workspace.create", { path: fresh });
await first.client.call("brand.create", { brand, currency: "GBP", time_zone: "Europe/London" });
await first.client.call("sources.add", { brand, name: "shop", paths: [join(folder, "exports")] });
await first.client.stream("sources.ingest", { brand });
await first.close();

async function run(workers: number, round: number): Promise<number> {
  const workspace = join(folder, `${workers}-${round}`);
  cpSync(fresh, workspace, { recursive: true });
  const core = await createCore({ dataFolder: join(folder, `data-${workers}-${round}`), workspace });
  const done = await core.client.stream("runs.start", { brand, workers });
  await core.close();
  rmSync(workspace, { recursive: true });
  const { core_seconds = 0, cpu_seconds = 0 } = done.usage ?? {};
  const chain = `${done.tasks.computed} tasks, ${core_seconds.toFixed(1)} s of workers, ${cpu_seconds.toFixed(1)} s of processors`;
  console.log(`${workers} ${workers === 1 ? "worker " : "workers"}: ${done.seconds.toFixed(1)} s; ${chain}`);
  return done.seconds;
}

let best = 0;
for (let round = 0; round < rounds; round++) {
  const [one, two] = [await run(1, round), await run(2, round)];
  best = Math.max(best, one / two);
  console.log(`two workers are ${(one / two).toFixed(2)} times as fast`);
}
console.log(`at best ${best.toFixed(2)} of ${rounds}`);
rmSync(folder, { recursive: true, force: true });

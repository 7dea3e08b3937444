// How much quicker two workers are than one: the same run of the same deliveries in the pool, alternating, ingest left out. What counts is
// the time until the snapshot is published (reading, identity, features, fits, scores, profiles); the whole run with its evaluations stands
// beside it. Only on a machine with nothing else to do: it says what others took meanwhile. The quickest run of each is compared.
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCore } from "../src/main/core.ts";
import { takeDemo } from "../test/support/demo-workspace.ts";
import { watchOthers } from "./quiet.ts";

const customers = Number(process.env.BENCH_CUSTOMERS ?? 6_000);
/** It begins no further pair that would end after so long. */
const mostSeconds = Number(process.env.BENCH_SECONDS ?? 240);
const mostRounds = Number(process.env.BENCH_ROUNDS ?? 3);
const brand = "bench";
const folder = mkdtempSync(join(process.env.BENCH_FOLDER ?? tmpdir(), "assay-workers-"));
const fresh = join(folder, "fresh");
const began = performance.now();

const first = await createCore({ dataFolder: join(folder, "data") });
await takeDemo(first.client, { brand, exports: join(folder, "exports"), workspace: fresh, customers, seed: 3 });
await first.close();

interface Took {
  readonly published: number;
  readonly whole: number;
}

async function run(workers: number, round: number): Promise<Took> {
  const workspace = join(folder, `${workers}-${round}`);
  cpSync(fresh, workspace, { recursive: true });
  const core = await createCore({ dataFolder: join(folder, `data-${workers}-${round}`), workspace });
  const others = watchOthers();
  let published = Number.NaN;
  const onProgress = ({ state, seconds }: { state: string; seconds: number }) => {
    if (Number.isNaN(published) && state === "publishing") published = seconds;
  };
  const done = await core.client.stream("runs.start", { brand, workers }, { onProgress });
  const told = others();
  await core.close();
  rmSync(workspace, { recursive: true });
  const { core_seconds = 0, cpu_seconds = 0 } = done.usage ?? {};
  console.log(
    `${workers} ${workers === 1 ? "worker " : "workers"}: ${published.toFixed(1)} s until the tables stand, ${done.seconds.toFixed(1)} s in all; ${done.tasks.computed} tasks, ${core_seconds.toFixed(1)} s of workers, ${cpu_seconds.toFixed(1)} s of processors; ${told}`,
  );
  return { published, whole: done.seconds };
}

const took: { readonly one: Took[]; readonly two: Took[] } = { one: [], two: [] };
for (let round = 0; round < mostRounds; round++) {
  const pair = performance.now();
  took.one.push(await run(1, round));
  took.two.push(await run(2, round));
  const now = performance.now();
  if ((now - began + (now - pair)) / 1000 > mostSeconds) break;
}
const ratio = (by: keyof Took) =>
  (Math.min(...took.one.map((one) => one[by])) / Math.min(...took.two.map((two) => two[by]))).toFixed(2);
console.log(
  `${customers} customers, ${took.one.length} rounds: two workers are ${ratio("published")} times as fast until the tables stand, ${ratio("whole")} times in all`,
);
rmSync(folder, { recursive: true, force: true });

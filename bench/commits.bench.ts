// Round trips of a run's tasks to the shared directory, and how much longer the run takes at an emulated 3 ms each: every call on the
// directory waits in its thread of the engine. DuckDB's own reads of whole files are not counted. Alternating, the quickest of each
// counts: on a busy machine the rest is others' work, and the time in which workers have nothing to do says more than the clock.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { createCore } from "../src/main/core.ts";
import type { TaskState } from "../src/shared/api/contract/runs.ts";
import { takeDemo } from "../test/support/demo-workspace.ts";

const customers = Number(process.env.BENCH_CUSTOMERS ?? 2_000);
const tripMs = Number(process.env.BENCH_TRIP_MS ?? 3);
const rounds = Number(process.env.BENCH_ROUNDS ?? 2);
const workers = Number(process.env.BENCH_WORKERS ?? 2);
const brand = "bench";
const folder = mkdtempSync(join(process.env.BENCH_FOLDER ?? tmpdir(), "assay-commits-"));
const fresh = join(folder, "fresh");

const first = await createCore({ dataFolder: join(folder, "data") });
await takeDemo(first.client, { brand, exports: join(folder, "exports"), workspace: fresh, customers, seed: 3 });
await first.close();
process.execArgv.push("--import", new URL("../test/support/slow-share.ts", import.meta.url).href);

interface Sums {
  readonly isMainThread: boolean;
  readonly trips: number;
  readonly waitedMs: number;
  readonly calls: readonly (readonly [string, number])[];
}
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

async function run(name: string, waitMs: number) {
  const [workspace, sums] = [join(folder, name), join(folder, `sums-${name}`)];
  cpSync(fresh, workspace, { recursive: true });
  mkdirSync(sums);
  Object.assign(process.env, { SLOW_SHARE: workspace, SLOW_SHARE_MS: String(waitMs), SLOW_SHARE_SUMS: sums });
  const core = await createCore({ dataFolder: join(folder, `data-${name}`), workspace });
  const done = await core.client.stream("runs.start", { brand, workers });
  const { tasks } = await core.client.call("runs.show", { brand, run_id: done.run_id });
  await core.close();
  const threads = readdirSync(sums).flatMap((file): Sums[] => {
    const text = readFileSync(join(sums, file), "utf8");
    return text ? [JSON.parse(text.slice(0, text.lastIndexOf("}") + 1))] : [];
  });
  rmSync(workspace, { recursive: true });
  const { computed } = done.tasks;
  const told = (some: readonly Sums[]) => {
    const calls = new Map<string, number>();
    for (const [call, n] of some.flatMap((one) => one.calls)) calls.set(call, (calls.get(call) ?? 0) + n);
    const most = [...calls].sort((a, b) => b[1] - a[1]);
    return most.map(([call, n]) => `${call} ${(n / computed).toFixed(1)}`).join(", ");
  };
  const own = threads.filter((one) => one.isMainThread);
  const waited = (some: readonly Sums[]) => `${(sum(some.map(({ waitedMs }) => waitedMs)) / 1000).toFixed(1)} s`;
  const trips = sum(threads.map((one) => one.trips)) / computed;
  console.log(
    `${name}: ${computed} tasks in ${done.seconds.toFixed(1)} s (load ${loadavg()[0]?.toFixed(1)}), ${done.usage?.cpu_seconds?.toFixed(1)} s of processors; ${trips.toFixed(1)} round trips a task`,
  );
  console.log(
    `  blocked for ${waited(threads)} in all, ${waited(own)} of it in the engine's own thread; calls a task: ${told(threads)}; of the engine's own thread: ${told(own)}`,
  );
  if (process.env.BENCH_GAPS) tellGaps(tasks, done.seconds);
  const [none, one] = fewerAtWork(tasks, done.seconds);
  console.log(`  ${none.toFixed(1)} s of it nobody computed, ${one.toFixed(1)} s one worker alone`);
  return { seconds: done.seconds, idle: none + (one * (workers - 1)) / workers };
}

/** Seconds of a run in which no worker, and in which one worker alone, had a task. */
function fewerAtWork(tasks: readonly TaskState[], seconds: number): [number, number] {
  const edges = tasks.flatMap(({ state, started_ms, ended_ms }): [number, number][] =>
    state === "computed" && started_ms !== null && ended_ms !== null
      ? [
          [started_ms / 1000, 1],
          [ended_ms / 1000, -1],
        ]
      : [],
  );
  edges.sort((a, b) => a[0] - b[0]);
  const spent = [0, 0];
  let [atWork, before] = [0, 0];
  for (const [at, change] of [...edges, [seconds, 0] as [number, number]]) {
    if (atWork < 2) spent[atWork] = (spent[atWork] ?? 0) + at - before;
    [atWork, before] = [atWork + change, at];
  }
  return [spent[0] ?? 0, spent[1] ?? 0];
}

/** When nobody computed for longer than 40 ms: after what, before what. */
function tellGaps(tasks: readonly TaskState[], seconds: number): void {
  const worked = tasks.filter(({ state, started_ms, ended_ms }) => state === "computed" && started_ms && ended_ms);
  worked.sort((a, b) => (a.started_ms ?? 0) - (b.started_ms ?? 0));
  let [until, last] = [0, "the beginning"];
  const tell = (from: number, next: string) => {
    if (from - until > 40)
      console.log(
        `  nobody for ${Math.round(from - until)} ms after ${last} at ${Math.round(until)} ms, before ${next}`,
      );
  };
  for (const { step, as_of, started_ms, ended_ms } of worked) {
    tell(started_ms ?? 0, `${step} ${as_of ?? ""}`);
    if ((ended_ms ?? 0) > until) [until, last] = [ended_ms ?? 0, `${step} ${as_of ?? ""}`];
  }
  tell(seconds * 1000, "the end");
}

type Measured = Awaited<ReturnType<typeof run>>;
const all: Record<"near" | "far", Measured[]> = { near: [], far: [] };
for (let round = 0; round < rounds; round++) {
  all.near.push(await run(`near-${round}`, 0));
  all.far.push(await run(`far-${round}`, tripMs));
}
const least = (some: readonly Measured[], by: keyof Measured) => Math.min(...some.map((one) => one[by]));
const [near, far] = [least(all.near, "seconds"), least(all.far, "seconds")];
const waited = least(all.far, "idle") - least(all.near, "idle");
console.log(
  `${customers} customers, ${workers} workers: ${far.toFixed(1)} s at ${tripMs} ms a round trip, ${near.toFixed(1)} s without: commits and looks are ${((1 - near / far) * 100).toFixed(1)} % of the run by the clock, ${((waited / far) * 100).toFixed(1)} % by what workers had nothing to do for`,
);
rmSync(folder, { recursive: true, force: true });

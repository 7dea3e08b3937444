// What the scheduler itself costs a task: graphs of trivial tasks through the real loop, with the figures, logs and history that a run
// keeps; then through the queue of a real broker, with a consumer in this process that answers at once. BENCH_TASKS names the largest
// graph, BENCH_QUEUED the one that goes through the queue.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openConsumer } from "../src/main/schedule/broker/consumer.ts";
import { openProducer } from "../src/main/schedule/broker/producer.ts";
import { parseBroker } from "../src/main/schedule/cluster/connection.ts";
import { ClusterRunner } from "../src/main/schedule/cluster/runner.ts";
import { clusterKey } from "../src/main/schedule/cluster/sealed-job.ts";
import type { Engine } from "../src/main/schedule/engine-client.ts";
import { keptTask } from "../src/main/schedule/kept-task.ts";
import { newDocument } from "../src/main/schedule/run-document.ts";
import { writeFigures } from "../src/main/schedule/run-figures.ts";
import { type RunTask, runGraph } from "../src/main/schedule/run-graph.ts";
import { RunLogs } from "../src/main/schedule/run-logs.ts";
import type { Schedule } from "../src/main/schedule/scheduler.ts";
import { openStore } from "../src/main/store/store.ts";
import type { TaskNode } from "../src/shared/domain/task.ts";
import { hasRedis, startRedis } from "../test/support/redis.ts";
import { taskNode } from "../test/support/tasks.ts";

const largest = Number(process.env.BENCH_TASKS ?? 100_000);
const queued = Number(process.env.BENCH_QUEUED ?? 5_000);
const folder = mkdtempSync(join(tmpdir(), "assay-scheduler-"));
const keyOf = (at: number) => String(at).padStart(64, "0");
const made = (key: string) => ({ key, rows: 1, bytes: 1, seconds: 0, computed: true });

/** One task that all read, then each two of those before it: wide, deep, and with a hub. */
function graphOf(size: number): TaskNode[] {
  return Array.from({ length: size }, (_, at) => {
    const reads = at === 0 ? [] : [...new Set([0, at >> 1, at - (at >> 3) - 1])];
    return taskNode(keyOf(at), reads.map(keyOf), { step: `step_${at % 200}` });
  });
}

interface Measured {
  readonly loop: number;
  readonly schedule: Schedule;
}

/** Milliseconds of processor time, which a busy machine doesn't stretch much. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

async function through(
  nodes: readonly TaskNode[],
  runTask: RunTask,
  options: { isQueue: boolean; workers: number },
): Promise<Measured> {
  const began = performance.now();
  const from = cpuMs();
  const logs = new RunLogs();
  const document = newDocument("bench", { workers: options.workers, memoryBytes: 1e9 }, new Date());
  let schedule: Schedule | undefined;
  let next = 0;
  const refresh = () => {
    const now = performance.now();
    if (now < next || !schedule) return;
    writeFigures(document, { tasks: schedule.tasks, schedule, nowMs: now - began, secondsBefore: new Map() });
    next = now + Math.max(100, (performance.now() - now) * 20);
  };
  const ended = await runGraph({
    ...{ graph: { nodes }, present: new Map(), ...options, signal: new AbortController().signal },
    now: () => performance.now() - began,
    onSchedule: (one) => {
      schedule = one;
    },
    onChange: refresh,
    onLine: (key, line) => logs.add({ key, step: "step", scope: "brand" }, line),
    runTask,
  });
  return { loop: cpuMs() - from, schedule: ended };
}

const told = (ms: number, tasks: number) => `${(ms / tasks).toFixed(3)} ms a task`;
const trivial: RunTask = async ({ key }, { onLine }) => {
  onLine?.({ at_ms: 0, text: "begins" });
  onLine?.({ at_ms: 0, text: "committed" });
  return made(key);
};

const store = await openStore(folder);
let first = 0;
await through(graphOf(1_000), trivial, { isQueue: false, workers: 16 }); // warm
for (const size of [1_000, 10_000, largest].filter((one, at, all) => all.indexOf(one) === at && one <= largest)) {
  const { loop, schedule } = await through(graphOf(size), trivial, { isQueue: false, workers: 16 });
  const from = performance.now();
  const tasks = [...schedule.tasks.values()].map(keptTask);
  await store.saveRun("bench", { run_id: `r${size}`, requested_at: new Date().toISOString(), state: "done" }, tasks);
  const saving = performance.now() - from;
  first ||= loop / size;
  const ratio = (loop / size / first).toFixed(2);
  console.log(
    `${size} tasks in the loop: ${told(loop, size)} of processor (${ratio} times that of the smallest); keeping the history ${told(saving, size)}`,
  );
}
await store.close();

if (hasRedis && queued > 0) {
  const redis = await startRedis();
  const names = { space: "bench", code: "1" };
  const done = new Set<string>();
  const engine = {
    call: async (name: string, { keys = [] }: { keys?: string[] }) =>
      name === "artifacts.find"
        ? { found: keys.filter((key) => done.has(key)).map((key) => ({ ...made(key), attempt: "run" })), damaged: [] }
        : {},
  } as unknown as Engine;
  const connection = parseBroker(redis.url);
  const consumer = await openConsumer(connection, {
    ...{ names, agent: "bench", concurrency: 16, onCancelledRun: () => {} },
    perform: async ({ key }) => {
      done.add(key);
      return { held: false, computed: true, rows: 1, bytes: 1, seconds: 0, log: null };
    },
  });
  const producer = await openProducer(connection, { names });
  const runner = new ClusterRunner({
    ...{ producer, engine, brandDir: folder, brand: "bench", run: "run", key: clusterKey("bench"), code: "1" },
    ...{ isNightly: false, onCancelled: () => {}, onNotice: () => {}, onWaiting: () => {} },
  });
  const from = performance.now();
  const { loop } = await through(graphOf(queued), runner.runTask, { isQueue: true, workers: 256 });
  const wall = performance.now() - from;
  console.log(
    `${queued} tasks through the queue: ${told(wall, queued)}, ${told(loop, queued)} of this process (scheduler and consumer)`,
  );
  await runner.close();
  await consumer.close("bench");
  await redis.close();
}
rmSync(folder, { recursive: true, force: true });

// How well 4, 8 and 16 agents are used, each limited to a share of a core: real agents in processes of their own, a real broker, claims and
// results in one directory. What a task computes is a wait of its length: an agent with a fifth of a core takes five times as long and leaves
// the rest to the others, so that sixteen fit on two cores; its commit is a wait too, beside the next task. It shows what queue, broker,
// scheduler and claims cost; not how a disk or
// memory that agents share slows them.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startRedis } from "../test/support/redis.ts";
import { runToys, startToyAgent, toyTask } from "../test/support/toy-cluster.ts";
import { watchOthers } from "./quiet.ts";

const taskMs = Number(process.env.BENCH_TASK_MS ?? 500);
const commitMs = Number(process.env.BENCH_COMMIT_MS ?? 40);
const tasksEach = Number(process.env.BENCH_TASKS ?? 20);

for (const count of [4, 8, 16]) {
  const folder = mkdtempSync(join(process.env.BENCH_FOLDER ?? tmpdir(), "assay-agents-"));
  const redis = await startRedis();
  const agents = await Promise.all(Array.from({ length: count }, () => startToyAgent(folder, redis.url)));
  const first = Array.from({ length: 2 * count }, (_, at) => toyTask(`first${at}`, "sleep:200"));
  await (await runToys(folder, redis.url, first)).schedule; // what each loads at its first task isn't measured
  const others = watchOthers();
  const nodes = Array.from({ length: count * tasksEach }, (_, at) => toyTask(`t${at}`, `make:${taskMs}:${commitMs}`));
  const began = performance.now();
  const run = await runToys(folder, redis.url, nodes);
  await run.schedule;
  const seconds = (performance.now() - began) / 1000;
  const least = (nodes.length * taskMs) / 1000 / count;
  console.log(
    `${count} agents: ${nodes.length} tasks of ${taskMs} ms and ${commitMs} ms of commit in ${seconds.toFixed(1)} s of at least ${least.toFixed(1)} s: ${((least / seconds) * 100).toFixed(0)} %; ${others()}`,
  );
  for (const { child } of agents) child.kill("SIGTERM");
  await Promise.all(agents.map(({ ended }) => ended));
  await redis.close();
  rmSync(folder, { recursive: true, force: true });
}

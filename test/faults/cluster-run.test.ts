import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { Run, RunLine } from "../../src/shared/api/contract/runs.ts";
import { killGroup, type StartedCommand, startAgentCommand, startCommand, untilDone } from "../support/cluster-run.ts";
import { type DemoCopies, makeDemoCopies } from "../support/demo-workspace.ts";
import { hasRedis, type RedisServer, startRedis } from "../support/redis.ts";

const brand = "small";
const isFull = process.env.ASSAY_FAULTS === "full";
const why = !hasRedis ? " (skipped: no redis-server here)" : isFull ? "" : " (skipped: npm run test:faults has it)";
const started: StartedCommand[] = [];
let demo: DemoCopies;
let redis: RedisServer;
let pooled: Run;

async function agent(workspace: string): Promise<StartedCommand> {
  const one = await startAgentCommand(workspace, redis.url, demo.data("agents"));
  started.push(one);
  return one;
}

describe.skipIf(!hasRedis || !isFull)(`a run on agents${why}`, () => {
  beforeAll(async () => {
    demo = await makeDemoCopies(mkdtempSync(join(tmpdir(), "assay-cluster-")), brand);
    redis = await startRedis();
    pooled = await demo.withCore("pool", demo.copyOf("pool"), ({ client }) => client.stream("runs.start", { brand }));
  }, 180_000);
  afterEach(async () => {
    vi.unstubAllEnvs();
    const ending = started.splice(0);
    for (const one of ending) killGroup(one);
    await Promise.all(ending.map(({ answer }) => answer));
  });
  afterAll(async () => {
    await redis?.close();
    rmSync(demo.folder, { recursive: true, force: true });
  }, 60_000);

  it("is taken up by another machine when its scheduler is killed, and computes nothing that was finished again", async () => {
    const path = demo.copyOf("taken");
    const agents = [await agent(path)];
    const scheduler = startCommand(
      ["run", "--runner", "cluster", "--redis", redis.url, "--workspace", path, "--json", "--quiet"],
      demo.data("one"),
    );
    await untilDone(agents, 25);
    killGroup(scheduler);
    await scheduler.answer;
    await demo.withCore("two", path, async ({ client }) => {
      const lost = async () => (await client.call("runs.list", { brand })).runs.find(({ state }) => state === "lost");
      await expect.poll(lost, { timeout: 20_000 }).toBeDefined();
      const { run_id = "" } = (await lost()) ?? {};
      const run = await client.stream("runs.resume", { brand, run_id, redis: redis.url });
      expect(run).toMatchObject({ state: "done", runner: "cluster", snapshot_id: pooled.snapshot_id });
      expect(run.tasks.reused).toBeGreaterThanOrEqual(25);
      expect(run.tasks.computed).toBeLessThanOrEqual(pooled.tasks.computed - 20);
      expect(await lost()).toBeUndefined();
    });
  }, 180_000);

  it("reaches its agents' queries within two seconds when another process cancels it", async () => {
    const path = demo.copyOf("cancelled");
    const agents = [await agent(path)];
    const command = startCommand(
      ["run", "--runner", "cluster", "--redis", redis.url, "--workspace", path, "--json", "--quiet"],
      demo.data("three"),
    );
    await untilDone(agents, 8);
    await demo.withCore("four", path, async ({ client }) => {
      const { run_id = "" } = (await client.call("runs.list", { brand })).runs[0] ?? {};
      await client.call("cluster.cancel", { run_id, redis: redis.url });
      const asked = performance.now();
      const idle = async () => (await client.call("cluster.status", { redis: redis.url })).queue.active === 0;
      await expect.poll(idle, { interval: 50, timeout: 2_000 }).toBe(true);
      expect(performance.now() - asked).toBeLessThan(2_000);
    });
    expect(JSON.parse(await command.answer)).toMatchObject({ error: { code: "cancelled" } });
    expect(command.child.exitCode).toBe(130);
  }, 120_000);

  it("is seen with its tasks by another process while it goes on", async () => {
    const path = demo.copyOf("seen");
    const agents = [await agent(path)];
    const scheduler = startCommand(
      ["run", "--runner", "cluster", "--redis", redis.url, "--workspace", path, "--json", "--quiet"],
      demo.data("five"),
    );
    started.push(scheduler);
    await untilDone(agents, 8);
    vi.stubEnv("ASSAY_REDIS_URL", redis.url);
    await demo.withCore("six", path, async ({ client }) => {
      const { run_id = "" } = (await client.call("runs.list", { brand })).runs[0] ?? {};
      const shown = () => client.call("runs.show", { brand, run_id });
      await expect.poll(async () => (await shown()).run.tasks.computed, { timeout: 15_000 }).toBeGreaterThanOrEqual(8);
      const { run, tasks } = await shown();
      expect(run).toMatchObject({ run_id, state: "running", runner: "cluster" });
      expect(tasks).toHaveLength(run.tasks.total);
      const done = tasks.filter(({ state, machine, ended_ms }) => state === "computed" && machine && ended_ms);
      expect(done.length).toBeGreaterThanOrEqual(8);
      expect((await client.call("runs.list", { brand })).runs[0]?.steps.length).toBeGreaterThan(5);
      const lines: RunLine[] = [];
      const enough = new AbortController();
      const onProgress = ({ lines: told }: { lines: RunLine[] }) => {
        if (lines.push(...told) > 20) enough.abort();
      };
      await client.stream("runs.log", { brand, run_id }, { signal: enough.signal, onProgress }).catch(() => {});
      expect(new Set(lines.map(({ key, at_ms, text }) => `${key} ${at_ms} ${text}`)).size).toBe(lines.length);
      expect(lines.length).toBeGreaterThan(20);
    });
  }, 120_000);

  it("keeps its locks while tasks are busy for longer than a lock lasts: none stalls", async () => {
    const path = demo.copyOf("busy");
    started.push(await startAgentCommand(path, redis.url, demo.data("agents"), 0.4));
    const run = await demo.withCore("busy", path, ({ client }) =>
      client.stream("runs.start", { brand, runner: "cluster", redis: redis.url }),
    );
    expect(run.tasks.computed).toBe(pooled.tasks.computed);
    const slow = run.steps.filter(({ seconds, computed }) => seconds / Math.max(1, computed) > 0.4);
    expect(slow.length).toBeGreaterThan(0);
    const events = (await redis.client.keys("{assay}:*:events")).map((key) => redis.client.xrange(key, "-", "+"));
    const names = (await Promise.all(events)).flat().map(([, fields]) => fields[1]);
    expect(names).toContain("completed");
    expect(names).not.toContain("stalled");
  }, 120_000);
});

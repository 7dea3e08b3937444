import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Core, createCore } from "../../src/main/core.ts";
import type { Run, RunLine } from "../../src/shared/api/contract/runs.ts";
import { steps } from "../../src/workers/catalogue.ts";
import { inlineEngine } from "../../src/workers/service/service.ts";
import { killGroup, startAgentCommand, untilDone } from "../support/cluster-run.ts";
import { takeDemo } from "../support/demo-workspace.ts";
import { hasRedis, startRedis } from "../support/redis.ts";

const brand = "small";
const root = join(import.meta.dirname, "../..");
let folder: string;
let exports: string;
/** A workspace with the deliveries taken in and nothing run; copied for each case. */
let fresh: string;

function core(name: string, workspace?: string, isInline = false): Promise<Core> {
  return createCore({
    dataFolder: join(folder, `data-${name}`),
    workspace,
    ...(isInline ? { engine: inlineEngine() } : {}),
  });
}

async function withCore<T>(
  name: string,
  workspace: string | undefined,
  body: (core: Core) => Promise<T>,
  isInline = false,
): Promise<T> {
  const opened = await core(name, workspace, isInline);
  try {
    return await body(opened);
  } finally {
    await opened.close();
  }
}

function copyOf(name: string): string {
  const path = join(folder, name);
  cpSync(fresh, path, { recursive: true });
  return path;
}

const runOnce = (opened: Core, more: object = {}): Promise<Run> =>
  opened.client.stream("runs.start", { brand, workers: 2, ...more });

function command(workspace: string, data: string, ...words: string[]) {
  return spawn(
    process.execPath,
    [join(root, "src/main/entries/cli.ts"), ...words, "--workspace", workspace, "--json", "--quiet"],
    {
      cwd: root,
      env: { ...process.env, XDG_DATA_HOME: join(folder, data) },
      stdio: ["ignore", "pipe", "ignore"],
      detached: true,
    },
  );
}

/** The steps and whatever reads them, directly or by way of others. */
function readersOf(names: readonly string[]): ReadonlySet<string> {
  const found = new Set(names);
  for (let before = -1; before < found.size; ) {
    before = found.size;
    for (const step of steps.values())
      if (Object.values(step.inputs).some((input) => found.has(input.step))) found.add(step.name);
  }
  return found;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "assay-runs-"));
  exports = join(folder, "exports");
  fresh = join(folder, "fresh");
  await withCore("fresh", undefined, async ({ client }) => {
    await takeDemo(client, { brand, exports, workspace: fresh, customers: 250, seed: 3 });
  });
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }), 60_000);

describe("a run", () => {
  let pooled: Run;

  it("counts every row of every file as accepted, rejected or repeated", async () => {
    const { batches } = await withCore("counts", fresh, ({ client }) => client.call("batches.list", { brand }));
    const files = batches.flatMap((batch) => batch.files);
    expect(files.length).toBeGreaterThan(20);
    for (const file of files) expect(file.rows_read).toBe(file.rows_accepted + file.rows_rejected + file.rows_repeated);
  }, 60_000);

  it("gives the same snapshot inline and in the pool, and nothing to do the second time", async () => {
    const [one, two] = [copyOf("inline"), copyOf("pool")];
    const inline = await withCore("inline", one, (opened) => runOnce(opened, { runner: "inline" }), true);
    const results = await withCore(
      "pool",
      two,
      async (opened) => [await runOnce(opened), await runOnce(opened)] as const,
    );
    pooled = results[0];
    expect(pooled.state).toBe("done");
    expect(inline.snapshot_id).toBe(pooled.snapshot_id);
    expect(inline.tasks.computed).toBe(pooled.tasks.computed);
    expect(results[1].tasks).toMatchObject({ computed: 0, failed: 0, reused: pooled.tasks.total });
    expect(results[1].snapshot_id).toBe(pooled.snapshot_id);
  }, 120_000);

  it("keeps what each task took and said, without a person in it, and who used what", async () => {
    await withCore("pool", join(folder, "pool"), async ({ client }) => {
      const { runs } = await client.call("runs.list", { brand });
      const first = runs.find(({ tasks }) => tasks.computed > 0);
      const { tasks, critical_seconds, memory } = await client.call("runs.show", {
        brand,
        run_id: first?.run_id ?? "",
      });
      const computed = tasks.filter(({ state }) => state === "computed");
      for (const task of computed) {
        expect(task.attempts).toBeGreaterThanOrEqual(1);
        expect(task.peak_bytes).toBeGreaterThan(1e6);
        expect(task.read_bytes).toBeGreaterThanOrEqual(0);
      }
      const sum = (of: (task: (typeof tasks)[number]) => number | null) =>
        computed.reduce((all, one) => all + (of(one) ?? 0), 0);
      const cpu = sum((one) => one.cpu_seconds);
      expect(cpu).toBeGreaterThan(0.5);
      expect(first?.usage).toMatchObject({ core_seconds: sum((one) => one.seconds), cpu_seconds: cpu });
      expect(critical_seconds).toBeGreaterThan(Math.max(...computed.map(({ seconds }) => seconds)));
      expect(critical_seconds).toBeLessThan(sum((one) => one.seconds));
      expect(memory.length).toBeGreaterThan(1);
      const said: RunLine[] = [];
      const onProgress = ({ lines }: { lines: RunLine[] }) => said.push(...lines);
      await client.stream("runs.log", { brand, run_id: first?.run_id ?? "" }, { onProgress });
      const spoke = new Set(said.map(({ key }) => key));
      for (const { key } of computed) expect(spoke).toContain(key);
      const text = said.map((line) => line.text).join("\n");
      expect(text).toMatch(/committed in \d+ ms/);
      expect(text).not.toMatch(/@|\d{9}/);
      const { usage } = await client.call("runs.usage", {});
      expect(usage).toMatchObject([{ brand, runner: "pool", runs: 1, read_bytes: sum((one) => one.read_bytes) }]);
    });
  }, 30_000);

  it("says beforehand what it takes, and stops at its budget with what was finished kept", async () => {
    const path = copyOf("budget"); // of the same workspace, whose runs this machine knows
    process.env.ASSAY_EFS_READ_PRICE = "1000000"; // a million a gigabyte: a few files are enough
    try {
      await withCore("pool", path, async ({ client }) => {
        const known = await client.call("runs.estimate", { brand, workers: 2 });
        expect(known).toMatchObject({ cores: 2, known_share: 1, tasks: { computed: pooled.tasks.computed } });
        const took = pooled.usage?.core_seconds ?? 0;
        expect(known.core_seconds / took).toBeGreaterThan(0.5);
        expect(known.core_seconds / took).toBeLessThan(2);
        expect(known.read_bytes).toBeGreaterThan(1e6);
        expect(known.cost?.share_read).toBeCloseTo(known.read_bytes / 1e3, 0);
        const refused = client.stream("runs.start", { brand, budget: 1_000 });
        await expect(refused).rejects.toMatchObject({ code: "condition_failed", details: { budget: 1_000 } });
        expect((await client.call("runs.list", { brand })).runs.every(({ state }) => state === "done")).toBe(true);
      });
      await withCore("unknown", path, async ({ client }) => {
        const stopped = client.stream("runs.start", { brand, budget: 1_000, workers: 2 });
        await expect(stopped).rejects.toMatchObject({
          code: "condition_failed",
          message: expect.stringContaining("stopped"),
        });
        const [run] = (await client.call("runs.list", { brand })).runs;
        expect(run).toMatchObject({ state: "failed", cost: { currency: "USD" } });
        expect(run?.tasks.computed).toBeLessThan(pooled.tasks.computed / 2);
        expect(run?.cost?.total).toBeGreaterThan(1_000);
        const left = await client.call("runs.estimate", { brand });
        expect(left.tasks.reused).toBeGreaterThanOrEqual(run?.tasks.computed ?? 0);
      });
    } finally {
      delete process.env.ASSAY_EFS_READ_PRICE;
    }
  }, 60_000);

  it("changes nothing when the same files are delivered again", async () => {
    const answers = await withCore("again", join(folder, "pool"), async (opened) => {
      const { batches } = await opened.client.stream("sources.ingest", { brand });
      return { files: batches.flatMap((batch) => batch.files), run: await runOnce(opened) };
    });
    for (const file of answers.files) expect(file.rows_repeated).toBe(file.rows_read - file.rows_rejected);
    expect(answers.run.tasks.computed).toBe(0);
    expect(answers.run.snapshot_id).toBe(pooled.snapshot_id);
  }, 60_000);

  it("comes back to the snapshot from before a delivery that was withdrawn", async () => {
    await withCore("withdrawn", copyOf("withdrawn"), async (opened) => {
      const current = async () =>
        (await opened.client.call("snapshots.list", { brand })).snapshots.find(({ is_current }) => is_current)
          ?.snapshot_id;
      const path = join(folder, "mistake.csv");
      writeFileSync(path, "customer_id,first_name,email\nX1,Nobody,nobody.at.all@example.org\n");
      const before = await runOnce(opened);
      await opened.client.call("sources.add", { brand, name: "mistake", paths: [path] });
      const { batches } = await opened.client.stream("sources.ingest", { brand, source: "mistake" });
      const after = await runOnce(opened);
      expect(await current()).toBe(after.snapshot_id);
      expect(after.snapshot_id).not.toBe(before.snapshot_id);
      await opened.client.call("batches.withdraw", { brand, batch_id: batches[0]?.batch_id ?? "" });
      const again = await runOnce(opened);
      expect(await current()).toBe(again.snapshot_id);
      const count = async (id: string | null) =>
        (await opened.client.call("snapshots.list", { brand })).snapshots.find(({ snapshot_id }) => snapshot_id === id)
          ?.customers;
      expect(await count(again.snapshot_id)).toBe(await count(before.snapshot_id));
    });
  }, 90_000);

  it("says why a task was computed when only a parameter changed", async () => {
    const explained = await withCore("pool", join(folder, "pool"), async (opened) => {
      const run = await runOnce(opened, { params: { "customer_value.discount_rate_annual": 0.2 } });
      expect(run.tasks.computed).toBeGreaterThan(0);
      return opened.client.call("runs.explain", { brand, run_id: run.run_id });
    });
    const task = explained.tasks.find(({ step, state }) => step === "scores_customer_value" && state === "computed");
    expect(task?.cause).toBe("params");
    const computed = new Set(explained.tasks.filter(({ state }) => state === "computed").map(({ step }) => step));
    const readers = readersOf(["fit_customer_value", "scores_customer_value", "evaluate_customer_value"]);
    expect([...computed].filter((step) => !readers.has(step))).toEqual([]);
    expect(explained.tasks.filter(({ step, state }) => step.startsWith("purchase_") && state === "computed")).toEqual(
      [],
    );
  }, 60_000);

  it("stops within a second when it is cancelled, and goes on from what was finished", async () => {
    const path = copyOf("cancelled");
    await withCore("cancelled", path, async (opened) => {
      const stop = new AbortController();
      let asked = 0;
      const onProgress = (run: Run) => {
        if (run.tasks.computed < 5 || stop.signal.aborted) return;
        asked = performance.now();
        stop.abort();
      };
      await expect(
        opened.client.stream("runs.start", { brand, workers: 2 }, { signal: stop.signal, onProgress }),
      ).rejects.toMatchObject({ code: "cancelled" });
      expect(performance.now() - asked).toBeLessThan(1_500);
      const { snapshots } = await opened.client.call("snapshots.list", { brand });
      expect(snapshots).toEqual([]);
      const { runs } = await opened.client.call("runs.list", { brand });
      expect(runs[0]).toMatchObject({ state: "cancelled", tasks: { failed: 0 } });
      const run = await runOnce(opened);
      expect(run.tasks.reused).toBeGreaterThanOrEqual(5);
      expect(run.snapshot_id).toBe(pooled.snapshot_id);
    });
  }, 60_000);

  it("ends in the same snapshot after its process was killed in the middle", async () => {
    const path = copyOf("killed");
    for (const milliseconds of [1_200, 2_200]) {
      const child = command(path, "data-killed", "run");
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      if (child.pid && child.exitCode === null) process.kill(-child.pid, "SIGKILL");
      await new Promise((resolve) => child.once("close", resolve));
    }
    const run = await withCore("killed", path, (opened) => runOnce(opened));
    expect(run.snapshot_id).toBe(pooled.snapshot_id);
  }, 120_000);

  it("is shared by two processes that start it at once", async () => {
    const path = copyOf("two");
    const outcomes = await Promise.all(
      ["data-one", "data-two"].map(async (data) => {
        const child = command(path, data, "run");
        let text = "";
        child.stdout.on("data", (part: Buffer) => (text += part.toString()));
        await new Promise((resolve) => child.once("close", resolve));
        return JSON.parse(text) as { snapshot_id: string; tasks: { total: number; reused: number; computed: number } };
      }),
    );
    for (const { snapshot_id, tasks } of outcomes) {
      expect(snapshot_id, JSON.stringify(outcomes)).toBe(pooled.snapshot_id);
      expect(tasks.reused + tasks.computed).toBe(tasks.total);
    }
    const computed = outcomes.reduce((sum, { tasks }) => sum + tasks.computed, 0);
    expect(computed).toBeLessThanOrEqual(pooled.tasks.computed * 1.1);
  }, 120_000);

  it.skipIf(!hasRedis)(
    `gives the same on agents while one is killed and their broker loses everything${hasRedis ? "" : " (skipped: no redis-server here)"}`,
    async () => {
      const path = copyOf("cluster");
      const redis = await startRedis();
      const data = join(folder, "data-agents");
      const agents = await Promise.all([1, 2].map(() => startAgentCommand(path, redis.url, data)));
      try {
        const run = await withCore("cluster", path, async (opened) => {
          const running = runOnce(opened, { runner: "cluster", redis: redis.url });
          await untilDone(agents, 12);
          if (agents[0]) killGroup(agents[0]);
          await redis.kill();
          await redis.restart();
          return running;
        });
        expect(run).toMatchObject({ state: "done", snapshot_id: pooled.snapshot_id, runner: "cluster" });
        expect(run.tasks.total).toBe(pooled.tasks.total);
        expect(run.tasks.computed).toBe(pooled.tasks.computed);
        expect(run.usage?.cpu_seconds).toBeGreaterThan(0.5);
        expect((run.usage?.read_bytes ?? 0) / (pooled.usage?.read_bytes ?? 1)).toBeCloseTo(1, 1);
      } finally {
        for (const agent of agents) killGroup(agent);
        await redis.close();
      }
    },
    120_000,
  );
});

import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Core, createCore } from "../../src/main/core.ts";
import type { Run } from "../../src/shared/api/contract/runs.ts";
import { fromEpochDay, toEpochDay } from "../../src/shared/base/time.ts";
import { verifyBrand } from "../../src/workers/engine/verify.ts";
import { lastDay } from "../../src/workers/sources/demo/calendar.ts";
import { killGroup, type StartedCommand, startAgentCommand, untilDone } from "../support/cluster-run.ts";
import { hasRedis, type RedisServer, startRedis } from "../support/redis.ts";
import { publishedTables } from "../support/same-tables.ts";

const isFull = process.env.ASSAY_FAULTS === "full";
const customers = Number(process.env.ASSAY_PROOF_CUSTOMERS ?? 1_500);
const why = !hasRedis ? " (skipped: no redis-server here)" : isFull ? "" : " (skipped: npm run test:faults has it)";
const brand = "demo";
const hour = 3_600_000;
let folder: string;
let exports: string;
let days: string[];
let redis: RedisServer;
const agents: StartedCommand[] = [];
const desktops: ChildProcess[] = [];

const doneBy = (some: readonly StartedCommand[], how = "") =>
  some.flatMap(({ log }) => log.filter((line) => line.includes('"task_done"') && line.includes(how))).length;

/** A workspace of its own that the history and then night after night arrive at, from the same folder as every other's: a delivery is
 *  known by its files' names, too. */
async function place(name: string) {
  const [workspace, incoming] = [join(folder, name, "workspace"), join(folder, "incoming")];
  rmSync(incoming, { recursive: true, force: true });
  mkdirSync(incoming, { recursive: true });
  const isUpdate = (path: string) => path.startsWith(join(exports, "updates"));
  cpSync(exports, incoming, { recursive: true, filter: (path) => !isUpdate(path) });
  let now = `${lastDay}T02:00:00Z`;
  const core = await createCore({ dataFolder: join(folder, name, "data"), now: () => new Date(now) });
  const { client } = core;
  await client.call("workspace.create", { path: workspace });
  await client.call("brand.create", { brand, currency: "GBP", time_zone: "Europe/London", return_window_days: 30 });
  await client.call("sources.add", { brand, name: "demo", paths: [incoming] });
  await client.call("nightly.configure", { brand, gate: { small_delivery: null } }); // a small retailer's: often four rows, sometimes one
  return {
    core,
    workspace,
    /** The nightly job after a day: what arrived by its end is taken in, run on, judged and published. */
    take: async (day: string, how: { runner: "pool" | "cluster"; workers?: number; redis?: string }): Promise<Run> => {
      if (day !== lastDay) cpSync(join(exports, "updates", day), join(incoming, "updates", day), { recursive: true });
      now = `${fromEpochDay(toEpochDay(day) + 1)}T02:00:00Z`;
      const night = await client.stream("nightly.run", { brand, ...how });
      const run = (await client.call("runs.list", { brand })).runs.find(({ run_id }) => run_id === night.run_id);
      expect({ day, published: night.published, gate: night.gate.filter(({ ok }) => !ok) }).toEqual({
        ...{ day, published: true, gate: [] },
      });
      if (!run) throw new Error(`the night of ${day} has no run`);
      return run;
    },
  };
}

type How = Parameters<Awaited<ReturnType<typeof place>>["take"]>[1];

async function inOrder(name: string, how: How, beside: (day: string, at: number) => Promise<void>) {
  const { core, workspace, take } = await place(name);
  return {
    core,
    workspace,
    run: async () => {
      const runs: Run[] = [];
      for (const [at, day] of days.entries()) {
        const [run] = await Promise.all([take(day, how), beside(day, at)]);
        runs.push(run);
      }
      return runs;
    },
  };
}

function desktop(workspace: string, name: string): Promise<string> {
  const entry = join(import.meta.dirname, "../support/reading-desktop-process.ts");
  const data = join(folder, `data-${name}`);
  const child = spawn(process.execPath, [entry, workspace, data, brand], { stdio: ["ignore", "pipe", "inherit"] });
  desktops.push(child);
  let text = "";
  child.stdout.on("data", (part: Buffer) => (text += part.toString()));
  return new Promise((resolve) => child.once("close", () => resolve(text.trim().split("\n").at(-1) ?? "")));
}

describe.skipIf(!hasRedis || !isFull)(`three agents and two desktops on one directory${why}`, () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "assay-proof-"));
    exports = join(folder, "exports");
    const core = await createCore({ dataFolder: join(folder, "data") });
    await core.client.stream("demo.make", { path: exports, customers, seed: 9 });
    await core.close();
    days = [lastDay, ...readdirSync(join(exports, "updates")).sort().slice(0, 5)];
    redis = await startRedis();
  }, hour);
  afterAll(async () => {
    for (const child of desktops) child.kill("SIGKILL");
    for (const one of agents) killGroup(one);
    await Promise.all(agents.map(({ answer }) => answer));
    await redis?.close();
    rmSync(folder, { recursive: true, force: true });
  }, hour);

  it(
    "run the history and five nights while one agent is killed and the broker comes back empty, and make the tables that one machine makes",
    async () => {
      const nothing = async () => {};
      const alone = await inOrder("alone", { runner: "pool", workers: 2 }, nothing);
      const expected = await alone.run();
      const tables = await closing(alone.core, () => publishedTables(alone.core.client, brand));

      const together = await inOrder("together", { runner: "cluster", redis: redis.url }, async (_, at) => {
        const before = doneBy(agents);
        if (at === 2) {
          await untilDone(agents, before + 10);
          killGroup(agents[0] as StartedCommand);
        }
        if (at === 3) {
          await untilDone(agents, before + 10);
          await redis.kill();
          await redis.restart();
        }
      });
      for (const name of ["one", "two", "three"])
        agents.push(await startAgentCommand(together.workspace, redis.url, join(folder, `agent-${name}`)));
      const readers = ["first", "second"].map((name) => desktop(together.workspace, name));
      const runs = await together.run();
      for (const child of desktops) child.kill("SIGTERM");
      const read = (await Promise.all(readers)).map((text) => JSON.parse(text));

      expect(runs.map(({ state, snapshot_id }) => [state, snapshot_id])).toEqual(
        expected.map(({ snapshot_id }) => ["done", snapshot_id]),
      );
      const others = await closing(together.core, () => publishedTables(together.core.client, brand));
      expect(Object.keys(others).length).toBeGreaterThan(40);
      for (const [table, rows] of Object.entries(tables))
        expect({ table, rows: others[table] }).toEqual({ table, rows });
      for (const one of read) {
        expect(one).toMatchObject({ torn: [], errors: [] });
        expect(one.snapshots.length).toBeGreaterThan(3);
      }
      const found = verifyBrand(join(together.workspace, "brands", brand));
      expect(found.findings).toEqual([]);
      const computed = runs.reduce((sum, { tasks }) => sum + tasks.computed, 0);
      const reads = read.reduce((sum, one) => sum + one.reads, 0);
      console.log(
        `proof: ${runs.length} runs, ${computed} tasks made by agents (told: ${doneBy(agents, '"computed":true')} made, ${doneBy(agents, '"computed":false')} taken over), ${reads} reads by two desktops, 0 torn; ${found.entries} entries, ${found.files} files verified; alone ${expected.map(({ seconds }) => seconds.toFixed(0)).join(", ")} s, together ${runs.map(({ seconds }) => seconds.toFixed(0)).join(", ")} s`,
      );
    },
    3 * hour,
  );
});

async function closing<T>(core: Core, body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } finally {
    await core.close();
  }
}

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  CreateLaunchConfigurationCommand,
  DescribeAutoScalingGroupsCommand,
} from "@aws-sdk/client-auto-scaling";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { createCore } from "../../src/main/core.ts";
import type { Night } from "../../src/shared/api/contract/nights.ts";
import { readLog } from "../../src/workers/engine/brand-log.ts";
import { killGroup, type StartedCommand, startAgentCommand, startCommand, untilDone } from "../support/cluster-run.ts";
import { type DemoCopies, makeDemoCopies } from "../support/demo-workspace.ts";
import { pythonWith } from "../support/python.ts";
import { freePort, hasRedis, type RedisServer, startRedis } from "../support/redis.ts";

const brand = "small";
const isFull = process.env.ASSAY_FAULTS === "full";
const why = !hasRedis ? " (skipped: no redis-server here)" : isFull ? "" : " (skipped: npm run test:faults has it)";
const monday = "2026-07-06T03:00:30Z"; // 04:00:30 in London
const agents: StartedCommand[] = [];
const others: ChildProcess[] = [];
let demo: DemoCopies;
let redis: RedisServer;
let alone: Night;

async function agent(workspace: string): Promise<StartedCommand> {
  const one = await startAgentCommand(workspace, redis.url, demo.data("agents"));
  agents.push(one);
  return one;
}
const kinds = (workspace: string) => readLog(join(workspace, "brands", brand), 1).map(({ kind }) => kind);

describe.skipIf(!hasRedis || !isFull)(`nights on agents${why}`, () => {
  beforeAll(async () => {
    demo = await makeDemoCopies(mkdtempSync(join(tmpdir(), "assay-night-cluster-")), brand, () => new Date(monday));
    redis = await startRedis();
    alone = await demo.withCore("alone", demo.copyOf("alone"), ({ client }) => client.stream("nightly.run", { brand }));
    expect(alone).toMatchObject({ published: true, runner: "pool", due_at: null, is_late: false, scaled: null });
  }, 180_000);
  afterEach(async () => {
    vi.unstubAllEnvs();
    for (const one of others.splice(0)) one.kill("SIGKILL");
    const ending = agents.splice(0);
    for (const one of ending) killGroup(one);
    await Promise.all(ending.map(({ answer }) => answer));
    await redis.client.flushall();
  }, 60_000);
  afterAll(async () => {
    await redis?.close();
    rmSync(demo.folder, { recursive: true, force: true });
  }, 60_000);

  it("are begun by a weekly schedule, and brought to their end by another desktop when the first is killed", async () => {
    const path = demo.copyOf("weekly");
    const earlier = await createCore({
      ...{ dataFolder: demo.data("earlier"), workspace: path },
      now: () => new Date("2026-07-03T12:00:00Z"),
    });
    const asked = { schedule: "0 4 * * MON", runner: "cluster" as const, done_by: "06:00" };
    expect(await earlier.client.call("nightly.configure", { brand, ...asked })).toMatchObject({
      ...{ runner: "cluster", done_by: "06:00", next_at: "2026-07-06T03:00:00.000Z" },
    });
    await earlier.close();
    await agent(path);
    const entry = join(import.meta.dirname, "../support/scheduled-nights-process.ts");
    const desktop = (name: string) => {
      const child = spawn(process.execPath, [entry, path, demo.data(name), monday], {
        env: { ...process.env, ASSAY_REDIS_URL: redis.url },
        stdio: "inherit",
        detached: true,
      });
      others.push(child);
      return child;
    };
    const first = desktop("first");
    await untilDone(agents, 25);
    process.kill(-(first.pid ?? 0), "SIGKILL");
    desktop("second");
    await expect.poll(() => kinds(path).includes("night_ended"), { timeout: 90_000, interval: 200 }).toBe(true);
    const count = (kind: string) => kinds(path).filter((one) => one === kind).length;
    expect(["night_ended", "snapshot_published", "run_requested", "run_ended"].map(count)).toEqual([1, 1, 2, 2]);
    await demo.withCore("third", path, async ({ client }) => {
      const { nights } = await client.call("nightly.list", { brand });
      expect(nights).toMatchObject([
        {
          ...{ published: true, snapshot_id: alone.snapshot_id, runner: "cluster", error: null, warnings: [] },
          ...{ due_at: "2026-07-06T05:00:00.000Z", is_late: false, scaled: null },
        },
      ]);
      expect((await client.call("runs.list", { brand })).runs.filter(({ state }) => state === "lost")).toEqual([]);
    });
    const made = agents.flatMap(({ log }) => log.filter((line) => line.includes('"computed":true')));
    expect(new Set(made.map((line) => JSON.parse(line).task)).size).toBe(made.length); // nothing was computed twice
  }, 180_000);

  it("let what somebody waits for go first", async () => {
    const path = demo.copyOf("asked");
    const words = ["--runner", "cluster", "--redis", redis.url, "--workspace", path, "--json", "--quiet"];
    const night = startCommand(["nightly", ...words, "--by", "06:00"], demo.data("night"));
    const waiting = async () => {
      const status = await demo.withCore("look", path, ({ client }) =>
        client.call("cluster.status", { redis: redis.url }),
      );
      return status.queue.waiting;
    };
    await expect.poll(waiting, { timeout: 30_000, interval: 300 }).toBeGreaterThan(0);
    const asked = startCommand(["run", ...words, "--models", "rfm"], demo.data("asked"));
    await expect.poll(waiting, { timeout: 30_000, interval: 300 }).toBeGreaterThan(1);
    await agent(path);
    const ended = await Promise.race([asked.answer.then(() => "asked"), night.answer.then(() => "night")]);
    expect(ended).toBe("asked");
    expect(JSON.parse(await night.answer)).toMatchObject({ published: true, snapshot_id: alone.snapshot_id });
    expect(JSON.parse(await asked.answer)).toMatchObject({ status: "done" });
  }, 180_000);

  it("are done on the desktop where the setting's broker or agents aren't there", async () => {
    const path = demo.copyOf("nobody");
    await demo.withCore("nobody", path, async ({ client }) => {
      await client.call("nightly.configure", { brand, runner: "cluster" });
      vi.stubEnv("ASSAY_REDIS_URL", redis.url);
      const night = await client.stream("nightly.run", { brand });
      expect(night).toMatchObject({ published: true, runner: "pool", snapshot_id: alone.snapshot_id });
      expect(night.warnings).toEqual(["No agent of this program was there. It was done on this machine."]);
      vi.stubEnv("ASSAY_REDIS_URL", `redis://127.0.0.1:${await freePort()}`);
      const again = await client.stream("nightly.run", { brand });
      expect(again.warnings).toEqual([expect.stringMatching(/^No broker answers at .* It was done on this machine/)]);
      const bound = client.stream("nightly.run", { brand, runner: "cluster" });
      await expect(bound).rejects.toMatchObject({ code: "unavailable" });
    });
  }, 120_000);

  const python = pythonWith("moto.server");
  it.skipIf(!python)(
    `ask for as many machines as they need in time, within the day's budget${python ? "" : " (skipped: no moto in Python here)"}`,
    async () => {
      const path = demo.copyOf("machines");
      const port = await freePort();
      const endpoint = `http://127.0.0.1:${port}`;
      others.push(spawn(python ?? "", ["-m", "moto.server", "-p", String(port)], { stdio: "ignore" }));
      const isUp = () =>
        fetch(endpoint)
          .then(({ ok }) => ok)
          .catch(() => false);
      await expect.poll(isUp, { timeout: 30_000 }).toBe(true);
      vi.stubEnv("AWS_ACCESS_KEY_ID", "testing");
      vi.stubEnv("AWS_SECRET_ACCESS_KEY", "testing");
      const aws = new AutoScalingClient({ region: "eu-west-1", endpoint });
      const template = { LaunchConfigurationName: "agents", ImageId: "ami-12c6146b", InstanceType: "c7i.xlarge" };
      await aws.send(new CreateLaunchConfigurationCommand(template));
      const group = { AutoScalingGroupName: "night", LaunchConfigurationName: "agents", MinSize: 0, MaxSize: 8 };
      await aws.send(
        new CreateAutoScalingGroupCommand({ ...group, DesiredCapacity: 0, AvailabilityZones: ["eu-west-1a"] }),
      );
      const desired = async () =>
        (await aws.send(new DescribeAutoScalingGroupsCommand({}))).AutoScalingGroups?.[0]?.DesiredCapacity;
      vi.stubEnv("ASSAY_EC2_ENDPOINT", endpoint);
      vi.stubEnv("ASSAY_EC2_GROUP", "night");
      vi.stubEnv("ASSAY_EC2_REGION", "eu-west-1");
      vi.stubEnv("ASSAY_EC2_CORES", "1");
      vi.stubEnv("ASSAY_EC2_PRICE", "0.2");
      vi.stubEnv("ASSAY_REDIS_URL", redis.url);
      await demo.withCore("machines", path, async ({ client }) => {
        await client.call("nightly.configure", { brand, runner: "cluster" });
        vi.stubEnv("ASSAY_EC2_DAILY_BUDGET", "0.0001");
        const poor = await client.stream("nightly.run", { brand, done_by: "04:04" });
        expect(poor).toMatchObject({ runner: "pool", scaled: null, published: true });
        expect(poor.warnings[0]).toMatch(/No machines were asked for: .* more than the day’s budget/);
        expect(await desired()).toBe(0);
      });
      const rich = demo.copyOf("rich");
      await agent(rich); // in place of the instance that comes
      await demo.withCore("rich", rich, async ({ client }) => {
        await client.call("nightly.configure", { brand, runner: "cluster" });
        vi.stubEnv("ASSAY_EC2_DAILY_BUDGET", "5");
        const night = await client.stream("nightly.run", { brand, done_by: "04:04" });
        expect(night).toMatchObject({ runner: "cluster", published: true, snapshot_id: alone.snapshot_id });
        expect(night.scaled?.instances).toBeGreaterThan(1);
        expect(await desired()).toBe(night.scaled?.instances);
      });
      aws.destroy();
    },
    240_000,
  );
});

import { type ChildProcess, spawn } from "node:child_process";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  CreateLaunchConfigurationCommand,
} from "@aws-sdk/client-auto-scaling";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pythonWith } from "../../../../test/support/python.ts";
import { freePort } from "../../../../test/support/redis.ts";
import { type Ec2Settings, ec2Settings, paidSecondsADay, scale } from "./fleet.ts";
import { AgentGroup } from "./group.ts";
import { instanceId, onInterruption } from "./spot.ts";

const settings: Ec2Settings = {
  ...{ group: "assay-agents", region: "eu-west-1", cores_per_instance: 4 },
  ...{ price_per_hour: 0.2, is_listed: false, currency: "USD", daily_budget: 5 },
};
const request = { coreSeconds: 36_000, paidSeconds: 0, isDry: false, by: "60", now: new Date("2026-07-01T00:00:00Z") };

describe("the settings of machines", () => {
  it("are those of the environment, then those kept, and none without a group", () => {
    expect(ec2Settings(null, {})).toBe(null);
    expect(ec2Settings(settings, {})).toEqual(settings);
    const env = { ASSAY_EC2_GROUP: "night", AWS_REGION: "eu-north-1", ASSAY_EC2_CORES: "8" };
    expect(ec2Settings(settings, env)).toMatchObject({ group: "night", region: "eu-north-1", cores_per_instance: 8 });
    const listed = ec2Settings(null, {
      ASSAY_EC2_GROUP: "night",
      AWS_REGION: "us-east-1",
      ASSAY_EC2_TYPE: "m7i.xlarge",
    });
    expect(listed).toMatchObject({ price_per_hour: 0.2016, is_listed: true });
    expect(() => ec2Settings(settings, { ASSAY_EC2_PRICE: "cheap" })).toThrow("no amount");
  });
});

it("pays for so many seconds of instances a day, where budget and price are known", () => {
  expect(paidSecondsADay(settings)).toBe(90_000);
  expect(paidSecondsADay({ ...settings, daily_budget: null })).toBe(undefined);
  expect(paidSecondsADay({ ...settings, price_per_hour: 0 })).toBe(undefined);
});

const python = pythonWith("moto.server");
describe.skipIf(!python)(`a group of machines${python ? "" : " (skipped: no moto in Python here)"}`, () => {
  let moto: ChildProcess;
  let endpoint: string;

  beforeAll(async () => {
    const port = await freePort();
    endpoint = `http://127.0.0.1:${port}`;
    moto = spawn(python ?? "", ["-m", "moto.server", "-p", String(port)], { stdio: "ignore" });
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: "testing", AWS_SECRET_ACCESS_KEY: "testing" });
    const client = new AutoScalingClient({ region: settings.region, endpoint });
    while (
      !(await fetch(endpoint)
        .then(({ ok }) => ok)
        .catch(() => false))
    ) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const template = { LaunchConfigurationName: "agents", ImageId: "ami-12c6146b", InstanceType: "c7i.xlarge" };
    await client.send(new CreateLaunchConfigurationCommand(template));
    await client.send(
      new CreateAutoScalingGroupCommand({
        ...{ AutoScalingGroupName: settings.group, LaunchConfigurationName: "agents", MinSize: 0, MaxSize: 8 },
        ...{ DesiredCapacity: 0, AvailabilityZones: ["eu-west-1a"] },
      }),
    );
    client.destroy();
  }, 60_000);
  afterAll(() => {
    moto?.kill("SIGKILL");
  });

  it("says what it would do and cost, and does nothing, when it is only asked", async () => {
    const answer = await scale(settings, { ...request, isDry: true }, endpoint);
    expect(answer).toMatchObject({ asked: { instances: 3 }, group: { desired: 0, instances: [] }, is_done: false });
    expect(answer.asked.cost).toBeGreaterThan(0.5);
  });

  it("grows to what the queue needs by the deadline, never beyond its limit, and shrinks to nothing", async () => {
    expect((await scale(settings, request, endpoint)).group).toMatchObject({ desired: 3, smallest: 0, largest: 8 });
    const much = await scale({ ...settings, daily_budget: null }, { ...request, coreSeconds: 1e7 }, endpoint);
    expect([much.group.desired, much.group.instances.length]).toEqual([8, 8]);
    expect((await scale(settings, { ...request, coreSeconds: 0 }, endpoint)).group.desired).toBe(0);
  });

  it("refuses what the day's budget doesn't hold, and leaves the group as it is", async () => {
    const refused = scale(settings, { ...request, instances: 8, by: "600" }, endpoint);
    await expect(refused).rejects.toMatchObject({
      code: "condition_failed",
      message: expect.stringContaining("16.00"),
    });
    expect((await scale(settings, { ...request, coreSeconds: 0, isDry: true }, endpoint)).group.desired).toBe(0);
  });

  it("counts what was paid for today, by machines that are gone too, against the budget", async () => {
    const asked = { ...request, instances: 2, by: "60" };
    const refused = scale(settings, { ...asked, paidSeconds: 85_000 }, endpoint); // 4.72 beside 0.40 of 5
    await expect(refused).rejects.toMatchObject({ code: "condition_failed" });
    expect((await scale(settings, { ...asked, paidSeconds: 80_000 }, endpoint)).spent).toBeCloseTo(4.44, 2);
    expect((await scale(settings, { ...request, instances: 0, paidSeconds: 1e6 }, endpoint)).group.desired).toBe(0);
  });

  it("ends one machine and wants one less", async () => {
    const { group } = await scale(settings, { ...request, instances: 2 }, endpoint);
    const [first] = group.instances;
    const own = new AgentGroup({ ...settings, endpoint });
    await own.endInstance(first?.instance ?? "");
    expect(await own.state()).toMatchObject({ desired: 1 });
    own.close();
  });

  it("tells a group that isn't there, and AWS that isn't there", async () => {
    await expect(scale({ ...settings, group: "none" }, request, endpoint)).rejects.toMatchObject({ code: "not_found" });
    const nowhere = `http://127.0.0.1:${await freePort()}`;
    await expect(scale(settings, request, nowhere)).rejects.toMatchObject({ code: "unavailable" });
  });
});

describe("an instance that is taken back", () => {
  it("hears of it once, by way of a token", async () => {
    let notice: string | null = null;
    const server: Server = createServer((asked, answer) => {
      if (asked.method === "PUT") return answer.end("token");
      if (asked.headers["x-aws-ec2-metadata-token"] !== "token") return answer.writeHead(401).end();
      if (asked.url?.endsWith("instance-id")) return answer.end("i-0abc");
      return notice ? answer.end(notice) : answer.writeHead(404).end();
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    process.env.AWS_EC2_METADATA_SERVICE_ENDPOINT = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await instanceId()).toBe("i-0abc");
    const heard: string[] = [];
    const stop = onInterruption((action) => heard.push(action), 20);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(heard).toEqual([]);
    notice = '{"action":"terminate","time":"2026-07-01T02:00:00Z"}';
    await expect.poll(() => heard).toEqual([notice]);
    stop();
    server.close();
    delete process.env.AWS_EC2_METADATA_SERVICE_ENDPOINT;
  });
});

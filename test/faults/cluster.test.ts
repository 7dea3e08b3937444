import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Queue } from "bullmq";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { queueName } from "../../src/main/schedule/broker/link.ts";
import { openProducer } from "../../src/main/schedule/broker/producer.ts";
import { parseBroker } from "../../src/main/schedule/cluster/connection.ts";
import { freePort, hasRedis, type RedisServer, startRedis } from "../support/redis.ts";
import { runToys, startToyAgent, type ToyAgent, toyKey, toyNames, toyTask } from "../support/toy-cluster.ts";
import { begun, madeOf } from "../support/toy-engine.ts";

const why = hasRedis ? "" : " (skipped: no redis-server here)";
/** The slow ones wait for locks to run out. */
const isFull = process.env.ASSAY_FAULTS === "full";
const agents: ToyAgent[] = [];
const roots: string[] = [];
let redis: RedisServer;

function freshRoot(): string {
  const root = mkdtempSync(join(tmpdir(), "assay-toys-"));
  roots.push(root);
  return root;
}
async function agent(root: string, ...options: (number | string)[]): Promise<ToyAgent> {
  const started = await startToyAgent(root, redis.url, ...options);
  agents.push(started);
  return started;
}

describe.skipIf(!hasRedis)(`a cluster of agents${why}`, () => {
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterEach(async () => {
    for (const { child } of agents) child.kill("SIGKILL");
    await Promise.all(agents.splice(0).map(({ ended }) => ended));
    await redis.client.flushall();
  });
  afterAll(async () => {
    await redis?.close();
    for (const root of roots) rmSync(root, { recursive: true, force: true });
  });

  it("does each task of a diamond once, and says who did what", async () => {
    const root = freshRoot();
    await Promise.all([agent(root), agent(root)]);
    const sides = Array.from({ length: 12 }, (_, at) => `b${at}`);
    const nodes = [
      toyTask("a"),
      ...sides.map((side) => toyTask(side, "sleep:20", ["a"])),
      toyTask("d", "sleep:1", sides),
    ];
    const schedule = await (await runToys(root, redis.url, nodes)).schedule;
    expect(schedule.count("computed")).toBe(14);
    for (const { key } of nodes) expect(begun(root, key)).toBe(1);
    const machines = new Set([...schedule.tasks.values()].map(({ machine }) => machine));
    expect(machines.size).toBe(2);
  });

  it("leaves a label's tasks to the agents that have it, with the leave that their machine gave", async () => {
    const root = freshRoot();
    await agent(root, 2);
    const program = toyTask("program", "sleep:1", [], { step: "scores_own", parts: { definition: "d" } });
    const labelled = await runToys(root, redis.url, [program], { label: "spark" });
    const plain = await runToys(root, redis.url, [toyTask("plain")]);
    expect((await plain.schedule).isDone()).toBe(true);
    expect(begun(root, program.key)).toBe(0); // the agent without the label has looked at its own queue only
    const able = await agent(root, 2, 1_500, 60_000, "gpu,spark");
    expect((await labelled.schedule).isDone()).toBe(true);
    expect(able.lines.some((line) => line.includes('"task_done"'))).toBe(true);
    expect(madeOf(root, program.key).permit).toEqual({ digest: "allowed for toy", program: null });
  });

  it("computes the next tasks while the results of the last ones are committed, one a core", async () => {
    const root = freshRoot();
    const one = await agent(root);
    const names = ["a", "b", "c", "d"];
    const nodes = names.map((name) => toyTask(name, "make:40:1200"));
    const toys = await runToys(root, redis.url, [...nodes, toyTask("after", "sleep:1", names)]);
    const begunOf = () => names.filter((name) => begun(root, toyKey(name)) > 0).length;
    await expect.poll(begunOf, { interval: 10, timeout: 4_000 }).toBe(4);
    expect(one.lines.filter((line) => line.includes('"task_done"'))).toEqual([]);
    expect(begun(root, toyKey("after"))).toBe(0);
    const schedule = await toys.schedule;
    expect(schedule.count("computed")).toBe(5);
    const made = names.map((name) => schedule.tasks.get(toyKey(name)));
    expect(new Set(made.map((task) => task?.worker))).toEqual(new Set([1]));
    for (const task of made) expect(task?.attempts).toBe(1);
  });

  it("has what a killed agent made and had not committed made again", async () => {
    const root = freshRoot();
    const first = await agent(root);
    const names = ["a", "b", "c"];
    const toys = await runToys(
      root,
      redis.url,
      names.map((name) => toyTask(name, "make:20:900")),
    );
    await expect.poll(() => begun(root, toyKey("c")), { interval: 10 }).toBe(1);
    first.child.kill("SIGKILL");
    await agent(root);
    expect((await toys.schedule).count("computed")).toBe(3);
    for (const name of names) expect(begun(root, toyKey(name))).toBe(2);
  });

  it("commits what it made before it ends, and takes nothing new", async () => {
    const root = freshRoot();
    const first = await agent(root);
    const nodes = ["a", "b"].map((name) => toyTask(name, "make:20:700"));
    const toys = await runToys(root, redis.url, [...nodes, toyTask("after", "sleep:1", ["a", "b"])]);
    await expect.poll(() => begun(root, toyKey("b")), { interval: 10 }).toBe(1);
    first.child.kill("SIGTERM");
    expect(await first.ended).toBe(0);
    for (const { key } of nodes) expect(existsSync(join(root, "brands/toy/made", key))).toBe(true);
    expect(begun(root, toyKey("after"))).toBe(0);
    await agent(root);
    expect((await toys.schedule).isDone()).toBe(true);
    for (const { key } of nodes) expect(begun(root, key)).toBe(1);
  });

  it("has a killed agent's task done by another", async () => {
    const root = freshRoot();
    const first = await agent(root);
    const toys = await runToys(root, redis.url, [toyTask("slow", "sleep:700"), toyTask("after", "sleep:1", ["slow"])]);
    await expect.poll(() => begun(root, toyKey("slow"))).toBe(1);
    first.child.kill("SIGKILL");
    await agent(root);
    expect((await toys.schedule).count("computed")).toBe(2);
    expect(begun(root, toyKey("slow"))).toBe(2);
    const slow = (await toys.schedule).tasks.get(toyKey("slow"));
    expect(slow).toMatchObject({ attempts: 2, lost: [{ worker: 1 }] });
    expect(slow?.lost[0]?.machine).not.toBe(slow?.machine);
  });

  it.skipIf(!isFull)("goes on when an agent is frozen, and lets it find the work done when it thaws", async () => {
    const root = freshRoot();
    const first = await agent(root);
    const toys = await runToys(root, redis.url, [toyTask("slow", "sleep:600"), toyTask("after", "sleep:1", ["slow"])]);
    await toys.placed("slow");
    first.child.kill("SIGSTOP");
    await agent(root);
    expect((await toys.schedule).isDone()).toBe(true);
    first.child.kill("SIGCONT");
    const again = await runToys(root, redis.url, [toyTask("more", "sleep:30"), toyTask("many", "sleep:30")]);
    expect((await again.schedule).isDone()).toBe(true);
    expect(first.child.exitCode).toBe(null);
  });

  it("queues everything again when the broker is killed and comes back empty", async () => {
    const root = freshRoot();
    await agent(root);
    const names = Array.from({ length: 8 }, (_, at) => `t${at}`);
    const toys = await runToys(
      root,
      redis.url,
      names.map((name) => toyTask(name, "sleep:300")),
    );
    await toys.placed("t1");
    await redis.kill();
    await new Promise((resolve) => setTimeout(resolve, 500));
    await redis.restart();
    const schedule = await toys.schedule;
    expect(schedule.count("computed")).toBe(8);
    for (const name of names) expect(begun(root, toyKey(name))).toBe(1);
    expect(toys.notices.join()).toMatch(/had forgotten \d+ tasks/);
  });

  it.skipIf(!isFull)("gives up after a time without a broker, and keeps what is finished", async () => {
    const root = freshRoot();
    const lonely = await agent(root, 1, 1_500, 1_500);
    const toys = await runToys(root, redis.url, [toyTask("slow", "sleep:2500")], { patienceMs: 900 });
    await toys.placed("slow");
    await redis.kill();
    await expect(toys.schedule).rejects.toMatchObject({ code: "unavailable" });
    expect(await lonely.ended).toBe(0);
    await redis.restart();
  });

  it.skipIf(!isFull)(
    "says so when the line to the broker is cut, and goes on where it was when it is mended",
    async () => {
      const root = freshRoot();
      const one = await agent(root);
      const names = ["a", "b", "c", "d"];
      const toys = await runToys(
        root,
        redis.url,
        names.map((name) => toyTask(name, "sleep:300")),
      );
      await toys.placed("a");
      redis.freeze();
      await expect.poll(() => toys.waits.at(-1), { timeout: 15_000 }).toMatch(/broker has not answered/);
      await expect.poll(() => one.lines.some((line) => line.includes("broker_away")), { timeout: 15_000 }).toBe(true);
      redis.thaw();
      expect((await toys.schedule).count("computed")).toBe(4);
      for (const name of names) expect(begun(root, toyKey(name))).toBe(1);
      expect(one.lines.some((line) => line.includes("broker_answers"))).toBe(true);
    },
    60_000,
  );

  it("says so when no broker is there, or it drops what it can't hold", async () => {
    const nowhere = parseBroker(`redis://anna:secret@127.0.0.1:${await freePort()}`);
    const asked = openProducer(nowhere, { names: toyNames, patienceMs: 300 });
    await expect(asked).rejects.toMatchObject({ code: "unavailable", message: expect.not.stringContaining("secret") });
    await redis.client.config("SET", "maxmemory", "100mb");
    await redis.client.config("SET", "maxmemory-policy", "allkeys-lru");
    await expect(openProducer(parseBroker(redis.url), { names: toyNames })).rejects.toMatchObject({
      code: "unsupported",
    });
    await redis.client.config("SET", "maxmemory-policy", "noeviction");
    await redis.client.config("SET", "maxmemory", "0");
  });

  it("sets a task aside that ends its worker three times, by name and with what it was asked", async () => {
    const root = freshRoot();
    await Promise.all([agent(root), agent(root)]);
    const toys = await runToys(root, redis.url, [toyTask("poison", "end"), toyTask("good", "sleep:5")]);
    await expect(toys.schedule).rejects.toMatchObject({ code: "condition_failed", details: { step: "toy" } });
    expect(begun(root, toyKey("poison"))).toBe(3);
    const kept = JSON.parse(readFileSync(join(root, "brands/toy/quarantine.json"), "utf8")) as { key: string };
    expect(kept.key).toBe(toyKey("poison"));
  });

  it.skipIf(!isFull)("sets a task aside that kills two agents, and loses no third one", async () => {
    const root = freshRoot();
    await Promise.all([agent(root), agent(root), agent(root)]);
    const toys = await runToys(root, redis.url, [toyTask("deadly", "kill")]);
    await expect(toys.schedule).rejects.toMatchObject({ code: "condition_failed" });
    expect(begun(root, toyKey("deadly"))).toBe(2);
    expect(agents.filter(({ child }) => child.signalCode === null)).toHaveLength(1);
  });

  it("fails at once what would fail again, and takes what waits out of the queue", async () => {
    const root = freshRoot();
    await agent(root);
    const waiting = Array.from({ length: 5 }, (_, at) => toyTask(`w${at}`, "sleep:400"));
    const toys = await runToys(root, redis.url, [toyTask("bad", "fail"), ...waiting]);
    await expect(toys.schedule).rejects.toMatchObject({ code: "bad_input", message: "The toy task fails." });
    expect(begun(root, toyKey("bad"))).toBe(1);
    expect(await redis.client.keys("{assay}:tasks-*:w[1-4]*")).toEqual([]);
  });

  it("tells what a task says while it runs, and nothing of it to the broker", async () => {
    const root = freshRoot();
    await agent(root);
    const toys = await runToys(root, redis.url, [toyTask("slow", "sleep:900"), toyTask("bad", "fail", ["slow"])]);
    await expect.poll(() => toys.lines, { timeout: 800 }).toEqual(["begins slow"]);
    await expect(toys.schedule).rejects.toMatchObject({ code: "bad_input" });
    expect(toys.lines).toEqual(["begins slow", "made", "begins bad"]);
    const events = await redis.client.keys("{assay}:*:events");
    const kept = await Promise.all(events.map((key) => redis.client.xrange(key, "-", "+")));
    expect(JSON.stringify(kept)).toContain("progress");
    expect(JSON.stringify(kept)).not.toMatch(/begins|made/);
  });

  it("reaches a running task within two seconds when the run is cancelled", async () => {
    const root = freshRoot();
    const one = await agent(root);
    const toys = await runToys(root, redis.url, [toyTask("long", "sleep:60000"), toyTask("next", "sleep:60000")]);
    await toys.placed("long");
    const asked = performance.now();
    toys.cancel();
    await expect(toys.schedule).rejects.toMatchObject({ code: "cancelled" });
    const again = await runToys(root, redis.url, [toyTask("other", "sleep:1")]);
    await again.schedule; // its only core is free again
    expect(performance.now() - asked).toBeLessThan(2_000);
    expect(one.child.exitCode).toBe(null);
  });

  it.skipIf(!isFull)("lets two schedulers share their tasks, and one go on when the other is cancelled", async () => {
    const root = freshRoot();
    await agent(root, 2);
    const nodes = [toyTask("x", "sleep:400"), toyTask("y", "sleep:1", ["x"])];
    const [one, two] = [await runToys(root, redis.url, nodes), await runToys(root, redis.url, nodes)];
    await one.placed("x");
    one.cancel();
    await expect(one.schedule).rejects.toMatchObject({ code: "cancelled" });
    expect((await two.schedule).isDone()).toBe(true);
  });

  it("refuses jobs that weren't sealed for the workspace", async () => {
    const root = freshRoot();
    await agent(root);
    const forged = await runToys(root, redis.url, [toyTask("forged")], { key: Buffer.alloc(32, 7) });
    await expect(forged.schedule).rejects.toMatchObject({ code: "not_permitted" });
    expect(begun(root, toyKey("forged"))).toBe(0);
  });

  it("puts nothing of a task into the broker in the clear, and large ones on the share", async () => {
    const root = freshRoot();
    const name = "jane.doe@example.com";
    const noise = Array.from({ length: 4_000 }, (_, at) => `${Math.sin(at)}`);
    const nodes = [
      toyTask("small", "sleep:1", [], { subject: name }),
      toyTask("large", "sleep:1", [], { subject: [name, ...noise] }),
    ];
    const toys = await runToys(root, redis.url, nodes);
    const queue = new Queue(queueName(toyNames), { connection: redis.client, prefix: "{assay}" });
    await expect.poll(() => queue.getJobs(["prioritized"]).then((jobs) => jobs.length)).toBe(2);
    for (const { data } of await queue.getJobs(["prioritized"])) {
      expect(JSON.stringify(data).length).toBeLessThan(8_192);
      expect(JSON.stringify(data)).not.toMatch(/jane|toy/);
    }
    await agent(root);
    expect((await toys.schedule).isDone()).toBe(true);
  });

  it("takes nothing new when it is asked to end, finishes what it has time for and gives back the rest", async () => {
    const root = freshRoot();
    const leaving = await agent(root, 2);
    const toys = await runToys(root, redis.url, [toyTask("short", "sleep:400"), toyTask("long", "sleep:2500")]);
    await Promise.all([toys.placed("short"), toys.placed("long")]);
    leaving.child.kill("SIGTERM");
    expect(await leaving.ended).toBe(0);
    expect(existsSync(join(root, "brands/toy/made", toyKey("short")))).toBe(true);
    expect(existsSync(join(root, "brands/toy/made", toyKey("long")))).toBe(false);
    await agent(root);
    expect((await toys.schedule).count("computed")).toBe(2);
  });

  it("ends a paid agent when the day's budget is used up, counts what ended ones cost, and lets others go on", async () => {
    const root = freshRoot();
    const paid = await agent(root, 1, 1_500, 60_000, "", 2);
    const toys = await runToys(root, redis.url, [toyTask("long", "sleep:60000")]);
    await toys.placed("long");
    await expect.poll(() => paid.lines.join(), { timeout: 8_000 }).toContain("budget_used_up");
    toys.cancel();
    await expect(toys.schedule).rejects.toMatchObject({ code: "cancelled" });
    expect(await paid.ended).toBe(0);
    expect(paid.lines.at(-1)).toContain('"why":"budget"');
    const spent = await toys.producer.paid(new Date().toISOString().slice(0, 10)).catch(() => 0);
    const [key = ""] = await redis.client.keys("{assay}:*:paid:*");
    expect(Math.max(spent, Number(await redis.client.get(key)))).toBeGreaterThan(2);
    const late = await agent(root, 1, 1_500, 60_000, "", 2);
    expect(await late.ended).toBe(0); // nothing is left of the day's
    await agent(root);
    expect((await (await runToys(root, redis.url, [toyTask("free")])).schedule).isDone()).toBe(true);
  });

  it("needs no more rights of its broker than the documentation gives", async () => {
    const rights = "on >secret ~{assay}:* &* +@all -@admin -@dangerous +info +client|setname +client|list";
    const guarded = await startRedis(["--user", "assay", ...rights.split(" "), "--requirepass", "other"], "other");
    const root = freshRoot();
    const url = guarded.url.replace("//", "//assay:secret@");
    agents.push(await startToyAgent(root, url));
    const toys = await runToys(root, url, [toyTask("a"), toyTask("b", "sleep:1", ["a"])]);
    expect((await toys.schedule).count("computed")).toBe(2);
    const wrong = openProducer(parseBroker(guarded.url.replace("//", "//assay:wrong@")), {
      names: toyNames,
      patienceMs: 1_000,
    });
    await expect(wrong).rejects.toMatchObject({
      code: "not_permitted",
      message: expect.not.stringContaining("wrong@"),
    });
    await guarded.close();
  });

  it("says when no agent is there", async () => {
    const root = freshRoot();
    const toys = await runToys(root, redis.url, [toyTask("lonely")]);
    await expect.poll(() => toys.waits.at(-1)).toMatch(/No agent is there/);
    await agent(root);
    await toys.schedule;
    expect(toys.waits.at(-1)).toBe(null);
  });

  it("does what somebody waits for before what the night wants", async () => {
    const producer = await openProducer(parseBroker(redis.url), { names: toyNames });
    await producer.add("nightly", { sealed: "x" }, { priority: 1_000_001, delayMs: 0 });
    await producer.add("asked", { sealed: "x" }, { priority: 2, delayMs: 0 });
    const queue = new Queue(queueName(toyNames), { connection: redis.client, prefix: "{assay}" });
    const order = async () => (await queue.getPrioritized()).map(({ id }) => id);
    expect(await order()).toEqual(["asked", "nightly"]);
    await producer.add("shared", { sealed: "x" }, { priority: 1_000_002, delayMs: 0 });
    await producer.add("shared", { sealed: "x" }, { priority: 1, delayMs: 0 }); // now somebody waits for it too
    await producer.add("asked", { sealed: "x" }, { priority: 1_000_003, delayMs: 0 });
    expect(await order()).toEqual(["shared", "asked", "nightly"]);
    await producer.close();
  });
});

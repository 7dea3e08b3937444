import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { Brands } from "../../src/main/schedule/brands.ts";
import { Desk } from "../../src/main/schedule/desk.ts";
import type { Engine } from "../../src/main/schedule/engine-client.ts";
import { findConflicts, sendPending } from "../../src/main/schedule/send-pending.ts";
import { appendEntry, readLog } from "../../src/workers/engine/brand-log.ts";
import { type FileSystem, realFileSystem } from "../../src/workers/engine/file-system.ts";
import { verifyBrand } from "../../src/workers/engine/verify.ts";
import { faultyFiles } from "../support/faulty-files.ts";
import { quickFolder } from "../support/folders.ts";

const root = quickFolder("desk");
const brand = "shop";
const at = "2026-01-01T00:00:00Z";
let places = 0;
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** The engine's log alone, over a file system that may fail. */
function logEngine(files: FileSystem = realFileSystem): Engine {
  const calls: Readonly<Record<string, (input: never) => unknown>> = {
    "log.read": ({ brandDir, from }: { brandDir: string; from: number }) => ({
      entries: readLog(brandDir, from, files).map((entry) => ({ ...entry, task_key: entry.taskKey })),
    }),
    "log.append": ({ brandDir, ...entry }: { brandDir: string } & Parameters<typeof appendEntry>[1]) =>
      appendEntry(brandDir, { ...entry, at, app: "test" }, files) ?? { version: null, adopted: false },
    "kept.list": () => ({ kept: [] }),
  };
  return { call: async (name: string, input: never) => calls[name]?.(input) } as unknown as Engine;
}

const cache = { read: async () => [], append: async () => {}, forget: async () => {} };
const sql = (segment: string, text: string) => ({ segment, definition: { sql: text } });

/** A brand on a share, and a machine that once saw its first two entries. */
function place() {
  const folder = join(root, `place-${places++}`);
  const [share, dataFolder] = [join(folder, "share"), join(folder, "machine")];
  const brandDir = join(share, "brands", brand);
  for (const name of ["log", "tmp", "artifacts"]) mkdirSync(join(brandDir, name), { recursive: true });
  const settings = { brand, currency: "GBP", time_zone: "UTC", return_window_days: null };
  const write = (kind: string, body: unknown, taskKey: string) =>
    appendEntry(brandDir, { kind, body, taskKey, at, app: "test" });
  write("brand_created", settings, "first");
  write("segment_saved", sql("vip", "before"), "second");
  const deskOf = (engine: Engine) => new Desk({ dataFolder, workspaceId: "w", engine });
  const brandsOf = (engine: Engine) => new Brands({ path: share, id: "w", brands: [brand] }, engine, cache);
  const queue = (files?: FileSystem) => {
    const desk = deskOf(logEngine(files));
    return async (text: string) =>
      desk.queue(brand, { kind: "segment_saved", body: sql(text, "mine"), base: 2 }).then(() => text);
  };
  const send = (files?: FileSystem) => {
    const engine = logEngine(files);
    return sendPending({ brand, engine, desk: deskOf(engine), brands: brandsOf(engine) });
  };
  const waiting = async () => (await deskOf(logEngine()).pending(brand)).edits.map(({ body }) => nameOf(body));
  const conflicts = () => findConflicts({ brand, desk: deskOf(logEngine()), brands: brandsOf(logEngine()) });
  const decide = (subject: string, take: "mine" | "theirs" | "both", seen: number) =>
    deskOf(logEngine()).decide(brand, subject, { take, seen });
  const arrived = () =>
    readLog(brandDir, 3).flatMap(({ kind, body, taskKey }) =>
      kind === "segment_saved" && taskKey.startsWith("waited:") ? [nameOf(body)] : [],
    );
  return { brandDir, folder, write, queue, send, waiting, conflicts, decide, arrived };
}
type Place = ReturnType<typeof place>;
const nameOf = (body: unknown) => (body as { segment: string }).segment;
const wanted = ["one", "two", "three"];

async function fill({ queue }: Place): Promise<void> {
  const add = queue();
  for (const name of wanted) await add(name);
}

async function callsOf(work: (files: FileSystem) => Promise<unknown>): Promise<number> {
  const traced = faultyFiles();
  await work(traced.files);
  return traced.calls.length;
}

describe("a process that ends at any call", () => {
  test("of queueing loses no change that was acknowledged, and keeps none twice", async () => {
    const most = await callsOf(async (files) => {
      const add = place().queue(files);
      for (const name of wanted) await add(name);
    });
    for (let call = 0; call < most; call++)
      for (const kind of ["kill", "kill after"] as const) {
        const here = place();
        const faulty = faultyFiles(call, { kind });
        const add = here.queue(faulty.files);
        const acknowledged: string[] = [];
        for (const name of wanted)
          await add(name).then(
            (done) => acknowledged.push(done),
            () => {},
          );
        faulty.close();
        const found = await here.waiting();
        expect(found.slice(0, acknowledged.length), `call ${call}, ${kind}`).toEqual(acknowledged);
        expect(found.length - acknowledged.length).toBeLessThanOrEqual(1);
        rmSync(here.folder, { recursive: true, force: true });
      }
    expect(most).toBeGreaterThan(30);
  });

  test("of sending: sent again, each change stands once, in order, and nothing waits", async () => {
    const traced = place();
    await fill(traced);
    const most = await callsOf((files) => traced.send(files));
    for (let call = 0; call < most; call++)
      for (const kind of ["kill", "kill after"] as const) {
        const here = place();
        await fill(here);
        here.write("segment_saved", sql("others", "theirs"), "third");
        const faulty = faultyFiles(call, { kind });
        await here.send(faulty.files).catch(() => {});
        faulty.close();
        here.write("segment_saved", sql("later", "theirs"), "fourth");
        await here.send();
        expect(here.arrived(), `call ${call}, ${kind}`).toEqual(wanted);
        expect(await here.waiting()).toEqual([]);
        expect(verifyBrand(here.brandDir).findings).toEqual([]);
        rmSync(here.folder, { recursive: true, force: true });
      }
    expect(most).toBeGreaterThan(60);
  }, 60_000);
});

describe("what others changed too", () => {
  test("waits for a choice; what nobody touched goes on past it", async () => {
    const here = place();
    await fill(here);
    here.write("segment_saved", sql("two", "theirs"), "third");
    expect(await here.send()).toEqual({ sent: 2 });
    expect([here.arrived(), await here.waiting()]).toEqual([["one", "three"], ["two"]]);
    expect(await here.conflicts()).toMatchObject([{ subject: "segment:two", others: [{ version: 3 }] }]);
    expect(await here.send()).toEqual({ sent: 0 });
  });

  test.each([
    ["mine", ["one", "three", "two"]],
    ["theirs", ["one", "three"]],
    ["both", ["one", "three", "two-2"]],
  ] as const)("%s is what stands then", async (take, arrived) => {
    const here = place();
    await fill(here);
    here.write("segment_saved", sql("two", "theirs"), "third");
    await here.send();
    await here.decide("segment:two", take, 3);
    await here.send();
    await here.send();
    expect([here.arrived(), await here.waiting()]).toEqual([arrived, []]);
  });

  test("is chosen anew where they changed it again meanwhile", async () => {
    const here = place();
    await fill(here);
    here.write("segment_saved", sql("two", "theirs"), "third");
    await here.send();
    here.write("segment_removed", { segment: "two" }, "fourth");
    await here.decide("segment:two", "mine", 3);
    await here.send();
    expect([here.arrived(), await here.waiting()]).toEqual([["one", "three"], ["two"]]);
  });

  test("is no conflict where both said the same", async () => {
    const here = place();
    await fill(here);
    here.write("segment_saved", sql("two", "mine"), "third");
    await here.send();
    expect([here.arrived(), await here.waiting(), await here.conflicts()]).toEqual([["one", "three"], [], []]);
  });

  test("two machines send at the same time: every change stands once", async () => {
    const here = place();
    await fill(here);
    await Promise.all([here.send(), here.send(), here.send()]);
    await here.send();
    expect([here.arrived(), await here.waiting()]).toEqual([wanted, []]);
  });
});

import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Core, createCore } from "../../src/main/core.ts";
import type { Night } from "../../src/shared/api/contract/nights.ts";
import { fromEpochDay, toEpochDay } from "../../src/shared/base/time.ts";
import { gateRules } from "../../src/shared/domain/gate.ts";
import { readLog } from "../../src/workers/engine/brand-log.ts";
import { inlineEngine } from "../../src/workers/service/service.ts";

const brand = "shop";
const mapping = {
  till: {
    layout: "generic",
    tables: [
      {
        table: "order_lines",
        columns: {
          order_id: "order",
          source_customer_id: "customer",
          ordered_at: { column: "at", format: "%Y-%m-%d" },
          product_id: "sku",
          quantity: "quantity",
          unit_price_minor: { column: "price", decimal: ".", currency: "GBP" },
        },
      },
    ],
  },
  crm: {
    layout: "generic",
    tables: [{ table: "customers", columns: { source_customer_id: "id", email: "email", full_name: "name" } }],
  },
};
let folder: string;
let n = 0;

interface Place {
  readonly workspace: string;
  readonly incoming: string;
  readonly lists: string;
}
let place: Place;

async function withCore<T>(now: string, body: (core: Core) => Promise<T>, workspace?: string): Promise<T> {
  const dataFolder = join(folder, `data-${n++}`);
  const core = await createCore({
    dataFolder,
    workspace: workspace ?? place.workspace,
    now: () => new Date(now),
    engine: inlineEngine(),
  });
  try {
    return await body(core);
  } finally {
    await core.close();
  }
}

/** What a till sold on the days from one to another: each customer has a rhythm of their own. */
function tillRows(from: string, to: string): string {
  const rows = ["order,customer,at,sku,quantity,price"];
  for (let day = toEpochDay(from); day <= toEpochDay(to); day++) {
    for (let id = 1; id <= 40; id++) {
      if ((day + id) % (3 + (id % 11)) !== 0) continue;
      rows.push(`${day}-${id},c${id},${fromEpochDay(day)},s${(day + id) % 7},1,${10 + (id % 5)}.50`);
    }
  }
  return `${rows.join("\n")}\n`;
}

/** Puts a night's file where it is looked for. */
function arrive(source: "till" | "crm", name: string, text: string): void {
  mkdirSync(join(place.incoming, source), { recursive: true });
  writeFileSync(join(place.incoming, source, name), text);
}

const person = (id: number) => `c${id},c${id}@example.com,Person ${id}`;
const people = (...ids: number[]) => `id,email,name\n${ids.map(person).join("\n")}\n`;

const lists = () =>
  readdirSync(place.lists)
    .filter((name) => name.endsWith(".csv"))
    .sort();

const night = (now: string) => withCore(now, ({ client }) => client.stream("nightly.run", { brand }));

/** The kinds of the log's entries. */
function log(): string[] {
  return readLog(join(place.workspace, "brands", brand), 1).map(({ kind }) => kind);
}

const states = () =>
  withCore("2026-07-03T06:00:00Z", async ({ client }) =>
    (await client.call("snapshots.list", { brand })).snapshots.map(({ as_of, is_current, kept_back, withdrawn }) => ({
      as_of,
      is_current,
      kept_back,
      withdrawn,
    })),
  );

/** Runs the job in a process of its own and kills that, with all its children, once something stands; else gives its report. */
async function killedWhen(isThere: () => boolean): Promise<Partial<Night> | null> {
  const entry = join(import.meta.dirname, "../support/night-process.ts");
  const data = join(folder, "data-killed");
  const child = spawn(process.execPath, [entry, place.workspace, data, brand, "2026-07-03T02:00:00Z"], {
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
  });
  let text = "";
  child.stdout.on("data", (part: Buffer) => {
    text += part.toString();
  });
  const ended = new Promise((resolve) => child.once("close", resolve));
  const watch = setInterval(() => {
    if (isThere() && child.pid) process.kill(-child.pid, "SIGKILL");
  }, 2);
  await ended;
  clearInterval(watch);
  return text === "" ? null : (JSON.parse(text) as Partial<Night>);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "assay-nights-"));
  place = { workspace: join(folder, "workspace"), incoming: join(folder, "incoming"), lists: join(folder, "lists") };
  mkdirSync(place.lists);
  const core = await createCore({
    dataFolder: join(folder, "data"),
    now: () => new Date("2026-07-01T00:30:00Z"),
    engine: inlineEngine(),
  });
  const { client } = core;
  await client.call("workspace.create", { path: place.workspace });
  await client.call("brand.create", { brand, currency: "GBP", time_zone: "Europe/London" });
  arrive("till", "history.csv", tillRows("2026-04-01", "2026-06-30"));
  arrive("crm", "people.csv", people(...Array.from({ length: 40 }, (_, at) => at + 1)));
  for (const source of ["till", "crm"] as const) {
    await client.call("sources.add", {
      brand,
      name: source,
      paths: [join(place.incoming, source)],
      mapping: mapping[source],
      ...(source === "till" ? { schedule: "30 2 * * *", expected_by: "06:00" } : {}),
    });
  }
  await core.close();
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }), 60_000);

describe("the nightly job", () => {
  it("publishes a whole night, refreshes the segments and writes the planned list", async () => {
    await withCore("2026-07-01T01:40:00Z", async ({ client }) => {
      const night = await client.stream("nightly.run", { brand });
      expect(night).toMatchObject({ published: true, as_of: "2026-06-30", error: null, warnings: [] });
      expect(night.gate.map(({ rule, ok }) => [rule, ok])).toEqual(gateRules.map((rule) => [rule, true]));
      await client.call("segments.save", { brand, segment: "buyers", definition: { sql: "order_count >= 2" } });
      await client.call("exports.plan", { brand, export: "daily", segment: "buyers", folder: place.lists });
      const again = await client.stream("nightly.run", { brand });
      expect(again.snapshot_id).toBe(night.snapshot_id);
      expect(again.exports).toEqual([
        { export: "daily", path: join(place.lists, lists()[0] ?? ""), rows: expect.any(Number) },
      ]);
      expect(again.segments).toMatchObject([{ segment: "buyers", entered: null, left: null }]);
    });
    expect(lists()).toHaveLength(1);
  }, 120_000);

  it("keeps a night back while a source is late, says why, and publishes it once that has come", async () => {
    const [early] = await states();
    arrive("crm", "new.csv", people(41));
    const late = await night("2026-07-02T05:30:00Z");
    expect(late).toMatchObject({ published: false, exports: [], segments: [] });
    expect(late.gate.filter(({ ok }) => !ok)).toEqual([
      { rule: "late_sources", ok: false, measured: expect.stringContaining("till was expected by 2 Jul, 06:00") },
    ]);
    expect(await states()).toEqual([
      { as_of: "2026-06-30", is_current: false, kept_back: true, withdrawn: false },
      early,
    ]);
    expect(lists()).toHaveLength(1);
    arrive("till", "2026-07-01.csv", tillRows("2026-07-01", "2026-07-01"));
    await withCore("2026-07-02T07:00:00Z", async ({ client }) => {
      const { sources } = await client.call("sources.list", { brand });
      expect(sources.filter(({ is_late }) => is_late)).toHaveLength(1);
      const night = await client.stream("nightly.run", { brand });
      expect(night).toMatchObject({ published: true, as_of: "2026-07-01" });
      expect(night.segments).toMatchObject([{ entered: expect.any(Number), left: expect.any(Number) }]);
      const { rows } = await client.call("sql.query", {
        brand,
        sql: "SELECT segment, count(*) AS n, sum(CAST(is_new AS INTEGER)) AS entered FROM segment_members GROUP BY ALL",
      });
      const [members] = night.segments;
      expect(rows).toEqual([{ segment: "buyers", n: members?.customers, entered: members?.entered }]);
      const { files } = await client.call("snapshots.path", { brand, table: "segment_members" });
      expect(files).toHaveLength(1);
      const calendar = await client.call("nightly.calendar", { brand, days: 3 });
      expect(calendar.sources.map(({ slots }) => slots.map(({ state }) => state))).toEqual([
        ["delivered", "delivered_late", "coming"],
      ]);
    });
    expect(lists()).toHaveLength(2);
  }, 180_000);

  it("has nothing more to do when it is asked again", async () => {
    const [before, written] = [log(), lists()];
    expect(await night("2026-07-02T07:10:00Z")).toMatchObject({ published: true, exports: [], batches: [] });
    expect(lists()).toEqual(written);
    expect(log().slice(before.length)).toEqual(["night_ended"]);
  }, 120_000);

  it("goes on where it was killed, and does nothing twice", async () => {
    arrive("till", "2026-07-02.csv", tillRows("2026-07-02", "2026-07-02"));
    const [before, written] = [log(), lists()];
    const since = () => log().slice(before.length);
    const stops: (() => boolean)[] = [
      () => since().includes("batch_landed"),
      () => since().includes("snapshot_published"),
      () => since().includes("segments_refreshed"),
      () => lists().length > written.length,
    ];
    for (const isThere of stops) await killedWhen(isThere);
    const night = await killedWhen(() => false);
    expect(night).toMatchObject({ published: true, as_of: "2026-07-02" });
    expect(lists()).toHaveLength(written.length + 1);
    const count = (kind: string) => since().filter((one) => one === kind).length;
    for (const kind of ["batch_landed", "snapshot_published", "segments_refreshed", "export_written"]) {
      expect([kind, count(kind)]).toEqual([kind, 1]);
    }
  }, 120_000);

  it("is rolled back by one entry and published again by another", async () => {
    await withCore("2026-07-03T08:00:00Z", async ({ client }) => {
      const current = async () =>
        (await client.call("snapshots.list", { brand })).snapshots.find(({ is_current }) => is_current);
      const before = log().length;
      const latest = await current();
      const id = latest?.snapshot_id ?? "";
      await client.call("snapshots.roll_back", { brand, snapshot_id: id });
      expect((await current())?.as_of).toBe("2026-07-01");
      await client.call("snapshots.publish", { brand, snapshot_id: id });
      expect(await current()).toEqual(latest);
      expect(log().slice(before)).toEqual(["snapshot_rolled_back", "snapshot_made_current"]);
    });
  }, 120_000);

  it("is done by one of two open programs at its time, and by none before", async () => {
    await withCore("2026-07-03T12:00:00Z", ({ client }) =>
      client.call("nightly.configure", { brand, schedule: "0 4 * * *" }),
    );
    arrive("till", "2026-07-03.csv", tillRows("2026-07-03", "2026-07-03"));
    let now = new Date("2026-07-04T02:59:00Z");
    const open = (name: string) =>
      createCore({
        dataFolder: join(folder, name),
        workspace: place.workspace,
        now: () => now,
        engine: inlineEngine(),
        nightsEveryMs: 20,
      });
    const desktops = [await open("one"), await open("two")];
    const before = log().length;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(log()).toHaveLength(before);
    const ended = new Promise<void>((resolve) => {
      desktops[0]?.client.stream("events.watch", {}, { onProgress: ({ topic }) => topic === "nights" && resolve() });
      desktops[1]?.client.stream("events.watch", {}, { onProgress: ({ topic }) => topic === "nights" && resolve() });
    });
    now = new Date("2026-07-04T03:00:00Z");
    await ended;
    await new Promise((resolve) => setTimeout(resolve, 100));
    for (const desktop of desktops) await desktop.close();
    const count = (kind: string) =>
      log()
        .slice(before)
        .filter((one) => one === kind).length;
    expect(["batch_landed", "snapshot_published", "night_ended"].map(count)).toEqual([1, 1, 1]);
  }, 120_000);

  it("is done on this machine where it is set to a cluster that nobody named, and says so", async () => {
    await withCore("2026-07-04T03:30:00Z", async ({ client }) => {
      const place = { runner: "cluster", done_by: "06:00" } as const;
      expect(await client.call("nightly.configure", { brand, ...place })).toMatchObject(place);
      const refused = client.call("nightly.configure", { brand, done_by: "six" });
      await expect(refused).rejects.toMatchObject({ code: "bad_input" });
      const night = await client.stream("nightly.run", { brand });
      expect(night).toMatchObject({ published: true, runner: "pool", scaled: null, is_late: false });
      expect(night.due_at).toBe("2026-07-04T05:00:00.000Z");
      expect(night.warnings).toEqual(["No broker is named for the cluster. It was done on this machine."]);
      await expect(client.stream("nightly.run", { brand, runner: "cluster" })).rejects.toMatchObject({ code: "usage" });
      await client.call("nightly.configure", { brand, runner: "pool", done_by: null });
    });
  }, 120_000);

  it("has limits that are settings of the brand", async () => {
    await withCore("2026-07-04T00:40:00Z", async ({ client }) => {
      const limits = { changed_ids: null, small_delivery: 0.9 };
      const { gate } = await client.call("nightly.configure", { brand, gate: limits });
      const limitOf = (name: string) => gate.find(({ rule }) => rule === name)?.limit;
      expect([limitOf("changed_ids"), limitOf("small_delivery"), limitOf("fewer_customers")]).toEqual([
        null,
        0.9,
        0.05,
      ]);
    });
  });
});

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Core, createCore } from "../../src/main/core.ts";
import { readLog } from "../../src/workers/engine/brand-log.ts";
import { inlineEngine } from "../../src/workers/service/service.ts";
import { shopBrand as brand, openShop, personOf, type Shop } from "../support/small-shop.ts";

let folder: string;
let shop: Shop;
let snapshotId: string;
const desks = new Map<string, Core>();

/** Another start of the program on the same machine, or on another one. */
async function desktop(machine: string): Promise<Core> {
  await desks.get(machine)?.close();
  desks.delete(machine);
  const core = await createCore({
    dataFolder: join(folder, machine),
    engine: inlineEngine(),
    workspace: shop.workspace,
    silentMs: 2_500,
    looksEveryMs: 200,
  });
  desks.set(machine, core);
  return core;
}
const away = () => `${shop.workspace}.elsewhere`;
const lose = () => renameSync(shop.workspace, away());
const find = () => renameSync(away(), shop.workspace);
const status = (core: Core) => core.client.call("workspace.status", {});
const save = (core: Core, segment: string, sql: string) =>
  core.client.call("segments.save", { brand, segment, definition: { sql } });
const names = async (core: Core) =>
  (await core.client.call("segments.list", { brand })).segments.map(({ segment }) => segment);
const waiting = (core: Core) => core.client.call("offline.pending", { brand });
const brandDir = () => join(shop.workspace, "brands", brand);
const kinds = () => readLog(brandDir(), 1).map(({ kind }) => kind);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "assay-offline-"));
  shop = await openShop(folder, 24);
  const run = await shop.core.client.stream("runs.start", { brand, workers: 1, models: ["rfm"] });
  snapshotId = run.snapshot_id ?? "";
  await shop.core.client.call("snapshots.publish", { brand, snapshot_id: snapshotId });
}, 240_000);
afterAll(async () => {
  for (const core of desks.values()) await core.close();
  await shop.core.close();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

describe("a workspace of which nothing is kept", () => {
  it("says that its directory is gone, never that it is empty, and goes on once it is back", async () => {
    const core = await desktop("bare");
    const overview = () => core.client.call("overview.read", { brand });
    await overview();
    lose();
    try {
      await expect(overview()).rejects.toMatchObject({ code: "unavailable" });
      await expect(core.client.call("runs.list", { brand })).rejects.toMatchObject({ code: "unavailable" });
      expect(await status(core)).toMatchObject({
        gone: expect.stringContaining(brandDir()),
        away: null,
        brands: [{ brand, currency: "GBP" }],
      });
    } finally {
      find();
    }
    expect(await status(core)).toMatchObject({ gone: null, brands: [{ brand }] });
    await overview();
  });
});

describe("a snapshot that is kept on this machine", () => {
  it("says what it would take, and takes that", async () => {
    const { client } = await desktop("mine");
    const size = await client.call("offline.measure", { brand, snapshot_id: snapshotId });
    expect(size).toMatchObject({ standing_bytes: 0, bytes: expect.any(Number) });
    const stop = new AbortController();
    const stopped = client.stream(
      "offline.keep",
      { brand, snapshot_id: snapshotId },
      { signal: stop.signal, onProgress: ({ done }) => done === 3 && stop.abort() },
    );
    await expect(stopped).rejects.toMatchObject({ code: "cancelled" });
    const { kept: partial } = await client.call("offline.kept", { brand });
    expect(partial).toMatchObject([{ state: "partial" }]);
    const begun = await client.call("offline.measure", { brand, snapshot_id: snapshotId });
    expect(begun.standing_bytes).toBeGreaterThan(0);
    const kept = await client.stream("offline.keep", { brand, snapshot_id: snapshotId });
    expect(kept).toMatchObject({ snapshot_id: snapshotId, state: "whole", bytes: size.bytes });
  });

  it("answers without the share: profiles, counts, lists, and a list says what it rests on", async () => {
    lose();
    const core = await desktop("mine");
    const { client } = core;
    expect(await status(core)).toMatchObject({ away: { state: "gone" }, waiting: 0, brands: [{ brand }] });
    const page = await client.call("customers.page", { brand, columns: ["order_count"], offset: 0, limit: 5 });
    expect(page.rows).toHaveLength(5);
    await client.call("customers.show", { brand, customer_id: String(page.rows[0]?.customer_id) });
    await client.call("overview.read", { brand });
    const counted = await client.call("segments.count", { brand, definition: { sql: "order_count >= 1" } });
    const out = join(folder, "without.csv");
    const list = await client.stream("segments.export", { brand, definition: { sql: "order_count >= 1" }, out });
    expect(list.rows).toBeGreaterThan(0);
    expect(list.rows).toBeLessThanOrEqual(counted.customers);
    expect(list.rests_on).toMatchObject({ log_version: expect.any(Number), seen_at: expect.any(String) });
    expect(JSON.parse(readFileSync(list.manifest, "utf8"))).toMatchObject({
      suppressions_as_known: { ...list.rests_on, shared_directory: "not answering" },
    });
    const preview = await client.call("segments.export_preview", { brand, definition: { sql: "true" } });
    expect(preview.rests_on).toEqual(list.rests_on);
    for (const refused of [
      client.stream("runs.start", { brand, workers: 1, models: ["rfm"] }),
      client.stream("sources.ingest", { brand }),
      client.stream("erasure.run", { brand, email: personOf(3).email }),
      client.call("workspace.doctor", {}),
    ])
      await expect(refused).rejects.toMatchObject({ code: "unavailable", details: { silent: "share" } });
  });

  it("takes changes that wait, over a restart, and they can be taken back", async () => {
    const core = await desktop("mine");
    await save(core, "mine-only", "order_count >= 2");
    await save(core, "both", "order_count >= 3");
    await core.client.call("brand.change", { brand, return_window_days: 40, currency: "GBP" });
    await save(core, "regretted", "true");
    const again = await desktop("mine");
    expect(await names(again)).toEqual(["both", "mine-only", "regretted"]);
    const { edits } = await waiting(again);
    expect(edits.map(({ title }) => title)).toEqual([
      "List of customers written",
      "Segment mine-only saved",
      "Segment both saved",
      "Return window changed",
      "Segment regretted saved",
    ]);
    await again.client.call("offline.drop", { brand, id: edits.at(-1)?.id ?? "" });
    expect(await names(again)).toEqual(["both", "mine-only"]);
  });

  it("comes back by itself: what nobody else changed is in, once, and the rest is shown side by side", async () => {
    await desks.get("mine")?.close();
    find();
    const theirs = await desktop("theirs");
    await save(theirs, "both", "order_count >= 7");
    await theirs.client.call("brand.change", { brand, return_window_days: 50 });
    const mine = await desktop("mine");
    expect((await status(mine)).away).toBeNull();
    const { edits, conflicts } = await waiting(mine);
    expect(edits.map(({ state }) => state)).toEqual(["conflict", "conflict"]);
    expect(conflicts).toMatchObject([
      { subject: "segment:both", before: null, choices: ["mine", "theirs", "both"], both_name: "both-2" },
      { subject: "setting:return_window_days", mine: "40 days", theirs: "50 days", choices: ["mine", "theirs"] },
    ]);
    expect(conflicts[0]?.mine).toContain("order_count >= 3");
    expect(conflicts[0]?.theirs).toContain("order_count >= 7");
    expect(await names(theirs)).toEqual(["both", "mine-only"]);
    expect(kinds().filter((kind) => kind === "export_written")).toHaveLength(1);

    await mine.client.call("offline.resolve", { brand, subject: "segment:both", take: "both" });
    const rest = await mine.client.call("offline.resolve", {
      brand,
      subject: "setting:return_window_days",
      take: "theirs",
    });
    expect(rest).toEqual({ edits: [], conflicts: [] });
    expect(await names(theirs)).toEqual(["both", "both-2", "mine-only"]);
    const settings = await theirs.client.call("brand.settings", { brand });
    expect(settings.settings.return_window_days).toBe(50);
    const before = kinds().length;
    await desktop("mine");
    expect(kinds()).toHaveLength(before);
  });

  it("is told while it is open that the directory is gone, hangs, and is back", async () => {
    const core = await desktop("mine");
    expect((await status(core)).away).toBeNull();
    lose();
    await expect.poll(async () => (await status(core)).away?.state, { timeout: 10_000 }).toBe("gone");
    await save(core, "while-open", "true");
    find();
    await expect.poll(async () => (await status(core)).away, { timeout: 10_000 }).toBeNull();
    await expect.poll(async () => (await status(core)).waiting, { timeout: 10_000 }).toBe(0);
    expect(await names(core)).toContain("while-open");

    const file = join(shop.workspace, "workspace.json");
    renameSync(file, `${file}.aside`);
    await expect.poll(async () => (await status(core)).away?.state, { timeout: 10_000 }).toBe("gone");
    const since = (await status(core)).away?.since;
    // opening a pipe that nobody writes to waits as a read on a dead server does
    if (spawnSync("mkfifo", [file]).status === 0) {
      await expect.poll(async () => (await status(core)).away?.state, { timeout: 10_000 }).toBe("silent");
      expect((await status(core)).away?.since).toBe(since);
      expect(await names(core)).toContain("while-open");
      rmSync(file);
    }
    renameSync(`${file}.aside`, file);
    await expect.poll(async () => (await status(core)).away, { timeout: 10_000 }).toBeNull();
  });

  it("is freed, and the workspace then needs its share", async () => {
    const core = await desktop("mine");
    const freed = await core.client.call("offline.free", { brand, snapshot_id: snapshotId });
    expect(freed.freed_bytes).toBeGreaterThan(0);
    expect(
      existsSync(
        join(folder, "mine", "kept", (await status(core)).workspace?.workspace_id ?? "", "brands", brand, "artifacts"),
      ),
    ).toBe(false);
    lose();
    await expect(desktop("mine")).rejects.toMatchObject({ code: "unavailable" });
    find();
  });
});

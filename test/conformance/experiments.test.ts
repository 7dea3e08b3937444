import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Core, createCore } from "../../src/main/core.ts";
import { fromEpochDay, toEpochDay } from "../../src/shared/base/time.ts";
import { verifyBrand } from "../../src/workers/engine/verify.ts";
import { inlineEngine } from "../../src/workers/service/service.ts";

const brand = "shop";
const [first, last] = [toEpochDay("2025-10-01"), toEpochDay("2026-06-30")];

function orders(): string {
  const rows: string[] = ["order,customer,at,amount"];
  for (let day = first; day <= last; day++) {
    for (let id = 1; id <= 60; id++) {
      if (id > 50 && day < last - 40) continue;
      if ((day * 7 + id * id) % (9 + 3 * (id % 13)) !== 0 || (id % 4 === 0 && day > first + 120)) continue;
      rows.push(`${day}-${id},c${id},${fromEpochDay(day)},${10 + (id % 7)}.50`);
    }
  }
  return `${rows.join("\n")}\n`;
}

let folder: string;
let core: Core;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "assay-experiments-"));
  const incoming = join(folder, "incoming");
  mkdirSync(incoming);
  writeFileSync(join(incoming, "orders.csv"), orders());
  core = await createCore({ dataFolder: join(folder, "data"), engine: inlineEngine() });
  const { client } = core;
  await client.call("workspace.create", { path: join(folder, "workspace") });
  await client.call("brand.create", { brand, currency: "GBP", time_zone: "Europe/London" });
  const columns = {
    order_id: "order",
    source_customer_id: "customer",
    ordered_at: { column: "at", format: "%Y-%m-%d" },
    gross_minor: { column: "amount", decimal: ".", currency: "GBP" },
  };
  const mapping = { layout: "generic", tables: [{ table: "orders", columns }] };
  await client.call("sources.add", { brand, name: "till", paths: [incoming], mapping });
  await client.stream("sources.ingest", { brand });
}, 60_000);
afterAll(async () => {
  await core.close();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

const run = () => core.client.stream("runs.start", { brand, workers: 2 });
const current = async () =>
  (await core.client.call("snapshots.list", { brand })).snapshots.find(({ is_current }) => is_current)?.snapshot_id;

describe("an experiment beside the current snapshot", () => {
  it("tries parameters, tells who would change, and is promoted or dropped", { timeout: 120_000 }, async () => {
    const { client } = core;
    const made = await run();
    const before = await current();
    expect(before).toBe(made.snapshot_id);
    const params = { "lifecycle_stage.new_days": [60, 5], "lifecycle_stage.active_from": 0.9 };
    const swept = await client.stream("experiments.create", {
      brand,
      experiment: "newcomers",
      params,
      note: "shorter",
    });
    expect(swept).toMatchObject({ state: "ready", note: "shorter", promoted_variant: null });
    expect(swept.variants.map(({ params: own }) => own["lifecycle_stage.new_days"])).toEqual([60, 5]);
    expect(swept.variants.every(({ cost }) => cost && cost.reused > 0.8 * cost.tasks && cost.computed > 0)).toBe(true);
    expect(await current()).toBe(before);

    const { comparisons } = await client.call("experiments.compare", { brand, experiment: "newcomers" });
    const [, short] = comparisons;
    const stages = short?.changes.find(({ column }) => column === "lifecycle_stage");
    expect(stages?.changed).toBeGreaterThan(0);
    expect(stages?.moves.reduce((sum, { customers }) => sum + customers, 0)).toBe(stages?.changed);
    expect(short?.changes.find(({ column }) => column === "value_tier")?.changed).toBe(0);
    expect(short).toMatchObject({ is_like: true, base_snapshot_id: before });
    expect([...new Set(short?.metrics.map(({ model }) => model))]).toEqual(["lifecycle_stage"]);
    const main = short?.metrics.filter(({ is_main }) => is_main);
    expect(main?.length).toBeGreaterThan(0);
    expect(main?.every(({ base, gain }) => base !== null && gain !== null)).toBe(true);

    await expect(client.call("experiments.promote", { brand, experiment: "newcomers" })).rejects.toMatchObject({
      code: "bad_input",
    });
    const variant = swept.variants[1]?.variant ?? "";
    const promoted = await client.call("experiments.promote", { brand, experiment: "newcomers", variant });
    expect(promoted).toMatchObject({ state: "promoted", promoted_variant: variant });
    expect((await client.call("params.list", { brand })).params).toMatchObject([
      { name: "lifecycle_stage.active_from", value: 0.9, from: "newcomers" },
      { name: "lifecycle_stage.new_days", value: 5, from: "newcomers" },
    ]);
    await expect(client.call("experiments.drop", { brand, experiment: "newcomers" })).rejects.toMatchObject({
      code: "conflict",
    });

    await client.call("params.set", { brand, name: "lifecycle_stage.new_days", value: 7 }); // since then, by hand
    const reopened = await client.call("experiments.reopen", { brand, experiment: "newcomers" });
    expect(reopened).toMatchObject({ state: "ready", promoted_variant: null, ended_at: null });
    expect((await client.call("params.list", { brand })).params).toMatchObject([
      { name: "lifecycle_stage.new_days", value: 7, from: null },
    ]);
    await expect(client.call("experiments.reopen", { brand, experiment: "newcomers" })).rejects.toMatchObject({
      code: "conflict",
    });
    await client.call("params.set", { brand, name: "lifecycle_stage.new_days", value: null });
    await client.call("experiments.promote", { brand, experiment: "newcomers", variant });
    expect((await client.call("params.list", { brand })).params).toMatchObject([
      { name: "lifecycle_stage.active_from", value: 0.9, from: "newcomers" },
      { name: "lifecycle_stage.new_days", value: 5, from: "newcomers" },
    ]);

    const next = await run();
    expect(next.snapshot_id).not.toBe(before);
    expect(await current()).toBe(next.snapshot_id);
    expect(next.tasks.computed).toBeLessThan(10);
    const explained = await client.call("runs.explain", { brand, run_id: next.run_id });
    const profile = explained.tasks.find(({ step }) => step === "lifecycle_transitions" || step === "profiles");
    expect(profile?.cause).toBe("reused");

    for (const name of ["lifecycle_stage.new_days", "lifecycle_stage.active_from"])
      await client.call("params.set", { brand, name, value: null });
    const back = await run();
    expect(back).toMatchObject({ snapshot_id: before, tasks: { computed: 0 } });
    expect(await current()).toBe(before);
  });

  it("refuses what can't be tried, and a name twice", async () => {
    const { client } = core;
    const create = (params: Record<string, number | number[]>, experiment = "odd") =>
      client.stream("experiments.create", { brand, experiment, params });
    await expect(create({ "lifecycle_stage.new_days": 0 })).rejects.toMatchObject({ code: "bad_input" });
    await expect(create({ "lifecycle_stage.nothing": 1 })).rejects.toMatchObject({ code: "not_found" });
    await expect(
      create({ "lifecycle_stage.new_days": Array.from({ length: 26 }, (_, at) => at + 1) }),
    ).rejects.toThrow();
    await expect(create({ "lifecycle_stage.new_days": 7 }, "newcomers")).rejects.toMatchObject({ code: "conflict" });
  });

  it("pins a model, shows the evidence, and what rests on what", { timeout: 120_000 }, async () => {
    const { client } = core;
    const read = async () =>
      (await client.call("tournament.read", { brand })).targets.find(({ target }) => target === "purchases");
    const own = await read();
    expect(own?.candidates.map(({ candidate }) => candidate)).toContain("naive");
    expect(own?.candidates.filter(({ is_chosen }) => is_chosen)).toHaveLength(1);
    const other = own?.chosen === "mbg_nbd" ? "pareto_nbd" : "mbg_nbd";
    await client.call("tournament.pin", { brand, target: "purchases", model: other });
    const run_ = await run();
    expect(await read()).toMatchObject({ chosen: other, pinned: other, found: own?.found });
    const cache = await client.call("cache.inspect", { brand, run_id: run_.run_id });
    const summary = cache.artifacts.find(({ step }) => step === "purchase_summary");
    expect(summary).toMatchObject({ state: "reused", cause: "reused" });
    expect(summary?.models).toContain("mbg_nbd");
    expect(summary?.readers.length).toBeGreaterThan(3);
    expect(cache.artifacts.find(({ step }) => step === "chosen_purchases")?.sentence).toContain(
      `model from auto to ${other}`,
    );
    expect(cache.seconds_shared).toBeLessThan(cache.seconds_alone);
    const kept = await client.call("retention.preview", { brand });
    expect(kept.needed.artifacts + kept.droppable.artifacts).toBe(kept.artifacts);
    expect(kept.steps.some(({ step }) => ["profiles", "customer_ids", "normalise"].includes(step))).toBe(false);
    expect(kept.droppable.artifacts).toBeGreaterThan(kept.cold.artifacts);
    await client.call("tournament.pin", { brand, target: "purchases", model: null });
  });

  it("drops a snapshot, frees what only it rested on, and runs on as before", { timeout: 120_000 }, async () => {
    const { client } = core;
    const before = (await run()).snapshot_id; // what was pinned is pinned no more
    const { snapshots } = await client.call("snapshots.list", { brand });
    const gone = snapshots.filter(({ is_variant }) => is_variant).map(({ snapshot_id }) => snapshot_id);
    expect(gone.length).toBeGreaterThan(0);
    for (const snapshot_id of gone) await client.call("snapshots.drop", { brand, snapshot_id });
    await expect(client.call("snapshots.drop", { brand, snapshot_id: before ?? "" })).rejects.toMatchObject({
      code: "conflict",
    });
    await client.call("retention.change", { brand, rules: { unused_days: 0, wait_hours: 0, trash_hours: 0 } });
    const would = await client.stream("retention.collect", { brand, dry_run: true });
    const labels = new Set<string>();
    const done = await client.stream("retention.collect", { brand }, { onProgress: ({ label }) => labels.add(label) });
    expect(done.retired.artifacts).toBe(would.retired.artifacts);
    expect(done).toMatchObject({ held: 0, set_aside: { artifacts: would.retired.artifacts + gone.length } });
    const freed = await client.stream("retention.collect", { brand });
    expect(freed).toMatchObject({ freed: { artifacts: done.set_aside.artifacts }, waiting: { artifacts: 0 } });
    expect(freed.freed.bytes).toBeGreaterThan(10_000);
    expect(labels.has("Looking through the artifacts")).toBe(true);
    await expect(client.call("snapshots.show", { brand, snapshot_id: gone[0] })).rejects.toMatchObject({
      code: "not_found",
    });
    const again = await run();
    expect([again.snapshot_id, again.tasks.computed, await current()]).toEqual([before, 0, before]);
    expect(verifyBrand(join(folder, "workspace", "brands", brand)).findings).toEqual([]);
  });
});

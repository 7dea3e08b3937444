import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { quickFolder } from "../../../test/support/folders.ts";
import { type KeptBrand, keptBrand, keyOf, snapshotIdOf } from "../../../test/support/kept-brand.ts";
import { findArtifact } from "./artifact-store.ts";
import { standingOf } from "./brand-log.ts";
import { claimTask } from "./claims.ts";
import { realFileSystem } from "./file-system.ts";
import { artifactPlace } from "./layout.ts";
import { pinVersion } from "./pins.ts";
import { reviveNames } from "./revive.ts";
import { settleRemoval } from "./standing.ts";
import { verifyBrand } from "./verify.ts";

let root: string;
let brand: KeptBrand;
beforeEach(() => {
  root = quickFolder("collect");
  brand = keptBrand(join(root, "brand"), join(root, "scratch"));
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(root, { recursive: true, force: true });
});

const isThere = (name: string) => findArtifact(brand.brandDir, keyOf(name)) !== undefined;
const standing = () => standingOf(brand.brandDir).standing;

/** A snapshot made from `base`, which rests on `raw`; `old`, which nothing needs; `young`, which nothing needs yet. */
function furnish(): void {
  brand.make("raw");
  brand.make("base", { inputs: ["raw"] });
  brand.make("profiles", { inputs: ["base"] });
  brand.make("old");
  brand.make("young", { daysOld: 1 });
  brand.publish("today", ["profiles"], "2026-06-30");
}

describe("a collection", () => {
  test("names what nothing needs, sets it aside once its time has come, deletes it after that, and touches nothing else", async () => {
    furnish();
    const named = await brand.collect({ unused_days: 14, wait_hours: 24 });
    expect(named).toMatchObject({ retired: { artifacts: 1, seconds: 2 }, set_aside: { artifacts: 0 }, held: 0 });
    expect(named.waiting.artifacts).toBe(1);
    expect(isThere("old")).toBe(true);
    const aside = await brand.collect({ unused_days: 14 });
    expect(aside).toMatchObject({ retired: { artifacts: 0 }, set_aside: { artifacts: 1 }, freed: { artifacts: 0 } });
    expect(isThere("old")).toBe(false);
    const freed = await brand.collect({ unused_days: 14 });
    expect(freed.freed).toEqual({ artifacts: 1, bytes: expect.any(Number) });
    expect(freed.freed.bytes).toBeGreaterThan(300);
    expect(readdirSync(join(brand.brandDir, "trash"))).toEqual([]);
    expect([...standing().removed]).toEqual([]);
    expect(["raw", "base", "profiles", "young"].map(isThere)).toEqual([true, true, true, true]);
    expect(verifyBrand(brand.brandDir).findings).toEqual([]);
    expect(await brand.collect({ unused_days: 14 })).toMatchObject({ retired: { artifacts: 0 } });
  });

  test("takes what the next run would reuse only when told to", async () => {
    furnish();
    expect((await brand.collect({}, { isDryRun: true })).retired.artifacts).toBe(2);
    const all = await brand.collect({}, { takesReusable: true });
    expect(all.retired.artifacts).toBe(4);
    expect(["raw", "base", "profiles"].map(isThere)).toEqual([false, false, true]);
    expect(verifyBrand(brand.brandDir).findings).toEqual([]);
  });

  test("drops snapshots beyond the rules with what only they rest on, never the current one or a campaign's", async () => {
    for (const n of [1, 2, 3, 4, 5]) {
      brand.make(`p${n}`);
      brand.publish(`s${n}`, [`p${n}`], `2026-06-0${n}`);
    }
    const drawn = { campaign: "june", assignments: brand.make("groups"), snapshot_id: snapshotIdOf("s2") };
    brand.append("campaign_created", { campaign: "june" }, "june");
    brand.append("campaign_drawn", { ...drawn, starts_on: "2026-06-02", arms: [], left_out: [] }, "drawn");
    const rules = { keep_days: -1, keep_snapshots: 2 };
    expect((await brand.collect(rules, { isDryRun: true })).dropped).toEqual([snapshotIdOf("s1"), snapshotIdOf("s3")]);
    const done = await brand.collect(rules);
    expect(done.dropped).toEqual([snapshotIdOf("s1"), snapshotIdOf("s3")]);
    expect([1, 2, 3, 4, 5].map((n) => isThere(`p${n}`))).toEqual([false, true, false, true, true]);
    expect(isThere("groups")).toBe(true);
    expect(readdirSync(join(brand.brandDir, "snapshots")).sort()).toEqual(["s2", "s4", "s5"].map(snapshotIdOf).sort());
    expect(verifyBrand(brand.brandDir).findings).toEqual([]);
  });

  test("a dropped snapshot that is made again stands, whatever the collection is at", async () => {
    brand.make("p1");
    brand.make("p2");
    brand.publish("s1", ["p1"], "2026-06-01");
    brand.publish("s2", ["p2"], "2026-06-02");
    await brand.collect({ keep_days: -1, keep_snapshots: 1 });
    expect(isThere("p1")).toBe(false);
    expect(() => brand.publish("s1", ["p1"], "2026-06-01", ":again")).toThrow(/collected meanwhile/);
    brand.make("p1");
    brand.publish("s1", ["p1"], "2026-06-01", ":again");
    await brand.collect();
    await brand.collect();
    expect(isThere("p1")).toBe(true);
    expect(verifyBrand(brand.brandDir).findings).toEqual([]);
  });

  test("no clock of this machine has a say", async () => {
    furnish();
    await brand.collect({ unused_days: 14, wait_hours: 2 });
    for (const now of ["2001-01-01", "2051-01-01"]) {
      vi.useFakeTimers({ toFake: ["Date"], now: new Date(now) });
      expect(await brand.collect({ unused_days: 14, wait_hours: 2 })).toMatchObject({
        retired: { artifacts: 0 },
        set_aside: { artifacts: 0 },
      });
    }
    expect(isThere("old")).toBe(true);
  });
});

describe("what was named to go", () => {
  test("and is used again is brought back by an entry, and stays", async () => {
    furnish();
    await brand.collect({ unused_days: 14, wait_hours: 24 });
    expect([...reviveNames(brand.brandDir, [keyOf("old"), keyOf("base")])]).toEqual([]);
    expect(standing().retired.size).toBe(0);
    await brand.collect({ unused_days: 40 });
    expect(isThere("old")).toBe(true);
  });

  test("and is referred to by an entry is brought back by that very entry", async () => {
    furnish();
    await brand.collect({ unused_days: 14, wait_hours: 24 });
    brand.publish("tomorrow", ["old"], "2026-07-01");
    expect(standing().retired.size).toBe(0);
    expect((await brand.collect()).set_aside.artifacts).toBe(3); // what only today rested on, and young
    expect(isThere("old")).toBe(true);
    expect(verifyBrand(brand.brandDir).findings).toEqual([]);
  });

  test("an entry that comes between the look and the naming is seen", async () => {
    furnish();
    let came = false;
    await brand.collect(
      { wait_hours: 24 },
      {
        progress: (label, done, total) => {
          if (came || label !== "Looking through the artifacts" || done + 1 !== total) return;
          came = true;
          brand.publish("tomorrow", ["old"], "2026-07-01");
        },
      },
    );
    expect([came, [...standing().retired.keys()]]).toEqual([true, [keyOf("young")]]);
  });
});

describe("what is gone by the log, and not yet moved", () => {
  /** As a process leaves it that ends right after its entry. */
  async function stopBeforeMoving(): Promise<string> {
    furnish();
    const stopped = { ...realFileSystem, rename: () => expect.fail("it has ended") };
    await expect(brand.collect({ unused_days: 14 }, { files: stopped })).rejects.toThrow();
    expect(isThere("old")).toBe(true);
    return standing().removed.get(keyOf("old")) ?? "";
  }

  test("is refused to an entry, made again under its name, and left alone by whoever comes late", async () => {
    const trash = await stopBeforeMoving();
    expect(() => brand.publish("tomorrow", ["old"], "2026-07-01")).toThrow(/collected meanwhile/);
    expect(isThere("old")).toBe(false);
    brand.make("old");
    brand.publish("tomorrow", ["old"], "2026-07-01");
    expect(settleRemoval(brand.brandDir, keyOf("old"), trash, realFileSystem)).toBe(false);
    await brand.collect({ unused_days: 14 });
    expect(settleRemoval(brand.brandDir, keyOf("old"), trash, realFileSystem)).toBe(false);
    expect(isThere("old")).toBe(true);
    expect(verifyBrand(brand.brandDir).findings).toEqual([]);
  });

  test("is not used by a run: it is moved first", async () => {
    await stopBeforeMoving();
    expect([...reviveNames(brand.brandDir, [keyOf("old"), keyOf("base")])]).toEqual([keyOf("old")]);
    expect([isThere("old"), isThere("base")]).toEqual([false, true]);
  });

  test("a name that somebody else took away keeps its place, so that a later one isn't moved there", async () => {
    const trash = await stopBeforeMoving();
    const folder = join(brand.brandDir, artifactPlace(keyOf("old")));
    mkdirSync(join(root, "away"));
    renameSync(folder, join(root, "away", "old"));
    expect(settleRemoval(brand.brandDir, keyOf("old"), trash, realFileSystem)).toBe(false);
    brand.make("old");
    expect(settleRemoval(brand.brandDir, keyOf("old"), trash, realFileSystem)).toBe(false);
    expect(isThere("old")).toBe(true);
  });
});

describe("readers and workers", () => {
  const elsewhere = (text: string) => `${text} 1 elsewhere/boot/pid:[1]`;

  test("a pin of an earlier version holds what was named after it, one of a later version nothing", async () => {
    furnish();
    const pin = pinVersion(brand.brandDir, standingOf(brand.brandDir).version, { heartbeatMs: 50 });
    await brand.collect({ unused_days: 14, wait_hours: 24 });
    expect(await brand.collect({ unused_days: 14 })).toMatchObject({ held: 1, set_aside: { artifacts: 0 } });
    pin.release();
    const later = pinVersion(brand.brandDir, standingOf(brand.brandDir).version, { heartbeatMs: 50 });
    expect(await brand.collect({ unused_days: 14 })).toMatchObject({ held: 0, set_aside: { artifacts: 1 } });
    later.release();
  });

  test("a pin whose counter stands still lapses; one that moves holds", async () => {
    furnish();
    const path = join(brand.brandDir, "pins", "0123abcd-0000-4000-8000-000000000000");
    mkdirSync(join(brand.brandDir, "pins"));
    let counter = 0;
    const write = () => writeFileSync(path, `${elsewhere("0123abcd")} 1 ${counter++}`.padEnd(320));
    write();
    const beating = setInterval(write, 50);
    await brand.collect({ unused_days: 14, wait_hours: 24 });
    expect(await brand.collect({ unused_days: 14 })).toMatchObject({ held: 1 });
    clearInterval(beating);
    expect(await brand.collect({ unused_days: 14 })).toMatchObject({ held: 0, set_aside: { artifacts: 1 } });
  });

  test("a task that somebody is at is left alone", async () => {
    furnish();
    const claim = claimTask(brand.brandDir, keyOf("old"));
    if (!claim.held) throw new Error("the claim is another's");
    expect(await brand.collect({ unused_days: 14 })).toMatchObject({ held: 1 });
    claim.release();
    expect(await brand.collect({ unused_days: 14 })).toMatchObject({ set_aside: { artifacts: 1 } });
  });

  test("a manifest that can't be read stops it: nothing is named", async () => {
    furnish();
    writeFileSync(join(root, "broken"), "{");
    const manifest = join(brand.brandDir, "snapshots", snapshotIdOf("today"), "manifest.json");
    renameSync(join(root, "broken"), manifest);
    await expect(brand.collect()).rejects.toMatchObject({ code: "corrupt" });
    expect(standing().retired.size).toBe(0);
  });

  test("what was found damaged leaves the trash a day later", async () => {
    furnish();
    const damaged = join(brand.brandDir, "trash", "0123456789abcdef-01234567");
    mkdirSync(damaged, { recursive: true });
    writeFileSync(join(damaged, "artifact.json"), "damaged");
    utimesSync(damaged, 1, 1);
    await brand.collect();
    expect(existsSync(damaged)).toBe(true); // its change, not its time as told, counts
  });
});

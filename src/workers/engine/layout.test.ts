import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { quickFolder } from "../../../test/support/folders.ts";
import { type KeptBrand, keptBrand, keyOf } from "../../../test/support/kept-brand.ts";
import { toOlderLayout } from "../../../test/support/older-layout.ts";
import { findArtifact, requireArtifact, verifiedPath } from "./artifact-store.ts";
import { appendEntry, readLog, readLogPage } from "./brand-log.ts";
import { copyWorkspace } from "./copy-workspace.ts";
import { realFileSystem } from "./file-system.ts";
import { artifactPlace, entryPath, flatEntryPath, turnMark } from "./layout.ts";
import { forgetTurn } from "./log-entries.ts";
import { publish, sha256Of } from "./publish.ts";
import { verifyBrand } from "./verify.ts";
import { createWorkspace, openWorkspace } from "./workspace.ts";

let root: string;
let brand: KeptBrand;
beforeEach(() => {
  root = quickFolder("layout");
  createWorkspace(join(root, "source"));
  brand = keptBrand(join(root, "source", "brands", "shop"), join(root, "scratch"));
  for (const name of ["raw", "profiles", "old"]) brand.make(name, name === "raw" ? {} : { inputs: ["raw"] });
  brand.publish("today", ["profiles"], "2026-06-30");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const note = (taskKey: string) =>
  appendEntry(brand.brandDir, { kind: "note", body: {}, taskKey, at: "2026-06-30T00:00:00Z", app: "test" });
const versions = () => readLog(brand.brandDir, 1).map(({ version, taskKey }) => `${version} ${taskKey}`);

test("no folder takes more than a thousand entries, or its share of five million artifacts", () => {
  const perFolder = new Map<string, number>();
  for (let version = 1; version <= 25_000; version++) {
    const folder = join(entryPath("b", version), "..");
    perFolder.set(folder, (perFolder.get(folder) ?? 0) + 1);
  }
  expect([perFolder.size, Math.max(...perFolder.values())]).toEqual([26, 1_000]);
  const folders = new Map<string, number>();
  for (let n = 0; n < 200_000; n++) {
    const folder = artifactPlace(sha256Of(Buffer.from(`key ${n}`))).split("/")[1] ?? "";
    folders.set(folder, (folders.get(folder) ?? 0) + 1);
  }
  expect(folders.size).toBe(4_096);
  expect((Math.max(...folders.values()) * 5_000_000) / 200_000).toBeLessThan(10_000);
});

test("a log is read page by page, each up to a round version", () => {
  for (let n = 2; n <= 2_345; n++) note(`n${n}`);
  const pages = [];
  for (let from = 1; ; ) {
    const { entries, hasMore } = readLogPage(brand.brandDir, from);
    pages.push([entries[0]?.version, entries.at(-1)?.version, entries.length]);
    from += entries.length;
    if (!hasMore) break;
  }
  expect(pages).toEqual([
    [1, 2_000, 2_000],
    [2_001, 2_345, 345],
  ]);
  expect(readdirSync(join(brand.brandDir, "log"))).toHaveLength(4);
}, 30_000);

describe("a brand of the older layout", () => {
  beforeEach(() => toOlderLayout(brand.brandDir));

  test("is read as it lies, and goes on in folders", () => {
    expect(openWorkspace(join(root, "source")).brands).toEqual(["shop"]);
    const raw = requireArtifact(brand.brandDir, keyOf("raw"));
    expect(raw.files[0]?.path).toMatch(/^artifacts\/..\//);
    for (const file of raw.files) expect(existsSync(verifiedPath(brand.brandDir, file))).toBe(true);
    const before = versions();
    expect(note("second")).toEqual({ version: 2, adopted: false });
    expect(note("third")).toEqual({ version: 3, adopted: false });
    brand.make("new");
    expect(existsSync(join(brand.brandDir, artifactPlace(keyOf("new"))))).toBe(true);
    expect(existsSync(entryPath(brand.brandDir, 3))).toBe(true);
    expect(versions()).toEqual([...before, "2 second", "3 third"]);
    expect(note("second")).toEqual({ version: 2, adopted: true });
    expect(verifyBrand(brand.brandDir)).toMatchObject({ entries: 3, artifacts: 4, findings: [] });
  });

  test("takes no entry any more of a program that knows no folders, and tells it why", () => {
    note("second");
    const flat = flatEntryPath(brand.brandDir, 2);
    const asked = { content: Buffer.from("{}"), final: flat, staging: join(brand.brandDir, "tmp", "log") };
    expect(publish(asked, realFileSystem)).toBe("lost");
    const said = JSON.parse(readFileSync(flat, "utf8")) as { version: unknown; sum: string };
    expect(said.version).toContain("newer Assay");
    expect(existsSync(flatEntryPath(brand.brandDir, 3))).toBe(false);
  });

  test("whose other program was faster goes on after its entry", () => {
    const entry = readFileSync(flatEntryPath(brand.brandDir, 1));
    note("second");
    const second = readFileSync(entryPath(brand.brandDir, 2));
    rmSync(join(entryPath(brand.brandDir, 2), ".."), { recursive: true });
    rmSync(flatEntryPath(brand.brandDir, 2));
    forgetTurn(brand.brandDir);
    expect(versions()).toHaveLength(1);
    // what the other appends between this one's look and its mark
    let isLate = false;
    const files = {
      ...realFileSystem,
      link: (from: string, to: string) => {
        if (!isLate && to === flatEntryPath(brand.brandDir, 2)) {
          isLate = true;
          publish({ content: second, final: to, staging: join(brand.brandDir, "tmp", "log") });
        }
        realFileSystem.link(from, to);
      },
    };
    const asked = { kind: "note", body: {}, taskKey: "third", at: "2026-06-30T00:00:00Z", app: "test" };
    expect(appendEntry(brand.brandDir, asked, files)).toEqual({ version: 3, adopted: false });
    expect(readFileSync(flatEntryPath(brand.brandDir, 1))).toEqual(entry);
    expect(readFileSync(flatEntryPath(brand.brandDir, 3))).toEqual(turnMark(3));
    expect(versions().slice(1)).toEqual(["2 second", "3 third"]);
  });

  test("is collected, copied and restored", async () => {
    note("second");
    const done = await copyWorkspace({
      ...{ kind: "copy" as const, from: join(root, "source"), to: join(root, "copy") },
      signal: new AbortController().signal,
      progress: () => {},
    });
    expect(done.brands).toEqual([{ brand: "shop", version: 2, artifacts: 3 }]);
    const copied = join(root, "copy", "brands", "shop");
    expect(readLog(copied, 1)).toEqual(readLog(brand.brandDir, 1));
    expect(verifyBrand(copied).findings).toEqual([]);
    expect(await brand.collect()).toMatchObject({ retired: { artifacts: 1 }, set_aside: { artifacts: 1 } });
    expect(findArtifact(brand.brandDir, keyOf("old"))).toBeUndefined();
    await brand.collect();
    expect(verifyBrand(brand.brandDir).findings).toEqual([]);
    expect(findArtifact(brand.brandDir, keyOf("profiles"))).toBeDefined();
  });
});

describe("the mark of the turn", () => {
  test("that is damaged is named, and nothing is written past it", () => {
    note("second");
    const path = flatEntryPath(brand.brandDir, 1);
    rmSync(path);
    mkdirSync(join(root, "other"));
    publish({ content: Buffer.from("half a mark"), final: path, staging: join(root, "other") });
    forgetTurn(brand.brandDir);
    expect(() => readLog(brand.brandDir, 1)).toThrow(expect.objectContaining({ code: "corrupt" }));
    expect(() => note("third")).toThrow(expect.objectContaining({ code: "corrupt" }));
  });

  test("that is gone is missed while there are entries in folders", () => {
    rmSync(flatEntryPath(brand.brandDir, 1));
    expect(() => readLog(brand.brandDir, 1)).toThrow("it is missing");
  });
});

import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { quickFolder } from "../../../test/support/folders.ts";
import { type KeptBrand, keptBrand, keyOf } from "../../../test/support/kept-brand.ts";
import { findArtifact, requireArtifact, verifiedPath } from "./artifact-store.ts";
import { readLog } from "./brand-log.ts";
import { noteContent } from "./content-keys.ts";
import { type CopyKind, copyWorkspace } from "./copy-workspace.ts";
import { failure, isReadOnly } from "./publish.ts";
import { verifyBrand } from "./verify.ts";
import { createWorkspace, openWorkspace } from "./workspace.ts";

let root: string;
let brand: KeptBrand;
let source: string;
beforeEach(() => {
  root = quickFolder("copies");
  source = join(root, "source");
  createWorkspace(source);
  brand = keptBrand(join(source, "brands", "shop"), join(root, "scratch"));
  for (const name of ["raw", "profiles", "old"]) brand.make(name);
  brand.publish("today", ["profiles"], "2026-06-30");
  mkdirSync(join(brand.brandDir, "landing", "till", "b1"), { recursive: true });
  writeFileSync(join(brand.brandDir, "landing", "till", "b1", "orders.csv"), "order,amount\n1,2\n");
  writeFileSync(join(brand.brandDir, "tmp", "half"), "half");
  noteContent(brand.brandDir, keyOf("content"), keyOf("raw"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function perform(kind: CopyKind, from: string, to: string, signal = new AbortController().signal) {
  return copyWorkspace({ kind, from: join(root, from), to: join(root, to), signal, progress: () => {} });
}
const shop = (name: string) => join(root, name, "brands", "shop");
const filesOf = (folder: string) =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((path) => !/^(tmp|pins|clock|claims)/.test(path))
    .sort();

describe("a copy of a workspace", () => {
  test("is a whole workspace of its own, with the same log, artifacts and deliveries", async () => {
    const done = await perform("copy", "source", "copy");
    expect(done).toMatchObject({ brands: [{ brand: "shop", version: 1, artifacts: 3 }], damaged: [], standing: 0 });
    expect(filesOf(shop("copy"))).toEqual(filesOf(shop("source")));
    expect(readLog(shop("copy"), 1)).toEqual(readLog(shop("source"), 1));
    expect(verifyBrand(shop("copy")).findings).toEqual([]);
    const opened = openWorkspace(join(root, "copy"));
    expect(opened.brands).toEqual(["shop"]);
    expect(opened.workspace_id).not.toBe(openWorkspace(source).workspace_id);
  });

  test("again, copies what is missing and nothing else", async () => {
    await perform("copy", "source", "copy");
    brand.make("more");
    brand.publish("tomorrow", ["more"], "2026-07-01");
    const again = await perform("copy", "source", "copy");
    expect(again).toMatchObject({ files: 4, brands: [{ version: 2, artifacts: 4 }] });
    expect(verifyBrand(shop("copy")).findings).toEqual([]);
    expect((await perform("copy", "source", "copy")).files).toBe(0);
  });

  test("that was cancelled anywhere goes on, and shows no entry whose files aren't there", async () => {
    for (let files = 0; ; files++) {
      const cancel = new AbortController();
      let asked = 0;
      const working = copyWorkspace({
        kind: "copy",
        from: source,
        to: join(root, "copy"),
        signal: cancel.signal,
        progress: () => asked++ >= files && cancel.abort(),
      });
      const ended = await working.then(
        () => true,
        (error: unknown) => {
          expect(error).toMatchObject({ code: "cancelled" });
          return false;
        },
      );
      if (ended) break;
      expect(verifyBrand(shop("copy")).findings).toEqual([]);
    }
    expect(filesOf(shop("copy"))).toEqual(filesOf(shop("source")));
  });

  test("goes into an empty folder only, and not into itself", async () => {
    mkdirSync(join(root, "full"));
    writeFileSync(join(root, "full", "letter.txt"), "mine");
    await expect(perform("copy", "source", "full")).rejects.toMatchObject({ code: "conflict" });
    await expect(perform("copy", "source", "source/inside")).rejects.toMatchObject({ code: "bad_input" });
    await perform("backup", "source", "backup");
    await expect(perform("copy", "source", "backup")).rejects.toMatchObject({ code: "conflict" });
  });

  test("isn't made where the source can't be pinned for another reason than that it is read only", async () => {
    const pins = join(shop("source"), "pins");
    rmSync(pins, { recursive: true, force: true });
    writeFileSync(pins, "no folder");
    await expect(perform("copy", "source", "copy")).rejects.toMatchObject({
      code: "unavailable",
      details: { path: expect.stringContaining(pins) },
    });
    const because = (code: string) =>
      isReadOnly(failure("could not be written", pins, Object.assign(new Error(code), { code })));
    expect(["EROFS", "EACCES", "EPERM", "EIO", "ENOSPC", "ENOTDIR"].map(because)).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  test("in which somebody works is not written over", async () => {
    await perform("copy", "source", "copy");
    keptBrand(shop("copy"), join(root, "scratch")).append("note", null, "theirs");
    brand.append("note", null, "ours");
    await expect(perform("copy", "source", "copy")).rejects.toMatchObject({ code: "conflict" });
    expect(readLog(shop("copy"), 2)[0]?.taskKey).toBe("theirs");
  });
});

describe("a backup", () => {
  test("brings back what was damaged and deleted, into an empty folder", async () => {
    await perform("backup", "source", "backup");
    brand.make("more");
    brand.publish("tomorrow", ["more"], "2026-07-01");
    const again = await perform("backup", "source", "backup");
    expect(again.files).toBe(4);
    expect(readdirSync(join(root, "backup", "backups"))).toHaveLength(2);
    const before = filesOf(shop("source"));
    rmSync(source, { recursive: true });
    const restored = await perform("restore", "backup", "restored");
    expect(restored).toMatchObject({ damaged: [], brands: [{ version: 2, artifacts: 4 }] });
    expect(filesOf(shop("restored"))).toEqual(before);
    expect(verifyBrand(shop("restored")).findings).toEqual([]);
    expect(keptBrand(shop("restored"), join(root, "scratch")).append("note", null, "on").version).toBe(3);
  });

  test("says what is damaged at the source, and leaves it out", async () => {
    const [file] = requireArtifact(brand.brandDir, keyOf("old")).files;
    const path = join(brand.brandDir, file?.path ?? "");
    chmodSync(path, 0o644);
    writeFileSync(path, "x".repeat(statSync(path).size));
    const done = await perform("backup", "source", "backup");
    expect(done.damaged).toEqual([join("brands", "shop", file?.path ?? "")]);
    expect(findArtifact(shop("backup"), keyOf("old"))).toBeUndefined();
    expect(verifyBrand(shop("backup")).findings).toEqual([]);
  });

  test("that lost bytes is told by restoring it, and mended by backing up again", async () => {
    await perform("backup", "source", "backup");
    const [file] = requireArtifact(shop("backup"), keyOf("profiles")).files;
    const path = join(shop("backup"), file?.path ?? "");
    chmodSync(path, 0o644);
    writeFileSync(path, "y".repeat(statSync(path).size));
    const restored = await perform("restore", "backup", "restored");
    expect(restored.damaged).toEqual([join("brands", "shop", file?.path ?? "")]);
    await perform("backup", "source", "backup");
    expect((await perform("restore", "backup", "restored again")).damaged).toEqual([]);
    verifiedPath(shop("restored again"), requireArtifact(shop("restored again"), keyOf("profiles")).files[0] as never);
  });

  test("isn't opened as a workspace, and only a backup is restored", async () => {
    await perform("backup", "source", "backup");
    expect(() => openWorkspace(join(root, "backup"))).toThrow(/no workspace/);
    await expect(perform("restore", "source", "restored")).rejects.toMatchObject({ code: "not_found" });
    expect(readFileSync(join(root, "backup", "backup.json"), "utf8")).toContain('"kind":"backup"');
  });
});

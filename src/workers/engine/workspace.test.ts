import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { appendEntry } from "./brand-log.ts";
import { sweepStaging } from "./janitor.ts";
import { createBrand, createWorkspace, openWorkspace } from "./workspace.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "workspace-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function writeFormat(path: string, text: string): void {
  const name = join(path, "workspace.json");
  chmodSync(name, 0o644);
  writeFileSync(name, text);
}

describe("a workspace", () => {
  test("is made once and opened by its id", () => {
    const path = join(root, "deep", "er");
    const made = createWorkspace(path);
    expect(() => createWorkspace(path)).toThrow(expect.objectContaining({ code: "conflict" }));
    expect(openWorkspace(path)).toEqual({ ...made, brands: [], read_only_reason: null });
  });

  test("lists brands with a log, and no foreign folders", () => {
    const { path } = createWorkspace(root);
    for (const name of ["shoes", "books", "empty", ".hidden"]) createBrand(path, name);
    for (const name of ["shoes", "books", ".hidden"]) {
      const brandDir = join(path, "brands", name);
      appendEntry(brandDir, {
        kind: "brand_created",
        body: {},
        taskKey: name,
        at: "2026-01-01T00:00:00Z",
        app: "test",
      });
    }
    writeFileSync(join(path, "brands", "note.txt"), "");
    expect(openWorkspace(path).brands).toEqual(["books", "shoes"]);
  });

  test("of a newer format is read only, and nothing in it is touched", () => {
    const { path, workspace_id } = createWorkspace(root);
    writeFormat(path, JSON.stringify({ format_version: 3, workspace_id }));
    const stale = join(path, "tmp", "stale");
    writeFileSync(stale, "");
    utimesSync(stale, 1, 1);
    expect(openWorkspace(path).read_only_reason).toContain("format is 3");
    expect(existsSync(stale)).toBe(true);
  });

  test.each([
    ["a folder that is none", "nothing", "not_found"],
    ["a path that isn't there", "missing/one", "not_found"],
    ["a file", "file", "not_found"],
  ])("%s is told", (_, name, code) => {
    mkdirSync(join(root, "nothing"));
    writeFileSync(join(root, "file"), "x");
    expect(() => openWorkspace(join(root, name))).toThrow(expect.objectContaining({ code }));
  });

  test.each(["", "{", "null", "[]", '{"format_version": "1"}'])("damaged (%s) is told", (text) => {
    const { path } = createWorkspace(root);
    writeFormat(path, text);
    expect(() => openWorkspace(path)).toThrow(expect.objectContaining({ code: "corrupt" }));
  });

  test("where a file is in its way is told", () => {
    writeFileSync(join(root, "file"), "x");
    expect(() => createWorkspace(join(root, "file"))).toThrow(expect.objectContaining({ code: "bad_input" }));
    expect(readFileSync(join(root, "file"), "utf8")).toBe("x");
  });
});

describe("the janitor", () => {
  const hour = 3_600;

  function staged(name: string, ageHours: number): string {
    const path = join(root, "tmp", name);
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, "x");
    const at = Date.now() / 1000 - ageHours * hour;
    utimesSync(path, at, at);
    return path;
  }

  test("removes staging files of a day ago and nothing younger", () => {
    const old = [staged("attempt/one", 25), staged("two", 30)];
    const young = [staged("attempt/three", 23), staged("four", 0)];
    expect(sweepStaging([join(root, "tmp"), join(root, "missing")])).toBe(2);
    expect([...old, ...young].map((path) => existsSync(path))).toEqual([false, false, true, true]);
    expect(readdirSync(join(root, "tmp")).sort()).toEqual(["attempt", "four"]);
  });

  test("removes folders that stand empty for a day", () => {
    const folder = join(root, "tmp", "attempt");
    mkdirSync(folder, { recursive: true });
    utimesSync(folder, 1, 1);
    sweepStaging([join(root, "tmp")]);
    expect(existsSync(folder)).toBe(false);
  });
});

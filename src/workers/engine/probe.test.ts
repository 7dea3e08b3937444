import { mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findMount } from "./mounts.ts";
import { probeDirectory } from "./probe.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "probe-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("a local folder passes, every check says what it measured, and nothing stays", () => {
  const checks = probeDirectory(folder);
  expect(checks.length).toBeGreaterThanOrEqual(12);
  expect(new Set(checks.map(({ name }) => name)).size).toBe(checks.length);
  for (const one of checks) {
    expect(one.measured).not.toBe("");
    expect(one.status === "ok").toBe(one.advice === "");
  }
  const byName = new Map(checks.map((one) => [one.name, one]));
  for (const name of ["exclusive create", "link", "visibility", "folder sync", "write"]) {
    expect(byName.get(name)?.status, name).toBe("ok");
  }
  const { bavail, bsize } = statfsSync(folder);
  const told = Number.parseFloat(byName.get("free space")?.measured ?? "");
  expect(told / ((bavail * bsize) / 1e9)).toBeCloseTo(1, 1);
  expect(byName.get("clock")?.measured ?? "").not.toMatch(/^-0\.0/);
  expect(readdirSync(join(folder, "tmp"))).toEqual([]);
});

test("where nothing can be written that is told, with advice", () => {
  const path = join(folder, "file");
  writeFileSync(path, "");
  const failed = probeDirectory(path).filter(({ status }) => status === "fail");
  expect(failed.map(({ name }) => name)).toEqual(["write"]);
  expect(failed[0]?.advice).not.toBe("");
});

test("the mount of a path is the longest that holds it, the last of equal ones", () => {
  const table = [
    "/dev/vda / ext4 rw,relatime 0 0",
    "share:/ /mnt/a\\040b nfs4 rw,vers=4.1,hard 0 0",
    "tmpfs /mnt tmpfs rw 0 0",
    "overlay /mnt overlay ro 0 0",
    "",
  ].join("\n");
  expect(findMount(table, "/mnt/a b/c")).toEqual({
    source: "share:/",
    at: "/mnt/a b",
    kind: "nfs4",
    options: "rw,vers=4.1,hard",
  });
  expect(findMount(table, "/mnt/other")).toEqual({ source: "overlay", at: "/mnt", kind: "overlay", options: "ro" });
  expect(findMount(table, "/mntx")?.at).toBe("/");
  expect(findMount("", "/x")).toBeUndefined();
});

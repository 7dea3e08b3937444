import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { realFileSystem } from "./file-system.ts";

const folder = mkdtempSync(join(tmpdir(), "assay-files-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("folders are made, and the topmost new one is given", () => {
  expect(realFileSystem.mkdir(join(folder, "a/b/c"))).toBe(join(folder, "a"));
  expect(realFileSystem.mkdir(join(folder, "a/b/c"))).toBeUndefined();
});

const script = `
  const { realFileSystem } = await import(${JSON.stringify(new URL("./file-system.ts", import.meta.url).href)});
  for (const path of ["there", "one", "two/below"])
    try { console.log(path, realFileSystem.mkdir(path)); } catch (error) { console.log(path, error.code); }`;
const readOnly =
  'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && cd "$1" && exec "$2" --input-type=module -e "$3"';
const canMount = spawnSync("unshare", ["-rm", "mount", "--bind", folder, folder]).status === 0;

test.skipIf(!canMount)(
  `a disk that is read-only is named so${canMount ? "" : " (skipped: no namespace to mount in)"}`,
  () => {
    mkdirSync(join(folder, "there"));
    const { stdout } = spawnSync("unshare", ["-rm", "sh", "-c", readOnly, "sh", folder, process.execPath, script]);
    expect(String(stdout).trim().split("\n")).toEqual(["there undefined", "one EROFS", "two/below EROFS"]);
  },
);

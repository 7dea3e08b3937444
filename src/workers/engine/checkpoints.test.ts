import { chmodSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { quickFolder } from "../../../test/support/folders.ts";
import { appendEntry, readLog } from "./brand-log.ts";
import { mendCheckpoints } from "./checkpoint-care.ts";
import { checkpointEvery, checkpointPath, listCheckpoints } from "./checkpoints.ts";
import { type FileSystem, realFileSystem } from "./file-system.ts";
import { verifyBrand } from "./verify.ts";

let brandDir: string;
beforeEach(() => {
  brandDir = quickFolder("checkpoints");
  for (let n = 1; n <= 230; n++) append(`task ${n}`, { n, text: "“é”\u2028" });
});
afterEach(() => rmSync(brandDir, { recursive: true, force: true }));

function append(taskKey: string, body: unknown = null) {
  return appendEntry(brandDir, { kind: "test", body, taskKey, at: "2026-06-30T00:00:00Z", app: "test" });
}

const small = (version: number, dir = brandDir) => checkpointPath(dir, { version, size: checkpointEvery });

/** The real file system, and how often it reads a file. */
function counting(): { files: FileSystem; reads: () => number } {
  let reads = 0;
  const readFile = (path: string) => {
    reads++;
    return realFileSystem.readFile(path);
  };
  return { files: { ...realFileSystem, readFile }, reads: () => reads };
}

function damage(version: number, change: (text: string) => string): void {
  const path = small(version);
  chmodSync(path, 0o644);
  writeFileSync(path, change(readFileSync(path, "utf8")));
}

test("a hundred entries lie in one file; the log reads the same with it and without, from wherever", () => {
  expect(listCheckpoints(brandDir)).toEqual([100, 200].map((version) => ({ version, size: 100 })));
  const { files, reads } = counting();
  const whole = readLog(brandDir, 1, files);
  expect(whole.map(({ version }) => version)).toEqual(Array.from({ length: 230 }, (_, at) => at + 1));
  expect(reads()).toBeLessThan(40);
  const parts = [2, 57, 100, 101, 150, 201, 230, 231].map((from) => readLog(brandDir, from));
  rmSync(join(brandDir, "checkpoints"), { recursive: true });
  expect(readLog(brandDir, 1)).toEqual(whole);
  expect(parts).toEqual([2, 57, 100, 101, 150, 201, 230, 231].map((from) => whole.slice(from - 1)));
});

test("a task's name is known from a checkpoint as well", () => {
  expect(append("task 17")).toEqual({ version: 17, adopted: true });
  expect(append("task 231")).toEqual({ version: 231, adopted: false });
});

test.each([
  ["a flipped bit", (text: string) => text.replace('"n":42', '"n":43')],
  ["a cut", (text: string) => text.slice(0, text.length / 2)],
  ["nothing", () => ""],
  ["another log's", (text: string) => text.replaceAll("test", "tset")],
])("%s in a checkpoint is passed over, named and mended", (_, change) => {
  const whole = readLog(brandDir, 1);
  damage(100, change);
  expect(readLog(brandDir, 1)).toEqual(whole);
  const path = "checkpoints/00000000000000000100.ndjson";
  expect(verifyBrand(brandDir).findings).toEqual([{ path, what: expect.stringContaining("passed over") }]);
  expect(mendCheckpoints(brandDir)).toEqual({ checkpoints: 1, broken: [path] });
  expect(verifyBrand(brandDir).findings).toEqual([]);
  expect(mendCheckpoints(brandDir)).toEqual({ checkpoints: 0, broken: [] });
});

test("a checkpoint that is whole in itself, but of another past, is passed over", () => {
  const other = quickFolder("checkpoints-other");
  for (let n = 1; n <= 100; n++)
    appendEntry(other, { kind: "test", body: "other", taskKey: `other ${n}`, at: "2026-06-30T00:00:00Z", app: "test" });
  const whole = readLog(brandDir, 1);
  damage(100, () => readFileSync(small(100, other), "utf8"));
  expect(readLog(brandDir, 1)).toEqual(whole);
  rmSync(other, { recursive: true });
});

test("a thousand entries lie in one file in the end, and the small ones go", () => {
  for (let n = 231; n <= 1_120; n++) append(`task ${n}`, { n });
  const whole = readLog(brandDir, 1);
  expect(listCheckpoints(brandDir)).toContainEqual({ version: 1_000, size: 1_000 });
  expect(mendCheckpoints(brandDir)).toEqual({ checkpoints: 0, broken: [] });
  expect(listCheckpoints(brandDir)).toEqual([
    { version: 1_000, size: 1_000 },
    { version: 1_100, size: 100 },
  ]);
  const { files, reads } = counting();
  expect(readLog(brandDir, 1, files)).toEqual(whole);
  expect(reads()).toBeLessThan(35);
  expect(readLog(brandDir, 7)).toEqual(whole.slice(6));
  const large = checkpointPath(brandDir, { version: 1_000, size: 1_000 });
  chmodSync(large, 0o644);
  writeFileSync(large, readFileSync(large, "utf8").replace('"n":42', '"n":43'));
  expect(readLog(brandDir, 1)).toEqual(whole);
  expect(mendCheckpoints(brandDir)).toEqual({ checkpoints: 1, broken: [`checkpoints/${large.split("/").at(-1)}`] });
  expect(verifyBrand(brandDir).findings).toEqual([]);
});

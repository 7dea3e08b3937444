import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { errnoError } from "../../../test/support/faulty-files.ts";
import { quickFolder } from "../../../test/support/folders.ts";
import { appendEntry, readLog } from "./brand-log.ts";
import { type FileSystem, realFileSystem } from "./file-system.ts";
import { entryPath } from "./layout.ts";
import { sha256Of } from "./publish.ts";

let brandDir: string;
beforeEach(() => {
  brandDir = quickFolder("log");
});
afterEach(() => rmSync(brandDir, { recursive: true, force: true }));

const pathOf = (version: number) => entryPath(brandDir, version);

function append(taskKey: string, body: unknown = { taskKey }, files?: FileSystem) {
  return appendEntry(brandDir, { kind: "test", body, taskKey, at: "2026-06-30T00:00:00Z", app: "test" }, files);
}

function damage(version: number, change: (bytes: Buffer) => Buffer | string): void {
  const path = pathOf(version);
  chmodSync(path, 0o644);
  writeFileSync(path, change(readFileSync(path)));
}

describe("a brand's log", () => {
  test("numbers its entries without gaps and chains each to the bytes before it", () => {
    expect(readLog(brandDir, 1)).toEqual([]);
    expect(["a", "b", "c"].map((key) => append(key).version)).toEqual([1, 2, 3]);
    const entries = readLog(brandDir, 1);
    expect(entries.map(({ version, taskKey, base }) => [version, taskKey, base])).toEqual([
      [1, "a", 0],
      [2, "b", 1],
      [3, "c", 2],
    ]);
    expect(entries.map(({ parent }) => parent)).toEqual([
      null,
      sha256Of(readFileSync(pathOf(1))),
      sha256Of(readFileSync(pathOf(2))),
    ]);
    expect(readLog(brandDir, 3).map(({ body }) => body)).toEqual([{ taskKey: "c" }]);
    expect(readLog(brandDir, 4)).toEqual([]);
  });

  test("one task key, one entry: the second is answered with the first, however long ago", () => {
    append("once", { n: 1 });
    for (let n = 0; n < 130; n++) append(`task ${n}`);
    expect(append("once", { n: 2 })).toEqual({ version: 1, adopted: true });
    expect(readLog(brandDir, 1)).toHaveLength(131);
  });

  test("bodies keep what JSON holds, hostile names too", () => {
    const body = JSON.parse('{"__proto__": {"a": 1}, "é“”\\u2028": [null, 0.1, 1e21]}') as unknown;
    append("a", body);
    expect(JSON.stringify(readLog(brandDir, 1)[0]?.body)).toBe(JSON.stringify(body));
  });

  test("names of others are passed over", () => {
    append("a");
    for (const name of [".nfs000000000123", "2.json", `${"9".repeat(20)}.json.part`, "README"]) {
      writeFileSync(join(brandDir, "log", name), "x");
      writeFileSync(join(pathOf(1), "..", name), "x");
    }
    expect(append("b").version).toBe(2);
    expect(readLog(brandDir, 1)).toHaveLength(2);
  });

  test("a log that was made anew in the same place is read anew", () => {
    append("a");
    append("b");
    rmSync(join(brandDir, "log"), { recursive: true });
    expect(append("b")).toEqual({ version: 1, adopted: false });
  });

  test("a log whose whole directory is gone doesn't begin anew in its place", () => {
    append("a");
    expect(readLog(brandDir, 1)).toHaveLength(1);
    renameSync(brandDir, `${brandDir}-away`);
    expect(() => append("b")).toThrow(expect.objectContaining({ code: "unavailable" }));
    expect(existsSync(brandDir)).toBe(false);
    renameSync(`${brandDir}-away`, brandDir);
    expect(append("b")).toEqual({ version: 2, adopted: false });
  });
});

describe("a damaged log is named", () => {
  beforeEach(() => {
    for (const key of ["a", "b", "c"]) append(key);
  });

  test.each([
    [
      "one bit",
      (bytes: Buffer) => Buffer.concat([bytes.subarray(0, 40), Buffer.of((bytes[40] ?? 0) ^ 1), bytes.subarray(41)]),
    ],
    ["cut", (bytes: Buffer) => bytes.subarray(0, 50)],
    ["zero length", () => ""],
    ["another's JSON", () => "{}"],
    ["no object", () => "null"],
  ])("%s", (_, change) => {
    damage(2, change);
    const named = expect.objectContaining({ code: "corrupt", message: expect.stringContaining(pathOf(2)) });
    expect(() => readLog(brandDir, 1)).toThrow(named);
    expect(() => readLog(brandDir, 3)).toThrow(named);
    rmSync(pathOf(3)); // what this process knew of the head is of no use any more
    expect(() => append("d")).toThrow(named);
  });

  test("an entry between others that is gone", () => {
    rmSync(pathOf(2));
    expect(() => readLog(brandDir, 1)).toThrow(expect.objectContaining({ code: "corrupt" }));
    expect(readLog(brandDir, 4)).toEqual([]);
  });

  test("an entry that is whole but not the one that was chained to", () => {
    const [first, second] = [readFileSync(pathOf(1)), readFileSync(pathOf(2))];
    rmSync(join(brandDir, "log"), { recursive: true });
    append("other");
    writeFileSync(pathOf(2), second);
    expect(() => readLog(brandDir, 1)).toThrow("the chain breaks before it");
    rmSync(pathOf(1));
    writeFileSync(pathOf(1), first);
    expect(readLog(brandDir, 1)).toHaveLength(2);
  });

  test("a file of length zero that a crash left is no entry, and nothing is written over it", () => {
    chmodSync(pathOf(3), 0o644);
    truncateSync(pathOf(3));
    expect(() => append("d")).toThrow(expect.objectContaining({ code: "corrupt" }));
    expect(readdirSync(join(pathOf(1), ".."))).toHaveLength(3);
  });
});

describe("a share that shows names late", () => {
  const enoent = () => {
    throw errnoError("ENOENT", "open");
  };

  test("a listed entry that can't be opened yet is waited for", () => {
    for (const key of ["a", "b"]) append(key);
    let hidden = 3;
    const readFile = (path: string) => (path === pathOf(2) && hidden-- > 0 ? enoent() : realFileSystem.readFile(path));
    expect(readLog(brandDir, 1, { ...realFileSystem, readFile })).toHaveLength(2);
  });

  test("one that never shows is an error, never the end of the log", () => {
    for (const key of ["a", "b"]) append(key);
    const readFile = (path: string) => (path === pathOf(2) ? enoent() : realFileSystem.readFile(path));
    expect(() => readLog(brandDir, 1, { ...realFileSystem, readFile })).toThrow("it is missing");
    expect(() => append("c", {}, { ...realFileSystem, readFile })).toThrow("it is missing");
  });

  test("another's entry that neither listing nor opening shows is found by link", () => {
    append("a");
    let stale = 4;
    const hides = (version: number) => stale > 0 && version === 2;
    const files: FileSystem = {
      ...realFileSystem,
      list: (path) => realFileSystem.list(path).filter((name) => !(hides(2) && name.startsWith(`${"0".repeat(19)}2`))),
      readFile: (path) => {
        if (path !== pathOf(2) || !hides(2)) return realFileSystem.readFile(path);
        stale--;
        return enoent();
      },
    };
    append("b");
    expect(append("c", {}, files)).toEqual({ version: 3, adopted: false });
    expect(append("b", {}, files)).toEqual({ version: 2, adopted: true });
  });

  test("a share that fails says so", () => {
    append("a");
    const readFile = () => {
      throw errnoError("EIO", "read");
    };
    expect(() => readLog(brandDir, 1, { ...realFileSystem, readFile })).toThrow(
      expect.objectContaining({ code: "unavailable", message: expect.stringContaining("EIO") }),
    );
  });
});

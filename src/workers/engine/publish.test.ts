import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { errnoError } from "../../../test/support/faulty-files.ts";
import { type FileSystem, realFileSystem } from "./file-system.ts";
import { digestFile, publish, sha256Of } from "./publish.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "publish-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const bytesOf = (text: string) => Buffer.from(text);
const staging = () => join(folder, "tmp");
const named = (text: string) => join(folder, "deep", "er", `${sha256Of(bytesOf(text))}.json`);

function publishText(text: string, final: string, files?: FileSystem, isDataFile = false) {
  return publish({ content: bytesOf(text), final, staging: staging(), isDataFile }, files);
}

describe("publish", () => {
  test("makes a read-only file and leaves nothing in staging", () => {
    const final = join(folder, "a", "b", "name.json");
    expect(publishText("one", final)).toBe("won");
    expect(readFileSync(final, "utf8")).toBe("one");
    expect(statSync(final).mode & 0o777).toBe(0o444);
    expect(readdirSync(staging())).toEqual([]);
  });

  test("the first wins, and its bytes stay", () => {
    const final = join(folder, "name.json");
    expect([publishText("one", final), publishText("two", final)]).toEqual(["won", "lost"]);
    expect(readFileSync(final, "utf8")).toBe("one");
    expect(readdirSync(staging())).toEqual([]);
  });

  test("copies a file of several pieces, and an empty one", () => {
    const large = Buffer.alloc(9_000_001, "abc");
    for (const content of [large, Buffer.alloc(0)]) {
      const localPath = join(folder, "local");
      writeFileSync(localPath, content);
      const final = join(folder, `${sha256Of(content)}.parquet`);
      expect(publish({ content: { localPath }, final, staging: staging(), isDataFile: true })).toBe("won");
      expect(digestFile(final)).toEqual({ sha256: sha256Of(content), bytes: content.length });
    }
  });

  test("a data file that is there already is the same", () => {
    const final = named("x");
    expect(publishText("x", final, undefined, true)).toBe("won");
    expect(publishText("x", final, undefined, true)).toBe("same");
  });

  test("a damaged data file is set aside and made again", () => {
    const final = named("x");
    publishText("x", final, undefined, true);
    chmodSync(final, 0o644);
    writeFileSync(final, "y");
    expect(publishText("x", final, undefined, true)).toBe("won");
    expect(readFileSync(final, "utf8")).toBe("x");
    expect(readdirSync(staging()).filter((name) => name.startsWith("damaged-"))).toHaveLength(1);
  });

  test("bytes that don't fit the data file's name are refused", () => {
    expect(() => publishText("y", named("x"), undefined, true)).toThrow("changed while it was copied");
  });

  test.each([
    ["ENOSPC", "unavailable", "Free space"],
    ["EDQUOT", "unavailable", "Free space"],
    ["EACCES", "unavailable", "rights"],
    ["EPERM", "unsupported", "NFSv4.1"],
    ["EMLINK", "unsupported", "NFSv4.1"],
  ])("%s of link is %s and says what to do", (errno, code, hint) => {
    const final = join(folder, "name.json");
    const files = { ...realFileSystem, link: () => fail(errno) };
    expect(() => publishText("one", final, files)).toThrow(
      expect.objectContaining({ code, hint: expect.stringContaining(hint), message: expect.stringContaining(final) }),
    );
    expect(readdirSync(staging())).toEqual([]);
  });

  test("a full disk at fsync or close names path and cause", () => {
    const final = join(folder, "name.json");
    for (const operation of ["fsync", "close", "write"] as const) {
      const files = { ...realFileSystem, [operation]: () => fail("ENOSPC") };
      expect(() => publishText("one", final, files)).toThrow(
        expect.objectContaining({ code: "unavailable", details: { path: final, cause: "ENOSPC" } }),
      );
    }
    expect(readdirSync(folder)).not.toContain("name.json");
  });

  test("a link that doesn't take is tried again, and one that never does is told", () => {
    const final = join(folder, "name.json");
    let calls = 0;
    const link = (from: string, to: string) => {
      if (++calls < 4) fail("ESTALE");
      realFileSystem.link(from, to);
    };
    expect(publishText("one", final, { ...realFileSystem, link })).toBe("won");
    expect(calls).toBe(4);
    expect(() => publishText("one", `${final}2`, { ...realFileSystem, link: () => fail("EIO") })).toThrow("six tries");
  });

  test("a staging file that the janitor took is made again", () => {
    let isFirst = true;
    const link = (from: string, to: string) => {
      if (isFirst) rmSync(staging(), { recursive: true });
      isFirst = false;
      realFileSystem.link(from, to);
    };
    expect(publishText("one", join(folder, "name.json"), { ...realFileSystem, link })).toBe("won");
  });

  test("nothing is told as done before the folder's name lasts", () => {
    const final = join(folder, "name.json");
    const isFolder = (fd: number) => folders.has(fd);
    const folders = new Set<number>();
    const files: FileSystem = {
      ...realFileSystem,
      open: (path, flags, mode) => {
        const fd = realFileSystem.open(path, flags, mode);
        if (path === folder) folders.add(fd);
        else folders.delete(fd);
        return fd;
      },
      fsync: (fd) => (isFolder(fd) ? fail("EIO") : realFileSystem.fsync(fd)),
    };
    expect(() => publishText("one", final, files)).toThrow("can't be made durable");
    expect(() => publishText("two", final, files)).toThrow("can't be made durable");
    expect(publishText("two", final)).toBe("lost");
  });
});

function fail(errno: string): never {
  throw errnoError(errno, "test");
}

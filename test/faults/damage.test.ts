import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Artifact,
  findArtifact,
  publishArtifact,
  requireArtifact,
  verifiedPath,
} from "../../src/workers/engine/artifact-store.ts";
import { appendEntry, readLog } from "../../src/workers/engine/brand-log.ts";
import { type FileSystem, realFileSystem } from "../../src/workers/engine/file-system.ts";
import { artifactPlace, entryPath } from "../../src/workers/engine/layout.ts";
import { publish, sha256Of } from "../../src/workers/engine/publish.ts";

const key = "ab".repeat(32);
let home: string;
let counted = 0;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), "assay-faults-"));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

function newBrand(): { brand: string; local: string } {
  const brand = join(home, String(counted++));
  const local = join(home, `local-${counted}`);
  writeFileSync(local, "the rows of a table");
  return { brand, local };
}

/** One artifact of two files, then the log's entry that tells of it. */
function commit(brand: string, local: string, files: FileSystem, attempt = "one"): Artifact {
  const artifact = publishArtifact(
    brand,
    {
      key,
      step: "orders",
      version: 1,
      params: {},
      inputs: {},
      parts: { params: "{}" },
      seconds: 1,
      attempt,
      outputs: [
        { name: "orders", kind: "parquet", localPath: local, rows: 4 },
        { name: "quality", kind: "json", localPath: local, rows: 1 },
      ],
    },
    files,
  );
  const entry = { kind: "snapshot", body: { key }, taskKey: "task", at: "2026-06-30T00:00:00Z", app: "test" };
  appendEntry(brand, entry, files);
  return artifact;
}

function expectSound(brand: string): void {
  expect(readLog(brand, 1)).toHaveLength(1);
  for (const file of requireArtifact(brand, key).files) {
    expect(readFileSync(verifiedPath(brand, file), "utf8")).toBe("the rows of a table");
  }
}

describe("a commit", () => {
  it("survives writes that take a part of the bytes", () => {
    const { brand, local } = newBrand();
    const files: FileSystem = {
      ...realFileSystem,
      write: (fd, bytes, offset) =>
        realFileSystem.write(fd, bytes.subarray(0, Math.min(bytes.length, offset + 3)), offset),
      read: (fd, bytes) => realFileSystem.read(fd, bytes.subarray(0, 5)),
    };
    commit(brand, local, files);
    expectSound(brand);
  });

  it("refuses bytes that read back otherwise", () => {
    const { brand, local } = newBrand();
    const files: FileSystem = {
      ...realFileSystem,
      write: (fd, bytes, offset) => {
        const other = Uint8Array.from(bytes);
        other[0] = (other[0] ?? 0) ^ 1;
        return realFileSystem.write(fd, other, offset);
      },
    };
    expect(() => commit(brand, local, files)).toThrow(expect.objectContaining({ code: "unavailable" }));
    expect(findArtifact(brand, key)).toBeUndefined();
    expect(readLog(brand, 1)).toEqual([]);
  });

  it("names a file system that can't link", () => {
    const { brand, local } = newBrand();
    const files: FileSystem = {
      ...realFileSystem,
      link: () => {
        throw Object.assign(new Error("no"), { code: "EOPNOTSUPP" });
      },
    };
    expect(() => commit(brand, local, files)).toThrow(expect.objectContaining({ code: "unsupported" }));
  });

  it("leaves nothing in staging when all went well", () => {
    const { brand, local } = newBrand();
    commit(brand, local, realFileSystem);
    const left = readdirSync(join(brand, "tmp"), { recursive: true, withFileTypes: true });
    expect(left.filter((entry) => entry.isFile())).toEqual([]);
  });

  it("is adopted by whoever comes second with other bytes", () => {
    const { brand, local } = newBrand();
    const first = commit(brand, local, realFileSystem);
    const other = join(home, "other");
    writeFileSync(other, "rows in another order");
    expect(commit(brand, other, realFileSystem, "two")).toEqual(first);
    expectSound(brand);
  });
});

describe("a name taken by another", () => {
  const request = (folder: string, text: string) => ({
    content: Buffer.from(text),
    final: join(folder, "final"),
    staging: join(folder, "tmp"),
  });

  it("is lost to the first", () => {
    const { brand } = newBrand();
    expect(publish(request(brand, "a"))).toBe("won");
    expect(publish(request(brand, "b"))).toBe("lost");
    expect(readFileSync(join(brand, "final"), "utf8")).toBe("a");
  });

  it("is the same for equal bytes of a data file, and mended where they were damaged", () => {
    const { brand } = newBrand();
    const final = join(brand, `${sha256Of(Buffer.from("a"))}.parquet`);
    const data = { ...request(brand, "a"), final, isDataFile: true };
    publish(data);
    expect(publish(data)).toBe("same");
    rmSync(final);
    writeFileSync(final, "b");
    publish(data);
    expect(readFileSync(final, "utf8")).toBe("a");
  });
});

describe("a log with several writers", () => {
  it("numbers densely and keeps each task once", async () => {
    const { brand } = newBrand();
    const appender = fileURLToPath(new URL("./appender.ts", import.meta.url));
    const names = ["a", "b", "c", "d"];
    const ends = await Promise.all(
      names.map(
        (name) =>
          new Promise((resolve) =>
            spawn(process.execPath, [appender, brand, name, "12"], { stdio: "inherit" }).on("exit", resolve),
          ),
      ),
    );
    expect(ends).toEqual([0, 0, 0, 0]);
    const log = readLog(brand, 1);
    expect(log.map(({ version }) => version)).toEqual(Array.from(log.keys(), (at) => at + 1));
    const keys = log.map(({ taskKey }) => taskKey);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.length).toBe(5 * 12);
  });
});

describe("a flipped bit", () => {
  const flip = (path: string, at: number) => {
    const bytes = readFileSync(path);
    bytes[at] = (bytes[at] ?? 0) ^ 4;
    chmodSync(path, 0o644);
    writeFileSync(path, bytes);
  };
  const corrupt = (path: string) =>
    expect.objectContaining({ code: "corrupt", message: expect.stringContaining(path) });

  it("is found in a data file, whose artifact is named", () => {
    const { brand, local } = newBrand();
    const [file] = commit(brand, local, realFileSystem).files;
    if (!file) throw new Error("no file");
    verifiedPath(brand, file);
    flip(join(brand, file.path), 3);
    expect(() => verifiedPath(brand, file)).toThrow(corrupt(file.path));
    expect(() => verifiedPath(brand, file)).toThrow(
      expect.objectContaining({ details: expect.objectContaining({ key }) }),
    );
  });

  it("is found anywhere in an artifact's record", () => {
    const { brand, local } = newBrand();
    commit(brand, local, realFileSystem);
    const path = join(brand, artifactPlace(key), "artifact.json");
    const length = readFileSync(path).length;
    for (let at = 0; at < length; at += Math.ceil(length / 8)) {
      flip(path, at);
      expect(() => findArtifact(brand, key), `byte ${at}`).toThrow(corrupt("artifact.json"));
      flip(path, at);
    }
    expect(findArtifact(brand, key)).toBeDefined();
  });

  it("is found anywhere in a log entry, and a missing or swapped entry too", () => {
    const { brand, local } = newBrand();
    commit(brand, local, realFileSystem);
    for (const taskKey of ["second", "third"]) {
      appendEntry(brand, { kind: "note", body: {}, taskKey, at: "2026-06-30T00:00:00Z", app: "test" });
    }
    const [first = "", second = "", third = ""] = [1, 2, 3].map((version) => entryPath(brand, version));
    const length = readFileSync(second).length;
    for (let at = 0; at < length; at += Math.ceil(length / 8)) {
      flip(second, at);
      expect(() => readLog(brand, 1), `byte ${at}`).toThrow(corrupt(second));
      flip(second, at);
    }
    expect(readLog(brand, 1)).toHaveLength(3);
    const bytes = readFileSync(first);
    rmSync(first);
    expect(() => readLog(brand, 1)).toThrow(corrupt(first));
    writeFileSync(first, readFileSync(third));
    expect(() => readLog(brand, 1)).toThrow(corrupt(first));
    rmSync(first);
    writeFileSync(first, bytes);
    expect(readLog(brand, 2)).toHaveLength(2);
  });
});

import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Artifact } from "./artifact-store.ts";
import { RunResults } from "./run-results.ts";

let folder: string;
let made = 0;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "results-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function result(sha256 = "aa", bytes = 10) {
  const scratch = join(folder, `task-${made++}`);
  mkdirSync(scratch);
  for (const name of ["out.json", "rubbish"]) writeFileSync(join(scratch, name), "x");
  const localPath = join(scratch, "out.json");
  return { folder: scratch, files: [{ output: "out", path: localPath, localPath, sha256, bytes, rows: 1 }] };
}
const standing = (sha256 = "aa") =>
  ({ files: [{ output: "out", path: "p", sha256, bytes: 10, rows: 1 }] }) as unknown as Artifact;
const pathOf = (results: RunResults, key: string) => {
  const inUse = results.use([key]);
  inUse.release();
  return inUse.known[key]?.files[0]?.localPath;
};
const turn = () => new Promise((resolve) => setTimeout(resolve, 1));

describe("what a run made", () => {
  it("may be read at once, without what its task left beside it, and waits for its commit", async () => {
    const results = new RunResults({ workers: 1 });
    const commit = Promise.withResolvers<Artifact>();
    const one = result();
    expect(results.add("a", one, commit.promise)).toBe(true);
    expect(readdirSync(one.folder)).toEqual(["out.json"]);
    const inUse = results.use(["a", "a", "unknown"]);
    expect(Object.keys(inUse.known)).toEqual(["a"]);
    let isSettled = false;
    const settled = inUse.settled().then(() => {
      isSettled = true;
    });
    await turn();
    expect(isSettled).toBe(false);
    commit.resolve(standing());
    await settled;
    expect(pathOf(results, "a")).toBe(join(one.folder, "out.json"));
  });

  it("holds back whatever was made of it where its commit fails", async () => {
    const results = new RunResults({ workers: 1 });
    const commit = Promise.withResolvers<Artifact>();
    const one = result();
    results.add("a", one, commit.promise);
    const inUse = results.use(["a"]);
    commit.reject(new Error("no space"));
    await expect(inUse.settled()).rejects.toThrow("no space");
    expect(existsSync(one.folder)).toBe(true);
    inUse.release();
    await turn();
    expect([existsSync(one.folder), pathOf(results, "a")]).toEqual([false, undefined]);
  });

  it("holds it back too where other bytes stand on the share, and has them read from there", async () => {
    const results = new RunResults({ workers: 1 });
    results.add("a", result("aa"), Promise.resolve(standing("bb")));
    const inUse = results.use(["a"]);
    await expect(inUse.settled()).rejects.toMatchObject({ code: "conflict", details: { collected: ["a"] } });
    inUse.release();
    expect(pathOf(results, "a")).toBeUndefined();
  });

  it("takes no more of the disk than it may, but what is read or not yet committed", async () => {
    const results = new RunResults({ workers: 1, mostBytes: 15 });
    const commit = Promise.withResolvers<Artifact>();
    results.add("open", result(), commit.promise);
    results.add("read", result(), Promise.resolve(standing()));
    const inUse = results.use(["read"]);
    results.add("free", result(), Promise.resolve(standing()));
    await turn();
    expect(["open", "read", "free"].map((key) => pathOf(results, key) !== undefined)).toEqual([true, true, false]);
    inUse.release();
    expect(pathOf(results, "read")).toBeUndefined();
    commit.resolve(standing());
    await turn();
    expect(pathOf(results, "open")).toBeDefined();
  });

  it("is gone once its run has ended, whatever is still going on", async () => {
    const results = new RunResults({ workers: 1 });
    const commit = Promise.withResolvers<Artifact>();
    results.add("a", result(), commit.promise);
    results.add("b", result(), Promise.resolve(standing()));
    await turn();
    const inUse = results.use(["b"]);
    void results.close();
    expect(results.add("c", result(), Promise.resolve(standing()))).toBe(false);
    expect(readdirSync(folder)).toHaveLength(3);
    inUse.release();
    commit.resolve(standing());
    await expect.poll(() => readdirSync(folder)).toHaveLength(1); // that of c, which whoever made it takes away
  });

  it("ends once what its tasks left behind has ended", async () => {
    const results = new RunResults({ workers: 1 });
    const finish = Promise.withResolvers<void>();
    expect(results.finishBehind(finish.promise)).toBe(true);
    let isClosed = false;
    const closed = results.close().then(() => {
      isClosed = true;
    });
    await turn();
    expect([isClosed, results.finishBehind(Promise.resolve())]).toEqual([false, false]);
    finish.resolve();
    await closed;
  });

  it("goes as soon as it stands where nobody is to read it", async () => {
    const results = new RunResults({ workers: 1, mostBytes: 0 });
    const commit = Promise.withResolvers<Artifact>();
    results.add("a", result(), commit.promise);
    expect(readdirSync(folder)).toHaveLength(1);
    commit.resolve(standing());
    await turn();
    expect(readdirSync(folder)).toHaveLength(0);
    expect(results.use(["a"]).known).toEqual({ a: { files: standing().files } }); // read where it stands
  });

  it("is made by so many at a time, in order", async () => {
    const { slots } = new RunResults({ workers: 2 });
    const begun: number[] = [];
    const leave = await Promise.all([slots.enter(), slots.enter()]);
    const waiting = [1, 2].map((at) => slots.enter().then(() => begun.push(at)));
    await turn();
    expect(begun).toEqual([]);
    leave[0]?.();
    leave[0]?.();
    await turn();
    expect(begun).toEqual([1]);
    leave[1]?.();
    await Promise.all(waiting);
  });
});

describe("what another task made of the same bytes", () => {
  const files = [{ output: "out", path: "artifacts/ab/twin/aa.json", sha256: "aa", bytes: 10, rows: 1 }];

  it("may be read under that one's name until it is committed under its own, which whoever read it waits for", async () => {
    const results = new RunResults({ workers: 1 });
    const commit = Promise.withResolvers<Artifact>();
    expect(results.adopt("a", files, commit.promise)).toBe(true);
    const inUse = results.use(["a"]);
    expect(inUse.known["a"]?.files).toEqual(files);
    let isSettled = false;
    const settled = inUse.settled().then(() => {
      isSettled = true;
    });
    await turn();
    expect(isSettled).toBe(false);
    commit.resolve(standing());
    await settled;
    const after = results.use(["a"]);
    expect(after.known["a"]?.files[0]?.path).toBe("p");
    for (const one of [inUse, after]) one.release();
    await results.close();
  });

  it("is forgotten where its commit fails, or other bytes stand", async () => {
    const results = new RunResults({ workers: 1 });
    results.adopt("a", files, Promise.reject(new Error("no space")));
    results.adopt("b", files, Promise.resolve(standing("bb")));
    await turn();
    expect(results.use(["a", "b"]).known).toEqual({});
    await results.close();
    expect(results.adopt("c", files, Promise.resolve(standing()))).toBe(false);
  });
});

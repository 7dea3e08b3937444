import { execFileSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { join, matchesGlob } from "node:path";
import { describe, expect, test } from "vitest";
import { readSources, root, runtimeClosure } from "../support/source-graph.ts";

const sources = readSources();
const files = [...sources.values()];

test("there are sources to judge", () => {
  expect(files.length).toBeGreaterThan(150);
  expect(files.flatMap(({ imports }) => imports).length).toBeGreaterThan(600);
});

test("the import rules are those of the list of layers, and each file has a layer", () => {
  expect(() =>
    execFileSync(process.execPath, [join(root, "scripts/layers.mjs"), "--check"], { stdio: "pipe" }),
  ).not.toThrow();
});

test("no file is longer than 400 lines", () => {
  const tests = globSync("{src,test}/**/*.{ts,tsx,css}", { cwd: root });
  const long = tests.map((path) => ({ path, lines: readFileSync(join(root, path), "utf8").split("\n").length - 1 }));
  expect(long.filter(({ lines }) => lines > 400)).toEqual([]);
});

describe("one door for each package that binds", () => {
  test.each([
    ["@duckdb/*", ["src/workers/engine/duckdb.ts"]],
    ["better-sqlite3", ["src/main/store/database.ts"]],
    ["piscina", ["src/workers/pool.ts"]],
    ["{bullmq,ioredis}", ["src/main/schedule/broker/*.ts"]],
    ["ws", ["src/main/transports/*.ts"]],
    ["electron", ["src/main/electron/*.ts", "src/main/entries/desktop.ts", "src/preload/index.ts"]],
    ["recharts", ["src/renderer/charts/**"]],
    ["@tanstack/react-table", ["src/renderer/table/**"]],
  ])("%s", (name, doors) => {
    const importers = files.filter(({ imports }) => imports.some(({ specifier }) => matchesGlob(specifier, name)));
    expect(importers.map(({ path }) => path).filter((path) => !doors.some((door) => matchesGlob(path, door)))).toEqual(
      [],
    );
  });
});

describe("what a file needs when it runs", () => {
  const closure = (entry: string) => runtimeClosure(sources, entry);

  test("the contract's client has no schemas in it", () => {
    for (const entry of ["src/shared/api/client.ts", "src/shared/api/bridge.ts"]) {
      expect([...closure(entry)].filter((one) => !one.startsWith("src/shared/"))).toEqual([]);
    }
  });

  test("the core and the browser shell have no Electron in them", () => {
    for (const entry of ["src/main/core.ts", "src/main/entries/server.ts", "src/main/entries/cli.ts"]) {
      expect(closure(entry).size).toBeGreaterThan(20);
      expect([...closure(entry)].filter((one) => one === "electron" || one.startsWith("src/main/electron/"))).toEqual(
        [],
      );
    }
  });

  test("the core loads no engine: no DuckDB, no pool", () => {
    const heavy = [...closure("src/main/core.ts")].filter((one) => one.startsWith("@duckdb/") || one === "piscina");
    expect(heavy).toEqual([]);
  });

  test("the desktop waits for nothing at the top of a module, or Electron would never be ready", () => {
    const waiting = [...closure("src/main/entries/desktop.ts")].filter((one) => sources.get(one)?.hasTopLevelAwait);
    expect(waiting).toEqual([]);
    expect(closure("src/main/entries/desktop.ts")).toContain("src/main/core.ts");
  });

  test("the preload is Electron and the names of channels", () => {
    expect([...closure("src/preload/index.ts")].sort()).toEqual([
      "electron",
      "src/preload/bridge.ts",
      "src/preload/index.ts",
      "src/shared/api/bridge.ts",
    ]);
  });
});

test("windows are made in one place, with its preferences", () => {
  const makers = files.filter(({ path }) =>
    /new (BrowserWindow|WebContentsView|BrowserView)\b/.test(readFileSync(join(root, path), "utf8")),
  );
  expect(makers.map(({ path }) => path)).toEqual(["src/main/entries/desktop.ts"]);
});

test("the page reaches the main process by the bridge alone", () => {
  const preload = readFileSync(join(root, "src/preload/index.ts"), "utf8");
  expect(preload.match(/exposeInMainWorld\([^)]*\)/g)).toHaveLength(1);
  expect(preload).toContain('exposeInMainWorld("assay", createBridge(ipcRenderer, webUtils))');
});

test("queries that end silently on an error are not used", () => {
  const silent = /\.(streamAndRead\w*|startStream\w*|streamAndReadAll)\(/;
  expect(
    files.filter(({ path }) => silent.test(readFileSync(join(root, path), "utf8"))).map(({ path }) => path),
  ).toEqual([]);
});

test("no folder's name becomes a column of what is read", () => {
  const readers = files
    .map(({ path }) => ({ path, text: readFileSync(join(root, path), "utf8") }))
    .filter(({ text }) => /\bread_(parquet|csv|json)\(\$\{/.test(text));
  expect(readers.map(({ path }) => path)).toContain("src/workers/engine/sql.ts");
  expect(readers.filter(({ text }) => !text.includes("hive_partitioning = ")).map(({ path }) => path)).toEqual([]);
});

import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { root } from "../support/source-graph.ts";

/** Files that must be refused, by what they import. */
const planted: Readonly<Record<string, string>> = {
  "src/shared/base/planted.ts": 'export type { X } from "../domain/planted.ts";',
  "src/shared/domain/planted.ts": 'import { readFileSync } from "node:fs";\nexport const x = readFileSync;',
  "src/shared/api/planted.ts": 'import type { X } from "../../main/core.ts";\nexport type Y = X;',
  "src/workers/numeric/planted.ts": 'import { x } from "../engine/planted.ts";\nexport const y = x;',
  "src/workers/features/planted.ts": 'import { x } from "../models/planted.ts";\nexport const y = x;',
  "src/workers/query/planted.ts": 'import duckdb from "@duckdb/node-api";\nexport const y = duckdb;',
  "src/workers/models/value/planted.ts": 'import { readFileSync } from "node:fs";\nexport const x = readFileSync;',
  "src/main/store/planted.ts": 'import SQLite from "better-sqlite3";\nexport const x = SQLite;',
  "src/main/plan/planted.ts": 'import { x } from "../store/planted.ts";\nexport const y = x;',
  "src/main/api/planted.ts": 'import { app } from "electron";\nexport const x = app;',
  "src/main/core.ts": 'import { x } from "./transports/planted.ts";\nexport const y = x;',
  "src/main/transports/planted.ts": 'export const x = () => import("../store/planted.ts");',
  "src/main/entries/planted.ts": 'import { x } from "../electron/planted.ts";\nexport const y = x;',
  "src/preload/planted.ts": 'import { x } from "../main/transports/planted.ts";\nexport const y = x;',
  "src/renderer/components/planted.ts": 'import { Line } from "recharts";\nexport const x = Line;',
  "src/renderer/views/a/planted.ts": 'import { x } from "../b/planted.ts";\nexport const y = x;',
};
/** Files that must pass. */
const fine: Readonly<Record<string, string>> = {
  "src/workers/models/value/fine.ts": 'import { x } from "../../features/fine.ts";\nexport const y = x;',
  "src/workers/features/fine.ts": 'import { x } from "../customers/fine.ts";\nexport const y = x;',
  "src/main/store/database.ts": 'import SQLite from "better-sqlite3";\nexport const x = SQLite;',
  "src/main/entries/desktop.ts":
    'import { app } from "electron";\nimport { x } from "../electron/fine.ts";\nexport const y = [app, x];',
  "src/main/transports/fine.ts":
    'import type { Core } from "../core.ts";\nimport { WebSocket } from "ws";\nexport const x: [Core?, WebSocket?] = [];',
  "src/renderer/views/b/fine.ts": 'import { x } from "../../components/fine.ts";\nexport const y = x;',
  "src/renderer/charts/fine.ts": 'import { Line } from "recharts";\nexport const x = Line;',
  "src/workers/query/planted.test.ts": 'import duckdb from "@duckdb/node-api";\nexport const y = duckdb;',
};
const circle = {
  "src/shared/base/one.ts": 'import { b } from "./two.ts";\nexport const a = b;',
  "src/shared/base/two.ts": 'import { a } from "./one.ts";\nexport const b = a;',
};

const folder = mkdtempSync(join(tmpdir(), "assay-planted-"));
let found: { path: string; rule: string }[] = [];

beforeAll(async () => {
  for (const [path, text] of Object.entries({ ...planted, ...fine, ...circle })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), `${text}\n`);
  }
  cpSync(join(root, "package.json"), join(folder, "package.json"));
  const rules = JSON.parse(readFileSync(join(root, "biome.json"), "utf8"));
  const { $schema: _, ...config } = { ...rules, vcs: { enabled: false } };
  writeFileSync(join(folder, "biome.json"), JSON.stringify(config));
  const biome = join(root, "node_modules/@biomejs/biome/bin/biome");
  const options = [
    "lint",
    "--reporter=json",
    "--max-diagnostics=500",
    "--only=style/noRestrictedImports",
    "--only=suspicious/noImportCycles",
    "src",
  ];
  const { stdout } = await promisify(execFile)(process.execPath, [biome, ...options], { cwd: folder }).catch(
    (failed: { stdout: string }) => failed,
  );
  const { diagnostics } = JSON.parse(stdout) as {
    diagnostics: { category: string; location: { path: string | { file: string } } }[];
  };
  found = diagnostics.map(({ category, location }) => ({
    rule: category,
    path: typeof location.path === "string" ? location.path : location.path.file,
  }));
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

const pathsOf = (rule: string) =>
  [...new Set(found.filter((one) => one.rule.endsWith(rule)).map(({ path }) => path.replaceAll("\\", "/")))].sort();

test("every planted import is refused and no proper one is", () => {
  expect(pathsOf("noRestrictedImports")).toEqual(Object.keys(planted).sort());
});

test("a circle of imports is refused", () => {
  expect(pathsOf("noImportCycles")).toEqual(Object.keys(circle).sort());
});

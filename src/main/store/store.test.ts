import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openStore, type Store } from "./store.ts";

let folder = "";
let store: Store;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "assay-store-"));
  store = await openStore(folder);
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const entry = (version: number) => ({
  version,
  kind: "brand_created",
  at: "2026-01-01T00:00:00Z",
  body: { brand: "a", n: version },
});
const run = (run_id: string, requested_at: string, state = "running") => ({
  run_id,
  requested_at,
  state,
  warnings: ["w"],
});

test("log entries come back up to the first gap, whoever adds them", async () => {
  await store.entries.append("w/a", [entry(1), entry(2)]);
  const other = await openStore(folder);
  await Promise.all([
    other.entries.append("w/a", [entry(2), entry(3), entry(5)]),
    store.entries.append("w/b", [entry(1)]),
  ]);
  await other.close();
  expect(await store.entries.read("w/a", 1)).toEqual([entry(1), entry(2), entry(3)]);
  expect(await store.entries.read("w/a", 2)).toEqual([entry(2), entry(3)]);
  await store.entries.forget("w/a");
  expect([await store.entries.read("w/a", 1), await store.entries.read("w/b", 1)]).toEqual([[], [entry(1)]]);
});

test("runs are kept whole, the latest first, with their tasks in order", async () => {
  await store.saveRun("a", run("r1", "2026-01-01"), [{ key: "k2" }, { key: "k1" }]);
  await store.saveRun("a", run("r2", "2026-01-02"), []);
  await store.saveRun("b", run("r3", "2026-01-03"), []);
  await store.saveRun("a", run("r1", "2026-01-01", "done"), [{ key: "k2" }]);
  expect({
    a: await store.listRuns("a"),
    tasks: await store.readTasks("a", "r1"),
    ofAnother: await store.readTasks("b", "r1"),
  }).toEqual({ a: [run("r2", "2026-01-02"), run("r1", "2026-01-01", "done")], tasks: [{ key: "k2" }], ofAnother: [] });
});

test("settings and workspaces stay", async () => {
  await store.setSetting("theme", "dark");
  await store.setSetting("columns", { shown: ["a"], width: null });
  await store.setSetting("theme", "light");
  await store.rememberWorkspace("/a", "2026-01-01");
  await store.rememberWorkspace("/b", "2026-01-02");
  await store.rememberWorkspace("/a", "2026-01-03");
  await store.close();
  store = await openStore(folder);
  expect([await store.settings(), await store.recentWorkspaces()]).toEqual([
    { theme: "light", columns: { shown: ["a"], width: null } },
    [
      { path: "/a", opened_at: "2026-01-03" },
      { path: "/b", opened_at: "2026-01-02" },
    ],
  ]);
});

test("people are searched by scope while another index is built", async () => {
  const anna = { customer_id: "0".repeat(20), name: "Anna", email: null, phone: null, place: null };
  const build = await store.beginIndex("w/a", "s1");
  await build.add(Array.from({ length: 4_500 }, (_, at) => ({ ...anna, name: `Anna ${at}` })));
  expect(await store.indexedSnapshot("w/a")).toBeNull();
  await build.finish();
  expect([await store.indexedSnapshot("w/a"), await store.searchPeople("w/a", "ann 44", 2)]).toEqual([
    "s1",
    [
      { ...anna, name: "Anna 44" },
      { ...anna, name: "Anna 440" },
    ],
  ]);
});

test("a file that is deleted or damaged under way is made again", async () => {
  await store.setSetting("a", 1);
  rmSync(join(folder, "assay.db"));
  expect(await store.settings()).toEqual({});
  await store.setSetting("b", 2);
  await store.close();
  writeFileSync(join(folder, "assay.db"), "x".repeat(9_000));
  store = await openStore(folder);
  await store.setSetting("c", 3);
  expect(await store.settings()).toEqual({ c: 3 });
});

test("two processes' worth of writers lose nothing", async () => {
  const others = await Promise.all([1, 2, 3].map(() => openStore(folder)));
  await Promise.all(others.flatMap((one, at) => Array.from({ length: 20 }, (_, n) => one.setSetting(`${at}:${n}`, n))));
  expect(Object.keys(await store.settings())).toHaveLength(60);
  await Promise.all(others.map((one) => one.close()));
});

test("a closed store says so", async () => {
  await store.close();
  await expect(store.settings()).rejects.toMatchObject({ code: "unavailable" });
});

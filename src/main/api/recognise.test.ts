import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openStore, type Store } from "../store/store.ts";
import type { ApiContext } from "./context.ts";
import { glanceAtFiles, recogniseFiles } from "./recognise.ts";

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "assay-recognise-"));
  store = await openStore(folder);
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const { signal } = new AbortController();

/** An engine with files as they stand, which tells what it opened. */
function contextOf(files: Map<string, string>, version = "1.0.0", kept: Partial<Store> = {}) {
  const opened: string[][] = [];
  const said: string[] = [];
  const call = async (name: string, { except = [] }: { except?: readonly string[] }) => {
    const paths = [...files.keys()];
    if (name === "sources.list") return { files: paths.map((path) => ({ path, stamp: files.get(path) })), skipped: [] };
    const asked = paths.filter((path) => !except.includes(path));
    opened.push(asked);
    return { files: asked.map((path) => ({ path, layout: `as ${files.get(path)}` })), skipped: [] };
  };
  const context = { engine: { call }, store: { ...store, ...kept }, version, log: (line: string) => said.push(line) };
  return { ctx: context as unknown as ApiContext, opened, said };
}

it("opens a file again only once it has changed, and names all in their order", async () => {
  const files = new Map([
    ["/in/a.csv", "a1"],
    ["/in/b.csv", "b1"],
    ["/in/c.csv", "c1"],
  ]);
  const { ctx, opened } = contextOf(files);
  await recogniseFiles(ctx, ["/in"], {}, signal);
  expect(await glanceAtFiles(ctx, ["/in"], signal)).toEqual(
    ["a", "b", "c"].map((name) => ({ path: `/in/${name}.csv`, layout: `as ${name}1` })),
  );
  files.set("/in/b.csv", "b2");
  files.set("/in/d.csv", "d1");
  const seen = await glanceAtFiles(ctx, ["/in"], signal);
  expect(seen.map(({ layout }) => layout)).toEqual(["as a1", "as b2", "as c1", "as d1"]);
  await glanceAtFiles(ctx, ["/in"], signal);
  expect(opened).toEqual([
    ["/in/a.csv", "/in/b.csv", "/in/c.csv"],
    ["/in/b.csv", "/in/d.csv"],
  ]);
});

it("goes by nothing that another version of the program recognised, nor by a file that is gone", async () => {
  const files = new Map([["/in/a.csv", "a1"]]);
  await glanceAtFiles(contextOf(files).ctx, ["/in"], signal);
  const newer = contextOf(files, "1.1.0");
  await glanceAtFiles(newer.ctx, ["/in"], signal);
  expect(newer.opened).toEqual([["/in/a.csv"]]);
  const gone = contextOf(new Map([["/in/a.csv", ""]]), "1.1.0");
  await glanceAtFiles(gone.ctx, ["/in"], signal);
  await glanceAtFiles(gone.ctx, ["/in"], signal);
  expect(gone.opened).toEqual([["/in/a.csv"], ["/in/a.csv"]]);
});

it("takes files in where nothing can be kept in mind, and says so", async () => {
  const rememberRecognised = async () => {
    throw new Error("The local store can't be written.");
  };
  const { ctx, said } = contextOf(new Map([["/in/a.csv", "a1"]]), "1.0.0", { rememberRecognised });
  expect((await recogniseFiles(ctx, ["/in"], {}, signal)).files).toHaveLength(1);
  expect(await glanceAtFiles(ctx, ["/in"], signal)).toHaveLength(1);
  expect(said).toHaveLength(2);
});

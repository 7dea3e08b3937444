import { chmodSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { quickFolder } from "../../../test/support/folders.ts";
import { type KeptBrand, keptBrand, keyOf, sampleUsage } from "../../../test/support/kept-brand.ts";
import { toOlderLayout } from "../../../test/support/older-layout.ts";
import { findArtifacts, type RecordReader } from "./find-artifacts.ts";
import { artifactPlace } from "./layout.ts";

let root: string;
let brand: KeptBrand;
const names = Array.from({ length: 80 }, (_, n) => `artifact ${n}`);
const keys = [...names.map(keyOf), keyOf("nobody made it")];
beforeEach(() => {
  root = quickFolder("finding");
  brand = keptBrand(join(root, "brand"), join(root, "scratch"));
  for (const name of names) brand.make(name);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const about = { rows: 20, bytes: expect.any(Number), seconds: 2, usage: sampleUsage };

test("all that are there are told in the order that they were asked for, a second time by a look at each", async () => {
  const expected = names.map((name) => ({ key: keyOf(name), ...about, attempt: `a-${name}` }));
  const first = await findArtifacts(brand.brandDir, keys);
  expect(first).toEqual({ found: expected, damaged: [] });
  expect(await findArtifacts(brand.brandDir, keys)).toEqual(first);
  expect(await findArtifacts(brand.brandDir, [])).toEqual({ found: [], damaged: [] });
});

test("what was damaged, removed or made since is seen", async () => {
  await findArtifacts(brand.brandDir, keys);
  const record = join(brand.brandDir, artifactPlace(keyOf("artifact 3")), "artifact.json");
  chmodSync(record, 0o644);
  writeFileSync(record, readFileSync(record, "utf8").replace('"seconds":2', '"seconds":3'));
  rmSync(join(brand.brandDir, artifactPlace(keyOf("artifact 4"))), { recursive: true });
  brand.make("nobody made it");
  const { found, damaged } = await findArtifacts(brand.brandDir, keys);
  expect(damaged).toEqual([keyOf("artifact 3")]);
  expect(found.map(({ key }) => key)).toEqual(keys.filter((_, at) => at !== 3 && at !== 4));
});

test("where the older layout has them they are found as well", async () => {
  brand.publish("today", names, "2026-06-30");
  toOlderLayout(brand.brandDir);
  expect((await findArtifacts(brand.brandDir, keys)).found).toHaveLength(names.length);
});

test("round trips overlap, and an error of the share ends the look", async () => {
  let [open, most] = [0, 0];
  const slow: RecordReader = {
    state: async () => undefined,
    read: async () => {
      most = Math.max(most, ++open);
      await new Promise((resolve) => setTimeout(resolve, 2));
      open--;
      return undefined;
    },
  };
  expect(await findArtifacts("/elsewhere", keys, slow)).toEqual({ found: [], damaged: [] });
  expect(most).toBe(32);
  const broken: RecordReader = { ...slow, read: () => Promise.reject(new Error("EIO")) };
  await expect(findArtifacts("/elsewhere", keys, broken)).rejects.toThrow("EIO");
});

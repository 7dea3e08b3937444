import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { AssayError } from "../../src/shared/base/errors.ts";
import { findArtifact } from "../../src/workers/engine/artifact-store.ts";
import { standingOf } from "../../src/workers/engine/brand-log.ts";
import { verifyBrand } from "../../src/workers/engine/verify.ts";
import { type Call, type Fault, faultyFiles, type Operation } from "../support/faulty-files.ts";
import { quickFolder } from "../support/folders.ts";
import { type KeptBrand, keptBrand, keyOf } from "../support/kept-brand.ts";

const root = quickFolder("collect-faults");
afterAll(() => rmSync(root, { recursive: true, force: true }));
let stores = 0;

const kept = ["raw", "base", "profiles"];
const going = ["old", "older"];

/** Of what two collections go through: one has named two artifacts; the next one sets them aside, the one after deletes them. */
async function furnished(): Promise<KeptBrand> {
  const at = join(root, `store-${stores++}`);
  const brand = keptBrand(join(at, "brand"), join(at, "scratch"));
  const inputs: Readonly<Record<string, readonly string[]>> = { base: ["raw"], profiles: ["base"] };
  for (const name of [...kept, ...going]) brand.make(name, { inputs: inputs[name] ?? [] });
  brand.publish("today", ["profiles"], "2026-06-30");
  await brand.collect({ unused_days: 14, wait_hours: 24 });
  return brand;
}

const isFull = process.env.ASSAY_FAULTS === "full";
const errnos: Partial<Record<Operation, readonly string[]>> = {
  open: ["EIO", "ENOSPC", "ESTALE"],
  write: ["EIO", "EDQUOT"],
  fsync: ["EIO", "EDQUOT"],
  link: ["EIO", "EEXIST", "ESTALE", "ENOENT", "ENOSPC"],
  rename: ["EIO", "ENOENT", "ENOTEMPTY", "ESTALE"],
  unlink: ["EIO", "ENOENT", "EBUSY"],
  mkdir: ["EIO", "ENOSPC"],
  readFile: ["EIO", "ESTALE"],
  list: ["EIO", "ESTALE"],
};
const doneYetFails = new Set<Operation>(["link", "rename", "unlink", "mkdir"]);

function faultsOf({ operation }: Call): Fault[] {
  const names = (errnos[operation] ?? []).slice(0, isFull ? undefined : 1);
  return [
    { kind: "kill" },
    { kind: "kill after" },
    ...(isFull ? names.map((errno): Fault => ({ kind: "fails", errno })) : []),
    ...(doneYetFails.has(operation) ? names.map((errno): Fault => ({ kind: "done, yet fails", errno })) : []),
  ];
}

const rules = { unused_days: 14 };
const isThere = (brand: KeptBrand, name: string) => findArtifact(brand.brandDir, keyOf(name)) !== undefined;

/** A collection meets a fault; meanwhile somebody makes one of its artifacts again and an entry needs it; then collections go through. */
async function tryFault(begins: "setting aside" | "deleting", at: number, fault: Fault): Promise<void> {
  const brand = await furnished();
  if (begins === "deleting") await brand.collect(rules);
  const faulty = faultyFiles(at, fault);
  try {
    await brand.collect(rules, { files: faulty.files });
  } catch (error) {
    if (!faulty.wasKilled()) expect(error).toBeInstanceOf(AssayError);
  } finally {
    faulty.close();
  }
  expect(verifyBrand(brand.brandDir).findings).toEqual([]);
  publishAgain(brand);
  for (let n = 0; n < 3; n++) await brand.collect(rules);
  expect([...kept, ...going].map((name) => isThere(brand, name))).toEqual([true, true, true, true, false]);
  const { standing } = standingOf(brand.brandDir);
  expect([standing.retired.size, standing.removed.size, standing.trashes.size]).toEqual([0, 0, 0]);
  expect(verifyBrand(brand.brandDir).findings).toEqual([]);
  rmSync(join(brand.brandDir, ".."), { recursive: true, force: true });
}

function publishAgain(brand: KeptBrand): void {
  for (let tries = 1; ; tries++) {
    try {
      if (!isThere(brand, "old")) brand.make("old");
      brand.publish("tomorrow", ["profiles", "old"], "2026-07-01");
      return;
    } catch (error) {
      if (tries >= 3 || !(error instanceof AssayError) || error.code !== "conflict") throw error;
    }
  }
}

async function traceOf(begins: "setting aside" | "deleting"): Promise<readonly Call[]> {
  const brand = await furnished();
  if (begins === "deleting") await brand.collect(rules);
  const traced = faultyFiles();
  await brand.collect(rules, { files: traced.files });
  expect(existsSync(join(brand.brandDir, "artifacts"))).toBe(true);
  return traced.calls;
}

describe.each(["setting aside", "deleting"] as const)("a collection that is %s", (begins) => {
  test("loses nothing that is needed, whatever befalls any of its calls, and the next one ends it", {
    timeout: 300_000,
  }, async () => {
    const calls = await traceOf(begins);
    expect(calls.some(({ operation }) => operation === "rename")).toBe(true);
    let tried = 0;
    for (const [at, call] of calls.entries()) {
      const isChange = !["read", "readFile", "list", "size", "close"].includes(call.operation);
      if (!isFull && !isChange) continue;
      for (const fault of faultsOf(call)) {
        try {
          await tryFault(begins, at, fault);
        } catch (error) {
          throw new Error(`${JSON.stringify(fault)} at call ${at}, ${call.operation} ${call.path}`, { cause: error });
        }
        tried++;
      }
    }
    expect(tried).toBeGreaterThan(20);
  });
});

import { chmodSync, existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { publishArtifact } from "../engine/artifact-store.ts";
import { openSession, type Session } from "../engine/duckdb.ts";
import { artifactPlace } from "../engine/layout.ts";
import { type Erasing, eraseFromArtifacts } from "./erase-artifacts.ts";

const key = "ab".padEnd(64, "1");
const person = { emails: [], phones: [], cards: [], visitors: [], records: [], orders: [], customer_ids: ["c1"] };
let root: string;
let brandDir: string;
let session: Session;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "erase-artifacts-"));
  brandDir = join(root, "brand");
  session = await openSession({ memoryLimit: 2e8, threads: 1, scratch: root });
});
afterEach(() => {
  session.close();
  rmSync(root, { recursive: true, force: true });
});

const erasing = (isDry: boolean): Erasing => ({
  session,
  brandDir,
  erasure: "e1",
  person,
  scratch: root,
  isDry,
  signal: new AbortController().signal,
  progress: () => {},
});

async function publishDamaged(): Promise<string> {
  const localPath = join(root, "values.parquet");
  await session.toParquet("SELECT 'c1' AS customer_id", localPath);
  const outputs = [{ name: "values", kind: "parquet" as const, localPath, rows: 1 }];
  publishArtifact(brandDir, {
    key,
    step: "sample",
    version: 1,
    params: {},
    inputs: {},
    parts: {},
    seconds: 0,
    attempt: "attempt",
    outputs,
  });
  const folder = join(brandDir, artifactPlace(key));
  chmodSync(join(folder, "artifact.json"), 0o644);
  writeFileSync(join(folder, "artifact.json"), "{");
  return folder;
}

test("a damaged artifact is set aside, but by no dry run", async () => {
  const folder = await publishDamaged();
  expect(await eraseFromArtifacts(erasing(true))).toEqual({ artifacts: 0, rows: {} });
  expect(existsSync(folder)).toBe(true);
  expect(await eraseFromArtifacts(erasing(false))).toEqual({ artifacts: 0, rows: {} });
  expect(existsSync(folder)).toBe(false);
});

test("artifacts that can't be listed don't pass for none, which would leave the person in them", async () => {
  await publishDamaged();
  rmSync(join(brandDir, "artifacts"), { recursive: true, force: true });
  symlinkSync("artifacts", join(brandDir, "artifacts"));
  await expect(eraseFromArtifacts(erasing(false))).rejects.toMatchObject({ code: "unavailable" });
});

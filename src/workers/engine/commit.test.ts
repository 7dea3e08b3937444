import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { commitOnce } from "../../../test/support/one-commit.ts";
import { watchShareCalls } from "../../../test/support/share-calls.ts";
import { taskNode } from "../../../test/support/tasks.ts";
import { publishFiles, publishRecord, requireArtifact } from "./artifact-store.ts";
import { appendEntry } from "./brand-log.ts";
import { finishTask, prepareTask } from "./commit.ts";

let folder: string;
let brandDir: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "commit-"));
  brandDir = join(folder, "brand");
  for (const name of ["log", "artifacts", "tmp"]) mkdirSync(join(brandDir, name), { recursive: true });
  appendEntry(brandDir, { kind: "first", body: null, taskKey: "first", at: "2026-01-01T00:00:00Z", app: "test" });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const input = "abc0".padEnd(64, "1");

/** Claims a task that reads one artifact, commits one file for it, and lets go; gives the round trips of each part. */
function commit(key: string, files = 1): { prepare: number; stage: number; seal: number; finish: number } {
  const known = { [input]: { files: requireArtifact(brandDir, input).files } };
  const node = taskNode(key, [], { inputs: { rows: [{ key: input, output: "json" }] } });
  const watched = watchShareCalls(brandDir);
  let before = 0;
  const since = () => {
    const trips = watched.roundTrips() - before;
    before += trips;
    return trips;
  };
  try {
    const { claim, contentKey } = prepareTask({ brandDir, node, attempt: "run", known, adopts: true });
    if (!claim) throw new Error("somebody has it");
    const prepare = since();
    const outputs = Array.from({ length: files }, (_, at) => {
      const localPath = join(folder, "scratch", `first.${["json", "parquet"][at]}`);
      return { name: `out${at}`, kind: "json" as const, localPath, rows: 1 };
    });
    const made = { key, step: "s", version: 1, params: {}, inputs: {}, parts: {}, seconds: 1, attempt: "run", outputs };
    const staged = publishFiles(brandDir, made);
    const stage = since();
    publishRecord(staged);
    const seal = since();
    finishTask({ brandDir, key, claim, contentKey: `${key.slice(0, 3)}${contentKey}` });
    return { prepare, stage, seal, finish: since() };
  } finally {
    watched.stop();
  }
}

describe("a task's round trips to the shared directory", () => {
  beforeEach(() => {
    commitOnce({ brandDir, scratch: join(folder, "scratch"), attempt: "first", key: input });
    commit("abc1".padEnd(64, "2"));
  });

  it("are these where its folders stand", () => {
    // claim made and closed, look, hint | folder made and synced, file of eight, its folder synced | record of eight, its folder synced |
    // hint made and closed, claim read and taken away
    expect(commit("abc2".padEnd(64, "2"))).toEqual({ prepare: 4, stage: 1 + 3 + 8 + 3, seal: 8 + 3, finish: 2 + 4 });
  });

  it("are eight more with each further file", () => {
    expect(commit("abc2".padEnd(64, "2"), 2).stage).toBe(1 + 3 + 2 * 8 + 3);
  });

  it("are a few more where it is the first of its folders", () => {
    expect(commit("def1".padEnd(64, "2"))).toEqual({ prepare: 4 + 2, stage: 15 + 2 + 3, seal: 11, finish: 6 + 2 });
  });

  it("leave no claim behind, and a second one finds the first's result", () => {
    const key = "abc2".padEnd(64, "2");
    commit(key);
    expect(readdirSync(join(brandDir, "claims", "ab"))).toEqual([]);
    const node = taskNode(key, [], { inputs: { rows: [{ key: input, output: "json" }] } });
    const again = prepareTask({ brandDir, node, attempt: "two", known: {}, adopts: true });
    expect([again.claim === null, again.present?.key]).toEqual([false, key]);
  });
});

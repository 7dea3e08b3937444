import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createCore } from "../../src/main/core.ts";
import { findArtifact, verifiedPath } from "../../src/workers/engine/artifact-store.ts";
import { verifyBrand } from "../../src/workers/engine/verify.ts";
import { takeDemo } from "../support/demo-workspace.ts";
import { publishedTables } from "../support/same-tables.ts";

const brand = "small";
const isLinux = process.platform === "linux";
const isFull = process.env.ASSAY_FAULTS === "full";
const why = !isLinux ? " (skipped: needs /proc)" : isFull ? "" : " (skipped: npm run test:faults has it)";
/** Milliseconds of a round trip: some 40 of them are a commit. */
const tripMs = "12";
let folder: string;
let fresh: string;
let expected: Record<string, string[]>;
const children: ChildProcess[] = [];

interface Told {
  readonly state: string;
  readonly error: unknown;
  readonly made: number;
  readonly committed: readonly string[];
  readonly reused: readonly string[];
}

function copyOf(name: string): string {
  const path = join(folder, name);
  cpSync(fresh, path, { recursive: true });
  return path;
}

/** A run in processes of its own; `latest` is what it told last. */
function startSlowRun(workspace: string, name: string) {
  const sums = join(folder, `sums-${name}`);
  mkdirSync(sums);
  const entry = join(import.meta.dirname, "../support/slow-run-process.ts");
  const child = spawn(process.execPath, [entry, workspace, join(folder, `data-${name}`), brand], {
    env: { ...process.env, SLOW_SHARE: workspace, SLOW_SHARE_MS: tripMs, SLOW_SHARE_SUMS: sums },
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
  });
  children.push(child);
  let [latest, rest]: [Told | undefined, string] = [undefined, ""];
  child.stdout.on("data", (part: Buffer) => {
    const lines = (rest + part.toString()).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) latest = JSON.parse(line) as Told;
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  return {
    child,
    ended,
    told: () => latest,
    /** Waits until so many are committed and some are made and not committed. */
    until: async (committed: number) => {
      while (!latest || latest.committed.length < committed || latest.made < 2) {
        if (child.exitCode !== null) throw new Error(`ended: ${JSON.stringify(latest?.error)}`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return latest;
    },
  };
}

function engineOf({ pid }: ChildProcess): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").map(Number);
  const engine = children.find((one) => readFileSync(`/proc/${one}/cmdline`, "utf8").includes("engine-process"));
  if (engine === undefined) throw new Error("no engine");
  return engine;
}

/** What was said to be committed lies there whole, and nothing else can be seen that isn't. */
function expectWhole(workspace: string, committed: Iterable<string>): void {
  const brandDir = join(workspace, "brands", brand);
  for (const key of committed) {
    const artifact = findArtifact(brandDir, key);
    expect(artifact?.key).toBe(key);
    for (const file of artifact?.files ?? []) verifiedPath(brandDir, file);
  }
  expect(verifyBrand(brandDir).findings).toEqual([]);
}

async function expectSameTables(workspace: string, name: string): Promise<void> {
  const core = await createCore({ dataFolder: join(folder, `data-${name}`), workspace });
  try {
    const tables = await publishedTables(core.client, brand);
    for (const [table, rows] of Object.entries(expected))
      expect({ table, rows: tables[table] }).toEqual({ table, rows });
  } finally {
    await core.close();
  }
}

describe.skipIf(!isLinux || !isFull)(`results that are made and not committed${why}`, () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "assay-made-"));
    fresh = join(folder, "fresh");
    const core = await createCore({ dataFolder: join(folder, "data") });
    await takeDemo(core.client, { brand, exports: join(folder, "exports"), workspace: fresh, customers: 60, seed: 3 });
    await core.close();
    const alone = await createCore({ dataFolder: join(folder, "data-alone"), workspace: copyOf("alone") });
    await alone.client.stream("runs.start", { brand, workers: 2 });
    expected = await publishedTables(alone.client, brand);
    await alone.close();
  }, 300_000);
  afterEach(async () => {
    for (const { pid, exitCode, signalCode } of children.splice(0))
      if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, "SIGKILL");
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }), 60_000);

  it("are made again where engine and scheduler are killed with them, again and again; nothing committed is", async () => {
    const workspace = copyOf("killed");
    const acknowledged = new Set<string>();
    for (const [round, more] of [5, 40, 80].entries()) {
      const run = startSlowRun(workspace, `killed-${round}`);
      await run.until(more);
      process.kill(-(run.child.pid ?? 0), "SIGKILL");
      await run.ended;
      const told = run.told();
      for (const key of told?.committed ?? []) {
        expect(acknowledged.has(key)).toBe(false); // what was committed before isn't computed again
        acknowledged.add(key);
      }
      expectWhole(workspace, acknowledged);
    }
    expect(acknowledged.size).toBeGreaterThanOrEqual(125);
    const last = startSlowRun(workspace, "last");
    await last.ended;
    const told = last.told();
    expect([told?.state, told?.error]).toEqual(["done", null]);
    const reused = new Set(told?.reused);
    expect([...acknowledged].filter((key) => !reused.has(key))).toEqual([]);
    expectWhole(workspace, told?.committed ?? []);
    await expectSameTables(workspace, "seen");
  }, 600_000);

  it("are made again by the same run where the engine alone is killed", async () => {
    const workspace = copyOf("engine");
    const run = startSlowRun(workspace, "engine");
    const before = await run.until(30);
    process.kill(engineOf(run.child), "SIGKILL");
    await run.ended;
    const told = run.told();
    expect([told?.state, told?.error]).toEqual(["done", null]);
    const committed = new Set(told?.committed);
    expect(before.committed.filter((key) => !committed.has(key))).toEqual([]);
    expectWhole(workspace, committed);
    await expectSameTables(workspace, "engine-seen");
  }, 600_000);
});

import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { createRandom } from "../../src/shared/base/random.ts";
import { readLog } from "../../src/workers/engine/brand-log.ts";
import { foldBrand, neededBy } from "../../src/workers/engine/brand-needs.ts";
import { verifyBrand } from "../../src/workers/engine/verify.ts";
import { quickFolder } from "../support/folders.ts";
import { keptBrand } from "../support/kept-brand.ts";
import { compileShim } from "../support/shim.ts";

/** ASSAY_FAULTS=full: until a thousand processes were killed; else a few seconds of the same. */
const isFull = process.env.ASSAY_FAULTS === "full";
const wanted = { kills: Number(process.env.ASSAY_KILLS ?? 1_000), ms: isFull ? Number.POSITIVE_INFINITY : 5_000 };

const root = quickFolder("torture");
const library = compileShim();
const brand = keptBrand(join(root, "brand"), join(root, "scratch"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const seen = { kills: 0, reads: 0, expired: 0, collections: 0, refused: 0, injected: 0 };
const acknowledged = new Map<string, Set<number>>();
const wrong: string[] = [];
const random = createRandom(20260630);

const roles = ["writer", "writer", "writer", "reader", "reader", "collector"] as const;
const troubles = ["", "late", "clock", "late clock"];
const operations = ["open", "write", "fsync", "link", "rename", "unlink", "mkdir", "read"];
const errors = ["EIO", "ENOSPC", "ESTALE", "EDQUOT"].map((name) => constants.errno[name as "EIO"]);
const afterwards = ["EIO", "ESTALE"].map((name) => `E!${constants.errno[name as "EIO"]}`);

function faultOf(): string | undefined {
  if (!library || random.next() < 0.4) return undefined;
  const action = random.pick(["KILL", "KILL!", ...errors.map(String), ...afterwards]);
  return `${random.pick(operations)}:${action}:${1 + Math.floor(random.next() ** 2 * 60)}`;
}

function start(role: string): { child: ChildProcess; ended: Promise<void> } {
  const fault = faultOf();
  if (fault) seen.injected++;
  const program = fileURLToPath(new URL("../support/torture-actor.ts", import.meta.url));
  const words = [
    brand.brandDir,
    join(root, "scratch"),
    role,
    String(1 + Math.floor(random.next() * 1e9)),
    random.pick(troubles),
  ];
  const lives = 20 + random.next() * 350;
  const child = spawn(process.execPath, [program, ...words], {
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      ...process.env,
      NODE_COMPILE_CACHE: join(root, "compiled"),
      ...(fault ? { LD_PRELOAD: library, FAULT_DIR: brand.brandDir, FAULT: fault } : {}),
    },
  });
  let rest = "";
  child.stdout?.on("data", (bytes: Buffer) => {
    const lines = `${rest}${bytes}`.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const said = JSON.parse(line) as Record<string, unknown>;
      if ("ready" in said) setTimeout(() => child.kill("SIGKILL"), lives).unref();
      hear(said, `${role}, ${fault ?? "no fault"}`);
    }
  });
  const ended = new Promise<void>((resolve) => {
    child.once("close", (_, signal) => {
      if (signal === "SIGKILL") seen.kills++;
      resolve();
    });
  });
  return { child, ended };
}

function hear(said: Record<string, unknown>, who: string): void {
  if ("acknowledged" in said) {
    const task = String(said["acknowledged"]);
    acknowledged.set(task, (acknowledged.get(task) ?? new Set()).add(Number(said["version"])));
  } else if ("read" in said) seen.reads++;
  else if ("expired" in said) seen.expired++;
  else if ("collected" in said) seen.collections++;
  else if ("refused" in said) seen.refused++;
  else if (!("ready" in said)) wrong.push(`${who}: ${JSON.stringify(said)}`);
}

test("writers, readers and collectors that are killed and lied to lose nothing, tear nothing and do nothing twice", {
  timeout: 3_600_000,
}, async () => {
  mkdirSync(join(root, "scratch"), { recursive: true });
  const began = performance.now();
  const isOver = () => seen.kills >= wanted.kills || performance.now() - began > wanted.ms || wrong.length > 0;
  await Promise.all(
    roles.map(async (role) => {
      while (!isOver()) await start(role).ended;
    }),
  );
  for (let n = 0; n < 2; n++) await brand.collect();
  const entries = readLog(brand.brandDir, 1);
  const keys = entries.map(({ taskKey }) => taskKey);
  const doubled = keys.length - new Set(keys).size;
  const lost = [...acknowledged].filter(([task, versions]) =>
    [...versions].some((version) => entries[version - 1]?.taskKey !== task),
  );
  const needed = neededBy(brand.brandDir, foldBrand(brand.brandDir)).size;
  console.log(
    `torture: ${seen.kills} processes killed (${seen.injected} with an injected fault), ${acknowledged.size} commits acknowledged, ` +
      `${lost.length} lost; ${seen.reads} reads, ${wrong.filter((one) => one.includes("torn")).length} torn, ${seen.expired} to be planned again; ` +
      `${doubled} double effects in ${entries.length} entries; ${seen.collections} collections, ${needed} artifacts needed at the end`,
  );
  expect({ lost, wrong, doubled }).toEqual({ lost: [], wrong: [], doubled: 0 });
  expect(verifyBrand(brand.brandDir).findings).toEqual([]);
  expect(seen.kills).toBeGreaterThanOrEqual(isFull ? wanted.kills : 1);
  expect(acknowledged.size).toBeGreaterThan(isFull ? wanted.kills / 4 : 0);
  expect(seen.reads).toBeGreaterThan(0);
});

// Runs in the virtual machine: processes that write, read and collect on the mount are killed, the server is stopped for a while in the middle,
// and in the end every commit that was acknowledged is looked for. Says the figures as one line.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createRandom } from "../../src/shared/base/random.ts";
import { readLog } from "../../src/workers/engine/brand-log.ts";
import { verifyBrand } from "../../src/workers/engine/verify.ts";
import { keptBrand } from "../support/kept-brand.ts";

const [mount = "", scratch = "", seconds = "240"] = process.argv.slice(2);
const actor = join(import.meta.dirname, "../support/torture-actor.ts");
const brandDir = join(mount, "brands", "shop");
const brand = keptBrand(brandDir, scratch);
const random = createRandom(20260630);
const roles = ["writer", "writer", "reader", "collector"];
const acknowledged = new Map<string, Set<number>>();
const figures = { kills: 0, reads: 0, expired: 0, collections: 0, refused: 0 };
const wrong: string[] = [];
const reasons = new Set<string>();
let longestSilenceMs = 0;
let lastHeard = performance.now();

/** What the share's commits rest on. */
function basics(): Record<string, boolean> {
  const [one, two] = [join(mount, "one"), join(mount, "two")];
  writeFileSync(one, "x");
  linkSync(one, two);
  let isRefused = false;
  try {
    linkSync(one, two);
  } catch (error) {
    isRefused = (error as NodeJS.ErrnoException).code === "EEXIST";
  }
  const options = readFileSync("/proc/mounts", "utf8")
    .split("\n")
    .find((line) => line.includes(` ${mount} `));
  rmSync(one);
  rmSync(two);
  return {
    link_refused_twice: isRefused,
    nfs41: options?.includes("vers=4.1") ?? false,
    hard: options?.includes("hard") ?? false,
  };
}

function hear(said: Record<string, unknown>, role: string): void {
  longestSilenceMs = Math.max(longestSilenceMs, performance.now() - lastHeard);
  lastHeard = performance.now();
  if ("acknowledged" in said) {
    const task = String(said["acknowledged"]);
    acknowledged.set(task, (acknowledged.get(task) ?? new Set()).add(Number(said["version"])));
  } else if ("read" in said) figures.reads++;
  else if ("expired" in said) figures.expired++;
  else if ("collected" in said) figures.collections++;
  else if ("refused" in said) {
    figures.refused++;
    reasons.add(`${said["refused"]}: ${said["why"]}`.slice(0, 160));
  } else if (!("ready" in said)) wrong.push(`${role}: ${JSON.stringify(said)}`);
}

function live(role: string): Promise<void> {
  const words = [actor, brandDir, scratch, role, String(1 + Math.floor(random.next() * 1e9)), ""];
  const env = { ...process.env, NODE_COMPILE_CACHE: join(scratch, "compiled") };
  const child: ChildProcess = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"], env });
  const lives = commitMs * (2 + random.next() * 30);
  let rest = "";
  child.stdout?.on("data", (bytes: Buffer) => {
    const lines = `${rest}${bytes}`.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const said = JSON.parse(line) as Record<string, unknown>;
      if ("ready" in said) setTimeout(() => child.kill("SIGKILL"), lives).unref();
      hear(said, role);
    }
  });
  return new Promise((resolve) => {
    child.once("close", (_, signal) => {
      if (signal === "SIGKILL") figures.kills++;
      resolve();
    });
  });
}

const checked = basics();
mkdirSync(scratch, { recursive: true });
brand.make("warm");
const from = performance.now();
brand.make("first");
brand.publish("first", ["first"], "2026-06-30");
/** What an artifact and its entry take here: an emulated machine is some fifty times slower than a real one. */
const commitMs = performance.now() - from;
console.log(`guest: ${JSON.stringify({ ...checked, commit_ms: Math.round(commitMs) })}`);
const began = performance.now();
const isOver = () => performance.now() - began > Number(seconds) * 1_000 || wrong.length > 0;
let restarts = 0;
const restart = setTimeout(
  () => {
    console.log("guest: the server stops for 20 s");
    const stopping = spawn("/bin/sh", ["/restart-server", "20"], { stdio: "inherit" });
    stopping.once("close", () => {
      restarts++;
      console.log("guest: the server is back");
    });
  },
  (Number(seconds) * 1_000) / 2,
);
const report = setInterval(
  () => console.log(`guest: ${JSON.stringify({ ...figures, acknowledged: acknowledged.size })}`),
  15_000,
);
await Promise.all(
  roles.map(async (role) => {
    while (!isOver()) await live(role);
  }),
);
clearTimeout(restart);
clearInterval(report);
await brand.collect();
const entries = readLog(brandDir, 1);
const keys = entries.map(({ taskKey }) => taskKey);
const lost = [...acknowledged].filter(([task, versions]) =>
  [...versions].some((version) => entries[version - 1]?.taskKey !== task),
);
const result = {
  ...{ ...checked, ...figures, restarts, acknowledged: acknowledged.size, entries: entries.length },
  ...{ lost: lost.length, doubled: keys.length - new Set(keys).size, wrong: wrong.slice(0, 5) },
  findings: verifyBrand(brandDir).findings.slice(0, 5),
  ...{
    commit_ms: Math.round(commitMs),
    longest_silence_s: Math.round(longestSilenceMs / 1_000),
    reasons: [...reasons].slice(0, 5),
  },
  log_is_in_folders: existsSync(join(brandDir, "log", "00000000000000000")),
};
console.log(`NFS-RESULT ${JSON.stringify(result)}`);
spawnSync("sync");
process.exit(0);

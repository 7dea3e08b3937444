// One process of the torture: writes, reads or collects until it is killed, and says line by line what it was answered.
import { existsSync, mkdirSync, statSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { AssayError } from "../../src/shared/base/errors.ts";
import { refersOf } from "../../src/shared/domain/needs.ts";
import {
  findArtifact,
  publishArtifact,
  requireArtifact,
  verifiedPath,
} from "../../src/workers/engine/artifact-store.ts";
import { appendEntry, readLog, standingOf } from "../../src/workers/engine/brand-log.ts";
import { foldBrand, namesOf } from "../../src/workers/engine/brand-needs.ts";
import { claimTask } from "../../src/workers/engine/claims.ts";
import { collectBrand } from "../../src/workers/engine/collect.ts";
import { type FileSystem, realFileSystem } from "../../src/workers/engine/file-system.ts";
import { artifactPlace } from "../../src/workers/engine/layout.ts";
import { pinVersion } from "../../src/workers/engine/pins.ts";
import { reviveNames } from "../../src/workers/engine/revive.ts";
import { errnoError } from "./faulty-files.ts";
import { atOnce, keyOf } from "./kept-brand.ts";

const [brandDir = "", scratch = "", role = "", seed = "1", trouble = ""] = process.argv.slice(2);
const say = (line: object) => writeSync(1, `${JSON.stringify(line)}\n`);

let state = Number(seed) >>> 0;
/** Mulberry32: the same troubles for a seed, whatever the order in which processes get their turn. */
function random(): number {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
}
const pick = (n: number) => Math.floor(random() * n);

if (trouble.includes("clock")) {
  const offset = (pick(2) === 0 ? -1 : 1) * 3_600_000 * (1 + pick(48));
  const RealDate = Date;
  globalThis.Date = class extends RealDate {
    constructor(...given: []) {
      if (given.length > 0) super(...given);
      else super(RealDate.now() + offset);
    }
    static override now(): number {
      return RealDate.now() + offset;
    }
  } as DateConstructor;
}

/** Names that are younger than so many milliseconds are neither listed nor found, as on a share whose attributes are cached. */
const hiddenMs = trouble.includes("late") ? 25 : 0;
const isHidden = (path: string) => {
  const known = statSync(path, { throwIfNoEntry: false });
  const made = known?.isDirectory() ? known.birthtimeMs : known?.ctimeMs;
  return hiddenMs > 0 && made !== undefined && performance.timeOrigin + performance.now() - made < hiddenMs;
};
const files: FileSystem = {
  ...realFileSystem,
  readFile: (path) => {
    if (path.includes("/log/") && isHidden(path)) throw errnoError("ENOENT", "open");
    return realFileSystem.readFile(path);
  },
  list: (path) => realFileSystem.list(path).filter((name) => !isHidden(join(path, name))),
};

const names = 40;
const contentOf = (name: string) => `{"rows":"${name}"}\n`.repeat(300);

function make(name: string): void {
  mkdirSync(scratch, { recursive: true });
  const localPath = join(scratch, `${name}-${process.pid}.json`);
  writeFileSync(localPath, contentOf(name));
  const key = keyOf(name);
  const claim = claimTask(brandDir, key);
  try {
    const about = {
      step: "torture",
      version: 1,
      params: {},
      inputs: {},
      parts: {},
      seconds: 1,
      attempt: `p${process.pid}`,
    };
    publishArtifact(
      brandDir,
      { ...about, key, outputs: [{ name: "rows", kind: "json", localPath, rows: 300 }] },
      files,
    );
  } finally {
    if (claim.held) claim.release();
  }
}

function append(kind: string, body: unknown, taskKey: string): void {
  const refers = namesOf(brandDir, refersOf(kind, body));
  const own = { kind, body, taskKey, at: new Date().toISOString(), app: "torture", refers };
  const { version } = appendEntry(brandDir, own, files);
  say({ acknowledged: taskKey, version });
}

/** A campaign whose groups are an artifact that may be there, be retired, or be gone: planned again until it goes through. */
function draw(): void {
  const name = `a${pick(names)}`;
  const campaign = random() < 0.3 ? `c${pick(30)}` : `c${seed}-${pick(1e9)}`;
  for (let tries = 0; tries < 5; tries++) {
    try {
      reviveNames(brandDir, [keyOf(name)], files);
      if (!findArtifact(brandDir, keyOf(name), files)) make(name);
      append("campaign_created", { campaign, name }, `created:${campaign}`);
      const body = { campaign, assignments: keyOf(name), snapshot_id: "none", starts_on: "", arms: [], left_out: [] };
      append("campaign_drawn", body, `drawn:${campaign}`);
      return;
    } catch (error) {
      if (!(error instanceof AssayError) || error.code !== "conflict") throw error;
    }
  }
}

function end(): void {
  const all = [...foldBrand(brandDir).campaigns.keys()];
  const campaign = all[pick(all.length)];
  if (campaign !== undefined && all.length > 12) append("campaign_removed", { campaign }, `removed:${campaign}`);
}

function write(): void {
  const what = random();
  if (what < 0.5) draw();
  else if (what < 0.85) end();
  else make(`a${pick(names)}`);
}

/** What the log says is needed is there, whole, and what it was. */
function read(): void {
  const pin = pinVersion(brandDir, standingOf(brandDir).version);
  try {
    const before = foldBrand(brandDir);
    for (const { campaign, drawn } of [...before.campaigns.values()].slice(-6)) {
      if (!drawn) continue;
      try {
        const artifact = requireArtifact(brandDir, drawn.assignments);
        const path = verifiedPath(brandDir, artifact.files[0] as never);
        const text = realFileSystem.readFile(path).toString("utf8");
        const name = Buffer.from(drawn.assignments, "hex").toString("utf8").replaceAll("\0", "");
        say(text === contentOf(name) ? { read: campaign } : { torn: campaign, path });
      } catch (error) {
        if (!(error instanceof AssayError) && !String(error).includes("ENOENT")) throw error;
        const isStillNeeded = foldBrand(brandDir).campaigns.has(campaign);
        const isThere = existsSync(join(brandDir, artifactPlace(drawn.assignments)));
        say(isStillNeeded && !isThere ? { lost: campaign, why: String(error) } : { expired: campaign });
      }
    }
  } finally {
    pin.release();
  }
}

async function collect(): Promise<void> {
  const { signal } = new AbortController();
  const lease = { staleMs: 200 };
  await collectBrand(brandDir, { rules: atOnce, signal, progress: () => {}, files, lease, takesReusable: true });
  say({ collected: true });
}

say({ ready: readLog(brandDir, 1).length });
for (;;) {
  try {
    if (role === "writer") write();
    else if (role === "reader") read();
    else await collect();
  } catch (error) {
    if (!(error instanceof AssayError)) say({ unexpected: error instanceof Error ? error.stack : String(error) });
    else say({ refused: error.code, why: error.message });
  }
  await new Promise((resolve) => setTimeout(resolve, 1));
}

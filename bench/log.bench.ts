// Opening a log of 10,000 entries (ASSAY_BENCH_ENTRIES) with and without its checkpoints: all entries for a machine that never saw it, and the
// first append of a process; how many files each reads, which is what counts on a share (milliseconds of this machine's disk beside it), and
// what memory it takes beyond what was there.
import { mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { appendEntry, eachEntry } from "../src/workers/engine/brand-log.ts";
import { mendCheckpoints } from "../src/workers/engine/checkpoint-care.ts";
import { type FileSystem, realFileSystem } from "../src/workers/engine/file-system.ts";

const entries = Number(process.env.ASSAY_BENCH_ENTRIES ?? 10_000);
const root = mkdtempSync(join(tmpdir(), "assay-log-bench-"));
const brandDir = join(root, "brand");
const body = { run_id: "x".repeat(36), document: { text: "y".repeat(900) } };
const quick: FileSystem = { ...realFileSystem, fsync: () => {} };
const entryOf = (n: number) => ({
  kind: "bench",
  body: { n, ...body },
  taskKey: `task ${n}`,
  at: "2026-01-01T00:00:00Z",
  app: "bench",
});

const began = performance.now();
for (let n = 1; n <= entries; n++) appendEntry(brandDir, entryOf(n), quick);
console.log(`${entries} entries appended in ${((performance.now() - began) / 1000).toFixed(1)} s, unsynced`);

function measure(name: string, work: (files: FileSystem) => void): void {
  let reads = 0;
  const files: FileSystem = {
    ...quick,
    readFile: (path) => {
      reads++;
      return realFileSystem.readFile(path);
    },
  };
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  const from = performance.now();
  work(files);
  const ms = performance.now() - from;
  globalThis.gc?.();
  const kept = (process.memoryUsage().heapUsed - before) / 2 ** 20;
  console.log(`${name.padEnd(48)} ${ms.toFixed(0).padStart(7)} ms  ${reads} files read, ${kept.toFixed(0)} MB kept`);
}

/** Other names of the same folder: what this process knows of a log it knows by its path. */
let alias = brandDir;
const fresh = () => {
  const next = join(root, `brand-${Math.random().toString(36).slice(2)}`);
  renameSync(alias, next);
  alias = next;
  return next;
};

for (const kind of ["with checkpoints", "without"]) {
  if (kind === "without") rmSync(join(alias, "checkpoints"), { recursive: true });
  for (let round = 0; round < 3; round++) {
    measure(`${kind}: reading every entry`, (files) => {
      let highest = 0;
      for (const { version } of eachEntry(fresh(), 1, files))
        if (version % 1_000 === 0) highest = Math.max(highest, process.memoryUsage().heapUsed);
      console.log(`${"".padEnd(48)} heap at most ${(highest / 2 ** 20).toFixed(0)} MB, rubbish included`);
    });
    measure(`${kind}: first append of a process`, (files) => appendEntry(fresh(), entryOf(1), files));
  }
}
measure("making the checkpoints", (files) => {
  mendCheckpoints(alias, files);
});
rmSync(root, { recursive: true, force: true });

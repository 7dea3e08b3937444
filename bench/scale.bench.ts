// Planning a night of a retailer with five million artifacts (81 TB): the program's own planner, its look at what is there, and its schedule,
// over a stand-in for the share that holds nothing, counts every operation and charges what a round trip takes (milliseconds of the EFS and
// NFS figures), sixteen at a time as the engine has threads. What it answers with is made when it is asked, so that memory is the program's.
// ASSAY_BENCH_BUCKETS, ASSAY_BENCH_DELIVERIES, ASSAY_BENCH_ARTIFACTS set other sizes.
import { createHash } from "node:crypto";
import { Planner } from "../src/main/plan/plan.ts";
import { runGraph } from "../src/main/schedule/run-graph.ts";
import { cutPlanner, planRun, rollingCuts } from "../src/main/schedule/run-plan.ts";
import { canonicalJson } from "../src/shared/base/canonical-json.ts";
import { applyEntry, type BrandState, emptyState } from "../src/shared/domain/brand-state.ts";
import type { TaskNode } from "../src/shared/domain/task.ts";
import { modelTargets } from "../src/shared/domain/tournament.ts";
import { models, snapshotTables, steps } from "../src/workers/catalogue.ts";
import { findArtifacts, type RecordReader } from "../src/workers/engine/find-artifacts.ts";
import { artifactPlace } from "../src/workers/engine/layout.ts";
import { sha256Of } from "../src/workers/engine/publish.ts";

const buckets = Number(process.env.ASSAY_BENCH_BUCKETS ?? 256);
const deliveries = Number(process.env.ASSAY_BENCH_DELIVERIES ?? 6_000);
const artifacts = Number(process.env.ASSAY_BENCH_ARTIFACTS ?? 5_000_000);
const threads = 16;
const digest = (text: string) => createHash("sha256").update(text).digest("hex");

function retailer(): BrandState {
  const state = emptyState();
  let version = 0;
  const apply = (kind: string, body: unknown) =>
    applyEntry(state, { version: ++version, kind, at: "2026-06-30", body });
  apply("brand_created", { brand: "large", currency: "GBP", time_zone: "Europe/London", return_window_days: 30 });
  const sources = ["till", "web", "orders", "returns", "crm", "messages"];
  const mapping = { layout: "generic", tables: [{ table: "order_lines", columns: { order_id: "order" } }] };
  for (const source of sources) apply("source_added", { source, paths: [], layout: "generic", mapping });
  for (let n = 0; n < deliveries; n++) {
    const source = sources[n % sources.length] ?? "";
    const sha256 = digest(`delivery ${n}`);
    apply("batch_landed", {
      ...{ source, batch_id: sha256.slice(0, 20), arrived_at: "2026-06-30T00:00:00Z", warnings: [], not_after: null },
      files: [
        { path: "", name: `${n}.csv`, landed: `landing/${source}/${n}/${sha256}.csv`, sha256, bytes: 1, rejects: [] },
      ],
      ...{ latest_order_on: "2026-06-29", records_until: "2026-06-29T23:59:59Z", normalised: sha256 },
    });
  }
  return state;
}

/** Charges operations to the first of so many threads that is free; nothing is waited for. */
class Share {
  readonly counts: Record<string, number> = {};
  readonly #free = new Float64Array(threads);
  readonly #folders = new Set<string>();
  readonly #nodes: ReadonlyMap<string, TaskNode>;
  readonly #roundTripMs: number;
  /** Milliseconds that the stand-in itself took. */
  ownMs = 0;

  constructor(nodes: ReadonlyMap<string, TaskNode>, roundTripMs: number) {
    this.#nodes = nodes;
    this.#roundTripMs = roundTripMs;
  }

  get waitedMs(): number {
    return Math.max(...this.#free);
  }

  charge(...operations: readonly string[]): void {
    for (const name of operations) this.counts[name] = (this.counts[name] ?? 0) + 1;
    let least = 0;
    for (let one = 1; one < threads; one++) if ((this.#free[one] ?? 0) < (this.#free[least] ?? 0)) least = one;
    this.#free[least] = (this.#free[least] ?? 0) + operations.length * this.#roundTripMs;
  }

  readonly reader: RecordReader = {
    state: async () => {
      this.charge("getattr");
      return "1";
    },
    read: async (path) => {
      const began = cpuMs();
      const key = path.split("/").at(-2) ?? "";
      const folder = key.slice(0, 3);
      const before = this.#folders.has(folder) ? [] : ["lookup folder"];
      this.#folders.add(folder);
      const node = this.#nodes.get(key);
      // a tenth of all tasks has to be made anew
      const isThere = node !== undefined && Number.parseInt(key.slice(-2), 16) >= 26;
      this.charge(...before, "lookup", ...(isThere ? ["open", "read", "close"] : []));
      const bytes = isThere ? recordOf(node) : undefined;
      this.ownMs += cpuMs() - began;
      return bytes && { bytes, state: "1" };
    },
  };
}

function recordOf(node: TaskNode): Buffer {
  const { key, step, params, inputs, parts } = node;
  const files = [{ output: "rows", path: `${artifactPlace(key)}/x.parquet`, sha256: key, bytes: 16_200_000, rows: 1 }];
  const rest = { format: 1, id: key, key, step, version: 1, params, inputs, parts, files, seconds: 9, attempt: "a" };
  return Buffer.from(canonicalJson({ ...rest, sum: sha256Of(Buffer.from(canonicalJson(rest as never))) } as never));
}

/** The graphs of one night, as a run asks for them one after the other. */
function* graphsOf(state: BrandState): Generator<{ name: string; nodes: readonly TaskNode[] }> {
  const plan = planRun(state, {}, { steps, models });
  const first = new Planner({ ...plan.base, bucketCount: 1 });
  first.require("customer_ids", null);
  yield { name: "up to the ids", nodes: first.graph().nodes };
  const planner = new Planner({ ...plan.base, bucketCount: buckets });
  for (const { step } of snapshotTables) planner.require(step);
  for (const model of plan.models) for (const step of [`scores_${model}`, `fit_${model}`]) planner.require(step);
  yield { name: "the snapshot", nodes: planner.graph().nodes };
  for (let cut = 0; cut < rollingCuts; cut++) {
    const { planner: judging } = cutPlanner(plan, buckets, cut, undefined);
    for (const model of plan.models) judging.require(`evaluate_${model}`);
    if (cut === 0) for (const target of modelTargets) judging.require(`evaluate_tournament_${target}`);
    yield { name: `the evaluation at cut ${cut + 1}`, nodes: judging.graph().nodes };
  }
}

const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
const rss = () => Math.round(process.memoryUsage.rss() / 2 ** 20);
const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

async function planNight(roundTripMs: number, isWarm: boolean): Promise<void> {
  globalThis.gc?.();
  const state = retailer();
  let [cpu, waited, tasks, own] = [0, 0, 0, 0];
  const counts: Record<string, number> = {};
  let most = 0;
  for (let from = cpuMs(), graphs = graphsOf(state); ; ) {
    const { value, done } = graphs.next();
    if (done) break;
    const planned = cpuMs() - from;
    const nodes = new Map(value.nodes.map((node) => [node.key, node]));
    const share = new Share(nodes, roundTripMs);
    const began = cpuMs();
    const { found } = await findArtifacts(`/share at ${roundTripMs}/brands/large`, [...nodes.keys()], share.reader);
    const looked = cpuMs() - began - share.ownMs;
    const present = new Map(found.map((one) => [one.key, one]));
    cpu += planned + looked;
    own += share.ownMs;
    waited += share.waitedMs;
    tasks += nodes.size;
    most = Math.max(most, rss());
    for (const [name, n] of Object.entries(share.counts)) counts[name] = (counts[name] ?? 0) + n;
    const figures = `planned in ${seconds(planned)}, looked up in ${seconds(looked)} of CPU and ${seconds(share.waitedMs)} of waiting`;
    console.log(
      `  ${value.name}: ${nodes.size} tasks, ${nodes.size - present.size} to be made, ${figures}; ${rss()} MB`,
    );
    from = cpuMs();
  }
  const operations = Object.entries(counts).map(([name, n]) => `${n} ${name}`);
  console.log(
    `${isWarm ? "the next night" : "a night"} at ${roundTripMs} ms: ${tasks} looks, ${seconds(cpu + waited)} (${seconds(cpu)} CPU, ${seconds(waited)} waiting); ${operations.join(", ")}; at most ${most} MB, stand-in ${seconds(own)}`,
  );
}

console.log(`${buckets} buckets, ${deliveries} deliveries, ${artifacts} artifacts of 16.2 MB`);
const perFolder = artifacts / 4_096;
console.log(
  `artifacts to a folder: ${Math.round(perFolder)} on average, at most about ${Math.round(perFolder + 4 * Math.sqrt(perFolder))}`,
);
for (const [roundTripMs, isWarm] of [
  [1, false],
  [1, true],
  [3, false],
  [0.25, false],
] as const)
  await planNight(roundTripMs, isWarm);

/** What the schedule itself costs, tasks that take no time: chains of ten below a common root. */
async function schedule(tasks: number): Promise<void> {
  const like = [...graphsOf(retailer())][0]?.nodes[0];
  if (!like) return;
  const nodes: TaskNode[] = [{ ...like, key: "root", inputs: {} }];
  for (let n = 1; n < tasks; n++) {
    const above = n % 10 === 1 ? "root" : `task ${n - 1}`;
    nodes.push({ ...like, key: `task ${n}`, inputs: { from: [{ key: above, output: "rows" }] } });
  }
  globalThis.gc?.();
  const began = cpuMs();
  await runGraph({
    graph: { nodes },
    ...{ present: new Map(), workers: 256, signal: new AbortController().signal },
    ...{ now: () => performance.now(), onSchedule: () => {}, onChange: () => {} },
    runTask: async (node) => ({ key: node.key, rows: 1, bytes: 1, seconds: 0, computed: true }),
  });
  const ms = cpuMs() - began;
  console.log(`schedule of ${tasks} tasks: ${(ms / tasks).toFixed(4)} ms a task, ${rss()} MB`);
}
for (const tasks of [10_000, 100_000]) await schedule(tasks);

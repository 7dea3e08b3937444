import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Core, createCore } from "../src/main/core.ts";
import type { Run } from "../src/shared/api/contract/runs.ts";
import { openSession } from "../src/workers/engine/duckdb.ts";
import { literal } from "../src/workers/engine/sql.ts";
import { enlargeSnapshot } from "./enlarge.ts";

/** Profiles asked of; they repeat those of a small run, which gives them their columns. */
const customers = Number(process.env.BENCH_CUSTOMERS ?? 1_000_000);
const smallCustomers = 2_000;
const buckets = 16;
const kept = process.env.BENCH_KEEP;
const folder = kept ?? mkdtempSync(join(process.env.BENCH_FOLDER ?? tmpdir(), "assay-bench-"));
/** A workspace with a published snapshot to enlarge in place of the small run's. */
const workspace = process.env.BENCH_WORKSPACE ?? join(folder, "workspace");
const brand = process.env.BENCH_BRAND ?? "bench";

/** A customer with a name, an address and mostly consent, and three orders a customer. */
async function makeExports(): Promise<string[]> {
  const session = await openSession({ memoryLimit: 1e9, threads: 2, scratch: folder });
  const [people, orders] = [join(folder, "customers.csv"), join(folder, "orders.csv")];
  await session.run(`COPY (SELECT 'C' || c AS customer_id, 'First' || c % 50 AS first_name, 'Last' || c AS last_name, 'person' || c || '@example.com' AS email,
      CASE WHEN c % 4 = 0 THEN 'no' ELSE 'yes' END AS accepts_marketing FROM range(${smallCustomers}) n(c)) TO ${literal(people)} (HEADER)`);
  await session.run(`COPY (SELECT i AS order_id, 'C' || CAST(floor(pow((hash(i, 3) % 1000003) / 1000003.0, 1.3) * ${smallCustomers}) AS BIGINT) AS customer_id,
      TIMESTAMP '2024-01-01' + to_seconds(CAST(hash(i, 1) % 63000000 AS BIGINT)) AS ordered_at, CAST(5 + (hash(i, 2) % 20000) / 100 AS DECIMAL(12,2)) AS total
    FROM range(${smallCustomers * 3}) n(i)) TO ${literal(orders)} (HEADER)`);
  session.close();
  return [people, orders];
}

async function runSmall(): Promise<void> {
  const paths = await makeExports();
  const core = await createCore({ dataFolder: join(folder, "data") });
  const { client } = core;
  await client.call("workspace.create", { path: workspace });
  await client.call("brand.create", { brand, currency: "EUR", time_zone: "Europe/Berlin" });
  await client.call("sources.add", { brand, name: "shop", paths });
  await client.stream("sources.ingest", { brand });
  // the profiles are published before the evaluations begin
  const published = new AbortController();
  const onProgress = (run: Run) => {
    if (run.state === "evaluating") published.abort();
  };
  await client.stream("runs.start", { brand, workers: 2 }, { signal: published.signal, onProgress }).catch((error) => {
    if (!published.signal.aborted) throw error;
  });
  await core.close();
}

async function prepare(): Promise<void> {
  if (!existsSync(join(workspace, "workspace.json"))) await runSmall();
  const core = await createCore({ dataFolder: join(folder, "data"), workspace });
  const { snapshots } = await core.client.call("snapshots.list", { brand });
  const largest = Math.max(0, ...snapshots.map((one) => one.customers));
  const small = snapshots.find((one) => one.is_current);
  await core.close();
  if (largest >= customers || !small) return;
  const from = performance.now();
  const brandDir = join(workspace, "brands", brand);
  await enlargeSnapshot({
    ...{ brandDir, snapshotId: small.snapshot_id, customers, buckets },
    scratch: join(folder, "enlarging"),
  });
  console.log(`profiles made in ${((performance.now() - from) / 1000).toFixed(0)} s`);
}

/** CPU seconds of this process and of those that it started: the engine is one of them. */
function cpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6 + (process.platform === "linux" ? cpuOfStarted() : 0);
}

function cpuOfStarted(): number {
  let ticks = 0;
  for (const name of readdirSync("/proc").filter((one) => /^\d+$/.test(one))) {
    try {
      const fields = readFileSync(`/proc/${name}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
      if (Number(fields[1]) === process.pid) ticks += Number(fields[11]) + Number(fields[12]);
    } catch {
      // it ended meanwhile
    }
  }
  return ticks / 100;
}

async function timed(what: string, goal: number, asked: readonly (() => Promise<unknown>)[]): Promise<void> {
  const spent: number[] = [];
  const before = cpu();
  for (const ask of asked) {
    const from = performance.now();
    await ask();
    spent.push(performance.now() - from);
  }
  const mean = ((cpu() - before) * 1000) / asked.length;
  const sorted = [...spent].sort((a, b) => a - b);
  const p95 = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.95))] ?? 0;
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const ms = (value: number) => `${value.toFixed(0).padStart(5)} ms`;
  console.log(
    `${what.padEnd(40)} first ${ms(spent[0] ?? 0)}, median ${ms(median)}, p95 ${ms(p95)} (goal ${goal} ms); CPU ${ms(mean)}`,
  );
}

async function waitForIndex(core: Core): Promise<void> {
  for (let at = 0; at < 600; at++) {
    const found = await core.client.call("customers.search", { brand, text: "ba", limit: 5 });
    if (!found.indexing) return;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}

async function bench(): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await prepare();
  const core = await createCore({ dataFolder: join(folder, "data"), workspace, indexesPeople: true });
  const { client } = core;
  const from = performance.now();
  await waitForIndex(core);
  console.log(`search index ready after ${((performance.now() - from) / 1000).toFixed(0)} s`);
  const texts = [
    "b",
    "ba",
    "bad",
    "bade",
    "baden",
    "cormar",
    "cormar lin",
    "wes",
    "kimper",
    "zin",
    "grufel",
    "C1234",
    "ol",
    "sta",
    "marthowes",
  ];
  await timed(
    "search as you type",
    50,
    texts.map((text) => () => client.call("customers.search", { brand, text, limit: 20 })),
  );
  await timed("opening the snapshot", 1_000, [() => client.call("customers.fields", { brand })]);
  const rulesOf = (value: number) => ({
    combinator: "and" as const,
    rules: [
      { field: "revenue_minor", operator: ">", value },
      { field: "lifecycle_stage", operator: "in", value: ["active", "cooling"] },
      { field: "order_count", operator: ">=", value: 2 },
    ],
  });
  const count = (value: number) => () =>
    client.call("segments.count", { brand, definition: { where: rulesOf(value) } });
  await timed("first count of a segment of three rules", 1_000, [count(50)]);
  await timed(
    "such counts",
    150,
    Array.from({ length: 40 }, (_, at) => count(100 + at * 500)),
  );
  const columns = [
    "customer_id",
    "order_count",
    "revenue_minor",
    "predicted_value_minor",
    "lifecycle_stage",
    "last_order_on",
  ];
  const page = (field: string, offset: number, where?: object) => () =>
    client.call("customers.page", {
      ...{ brand, columns, sort: [{ field, direction: "desc" as const }], offset, limit: 100 },
      ...(where ? { where } : {}),
    } as never);
  await timed("first page of all", 1_000, [page("order_count", 0)]);
  const sorted = [
    "revenue_minor",
    "predicted_value_minor",
    "lifecycle_stage",
    "last_order_on",
    "days_since_last_purchase",
  ];
  await timed(
    "first page of a new sort",
    300,
    sorted.map((field) => page(field, 0)),
  );
  await timed(
    "first page of a filter",
    300,
    [1, 2, 3, 4].map((n) => page("revenue_minor", 0, rulesOf(n * 1_000))),
  );
  const shares = Array.from({ length: 40 }, (_, at) => ((at * 37) % 40) / 40);
  await timed(
    "a page anywhere of a known sort",
    50,
    shares.map((share) => page("revenue_minor", Math.floor(share * customers))),
  );
  await core.close();
}

try {
  await bench();
} finally {
  if (!kept) rmSync(folder, { recursive: true, force: true });
}

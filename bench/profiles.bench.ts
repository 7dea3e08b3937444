import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Core, createCore } from "../src/main/core.ts";
import type { Run } from "../src/shared/api/contract/runs.ts";
import { openSession } from "../src/workers/engine/duckdb.ts";
import { literal } from "../src/workers/engine/sql.ts";

const customers = Number(process.env.BENCH_CUSTOMERS ?? 1_000_000);
const brand = "bench";
const kept = process.env.BENCH_KEEP;
const folder = kept ?? mkdtempSync(join(process.env.BENCH_FOLDER ?? tmpdir(), "assay-bench-"));

/** Two orders a customer, with a name and an address made of syllables. */
async function makeOrders(path: string): Promise<void> {
  const session = await openSession({ memoryLimit: 4e9, threads: 2, scratch: folder });
  const syllables = "['ba','den','cor','lin','mar','tho','wes','rey','ol','sta','kim','per','ha','zin','gru','fel']";
  const word = (seed: number) =>
    [0, 1, 2].map((at) => `${syllables}[1 + CAST(hash(c, ${seed + at}) % 16 AS INTEGER)]`).join(" || ");
  await session.run(`COPY (
    WITH drawn AS (SELECT i, CAST(floor(pow((hash(i, 3) % 1000003) / 1000003.0, 1.3) * ${customers}) AS BIGINT) AS skewed, i % ${customers} AS even FROM range(${customers * 2}) n(i)),
    placed AS (SELECT i, CASE WHEN i < ${customers} THEN even ELSE skewed END AS c FROM drawn)
    SELECT i AS order_id, 'C' || c AS customer_id, ${word(10)} AS first_name, ${word(20)} AS last_name, ${word(10)} || '.' || ${word(20)} || c || '@example.com' AS email,
      TIMESTAMP '2024-01-01' + to_seconds(CAST(hash(i, 1) % 63000000 AS BIGINT)) AS ordered_at, CAST(5 + (hash(i, 2) % 20000) / 100 AS DECIMAL(12,2)) AS total
    FROM placed) TO ${literal(path)} (HEADER)`);
  session.close();
}

async function prepare(core: Core): Promise<void> {
  const orders = join(folder, "orders.csv");
  await makeOrders(orders);
  const { client } = core;
  await client.call("workspace.create", { path: join(folder, "workspace") });
  await client.call("brand.create", { brand, currency: "EUR", time_zone: "Europe/Berlin" });
  await client.call("sources.add", { brand, name: "orders", paths: [orders] });
  await client.stream("sources.ingest", { brand });
  // the profiles are published before the evaluations begin
  const published = new AbortController();
  let last = { seconds: 0, peak_rss_bytes: 0 };
  const onProgress = (run: Run) => {
    last = run;
    if (run.state === "evaluating") published.abort();
  };
  await client.stream("runs.start", { brand, workers: 2 }, { signal: published.signal, onProgress }).catch((error) => {
    if (!published.signal.aborted) throw error;
  });
  console.log(`run: ${last.seconds.toFixed(0)} s, peak ${(last.peak_rss_bytes / 1e9).toFixed(2)} GB`);
}

async function timed(what: string, goal: number, asked: readonly (() => Promise<unknown>)[]): Promise<void> {
  const spent: number[] = [];
  for (const ask of asked) {
    const from = performance.now();
    await ask();
    spent.push(performance.now() - from);
  }
  const sorted = [...spent].sort((a, b) => a - b);
  const p95 = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.95))] ?? 0;
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  console.log(
    `${what.padEnd(44)} first ${(spent[0] ?? 0).toFixed(0).padStart(5)} ms, median ${median.toFixed(0).padStart(5)} ms, p95 ${p95.toFixed(0).padStart(5)} ms (goal ${goal} ms)`,
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
  const isPrepared = existsSync(join(folder, "workspace"));
  const core = await createCore({
    dataFolder: join(folder, "data"),
    indexesPeople: true,
    ...(isPrepared ? { workspace: join(folder, "workspace") } : {}),
  });
  if (!isPrepared) await prepare(core);
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
  const rules = [100, 500, 1000, 2000, 5000, 8000, 10_000, 12_000, 15_000, 20_000].map((value) => ({
    combinator: "and" as const,
    rules: [
      { field: "revenue_minor", operator: ">", value },
      { field: "lifecycle_stage", operator: "in", value: ["active", "cooling"] },
      { field: "order_count", operator: ">=", value: 2 },
    ],
  }));
  await timed(
    "count of a segment of three rules",
    150,
    rules.map((where) => () => client.call("segments.count", { brand, definition: { where } })),
  );
  const fields = [
    "customer_id",
    "order_count",
    "revenue_minor",
    "predicted_value_minor",
    "lifecycle_stage",
    "last_order_on",
  ];
  const page = (field: string, offset: number) => () =>
    client.call("customers.page", { brand, columns: fields, sort: [{ field, direction: "desc" }], offset, limit: 100 });
  const sorted = ["revenue_minor", "predicted_value_minor", "order_count", "last_order_on", "days_since_last_purchase"];
  await timed(
    "first page of a new sort",
    300,
    sorted.map((field) => page(field, 0)),
  );
  await timed(
    "a page anywhere of a known sort",
    50,
    [0.1, 0.5, 0.9, 0.3, 0.99, 0.7, 0.2, 0.6].map((share) =>
      page("revenue_minor", Math.floor(share * customers * 0.9)),
    ),
  );
  await core.close();
}

try {
  await bench();
} finally {
  if (!kept) rmSync(folder, { recursive: true, force: true });
}

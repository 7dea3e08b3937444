import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createCore } from "../../src/main/core.ts";
import type { Run } from "../../src/shared/api/contract/runs.ts";
import { fromEpochDay, toEpochDay } from "../../src/shared/base/time.ts";
import { inlineEngine } from "../../src/workers/service/service.ts";
import { tablesOf } from "../support/same-tables.ts";

const brand = "shop";
const mapping = {
  layout: "generic",
  tables: [
    {
      table: "order_lines",
      columns: {
        order_id: "order",
        line_id: "line",
        source_customer_id: "customer",
        ordered_at: { column: "at", format: "%Y-%m-%d" },
        product_id: "sku",
        quantity: "quantity",
        unit_price_minor: { column: "price", decimal: ".", currency: "GBP" },
      },
    },
  ],
};
const header = "order,line,customer,at,sku,quantity,price";

function sold(from: string, to: string): string[] {
  const rows: string[] = [];
  for (let day = toEpochDay(from); day <= toEpochDay(to); day++) {
    for (let id = 1; id <= 60; id++) {
      if ((day * 7 + id * id) % (4 + (id % 13)) !== 0) continue;
      rows.push(`${day}-${id},1,c${id},${fromEpochDay(day)},s${(day + id) % 9},1,${10 + (id % 7)}.50`);
    }
  }
  return rows;
}

const corrected = sold("2026-05-04", "2026-05-30")[0]?.replace(/,1,(\d+)\.50$/, ",2,99.00") ?? "";
const nights: readonly (readonly [string, readonly string[]])[] = [
  ["2026-06-30", sold("2026-03-01", "2026-06-30")],
  ["2026-07-01", [...sold("2026-07-01", "2026-07-01"), corrected, "late-1,1,c7,2026-04-11,s1,1,30.00"]],
  ["2026-07-02", sold("2026-07-02", "2026-07-02")],
];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "assay-equal-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }), 60_000);

/** Delivers some nights, each in a file of its own, with a run after each or after the last; gives the runs and the tables. */
async function deliver(name: string, runsEach: boolean) {
  const incoming = join(folder, name, "incoming");
  mkdirSync(incoming, { recursive: true });
  const runs: Run[] = [];
  let now = "2026-07-01T02:00:00Z";
  const core = await createCore({
    dataFolder: join(folder, name, "data"),
    engine: inlineEngine(),
    now: () => new Date(now),
  });
  try {
    const { client } = core;
    await client.call("workspace.create", { path: join(folder, name, "workspace") });
    await client.call("brand.create", { brand, currency: "GBP", time_zone: "Europe/London" });
    for (const [at, [day, rows]] of nights.entries()) {
      writeFileSync(join(incoming, `${day}.csv`), `${[header, ...rows].join("\n")}\n`);
      if (!runsEach && at < nights.length - 1) continue;
      now = `${fromEpochDay(toEpochDay(day) + 1)}T02:00:00Z`;
      if (at === 0 || !runsEach) await client.call("sources.add", { brand, name: "till", paths: [incoming], mapping });
      await client.stream("sources.ingest", { brand });
      runs.push(await client.stream("runs.start", { brand, workers: 2 }));
    }
    return { runs, tables: await tablesOf(client, brand) };
  } finally {
    await core.close();
  }
}

describe("nights", () => {
  it("give the same tables as one delivery of everything, corrections and late rows among it", async () => {
    const [apart, together] = [await deliver("apart", true), await deliver("together", false)];
    for (const [table, rows] of Object.entries(together.tables))
      expect([table, apart.tables[table]]).toEqual([table, rows]);
    expect(together.tables.order_lines?.filter((row) => row.includes("9900"))).toHaveLength(1);
    expect(together.tables.order_lines?.filter((row) => row.includes("late-1"))).toHaveLength(1);
    // nothing before Sunday changed in the last night: its fits and evaluations are those of the night before
    const done = (run: Run | undefined, step: string) => run?.steps.find((one) => one.step === step);
    const [, late, quiet] = apart.runs;
    expect(done(quiet, "fit_mbg_nbd")).toMatchObject({ computed: 0 });
    expect(done(quiet, "evaluate_mbg_nbd")).toMatchObject({ computed: 0 });
    expect(done(late, "fit_mbg_nbd")).toMatchObject({ computed: 1 });
    for (const step of ["purchase_lines", "transactions"]) expect(done(quiet, step)).toMatchObject({ computed: 1 });
    for (const step of ["snapshot_orders", "snapshot_order_lines"])
      expect(done(quiet, step)).toMatchObject({ computed: 1 });
    expect(quiet?.tasks.computed).toBeLessThan((late?.tasks.computed ?? 0) * 0.8);
  }, 300_000);
});

import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createCore } from "../../src/main/core.ts";
import { fromEpochDay, toEpochDay } from "../../src/shared/base/time.ts";
import { inlineEngine } from "../../src/workers/service/service.ts";
import { lastDay } from "../../src/workers/sources/demo/calendar.ts";
import { publishedTables } from "../support/same-tables.ts";
import { untoldCells } from "../support/untold-cells.ts";

/** `npm run test:slow` takes the demo night by night for all its thirty nights; the usual run the last two of a small one. */
const isWhole = process.env.ASSAY_SLOW === "full";
const customers = isWhole ? Number(process.env.ASSAY_SLOW_CUSTOMERS ?? 1500) : 120;
const nightsTaken = isWhole ? 30 : 2;
const brand = "demo";

let folder: string;
let exports: string;
let nights: string[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "assay-demo-nights-"));
  exports = join(folder, "exports");
  const core = await createCore({ dataFolder: join(folder, "data"), engine: inlineEngine() });
  await core.client.stream("demo.make", { path: exports, customers, seed: 5 });
  await core.close();
  nights = readdirSync(join(exports, "updates")).sort().slice(-nightsTaken);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }), 300_000);

/** Takes the demo in, its nights one by one with a run after each, or all at once with one run; gives the last snapshot's tables. */
async function take(name: string, isApart: boolean): Promise<Record<string, string[]>> {
  const incoming = join(folder, name, "incoming");
  const isUpdate = (path: string) => path.startsWith(join(exports, "updates"));
  mkdirSync(incoming, { recursive: true });
  cpSync(exports, incoming, { recursive: true, filter: (path) => !isUpdate(path) });
  const arrive = (night: string) =>
    cpSync(join(exports, "updates", night), join(incoming, "updates", night), { recursive: true });
  if (!isApart) for (const night of nights) arrive(night);
  let now = "";
  const core = await createCore({
    dataFolder: join(folder, name, "data"),
    engine: inlineEngine(),
    now: () => new Date(now),
  });
  try {
    const { client } = core;
    const takeDay = async (day: string) => {
      now = `${fromEpochDay(toEpochDay(day) + 1)}T02:00:00Z`;
      await client.stream("sources.ingest", { brand });
      const run = await client.stream("runs.start", { brand, workers: 2, as_of: day });
      expect([day, run.state, run.as_of]).toEqual([day, "done", day]);
    };
    now = `${nights.at(-1)}T02:00:00Z`;
    await client.call("workspace.create", { path: join(folder, name, "workspace") });
    await client.call("brand.create", { brand, currency: "GBP", time_zone: "Europe/London", return_window_days: 30 });
    await client.call("sources.add", { brand, name: "demo", paths: [incoming] });
    await takeDay(isApart ? lastDay : (nights.at(-1) ?? lastDay));
    for (const night of isApart ? nights : []) {
      arrive(night);
      await takeDay(night);
    }
    expect(await untoldCells(client, brand)).toEqual([]);
    return await publishedTables(client, brand);
  } finally {
    await core.close();
  }
}

it(
  `${nightsTaken} nights of the demo give the same tables as one delivery of everything`,
  async () => {
    const together = await take("together", false);
    const apart = await take("apart", true);
    expect(Object.keys(apart)).toEqual(Object.keys(together));
    expect(Object.keys(together).length).toBeGreaterThan(40);
    const differing = Object.entries(together).flatMap(([table, rows]) => {
      const others = apart[table] ?? [];
      const [all, own] = [new Set(others), new Set(rows)];
      const missing = rows.filter((row) => !all.has(row));
      const added = others.filter((row) => !own.has(row));
      return missing.length + added.length > 0 || rows.length !== others.length
        ? [{ table, missing: missing.slice(0, 2), added: added.slice(0, 2), n: missing.length }]
        : [];
    });
    expect(differing).toEqual([]);
  },
  isWhole ? 7_200_000 : 900_000,
);

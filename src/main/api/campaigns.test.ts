import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { inlineEngine } from "../../workers/service/service.ts";
import { type Core, createCore } from "../core.ts";
import type { Engine } from "../schedule/engine-client.ts";

const folder = mkdtempSync(join(tmpdir(), "assay-campaigns-"));
const arms = [
  { variant: "a", is_control: false, customers: 90, planned_share: 0.9 },
  { variant: "control", is_control: true, customers: 10, planned_share: 0.1 },
];
const detectable = { purchase_rate: 0.1, purchase_rate_relative: 1, revenue_minor: 100, revenue_relative: 1 };
const figures = {
  audience: 100,
  left_out: [],
  arms,
  contacted: 90,
  kept_out: 10,
  base_rate: 0.1,
  base_revenue_minor: 500,
  explained: 0,
  detectable,
  choices: [],
};
const asked: { name: string; input: Record<string, unknown> }[] = [];

/** The engine with a snapshot that answers every question about campaigns with the same figures. */
function withAnswers(engine: Engine): Engine {
  const answer = (name: string, input: unknown): object => {
    asked.push({ name, input: input as Record<string, unknown> });
    if (name === "campaigns.list_of")
      return { path: "x", rows: 90, sha256: "0".repeat(64), left_out: [], manifest: "m", columns: [] };
    if (name === "campaigns.results") return { results: [] };
    if (name === "campaigns.delivered") return { names: [] };
    return name === "campaigns.plan" ? figures : { audience: 100, arms, left_out: [] };
  };
  const call = (name: string, input: { input?: unknown }, options: unknown) =>
    name === "campaigns.draw"
      ? Promise.resolve(answer(name, input))
      : (engine.call as (...args: unknown[]) => Promise<unknown>)(name, input, options);
  const stream = (name: string, input: { name: string; input?: unknown }, options: unknown) =>
    name === "query"
      ? Promise.resolve(answer(input.name, input.input))
      : (engine.stream as (...args: unknown[]) => Promise<unknown>)(name, input, options);
  return { ...engine, call, stream } as unknown as Engine;
}

let core: Core;
beforeAll(async () => {
  const inline = inlineEngine();
  core = await createCore({
    dataFolder: join(folder, "data"),
    engine: { ...inline, engine: withAnswers(inline.engine) },
  });
  await core.client.call("workspace.create", { path: join(folder, "ws") });
  await core.client.call("brand.create", { brand: "shop", currency: "GBP", time_zone: "Europe/London" });
  const body = {
    snapshot_id: "s".repeat(20),
    as_of: "2026-06-30",
    known_at: null,
    horizon_days: 365,
    purchase_horizon_days: 90,
    is_variant: false,
    customers: 100,
    tables: {},
  };
  const brandDir = join(folder, "ws", "brands", "shop");
  await inline.engine.call("log.append", { brandDir, kind: "snapshot_published", body, taskKey: "snapshot" });
});
afterAll(async () => {
  await core.close();
  rmSync(folder, { recursive: true, force: true });
});

const plan = {
  brand: "shop",
  definition: { sql: "order_count >= 1" },
  variants: [{ variant: "a", share: 1 }],
  holdout: 0.1,
};
const create = (campaign: string, more: object = {}) =>
  core.client.call("campaigns.create", { ...plan, campaign, ...more });
const write = (campaign: string, more: object = {}) =>
  core.client.stream("campaigns.export", { brand: "shop", campaign, out: join(folder, "lists"), ...more });

test("a campaign is kept with its plan in the brand's log, its shares adding up to one", async () => {
  const kept = await create("may", {
    variants: [
      { variant: "a", share: 0.6 },
      { variant: "b", share: 0.2 },
    ],
  });
  expect(kept).toMatchObject({ campaign: "may", goal: "revenue", days: 14, template: "csv", drawn: null, figures });
  expect(kept.variants.map(({ share }) => Math.round(share * 100))).toEqual([75, 25]);
  const { campaigns } = await core.client.call("campaigns.list", { brand: "shop" });
  expect(campaigns).toMatchObject([
    { campaign: "may", sentence: expect.stringContaining("order_count"), result: null },
  ]);
});

test("names that would confuse are refused", async () => {
  await create("june");
  const refused = (promise: Promise<unknown>, code: string) => expect(promise).rejects.toMatchObject({ code });
  await refused(create("june"), "conflict");
  await refused(create("two words"), "bad_input");
  await refused(create("july", { variants: [{ variant: "control", share: 1 }] }), "bad_input");
  const twice = [
    { variant: "a", share: 0.5 },
    { variant: "a", share: 0.5 },
  ];
  await refused(create("july", { variants: twice }), "bad_input");
  await refused(create("july", { definition: undefined }), "bad_input");
  await refused(create("july", { definition: undefined, segment: "nobody" }), "not_found");
});

test("groups are drawn once, however often the lists are written", async () => {
  await create("summer");
  await expect(core.client.call("campaigns.measure", { brand: "shop", campaign: "summer" })).rejects.toMatchObject({
    code: "not_found",
  });
  await expect(write("summer", { starts_on: "2026-06-01" })).rejects.toMatchObject({ code: "bad_input" });
  const once = await write("summer");
  expect(once).toMatchObject({ starts_on: "2026-06-30", arms, lists: [{ variant: "a", rows: 90 }] });
  const again = await write("summer", { starts_on: "2026-07-05" });
  expect(again.starts_on).toBe("2026-06-30"); // settled by the first
  const draws = asked.filter(({ name }) => name === "campaigns.draw");
  expect(draws).toHaveLength(1);
  const lists = asked.filter(({ name }) => name === "campaigns.list_of");
  expect(new Set(lists.map(({ input }) => input.groups)).size).toBe(1);
});

test("a cap knows of the campaigns before, and the standing holdout goes along", async () => {
  await core.client.call("campaigns.set_holdout", { brand: "shop", share: 0.05 });
  await create("capped", { cap: { messages: 2, days: 30 } });
  const input = asked.filter(({ name }) => name === "campaigns.plan").at(-1)?.input;
  expect(input).toMatchObject({ global_holdout: 0.05, earlier: [{ starts_on: "2026-06-30" }] });
  await create("loose");
  expect(asked.filter(({ name }) => name === "campaigns.plan").at(-1)?.input).toMatchObject({ earlier: [] });
});

test("a removed campaign is gone, and its name draws anew", async () => {
  const saltOf = () => asked.filter(({ name }) => name === "campaigns.plan").at(-1)?.input.salt;
  await create("again");
  const before = saltOf();
  await core.client.call("campaigns.remove", { brand: "shop", campaign: "again" });
  await expect(core.client.call("campaigns.remove", { brand: "shop", campaign: "again" })).rejects.toMatchObject({
    code: "not_found",
  });
  await create("again");
  expect(saltOf()).not.toBe(before);
});

test("a removal is taken back: the campaign stands as it was, its draw with it", async () => {
  const shown = async () => {
    const { campaigns } = await core.client.call("campaigns.list", { brand: "shop" });
    return campaigns.find(({ campaign }) => campaign === "kept");
  };
  await create("kept");
  const before = await shown();
  await core.client.call("campaigns.remove", { brand: "shop", campaign: "kept" });
  expect(await shown()).toBeUndefined();
  await core.client.call("campaigns.restore", { brand: "shop", campaign: "kept" });
  expect(await shown()).toEqual(before);
  await expect(core.client.call("campaigns.restore", { brand: "shop", campaign: "kept" })).rejects.toMatchObject({
    code: "not_found",
  });
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Core, createCore } from "../../src/main/core.ts";
import { AssayError } from "../../src/shared/base/errors.ts";
import { inlineEngine } from "../../src/workers/service/service.ts";

const brand = "shop";
let folder: string;
let core: Core;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "assay-identity-"));
  const incoming = join(folder, "incoming");
  mkdirSync(incoming);
  const crowd = Array.from({ length: 60 }, (_, at) => {
    const letter = (n: number) => "abcdefghijklmnopqrst"[n % 20] ?? "a";
    return `C${at},${letter(at)}o${letter(at * 7)}a,${letter(at * 3)}ar${letter(at * 11)}ell,p${at}@post.example,,LS${at % 40} ${at % 7}AA`;
  });
  const own = [
    "K1,Jon,Harkwell,jon@post.example,07700900111,YO1 7HH",
    "K2,Jon,Harkwell,jon@post.example,,YO1 7HH",
    "K3,Martha,Harkwell,martha@post.example,07700900222,YO1 7HH",
  ];
  writeFileSync(
    join(incoming, "customers.csv"),
    `customer_id,first_name,last_name,email,phone,postcode\n${[...crowd, ...own].join("\n")}\n`,
  );
  const orders = ["K1", "K2", "K3", "C1", "C2"].flatMap((id, at) =>
    [1, 2].map((k) => `${id}-${k},${id},2026-0${k + 3}-1${at},${20 + at}.00`),
  );
  writeFileSync(join(incoming, "orders.csv"), `order_id,customer_id,order_date,total\n${orders.join("\n")}\n`);
  core = await createCore({ dataFolder: join(folder, "data"), engine: inlineEngine() });
  const { client } = core;
  await client.call("workspace.create", { path: join(folder, "workspace") });
  await client.call("brand.create", { brand, currency: "GBP", time_zone: "Europe/London" });
  await client.call("sources.add", { brand, name: "crm", paths: [incoming] });
  await client.stream("sources.ingest", { brand });
  await run();
}, 120_000);
afterAll(async () => {
  await core?.close();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

/** A run of one model, made current. */
async function run(): Promise<void> {
  const { snapshot_id } = await core.client.stream("runs.start", { brand, models: ["rfm"], workers: 1 });
  await core.client.call("snapshots.publish", { brand, snapshot_id: snapshot_id ?? "" });
}
const explain = (a: string, b: string) => core.client.call("identity.explain", { brand, a, b });

describe("who is who", () => {
  it("is told with the records of each, and what their pairs weigh", async () => {
    const found = await explain("K1", "K2");
    expect(found.is_joined).toBe(true);
    expect(found.sides[0]?.records.map(({ source_record_id }) => source_record_id)).toEqual(["K1", "K2"]);
    const [pair] = found.pairs;
    expect(pair?.weights.find(({ name }) => name === "email")).toMatchObject({ level: "the same" });
    const bits = (pair?.weights ?? []).reduce((sum, one) => sum + one.bits, 0);
    const odds = 2 ** (bits + (pair?.prior_bits ?? 0) + (pair?.household_bits ?? 0));
    expect(odds / (1 + odds)).toBeCloseTo(pair?.probability ?? 0, 6);
    await expect(explain("K1", "nobody")).rejects.toBeInstanceOf(AssayError);
  });

  it("follows what people say from the next run on, ids and orders with it, and back again", async () => {
    const { client } = core;
    const before = await explain("K1", "K2");
    const id = before.sides[0]?.customer_id ?? "";
    const records = [{ key_space: before.sides[0]?.records[1]?.key_space ?? "", source_record_id: "K2" }];
    const effect = await client.call("identity.preview_split", { brand, customer_id: id, records });
    expect(effect.after).toEqual([
      { name: expect.anything(), records: 1, order_count: 2, revenue_minor: 4000 },
      { name: null, records: 1, order_count: 2, revenue_minor: 4200 },
    ]);
    const said = await client.call("identity.split", { brand, customer_id: id, records, note: "two brothers" });
    expect((await explain("K1", "K2")).is_joined).toBe(true); // until the next run
    await run();
    const after = await explain("K1", "K2");
    expect(after.is_joined).toBe(false);
    expect(after.sides.map(({ order_count, revenue_minor }) => [order_count, revenue_minor])).toEqual([
      [2, 4000],
      [2, 4200],
    ]);
    expect(after.sides[0]?.customer_id).toBe(id);
    await client.call("identity.undo", { brand, override: said.override });
    await run();
    expect(await explain("K1", "K2")).toMatchObject({ is_joined: true, sides: [{ customer_id: id, order_count: 4 }] });
    const { overrides } = await client.call("identity.read", { brand });
    expect(overrides).toMatchObject([{ override: said.override, kind: "split", undone: true, note: "two brothers" }]);
  }, 60_000);

  it("joins those who share nothing where a person says so, and refuses what makes no sense", async () => {
    const { client } = core;
    await client.call("identity.join", { brand, a: "K3", b: "C1" });
    await run();
    expect((await explain("K3", "C1")).is_joined).toBe(true);
    await expect(client.call("identity.join", { brand, a: "K3", b: "C1" })).rejects.toThrow(/one customer already/);
    const [side] = (await explain("C2", "C2")).sides;
    const records = (side?.records ?? []).map(({ key_space, source_record_id }) => ({ key_space, source_record_id }));
    const whole = { brand, customer_id: side?.customer_id ?? "", records };
    await expect(client.call("identity.split", whole)).rejects.toThrow(/Nothing would be left/);
    const foreign = [{ key_space: "brand", source_record_id: "K1" }];
    await expect(client.call("identity.split", { ...whole, records: foreign })).rejects.toThrow(/has no record K1/);
  }, 60_000);

  it("is measured against what is usual and against reviewers' words", async () => {
    const { client } = core;
    await client.call("identity.label", { brand, a: "K1", b: "K2", is_one_person: true });
    await client.call("identity.label", { brand, a: "C3", b: "C4", is_one_person: true });
    const found = await client.call("identity.read", { brand });
    expect(found.labels).toEqual({ same: 2, different: 0, agreed: 1 });
    expect([found.records, found.customers]).toEqual([63, 61]);
    expect(found.measures.map(({ measure }) => measure)).toContain("conflicting_share");
    expect(found.history.at(-1)).toMatchObject({ customers: 61 });
    expect(found.sizes.find(({ from }) => from === 2)?.customers).toBe(2);
  });
});

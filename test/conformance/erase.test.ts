import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Core, createCore } from "../../src/main/core.ts";
import { openSession, type Session } from "../../src/workers/engine/duckdb.ts";
import { verifyBrand } from "../../src/workers/engine/verify.ts";
import { inlineEngine } from "../../src/workers/service/service.ts";
import { shopBrand as brand, crmFile, openShop, ordersFile, personOf, type Shop } from "../support/small-shop.ts";

const gone = personOf(7);
const stays = personOf(8);
let folder: string;
let shop: Shop;
let duck: Session;
let brandDir: string;
let goneId: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "assay-erase-"));
  shop = await openShop(folder, 24);
  brandDir = join(shop.workspace, "brands", brand);
  duck = await openSession({ memoryLimit: 400e6, threads: 1, scratch: folder });
  mkdirSync(join(brandDir, "trash"), { recursive: true });
  const { client } = shop.core;
  // dropped on the window: a copy lies in this machine's folder
  const dropped = join(folder, "data", "uploads", "one", "more");
  mkdirSync(dropped, { recursive: true });
  const packed = gzipSync(crmFile(24).replace("first_name", "first_name").replaceAll("High Street", "Low Road"));
  writeFileSync(join(dropped, "people-2.csv.gz"), packed);
  await client.stream("sources.ingest", { brand, source: "crm", paths: [join(dropped, "people-2.csv.gz")] });
  // a row that can't be read keeps its text among the rejects
  await shop.deliver(
    "till",
    "late.csv",
    `${ordersFile(24, 0).trimEnd()}\nx1,c7,not a day,sku1,1,10.50\nx2,c8,neither,sku1,1,10.50\n`,
  );
  const run = await client.stream("runs.start", { brand, workers: 1, models: ["rfm"] });
  await client.call("snapshots.publish", { brand, snapshot_id: run.snapshot_id ?? "" });
  await client.stream("segments.export", {
    brand,
    definition: { sql: "order_count >= 1" },
    out: join(folder, "out.csv"),
  });
  for (const template of ["csv", "meta", "google"])
    await client.stream("segments.export", { brand, definition: { sql: "true" }, template, include_unreachable: true });
  await client.stream("sql.export", { brand, sql: "SELECT * FROM people", format: "parquet" });
  await client.stream("sql.export", { brand, sql: "SELECT * FROM people", format: "json" });
  const page = await client.call("sql.query", {
    brand,
    sql: `SELECT customer_id FROM people WHERE email = '${gone.email}'`,
  });
  goneId = String(page.rows[0]?.["customer_id"]);
  await client.stream("offline.keep", { brand, snapshot_id: run.snapshot_id ?? "" });
  await onLaptop(({ client: other }) =>
    other.stream("offline.keep", { brand, snapshot_id: run.snapshot_id ?? "" }).then(() => undefined),
  );
}, 240_000);
afterAll(async () => {
  duck.close();
  await shop.core.close();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

/** Another machine, which keeps a copy of the snapshot of its own. */
async function onLaptop(work: (core: Core) => Promise<void>): Promise<void> {
  const core = await createCore({
    dataFolder: join(folder, "laptop"),
    engine: inlineEngine(),
    workspace: shop.workspace,
  });
  await work(core).finally(() => core.close());
}

const search = async (text: string) => (await shop.core.client.call("customers.search", { brand, text })).hits;
const erase = (email = gone.email) => shop.core.client.stream("erasure.run", { brand, email });

/** Another process erases, and is killed while it writes artifacts anew. */
async function killedInTheMiddle(): Promise<void> {
  const cli = join(import.meta.dirname, "../../src/main/entries/cli.ts");
  const words = ["erase", "--email", gone.email, "--workspace", shop.workspace, "--json"];
  const env = { ...process.env, XDG_DATA_HOME: join(folder, "elsewhere") };
  const child = spawn(process.execPath, [cli, ...words], { env, stdio: ["ignore", "ignore", "pipe"], detached: true });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const aside = join(brandDir, "trash");
  child.stderr.resume();
  await expect
    .poll(() => readdirSync(aside, { recursive: true }).length, { timeout: 60_000, interval: 5 })
    .toBeGreaterThan(4);
  process.kill(-(child.pid ?? 0), "SIGKILL");
  await ended;
}

/** Files below the workspace and this machine's folder in which a text stands, packed ones read as what they hold. */
function filesWith(...texts: readonly string[]): Promise<string[]> {
  return filesBelow([shop.workspace, join(folder, "data")], texts);
}

async function filesBelow(roots: readonly string[], texts: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const root of roots) {
    for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      const bytes = readFileSync(path);
      const plain = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
      const shown = path.endsWith(".parquet") ? await parquetText(path) : plain.toString("latin1").toLowerCase();
      if (texts.some((text) => shown.includes(text.toLowerCase()))) found.push(relative(folder, path));
    }
  }
  return found;
}

async function parquetText(path: string): Promise<string> {
  const rows = await duck.rows(
    `SELECT CAST(t AS VARCHAR) AS row FROM read_parquet('${path}', hive_partitioning = false) t`,
  );
  return rows
    .map(({ row }) => String(row))
    .join("\n")
    .toLowerCase();
}

const hash = (text: string) => createHash("sha256").update(text).digest("hex");
const everything = () => filesWith(gone.email, gone.phone, gone.family, goneId, hash(gone.email), hash(gone.phone));

describe("an erasure", () => {
  it("is shown before it is done, and changes nothing then", { timeout: 120_000 }, async () => {
    await expect.poll(() => search(gone.family), { timeout: 20_000 }).toHaveLength(1);
    const before = await everything();
    expect(before.length).toBeGreaterThan(20);
    const preview = await shop.core.client.stream("erasure.preview", { brand, customer_id: goneId });
    expect(preview).toMatchObject({ is_known: true, counts: { customers: 1, landed_files: expect.any(Number) } });
    expect(preview.counts.landed_files).toBeGreaterThanOrEqual(4);
    expect(preview.counts.orders).toBeGreaterThan(3);
    expect(preview.counts.lists_rewritten).toBeGreaterThanOrEqual(3);
    expect(preview.counts.rows["people"]).toBe(2);
    expect(preview.counts.rows["profiles"]).toBe(1);
    expect(preview.lists_outside).toMatchObject([{ template: "csv", held: "yes" }]);
    expect(await everything()).toEqual(before);
  });

  it("that is stopped in the middle goes on, and leaves no byte of the person anywhere", {
    timeout: 180_000,
  }, async () => {
    const others = await filesWith(stays.email, stays.phone);
    const counted = async (path: string) =>
      Number(await duck.value(`SELECT count(*) FROM read_parquet('${path}', hive_partitioning = false)`));
    const { client } = shop.core;
    const { files } = await client.call("snapshots.path", { brand, table: "profiles" });
    const profiles = await counted(files[0] ?? "");
    await killedInTheMiddle();
    expect((await client.call("erasure.list", { brand })).pending).toBe(1);
    const stop = new AbortController();
    const half = client.stream(
      "erasure.run",
      { brand, email: gone.email },
      {
        signal: stop.signal,
        onProgress: ({ label, done }) => label.includes("artifacts") && done > 0 && stop.abort(),
      },
    );
    await expect(half).rejects.toMatchObject({ code: "cancelled" });
    expect((await client.call("erasure.list", { brand })).pending).toBe(1);
    const { receipt } = await erase();
    expect(receipt).toMatchObject({ remaining: 0, counts: { customers: 1, shared_values: 0 } });
    expect(receipt.lists_outside).toMatchObject([{ template: "csv", held: "yes" }]);
    expect(JSON.stringify(receipt).toLowerCase()).not.toContain(gone.family.toLowerCase());
    for (const text of [gone.email, gone.phone, goneId]) expect(JSON.stringify(receipt)).not.toContain(text);
    expect(await everything()).toEqual([]);
    expect((await client.call("erasure.list", { brand })).pending).toBe(0);

    expect((await filesWith(stays.email, stays.phone)).length).toBeGreaterThan(others.length * 0.9);
    const after = await client.call("snapshots.path", { brand, table: "profiles" });
    expect(await counted(after.files[0] ?? "")).toBe(profiles - 1);
    await expect.poll(() => search(stays.family), { timeout: 20_000 }).toHaveLength(1);
    expect(await search(gone.family)).toEqual([]);
    const found = verifyBrand(brandDir);
    expect(found.findings.filter(({ path }) => !path.startsWith("contents"))).toEqual([]);
  });

  it("reaches the copy on another machine at its next contact", async () => {
    const roots = [join(folder, "laptop")];
    const texts = [gone.email, gone.phone, gone.family, goneId];
    expect((await filesBelow(roots, texts)).length).toBeGreaterThan(3);
    await onLaptop(async ({ client }) => {
      expect((await client.call("offline.kept", { brand })).kept).toMatchObject([{ state: "whole" }]);
    });
    expect(await filesBelow(roots, texts)).toEqual([]);
    expect(await filesBelow(roots, [stays.email])).not.toEqual([]);
  });

  it("is answered with the same receipt when it is asked for again, and refused for strangers", {
    timeout: 60_000,
  }, async () => {
    const again = await erase();
    expect(again.is_repeated).toBe(true);
    expect(again.receipt).toEqual((await shop.core.client.call("erasure.list", { brand })).receipts.at(-1));
    await expect(erase("nobody@shop.example")).rejects.toMatchObject({ code: "not_found" });
  });

  it("keeps lists right: those in the workspace as they are now, those outside but for the erased", {
    timeout: 60_000,
  }, async () => {
    const { client } = shop.core;
    const inside = readdirSync(join(brandDir, "exports"), { recursive: true })
      .map(String)
      .filter((name) => name.endsWith("customers.csv"));
    expect(inside.length).toBeGreaterThan(0);
    for (const name of inside) {
      const verdict = await client.stream("lists.verify", { path: join(brandDir, "exports", name) });
      expect(verdict).toMatchObject({ ok: true, is_unaltered: true });
    }
    const outside = await client.stream("lists.verify", { path: join(folder, "out.csv") });
    expect(outside).toMatchObject({
      ok: true,
      is_unaltered: true,
      counts: { missing: 0, added: 0, changed: 0, erased: 1 },
    });
    expect(outside.notes.join(" ")).toMatch(/erased/);
  });

  it("keeps whoever was erased out of what is delivered again, and counts that", { timeout: 240_000 }, async () => {
    const { client } = shop.core;
    const { email, phone, id } = gone;
    await shop.deliver("crm", "again.csv", crmFile(25).replaceAll("High Street", "New Street"));
    await shop.deliver(
      "crm",
      "moved.csv",
      `customer_id,email,phone,first_name,last_name,address,created_at\nother-id,${email.toUpperCase()},,G,X,,2026-01-01T00:00:00Z\n${id},,,G,X,,2026-01-01T00:00:00Z\nz9,,${phone.replace("+44", "0")},G,X,,2026-01-01T00:00:00Z\n`,
    );
    await shop.deliver("till", "again.csv", ordersFile(25, 20_577));
    const { batches } = await client.call("batches.list", { brand });
    const erased = (name: string) => {
      const file = batches.flatMap(({ files }) => files).find(({ path }) => path.endsWith(name));
      const { rows_read = 0, rows_accepted = 0, rows_rejected = 0, rows_repeated = 0 } = file ?? {};
      expect(rows_read).toBe(rows_accepted + rows_rejected + rows_repeated);
      return file?.rejects.find(({ reason }) => reason === "erased")?.count;
    };
    expect(erased("crm/again.csv")).toBe(1);
    expect(erased("crm/moved.csv")).toBe(3);
    expect(erased("till/again.csv")).toBeGreaterThan(3);
    const run = await client.stream("runs.start", { brand, workers: 1, models: ["rfm"] });
    await client.call("snapshots.publish", { brand, snapshot_id: run.snapshot_id ?? "" });
    expect((await everything()).filter((path) => !path.startsWith("incoming"))).toEqual([]);
    expect(await search(stays.family)).toBeDefined();
  });
});

import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { shopBrand as brand, consentsFile, openShop, ordersFile, personOf, type Shop } from "../support/small-shop.ts";

let folder: string;
let shop: Shop;
let list: string;
let snapshotId: string | null;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "assay-verify-"));
  shop = await openShop(folder);
  const { client } = shop.core;
  const run = await client.stream("runs.start", { brand, workers: 1, models: ["rfm"] });
  snapshotId = run.snapshot_id;
  await client.call("snapshots.publish", { brand, snapshot_id: snapshotId ?? "" });
  await client.call("segments.save", { brand, segment: "buyers", definition: { sql: "order_count >= 1" } });
  list = join(folder, "out", "buyers.csv");
  await client.stream("segments.export", { brand, segment: "buyers", out: list });
}, 120_000);
afterAll(async () => {
  await shop.core.close();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

const verify = (path: string) => shop.core.client.stream("lists.verify", { path });
const lines = () => readFileSync(list, "utf8").trimEnd().split("\r\n");
function altered(name: string, change: (lines: string[]) => string[], withManifest = true): string {
  const path = join(folder, "out", name);
  writeFileSync(path, `${change(lines()).join("\r\n")}\r\n`);
  if (withManifest) copyFileSync(`${list}.manifest.json`, `${path}.manifest.json`);
  return path;
}

describe("a list", () => {
  it("is verified right after it was written, and under another name without anything beside it", async () => {
    const rows = lines().length - 1;
    expect(rows).toBeGreaterThan(10);
    const right = { ok: true, snapshot_id: snapshotId, rule: { sql: "order_count >= 1" }, differences: [], rows };
    expect(await verify(list)).toMatchObject({ ...right, found_by: "digest", is_unaltered: true, notes: [] });
    const renamed = join(folder, "sent-to-agency.csv");
    copyFileSync(list, renamed);
    expect(await verify(renamed)).toMatchObject({ ...right, found_by: "digest" });
  });

  it("is found altered where a value was edited, a line removed or added", async () => {
    const [, second = "", third = ""] = lines();
    const id = (line: string) => line.split(",")[0]?.replaceAll('"', "");
    const edited = altered("edited.csv", ([head = "", one = "", ...rest]) => [
      head,
      one.replace(/person\.\d+@/, "somebody.else@"),
      ...rest,
    ]);
    expect(await verify(edited)).toMatchObject({
      ok: false,
      found_by: "manifest",
      is_unaltered: false,
      counts: { missing: 0, added: 0, changed: 1 },
      differences: [{ kind: "changed", row: 1, customer_id: id(second), columns: ["email"] }],
    });
    const shorter = altered("shorter.csv", ([head = "", one = "", , ...rest]) => [head, one, ...rest]);
    expect(await verify(shorter)).toMatchObject({
      ok: false,
      counts: { missing: 1, added: 0, changed: 0 },
      differences: [{ kind: "missing", row: 2, customer_id: id(third) }],
    });
    const longer = altered("longer.csv", (all) => [...all, '"ffffffffffffffffffff","x@y.example","X","Y"']);
    expect(await verify(longer)).toMatchObject({
      ok: false,
      counts: { missing: 0, added: 1, changed: 0 },
      differences: [{ kind: "added", row: lines().length, customer_id: "ffffffffffffffffffff" }],
    });
    const doubled = altered("doubled.csv", ([head = "", one = "", ...rest]) => [head, one, one, ...rest]);
    expect((await verify(doubled)).counts).toEqual({ missing: 0, added: 1, changed: 0, erased: 0 });
  });

  it("holds where it was only saved in another form or sorted otherwise", async () => {
    const path = join(folder, "out", "buyers-sorted.csv");
    const [head = "", ...rest] = lines();
    writeFileSync(path, `\ufeff${[head, ...rest.toReversed()].map((line) => line.replaceAll('"', "")).join("\n")}\n`);
    copyFileSync(`${list}.manifest.json`, `${path}.manifest.json`);
    const verdict = await verify(path);
    expect(verdict).toMatchObject({ ok: true, is_unaltered: false, differences: [] });
    expect(verdict.notes).toEqual(["Every row holds, in another order."]);
  });

  it("of somebody else is refused, and a folder", async () => {
    const foreign = join(folder, "foreign.csv");
    writeFileSync(foreign, "email\nx@y.example\n");
    await expect(verify(foreign)).rejects.toMatchObject({ code: "not_found" });
    await expect(verify(folder)).rejects.toMatchObject({
      code: "not_found",
      message: expect.stringMatching(/no file/),
    });
  });

  it("for a platform, of a campaign and of a statement is verified too", { timeout: 120_000 }, async () => {
    const { client } = shop.core;
    const meta = join(folder, "out", "meta.csv");
    await client.stream("segments.export", {
      brand,
      definition: { where: { combinator: "and", rules: [{ field: "segment", operator: "in", value: ["buyers"] }] } },
      template: "meta",
      out: meta,
      include_unreachable: true,
    });
    expect(await verify(meta)).toMatchObject({ ok: true, template: "meta", segment: null });
    const cut = join(folder, "out", "meta-cut.csv");
    const [head, , ...rest] = readFileSync(meta, "utf8").split("\r\n");
    writeFileSync(cut, [head, ...rest].join("\r\n"));
    copyFileSync(`${meta}.manifest.json`, `${cut}.manifest.json`);
    expect((await verify(cut)).counts).toEqual({ missing: 1, added: 0, changed: 0, erased: 0 });

    const variants = [
      { variant: "a", share: 1 },
      { variant: "b", share: 1 },
    ];
    await client.call("campaigns.create", { brand, campaign: "may", segment: "buyers", variants, holdout: 0.2 });
    const sent = await client.stream("campaigns.export", { brand, campaign: "may", out: join(folder, "may") });
    for (const { path } of sent.lists) expect(await verify(path)).toMatchObject({ ok: true, campaign: "may" });

    for (const format of ["csv", "parquet", "json"] as const) {
      const out = join(folder, "out", `report.${format}`);
      const sql = "SELECT customer_id, order_count FROM profiles WHERE order_count > 2 ORDER BY ALL";
      await client.stream("sql.export", { brand, sql, format, out });
      expect(await verify(out)).toMatchObject({ ok: true, kind: "query", rule: sql });
    }
  });

  it("stays right after a later night, after its segment changed, and after somebody was suppressed since", {
    timeout: 120_000,
  }, async () => {
    const { client } = shop.core;
    const { email } = personOf(2);
    await shop.deliver("consents", "later.csv", consentsFile(0, [`${email},,suppressed,2026-04-30T10:00:00Z`]));
    await shop.deliver("till", "more.csv", ordersFile(24, 20_575));
    await client.call("segments.save", { brand, segment: "buyers", definition: { sql: "order_count >= 3" } });
    const run = await client.stream("runs.start", { brand, workers: 1, models: ["rfm"] });
    await client.call("snapshots.publish", { brand, snapshot_id: run.snapshot_id ?? "" });
    expect(run.snapshot_id).not.toBe(snapshotId);
    const now = join(folder, "out", "now.csv");
    await client.stream("segments.export", { brand, definition: { sql: "order_count >= 1" }, out: now });
    expect(readFileSync(list, "utf8")).toContain(email);
    expect(readFileSync(now, "utf8")).not.toContain(email);
    expect(await verify(list)).toMatchObject({ ok: true, snapshot_id: snapshotId });
    expect(await verify(now)).toMatchObject({ ok: true, snapshot_id: run.snapshot_id });
  });

  it("of a snapshot that is gone says so", async () => {
    rmSync(join(shop.workspace, "brands", brand, "snapshots", snapshotId ?? ""), { recursive: true });
    const verdict = await verify(list);
    expect(verdict).toMatchObject({
      ok: false,
      is_recomputed: false,
      why_not: "snapshot_collected",
      is_unaltered: true,
    });
    expect(verdict.notes[0]).toMatch(/has been collected/);
  });
});

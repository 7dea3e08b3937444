import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { hostname, tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { shopBrand as brand, openShop, type Shop } from "../support/small-shop.ts";

let folder: string;
let shop: Shop;
const own = { account: userInfo().username, host: hostname() };
const buyers = { sql: "order_count >= 1" };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "assay-disclosures-"));
  shop = await openShop(folder);
  const { client } = shop.core;
  const { snapshot_id } = await client.stream("runs.start", { brand, workers: 1, models: ["rfm"] });
  await client.call("snapshots.publish", { brand, snapshot_id: snapshot_id ?? "" });
}, 120_000);
afterAll(async () => {
  await shop.core.close();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

const read = () => shop.core.client.call("disclosures.list", { brand });
const out = (name: string) => join(folder, "out", name);
const list = (name: string, more: object = {}) =>
  shop.core.client.stream("segments.export", { brand, definition: buyers, out: out(name), ...more });
const ask = (name: string, sql: string) =>
  shop.core.client.stream("sql.export", { brand, sql, format: "csv", out: out(name) });
const handOff = (name: string, tables: string[]) =>
  shop.core.client.stream("handoff.write", { brand, tables, to: out(name) });

describe("the register of disclosures", () => {
  it("says who took what out, and which personal columns it held, hashed ones too", async () => {
    expect(await read()).toMatchObject({ is_permitted: true, exporters: null, disclosures: [] });
    const written = await list("plain.csv");
    await list("meta.csv", { template: "meta", include_unreachable: true });
    await ask("stages.csv", "SELECT customer_id, order_count FROM profiles");
    await ask("names.csv", "SELECT count(*) AS n FROM profiles JOIN people USING (customer_id)");
    await handOff("tables", ["profiles", "people"]);
    const { disclosures } = await read();
    expect(disclosures.map(({ kind, personal }) => [kind, personal])).toEqual([
      ["hand-off", ["people"]],
      ["query", ["people"]],
      ["query", []],
      ["segment", ["email", "phone", "fn", "ln", "ct", "zip", "country", "dob", "gen"]],
      ["segment", ["email", "given_name", "family_name"]],
    ]);
    expect(disclosures.every((one) => one.account === own.account && one.host === own.host)).toBe(true);
    expect(disclosures.at(-1)).toMatchObject({ rows: written.rows, path: written.path, sha256: written.sha256 });
  });

  it("lets nobody else out with personal data, by no way, and remembers who tried", async () => {
    const before = (await read()).disclosures.length;
    await shop.core.client.call("disclosures.permit", { brand, exporters: ["ann", "ann"] });
    const refused = { code: "not_permitted" };
    await expect(list("refused.csv")).rejects.toMatchObject(refused);
    await expect(ask("refused.csv", "SELECT * FROM people")).rejects.toMatchObject(refused);
    await expect(ask("refused.parquet", "WITH p AS (FROM people) SELECT count(*) FROM p")).rejects.toMatchObject(
      refused,
    );
    await expect(handOff("refused", ["people"])).rejects.toMatchObject(refused);
    await expect(shop.core.client.call("disclosures.permit", { brand, exporters: null })).rejects.toMatchObject(
      refused,
    );
    expect(["refused.csv", "refused.parquet", "refused"].filter((name) => existsSync(out(name)))).toEqual([]);

    const tables = join(folder, "workspace", "brands", brand, "snapshots");
    await expect(
      ask("path.csv", `SELECT * FROM read_parquet('${tables}/*/tables/people/**/*.parquet')`),
    ).rejects.toThrow();
    await ask("counts.csv", "SELECT count(*) AS n FROM profiles");
    const shown = { brand, sql: "SELECT email FROM people LIMIT 1" };
    await expect(shop.core.client.call("sql.query", shown)).rejects.toMatchObject(refused);

    const { is_permitted, exporters, disclosures } = await read();
    expect([is_permitted, exporters]).toEqual([false, ["ann"]]);
    const since = disclosures.slice(0, disclosures.length - before).reverse();
    expect(since.map(({ kind, personal, account }) => [kind, personal, account])).toEqual([
      ["permission", null, own.account],
      ["refused", ["email", "given_name", "family_name"], own.account],
      ["refused", ["people"], own.account],
      ["refused", ["people"], own.account],
      ["refused", ["people"], own.account],
      ["query", [], own.account],
      ["refused", ["people"], own.account],
    ]);
  });
});

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dataSet } from "../../../test/support/data-sets.ts";
import { parseMapping } from "../../shared/domain/mapping.ts";
import { openSession, type Session } from "../engine/duckdb.ts";
import { recognise } from "../sources/layouts.ts";
import { openRaw } from "../sources/open-raw.ts";
import { profileColumns } from "../sources/profile.ts";
import { dropSql } from "../sources/raw.ts";
import { normaliseFile } from "./normalise-file.ts";

let folder: string;
let session: Session;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "assay-public-"));
  session = await openSession({ memoryLimit: 512e6, threads: 2, scratch: folder });
});
afterAll(() => {
  session.close();
  rmSync(folder, { recursive: true, force: true });
});
const signal = new AbortController().signal;
const dayOf = (value: unknown) => String(value).slice(0, 10);

/** A set read with the mapping that is proposed for it. */
async function normaliseUnaided(path: string) {
  const { raw } = await openRaw(session, path, { scratch: folder, signal });
  const mapping = parseMapping(recognise(basename(path), await profileColumns(session, raw)));
  const brand = { currency: "USD", timeZone: "America/New_York" };
  const place = { source: "set", batchId: "b1", fileNumber: 0, fileName: basename(path), notAfter: null };
  const found = await normaliseFile(session, raw, { mapping, brand, ...place });
  const count = async (table: string) =>
    Number(found.tables.has(table) ? await session.value(`SELECT count(*) FROM ${found.tables.get(table)}`) : 0);
  return { ...found, raw, mapping, count };
}

const cdnow = dataSet("cdnow/CDNOW_master.txt");
describe("the CDNOW cohort", () => {
  it.skipIf(cdnow === undefined)("is read whole from blanks between columns", async () => {
    const found = await normaliseUnaided(cdnow ?? "");
    expect(found.raw.rowsRead).toBe(69_659);
    expect(found.rowsRejected).toBe(0);
    const table = found.tables.get("orders") ?? found.tables.get("order_lines");
    const [totals] = await session.rows(
      `SELECT count(*) AS n, count(DISTINCT source_customer_id) AS customers, min(ordered_at)::VARCHAR AS first, max(ordered_at)::VARCHAR AS last FROM ${table}`,
    );
    expect(totals).toMatchObject({ n: 69_659, customers: 23_570 });
    expect([dayOf(totals?.first), dayOf(totals?.last)]).toEqual([
      "1997-01-01",
      expect.stringMatching(/1998-06-(29|30)/),
    ]);
  });
});

const sets = [
  ["olist/olist_orders_dataset.csv.gz", 22_870],
  ["superstore/superstore_orders.csv.gz", 9_994],
  ["hillstrom/hillstrom_email.csv.gz", 64_000],
  ["maven_fuzzy_factory/orders.csv.gz", 32_313],
  ["febrl/dataset1.csv", 1_000],
  ["shopify/shopify_orders_synthetic_flat.csv", 6_404],
] as const;
describe("public data sets", () => {
  for (const [path, rows] of sets) {
    const found = dataSet(path);
    it.skipIf(found === undefined)(`are read whole: ${path}`, async () => {
      const { raw } = await openRaw(session, found ?? "", { scratch: folder, signal, asItLies: true });
      expect(raw.rowsRejected).toBe(0);
      expect(raw.rowsRead).toBe(rows);
      await session.run(dropSql(raw));
    });
  }
});

const unaided = [
  ["olist/olist_orders_dataset.csv.gz", "olist", { orders: 22_870 }],
  ["olist/olist_order_items_dataset.csv.gz", "olist", { order_lines: 26_109 }],
  ["olist/olist_order_payments_dataset.csv", "olist", {}],
  ["maven_fuzzy_factory/order_item_refunds.csv", "maven", { returns: 1_731 }],
  ["superstore/superstore_orders.csv.gz", "generic", { order_lines: 9_994, products: 1_894, customers: 4_910 }],
  ["shopify/orders_export_devstore.csv", "shopify", { orders: 19, order_lines: 40 }],
  ["shopify/shopify_orders_synthetic_flat.csv", "generic", { order_lines: 6_404, orders: 6_404 }],
] as const;
describe("public data sets without a mapping by hand", () => {
  for (const [path, layout, tables] of unaided) {
    const found = dataSet(path);
    it.skipIf(found === undefined)(`feed their tables: ${path}`, async () => {
      const { mapping, rowsRejected, count } = await normaliseUnaided(found ?? "");
      expect([mapping.layout, rowsRejected]).toEqual([layout, 0]);
      const counts = await Promise.all(Object.keys(tables).map(async (table) => [table, await count(table)]));
      expect(Object.fromEntries(counts)).toEqual(tables);
    });
  }

  const superstore = dataSet("superstore/superstore_orders.csv.gz");
  it.skipIf(superstore === undefined)("keep their money, with discounts that were shares", async () => {
    const { tables } = await normaliseUnaided(superstore ?? "");
    const [totals] = await session.rows(
      `SELECT sum(amount_minor) AS sales, count(*) FILTER (discount_minor > 0) AS discounted,
       count(*) FILTER (abs(list_price_minor * quantity - discount_minor - amount_minor) > 1) AS torn FROM ${tables.get("order_lines")}`,
    );
    expect(Number(totals?.sales)).toBeCloseTo(229_720_086, -3);
    expect(totals).toMatchObject({ discounted: 5_196, torn: 0 });
  });
});

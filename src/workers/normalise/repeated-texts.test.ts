import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Mapping } from "../../shared/domain/mapping.ts";
import { openSession, type Session } from "../engine/duckdb.ts";
import { openRaw } from "../sources/open-raw.ts";
import { normaliseFile } from "./normalise-file.ts";

let folder: string;
let session: Session;
let counted = 0;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "assay-repeated-"));
  session = await openSession({ memoryLimit: 512e6, threads: 2, scratch: folder });
});
afterAll(() => {
  session.close();
  rmSync(folder, { recursive: true, force: true });
});

const time = { column: "at", format: "%d/%m/%Y %H:%M" };
const mapping: Mapping = {
  layout: "generic",
  tables: [
    {
      table: "order_lines",
      columns: {
        ...{ order_id: "order", line_id: "line", source_customer_id: "customer", ordered_at: time, product_id: "sku" },
        ...{ quantity: "quantity", unit_price_minor: { column: "price", decimal: "." as const } },
      },
    },
    {
      table: "orders",
      columns: { order_id: "order", source_customer_id: "customer", ordered_at: time, email: "mail" },
    },
    { table: "customers", columns: { source_customer_id: "customer", email: "mail" } },
  ],
};

function line(at: number, more: { at?: string; order?: string } = {}): string {
  const order = Math.floor(at / 4);
  const day = `${String(1 + (order % 28)).padStart(2, "0")}/0${1 + (order % 7)}/2026 1${order % 8}:30`;
  const price = order % 11 === 0 ? "n/a" : order % 5 === 0 ? " 12.50 " : `${at % 13}.99`;
  return [
    more.order ?? `o${order}`,
    at % 4,
    `c${order % 900}`,
    more.at ?? day,
    `s${at % 60}`,
    1 + (at % 3),
    price,
    `P${order % 900}@x.example`,
  ].join(",");
}

/** What is made of some lines, without where they stood. */
async function read(lines: readonly string[]) {
  const path = join(folder, `${++counted}.csv`);
  writeFileSync(path, `${["order,line,customer,at,sku,quantity,price,mail", ...lines].join("\n")}\n`);
  const { raw } = await openRaw(session, path, { scratch: folder, signal: new AbortController().signal });
  const place = { source: "till", batchId: "b", fileNumber: 0, fileName: "till.csv", notAfter: null };
  const brand = { currency: "EUR", timeZone: "Europe/Berlin" };
  const found = await normaliseFile(session, raw, { mapping, brand, ...place });
  const distinct = (relation: string, without: string) =>
    session.rows(`SELECT DISTINCT * EXCLUDE (${without}) FROM ${relation} ORDER BY ALL`);
  const tables: Record<string, unknown> = {};
  for (const [table, name] of found.tables) tables[table] = await distinct(name, "source_row");
  const count = async (table: string) => Number(await session.value(`SELECT count(*) FROM ${found.tables.get(table)}`));
  const rejects = await distinct(found.rejects, "line, source_row");
  return {
    tables,
    rejects,
    rowsRejected: found.rowsRejected,
    orders: await count("orders"),
    lines: await count("order_lines"),
  };
}

const many = 22_000;

describe("a file whose texts repeat", () => {
  it("gives what each part of it gives, unreadable cells and orders without a number among it", async () => {
    const odd = [line(1, { at: "soon" }), line(6, { order: "" }), line(7, { order: "" }), line(4, { order: "" })];
    const lines = [...Array.from({ length: many }, (_, at) => line(at)), ...odd];
    const whole = await read(lines);
    const parts = [await read(lines.slice(0, many / 2)), await read(lines.slice(many / 2))];
    for (const table of ["order_lines", "orders", "customers"]) {
      const union = parts.flatMap(({ tables }) => tables[table] as Record<string, unknown>[]);
      const texts = (rows: readonly unknown[]) => [...new Set(rows.map((row) => JSON.stringify(row)))].sort();
      expect([table, texts(whole.tables[table] as unknown[])]).toEqual([table, texts(union)]);
    }
    const [first, second] = parts;
    expect(whole.rowsRejected).toBe((first?.rowsRejected ?? 0) + (second?.rowsRejected ?? 0));
    expect(whole.lines).toBe(lines.length - whole.rowsRejected);
  });

  it("says each order once, the last of its lines, but for orders without a number", async () => {
    const clean = [0, 1, 2, 3, 4, 5].map((at) => line(at + 8));
    const nameless = [line(8, { order: "" }), line(8, { order: "" })];
    expect((await read([...clean, ...nameless])).orders).toBe(4);
    const faulty = await read([...clean, line(9, { at: "soon" })]);
    expect([faulty.rowsRejected, faulty.tables["orders"]]).toEqual([1, (await read(clean)).tables["orders"]]);
  });
});

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Mapping } from "../../shared/domain/mapping.ts";
import { openSession, type Session } from "../engine/duckdb.ts";
import { openRaw } from "../sources/open-raw.ts";
import { dropSql, requireReadable } from "../sources/raw.ts";
import { normaliseFile } from "./normalise-file.ts";
import { manyRows } from "./plain-columns.ts";

let folder: string;
let session: Session;
let counted = 0;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "assay-plain-"));
  session = await openSession({ memoryLimit: 512e6, threads: 1, scratch: folder });
});
afterAll(() => {
  session.close();
  rmSync(folder, { recursive: true, force: true });
});

const mapping: Mapping = {
  layout: "generic",
  tables: [
    {
      table: "order_lines",
      columns: {
        ...{ order_id: "order", line_id: "line", source_customer_id: "customer", ordered_at: "at", product_id: "sku" },
        ...{
          quantity: "quantity",
          unit_price_minor: "price",
          discount_minor: { column: "less", decimal: "." as const },
        },
      },
    },
    {
      table: "orders",
      columns: { order_id: "order", source_customer_id: "customer", ordered_at: "at", email: "mail" },
    },
    { table: "products", columns: { product_id: "sku", list_price_minor: "price" } },
    { table: "customers", columns: { source_customer_id: "customer", email: "mail" } },
  ],
};

/** Orders an hour apart, so that they meet every change of a zone's clock within years. */
function line(at: number, more: { order?: string; at?: string; sku?: string } = {}): string {
  const order = Math.floor(at / 2);
  const moment = new Date(Date.UTC(2023, 11, 30) + order * 3_600_000).toISOString().slice(0, 16).replace("T", " ");
  const price = [`${at % 13}.99`, `${at % 13}`, "-1.5", "0.125", ""][at % 5];
  const cells = [more.order ?? `o${order}`, at % 2, `c${order % 900}`, more.at ?? `${moment}:0${order % 10}`];
  return [
    ...cells,
    more.sku ?? `s${at % 60}`,
    1 + (at % 3),
    price,
    at % 4 === 0 ? "0.50" : "",
    `P${order % 900}@x.example`,
  ].join();
}

interface Reading {
  readonly zone?: string;
  readonly keepsRaw?: boolean;
  readonly from?: number;
  /** Types of the Parquet file that the lines are read from, in place of a text. */
  readonly types?: string;
}

interface Said {
  readonly rows: number;
  /** Sum of the rows' hashes, with where they stood in all lines. */
  readonly hashes: bigint;
  readonly nameless: number;
}

async function write(lines: readonly string[], types: string | undefined): Promise<string> {
  const path = join(folder, `${++counted}.csv`);
  writeFileSync(path, `${["order,line,customer,at,sku,quantity,price,less,mail", ...lines].join("\n")}\n`);
  if (types === undefined) return path;
  await session.run(
    `COPY (SELECT * FROM read_csv('${path}', header = true, columns = ${types})) TO '${path}.parquet' (FORMAT parquet)`,
  );
  return `${path}.parquet`;
}

async function read(
  lines: readonly string[],
  { zone = "Europe/Berlin", keepsRaw = false, from = 0, types }: Reading = {},
) {
  const path = await write(lines, types);
  const opening = { scratch: folder, signal: new AbortController().signal, leftFrom: manyRows };
  const { raw } = await openRaw(session, path, opening);
  const place = { source: "till", batchId: "b", fileNumber: 0, fileName: "till.csv", notAfter: null, keepsRaw };
  const found = await normaliseFile(session, raw, { mapping, brand: { currency: "EUR", timeZone: zone }, ...place });
  const tables: Record<string, Said> = {};
  for (const [table, name] of found.tables) {
    const nameless = table.startsWith("order") ? "count(*) FILTER (order_id IS NULL)" : "0";
    const [row = {}] = await session.rows(
      `SELECT count(*) AS n, CAST(sum(hash(t)) AS VARCHAR) AS hashes, ${nameless} AS nameless FROM (SELECT * REPLACE (source_row + ${from} AS source_row) FROM ${name}) t`,
    );
    tables[table] = {
      rows: Number(row["n"]),
      hashes: BigInt(String(row["hashes"])),
      nameless: Number(row["nameless"]),
    };
  }
  const inOrder = [...found.tables].filter(([, name]) => found.inOrder.has(name)).map(([table]) => table);
  for (const name of found.inOrder) {
    const plan = JSON.stringify(await session.rows(`EXPLAIN SELECT * FROM ${name}`));
    expect([name, plan.includes("JOIN")]).toEqual([name, false]); // what is joined comes in no order
  }
  await session.run(dropSql(raw));
  return { tables, inOrder, rowsRejected: found.rowsRejected };
}

const many = 21_000;
const lines = Array.from({ length: many }, (_, at) => line(at));

/** The same, read in parts that are too small to be looked through. */
async function readInParts(all: readonly string[], reading: Reading = {}) {
  const tables: Record<string, Said> = {};
  let rowsRejected = 0;
  for (let from = 0; from < all.length; from += 12_000) {
    const part = await read(all.slice(from, from + 12_000), { ...reading, from });
    rowsRejected += part.rowsRejected;
    for (const [table, { rows, hashes, nameless }] of Object.entries(part.tables)) {
      const before = tables[table] ?? { rows: 0, hashes: 0n, nameless: 0 };
      tables[table] = {
        rows: before.rows + rows,
        hashes: before.hashes + hashes,
        nameless: before.nameless + nameless,
      };
    }
  }
  return { tables, rowsRejected };
}

describe("a file whose columns are plain throughout", () => {
  for (const zone of ["Europe/Berlin", "Australia/Lord_Howe"])
    it(`says of lines and orders what its parts say, by the clock of ${zone}`, async () => {
      const [whole, parts] = [await read(lines, { zone, keepsRaw: true }), await readInParts(lines, { zone })];
      for (const table of ["order_lines", "orders"])
        expect([table, whole.tables[table]]).toEqual([table, parts.tables[table]]);
      expect(whole.inOrder).toEqual(["order_lines", "orders", "customers"]);
    });

  it("says the same where its rows don't stay", async () => {
    const [kept, dropped] = [await read(lines, { keepsRaw: true }), await read(lines)];
    expect([dropped.tables, dropped.inOrder]).toEqual([kept.tables, []]);
  });

  it("is read with doubts where a row is otherwise", async () => {
    const odd = [
      ...[line(22, { at: "2024-06-01 10:00:00Z" }), line(23, { at: "soon" }), line(24, { sku: " s1 " })],
      ...[line(25, { order: "" }), line(25, { order: "" })],
    ];
    const some = [...lines.slice(24), ...odd];
    const [whole, parts] = [await read(some, { keepsRaw: true }), await readInParts(some)];
    expect(whole.tables["order_lines"]).toEqual(parts.tables["order_lines"]);
    expect([whole.rowsRejected, whole.tables["orders"]?.nameless]).toEqual([1, 2]);
    expect(parts.rowsRejected).toBe(1);
  });

  it("counts a row with a cell too few", async () => {
    const found = await read([...lines, "o1,1,c1"], { keepsRaw: true });
    expect([found.tables["order_lines"]?.rows, found.rowsRejected]).toEqual([many, 1]);
  });
});

const ids = "'order': 'VARCHAR', 'line': 'INTEGER', 'customer': 'VARCHAR'";
const amounts = "'quantity': 'BIGINT', 'price': 'DECIMAL(12,3)', 'less': 'DOUBLE', 'mail': 'VARCHAR'";
const typesWith = (at: string) => `{${ids}, 'at': '${at}', 'sku': 'VARCHAR', ${amounts}}`;

describe("a Parquet file of many rows", () => {
  for (const at of ["TIMESTAMP", "TIMESTAMP_NS", "VARCHAR"])
    it(`says what the text says whose times are ${at} in it`, async () => {
      const [left, parts] = [await read(lines, { types: typesWith(at) }), await readInParts(lines)];
      for (const table of ["order_lines", "orders"])
        expect([table, left.tables[table]]).toEqual([table, parts.tables[table]]);
      expect(left.rowsRejected).toBe(0);
    });

  it("is rejected by row where a time is none that a reader takes", async () => {
    const odd = [line(22, { at: "0012-06-01 10:00:00" }), line(23, { at: "" })];
    const some = [...lines.slice(22), ...odd];
    const [left, parts] = [await read(some, { types: typesWith("TIMESTAMP") }), await readInParts(some)];
    expect(left.tables["order_lines"]).toEqual(parts.tables["order_lines"]);
    expect([left.rowsRejected, parts.rowsRejected]).toEqual([2, 2]); // a required one that is empty, too
  });

  it("says instants of UTC whatever the shop's clock", async () => {
    const [left, parts] = [
      await read(lines, { types: typesWith("TIMESTAMPTZ") }),
      await readInParts(lines, { zone: "UTC" }),
    ];
    for (const table of ["order_lines", "orders"])
      expect([table, left.tables[table]]).toEqual([table, parts.tables[table]]);
  });

  it("is said to be damaged where its rows can't be read later", async () => {
    const path = await write(lines, typesWith("TIMESTAMP"));
    const bytes = readFileSync(path);
    bytes.fill(0x5a, 400, bytes.length - 6_000);
    writeFileSync(path, bytes);
    const opening = { scratch: folder, signal: new AbortController().signal, leftFrom: manyRows };
    const { raw } = await openRaw(session, path, opening);
    await expect(requireReadable(session, raw, "lines.parquet")).rejects.toMatchObject({
      code: "bad_input",
      message: "lines.parquet is no Parquet file that can be read.",
    });
  });
});

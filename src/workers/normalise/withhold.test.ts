import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync, zstdCompressSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import writeExcelFile from "write-excel-file/node";
import { openSession } from "../engine/duckdb.ts";
import { pseudonym, pseudonymSql } from "../engine/pseudonym.ts";
import { literal } from "../engine/sql.ts";
import { openRaw } from "../sources/open-raw.ts";
import { withholdRows } from "./withhold.ts";

const { signal } = new AbortController();
const key = createHash("sha256").update("a key").digest();
const marks = [
  pseudonym(key, "email", "ann@shop.example"),
  pseudonym(key, "phone", "+442079460018"),
  pseudonym(key, "record", "brand", "c1"),
  pseudonym(key, "order", "brand", "o1"),
  pseudonym(key, "card", "L-1"),
];
const mapping = {
  layout: "generic",
  tables: [
    { table: "customers", columns: { source_customer_id: "id", email: "email", phone: "phone", loyalty_id: "card" } },
    { table: "orders", columns: { order_id: "order", source_customer_id: "id", ordered_at: "at" } },
  ],
};
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "assay-withhold-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const open = () => openSession({ memoryLimit: 300e6, threads: 1, scratch: folder });
let made = 0;

/** The rows that are left of a file, and its bytes. */
async function left(name: string, bytes: Uint8Array | string, more: { texts?: string[]; mapping?: object } = {}) {
  const path = join(folder, `${++made}-${name}`);
  const out = join(folder, `${made}-out-${name}`);
  writeFileSync(path, bytes);
  const session = await open();
  const again = await open();
  try {
    const request = {
      path,
      name,
      mapping,
      source: "crm",
      time_zone: "Europe/London",
      key: key.toString("hex"),
      marks,
      texts: [],
      out,
    };
    const { rows } = await withholdRows(session, { ...request, ...more }, { scratch: folder, signal });
    if (rows === 0) return { rows, bytes: Buffer.alloc(0), kept: [] as string[] };
    const { raw } = await openRaw(again, out, { scratch: folder, signal, name, asItLies: true });
    const at = raw.columns.findIndex((column) => column === "id" || column === "Name");
    const read = await again.rows(`SELECT c${at} AS id FROM ${raw.table} ORDER BY source_row`);
    return { rows, bytes: readFileSync(out), kept: read.map(({ id }) => String(id)) };
  } finally {
    session.close();
    again.close();
  }
}

const header = "id,email,phone,card,order,at,note";
const people = [
  "c1,,,,,,by its id",
  'c2,ANN@shop.example ,,,,,"by its address,\nover two lines"',
  "c3,,020 7946 0018,,,,by its number",
  "c4,bob@shop.example,,L-2,o4,2026-01-01,stays",
  "c5,,,L-1,,,by its card",
  "c6,,,,o1,2026-01-01,by its order",
  "c7,eve@shop.example,,,,,write to Ann@Shop.example instead",
  'c8,,,,,,"stays ""too"""',
];

describe("rows of erased people", () => {
  it("are left out of a text, with what goes over lines, and nothing else changes", async () => {
    const text = `\ufeff${[header, ...people].join("\n")}\n`;
    const { rows, bytes, kept } = await left("people.csv", text);
    expect(rows).toBe(6);
    expect(kept).toEqual(["c4", "c8"]);
    expect(bytes.toString("utf8")).toBe(`\ufeff${[header, people[3], people[7]].join("\n")}\n`);
    expect(await left("strangers.csv", `${header}\nc9,x@y.example,,,,,\n`)).toMatchObject({ rows: 0 });
  });

  it("are left out of every form that a file may have", async () => {
    const plain = people.map((row) => row.replaceAll(/"[\s\S]*"/g, "quoted"));
    const csv = `${[header, ...plain].join("\r\n")}\r\n`;
    const cells = plain.map((row) => row.split(","));
    const objects = cells.map((row) => Object.fromEntries(header.split(",").map((name, at) => [name, row[at] ?? ""])));
    const packed = await left("people.csv.gz", gzipSync(csv));
    expect(packed.kept).toEqual(["c4", "c8"]);
    expect(gunzipSync(packed.bytes).toString()).toBe(`${[header, plain[3], plain[7]].join("\r\n")}\r\n`);
    expect((await left("people.csv.zst", zstdCompressSync(csv))).kept).toEqual(["c4", "c8"]);
    expect((await left("people.csv", Buffer.from(`\ufeff${csv}`, "utf16le"))).kept).toEqual(["c4", "c8"]);
    expect((await left("people.ndjson", objects.map((one) => JSON.stringify(one)).join("\n"))).kept).toEqual([
      "c4",
      "c8",
    ]);
    expect((await left("people.json", JSON.stringify({ people: objects }))).kept).toEqual(["c4", "c8"]);
    const sheet = await writeExcelFile([header.split(","), ...cells]).toBuffer();
    expect((await left("people.xlsx", sheet)).kept).toEqual(["c4", "c8"]);
    const session = await open();
    const parquet = join(folder, "people.parquet");
    await session.run(
      `CREATE TABLE p AS SELECT * FROM (VALUES ${cells.map((row) => `(${row.map(literal).join(", ")})`).join(", ")}) t(${header
        .split(",")
        .map((name) => `"${name}"`)
        .join(", ")})`,
    );
    await session.toParquet("SELECT * FROM p", parquet);
    session.close();
    expect((await left("people.parquet", readFileSync(parquet))).kept).toEqual(["c4", "c8"]);
  });

  it("go with the lines of their order, where only the first line says whose it is", async () => {
    const orders = {
      layout: "generic",
      tables: [{ table: "orders", columns: { order_id: "Name", email: "Email", ordered_at: "At" } }],
    };
    const text =
      "Name,Email,At,Item\n#9,ann@shop.example,2026-01-01,a\n#9,,,b\n#10,bob@shop.example,2026-01-01,c\n#10,,,d\n";
    expect(await left("orders.csv", text, { mapping: orders })).toMatchObject({ rows: 2, kept: ["#10", "#10"] });
  });

  it("are found by a text of theirs anywhere, a row that can't be read too", async () => {
    const text = `${header}\nc9,,,,,,tel +33123456789\nc10,,,,,,x,too,many +33123456789\nc11,,,,,,fine\n`;
    expect(await left("texts.csv", text, { texts: ["+33123456789"] })).toMatchObject({ rows: 2, kept: ["c11"] });
  });

  it("are known by the same pseudonym in SQL as outside", async () => {
    const session = await open();
    for (const value of ["", "a", "ann@shop.example", "Zoë, \u001f'quoted'", "x".repeat(200)])
      expect(await session.value(`SELECT ${pseudonymSql(key, "record", "'brand'", literal(value))}`)).toBe(
        pseudonym(key, "record", "brand", value),
      );
    expect(await session.value(`SELECT ${pseudonymSql(key, "email", "NULL")}`)).toBeNull();
    session.close();
  });
});

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LakeTable, lakeTargets } from "../../shared/domain/lake.ts";
import { type Mapping, parseMapping } from "../../shared/domain/mapping.ts";
import { openSession, type Session } from "../engine/duckdb.ts";
import { countRepeats } from "../landing/repeats.ts";
import { recognise } from "../sources/layouts.ts";
import { openRaw } from "../sources/open-raw.ts";
import { profileColumns } from "../sources/profile.ts";
import { type NormaliseOptions, normaliseFile } from "./normalise-file.ts";
import { normalisePhone } from "./phones.ts";

let folder: string;
let session: Session;
let counted = 0;
const open = () => openSession({ memoryLimit: 512e6, threads: 2, scratch: folder });
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "assay-normalise-"));
  session = await open();
});
afterAll(() => {
  session.close();
  rmSync(folder, { recursive: true, force: true });
});
const signal = new AbortController().signal;
const write = (content: string, name = "file.csv") => {
  const path = join(folder, `${++counted}-${name}`);
  writeFileSync(path, content);
  return path;
};

const orders: Mapping = {
  layout: "generic",
  tables: [
    {
      table: "orders",
      columns: {
        order_id: "id",
        source_customer_id: "customer",
        ordered_at: "day",
        gross_minor: "amount",
        email: "mail",
        phone: "tel",
      },
    },
  ],
};

async function normaliseAt(path: string, mapping: Mapping | undefined, more: Partial<NormaliseOptions> = {}) {
  const { raw } = await openRaw(session, path, { scratch: folder, signal });
  const proposed = mapping ?? parseMapping(recognise(basename(path), await profileColumns(session, raw)));
  const found = await normaliseFile(session, raw, {
    mapping: proposed,
    brand: { currency: "GBP", timeZone: "Europe/London" },
    source: "shop",
    batchId: "b1",
    fileNumber: 0,
    fileName: basename(path),
    notAfter: null,
    ...more,
  });
  const rows = async (table: string) =>
    found.tables.has(table) ? session.rows(`SELECT * FROM ${found.tables.get(table)} ORDER BY source_row`) : [];
  const rejects = await session.rows(`SELECT line, "column", value, reason, raw FROM ${found.rejects} ORDER BY line`);
  return { ...found, raw, rows, rejects, mapping: proposed };
}
const normalise = (content: string, mapping: Mapping | undefined = orders, more: Partial<NormaliseOptions> = {}) =>
  normaliseAt(write(content), mapping, more);

const dayOf = (value: unknown) => String(value).slice(0, 10);

describe("dates", () => {
  const file = (days: readonly string[]) =>
    `id,customer,day,amount\n${days.map((day, at) => `o${at},c${at},${day},1.00`).join("\n")}\n`;

  it.each([
    ["day first", ["03/04/2026", "31/01/2026"], ["2026-04-03", "2026-01-31"]],
    ["month first", ["03/04/2026", "01/31/2026"], ["2026-03-04", "2026-01-31"]],
    ["ISO", ["2026-04-03", "2026-01-31"], ["2026-04-03", "2026-01-31"]],
    ["German", ["03.04.2026", "31.01.2026"], ["2026-04-03", "2026-01-31"]],
    ["without marks", ["20260403", "20260131"], ["2026-04-03", "2026-01-31"]],
    ["a spreadsheet's count of days", ["46115", "46053.5"], ["2026-04-03", "2026-01-31"]],
    ["seconds since 1970", ["1775174400", "1769817600"], ["2026-04-03", "2026-01-31"]],
    ["UTC by its name", ["2026-04-03 09:00:00 UTC", "2026-01-31 09:00:00 GMT"], ["2026-04-03", "2026-01-31"]],
  ])("are read as the whole file says: %s", async (_, days, wanted) => {
    const found = await normalise(file(days), orders, { brand: { currency: "GBP", timeZone: "UTC" } });
    expect((await found.rows("orders")).map((row) => dayOf(row.ordered_at))).toEqual(wanted);
    expect(found.rejects).toEqual([]);
  });

  it("of no calendar are rejected with line, column, value and reason", async () => {
    const days = [...Array.from({ length: 20 }, () => "14/05/2026"), "31/02/2026", "soon"];
    const found = await normalise(file(days));
    expect(found.rejects).toMatchObject([
      { line: 22, column: "ordered_at", value: "31/02/2026", reason: "unreadable_date" },
      { line: 23, column: "ordered_at", value: "soon", reason: "unreadable_date" },
    ]);
    expect(found.rejects[0]?.raw).toContain("31/02/2026");
    expect(await found.rows("orders")).toHaveLength(20);
  });

  it("are the brand's wall clock unless they say their offset", async () => {
    const found = await normalise(file(["2026-07-01 00:30:00", "2026-07-01T00:30:00+05:00", "2026-07-01T00:30:00Z"]));
    expect((await found.rows("orders")).map((row) => String(row.ordered_at).slice(0, 16).replace("T", " "))).toEqual([
      "2026-06-30 23:30",
      "2026-06-30 19:30",
      "2026-07-01 00:30",
    ]);
  });

  it("that could be read in two ways are read as the brand's country writes them", async () => {
    const mapping: Mapping = {
      layout: "generic",
      tables: [{ table: "orders", columns: { order_id: "id", ordered_at: "day" } }],
    };
    const dayIn = async (timeZone: string) =>
      dayOf(
        (
          await (
            await normalise("id,day\n1,03/04/2026\n", mapping, { brand: { currency: "GBP", timeZone } })
          ).rows("orders")
        )[0]?.ordered_at,
      );
    expect(await dayIn("Europe/Berlin")).toBe("2026-04-02");
    expect(await dayIn("America/New_York")).toBe("2026-03-04");
  });

  it("after the delivery are rejected", async () => {
    const found = await normalise(file(["2026-06-30", "2026-07-02"]), orders, { notAfter: "2026-07-01" });
    expect(found.rejects).toMatchObject([{ line: 3, reason: "dated_after_delivery", value: "2026-07-02" }]);
  });

  it("that a program wrote as nothing are nothing, not faults", async () => {
    const people: Mapping = {
      layout: "generic",
      tables: [{ table: "customers", columns: { source_customer_id: "id", birth_date: "born", family_name: "name" } }],
    };
    const found = await normalise("id,born,name\n1,0000-00-00,Null\n2,NULL,None\n3,\\N,Ann\n4,1980-02-30,Bo\n", people);
    expect((await found.rows("customers")).map((row) => [row.birth_date, row.family_name])).toEqual([
      [null, "Null"],
      [null, "None"],
      [null, "Ann"],
    ]);
    expect(found.rejects).toMatchObject([{ column: "birth_date", value: "1980-02-30" }]);
  });

  it("that must be there are missed", async () => {
    const found = await normalise(file(["2026-06-30", ""]));
    expect(found.rejects).toMatchObject([{ line: 3, column: "ordered_at", reason: "missing_value" }]);
  });
});

describe("amounts", () => {
  const cents = async (amounts: readonly string[], more: Partial<NormaliseOptions> = {}) => {
    const lines = amounts.map((amount, at) => `o${at};c${at};2026-06-30;"${amount}"`);
    const found = await normalise(`id;customer;day;amount\n${lines.join("\n")}\n`, orders, more);
    return { minor: (await found.rows("orders")).map((row) => Number(row.gross_minor)), rejects: found.rejects };
  };

  it.each([
    [
      ["1.50", "2", "1,234.50", "0.005"],
      [150, 200, 123_450, 1],
    ],
    [
      ["1,50", "2", "1.234,50"],
      [150, 200, 123_450],
    ],
    [
      ["£1.50", "£1,234.00", "GBP 3.00"],
      [150, 123_400, 300],
    ],
    [
      ["-1.50", "(2.25)", "3.00-"],
      [-150, -225, -300],
    ],
    [
      ["19.99", "0.29", "1.15", "4.35"],
      [1999, 29, 115, 435],
    ],
  ])("of %j are exact", async (amounts, wanted) => {
    expect((await cents(amounts)).minor).toEqual(wanted);
  });

  it("follow the currency's digits", async () => {
    const inYen = { brand: { currency: "JPY", timeZone: "UTC" } };
    expect((await cents(["1500", "2.00"], inYen)).minor).toEqual([1500, 2]);
  });

  it("that are none are rejected", async () => {
    const { minor, rejects } = await cents(["1.50", "free", "2.50"]);
    expect(minor).toEqual([150, 250]);
    expect(rejects).toMatchObject([{ line: 3, column: "gross_minor", value: "free", reason: "unreadable_amount" }]);
  });
});

describe("amounts in one column", () => {
  const prices: Mapping = {
    layout: "generic",
    tables: [{ table: "order_lines", columns: { order_id: "id", unit_price_minor: "price" } }],
  };
  const read = async (...values: string[]) => {
    const found = await normalise(`id;price\n${values.map((value, at) => `${at};${value}`).join("\n")}\n`, prices);
    const rows = await found.rows("order_lines");
    return [...rows.map((row) => Number(row.unit_price_minor)), ...found.rejects.map(({ value }) => value)];
  };

  it.each([
    [
      ["1.5", "2,50", "3.25"],
      [150, 325, "2,50"],
    ],
    [
      ["1,5", "2.50", "3,25"],
      [150, 325, "2.50"],
    ],
    [
      ["1.234,50", "12", "1.234.567,00"],
      [123_450, 1200, 123_456_700],
    ],
    [
      ["1,234.50", ".5", "1,00,000.00"],
      [123_450, 50, 10_000_000],
    ],
    [
      ["USD 5.10", "5.20 EUR", "€5.30", "(5.40)", "5.50-", "R$ 5.60"],
      [510, 520, 530, -540, -550, 560],
    ],
    [
      ["0.285", "0.333333", "1.0000004"],
      [28.5, 33.3333, 100],
    ],
    [
      ["123456789012.34", "1000000000000.00"],
      [12_345_678_901_234, "1000000000000.00"],
    ],
  ])("are read alike, and rejected where they are not of its form: %j", async (values, wanted) => {
    expect(await read(...values)).toEqual(wanted);
  });

  it("are no order numbers or stock codes", async () => {
    const { raw } = await openRaw(session, write("order,sku\nO123,SKU-5\nO124,SKU-6\n"), { scratch: folder, signal });
    expect((await profileColumns(session, raw)).map(({ kind }) => kind)).toEqual(["text", "text"]);
  });
});

describe("discounts", () => {
  const lines = (columns: Mapping["tables"][number]["columns"]): Mapping => ({
    layout: "generic",
    tables: [
      {
        table: "order_lines",
        columns: { order_id: "id", quantity: "n", discount_minor: { column: "off", unit: "share" }, ...columns },
      },
    ],
  });
  const found = async (content: string, mapping: Mapping) =>
    (await (await normalise(content, mapping)).rows("order_lines")).map((row) => [
      row.discount_minor,
      Number(row.list_price_minor),
    ]);

  it("as a share are what has left the line's amount, or what leaves its price", async () => {
    expect(await found("id,n,off,total\n1,2,0.2,16.00\n2,1,0,5.00\n", lines({ amount_minor: "total" }))).toEqual([
      [400, 1000],
      [0, 500],
    ]);
    expect(await found("id,n,off,price\n1,2,0.25,8.00\n", lines({ unit_price_minor: "price" }))).toEqual([[400, 800]]);
  });

  it("in per cent are shares of a hundred", async () => {
    const mapping = lines({ amount_minor: "total", discount_minor: { column: "off", unit: "percent" } });
    expect(await found("id,n,off,total\n1,1,20%,8.00\n2,1,150%,8.00\n", mapping)).toEqual([
      [200, 1000],
      [null, 0],
    ]);
  });
});

describe("contacts", () => {
  it("are compared in one form, and what is none is none", async () => {
    const found = await normalise(
      "id,customer,day,amount,mail,tel\n1,c,2026-06-30,1,ANN@Example.COM ,07700 900123\n2,c,2026-06-30,1,nobody,12\n",
    );
    expect(await found.rows("orders")).toMatchObject([
      { email: "ann@example.com", phone: "+447700900123" },
      { email: null, phone: null },
    ]);
  });

  it("know national numbers by the brand's country", () => {
    expect(normalisePhone("030 901820", "DE")).toBe("+4930901820");
    expect(normalisePhone("+44 7700 900123", undefined)).toBe("+447700900123");
    expect(normalisePhone("07700 900123", undefined)).toBeNull();
    expect(normalisePhone("call me", "GB")).toBeNull();
  });
});

describe("a mapping", () => {
  it("keeps zeros at the front of ids and never makes them numbers", async () => {
    const found = await normalise("id,customer,day,amount\n0007,00042,2026-06-30,1\n");
    expect(await found.rows("orders")).toMatchObject([{ order_id: "0007", source_customer_id: "00042" }]);
  });

  it("tells of columns that aren't there", async () => {
    const found = await normalise("id,customer,day\n1,c,2026-06-30\n");
    expect(found.warnings.join(" ")).toContain("gross_minor");
    await expect(normalise("id,customer\n1,c\n")).rejects.toMatchObject({
      code: "bad_input",
      message: expect.stringContaining("day"),
    });
  });

  it.each([
    [null],
    [{}],
    [{ layout: "x" }],
    [{ layout: "x", tables: [{ table: "nothing", columns: {} }] }],
    [{ layout: "x", tables: [{ table: "orders", columns: { nothing: "id" } }] }],
    [{ layout: "x", tables: [{ table: "orders", columns: { order_id: 5 } }] }],
  ])("that is wrong is told so: %j", (mapping) => {
    expect(() => parseMapping(mapping)).toThrow(expect.objectContaining({ code: "bad_input" }));
  });

  it("can't smuggle SQL in", async () => {
    const where = "id = 'x') OR (1=1";
    const mapping = { ...orders, tables: [{ ...(orders.tables[0] ?? { table: "orders", columns: {} }), where }] };
    await expect(normalise("id,customer,day\n1,c,2026-06-30\n", mapping)).rejects.toMatchObject({ code: "bad_input" });
  });
});

describe("repeats", () => {
  const delivery = async (batch: string, file: number, content: string, mapping: Mapping = orders) => {
    const found = await normalise(content, mapping, { batchId: batch, fileNumber: file });
    const path = join(folder, `repeats-${++counted}.parquet`);
    await session.toParquet(`SELECT * FROM ${found.tables.get("orders")}`, path);
    return path;
  };
  const unkeyed: Mapping = {
    layout: "generic",
    tables: [
      { table: "orders", columns: { source_customer_id: "customer", ordered_at: "day", gross_minor: "amount" } },
    ],
  };
  const orderTable = lakeTargets.filter(({ table }) => table === "orders")[0] as LakeTable;
  const rowsOf = (found: Map<number, Set<number>>) =>
    [...found].map(([file, rows]) => [file, [...rows].sort((a, b) => a - b)]);

  it("with a key are rows that say what already stands", async () => {
    const earlier = await delivery("b1", 0, "id,customer,day,amount\n1,c,2026-06-01,1\n2,c,2026-06-02,2\n");
    const own = await delivery(
      "b2",
      0,
      "id,customer,day,amount\n1,c,2026-06-01,1\n2,c,2026-06-02,9\n3,c,2026-06-03,3\n",
    );
    expect(rowsOf(await countRepeats(session, orderTable, { own: [own], earlier: [earlier] }))).toEqual([[0, [1]]]);
  });

  it("without a key are as many as an earlier file had of them, and none within one file", async () => {
    const line = "c,2026-06-01,1\n";
    const once = await delivery("b1", 0, `customer,day,amount\n${line}d,2026-06-02,1\n`, unkeyed);
    const thrice = await delivery("b2", 0, `customer,day,amount\n${line}${line}${line}`, unkeyed);
    expect(rowsOf(await countRepeats(session, orderTable, { own: [thrice], earlier: [] }))).toEqual([]);
    expect(rowsOf(await countRepeats(session, orderTable, { own: [thrice], earlier: [once] }))).toEqual([[0, [1]]]);
    expect(rowsOf(await countRepeats(session, orderTable, { own: [once], earlier: [thrice] }))).toEqual([[0, [1]]]);
  });

  it("are all rows of a delivery that comes again", async () => {
    const text = "id,customer,day,amount\n1,c,2026-06-01,1\n2,c,2026-06-02,2\n";
    const [first, again] = [await delivery("b1", 0, text), await delivery("b2", 0, text)];
    expect(rowsOf(await countRepeats(session, orderTable, { own: [again], earlier: [first] }))).toEqual([[0, [1, 2]]]);
    expect((await countRepeats(session, orderTable, { own: [], earlier: [first] })).size).toBe(0);
  });
});

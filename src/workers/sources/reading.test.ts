import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import writeExcelFile from "write-excel-file/node";
import { AssayError } from "../../shared/base/errors.ts";
import { openSession, type Session } from "../engine/duckdb.ts";
import { openRaw } from "./open-raw.ts";
import { profileColumns } from "./profile.ts";
import { splitRecords } from "./records.ts";

let folder: string;
let session: Session;
let counted = 0;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "assay-sources-"));
  session = await openSession({ memoryLimit: 512e6, threads: 2, scratch: folder });
});
afterAll(() => {
  session.close();
  rmSync(folder, { recursive: true, force: true });
});

const signal = new AbortController().signal;
function write(content: string | Uint8Array, name = "file.csv"): string {
  const path = join(folder, `${++counted}-${name}`);
  writeFileSync(path, content);
  return path;
}
const open = (path: string) => openRaw(session, path, { scratch: folder, signal });

/** Header, cells in order, and rejects of a file. */
async function read(content: string | Uint8Array, name?: string) {
  const { raw, prepared } = await open(write(content, name));
  const names = raw.columns.map((_, at) => `c${at}`);
  const found =
    names.length > 0 ? await session.rows(`SELECT ${names.join(", ")} FROM ${raw.table} ORDER BY source_row`) : [];
  const rejects = await session.rows(`SELECT line, reason, source_row FROM ${raw.rejects} ORDER BY line`);
  expect(found.length + rejects.length).toBe(raw.rowsRead);
  expect(rejects.length).toBe(raw.rowsRejected);
  return {
    columns: raw.columns,
    rows: found.map((row) => names.map((column) => row[column] ?? null)),
    rejects,
    prepared,
    raw,
  };
}

const table = "id,name,amount\n001,Zoë,1.50\n002,José,2.25\n";
const wanted = [
  ["001", "Zoë", "1.50"],
  ["002", "José", "2.25"],
];
function utf16(text: string, isBig: boolean): Uint8Array {
  const bytes = Buffer.from(`\ufeff${text}`, "utf16le");
  return isBig ? bytes.swap16() : bytes;
}

describe("a table in any form", () => {
  it.each([
    ["plain", table],
    ["carriage returns and line feeds", table.replaceAll("\n", "\r\n")],
    ["carriage returns alone", table.replaceAll("\n", "\r")],
    ["no line end at its end", table.trimEnd()],
    ["a byte-order mark", `\ufeff${table}`],
    ["UTF-16, little end first", utf16(table, false)],
    ["UTF-16, big end first", utf16(table, true)],
    ["Windows-1252", Buffer.from(table, "latin1")],
    ["semicolons", table.replaceAll(",", ";")],
    ["tabs", table.replaceAll(",", "\t")],
    ["bars", table.replaceAll(",", "|")],
    ["quotes", table.replaceAll(/[^,\n]+/g, (cell) => `"${cell}"`)],
    ["gzip", gzipSync(table)],
    ["zstd", zstdCompressSync(Buffer.from(table))],
    ["gzip of Windows-1252", gzipSync(Buffer.from(table.replaceAll("\n", "\r\n"), "latin1"))],
  ])("reads the same: %s", async (_, content) => {
    const found = await read(content);
    expect(found.columns).toEqual(["id", "name", "amount"]);
    expect(found.rows).toEqual(wanted);
    expect(found.rejects).toEqual([]);
  });

  it("reads Parquet with any types", async () => {
    const path = join(folder, "table.parquet");
    await session.toParquet(
      "SELECT * FROM (VALUES (1, DATE '2026-06-30', 'Zoë'), (NULL, NULL, NULL)) AS t(id, day, name)",
      path,
    );
    const { raw } = await open(path);
    expect(raw.columns).toEqual(["id", "day", "name"]);
    expect(await session.rows(`SELECT c0, c1, c2 FROM ${raw.table} ORDER BY source_row`)).toEqual([
      { c0: "1", c1: "2026-06-30", c2: "Zoë" },
      { c0: null, c1: null, c2: null },
    ]);
  });

  it("reads a workbook with dates and numbers", async () => {
    const path = join(folder, "book.xlsx");
    await writeExcelFile([
      [{ value: "id" }, { value: "day" }, { value: "amount" }],
      [
        { type: String, value: "007" },
        { type: Date, value: new Date(Date.UTC(2026, 5, 30)), format: "dd/mm/yyyy" },
        { type: Number, value: 12.5 },
      ],
    ]).toFile(path);
    const { raw, prepared } = await open(path);
    expect(prepared.format).toBe("excel");
    expect(raw.columns).toEqual(["id", "day", "amount"]);
    expect(await session.rows(`SELECT c0, c1, c2 FROM ${raw.table}`)).toEqual([
      { c0: "007", c1: "2026-06-30", c2: "12.5" },
    ]);
  });

  it("keeps quoted delimiters, quotes and line ends inside of cells", async () => {
    const { rows } = await read('id,note\n1,"a, ""b""\nc"\n2,d\n');
    expect(rows).toEqual([
      ["1", 'a, "b"\nc'],
      ["2", "d"],
    ]);
  });

  it("passes over what stands before the header and totals after the rows", async () => {
    const text = `Sales report\nMade on 30 June\n\n${table}Total,,3.75\n`;
    const { columns, rows, prepared } = await read(text);
    expect(columns).toEqual(["id", "name", "amount"]);
    expect(rows).toEqual(wanted);
    expect(prepared.warnings.join(" ")).toMatch(/before the header.*at the end/);
  });

  it("passes over a header that is repeated", async () => {
    const { rows } = await read(`${table}id,name,amount\n003,Ann,4\n`);
    expect(rows).toEqual([...wanted, ["003", "Ann", "4"]]);
  });

  it("tells columns of one name apart", async () => {
    const { columns, rows } = await read("id,name,name,\n1,a,b,c\n2,d,e,f\n");
    expect(columns).toEqual(["id", "name", "name_2", "column_4"]);
    expect(rows).toHaveLength(2);
  });

  it("never runs what a header holds", async () => {
    const { columns, rows } = await read(`id,"x""; DROP TABLE t; --",'\n1,2,3\n2,3,4\n`);
    expect(columns[1]).toBe('x"; DROP TABLE t; --');
    expect(rows).toHaveLength(2);
  });
});

describe("a damaged table", () => {
  it("rejects ragged rows with their line", async () => {
    const { rows, rejects } = await read("id,name,amount\n1,a,1\n2,b\n3,c,3,4\n4,d,4\n");
    expect(rows.map(([id]) => id)).toEqual(["1", "4"]);
    expect(rejects.map(({ line, reason }) => [Number(line), reason])).toEqual([
      [3, "too_few_columns"],
      [4, "too_many_columns"],
    ]);
  });

  it("rejects what an open quote swallows, and says so", async () => {
    const { rows, rejects } = await read('id,name\n1,a\n2,b\n3,"open\n');
    expect(rows.map(([id]) => id)).toEqual(["1", "2"]);
    expect(rejects).toHaveLength(1);
  });

  it.each([
    ["empty", "", []],
    ["blank lines alone", "\n\n\n", []],
    ["a header alone", "id,name,amount\n", ["id", "name", "amount"]],
    ["a header without line end", "id,name,amount", ["id", "name", "amount"]],
  ])("has no rows: %s", async (_, content, columns) => {
    const found = await read(content);
    expect(found.columns.filter((name) => !name.startsWith("column_"))).toEqual(columns);
    expect(found.rows).toEqual([]);
    expect(found.rejects).toEqual([]);
  });

  const told = async (content: string | Uint8Array, name: string) => {
    const error = await open(write(content, name)).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(AssayError);
    expect(error).toMatchObject({
      code: "bad_input",
      message: expect.stringContaining(name),
      hint: expect.stringMatching(/.{5}/),
    });
  };
  const noise = Uint8Array.from({ length: 5_000 }, (_, at) => (at * at * 31 + at * 7) % 256);

  it.each([
    ["random bytes", noise, "noise.csv"],
    ["gzip cut short", gzipSync(table.repeat(500)).subarray(0, 60), "cut.csv.gz"],
    ["zstd cut short", zstdCompressSync(Buffer.from(table.repeat(500))).subarray(0, 30), "cut.csv.zst"],
    ["a web page", "<!DOCTYPE html>\n<html><body>a,b</body></html>\n", "page.csv"],
    ["text called gzip", table, "table.csv.gz"],
    ["text called Parquet", table, "table.parquet"],
    ["text called a workbook", table, "table.xlsx"],
    ["Parquet cut short", Buffer.concat([Buffer.from("PAR1"), noise.subarray(0, 100)]), "cut.parquet"],
    ["a workbook cut short", Buffer.concat([Buffer.from("PK\u0003\u0004"), noise.subarray(0, 100)]), "cut.xlsx"],
  ])("is told by its name: %s", async (_, content, name) => told(content, name));

  it("leaves nothing of its own in the scratch folder", async () => {
    await read(gzipSync(Buffer.from(table, "latin1")), "packed.csv.gz");
    await open(write("a,b\n1,2\n3\n"));
    expect(readdirSync(folder).filter((name) => name.startsWith("file-"))).toEqual([]);
  });

  it("is told apart from one that is not there", async () => {
    await expect(open(join(folder, "nothing.csv"))).rejects.toMatchObject({ code: "not_found" });
    await expect(open(folder)).rejects.toMatchObject({ code: "bad_input" });
  });
});

describe("rows read", () => {
  it("are those accepted and those rejected, whatever the cells", async () => {
    const cell = fc.string({ unit: fc.constantFrom("a", "é", "1", " ", ",", '"', "\n", ";", "|", "-"), maxLength: 6 });
    const quote = (text: string) =>
      /[",\n]/.test(text) || text.trim() !== text ? `"${text.replaceAll('"', '""')}"` : text;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 8 }), async (cells) => {
        const lines = cells.map(([a, b], at) => `${at + 1000},${quote(a)},${quote(b)},end`);
        const { raw } = await open(write(`key,a,b,last\n${lines.join("\n")}\n`));
        const found = await session.rows(`SELECT c0, c1, c2 FROM ${raw.table} ORDER BY source_row`);
        expect(found.length + raw.rowsRejected).toBe(cells.length);
        expect(found.map((row) => [row.c1 ?? "", row.c2 ?? ""])).toEqual(cells.map((pair) => [...pair]));
      }),
      { numRuns: 40 },
    );
  });
});

describe("records", () => {
  it("are split as they were joined", () => {
    const cell = fc.string({ unit: fc.constantFrom("a", "b", ",", '"', "\n", " ") });
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 }), (rows) => {
        const text = rows.map((row) => `${row.map((one) => `"${one.replaceAll('"', '""')}"`).join(",")}\n`).join("");
        expect(splitRecords(text, ",").map(({ cells }) => cells)).toEqual(rows);
      }),
    );
  });
});

describe("what a column holds", () => {
  const profile = async (values: readonly string[]) => {
    const { raw } = await open(write(`key,v\n${values.map((value, at) => `k${at},"${value}"`).join("\n")}\n`));
    return (await profileColumns(session, raw))[1];
  };
  const many = (value: string) => Array.from({ length: 900 }, () => value);

  it("takes numbers of receipts for text, and rand for money", async () => {
    expect(await profile([...many("R100008"), "R100009"])).toMatchObject({ kind: "text", decimal: null });
    expect(await profile([...many("R100.50"), "R99"])).toMatchObject({ kind: "decimal", decimal: "." });
    expect(await profile([...many("R 100"), "R 1,200.00"])).toMatchObject({ kind: "decimal" });
  });

  it("decides between day first and month first from the whole file", async () => {
    expect(await profile([...many("03/04/2026"), "31/01/2026"])).toMatchObject({
      format: "%d/%m/%Y",
      isAmbiguous: false,
    });
    expect(await profile([...many("03/04/2026"), "01/31/2026"])).toMatchObject({
      format: "%m/%d/%Y",
      isAmbiguous: false,
    });
    expect(await profile(many("03/04/2026"))).toMatchObject({ isAmbiguous: true });
  });

  it.each([
    [["2026-06-30", "2026-07-01"], { kind: "date", format: null }],
    [["2026-06-30 10:00:00", "2026-07-01T11:00:00"], { kind: "instant", format: null }],
    [["30.06.2026", "01.07.2026"], { kind: "date", format: "%d.%m.%Y" }],
    [["1997-01-01", ""], { kind: "date" }],
    [["1.234,50", "2,00"], { kind: "decimal", decimal: "," }],
    [["$1,234.50", "2.00"], { kind: "decimal", decimal: "." }],
    [["0.2", "0", "0.15"], { kind: "decimal", isShare: true }],
    [["0.00", "1.50"], { kind: "decimal", isShare: false }],
    [["0.00", "1.00"], { kind: "decimal", isShare: false }],
    [["1", "25"], { kind: "integer" }],
    [["001", "025"], { kind: "text" }],
    [["yes", "No"], { kind: "flag" }],
    [["", ""], { kind: "empty" }],
    [["hello", "world"], { kind: "text" }],
  ] as const)("is told from %j", async (values, kind) => {
    expect(await profile(values)).toMatchObject(kind);
  });
});

describe("a text that needs no mending", () => {
  const lines = [
    "id;name;amount",
    ...Array.from({ length: 40 }, (_, at) => `${at};${at % 3 === 0 ? "" : ` Zoë ${at}`};${at}.50`),
  ];
  const more: readonly (readonly [string, (rows: readonly string[]) => string])[] = [
    ["no end of its last line", (rows) => rows.join("\n")],
    ["carriage returns", (rows) => `${rows.join("\r\n")}\r\n`],
    ["a blank line", (rows) => `${rows.join("\n")}\n\n`],
    ["a quoted cell", (rows) => `${rows.join("\n").replace("0;;0.50", '0;"";0.50')}\n`],
    ["its header again", (rows) => `${[...rows.slice(0, 20), ...rows.slice(0, 1), ...rows.slice(20)].join("\n")}\n`],
    ["a row too short", (rows) => `${[...rows, "1;2"].join("\n")}\n`],
  ];

  it.each(more)("reads as it reads with %s", async (_, spoil) => {
    const plain = await read(`${lines.join("\n")}\n`);
    const spoiled = await read(spoil(lines));
    expect(spoiled.rows).toEqual(plain.rows);
    expect(plain.rows[1]).toEqual(["1", " Zoë 1", "1.50"]);
    const places = async (found: typeof plain) =>
      session.rows(`SELECT source_row, line FROM ${found.raw.table} ORDER BY source_row LIMIT 5`);
    expect(await places(spoiled)).toEqual(await places(plain));
  });
});

it("a text without quotes splits as one with quotes does", () => {
  for (const text of ["a;b\r\nc\r;d\n\n;\nlast", "one\n", "", "x;y\n;\r\n"]) {
    const quoted = splitRecords(`${text}\n"q"`, ";").slice(0, -1);
    const plain = splitRecords(`${text}\n`, ";");
    expect(plain).toEqual(quoted);
  }
});

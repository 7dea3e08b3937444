import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodingOf } from "./encoding.ts";
import { splitRecords } from "./records.ts";
import { sniffDialect } from "./sniff.ts";
import { writeRows } from "./write-rows.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "assay-rows-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function rowsOf(content: string | Uint8Array) {
  const path = join(folder, "file.csv");
  writeFileSync(path, content);
  const { isClean, bom } = encodingOf(path);
  const { dialect, warnings } = sniffDialect(path, "file.csv");
  const rows = join(folder, "rows.csv");
  const rejects = join(folder, "rejects.csv");
  const signal = new AbortController().signal;
  const written = await writeRows({
    path,
    dialect,
    label: "file.csv",
    isClean,
    bom,
    linesAreRecords: false,
    rows,
    rejects,
    signal,
  });
  const delimiter = dialect.delimiter === " " ? "," : dialect.delimiter;
  const cells = (file: string, by: string) =>
    splitRecords(readFileSync(file, "utf8"), by).map((record) => [...record.cells]);
  const accepted = cells(rows, delimiter);
  const rejected = cells(rejects, ",").map(([row, line, column, reason, raw]) => ({
    row: Number(row),
    line: Number(line),
    column,
    reason,
    raw,
  }));
  expect([written.accepted, written.rejected]).toEqual([accepted.length, rejected.length]);
  const numbers = [...accepted.map(([row]) => Number(row)), ...rejected.map(({ row }) => row)].sort((a, b) => a - b);
  expect(numbers).toEqual(numbers.map((_, at) => at + 1));
  return { dialect, warnings, accepted, rejected, written };
}

describe("rows of a text", () => {
  it("carry their own line, whatever stands between and inside of them", async () => {
    const { accepted, rejected } = await rowsOf('a,b,c\n1,"x\ny",3\n\n4,5\n"q\n\nq",1,2\n7,8,9,10\n1,1,1');
    expect(accepted).toEqual([
      ["1", "2", "1", "x\ny", "3"],
      ["3", "6", "q\n\nq", "1", "2"],
      ["5", "10", "1", "1", "1"],
    ]);
    expect(rejected).toEqual([
      { row: 2, line: 5, column: "c", reason: "too_few_columns", raw: "4,5" },
      { row: 4, line: 9, column: "", reason: "too_many_columns", raw: "7,8,9,10" },
    ]);
  });

  it("go on after a quote that is never closed", async () => {
    const { accepted, rejected } = await rowsOf('a,b,c\n1,2,3\n4,"5,6\n7,8,9\n1,1,1\n');
    expect(accepted.map((cells) => cells[2])).toEqual(["1", "7", "1"]);
    expect(rejected).toEqual([{ row: 2, line: 3, column: "", reason: "open_quote", raw: '4,"5,6' }]);
  });

  it("are rejected where text follows a closed quote, and kept where a quote stands inside of a cell", async () => {
    const { accepted, rejected } = await rowsOf('a,b,c\n1,2"x,3\n4,"5"x,6\n7,"8" ,9\n');
    expect(accepted.map((cells) => cells[3])).toEqual(['2"x', "8"]);
    expect(rejected.map(({ line, reason }) => [line, reason])).toEqual([[3, "stray_quote"]]);
  });

  it("may end in empty cells beyond the header", async () => {
    const { dialect, accepted } = await rowsOf("a,b,c\n1,2,3,\n4,5,6,,\n");
    expect(dialect.header).toEqual(["a", "b", "c"]);
    expect(accepted.map((cells) => cells.slice(2))).toEqual([
      ["1", "2", "3"],
      ["4", "5", "6"],
    ]);
  });

  it("with a NUL or bytes of another encoding are rejected alone", async () => {
    const lines = [...Array.from({ length: 9 }, () => "1,ü,3"), "1,x\0y,3", "4,5,6"].join("\n");
    const content = Buffer.concat([Buffer.from(`a,b,c\n${lines}\n1,`), Buffer.from([0xe9]), Buffer.from(",3\n")]);
    const { accepted, rejected } = await rowsOf(content);
    expect(accepted).toHaveLength(10);
    expect(rejected.map(({ line, reason }) => [line, reason])).toEqual([
      [11, "nul_byte"],
      [13, "invalid_encoding"],
    ]);
  });

  it("are no repeated headers, blank lines or totals", async () => {
    const { accepted, written, warnings } = await rowsOf(
      "\ufeffid,name,amount\n1,a,2\n\n\ufeffid,name,amount\n2,b,3\nTotal,,5\n(2 rows affected)\n",
    );
    expect(accepted.map((cells) => cells[2])).toEqual(["1", "2"]);
    expect(written.repeatedHeaders).toBe(1);
    expect(warnings.join(" ")).toMatch(/2 lines at the end/);
  });

  it("at the end that only look like totals are kept", async () => {
    const { accepted } = await rowsOf("product,units,price\nSocks,1,2\nTotal Care Cream,3,4\n");
    expect(accepted).toHaveLength(2);
    const cut = await rowsOf("id,units,price\n17,1,2\n18\n");
    expect(cut.rejected.map(({ reason }) => reason)).toEqual(["too_few_columns"]);
  });

  it("are found without a header, in single quotes, and between blanks", async () => {
    const products = await rowsOf(
      "1,'2012-03-19 09:00:00','Mr. \"Fuzzy\", small'\n2,'2013-01-06 13:00:00','It''s love'\n",
    );
    expect(products.dialect).toMatchObject({
      hasHeader: false,
      quote: "'",
      header: ["column_1", "column_2", "column_3"],
    });
    expect(products.accepted.map((cells) => cells[4])).toEqual(['Mr. "Fuzzy", small', "It's love"]);
    const spaced = await rowsOf(" id date  cds\n 00001 19970101   2\n 00002 19970102 13\n");
    expect(spaced.accepted).toEqual([
      ["1", "2", "00001", "19970101", "2"],
      ["2", "3", "00002", "19970102", "13"],
    ]);
  });

  it("under a header that lacks the name of their first column keep their cells", async () => {
    const { dialect, accepted } = await rowsOf("name,units\n1,Socks,3\n2,Tea,4\n");
    expect(dialect.header).toEqual(["column_1", "name", "units"]);
    expect(accepted[1]).toEqual(["2", "3", "2", "Tea", "4"]);
  });

  it("of over 16 MB are told by their line", async () => {
    await expect(rowsOf(`a,b\n1,2\n3,${"x".repeat(17_000_000)}`)).rejects.toMatchObject({
      code: "bad_input",
      message: expect.stringContaining("line 3"),
    });
    await expect(rowsOf(`${Array.from({ length: 20_001 }, (_, at) => `c${at}`).join(",")}\n`)).rejects.toMatchObject({
      code: "bad_input",
    });
  });

  it("are all there, whatever the bytes", async () => {
    const piece = fc.constantFrom("a", "1", ",", '"', "\n", "\r\n", '""', " ", "é");
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 60 }), async (pieces) => {
        const body = pieces.join("");
        const { accepted, rejected } = await rowsOf(`k,a,b\n0,z,z\n${body}\n9,z,z\n`);
        const kept = [
          ...accepted.map((cells) => cells.slice(2).join("")),
          ...rejected.map(({ raw }) => raw ?? ""),
        ].join("");
        const letters = (text: string) =>
          text
            .replaceAll(/[^a1é09z]/g, "")
            .split("")
            .sort()
            .join("");
        expect(letters(kept)).toBe(letters(`0zz${body}9zz`));
      }),
      { numRuns: 300 },
    );
  });
});

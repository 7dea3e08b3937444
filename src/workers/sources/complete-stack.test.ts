import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openSession } from "../engine/duckdb.ts";
import { stackFiles } from "../normalise/stack.ts";
import { completeRaw, openRaw } from "./open-raw.ts";
import { fileOfRow, rowBits } from "./raw.ts";

const folder = mkdtempSync(join(tmpdir(), "assay-complete-stack-"));
const session = await openSession({ memoryLimit: 1e9, threads: 1, scratch: folder });
afterAll(() => {
  session.close();
  rmSync(folder, { recursive: true, force: true });
});
const { signal } = new AbortController();

const orders = {
  header: "Name,Email,Financial Status,Created at,Discount Amount,Lineitem quantity,Lineitem name,Lineitem price",
  // the same number in both files, in another order of rows, and a row without one
  files: [
    [
      "#1,ann@x.example,paid,2026-01-01,3.00,1,Shirt - M / navy,10.00",
      "#1,,,,,2,Sock,4.00",
      "#2,bob@x.example,paid,2026-01-02,,1,Belt,5.00",
    ],
    [
      "#1,cat@x.example,refunded,2026-02-01,1.00,1,Hat,8.00",
      "#3,,,,,1,Sock,4.00",
      "#1,,,,,1,Sock,4.00",
      ",dan@x.example,paid,2026-02-03,,1,Sock,4.00",
    ],
  ],
};
const products = {
  header: "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Compare At Price",
  files: [
    ["shirt,Shirt,Size,S,s-1,10.00,12.00", "shirt,,,M,,10.00,", "shirt,,,,,,"],
    ["shirt,Other shirt,Size,L,,11.00,", "shirt,,,XL,o-2,11.00,"],
  ],
};

test.each(Object.entries({ orders, products }))(
  "%s of several files are completed at once as each file's alone",
  async (name, { header, files }) => {
    const paths = files.map((rows, at) => {
      const path = join(folder, `${name}-${at}.csv`);
      writeFileSync(path, `${[header, ...rows].join("\n")}\n`);
      return path;
    });
    const open = async (isCompletedLater: boolean) => {
      const raws = [];
      for (const path of paths)
        raws.push((await openRaw(session, path, { scratch: folder, signal, isCompletedLater })).raw);
      return raws;
    };
    const rowsOf = (table: string, file: string) =>
      session.rows(
        `SELECT ${file} AS file, * REPLACE (source_row & ${2 ** rowBits - 1} AS source_row) FROM ${table} ORDER BY ALL`,
      );
    const alone = [];
    for (const [at, raw] of (await open(false)).entries()) alone.push(...(await rowsOf(raw.table, `${at}::BIGINT`)));
    const stack = await completeRaw(session, await stackFiles(session, await open(true)));
    expect(await rowsOf(stack.table, fileOfRow)).toEqual(alone);
    expect(alone).toHaveLength(files.flat().length);
    expect(Object.keys(alone[0] ?? {}).length).toBeGreaterThan(header.split(",").length + 6);
  },
);

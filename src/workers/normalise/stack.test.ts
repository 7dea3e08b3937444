import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { parseMapping } from "../../shared/domain/mapping.ts";
import { openSession } from "../engine/duckdb.ts";
import { openRaw } from "../sources/open-raw.ts";
import { normaliseFile } from "./normalise-file.ts";
import { placesOf, stackFiles } from "./stack.ts";

const folder = mkdtempSync(join(tmpdir(), "assay-stack-"));
const session = await openSession({ memoryLimit: 1e9, threads: 1, scratch: folder });
afterAll(() => {
  session.close();
  rmSync(folder, { recursive: true, force: true });
});

const header = "order,line,day,sku,price,mail,customer";
const contents = [
  ["1,1,2026-06-01,a,1.00,x@x.example,c1", "1,2,2026-06-01,b,2.00,x@x.example,c1", "2,1,2026-06-02,a,1.00,,c2"],
  // a line that can't be read, an order of the file before, and a row without a number
  [
    "1,1,2026-06-01,a,1.00,x@x.example,c1",
    "3,1,someday,a,1.00,,c3",
    "3,2,2026-06-03,b,n/a,,c3",
    ",1,2026-06-03,b,3,,c4",
  ],
  [],
  // the same order at two times, and a file that ends with what another began with
  ["4,1,2026-06-04,a,1.00,,c1", "4,2,2026-06-05,a,1.00,,c1", "1,1,2026-06-01,a,1.00,x@x.example,c1"],
  ["5,1,2026-06-04,a,1.00,,c5", "5,2,2026-06-04,b,1.00,,c5"],
];
const mapping = parseMapping({
  layout: "generic",
  tables: [
    {
      table: "order_lines",
      columns: { order_id: "order", line_id: "line", ordered_at: "day", product_id: "sku", amount_minor: "price" },
    },
    { table: "orders", columns: { order_id: "order", ordered_at: "day", source_customer_id: "customer" } },
    { table: "customers", columns: { source_customer_id: "customer", email: "mail" } },
    { table: "products", columns: { product_id: "sku" } },
  ],
});

async function open(lines: readonly string[], at: number) {
  const path = join(folder, `till-${at}.csv`);
  writeFileSync(path, `${[header, ...lines].join("\n")}\n`);
  return (await openRaw(session, path, { scratch: folder, signal: new AbortController().signal })).raw;
}

/** Everything that is said of some files: of each alone, or of all at once. */
async function read(files: readonly number[]) {
  const raws = [];
  for (const at of files) raws.push(await open(contents[at] ?? [], at));
  const raw = await stackFiles(session, raws);
  const placed = files.map((number) => ({ number, name: `till-${number}.csv` }));
  const found = await normaliseFile(session, raw, {
    ...{ mapping, brand: { currency: "EUR", timeZone: "Europe/Berlin" }, source: "till", batchId: "b", notAfter: null },
    ...{ fileNumber: files[0] ?? 0, fileName: placed[0]?.name ?? "" },
    stacked: files.length > 1 ? placed : undefined,
  });
  const said: Record<string, unknown[]> = {};
  const places = placesOf(placed);
  for (const [table, view] of found.tables) said[table] = await session.rows(`SELECT * FROM ${view}`);
  said["rejects"] = await session.rows(`SELECT * REPLACE (${places.sourceRow} AS source_row) FROM ${found.rejects}`);
  return said;
}

test("what is read from a stack is what is read from each of its files", async () => {
  const together = await read([0, 1, 2, 3, 4]);
  const alone: Record<string, unknown[]> = {};
  for (const at of [0, 1, 2, 3, 4])
    for (const [table, rows] of Object.entries(await read([at]))) alone[table] = [...(alone[table] ?? []), ...rows];
  const sorted = (said: Record<string, unknown[]>) =>
    Object.fromEntries(
      Object.entries(said).map(([table, rows]) => [table, rows.map((row) => JSON.stringify(row)).sort()]),
    );
  expect(sorted(together)).toEqual(sorted(alone));
  expect(alone["rejects"]).toHaveLength(2);
  expect(together["order_lines"]).toHaveLength(10);
});

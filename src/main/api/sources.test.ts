import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { shopBrand as brand, openEmptyShop } from "../../../test/support/small-shop.ts";
import { inlineEngine } from "../../workers/service/service.ts";
import type { Core } from "../core.ts";

let folder: string;
let core: Core;
/** Memory that the queries of each task were given, in bytes, in the order of the tasks. */
const given: number[] = [];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "assay-suppress-"));
  const made = inlineEngine();
  const stream: typeof made.engine.stream = (name, input, options) => {
    if (name === "tasks.run") given.push((input as { memoryBytes: number }).memoryBytes);
    return made.engine.stream(name, input, options);
  };
  core = await openEmptyShop(folder, { engine: { ...made, engine: { ...made.engine, stream } } });
});
afterAll(async () => {
  await core.close();
  rmSync(folder, { recursive: true, force: true });
});

function write(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

it("every list of addresses suppresses them, whatever its file and its column are called", async () => {
  const suppress = (path: string) => core.client.stream("suppressions.add", { brand, path });
  expect(await suppress(write("stop.csv", "email\nann@shop.example\nbob@shop.example\n"))).toMatchObject({
    suppressed: 2,
  });
  expect(await suppress(write("later.csv", "E-mail address;Since\ncat@shop.example;1/2/2026\n"))).toMatchObject({
    suppressed: 1,
  });
  const { sources } = await core.client.call("sources.list", { brand });
  expect(sources.map(({ source, mapping }) => [source, mapping.tables[0]?.columns["email"]])).toEqual([
    ["suppressions", { coalesce: ["email", "E-mail address"] }],
  ]);
  await expect(suppress(write("names.csv", "name,town\nAnn,York\n"))).rejects.toThrow(/no column of e-mail addresses/);
});

it("a source whose mapping was corrected takes its next delivery; what can't be used is refused when it is set", async () => {
  const path = write("orders.csv", "order_id,customer_id,order_date,total\n1,7,2026-01-02,5.00\n");
  await core.client.call("sources.add", { brand, name: "till", paths: [path] });
  await core.client.stream("sources.ingest", { brand, source: "till" });
  const set = (columns: Record<string, unknown>) =>
    core.client.call("sources.set_mapping", {
      ...{ brand, source: "till" },
      mapping: { layout: "generic", tables: [{ table: "orders", columns }] } as never,
    });
  const columns = { order_id: "order_id", loyalty_id: "customer_id", ordered_at: "order_date" };
  await expect(set({ ...columns, order_no: "order_id" })).rejects.toThrow(
    /orders has no column order_no; it has order_id/,
  );
  await expect(set({ ...columns, gross_minor: { column: "total", decimals: "." } })).rejects.toThrow(
    /“decimals”; beside column/,
  );
  await set({ ...columns, gross_minor: { column: "total", decimal: "." } });
  write("orders.csv", "order_id,customer_id,order_date,total\n1,7,2026-01-02,5.00\n2,7,2026-01-03,6.00\n");
  const { batches } = await core.client.stream("sources.ingest", { brand, source: "till" });
  expect(batches[0]?.files).toMatchObject([{ rows_read: 2, rows_accepted: 1, rows_repeated: 1 }]);
  const stray = write("people.csv", "customer_id,email\n1,ann@shop.example\n");
  const other = core.client.stream("sources.ingest", { brand, source: "till", paths: [stray] });
  await expect(other).rejects.toThrow(
    /is one of till \(generic\): .*people.csv is recognised as generic, feeding customers/,
  );
  await expect(core.client.call("batches.rejects", { brand, source: "nope" })).rejects.toThrow(/no source nope/);
});

it("a layout that no file has is no source", async () => {
  const path = write("customers.csv", "customer_id,email\n1,ann@shop.example\n");
  const added = core.client.call("sources.add", { brand, name: "crm", paths: [path], layout: "shopify" });
  await expect(added).rejects.toThrow(/No file there is of the layout shopify/);
});

it("a delivery is read within the memory that is named, shared by those that are read at a time", async () => {
  const path = write("loyalty.csv", "customer_id,email\n1,ann@shop.example\n");
  await core.client.call("sources.add", { brand, name: "loyalty", paths: [path] });
  given.length = 0;
  const take = (memory: string) =>
    core.client.stream("sources.ingest", { brand, source: "loyalty", workers: 2, memory });
  await expect(take("800MB")).rejects.toThrow(/0.8 GB are too little/);
  expect(given).toEqual([]);
  await take("4.6GB");
  expect(new Set(given)).toEqual(new Set([1e9]));
});

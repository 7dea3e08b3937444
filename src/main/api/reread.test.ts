import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { shopBrand as brand, openEmptyShop } from "../../../test/support/small-shop.ts";
import type { Core } from "../core.ts";

let folder: string;
let core: Core;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "assay-reread-"));
  core = await openEmptyShop(folder);
});
afterAll(async () => {
  await core.close();
  rmSync(folder, { recursive: true, force: true });
});

function write(name: string, rows: readonly string[]): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), `${rows.join("\n")}\n`);
  return join(folder, name);
}

async function deliver(name: string, path: string, mapping?: object) {
  await core.client.call("sources.add", {
    brand,
    name,
    paths: [path],
    ...(mapping ? { mapping: mapping as never } : {}),
  });
  return (await core.client.stream("sources.ingest", { brand, source: name })).batches[0];
}

describe("a delivery", () => {
  it("is read again with a corrected mapping, and counted anew", async () => {
    const path = write("sales.csv", ["no,day,who,paid", "1,03.04.2026,ann,5.00", "2,14.04.2026,bob,7.00"]);
    const mapping = (format: string) => ({
      layout: "generic",
      tables: [
        {
          table: "orders",
          columns: {
            order_id: "no",
            ordered_at: { column: "day", format },
            source_customer_id: "who",
            gross_minor: "paid",
          },
        },
      ],
    });
    const batch = await deliver("sales", path, mapping("%m.%d.%Y"));
    expect(batch?.files).toMatchObject([{ rows_accepted: 1, rows_rejected: 1 }]);
    const same = await core.client.stream("batches.reread", { brand, source: "sales" });
    expect(same.batches).toMatchObject([{ rows_rejected: 1, rows_rejected_before: 1 }]);
    await core.client.call("sources.set_mapping", { brand, source: "sales", mapping: mapping("%d.%m.%Y") });
    const again = await core.client.stream("batches.reread", { brand, source: "sales" });
    expect(again.batches).toEqual([
      { source: "sales", batch_id: batch?.batch_id, rows_accepted: 2, rows_rejected: 0, rows_rejected_before: 1 },
    ]);
    const { batches } = await core.client.call("batches.list", { brand });
    expect(batches.map(({ files }) => files[0]?.rows_accepted)).toEqual([2]);
    expect((await core.client.call("batches.rejects", { brand })).total).toBe(0);
  });

  it("tells of ids that stand for somebody else at another source", async () => {
    const header = "customer_id,email,first_name,last_name";
    const first = await deliver(
      "crm",
      write("crm.csv", [
        header,
        "1,ann@shop.example,Ann,Smith",
        "2,bob@shop.example,Bob,Jones",
        "3,cat@shop.example,Cat,Brown",
      ]),
    );
    expect(first?.warnings).toEqual([]);
    const second = await deliver(
      "loyalty",
      write("loyalty.csv", [
        header,
        "1,eve@shop.example,Eve,Adams",
        "2,bob@shop.example,Rob,Jones",
        "3,cat@home.example,Cat,Brown",
      ]),
    );
    expect(second?.warnings).toEqual([expect.stringMatching(/^1 customer id stands for somebody else at crm/)]);
  });
});

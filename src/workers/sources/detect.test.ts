import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSession } from "../engine/duckdb.ts";
import { detectFiles } from "./detect.ts";
import { listFiles } from "./list-files.ts";
import { openRaw } from "./open-raw.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "assay-detect-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const signal = new AbortController().signal;
const open = () => openSession({ memoryLimit: 512e6, threads: 2, scratch: folder });
function write(name: string, content: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}
const detect = (paths: readonly string[], isQuick = false) =>
  detectFiles(open, paths, { scratch: folder, signal, isQuick });

const shopify = [
  "Name,Email,Financial Status,Created at,Currency,Subtotal,Total,Discount Amount,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Refunded Amount,Cancelled at,Accepts Marketing,Billing Name",
  "#1001,ann@shop.example,paid,2026-05-11 09:55:16 +0100,GBP,27.00,27.00,3.00,1,Hat,10.00,hat,0.00,,yes,Ann Smith",
  "#1001,,,,,,,,2,Scarf,10.00,scarf,,,,",
  "#1002,bob@shop.example,refunded,2026-05-12 09:55:16 +0100,GBP,5.00,5.00,0.00,1,Sock,5.00,sock,5.00,,no,Bob Jones",
  "",
].join("\n");

describe("orders without an amount", () => {
  const heads = "order_id,customer_id,order_date,channel,status\n1,c1,2026-05-01,web,paid\n2,c2,2026-05-02,till,paid\n";
  const lines = "order_id,sku,quantity,unit_price\n1,hat,2,10.00\n1,sock,1,5.00\n2,hat,1,10.00\n";

  it("are recognised as the heads of orders whose lines lie in another file", async () => {
    const { files } = await detect([write("heads/orders.csv", heads), write("heads/order_lines.csv", lines)]);
    expect(files.map(({ layout, tables }) => [layout, tables])).toEqual([
      ["generic", ["orders"]],
      ["generic", ["order_lines"]],
    ]);
    expect(files[0]?.mapping.tables).toEqual([
      {
        table: "orders",
        columns: {
          order_id: "order_id",
          source_customer_id: "customer_id",
          ordered_at: "order_date",
          channel: "channel",
          status: "status",
        },
      },
    ]);
    expect(files[0]?.warnings).toEqual([expect.stringContaining("amounts are those of its lines")]);
  });

  it("aren't seen in whatever else names an order and a date", async () => {
    const paths = [
      write("papers/shipments.csv", "order_id,customer_id,date,carrier\n1,c1,2026-05-01,dhl\n"),
      write("papers/reviews.csv", "order_id,customer_id,created_at,stars\n1,c1,2026-05-01,5\n"),
      write("papers/complaints.csv", "order_id,customer_id,date,text\n1,c1,2026-05-01,late\n"),
    ];
    const { files } = await detect(paths);
    expect(files.flatMap(({ tables }) => tables)).not.toContain("orders");
  });

  it("are told apart by their header alone as well", async () => {
    const { files } = await detect([write("quick/orders-2026-05-01.csv", heads)], true);
    expect(files[0]).toMatchObject({ layout: "generic", tables: ["orders"] });
  });
});

describe("a folder", () => {
  it("is listed in order, with what is no delivery left out by name", () => {
    for (const name of [
      "b.csv",
      "a.csv",
      "inner/c.csv",
      "README.md",
      ".hidden.csv",
      "truth/.assay-truth",
      "truth/people.csv",
    ]) {
      write(`tree/${name}`, "id,name\n1,a\n");
    }
    const { files, skipped } = listFiles([join(folder, "tree")]);
    expect(files.map((path) => basename(path))).toEqual(["a.csv", "b.csv", "c.csv"]);
    expect(skipped.map(({ path }) => basename(path)).sort()).toEqual(["README.md", "truth"]);
    expect(() => listFiles([join(folder, "nothing")])).toThrow(expect.objectContaining({ code: "not_found" }));
  });

  it("skips a file that can't be read with its reason, but not one that was named", async () => {
    const bad = write("mixed/bad.xlsx", "no workbook");
    write("mixed/good.csv", "customer_id,email,first_name\n1,ann@shop.example,Ann\n");
    const { files, skipped } = await detect([join(folder, "mixed")]);
    expect(files.map(({ path }) => basename(path))).toEqual(["good.csv"]);
    expect(skipped).toMatchObject([{ path: bad, reason: expect.stringContaining("bad.xlsx") }]);
    await expect(detect([bad])).rejects.toMatchObject({ code: "bad_input" });
  });

  it("stops when asked to", async () => {
    const controller = new AbortController();
    controller.abort();
    const path = write("stopped.csv", "id,name\n1,a\n");
    await expect(detectFiles(open, [path], { scratch: folder, signal: controller.signal })).rejects.toThrow();
  });
});

describe("a layout", () => {
  it.each([
    [
      "orders with amounts",
      "order_id,customer_id,order_date,amount\n1,c1,2026-06-30,10.00\n2,c2,2026-07-01,11.00\n",
      ["orders"],
    ],
    [
      "order lines",
      "order_id,customer_id,order_date,sku,quantity,unit_price\n1,c1,2026-06-30,p1,2,10.00\n2,c1,2026-06-30,p2,1,9.00\n",
      ["order_lines"],
    ],
    [
      "customers",
      "customer_id,email,first_name,last_name\n1,ann@shop.example,Ann,Smith\n2,bob@shop.example,Bob,Jones\n",
      ["customers"],
    ],
    ["products", "sku,product_name,category,price\np1,Hat,Hats,10.00\np2,Sock,Socks,5.00\n", ["products"]],
  ])("is recognised: %s", async (_, content, tables) => {
    const [found] = (await detect([write("generic.csv", content)])).files;
    expect(found?.tables).toEqual(expect.arrayContaining(tables));
    expect(found?.confidence).toBeGreaterThanOrEqual(0.5);
    expect(found).toMatchObject({ format: "delimited", encoding: "utf-8", delimiter: "," });
  });

  it("that is none is said to be unknown", async () => {
    const [found] = (await detect([write("odd.csv", "foo,bar\n1,2\n3,4\n")])).files;
    expect(found).toMatchObject({ layout: "unknown", tables: [], confidence: 0 });
    expect(found?.warnings.length).toBeGreaterThan(0);
  });

  it("without rows is told so", async () => {
    const [found] = (await detect([write("empty.csv", "order_id,customer_id,order_date,amount\n")])).files;
    expect(found?.warnings.join(" ")).toMatch(/no rows/i);
  });

  it("of Shopify's orders is told by its header alone", async () => {
    const path = write("orders_export.csv", shopify);
    for (const isQuick of [true, false]) {
      const [found] = (await detect([path], isQuick)).files;
      expect(found).toMatchObject({ layout: "shopify" });
      expect(found?.tables).toEqual(expect.arrayContaining(["orders", "order_lines", "customers", "consents"]));
    }
  });
});

describe("Shopify's order rows", () => {
  it("carry their order's fields, number and share of its discount", async () => {
    const session = await open();
    const { raw } = await openRaw(session, write("orders_export_2.csv", shopify), { scratch: folder, signal });
    const at = (name: string) => `c${raw.columns.indexOf(name)}`;
    const rows = await session.rows(
      `SELECT ${at("Name")} AS name, ${at("Email")} AS email, ${at("Line")} AS line_number, CAST(${at("Line discount")} AS DOUBLE) AS discount,
       CAST(${at("Gross")} AS DOUBLE) AS gross, ${at("Order status")} AS status, ${at("Refund")} AS refund FROM ${raw.table} ORDER BY source_row`,
    );
    session.close();
    expect(raw.rowsRead).toBe(3);
    expect(rows).toEqual([
      {
        name: "#1001",
        email: "ann@shop.example",
        line_number: "1",
        discount: 1,
        gross: 30,
        status: "paid",
        refund: null,
      },
      {
        name: "#1001",
        email: "ann@shop.example",
        line_number: "2",
        discount: 2,
        gross: 30,
        status: "paid",
        refund: null,
      },
      {
        name: "#1002",
        email: "bob@shop.example",
        line_number: "1",
        discount: 0,
        gross: 5,
        status: "refunded",
        refund: "5.00",
      },
    ]);
  });
});

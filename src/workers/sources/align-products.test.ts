import { expect, it } from "vitest";
import { alignProducts } from "./align-products.ts";
import type { Detected } from "./detect.ts";

const file = (path: string, headers: string, table: string, product_id: string): Detected => ({
  ...{ path, format: "delimited", encoding: "utf-8", delimiter: ",", layout: "generic", confidence: 1, warnings: [] },
  ...{ tables: [table], headers: headers.split(",") },
  mapping: { layout: "generic", tables: [{ table, columns: { product_id } }] },
});
const keyOf = (found: readonly Detected[], at: number) =>
  found[at]?.mapping.tables.map((table) => (table as { columns: Record<string, unknown> }).columns["product_id"])[0];

it("a catalogue's products are called as the lines beside it call them", () => {
  const bare = file("products.csv", "id,name,sku,price", "products", "sku");
  const keyed = file("lookup.csv", "ProductKey,ProductSKU,ProductName", "products", "ProductSKU");
  const lines = file("items.csv", "order_id,product_id,price", "order_lines", "product_id");
  const others = file("sales.csv", "OrderNumber,ProductKey", "order_lines", "ProductKey");
  const bySku = file("lines.csv", "order_id,sku,price", "order_lines", "sku");
  expect(keyOf(alignProducts([bare, lines]), 0)).toBe("id");
  expect(keyOf(alignProducts([keyed, others]), 0)).toBe("ProductKey");
  expect(keyOf(alignProducts([bare, bySku]), 0)).toBe("sku");
  expect(keyOf(alignProducts([bare]), 0)).toBe("sku");
});

import { afterAll, describe, expect, it } from "vitest";
import { LayoutBench } from "../../../test/support/layout-bench.ts";

const bench = new LayoutBench();
afterAll(() => bench.close());

const read = (name: string, header: string, row: (at: number) => string) =>
  bench.read(bench.write(name, `${[header, ...Array.from({ length: 24 }, (_, at) => row(at))].join("\n")}\n`));
const day = (at: number) => `2023-0${(at % 8) + 1}-03`;

describe("files that look like purchases and hold none", () => {
  it.each([
    ["abandoned_carts.csv", "cart_id,customer_id,created_at,sku,quantity,unit_price"],
    ["cart-export.csv", "id,customer_id,created_at,sku,quantity,unit_price"],
    ["export.csv", "checkout_id,customer_id,created_at,sku,quantity,unit_price"],
    ["angebote.csv", "Nr,Kundennr,Datum,Artikelnr,Menge,Einzelpreis"],
  ])("are carts and offers: %s", async (name, header) => {
    const { layout, tables, told } = await read(name, header, (at) => `${at},c${at % 5},${day(at)},s${at % 3},1,9.50`);
    expect([layout, Object.keys(tables)]).toEqual(["unknown", []]);
    expect(told.join(" ")).toMatch(/no purchases/);
  });

  it("are reductions of orders, whose amount is none of an order", async () => {
    const row = (at: number) => `${at},c${at % 5},${day(at)},SPRING,2.50`;
    const header = "order_id,customer_id,date,discount_code,amount";
    const { layout, tables, told } = await read("order_discounts_2023.csv", header, row);
    expect([layout, Object.keys(tables)]).toEqual(["unknown", []]);
    expect(told.join(" ")).toMatch(/parts of orders/);
  });
});

describe("purchases in files of such names", () => {
  it("are lines that name their order, and orders with their total", async () => {
    const lines = await read(
      "cart_lines.csv",
      "order_id,customer_id,order_date,sku,quantity,unit_price",
      (at) => `${at},c${at % 5},${day(at)},s${at % 3},1,9.50`,
    );
    expect(lines.tables.order_lines).toHaveLength(24);
    const orders = await read(
      "orders_with_discounts.csv",
      "order_id,customer_id,order_date,discount,order_total",
      (at) => `${at},c${at % 5},${day(at)},1.00,${at + 10}.00`,
    );
    expect(orders.tables.orders).toHaveLength(24);
  });
});

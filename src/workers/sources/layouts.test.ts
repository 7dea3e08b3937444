import { describe, expect, it } from "vitest";
import { recognise } from "./layouts.ts";
import type { ColumnProfile } from "./profile.ts";

const text = {
  kind: "text",
  format: null,
  isAmbiguous: false,
  decimal: null,
  isShare: false,
  filled: 9,
  distinct: 9,
  examples: [],
} as const;
const columnsOf = (header: string, more: Readonly<Record<string, Partial<ColumnProfile>>> = {}) =>
  header.split(",").map((name, at): ColumnProfile => ({ ...text, name, column: `c${at}`, ...more[name] }));
const tablesOf = (fileName: string, header: string, more?: Readonly<Record<string, Partial<ColumnProfile>>>) => {
  const { layout, tables } = recognise(fileName, columnsOf(header, more));
  return {
    layout,
    tables: Object.fromEntries(tables.map((table) => [table.table, table.columns])),
    files: tables.map(({ file }) => file),
  };
};

describe("a plain table", () => {
  it("of lines in one file feeds lines, their orders, products and customers", () => {
    const { layout, tables } = tablesOf(
      "sales.csv",
      "InvoiceNo,Line No,InvoiceDate,Customer ID,Customer Name,Email,StockCode,Description,Category,Quantity,Price,Discount,Currency,Channel",
      {
        InvoiceDate: { kind: "instant", format: "%d/%m/%Y %H:%M" },
        Price: { kind: "decimal", decimal: "," },
      },
    );
    expect(layout).toBe("generic");
    expect(tables.order_lines).toMatchObject({
      order_id: "InvoiceNo",
      line_id: "Line No",
      ordered_at: { column: "InvoiceDate", format: "%d/%m/%Y %H:%M" },
      source_customer_id: "Customer ID",
      product_id: "StockCode",
      unit_price_minor: { column: "Price", decimal: "," },
    });
    expect(tables.orders).toMatchObject({ order_id: "InvoiceNo", email: "Email", channel: "Channel" });
    expect(tables.products).toEqual({ product_id: "StockCode", name: "Description", category: "Category" });
    expect(tables.customers).toMatchObject({ source_customer_id: "Customer ID", full_name: "Customer Name" });
  });

  it("of discounts as shares of the price says so", () => {
    const header = "Order ID,Order Date,Customer ID,Product ID,Sales,Quantity,Discount";
    const share = tablesOf("orders.csv", header, { Discount: { kind: "decimal", decimal: ".", isShare: true } });
    expect(share.tables.order_lines?.discount_minor).toEqual({ column: "Discount", decimal: ".", unit: "share" });
    const percent = tablesOf("orders.csv", header, { Discount: { kind: "decimal", examples: ["20%"] } });
    expect(percent.tables.order_lines?.discount_minor).toEqual({ column: "Discount", unit: "percent" });
  });

  it("of orders takes a total as it is, and a gross amount less its discount", () => {
    expect(tablesOf("o.csv", "id,date,customer_id,order_total,discount").tables.orders).not.toHaveProperty(
      "discount_minor",
    );
    expect(
      tablesOf("o.csv", "order_id,date,customer_id,gross_amount,total_price,discount").tables.orders?.gross_minor,
    ).toBe("total_price");
  });

  it("of orders takes the shipping out of a total, not out of a subtotal", () => {
    const total = tablesOf("o.csv", "order_id,date,customer_id,subtotal,shipping_amount,total_price");
    expect(total.tables.orders).toMatchObject({
      gross_minor: { column: "total_price", less: ["shipping_amount"] },
      shipping_minor: "shipping_amount",
    });
    const goods = tablesOf("o.csv", "order_id,date,customer_id,order_value,postage");
    expect(goods.tables.orders).toMatchObject({ gross_minor: "order_value", shipping_minor: "postage" });
  });

  it("of lines without a date is told by their number or quantity", () => {
    const { tables } = tablesOf("items.csv", "order_id,item_no,sku,price");
    expect(tables.order_lines).toEqual({
      order_id: "order_id",
      line_id: "item_no",
      product_id: "sku",
      unit_price_minor: "price",
    });
  });

  it.each([
    ["suppression_list.csv", "email,added_on", "consents"],
    ["returns.csv", "Returned,Order ID", "returns"],
    ["dataset.csv", "rec_id, given_name, surname, street_number, postcode, state, date_of_birth", "customers"],
    ["members.csv", "card_number,first_name,last_name,postcode", "customers"],
    ["newsletter.csv", "email", "customers"],
    ["customers.csv", "customer_id,birth_date,gender,region", "customers"],
    ["people.csv", "client_id,sex,city,country", "customers"],
    ["customers.csv", "customer_id,region", "customers"],
  ])("is told by its name and header: %s", (name, header, table) => {
    expect(Object.keys(tablesOf(name, header).tables)).toContain(table);
  });

  it("that names a customer and a place isn't a list of people for that", () => {
    expect(tablesOf("visits.csv", "customer_id,region,visits").tables).toEqual({});
    expect(tablesOf("people.csv", "Person,Region").tables).toEqual({});
  });

  it("with dates that could be read in two ways leaves their format open and says so", () => {
    const { tables, warnings } = recognise(
      "o.csv",
      columnsOf("order_id,date,customer_id,amount", { date: { kind: "date", format: "%d/%m/%Y", isAmbiguous: true } }),
    );
    expect(tables[0]?.columns.ordered_at).toBe("date");
    expect(warnings.join(" ")).toMatch(/day or month comes first in date/);
  });
});

describe("a layout of several files", () => {
  it("feeds each table from the files of its kind", () => {
    const orders = tablesOf(
      "olist_orders_dataset.csv.gz",
      "order_id,customer_id,order_status,order_purchase_timestamp,order_approved_at",
    );
    expect(orders).toMatchObject({ layout: "olist", files: ["olist_orders_dataset*"] });
    expect(Object.keys(orders.tables)).toEqual(["orders"]);
    const items = tablesOf(
      "olist_order_items_dataset.csv.gz",
      "order_id,order_item_id,product_id,seller_id,shipping_limit_date,price,freight_value",
    );
    expect(Object.keys(items.tables)).toEqual(["order_lines"]);
    const refunds = tablesOf(
      "order_item_refunds_2015-04-01.csv",
      "order_item_refund_id,created_at,order_item_id,order_id,refund_amount_usd",
    );
    expect(refunds).toMatchObject({ layout: "maven", files: ["order_item_refunds*"] });
  });

  it("keeps files that feed nothing", () => {
    const { layout, tables, warnings } = recognise(
      "olist_order_payments_dataset.csv",
      columnsOf("order_id,payment_sequential,payment_type,payment_installments,payment_value"),
    );
    expect([layout, tables]).toEqual(["olist", []]);
    expect(warnings).toHaveLength(1);
  });
});

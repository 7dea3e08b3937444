import { afterAll, describe, expect, it } from "vitest";
import { LayoutBench } from "../../../test/support/layout-bench.ts";

const bench = new LayoutBench();
afterAll(() => bench.close());

const address = {
  first_name: "Ann",
  last_name: "Smith",
  address1: "1 High St",
  city: "Leeds",
  zip: "LS1 1AA",
  country_code: "GB",
};
const apiOrder = {
  ...{ id: 820982911946154500, name: "#1001", email: "Ann@Shop.example", created_at: "2026-05-11T09:55:16+01:00" },
  ...{ financial_status: "paid", cancelled_at: null, currency: "GBP", source_name: "web" },
  ...{ total_line_items_price: "30.00", total_discounts: "3.00", total_tax: "4.50", total_price: "32.00" },
  customer: { id: 77, email: "ann@shop.example", first_name: "Ann", last_name: "Smith" },
  billing_address: address,
  line_items: [
    { id: 11, sku: "hat", title: "Hat", vendor: "Acme", quantity: 1, price: "10.00", total_discount: "0.00" },
    { id: 12, sku: "sock", title: "Sock", vendor: "Acme", quantity: 2, price: "10.00", total_discount: "3.00" },
  ],
  refunds: [
    {
      ...{ id: 5, created_at: "2026-05-20T10:00:00+01:00", note: "too small" },
      refund_line_items: [{ id: 6, line_item_id: 11, quantity: 1, subtotal: 10.0, line_item: { sku: "hat" } }],
    },
  ],
};

describe("Shopify", () => {
  it("orders of its API feed orders, lines, returns, products and customers", async () => {
    const second = { ...apiOrder, name: "#1002", cancelled_at: "2026-05-12T08:00:00Z", refunds: [], line_items: [] };
    const { layout, keySpace, tables, warnings } = await bench.read(
      bench.write("orders.json", { orders: [apiOrder, second] }),
    );
    expect([layout, keySpace, warnings]).toEqual(["shopify-api-orders", "shopify", []]);
    expect(tables["orders"]).toMatchObject([
      {
        ...{
          order_id: "#1001",
          source_customer_id: "77",
          email: "ann@shop.example",
          channel: "web",
          key_space: "shopify",
        },
        ...{ ordered_at: "2026-05-11T08:55:16Z", gross_minor: 3000, discount_minor: 300, tax_minor: 450 },
      },
      { order_id: "#1002", status: "cancelled" },
    ]);
    expect(tables["order_lines"]).toMatchObject([
      {
        order_id: "#1001",
        line_id: "12",
        product_id: "sock",
        quantity: 2,
        unit_price_minor: 1000,
        discount_minor: 300,
      },
      { order_id: "#1001", line_id: "11", product_id: "hat", quantity: 1, ordered_at: "2026-05-11T08:55:16Z" },
    ]);
    expect(tables["returns"]).toEqual([
      {
        ...{ return_id: "6", order_id: "#1001", line_id: "11", product_id: "hat", quantity: 1, refund_minor: 1000 },
        ...{ returned_at: "2026-05-20T09:00:00Z", reason: "too small", key_space: "shopify" },
      },
    ]);
    expect(tables["products"]?.map(({ product_id, brand }) => [product_id, brand]).sort()).toEqual([
      ["hat", "Acme"],
      ["sock", "Acme"],
    ]);
    expect(tables["customers"]?.[0]).toMatchObject({
      source_customer_id: "77",
      family_name: "Smith",
      postcode: "LS1 1AA",
    });
  });

  it("customers of its API feed customers and their consents", async () => {
    const one = { id: 77, email: "ann@shop.example", first_name: "Ann", orders_count: 2, default_address: address };
    const consent = { state: "subscribed", consent_updated_at: "2026-01-02T00:00:00Z" };
    const path = bench.write("customers.json", { customers: [{ ...one, email_marketing_consent: consent }] });
    const { tables } = await bench.read(path);
    expect(tables["customers"]).toMatchObject([{ source_customer_id: "77", given_name: "Ann", city: "Leeds" }]);
    expect(tables["consents"]).toMatchObject([
      { email: "ann@shop.example", status: "granted", occurred_at: "2026-01-02T00:00:00Z" },
    ]);
  });

  it("products are known by what order lines call them", async () => {
    const path = bench.write(
      "products_export.csv",
      [
        "Handle,Title,Vendor,Type,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,Variant Price,Variant Compare At Price,Cost per item,Image Src",
        "hat,Hat,Acme,Hats,Size,M,Color,Red,hat-m,10.00,12.00,4.00,a.png",
        "hat,,,,,L,,Blue,,10.00,,4.00,b.png",
        "hat,,,,,,,,,,,,c.png",
        "sock,Sock,Knit,Socks,Title,Default Title,,,,5.00,,,d.png",
        "",
      ].join("\n"),
    );
    const { layout, tables } = await bench.read(path);
    expect(layout).toBe("shopify-products");
    expect(tables["products"]).toEqual([
      {
        ...{ product_id: "hat-m", name: "Hat", category: "Hats", brand: "Acme", size: "M", colour: "Red" },
        ...{ list_price_minor: 1200, cost_minor: 400, key_space: "shopify" },
      },
      {
        ...{ product_id: "Hat - L / Blue", name: "Hat", category: "Hats", brand: "Acme", size: "L", colour: "Blue" },
        ...{ list_price_minor: 1000, cost_minor: 400, key_space: "shopify" },
      },
      {
        ...{ product_id: "Sock", name: "Sock", category: "Socks", brand: "Knit" },
        ...{ list_price_minor: 500, key_space: "shopify" },
      },
    ]);
  });
});

const billing = {
  first_name: "Ann",
  last_name: "Smith",
  email: "ann@shop.example",
  phone: "020 7946 0018",
  postcode: "LS1",
  country: "GB",
};

describe("WooCommerce", () => {
  const order = {
    ...{ id: 727, number: "727", status: "completed", currency: "GBP", customer_id: 26, billing },
    ...{
      date_created: "2026-05-22T16:28:02",
      date_created_gmt: "2026-05-22T15:28:02",
      date_modified_gmt: "2026-05-30T15:28:08",
    },
    ...{
      discount_total: "2.00",
      shipping_total: "10.00",
      total_tax: "3.60",
      total: "31.60",
      prices_include_tax: false,
    },
    line_items: [
      {
        id: 315,
        name: "Hat",
        product_id: 93,
        quantity: 2,
        subtotal: "20.00",
        total: "18.00",
        subtotal_tax: "4.00",
        total_tax: "3.60",
        sku: "hat",
      },
      {
        id: 316,
        name: "Sock",
        product_id: 94,
        quantity: 1,
        subtotal: "3.00",
        total: "3.00",
        subtotal_tax: "0.60",
        total_tax: "0.60",
        sku: "",
      },
    ],
    refunds: [{ id: 726, reason: "torn", total: "-9.00" }],
    meta_data: [{ id: 1, key: "_device", value: "mobile" }],
  };

  it("orders of its API feed orders, lines with the discount that left them, refunds and customers", async () => {
    const guest = { ...order, number: "728", customer_id: 0, prices_include_tax: true, refunds: [] };
    const { layout, keySpace, tables } = await bench.read(bench.write("woo.json", [order, guest]));
    expect([layout, keySpace]).toEqual(["woocommerce", "woocommerce"]);
    expect(tables["orders"]).toMatchObject([
      {
        order_id: "727",
        source_customer_id: "26",
        email: "ann@shop.example",
        phone: "+442079460018",
        shipping_minor: 1000,
      },
      { order_id: "728", ordered_at: "2026-05-22T15:28:02Z" },
    ]);
    expect(tables["orders"]?.[1]).not.toHaveProperty("source_customer_id");
    const lines = tables["order_lines"]?.map((row) => [
      row["order_id"],
      row["product_id"],
      row["amount_minor"],
      row["discount_minor"],
    ]);
    expect(lines?.sort()).toEqual([
      ["727", "94", 300, 0],
      ["727", "hat", 1800, 200],
      ["728", "94", 360, 0],
      ["728", "hat", 2160, 240],
    ]);
    expect(tables["returns"]).toMatchObject([{ return_id: "726", order_id: "727", refund_minor: 900, reason: "torn" }]);
    expect(tables["customers"]?.[0]).toMatchObject({ source_customer_id: "26", given_name: "Ann", country: "GB" });
  });

  it("exports of a row an item feed the same tables", async () => {
    const items = [
      "order_id,order_number,date,status,order_currency,customer_id,billing_first_name,billing_email,item_id,item_name,item_sku,item_quantity,item_subtotal,item_total",
      "1,1001,2026-05-22 16:28:02,completed,GBP,26,Ann,ann@shop.example,7,Hat,hat,2,20.00,18.00",
      "1,1001,2026-05-22 16:28:02,completed,GBP,26,Ann,ann@shop.example,8,Sock,,1,3.00,3.00",
      "2,1002,2026-05-23 10:00:00,completed,GBP,0,Bob,bob@shop.example,9,Hat,hat,1,10.00,10.00",
    ].join("\n");
    const { layout, tables } = await bench.read(bench.write("woo_items.csv", `${items}\n`));
    expect(layout).toBe("woocommerce-items");
    expect(tables["order_lines"]).toMatchObject([
      {
        order_id: "1001",
        line_id: "7",
        product_id: "hat",
        amount_minor: 1800,
        discount_minor: 200,
        source_customer_id: "26",
      },
      { order_id: "1001", line_id: "8", product_id: "Sock", amount_minor: 300, ordered_at: "2026-05-22T15:28:02Z" },
      { order_id: "1002", line_id: "9", amount_minor: 1000 },
    ]);
    expect(new Set(tables["orders"]?.map(({ order_id }) => order_id))).toEqual(new Set(["1001", "1002"]));
    expect(tables["customers"]?.map(({ email }) => email)).toContain("bob@shop.example");
  });

  it("exports with spelt out columns feed the same tables", async () => {
    const rows = [
      "Order Number,Order Status,Order Date,First Name (Billing),Last Name (Billing),Email (Billing),Order Shipping Amount,SKU,Item #,Item Name,Quantity (- Refund),Item Cost",
      "1001,Completed,2026-05-22 16:28,Ann,Smith,ann@shop.example,4.95,hat,1,Hat,2,9.00",
      "1001,Completed,2026-05-22 16:28,Ann,Smith,ann@shop.example,4.95,,2,Sock,1,3.00",
    ].join("\n");
    const { layout, tables } = await bench.read(bench.write("woo_lines.csv", `${rows}\n`));
    expect(layout).toBe("woocommerce-lines");
    expect(tables["order_lines"]).toMatchObject([
      { order_id: "1001", line_id: "1", product_id: "hat", quantity: 2, unit_price_minor: 900 },
      { order_id: "1001", line_id: "2", product_id: "Sock", quantity: 1 },
    ]);
    expect(tables["orders"]?.[0]).toMatchObject({
      email: "ann@shop.example",
      status: "Completed",
      shipping_minor: 495,
    });
  });
});

describe("Magento", () => {
  it("orders of its API feed orders, the lines that carry the price, and customers", async () => {
    const order = {
      ...{
        entity_id: 1,
        increment_id: "000000001",
        created_at: "2026-05-22 15:28:02",
        status: "complete",
        customer_id: 4,
      },
      ...{
        customer_email: "ann@shop.example",
        customer_firstname: "Ann",
        customer_lastname: "Smith",
        order_currency_code: "GBP",
      },
      ...{ discount_amount: -2, shipping_amount: 5, tax_amount: 3, grand_total: 26 },
      billing_address: {
        street: ["1 High St", "Flat 2"],
        city: "Leeds",
        postcode: "LS1",
        country_id: "GB",
        telephone: "020 7946 0018",
      },
      items: [
        { item_id: 1, sku: "hat-m", name: "Hat", qty_ordered: 2, price: 10, original_price: 12, discount_amount: 2 },
        { item_id: 2, parent_item_id: 1, sku: "hat-m", name: "Hat M", qty_ordered: 2, price: 0, discount_amount: 0 },
      ],
    };
    const path = bench.write("magento.json", { items: [order], search_criteria: { page_size: 1 }, total_count: 1 });
    const { layout, keySpace, tables } = await bench.read(path);
    expect([layout, keySpace]).toEqual(["magento", "magento"]);
    expect(tables["orders"]).toMatchObject([
      {
        order_id: "000000001",
        ordered_at: "2026-05-22T15:28:02Z",
        discount_minor: 200,
        shipping_minor: 500,
        channel: "web",
      },
    ]);
    expect(tables["order_lines"]).toMatchObject([
      {
        line_id: "1",
        product_id: "hat-m",
        quantity: 2,
        unit_price_minor: 1000,
        list_price_minor: 1200,
        discount_minor: 200,
      },
    ]);
    expect(tables["customers"]).toMatchObject([
      { source_customer_id: "4", address_line: "1 High St, Flat 2", country: "GB" },
    ]);
  });

  it("orders of its grid are goods without their shipping", async () => {
    const rows = [
      '"ID","Purchase Point","Purchase Date","Bill-to Name","Grand Total (Base)","Status","Customer Email","Shipping and Handling","Total Refunded"',
      '"000000001","Main Store","2026-05-22 15:28:02","Ann Smith","26.0000","complete","ann@shop.example","5.0000","0.0000"',
      '"000000002","Main Store","2026-05-23 15:28:02","Bob Jones","15.0000","closed","bob@shop.example","","15.0000"',
    ].join("\n");
    const { layout, tables } = await bench.read(bench.write("export.csv", `${rows}\n`));
    expect(layout).toBe("magento-grid");
    expect(tables["orders"]).toMatchObject([
      { order_id: "000000001", gross_minor: 2100, shipping_minor: 500 },
      { order_id: "000000002", gross_minor: 1500 },
    ]);
    expect(tables["returns"]).toMatchObject([{ order_id: "000000002", refund_minor: 1500 }]);
  });
});

import { writeFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import writeWorkbook from "write-excel-file/node";
import { LayoutBench } from "../../../test/support/layout-bench.ts";
import { recognise } from "../sources/layouts.ts";
import type { ColumnProfile } from "../sources/profile.ts";
import { sniffDialect } from "../sources/sniff.ts";

const bench = new LayoutBench();
afterAll(() => bench.close());
const known = new Map<string, ReturnType<LayoutBench["read"]>>();
/** A file as it is read unaided, once for all tests. */
function own(name: string, content: string): ReturnType<LayoutBench["read"]> {
  const read = known.get(name) ?? bench.read(bench.write(name, content));
  known.set(name, read);
  return read;
}

const text = (...rows: readonly string[]) => `${rows.join("\n")}\n`;
const pick = (rows: readonly Record<string, unknown>[] | undefined, ...names: readonly string[]) =>
  (rows ?? []).map((row) => names.map((name) => row[name])).sort();

const packed = text(
  "order_id,order_number,order_date,status,shipping_total,tax_total,discount_total,order_currency,customer_id,billing_first_name,billing_last_name,billing_email,line_items,refunds",
  "1201,1201,2025-03-01 09:12:44,completed,4.95,6.00,0.00,GBP,17,Ann,Smith,ann@shop.example,id:11|name:Mug; blue|product_id:55|sku:MUG-B|quantity:2|subtotal:20.00|total:20.00|refunded:0.00|meta:;id:12|name:Plate|product_id:56|sku:PLATE|quantity:1|subtotal:10.00|total:9.00|refunded:0.00,",
  "1203,1203,2025-03-05 18:30:10,refunded,0,0,0,GBP,0,Bob,Jones,bob@shop.example,id:14|name:Plate|product_id:56|sku:|quantity:2|subtotal:20.00|total:18.00|refunded:18.00,id:9|date:2025-03-09 10:00:00|amount:18.00|reason:broken",
);
const bigcommerce = text(
  "Order ID,Customer ID,Customer Name,Customer Email,Order Date,Order Status,Tax Total,Shipping Cost (inc tax),Refund Amount,Order Currency Code,Billing First Name,Billing Last Name,Product Details",
  '186,54,Dawn Shill,dawn@shop.example,26/04/2025,Shipped,0.00,5.00,0.00,USD,Dawn,Shill,"Product ID: 100, Product Qty: 1, Product SKU: 8810-S, Product Name: Legging, long, Product Weight: 0.8000, Product Variation Details: Size: S (4), Product Unit Price: 67.50, Product Total Price: 67.50|Product ID: 115, Product Qty: 3, Product SKU: VB-S, Product Name: Capri, Product Weight: 0.5000, Product Unit Price: 66.00, Product Total Price: 198.00"',
  '187,0,Eve Roe,eve@shop.example,30/04/2025,Refunded,0.00,0.00,20.00,USD,Eve,Roe,"Product ID: 100, Product Qty: 1, Product SKU: 8810-S, Product Name: Legging, long, Product Weight: 0.8, Product Unit Price: 20.00, Product Total Price: 20.00"',
);
const square = text(
  "Date,Time,Time Zone,Category,Item,Qty,Price Point Name,SKU,Gross Sales,Discounts,Net Sales,Tax,Transaction ID,Event Type,Location,Customer ID,Customer Name",
  "2025-07-18,12:59:30,Eastern Time (US & Canada),Drinks,Latte,2.0,Regular,LAT,$8.00,-$1.00,$7.00,$0.62,TX1,Payment,Main,CUS1,Ann Smith",
  "2025-07-19,08:10:05,Eastern Time (US & Canada),Drinks,Latte,-1.0,Regular,LAT,-$3.50,$0.00,-$3.50,-$0.31,TX9,Refund,Main,CUS1,Ann Smith",
);
const lightspeed = text(
  "Date,Receipt Number,Line Type,Customer Code,Customer Name,Quantity,Subtotal,Sales Tax,Discount,Total,Paid,Details,Register,Status,Sku",
  "2025-06-01 10:15:00,1001,Sale,C-1,Ann Smith,3,27.50,5.50,2.50,33.00,33.00,,Main,Closed,",
  "2025-06-01 10:15:00,1001,Sale Line,C-1,Ann Smith,2,20.00,4.00,0,24.00,,Mug,Main,Closed,MUG-B",
  "2025-06-01 10:15:00,1001,Sale Line,C-1,Ann Smith,1,7.50,1.50,2.50,9.00,,Plate,Main,Closed,PLATE",
  "2025-06-01 10:15:00,1001,Payment,C-1,Ann Smith,,,,,,33.00,Card,Main,Closed,",
);
const amazon = text(
  "order-id\torder-item-id\tpurchase-date\tbuyer-email\tbuyer-name\tsku\tproduct-name\tquantity-purchased\tcurrency\titem-price\tship-postal-code",
  "204-1\t111\t2025-06-01T23:30:21+00:00\tabc@marketplace.example\tAnn Smith\tMUG-B\tBlue Mug\t2\tGBP\t24.00\tLS1 1AA",
);
const ebay = text(
  "",
  "Sales Record Number,Order Number,Buyer Username,Buyer Name,Buyer Email,Buyer Zip,Item Number,Item Title,Custom Label,Quantity,Sold For,Shipping And Handling,Total Price,Sale Date,Transaction ID",
  "",
  '"112","24-1","gamer","Ann Smith","ann@members.example","LS1 1AA","3185","Test card, mint","PH-1","2","$900.00","$5.97","$1,805.97","Jul-25-25","2857"',
  "",
  '"1","record(s) downloaded"',
  '"Seller ID : cards"',
);
const etsy = text(
  "Sale Date,Item Name,Buyer,Quantity,Price,Coupon Code,Discount Amount,Order Shipping,Order Sales Tax,Item Total,Currency,Transaction ID,Listing ID,Ship Name,Ship City,Ship Zipcode,Order ID,SKU",
  "08/02/25,Card,cool42,2,5.00,,0.00,4.50,0.62,10.00,USD,4001,9001,Jane Doe,Austin,78701,3001,FOX-01",
  "09/02/25,Bear,other,1,5.00,WELCOME10,0.50,4.50,0.00,5.00,USD,4003,9003,Bob Roe,Denver,80202,3002,",
);
const stripe = text(
  "id,Created date (UTC),Amount,Amount Refunded,Currency,Captured,Refunded date (UTC),Status,Customer ID,Customer Email",
  'ch_1,2025-05-01 23:30:00,"1,020.00",0.00,gbp,TRUE,,Paid,cus_1,ann@shop.example',
  "ch_2,2025-05-02 10:00:00,50.00,20.00,gbp,TRUE,2025-05-09 08:00:00,Paid,cus_2,bob@shop.example",
  "ch_3,2025-05-02 11:00:00,15.00,0.00,gbp,FALSE,,requires_action,cus_3,cat@shop.example",
);
const paypal = text(
  '"Date","Time","TimeZone","Name","Type","Status","Currency","Gross","Fee","From Email Address","Transaction ID","Shipping and Handling Amount","Reference Txn ID","Balance Impact"',
  '"13/05/2025","10:00:00","BST","Ann Smith","Express Checkout Payment","Completed","GBP","1.120,50","-3,60","ann@shop.example","TX1","4,50","","Credit"',
  '"14/05/2025","11:00:00","BST","","General Withdrawal","Completed","GBP","-1.000,00","0,00","shop@shop.example","TX2","","","Debit"',
  '"20/05/2025","12:30:00","BST","Ann Smith","Payment Refund","Completed","GBP","-20,50","0,00","shop@shop.example","TX3","","TX1","Debit"',
);
const eventLog = text(
  "event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session",
  "2019-10-01 00:00:00 UTC,view,446,2103,,shiseido,35.79,541,72d",
  "2019-10-01 00:01:04 UTC,purchase,100,2053,electronics.smartphone,xiaomi,489.07,520,4d3",
  "2019-10-01 00:01:04 UTC,purchase,100,2053,electronics.smartphone,xiaomi,489.07,520,4d3",
  "2019-10-02 00:02:04 UTC,remove_from_cart,101,2053,electronics.smartphone,apple,1000.00,541,72e",
);
const recipients = text(
  "Email_ID;Send_Date;Delivered_Date;Open_Date;Click_Date;Unsubscribe_Date",
  "ann@shop.example;13-05-2025 15:49:13;13-05-2025 15:49:15;13-05-2025 16:00:00;;",
  "bob@shop.example;13-05-2025 15:49:13;13-05-2025 15:49:15;;;14-05-2025 08:00:00",
);
const segment = [
  { messageId: "m1", type: "page", anonymousId: "a1", userId: null, timestamp: "2025-05-13T10:00:00Z" },
  { messageId: "m2", type: "identify", anonymousId: "a1", userId: "17", timestamp: "2025-05-13T10:05:01Z" },
]
  .map((event, at) => ({
    ...event,
    context: { page: { path: "/" } },
    traits: at > 0 ? { email: "a@shop.example" } : {},
  }))
  .map((event) => JSON.stringify(event))
  .join("\n");

const files: readonly (readonly [layout: string, name: string, content: string])[] = [
  ["woocommerce-orders", "woo.csv", packed],
  ["bigcommerce", "bigcommerce.csv", bigcommerce],
  ["square-items", "square.csv", square],
  ["lightspeed", "lightspeed.csv", lightspeed],
  ["amazon-orders", "amazon.txt", amazon],
  ["ebay", "ebay.csv", ebay],
  ["etsy-items", "etsy.csv", etsy],
  ["stripe", "stripe.csv", stripe],
  ["paypal", "paypal.csv", paypal],
  ["generic", "events.csv", eventLog],
  ["generic", "recipients.csv", recipients],
];

const bare = (name: string, at: number): ColumnProfile => ({
  ...{ name, column: `c${at}`, kind: "text", format: null, isAmbiguous: false, decimal: null, isShare: false },
  ...{ filled: 1, distinct: 1, examples: [] },
});

describe("exports of platforms", () => {
  it.each(files)("%s is what its header alone says that it is (%s)", async (layout, name, content) => {
    const whole = await own(name, content);
    const { header } = sniffDialect(bench.write(`${name}.copy`, content), name).dialect;
    const quick = recognise(name, header.map(bare));
    expect([quick.layout, whole.layout]).toEqual([layout, layout]);
    expect([...new Set(quick.tables.map(({ table }) => table))].sort()).toEqual(Object.keys(whole.tables).sort());
  });

  it("items packed into a cell of their order are lines", async () => {
    const woo = (await own("woo.csv", packed)).tables;
    expect(
      pick(woo["order_lines"], "order_id", "line_id", "product_id", "quantity", "amount_minor", "discount_minor"),
    ).toEqual([
      ["1201", "11", "MUG-B", 2, 2000, 0],
      ["1201", "12", "PLATE", 1, 900, 100],
      ["1203", "14", "56", 2, 1800, 200],
    ]);
    expect(pick(woo["products"], "product_id", "name")).toContainEqual(["MUG-B", "Mug; blue"]);
    expect(woo["returns"]).toMatchObject([
      { return_id: "9", order_id: "1203", refund_minor: 1800, reason: "broken", returned_at: "2025-03-09T10:00:00Z" },
    ]);
    expect(pick(woo["orders"], "order_id", "source_customer_id", "email")).toEqual([
      ["1201", "17", "ann@shop.example"],
      ["1203", undefined, "bob@shop.example"],
    ]);
    const big = (await own("bigcommerce.csv", bigcommerce)).tables;
    expect(pick(big["order_lines"], "order_id", "product_id", "quantity", "unit_price_minor", "amount_minor")).toEqual([
      ["186", "8810-S", 1, 6750, 6750],
      ["186", "VB-S", 3, 6600, 19_800],
      ["187", "8810-S", 1, 2000, 2000],
    ]);
    expect(pick(big["products"], "name")).toEqual([["Capri"], ["Legging, long"]]);
    expect(pick(big["returns"], "order_id", "refund_minor")).toEqual([["187", 2000]]);
  });

  it("a date and an hour of their own are one moment; a refund is a negative line", async () => {
    const { tables } = await own("square.csv", square);
    expect(pick(tables["order_lines"], "order_id", "ordered_at", "quantity", "amount_minor", "discount_minor")).toEqual(
      [
        ["TX1", "2025-07-18T11:59:30Z", 2, 700, 100],
        ["TX9", "2025-07-19T07:10:05Z", -1, -350, 0],
      ],
    );
    expect(pick(tables["orders"], "order_id", "source_customer_id", "store_id")).toEqual([["TX1", "CUS1", "Main"]]);
  });

  it("rows of sales, lines and payments in one file are told apart", async () => {
    const { tables } = await own("lightspeed.csv", lightspeed);
    expect(pick(tables["order_lines"], "order_id", "product_id", "quantity", "amount_minor")).toEqual([
      ["1001", "MUG-B", 2, 2400],
      ["1001", "PLATE", 1, 900],
    ]);
    expect(pick(tables["orders"], "order_id", "source_customer_id")).toEqual([["1001", "C-1"]]);
  });

  it("marketplaces: amounts of a row or of a piece, dates with the month first, notes at the end", async () => {
    expect((await own("amazon.txt", amazon)).tables["order_lines"]).toMatchObject([
      { order_id: "204-1", line_id: "111", ordered_at: "2025-06-01T23:30:21Z", quantity: 2, amount_minor: 2400 },
    ]);
    expect((await own("ebay.csv", ebay)).tables["order_lines"]).toMatchObject([
      {
        order_id: "24-1",
        ordered_at: "2025-07-24T23:00:00Z",
        product_id: "PH-1",
        quantity: 2,
        unit_price_minor: 90_000,
      },
    ]);
    expect(
      pick((await own("etsy.csv", etsy)).tables["order_lines"], "ordered_at", "product_id", "discount_minor"),
    ).toEqual([
      ["2025-08-01T23:00:00Z", "FOX-01", 0],
      ["2025-09-01T23:00:00Z", "9003", 50],
    ]);
  });

  it("payments are orders, what failed is none, and refunds have the day on which they were paid", async () => {
    const paid = (await own("stripe.csv", stripe)).tables;
    expect(pick(paid["orders"], "order_id", "gross_minor", "status", "currency")).toEqual([
      ["ch_1", 102_000, "paid", "GBP"],
      ["ch_2", 5000, "paid", "GBP"],
      ["ch_3", 1500, "failed", "GBP"],
    ]);
    expect(paid["returns"]).toMatchObject([
      { order_id: "ch_2", refund_minor: 2000, returned_at: "2025-05-09T08:00:00Z" },
    ]);
    const moved = (await own("paypal.csv", paypal)).tables;
    expect(pick(moved["orders"], "order_id", "ordered_at", "gross_minor", "shipping_minor")).toEqual([
      ["TX1", "2025-05-13T09:00:00Z", 111_600, 450],
    ]);
    expect(pick(moved["returns"], "order_id", "refund_minor")).toEqual([["TX1", 2050]]);
    expect(pick(moved["customers"], "email", "full_name")).toEqual([["ann@shop.example", "Ann Smith"]]);
  });

  it("a shop's event log with prices feeds events and, by its purchases, lines", async () => {
    const { tables, warnings } = await own("events.csv", eventLog);
    expect(tables["web_events"]).toHaveLength(4);
    expect(
      pick(tables["order_lines"], "order_id", "source_customer_id", "ordered_at", "quantity", "unit_price_minor"),
    ).toEqual(Array.from({ length: 2 }, () => ["4d3", "520", "2019-10-01T00:01:04Z", 1, 48_907]));
    expect(pick(tables["products"], "product_id", "category", "brand")).toContainEqual([
      "100",
      "electronics.smartphone",
      "xiaomi",
    ]);
    expect(warnings).toEqual([]);
  });

  it("who got a message, a date for each thing that happened, is a row an event", async () => {
    const { tables } = await own("recipients.csv", recipients);
    expect(pick(tables["message_events"], "email", "event_type", "occurred_at")).toEqual([
      ["ann@shop.example", "delivered", "2025-05-13T14:49:15Z"],
      ["ann@shop.example", "opened", "2025-05-13T15:00:00Z"],
      ["ann@shop.example", "sent", "2025-05-13T14:49:13Z"],
      ["bob@shop.example", "delivered", "2025-05-13T14:49:15Z"],
      ["bob@shop.example", "sent", "2025-05-13T14:49:13Z"],
      ["bob@shop.example", "unsubscribed", "2025-05-14T07:00:00Z"],
    ]);
    expect(pick(tables["consents"], "email", "status")).toEqual([["bob@shop.example", "withdrawn"]]);
  });

  it("events of a customer data platform are web events and people", async () => {
    const { layout, tables } = await own("segment.ndjson", segment);
    expect(layout).toBe("segment");
    expect(pick(tables["web_events"], "event_id", "visitor_id", "page")).toEqual([["m1", "a1", "/"]]);
    expect(pick(tables["customers"], "source_customer_id", "email")).toEqual([["17", "a@shop.example"]]);
  });
});

describe("a plain file", () => {
  it("in German is read, with its decimals, dates and currency", async () => {
    const { tables } = await bench.read(
      bench.write(
        "Bestellungen.csv",
        text(
          "Bestellnummer;Kundennummer;Bestelldatum;Artikelnummer;Bezeichnung;Menge;Einzelpreis;Gesamtpreis;Währung;E-Mail;Bestellstatus",
          "B1;K1;31.01.25;A1;Tasse;2;12,50 €;25,00 €;EUR;ann@shop.example;storniert",
          "B2;K2;01.02.25;A2;Teller;1;1.009,90 €;1.009,90 €;EUR;bob@shop.example;versandt",
        ),
      ),
    );
    expect(pick(tables["order_lines"], "order_id", "ordered_at", "quantity", "amount_minor", "currency")).toEqual([
      ["B1", "2025-01-31T00:00:00Z", 2, 2500, "EUR"],
      ["B2", "2025-02-01T00:00:00Z", 1, 100_990, "EUR"],
    ]);
    expect(pick(tables["orders"], "order_id", "status")).toEqual([
      ["B1", "storniert"],
      ["B2", "versandt"],
    ]);
    expect(pick(tables["products"], "product_id", "name")).toEqual([
      ["A1", "Tasse"],
      ["A2", "Teller"],
    ]);
  });

  it("of lines doesn't take the total of their order for theirs, nor leave out that it was cancelled", async () => {
    const { tables } = await bench.read(
      bench.write(
        "sales.csv",
        text(
          "Order,Customer,Date,SKU,Qty,Price,Order Total,Status",
          "1,7.0,2025-01-02,A,1,5.00,11.00,Cancelled",
          "1,7.0,2025-01-02,B,1,6.00,11.00,Cancelled",
        ),
      ),
    );
    expect(pick(tables["order_lines"], "source_customer_id", "product_id", "unit_price_minor", "amount_minor")).toEqual(
      [
        ["7", "A", 500, undefined],
        ["7", "B", 600, undefined],
      ],
    );
    expect(pick(tables["orders"], "order_id", "status")).toEqual([["1", "Cancelled"]]);
  });

  it("with a date that shows which comes first tells it of those that don't", async () => {
    const { tables } = await bench.read(
      bench.write(
        "people.csv",
        text(
          "Contact ID,Email,Birthdate,Created Date,Email Opt Out",
          "1,a@shop.example,4/12/1980,1/13/2024,1",
          "2,b@shop.example,,2/2/2024,0",
        ),
      ),
    );
    expect(tables["customers"]?.[0]).toMatchObject({ birth_date: "1980-04-12", created_at: "2024-01-13T00:00:00Z" });
    expect(pick(tables["consents"], "email", "status")).toEqual([["a@shop.example", "withdrawn"]]);
  });

  it("whose days are counted is dated by its mapping", async () => {
    const path = bench.write(
      "baskets.csv",
      text("household_key,BASKET_ID,DAY,PRODUCT_ID,SALES_VALUE", "2375,1,1,10,1.39", "2375,2,32,10,1.39"),
    );
    const columns = {
      ...{ order_id: "BASKET_ID", source_customer_id: "household_key", product_id: "PRODUCT_ID" },
      ...{ ordered_at: { column: "DAY", since: "2016-12-31" }, amount_minor: "SALES_VALUE" },
    };
    const { tables } = await bench.read(path, { layout: "generic", tables: [{ table: "order_lines", columns }] });
    expect(pick(tables["order_lines"], "order_id", "ordered_at", "amount_minor")).toEqual([
      ["1", "2017-01-01T00:00:00Z", 139],
      ["2", "2017-02-01T00:00:00Z", 139],
    ]);
  });

  it("that makes no table says what it has and what it lacks", () => {
    const found = recognise("orders.csv", ["order_id", "user_id", "order_dow"].map(bare));
    expect(found.layout).toBe("unknown");
    expect(found.warnings[0]).toMatch(
      /an order number \(order_id\), a customer \(user_id\), but no column .* a date or an amount/,
    );
  });

  it("of several sheets with one header is read as one", async () => {
    const sheet = (name: string, rows: readonly (readonly (string | number)[])[]) => ({
      sheet: name,
      data: rows.map((row) => [...row]),
    });
    const header = ["Invoice", "StockCode", "Quantity", "InvoiceDate", "Price", "Customer ID"];
    const workbook = await writeWorkbook([
      sheet("Notes", [["Sales"]]),
      sheet("2009", [["Sales of 2009"], header, ["489434", "85048", 12, "2009-12-01", 6.95, 13_085]]),
      sheet("2010", [header, ["536365", "85123A", 6, "2010-12-01", 2.55, 17_850]]),
    ]).toBuffer();
    const path = bench.write("sales.xlsx", "");
    writeFileSync(path, workbook);
    const { tables } = await bench.read(path);
    expect(pick(tables["order_lines"], "order_id", "source_customer_id", "unit_price_minor")).toEqual([
      ["489434", "13085", 695],
      ["536365", "17850", 255],
    ]);
  });
});

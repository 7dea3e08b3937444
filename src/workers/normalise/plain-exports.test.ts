import { afterAll, describe, expect, it } from "vitest";
import { LayoutBench } from "../../../test/support/layout-bench.ts";

const bench = new LayoutBench();
afterAll(() => bench.close());

const lines = (...rows: readonly string[]) => `${rows.join("\n")}\n`;
const read = (name: string, ...rows: readonly string[]) => bench.read(bench.write(name, lines(...rows)));
const pick = (rows: readonly Record<string, unknown>[] | undefined, ...names: readonly string[]) =>
  (rows ?? []).map((row) => names.map((name) => row[name] ?? null));

describe("lines without an order number", () => {
  it("are orders by who bought and when", async () => {
    const { tables, told } = await read(
      "transactions.csv",
      "t_dat,customer_id,article_id,price,sales_channel_id",
      "2018-09-20,000058a1,0663713001,0.050830,2",
      "2018-09-20,000058a1,0541518023,0.030491,2",
      "2018-09-21,000058a1,0505221004,0.015237,2",
    );
    const orders = pick(tables.order_lines, "order_id", "product_id");
    expect(new Set(orders.map(([order]) => order)).size).toBe(2);
    expect(orders[0]).toEqual(["000058a1 2018-09-20", "0663713001"]);
    expect(tables.orders?.[0]).toMatchObject({ order_id: "000058a1 2018-09-20", channel: "2" });
    expect(told.join(" ")).toMatch(/one order.*below 1/s);
  });

  it("keep the number of the line, and '?' for what isn't known", async () => {
    const { tables } = await read(
      "orders_train.txt",
      "orderItemID;orderDate;deliveryDate;itemID;size;color;manufacturerID;price;customerID;salutation;returnShipment",
      "1;2012-04-01;2012-04-03;186;m;denim;25;69.90;794;Mrs;0",
      "2;2012-04-01;?;71;9+;ocher;21;69.95;794;Mrs;1",
    );
    expect(pick(tables.order_lines, "order_id", "line_id", "delivered_at", "is_returned")).toEqual([
      ["794 2012-04-01", "1", "2012-04-02T23:00:00Z", false],
      ["794 2012-04-01", "2", null, true],
    ]);
  });
});

describe("the only amount of a line", () => {
  const rows = (amount: (quantity: number) => string) =>
    Array.from({ length: 60 }, (_, at) => {
      const quantity = (at % 3) + 1;
      return `I${at},C${at % 9},2022-0${(at % 8) + 1}-03,sku${at % 4},${quantity},${amount(quantity)}`;
    });
  const header = "invoice_no,customer_id,invoice_date,sku,quantity,price";

  it("is its total where it grows with the quantity", async () => {
    const { tables, told } = await read("shopping.csv", header, ...rows((quantity) => (quantity * 7.5).toFixed(2)));
    expect(pick(tables.order_lines, "quantity", "amount_minor", "unit_price_minor").slice(0, 3)).toEqual([
      [1, 750, null],
      [2, 1500, null],
      [3, 2250, null],
    ]);
    expect(told.join(" ")).toMatch(/price grows with quantity/);
  });

  it("is the price of one where it doesn't", async () => {
    const { tables, told } = await read("shopping.csv", header, ...rows(() => "7.50"));
    expect(pick(tables.order_lines, "quantity", "amount_minor", "unit_price_minor")[1]).toEqual([2, null, 750]);
    expect(told).toEqual([]);
  });

  it("tells what is called an amount and counts", async () => {
    const { tables } = await read(
      "merged.csv",
      "TRANSACTION_DT,CUSTOMER_ID,PRODUCT_SUBCLASS,PRODUCT_ID,AMOUNT,ASSET,SALES_PRICE",
      ...Array.from({ length: 60 }, (_, at) => {
        const quantity = (at % 3) + 1;
        return `11/${(at % 28) + 1}/2000,${1_100_000 + (at % 7)},130207,471000${at % 4},${quantity},${quantity * 30},${quantity * 44}`;
      }),
    );
    expect(pick(tables.order_lines, "quantity", "amount_minor")[1]).toEqual([2, 8800]);
  });

  it("is the net price beside a unit price, which was before the reduction", async () => {
    const { tables } = await read(
      "orderrows.csv",
      "OrderKey,LineNumber,ProductKey,Quantity,UnitPrice,NetPrice,UnitCost",
      "1001,0,10,2,10.00,9.00,5.00",
    );
    expect(tables.order_lines).toMatchObject([{ unit_price_minor: 900, list_price_minor: 1000, line_id: "0" }]);
  });

  it("may be absent: a catalogue gives it", async () => {
    const { tables, told } = await read(
      "Sales Data 2020.csv",
      "OrderDate,StockDate,OrderNumber,ProductKey,CustomerKey,TerritoryKey,OrderLineItem,OrderQuantity",
      "1/13/2020,9/21/2019,SO45080,332,14657,1,1,2",
    );
    expect(tables.order_lines).toMatchObject([{ order_id: "SO45080", line_id: "1", product_id: "332", quantity: 2 }]);
    expect(told.join(" ")).toMatch(/No column says what a line cost/);
    const goods = await read("shipments.csv", "order_id,product_id,quantity,shipped_at", "1,a,2,2026-05-01");
    expect(goods.tables).not.toHaveProperty("order_lines");
  });
});

describe("days", () => {
  it("that are counted get a beginning, which is told", async () => {
    const { tables, told } = await read(
      "transaction_data.csv",
      "household_key,BASKET_ID,DAY,PRODUCT_ID,QUANTITY,SALES_VALUE,STORE_ID,RETAIL_DISC,TRANS_TIME",
      "2375,26984851472,1,1004906,1,1.39,364,-0.60,1631",
      "2375,26984851480,52,1033142,2,0.82,364,0.00,905",
    );
    expect(
      pick(tables.orders, "ordered_at")
        .flat()
        .map((at) => String(at).slice(0, 10)),
    ).toEqual(["2000-01-01", "2000-02-21"]);
    expect(told.join(" ")).toMatch(/DAY counts days from a day that isn't said/);
  });

  it("aren't seen in small numbers or in names of weekdays", async () => {
    const hours = await read(
      "transcript.csv",
      "person,event,amount,time",
      "a,transaction,3.50,0",
      "b,transaction,7.10,714",
    );
    expect(hours).toMatchObject({
      layout: "unknown",
      told: [expect.stringMatching(/time holds numbers or words, no dates/)],
    });
    const weekdays = await read(
      "lines.csv",
      "order_id,sku,quantity,price,day",
      "1,a,1,2.00,Monday",
      "2,b,1,2.00,Friday",
    );
    expect(weekdays.tables.order_lines?.[0]).not.toHaveProperty("ordered_at");
  });
});

describe("dates of two digits a part", () => {
  it("are read by what shows which is the day", async () => {
    const header = "Order ID,Date,SKU,Qty,Amount";
    const { tables } = await read("report.csv", header, "1,04-30-22,a,1,406.00", "2,05-01-22,a,1,406.00");
    const days = pick(tables.order_lines, "ordered_at").flat();
    expect(days).toEqual(["2022-04-29T23:00:00Z", "2022-04-30T23:00:00Z"]);
  });
});

describe("purchases and no more", () => {
  it("are who and when", async () => {
    const { tables } = await read("elog.csv", "cust,date", "1,2006-01-02", "1,2006-03-05", "2,2006-01-07");
    expect(pick(tables.orders, "source_customer_id").flat()).toEqual(["1", "1", "2"]);
    const people = await read("people.csv", "customer_id,created_at", "1,2026-01-02", "2,2026-03-05");
    expect(people.tables).not.toHaveProperty("orders");
  });

  it("without a header are told by what repeats, is a date and is money", async () => {
    const { tables, told } = await read(
      "sample.txt",
      " 00004 0001 19970101  2   29.33",
      " 00004 0001 19970118  2   29.73",
      " 00021 0002 19970101  3   63.34",
      " 00021 0002 19970102  1   11.77",
    );
    expect(pick(tables.orders, "source_customer_id", "gross_minor")[1]).toEqual(["00004", 2973]);
    expect(told.join(" ")).toMatch(/column_1 is taken for the customer, column_3 for the date, column_5/);
  });

  it("of visitors in a log without prices are orders, apart from a shop's", async () => {
    const { tables } = await read(
      "events.csv",
      "timestamp,visitorid,event,itemid,transactionid",
      "1433221332117,257597,view,355908,",
      "1433224214164,257597,transaction,355908,7",
      "1433224214164,257597,transaction,248676,7",
    );
    expect(tables.web_events).toHaveLength(3);
    expect(new Set(pick(tables.orders, "order_id", "source_customer_id").map(String))).toEqual(
      new Set(["257597-7,257597"]),
    );
  });
});

describe("what came back", () => {
  it("is told by a date of the line", async () => {
    const { tables } = await read(
      "order_items.csv",
      "id,order_id,user_id,product_id,status,created_at,returned_at,sale_price",
      "11,1,7,300,Returned,2023-01-05 10:00:00 UTC,2023-01-12 10:00:00 UTC,19.99",
      "12,1,7,301,Returned,2023-01-05 10:00:00 UTC,NULL,5.00",
      "13,2,8,300,Cancelled,2023-02-05 10:00:00 UTC,,19.99",
    );
    expect(tables.returns).toMatchObject([
      { order_id: "1", line_id: "11", refund_minor: 1999, returned_at: "2023-01-12T10:00:00Z" },
    ]);
    expect(pick(tables.orders, "order_id", "status")).toContainEqual(["2", "Cancelled"]);
  });

  it("is told by how many did, or by a state", async () => {
    const counted = await read(
      "orders_train.txt",
      "orderID;orderDate;articleID;quantity;price;rrp;customerID;returnQuantity",
      "a1;2014-01-01;i1;1;10.00;16.00;c1;0",
      "a1;2014-01-01;i2;2;20.00;16.00;c1;2",
    );
    expect(pick(counted.tables.order_lines, "is_returned").flat()).toEqual([false, true]);
    const stated = await read(
      "sales.csv",
      "increment_id,status,created_at,sku,price,qty_ordered,Customer ID",
      "1,complete,7/1/2016,a,1950.0,1.0,1.0",
      "2,order_refunded,7/13/2016,b,240.0,1.0,2.0",
      "3,canceled,7/14/2016,b,240.0,1.0,\\N",
    );
    expect(pick(stated.tables.order_lines, "is_returned", "source_customer_id")).toEqual([
      [false, "1"],
      [true, "2"],
      [false, null],
    ]);
  });
});

describe("texts that programs write for nothing", () => {
  it("are no customer, no region and no surname's end", async () => {
    const { tables } = await read(
      "customers.csv",
      "customer_id,last_name,region,country,email",
      "ALFKI,Null,NULL,NA,a@shop.example",
      "NULL,Smith,\\N,DE,b@shop.example",
    );
    expect(pick(tables.customers, "source_customer_id", "family_name", "region", "country")).toEqual([
      ["ALFKI", "Null", null, "NA"],
      [null, "Smith", null, "DE"],
    ]);
  });
});

describe("rows without anything in them", () => {
  it("are no orders and no rejects", async () => {
    const { tables } = await read(
      "sales.csv",
      "increment_id,status,created_at,sku,price,qty_ordered,Customer ID,,",
      "1,complete,7/1/2016,a,1950.0,1.0,1.0,,",
      ",,,,,,,,",
      ",,,,,,,,",
    );
    expect([tables.orders?.length, tables.order_lines?.length]).toEqual([1, 1]);
  });
});

describe("a row a customer", () => {
  it.each([
    [
      "shopping_trends.csv",
      "Customer ID,Age,Gender,Item Purchased,Purchase Amount (USD),Subscription Status,Previous Purchases",
    ],
    ["churn.csv", "CustomerID,Churn,Tenure,CityTier,Gender,MaritalStatus,OrderCount,DaySinceLastOrder"],
    ["campaign.csv", "ID,Year_Birth,Education,Marital_Status,Income,Recency,MntWines,NumWebPurchases"],
  ])("is told from a row a purchase: %s", async (name, header) => {
    const { tables, told } = await read(
      name,
      header,
      header
        .split(",")
        .map((_, at) => at + 1)
        .join(","),
    );
    expect(Object.keys(tables)).toEqual(["customers"]);
    expect(told.join(" ")).toMatch(/says who they are, not what they bought when/);
  });

  it("of sums that models are fitted on is said to be one", async () => {
    const { layout, told } = await read("summary.csv", "customer_id,frequency,recency,T", "1,2,30.43,38.86");
    expect([layout, told.join(" ")]).toEqual(["unknown", expect.stringMatching(/models fit/)]);
  });

  it("is none of the staff, a supplier or a category", async () => {
    for (const [name, header] of [
      ["employees.csv", "EmployeeId,LastName,FirstName,Email"],
      ["suppliers.csv", "id,name,phone"],
      ["categories.csv", "id,name"],
    ] as const) {
      const { tables } = await read(name, header, header.replaceAll(/\w+/g, "1"));
      expect(Object.keys(tables), name).toEqual([]);
    }
  });
});

describe("headers in other languages", () => {
  it.each([
    [
      "vendas.csv",
      "Número do Pedido;Código do Cliente;Data do Pedido;Código do Produto;Quantidade;Valor Unitário;Valor Total",
      "1;7;31/12/2023;P1;2;R$ 1.250,00;R$ 2.500,00",
    ],
    [
      "ventes.csv",
      "N° commande;Code client;Date de commande;Référence;Qté;Prix unitaire TTC;Montant TTC",
      "1;7;31/12/2023;P1;2;1 250,00 €;2 500,00 €",
    ],
    [
      "umsatz.csv",
      "Beleg-Nr.;Kunden-Nr.;Belegdatum;Artikel-Nr.;Menge;Einzelpreis;Gesamtpreis",
      "1;7;31.12.2023;P1;2,00;1.250,00 €;2.500,00 €",
    ],
    [
      "rechnungen.csv",
      "Rechnungsnr;Kunde;Erstelldatum;Artikel;Anzahl;Preis (brutto);Umsatz in EUR",
      "1;7;31.12.2023;P1;2;1.250,00 €;2.500,00 €",
    ],
    [
      "factures.csv",
      "N° commande;N° client;Date commande;Référence;Qté;PU TTC;Total TTC",
      "1;7;31/12/2023;P1;2;1250,00;2500,00",
    ],
    [
      "bestellingen.csv",
      "Ordernummer;Klantnummer;Orderdatum;Artikelcode;Aantal;Prijs per stuk;Totaal",
      "1;7;31-12-2023;P1;2;1.250,00;2.500,00",
    ],
    [
      "short.csv",
      "order_no;cust_no;order_dt;prod_no;units;price (USD);amount (incl. VAT)",
      "1;7;20231231;P1;2;1250.00;2500.00",
    ],
  ])("are read with their numbers: %s", async (name, header, row) => {
    const { tables } = await read(name, header, row);
    expect(tables.order_lines).toMatchObject([
      {
        order_id: "1",
        source_customer_id: "7",
        product_id: "P1",
        quantity: 2,
        unit_price_minor: 125_000,
        amount_minor: 250_000,
      },
    ]);
  });
});

describe("exchange rates", () => {
  it("into several currencies aren't taken for those into the brand's", async () => {
    const header = "Date,FromCurrency,ToCurrency,Exchange";
    const several = await read("fx.csv", header, "2026-05-01,EUR,USD,1.12", "2026-05-01,EUR,GBP,0.86");
    expect([several.tables, several.told]).toEqual([{}, [expect.stringMatching(/where.*ToCurrency is the brand's/)]]);
    const one = await read("fx.csv", header, "2026-05-01,EUR,GBP,0.86", "2026-05-01,USD,GBP,0.77");
    expect(pick(one.tables.exchange_rates, "currency", "rate")).toEqual([
      ["EUR", 0.86],
      ["USD", 0.77],
    ]);
  });
});

import { afterAll, describe, expect, it } from "vitest";
import { LayoutBench } from "../../../test/support/layout-bench.ts";
import { lakeTable } from "../../shared/domain/lake.ts";
import { recognise } from "../sources/layouts.ts";
import type { ColumnProfile } from "../sources/profile.ts";

const bench = new LayoutBench();
afterAll(() => bench.close());

const lines = (...rows: readonly string[]) => `${rows.join("\n")}\n`;
const profile = (name: string, at: number): ColumnProfile => ({
  ...{ name, column: `c${at}`, kind: "text", format: null, isAmbiguous: false, decimal: null, isShare: false },
  ...{ filled: 1, distinct: 1, examples: [] },
});

describe("a plain file whose columns are called as the tables' are", () => {
  /** What a file can't say of itself: the program's own ids, texts that no plain file has. */
  const apart: Readonly<Record<string, readonly string[]>> = {
    customers: ["full_name", "attributes"],
    events: ["properties"],
    campaign_assignments: ["customer_id"],
  };
  const names: Readonly<Record<string, string>> = { returns: "returns.csv", consents: "consents.csv" };
  const tables = [
    ...["customers", "orders", "order_lines", "returns", "products", "stores", "web_events", "message_events"],
    ...["events", "consents", "third_party", "campaign_assignments", "marketing_costs", "exchange_rates"],
  ];

  it.each(tables)("feeds every column of %s", (table) => {
    const wanted = (lakeTable(table)?.columns ?? [])
      .map(({ name }) => name)
      .filter((name) => !apart[table]?.includes(name));
    const headers = wanted.map((name) => name.replace(/_minor$/, ""));
    const found = recognise(names[table] ?? `${table}.csv`, headers.map(profile));
    const own = found.tables.find((one) => one.table === table);
    expect(found.layout).toBe("generic");
    expect(wanted.filter((name) => !(name in (own?.columns ?? {})))).toEqual([]);
  });
});

describe("plain files of", () => {
  it("messages are told by what happened, whichever words the platform has for it", async () => {
    const text = lines(
      "Timestamp,Email,Campaign,Event,Machine open",
      "2026-05-01 09:00:00,ann@shop.example,May,send,",
      "2026-05-01 09:01:00,ann@shop.example,May,Delivery,",
      "2026-05-01 09:02:00,ann@shop.example,May,open,true",
      "2026-05-01 19:02:00,ann@shop.example,May,open,false",
      "2026-05-01 19:03:00,ann@shop.example,May,spamreport,",
      "2026-05-01 09:00:00,bob@shop.example,May,hard_bounce,",
    );
    const { layout, tables } = await bench.read(bench.write("activity.csv", text));
    expect(layout).toBe("generic");
    expect(tables.message_events?.map((row) => [row.event_type, row.is_machine_open ?? null])).toEqual([
      ["sent", null],
      ["delivered", null],
      ["opened", true],
      ["opened", false],
      ["complained", null],
      ["bounced", null],
    ]);
    expect(tables.message_events?.[0]).toMatchObject({ campaign_id: "May", channel: "email" });
    expect(tables.consents).toMatchObject([{ email: "ann@shop.example", status: "withdrawn" }]);
  });

  it("visits keep the visitor, what was looked at and who was logged in", async () => {
    const text = lines(
      "time,visitor_id,session,user_id,event,url,sku,utm_campaign,device_type",
      "2026-05-01 09:00:00,v1,s1,,page_view,/,,May,mobile",
      "2026-05-01 09:01:00,v1,s1,c7,product_view,/p/9,SKU9,May,mobile",
    );
    const { tables } = await bench.read(bench.write("clicks.csv", text));
    expect(tables.web_events).toMatchObject([
      { visitor_id: "v1", session_id: "s1", event_type: "page_view", page: "/", campaign: "May" },
      { source_customer_id: "c7", product_id: "SKU9", device: "mobile" },
    ]);
  });

  it("anything else that happened keep what their rows say", async () => {
    const text = lines("customer_id,event_type,occurred_at,points", "c1,points_spent,2026-05-01 09:00:00,120");
    const { tables } = await bench.read(bench.write("loyalty_events.csv", text));
    expect(tables.events).toMatchObject([
      { source_customer_id: "c1", event_type: "points_spent", properties: { points: "120" } },
    ]);
  });

  it("stores say where they are", async () => {
    const text = lines("Store,Name,Zip,Country,Lat,Lng", "S1,Otley,LS21 3AQ,GB,53.9057,-1.6919", "S2,York,YO1,GB,,");
    const { tables } = await bench.read(bench.write("branches.csv", text));
    expect(tables.stores).toMatchObject([
      { store_id: "S1", name: "Otley", postcode: "LS21 3AQ", longitude: -1.6919 },
      { store_id: "S2" },
    ]);
  });

  it("bought attributes, assignments, costs and rates are what they are", async () => {
    const bought = await bench.read(
      bench.write(
        "acme.csv",
        lines("email,provider,attribute,value,valid_from", "ann@shop.example,Acme,income,B,2026-01-01"),
      ),
    );
    expect(bought.tables.third_party).toMatchObject([
      { email: "ann@shop.example", provider: "Acme", name: "income", value: "B", valid_from: "2026-01-01" },
    ]);
    const drawn = await bench.read(
      bench.write(
        "drawn.csv",
        lines("campaign,customer_id,group,assigned_at", "May,c1,Control,2026-05-01", "May,c2,Coupon,2026-05-01"),
      ),
    );
    expect(drawn.tables.campaign_assignments?.map((row) => [row.source_customer_id, row.is_control])).toEqual([
      ["c1", true],
      ["c2", false],
    ]);
    const own = await bench.read(
      bench.write("ours.csv", lines("campaign_id,customer_id,is_control", `May,${"0a".repeat(10)},no`)),
    );
    expect(own.tables.campaign_assignments).toMatchObject([{ customer_id: "0a".repeat(10), is_control: false }]);
    expect(own.tables.campaign_assignments?.[0]).not.toHaveProperty("source_customer_id");
    const costs = await bench.read(
      bench.write("spend.csv", lines("date,channel,campaign,spend", "2026-05-01,paid_search,brand,120.50")),
    );
    expect(costs.tables.marketing_costs).toMatchObject([{ spent_on: "2026-05-01", cost_minor: 12_050 }]);
    const rates = await bench.read(bench.write("fx.csv", lines("date,currency,rate", "2026-05-01,EUR,0.85")));
    expect(rates.tables.exchange_rates).toMatchObject([{ currency: "EUR", rate: 0.85 }]);
  });

  it("customers keep their tier and the like, and nothing that says who they are", async () => {
    const text = lines(
      "customer_id,first_name,last_name,email,Loyalty tier,Household size,Alternative phone,Notes",
      "c1,Ann,Smith,ann@shop.example,Gold,3,07700900111,rang twice",
    );
    const { tables } = await bench.read(bench.write("people.csv", text));
    expect(tables.customers?.[0]?.attributes).toEqual({ "Loyalty tier": "Gold", "Household size": "3" });
  });
});

describe("Shopify's orders", () => {
  it("name a line's variant after its title: its size and colour", async () => {
    const header =
      "Name,Email,Financial Status,Created at,Currency,Subtotal,Total,Discount Amount,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Vendor";
    const line = (name: string, sku: string) =>
      `#1,ann@shop.example,paid,2026-05-01 09:00:00 +0000,GBP,40,40,0,1,"${name}",10,${sku},Hollin`;
    const text = lines(
      header,
      line("Day dress, navy - 12 / navy", "A"),
      line("Trainer - White / UK 6.5", "B"),
      line("Candle - large - Sea salt", "C"),
      line("Tea - 250 g", "D"),
    );
    const { tables } = await bench.read(bench.write("orders_export.csv", text));
    expect(tables.order_lines?.map((row) => [row.size ?? null, row.colour ?? null])).toEqual([
      ["12", "navy"],
      ["UK 6.5", "White"],
      [null, null],
      [null, null],
    ]);
    expect(tables.products?.map((row) => row.name)).toEqual([
      "Day dress, navy",
      "Trainer",
      "Candle - large - Sea salt",
      "Tea - 250 g",
    ]);
  });
});

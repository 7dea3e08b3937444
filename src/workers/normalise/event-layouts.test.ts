import { afterAll, describe, expect, it } from "vitest";
import { LayoutBench } from "../../../test/support/layout-bench.ts";

const bench = new LayoutBench();
afterAll(() => bench.close());

describe("Klaviyo", () => {
  const events = [
    "id,person_id,campaign_id,flow_id,datetime,metric_id,type,property_value,property_subject",
    "e1,p1,c1,,2026-04-05 20:02:45.000,m1,Received Email,15,Hi",
    "e2,p1,c1,,2026-04-05 21:02:45.000,m2,Opened Email,,Hi",
    "e3,p1,,f1,2026-04-06 09:00:00.000,m3,Clicked SMS,,",
    "e4,p1,,,2026-04-07 09:00:00.000,m4,Placed Order,20,",
    "e5,p2,,,2026-04-08 09:00:00.000,m5,Unsubscribed,,",
    "",
  ].join("\n");
  it("events are messages, withdrawals of consent, and whatever else happened", async () => {
    const { layout, keySpace, tables } = await bench.read(bench.write("event.csv", events));
    expect([layout, keySpace]).toEqual(["klaviyo", "klaviyo"]);
    expect(
      tables["message_events"]?.map((row) => [row["event_id"], row["event_type"], row["channel"], row["campaign_id"]]),
    ).toEqual([
      ["e1", "sent", "email", "c1"],
      ["e2", "opened", "email", "c1"],
      ["e3", "clicked", "sms", "f1"],
      ["e5", "unsubscribed", "email", undefined],
    ]);
    expect(tables["message_events"]?.[0]).toMatchObject({
      occurred_at: "2026-04-05T20:02:45Z",
      source_customer_id: "p1",
    });
    expect(tables["events"]).toMatchObject([
      { event_id: "e4", event_type: "Placed Order", properties: { property_value: "20" } },
    ]);
    expect(tables["consents"]).toMatchObject([{ source_customer_id: "p2", status: "withdrawn", channel: "email" }]);
  });

  it("profiles that it exports say who may be written to", async () => {
    const rows = [
      "Email,Klaviyo ID,First Name,Last Name,Phone Number,City,Zip Code,Country,Profile Created On,Email Marketing Consent,Email Marketing Consent Timestamp",
      "ann@shop.example,01A,Ann,Smith,,Leeds,LS1,GB,2026-01-01 10:00:00,SUBSCRIBED,2026-01-01 10:00:00",
      "bob@shop.example,01B,Bob,Jones,,,,,2026-01-02 10:00:00,NEVER_SUBSCRIBED,",
    ].join("\n");
    const { tables } = await bench.read(bench.write("klaviyo_profiles.csv", `${rows}\n`));
    expect(tables["customers"]).toMatchObject([
      { source_customer_id: "01A", given_name: "Ann" },
      { source_customer_id: "01B" },
    ]);
    expect(tables["consents"]?.map(({ email, status }) => [email, status])).toEqual([
      ["ann@shop.example", "granted"],
      ["bob@shop.example", "denied"],
    ]);
  });
});

describe("Mailchimp", () => {
  it("audience lists are told by what happened last", async () => {
    const header = "Email Address,First Name,Last Name,OPTIN_TIME,CONFIRM_TIME,LAST_CHANGED,LEID,EUID";
    const row = "ann@shop.example,Ann,Smith,2026-01-01 10:00:00,2026-01-01 10:00:00,2026-02-01 10:00:00,1,abc";
    const subscribed = await bench.read(bench.write("subscribed_members.csv", `${header}\n${row}\n`));
    const unsubscribed = await bench.read(
      bench.write("unsubscribed_members.csv", `${header},UNSUB_TIME,UNSUB_REASON\n${row},2026-02-01 10:00:00,NORMAL\n`),
    );
    const cleaned = await bench.read(
      bench.write("cleaned_members.csv", `${header},CLEAN_TIME\n${row},2026-03-01 10:00:00\n`),
    );
    expect([subscribed, unsubscribed, cleaned].map(({ tables }) => tables["consents"]?.[0])).toMatchObject([
      { status: "granted", occurred_at: "2026-01-01T10:00:00Z", email: "ann@shop.example" },
      { status: "withdrawn", occurred_at: "2026-02-01T10:00:00Z" },
      { status: "suppressed", occurred_at: "2026-03-01T10:00:00Z" },
    ]);
  });
});

describe("web analytics", () => {
  it("of GA4 come from its JSON and from a flattened table alike", async () => {
    const params = [
      { key: "page_location", value: { string_value: "https://shop.example/hat" } },
      { key: "ga_session_id", value: { int_value: "1700000000" } },
    ];
    const event = {
      ...{
        event_date: "20260511",
        event_timestamp: "1778486116000000",
        event_name: "page_view",
        user_pseudo_id: "v1.1",
      },
      ...{
        user_id: "C7",
        event_params: params,
        device: { category: "mobile" },
        traffic_source: { name: "(direct)" },
        items: [],
      },
    };
    const flat = [
      "event_date,event_timestamp,event_name,user_pseudo_id,user_id,ga_session_id,page_location,campaign,device_category",
      "20260511,1778486116000000,page_view,v1.1,C7,1700000000,https://shop.example/hat,(direct),mobile",
    ].join("\n");
    for (const path of [
      bench.write(
        "ga4.json",
        `${JSON.stringify(event)}\n${JSON.stringify({ ...event, event_name: "user_engagement" })}`,
      ),
      bench.write("ga4.csv", `${flat}\n`),
    ]) {
      const { layout, keySpace, tables } = await bench.read(path);
      expect([layout, keySpace]).toEqual(["ga4", undefined]);
      expect(tables["web_events"]).toEqual([
        {
          ...{
            occurred_at: "2026-05-11T07:55:16Z",
            visitor_id: "v1.1",
            session_id: "v1.1 1700000000",
            source_customer_id: "C7",
          },
          ...{ event_type: "page_view", page: "https://shop.example/hat", device: "mobile", key_space: "brand" },
        },
      ]);
    }
  });
});

describe("flat invoice lines", () => {
  it("keep cancellations as negative lines of a slip of their own", async () => {
    const rows = [
      "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country",
      "536365,85123A,WHITE HANGING HEART T-LIGHT HOLDER,6,12/1/2010 8:26,2.55,17850,United Kingdom",
      "536365,71053,WHITE METAL LANTERN,6,12/1/2010 8:26,3.39,17850,United Kingdom",
      "C536379,85123A,WHITE HANGING HEART T-LIGHT HOLDER,-1,12/13/2010 9:41,2.55,17850,United Kingdom",
      "536414,22139,,56,12/1/2010 11:52,0,,United Kingdom",
      "A563185,B,Adjust bad debt,1,8/12/2011 14:50,11062.06,,United Kingdom",
    ].join("\n");
    const { layout, tables } = await bench.read(bench.write("online_retail.csv", `${rows}\n`));
    expect(layout).toBe("generic");
    expect(tables["order_lines"]).toMatchObject([
      { order_id: "536365", product_id: "85123A", quantity: 6, unit_price_minor: 255, source_customer_id: "17850" },
      { order_id: "536365", product_id: "71053", ordered_at: "2010-12-01T08:26:00Z" },
      { order_id: "C536379", quantity: -1, ordered_at: "2010-12-13T09:41:00Z" },
      { order_id: "536414", quantity: 56, unit_price_minor: 0 },
      { order_id: "A563185", product_id: "B" },
    ]);
  });
});

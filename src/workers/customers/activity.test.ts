import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Row, StepBench } from "../../../test/support/step-harness.ts";
import { activity } from "./activity.ts";

let bench: StepBench;
beforeEach(async () => {
  bench = new StepBench();
  await bench.given("customer_ids", "records", [
    record("brand", "7", "ann"),
    record("brand", "8@crm", "bob"),
    record("brand", "8@shop", "cat"),
    record("klaviyo", "p1", "ann"),
    record("shopify", `email:${"0".repeat(20)}`, "dan"),
  ]);
});
afterEach(() => bench.close());

const record = (key_space: string, source_record_id: string, customer_id: string): Row => ({
  ...{ key_space, source: "any", source_record_id, customer_id },
});
let row = 0;
const event = (more: Row): Row => ({
  ...{
    event_id: `e${String(++row).padStart(4, "0")}`,
    occurred_at: "2026-06-01 10:00:00",
    key_space: "brand",
    source: "web",
    batch_id: "b",
    source_row: row,
  },
  ...more,
});
const customersOf = (rows: readonly Row[] = []) => rows.map(({ customer_id }) => customer_id ?? null);

describe("events", () => {
  it("are their id's customer's, in the id's own key space and of its own source where it stands for two people", async () => {
    await bench.given("lake_events", "events", [
      event({ source_customer_id: "7", event_type: "card_topped_up" }),
      event({ source_customer_id: "p1", key_space: "klaviyo", event_type: "Placed Order" }),
      event({ source_customer_id: "8", source: "crm", event_type: "called" }),
      event({ source_customer_id: "8", source: "web", event_type: "called" }),
      event({ source_customer_id: "p1", event_type: "called" }),
    ]);
    const { events } = await bench.run(activity);
    expect(customersOf(events)).toEqual(["ann", "ann", "bob", null, null]);
  });

  it("of messages are their address's customer's where it is one", async () => {
    const contact = (email: string, source_customer_id: string): Row => ({
      ...{ email, source_customer_id, key_space: "brand", source: "crm" },
    });
    await bench.given("lake_people", "customers_contact", [
      contact("ann@shop.example", "7"),
      contact("shared@shop.example", "7"),
      contact("shared@shop.example", "8"),
    ]);
    const written = ["ann@shop.example", "shared@shop.example", "nobody@shop.example"].map((email) => ({
      email,
      sent: event({ event_type: "sent", source: "mailer" }),
    }));
    await bench.given(
      "lake_events",
      "message_events",
      written.map(({ sent }) => sent),
    );
    await bench.given(
      "lake_events",
      "message_events_contact",
      written.map(({ email, sent: { event_id, key_space, source, batch_id, source_row } }) => ({
        ...({ email, event_id, key_space, source, batch_id, source_row } as Row),
      })),
    );
    const { message_events } = await bench.run(activity);
    expect(customersOf(message_events)).toEqual(["ann", null, null]);
  });

  it("of visits belong to who logged in during the visit, else to the only one who ever did on that browser", async () => {
    const view = (visitor_id: string, session_id: string, source_customer_id?: string) =>
      event({ visitor_id, session_id, event_type: "page_view", ...(source_customer_id ? { source_customer_id } : {}) });
    await bench.given("customer_ids", "records", [record("brand", "7", "ann"), record("brand", "9", "eve")]);
    await bench.given("lake_events", "web_events", [
      view("own", "s1"),
      view("own", "s2", "7"),
      view("shared", "s3", "7"),
      view("shared", "s3"),
      view("shared", "s4", "9"),
      view("shared", "s5"),
      view("nobody", "s6"),
    ]);
    const { web_events } = await bench.run(activity);
    expect(customersOf(web_events)).toEqual(["ann", "ann", "ann", "ann", "eve", null, null]);
  });
});

describe("what was bought and who was drawn", () => {
  it("find their customer by the id, else by an address that is one customer's only, and by this program's own id", async () => {
    await bench.given("lake_people", "customers_contact", [
      { email: "ann@shop.example", source_customer_id: "7", key_space: "brand", source: "crm" },
    ]);
    const place = (source_row: number) => ({ key_space: "brand", source: "acme", batch_id: "b", source_row });
    await bench.given("lake_people", "third_party", [
      { ...place(1), name: "income", value: "A", valid_from: "2026-01-01" },
      { ...place(2), name: "income", value: "B", source_customer_id: "7" },
      { ...place(3), name: "income", value: "C" },
    ]);
    await bench.given("lake_people", "third_party_contact", [
      { ...place(1), name: "income", email: "ann@shop.example" },
      { ...place(3), name: "income", email: "nobody@shop.example" },
    ]);
    await bench.given("lake_events", "campaign_assignments", [
      { ...place(1), campaign_id: "may", source_customer_id: "7", is_control: true },
      { ...place(2), campaign_id: "may", customer_id: "dan", is_control: false },
      { ...place(3), campaign_id: "may", source_customer_id: "99", is_control: false },
    ]);
    const { third_party = [], campaign_assignments = [] } = await bench.run(activity);
    const of = (rows: readonly Row[], column: string) => rows.map((row) => [row[column], row.customer_id ?? null]);
    expect(of(third_party, "value").sort()).toEqual([
      ["A", "ann"],
      ["B", "ann"],
      ["C", null],
    ]);
    expect(of(campaign_assignments, "is_control")).toEqual(
      expect.arrayContaining([
        [true, "ann"],
        [false, "dan"],
        [false, null],
      ]),
    );
  });
});

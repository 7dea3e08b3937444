import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { customerId, lakeRow, type Row, StepBench } from "../../../test/support/step-harness.ts";
import { profileFields } from "../../shared/domain/profile-fields.ts";
import { steps } from "../catalogue.ts";
import { orderBuyers } from "../customers/line-facts.ts";
import { consentStates } from "./consent-states.ts";
import { lifecycleTransitions } from "./lifecycle-transitions.ts";
import { profiles } from "./profiles.ts";
import { snapshotLake } from "./snapshot-lake.ts";
import { snapshotTables } from "./snapshot-tables.ts";
import { sourceQuality } from "./source-quality.ts";

const ann = customerId("ann");
const bob = customerId("bob");
const cat = customerId("cat");
let bench: StepBench;
beforeEach(() => {
  bench = new StepBench();
});
afterEach(() => bench.close());

const summaryOfAnn = {
  customer_id: ann,
  first_order_on: "2026-01-05",
  last_order_on: "2026-02-05",
  days_since_last_purchase: 145,
  order_count: 2,
  revenue_minor: 5000,
  net_revenue_minor: 4000,
  average_order_minor: 2500,
  return_count: 1,
};

async function givenBase(): Promise<void> {
  await bench.given("customer_base", "customer_base", [
    { customer_id: ann, is_buyer: true },
    { customer_id: bob, is_buyer: false },
  ]);
  await bench.given("purchase_summary", "purchase_summary", [summaryOfAnn]);
  await bench.given("return_window", "return_window", [{ days: 30, has_returns_source: true }]);
}

describe("profiles", () => {
  it("have the promised columns first, in their order, then the reasons", () => {
    const names = profiles.outputs[0]?.columns.map(({ name }) => name) ?? [];
    expect(names.slice(0, profileFields.length)).toEqual(profileFields.map(({ name }) => name));
    expect(names.at(-1)).toBe("reasons");
  });

  it("say for every column without a value why, and never miss a stage", async () => {
    await givenBase();
    await bench.given("chosen_purchases", "chosen", [{ customer_id: ann, probability_alive: 0.5, enough_data: true }]);
    await bench.given("chosen_value", "chosen", [
      { customer_id: ann, predicted_value_minor: 1234.6, enough_data: true },
    ]);
    await bench.given("scores_lifecycle_stage", "scores", [
      { customer_id: ann, lifecycle_stage: "at_risk", days_in_stage: 12, enough_data: true },
    ]);
    await bench.given("scores_rfm", "scores", [{ customer_id: ann, enough_data: false, reason: "too_few_buyers" }]);
    const { profiles: rows = [] } = await bench.run(profiles);
    for (const row of rows) {
      const empty = Object.keys(row).filter((name) => row[name] === null);
      expect(Object.keys(row["reasons"] as object).sort()).toEqual(empty.sort());
    }
    const [first, second] = rows;
    expect(first).toMatchObject({
      order_count: 2,
      net_revenue_minor: 4000,
      probability_alive: 0.5,
      predicted_value_minor: 1235,
      lifecycle_stage: "at_risk",
      days_in_stage: 12,
      currency: "GBP",
    });
    expect(first?.["reasons"]).toMatchObject({
      rfm_code: "too_few_buyers",
      top_products: "no_products",
      top_brand: "no_brands",
      discount_affinity: "no_list_prices",
      channel_preference: "no_channels",
      return_risk: "no_open_lines",
      return_rate: "no_settled_lines",
      next_purchase_on: "not_scored",
      reachable_email: "no_consents_source",
    });
    expect(second).toMatchObject({
      order_count: 0,
      revenue_minor: 0,
      lifecycle_stage: "prospect",
      first_order_on: null,
    });
    expect(second?.["reasons"]).toMatchObject({
      first_order_on: "never_bought",
      probability_alive: "never_bought",
      discount_affinity: "never_bought",
    });
  });

  it("tell the shrunk return rate, what is open, and why not", async () => {
    await givenBase();
    await bench.given("scores_return_rate", "scores", [
      { customer_id: ann, return_rate: 0.2, return_rate_low: 0.1, return_rate_high: 0.3, enough_data: true },
    ]);
    await bench.given("customer_return_risks", "customer_return_risks", [
      {
        customer_id: ann,
        open_line_count: 2,
        open_minor: 5000,
        at_risk_minor: 900,
        return_risk: 0.4,
        return_risk_band: "high",
      },
    ]);
    const { profiles: rows = [] } = await bench.run(profiles);
    expect(
      rows.map(({ return_rate, return_risk, open_line_count }) => [return_rate, return_risk, open_line_count]),
    ).toEqual([
      [0.2, 0.4, 2],
      [null, null, 0],
    ]);
    expect(rows[0]).toMatchObject({
      return_risk_band: "high",
      open_minor: 5000,
      at_risk_minor: 900,
      return_rate_high: 0.3,
    });
    expect(rows[1]?.["reasons"]).toMatchObject({ return_risk: "no_open_lines", return_risk_band: "no_open_lines" });
    await bench.given("return_window", "return_window", [{ days: 30, has_returns_source: false }]);
    await bench.given("scores_return_rate", "scores", []);
    await bench.given("customer_return_risks", "customer_return_risks", []);
    const { profiles: without = [] } = await bench.run(profiles);
    expect(without[0]?.["reasons"]).toMatchObject({
      return_rate: "no_returns_source",
      return_risk: "no_returns_source",
    });
  });

  it("reach by e-mail whoever consented, isn't suppressed and has an address", async () => {
    const people = [ann, bob, cat];
    await givenBase();
    await bench.given(
      "customer_base",
      "customer_base",
      people.map((customer_id) => ({ customer_id, is_buyer: true })),
    );
    await bench.given("people", "people", [
      { customer_id: ann, email: "ann@example.com" },
      { customer_id: bob, email: "bob@example.com" },
      { customer_id: cat },
    ]);
    await bench.given("lake_people", "consents", [lakeRow({ source_customer_id: "1", status: "granted" })]);
    await bench.given(
      "consent_states",
      "consent_states",
      people.map((customer_id) => ({
        customer_id,
        channel: "email",
        status: customer_id === bob ? "suppressed" : "granted",
      })),
    );
    const { profiles: rows = [] } = await bench.run(profiles);
    expect(rows.map(({ reachable_email, is_suppressed }) => [reachable_email, is_suppressed])).toEqual([
      [true, false],
      [false, true],
      [false, false],
    ]);
  });
});

describe("consents", () => {
  const records = ["ann", "bob", "cat"].map((name) => ({
    key_space: "brand",
    source: "crm",
    source_record_id: name,
    customer_id: customerId(name),
  }));
  const said = (who: string, status: string, at: string | null, more = {}) =>
    lakeRow({ source_customer_id: who, channel: "Email", status, occurred_at: at, ...more });

  it("stand as last said, refusals first, and a suppression always", async () => {
    await bench.given("customer_ids", "records", records);
    await bench.given("lake_people", "consents", [
      said("ann", "granted", "2026-01-01 00:00:00"),
      said("ann", "withdrawn", "2026-02-01 00:00:00"),
      said("bob", "granted", "2026-02-01 00:00:00"),
      said("bob", "denied", "2026-02-01 00:00:00"),
      said("cat", "granted", "2026-03-01 00:00:00"),
      said("cat", "suppressed", null),
      said("cat", "granted", null, { channel: "sms" }),
    ]);
    const { consent_states = [] } = await bench.run(consentStates);
    expect(consent_states.map(({ customer_id, channel, status }) => [customer_id, channel, status])).toEqual([
      [ann, "email", "withdrawn"],
      [bob, "email", "denied"],
      [cat, "email", "suppressed"],
      [cat, "sms", "granted"],
    ]);
  });

  it("reach people by any address that they used, also one of an order", async () => {
    await bench.given("customer_ids", "records", records);
    await bench.given("customer_ids", "order_customers", [{ key_space: "brand", order_id: "1", customer_id: bob }]);
    await bench.given("lake", "orders_contact", [lakeRow({ order_id: "1", email: "old@example.com" })]);
    await bench.given("people", "people", [
      { customer_id: ann, email: "ann@example.com" },
      { customer_id: bob, email: "new@example.com" },
    ]);
    await bench.given("lake_people", "consents", [
      lakeRow({ email: "old@example.com", status: "suppressed" }),
      lakeRow({ email: "ann@example.com", status: "granted", occurred_at: "2026-01-01 00:00:00" }),
      lakeRow({
        source_customer_id: "unknown",
        email: "new@example.com",
        status: "granted",
        occurred_at: "2026-01-01 00:00:00",
      }),
    ]);
    const { consent_states = [] } = await bench.run(consentStates);
    expect(consent_states.map(({ customer_id, status }) => [customer_id, status])).toEqual([
      [ann, "granted"],
      [bob, "suppressed"],
    ]);
  });
});

it("transitions compare today's stages with those of 90 days ago", async () => {
  const base = [ann, bob].map((customer_id) => ({ customer_id, is_buyer: true }));
  await bench.given("customer_base", "customer_base", [...base, { customer_id: cat, is_buyer: true }]);
  await bench.given("customer_base", "customer_base", base, 90);
  await bench.given(
    "scores_lifecycle_stage",
    "scores",
    [ann, bob, cat].map((customer_id) => ({ customer_id, lifecycle_stage: customer_id === cat ? "new" : "lapsed" })),
  );
  await bench.given("scores_lifecycle_stage", "scores", [{ customer_id: ann, lifecycle_stage: "active" }], 90);
  const { lifecycle_transitions } = await bench.run(lifecycleTransitions);
  const days = { from_on: "2026-04-01", to_on: "2026-06-30", customers: 1 };
  expect(lifecycle_transitions).toEqual([
    { from_stage: "active", to_stage: "lapsed", ...days },
    { from_stage: "first_seen_later", to_stage: "new", ...days },
    { from_stage: "prospect", to_stage: "lapsed", ...days },
  ]);
});

describe("the snapshot's views of the lake", () => {
  const view = (table: string) => {
    const step = snapshotLake.find(({ name }) => name === `snapshot_${table}`);
    if (!step) throw new Error(table);
    return bench.run(step, { isExplained: true });
  };

  it("end with the day, keep what has no date, and carry the customer", async () => {
    await bench.given("lake", "orders", [
      lakeRow({ order_id: "1", ordered_at: "2026-06-30 22:30:00" }),
      lakeRow({ order_id: "2", ordered_at: "2026-06-30 23:30:00" }),
      lakeRow({ order_id: "3" }),
    ]);
    await bench.given("customer_ids", "order_customers", [{ key_space: "brand", order_id: "1", customer_id: ann }]);
    await bench.run(orderBuyers);
    const { orders = [] } = await view("orders");
    expect(orders.map(({ order_id, customer_id }) => [order_id, customer_id])).toEqual([
      ["1", ann],
      ["3", null],
    ]);
    await bench.given("lake", "returns", [
      lakeRow({ return_id: "a", order_id: "1" }),
      lakeRow({ return_id: "b", order_id: "2" }),
      lakeRow({ return_id: "c", order_id: "1", returned_at: "2026-07-02 09:00:00" }),
    ]);
    const { returns = [] } = await view("returns");
    expect(returns.map(({ return_id, customer_id }) => [return_id, customer_id])).toEqual([["a", ann]]);
  });

  it("show people known by then under their ids, without contact data", async () => {
    await bench.given("customer_ids", "records", [
      { key_space: "brand", source: "crm", source_record_id: "1", customer_id: ann },
      { key_space: "brand", source: "crm", source_record_id: "2@crm", customer_id: bob },
      { key_space: "brand", source: "crm", source_record_id: "card:7", customer_id: cat },
    ]);
    const own: readonly Row[] = [
      { source_customer_id: "1" },
      { source_customer_id: "2", created_at: "2026-06-01 00:00:00" },
      { source_customer_id: "3", created_at: "2026-08-01 00:00:00" },
      { city: "Leeds" },
    ];
    const rows = own.map((row, index) => ({
      ...row,
      key_space: "brand",
      source: "crm",
      batch_id: "b",
      source_row: index,
    }));
    await bench.given("lake_people", "customers", rows);
    await bench.given("lake_people", "customers_contact", [
      { key_space: "brand", source: "crm", batch_id: "b", source_row: 3, loyalty_id: "7" },
    ]);
    const { customers = [] } = await view("customers");
    expect(bench.plans.join()).toContain("HASH_JOIN");
    expect(bench.plans.join()).not.toMatch(/BLOCKWISE_NL|NESTED_LOOP/);
    expect(customers.map(({ source_customer_id, customer_id }) => [source_customer_id, customer_id])).toEqual([
      ["1", ann],
      ["2", bob],
      [null, cat],
    ]);
    const names = snapshotLake.flatMap(({ outputs }) =>
      outputs.flatMap(({ columns = [] }) => columns.map(({ name }) => name)),
    );
    expect(names.filter((name) => /email|phone|birth|family|address|loyalty/.test(name))).toEqual([]);
  });

  it("give what was said of an address to whoever alone has it", async () => {
    await bench.given("customer_ids", "records", [
      { key_space: "brand", source: "crm", source_record_id: "1", customer_id: ann },
      { key_space: "brand", source: "crm", source_record_id: "2", customer_id: bob },
      { key_space: "brand", source: "crm", source_record_id: "3", customer_id: cat },
    ]);
    await bench.given("lake", "orders_contact", [lakeRow({ order_id: "1", email: "ann@example.com" })]);
    await bench.given("customer_ids", "order_customers", [{ key_space: "brand", order_id: "1", customer_id: ann }]);
    await bench.given("lake_people", "customers_contact", [
      lakeRow({ source_customer_id: "2", email: "both@example.com" }),
      lakeRow({ source_customer_id: "3", email: "both@example.com" }),
    ]);
    const said: readonly Row[] = [
      { email: "ann@example.com" },
      { email: "both@example.com" },
      { email: "ann@example.com", source_customer_id: "2" },
      { email: "nobody@example.com" },
    ];
    await bench.given(
      "lake_people",
      "consents",
      said.map((row, source_row) => lakeRow({ status: "granted", channel: "email", ...row, source_row })),
    );
    const { consents = [] } = await view("consents");
    expect(consents.map(({ customer_id }) => customer_id)).toEqual([ann, null, bob, null]);
  });
});

it("every table of a snapshot is an output that a step declares, with columns", () => {
  const missing = snapshotTables.filter(
    ({ step, output }) => !steps.get(step)?.outputs.some(({ name, columns }) => name === output && columns),
  );
  expect(missing).toEqual([]);
});

it("quality of sources tells rows, span and what is known of them", async () => {
  await bench.given("lake", "order_lines", [
    lakeRow({ order_id: "1", product_id: "p1", ordered_at: "2026-06-30 23:30:00" }),
    lakeRow({ order_id: "2", product_id: "p9", ordered_at: "2026-01-01 00:00:00" }),
  ]);
  await bench.given("lake", "products", [lakeRow({ product_id: "p1" })]);
  await bench.given("customer_ids", "order_customers", [{ key_space: "brand", order_id: "1", customer_id: ann }]);
  const { source_quality } = await bench.run(sourceQuality);
  expect(source_quality).toEqual([
    {
      source: "shop",
      table_name: "order_lines",
      n_rows: 2,
      n_with_customer: 1,
      n_with_product: 1,
      first_on: "2026-01-01",
      last_on: "2026-07-01",
    },
    {
      source: "shop",
      table_name: "products",
      n_rows: 1,
      n_with_customer: null,
      n_with_product: null,
      first_on: null,
      last_on: null,
    },
  ]);
});

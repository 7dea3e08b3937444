import { afterEach, beforeEach, expect, it } from "vitest";
import { customerId, type Row, StepBench } from "../../../test/support/step-harness.ts";
import { customerAttributes } from "./customer-attributes.ts";

const ann = customerId("ann");
const bob = customerId("bob");
let bench: StepBench;
beforeEach(() => {
  bench = new StepBench();
});
afterEach(() => bench.close());

it("attributes give full years of age and the time since the first sign of a customer", async () => {
  await bench.given("customer_base", "customer_base", [
    { customer_id: ann, is_buyer: true, first_record_on: "2025-06-30" },
    { customer_id: bob, is_buyer: false },
  ]);
  await bench.given("people", "people", [
    { customer_id: ann, birth_date: "2001-07-01", gender: "F", city: "Leeds", loyalty_id: "9" },
    { customer_id: bob, birth_date: "1991-06-30" },
  ]);
  const { customer_attributes = [] } = await bench.run(customerAttributes);
  expect(
    customer_attributes.map(({ age_band, tenure_days, gender, city, is_loyalty_member }) => [
      age_band,
      tenure_days,
      gender,
      city,
      is_loyalty_member,
    ]),
  ).toEqual([
    ["14-24", 365, "f", "Leeds", true],
    ["35-44", null, null, null, false],
  ]);
});

it("attributes keep what a customer's records and bought lists said by the day, own records first", async () => {
  await bench.given("customer_base", "customer_base", [
    { customer_id: ann, is_buyer: true, first_record_on: "2025-06-30" },
    { customer_id: bob, is_buyer: true, first_record_on: "2026-06-01" },
  ]);
  await bench.given("people", "people", [{ customer_id: ann, loyalty_id: "9" }, { customer_id: bob }]);
  const record = (id: string, customer_id: string) => ({
    ...{ key_space: "brand", source: "card", source_record_id: id, customer_id },
  });
  await bench.given("customer_ids", "records", [record("9", ann), record("8", bob)]);
  const card = (source_row: number, source_customer_id: string, created_at: string, attributes: object) => ({
    ...{ key_space: "brand", source: "card", batch_id: "b", source_row, source_customer_id, created_at },
    attributes: attributes as Row,
  });
  await bench.given("lake_people", "customers", [
    card(1, "9", "2026-01-01 10:00:00", { "Loyalty tier": "Gold", income_band: "C" }),
    card(2, "8", "2026-07-09 10:00:00", { "Loyalty tier": "Silver" }),
  ]);
  const bought = (customer_id: string, name: string, value: string, valid_from: string) => ({
    ...{ customer_id, name, value, valid_from, provider: "Acme" },
    ...{ key_space: "brand", source: "acme", batch_id: "b", source_row: 1 },
  });
  await bench.given("activity", "third_party", [
    bought(ann, "Income band", "A", "2026-02-01"),
    bought(ann, "home", "flat", "2026-02-01"),
    bought(ann, "home", "house", "2026-05-01"),
    bought(ann, "home", "castle", "2026-08-01"),
  ]);
  const { customer_attributes = [] } = await bench.run(customerAttributes);
  expect(customer_attributes.map(({ loyalty_tier, attributes }) => [loyalty_tier, attributes])).toEqual([
    ["Gold", { home: "house", income_band: "C", loyalty_tier: "Gold" }],
    [null, null],
  ]);
});

import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Row, StepBench } from "../../../test/support/step-harness.ts";
import { people } from "./people-step.ts";

let bench: StepBench;
beforeEach(() => {
  bench = new StepBench();
});
afterEach(() => bench.close());

interface Told extends Row {
  readonly source_customer_id: string;
  readonly source: string;
}

/** Records of one customer `c1`, a row each. */
async function golden(records: readonly Told[], orders: readonly Row[] = []): Promise<Row> {
  const at = (row: Row, n: number): Row => ({ key_space: "brand", batch_id: "b", source_row: n, ...row });
  const contact = [
    "email",
    "phone",
    "full_name",
    "given_name",
    "family_name",
    "birth_date",
    "address_line",
    "postcode",
    "loyalty_id",
  ];
  const part = (row: Row, isContact: boolean): Row =>
    Object.fromEntries(
      Object.entries(row).filter(([name]) => name.startsWith("source") || contact.includes(name) === isContact),
    );
  await bench.given(
    "customer_ids",
    "records",
    records.map(({ source, source_customer_id }) => ({
      key_space: "brand",
      source,
      source_record_id: source_customer_id,
      customer_id: "c1",
      rule: "email",
      probability: 0.99,
    })),
  );
  await bench.given(
    "lake_people",
    "customers_contact",
    records.map((row, n) => at(part(row, true), n)),
  );
  await bench.given(
    "lake_people",
    "customers",
    records.map((row, n) => at(part(row, false), n)),
  );
  await bench.given(
    "customer_ids",
    "order_customers",
    orders.map((row) => ({ key_space: "brand", order_id: row["order_id"] ?? null, customer_id: "c1" })),
  );
  await bench.given(
    "lake",
    "orders_contact",
    orders.map(({ ordered_at: _, ...row }, n) => at({ source: "shop", ...row }, n)),
  );
  await bench.given(
    "lake",
    "orders",
    orders.map(({ order_id, ordered_at }, n) =>
      at({ source: "shop", order_id: order_id ?? null, ordered_at: ordered_at ?? null }, n),
    ),
  );
  const made = await bench.run(people);
  return made["people"]?.[0] ?? {};
}

const crm = { source: "crm", source_customer_id: "C1" };
const club = { source: "club", source_customer_id: "L1" };

describe("the golden record", () => {
  test("takes each value from the most recent record that has one, and says where from", async () => {
    const found = await golden([
      { ...crm, email: "old@home.example", city: "York", created_at: "2024-01-01 10:00:00" },
      { ...club, email: "new@home.example", created_at: "2025-05-01 10:00:00" },
    ]);
    expect(found).toMatchObject({
      email: "new@home.example",
      email_source: "club",
      email_competing: 2,
      city: "York",
      city_source: "crm",
      city_competing: 1,
    });
  });

  test("takes nothing from another file's row of the same number in one delivery", async () => {
    const rows = ["York", "Leeds", "Ripon"].map((city, n) => ({ email: `p${n}@home.example`, city }));
    const place = (n: number) => ({
      key_space: "brand",
      source: "shop",
      batch_id: "b1",
      file_number: n,
      source_row: 1,
    });
    const record = (email: string) => `email:${createHash("md5").update(email).digest("hex").slice(0, 20)}`;
    await bench.given(
      "customer_ids",
      "records",
      rows.map(({ email }, n) => ({ key_space: "brand", source_record_id: record(email), customer_id: `c${n}` })),
    );
    await bench.given(
      "lake_people",
      "customers_contact",
      rows.map(({ email }, n) => ({ ...place(n), email })),
    );
    await bench.given(
      "lake_people",
      "customers",
      rows.map(({ city }, n) => ({ ...place(n), city })),
    );
    const made = await bench.run(people);
    expect(made["people"]?.map(({ email, city, city_competing }) => [email, city, city_competing])).toEqual(
      rows.map(({ email, city }) => [email, city, 1]),
    );
  });

  test("of equally old records takes the most complete, then the source first in the alphabet", async () => {
    const full = { ...crm, city: "York", postcode: "YO1 1AA", full_name: "Ann Smith" };
    expect(await golden([full, { ...club, city: "Leeds" }])).toMatchObject({ city: "York", city_source: "crm" });
    expect(
      await golden([
        { ...crm, city: "York" },
        { ...club, city: "Leeds" },
      ]),
    ).toMatchObject({ city: "Leeds", city_source: "club" });
  });

  test("never takes what stands for nobody", async () => {
    const found = await golden([
      { ...crm, email: "noreply@shop.example", phone: "+441234567", created_at: "2025-05-01 10:00:00" },
      { ...club, email: "ann@home.example", created_at: "2024-01-01 10:00:00" },
    ]);
    expect(found).toMatchObject({
      email: "ann@home.example",
      email_competing: 1,
      phone: null,
      phone_source: null,
      phone_competing: 0,
    });
  });

  test("believes a record before an order, and an order before nothing", async () => {
    const found = await golden(
      [{ ...crm, email: "ann@home.example", created_at: "2024-01-01 10:00:00" }],
      [
        { order_id: "o1", email: "other@home.example", phone: "+447700900123", ordered_at: "2025-01-01 10:00:00" },
        { order_id: "o2", phone: "+447700900124", ordered_at: "2025-02-01 10:00:00" },
      ],
    );
    expect(found).toMatchObject({
      email: "ann@home.example",
      email_source: "crm",
      email_competing: 2,
      phone: "+447700900124",
      phone_source: "shop",
    });
  });

  test("has a row for whoever left no contact", async () => {
    expect(await golden([crm])).toMatchObject({ customer_id: "c1", email: null, full_name: null, email_competing: 0 });
  });
});

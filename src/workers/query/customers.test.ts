import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeSmallSnapshot, ordersOnly, type SmallSnapshot } from "../../../test/support/small-snapshot.ts";
import { customerOperations, customer as customerShape } from "../../shared/api/contract/customers.ts";
import { showCustomer } from "./customer.ts";
import { numberOf } from "./estimate.ts";
import { listFields } from "./fields.ts";
import { pageCustomers } from "./pages.ts";
import { pagePeople } from "./people.ts";
import { type OpenSnapshot, openSnapshot, SessionPool } from "./session-pool.ts";

let small: SmallSnapshot;
let bare: SmallSnapshot;
let snapshot: OpenSnapshot;
let ordersAlone: OpenSnapshot;
beforeAll(async () => {
  small = await makeSmallSnapshot();
  snapshot = await openSnapshot(small.handle, { memoryLimit: 400e6, threads: 2, scratch: small.folder });
  bare = await makeSmallSnapshot({ only: ordersOnly });
  const { fits: _, ...handle } = bare.handle;
  ordersAlone = await openSnapshot(handle, { memoryLimit: 400e6, threads: 2, scratch: bare.folder });
});
afterAll(() => {
  for (const one of [snapshot, ordersAlone, small, bare]) one.close();
});

const ids = async (condition: string) => {
  const rows = await small.session.rows(`SELECT customer_id FROM profiles WHERE ${condition} ORDER BY customer_id`);
  return rows.map(({ customer_id }) => String(customer_id));
};

describe("a page of customers", () => {
  const columns = ["revenue_minor", "lifecycle_stage", "reasons"];
  test("goes through an order without gaps or repeats, NULL last both ways", async () => {
    for (const direction of ["asc", "desc"] as const) {
      const seen: string[] = [];
      for (let offset = 0; offset < 240; offset += 70) {
        const page = await pageCustomers(snapshot, {
          columns,
          offset,
          limit: 70,
          sort: [{ field: "next_purchase_on", direction }],
        });
        expect([page.total, page.of]).toEqual([240, 240]);
        seen.push(...page.rows.map(({ customer_id }) => customer_id));
      }
      const expected = await small.session.rows(
        `SELECT customer_id FROM profiles ORDER BY next_purchase_on ${direction} NULLS LAST, customer_id`,
      );
      expect(seen).toEqual(expected.map(({ customer_id }) => customer_id));
    }
  });

  test("keeps to a filter and finds text in names, addresses and ids", async () => {
    const where = { combinator: "and", rules: [{ field: "order_count", operator: ">=", value: 3 }] };
    const filtered = await pageCustomers(snapshot, { columns, offset: 0, limit: 10, where });
    expect(filtered.total).toBe((await ids("order_count >= 3")).length);
    const [id = ""] = await ids("true");
    expect(
      (await pageCustomers(snapshot, { columns, offset: 0, limit: 10, text: id.slice(0, 18) })).rows[0]?.customer_id,
    ).toBe(id);
    expect((await pageCustomers(snapshot, { columns, offset: 0, limit: 10, text: "PERSON17@" })).total).toBe(1);
    expect((await pageCustomers(snapshot, { columns, offset: 0, limit: 10, text: "zoë" })).total).toBe(60);
    expect((await pageCustomers(snapshot, { columns, offset: 0, limit: 10, text: "' OR 1=1 --" })).total).toBe(0);
    expect((await pageCustomers(snapshot, { columns, offset: 500, limit: 10 })).rows).toEqual([]);
  });

  test("refuses columns that profiles lack, and forgets the oldest orders", async () => {
    await expect(pageCustomers(snapshot, { columns: ["email"], offset: 0, limit: 1 })).rejects.toMatchObject({
      code: "bad_input",
    });
    await expect(
      pageCustomers(snapshot, {
        columns,
        offset: 0,
        limit: 1,
        sort: [{ field: "1; DROP TABLE profiles", direction: "asc" }],
      }),
    ).rejects.toMatchObject({ code: "bad_input" });
    for (let n = 0; n < 12; n++) {
      await pageCustomers(snapshot, {
        columns,
        offset: 0,
        limit: 1,
        where: { combinator: "and", rules: [{ field: "order_count", operator: ">", value: n }] },
      });
    }
    const kept = await snapshot.use(undefined, (session) =>
      session.value("SELECT count(*) FROM duckdb_tables() WHERE table_name LIKE 'order\\_%' ESCAPE '\\' AND temporary"),
    );
    expect(kept).toBe(8);
  });
});

test("people come in order of value, page by page, whole", async () => {
  const seen: string[] = [];
  for (let offset = 0; ; offset += 100) {
    const { people, total } = await pagePeople(snapshot, { offset, limit: 100 });
    expect(total).toBe(240);
    seen.push(...people.map(({ customer_id }) => customer_id));
    if (people.length < 100) break;
  }
  const expected = await small.session.rows(
    "SELECT customer_id FROM profiles ORDER BY predicted_value_minor DESC NULLS LAST, revenue_minor DESC, customer_id",
  );
  expect(seen).toEqual(expected.map(({ customer_id }) => customer_id));
  const [first] = (await pagePeople(snapshot, { offset: 0, limit: 1 })).people;
  expect(first).toMatchObject({ place: "Leeds", name: expect.stringContaining("Family") });
  expect((await pagePeople(ordersAlone, { offset: 0, limit: 1 })).people[0]).toMatchObject({
    name: null,
    email: null,
    phone: null,
    place: null,
  });
});

describe("a customer", () => {
  test("shows orders, returns, records, consents, segments and the golden record in the contract's shape", async () => {
    const [id = ""] = await ids("order_count = 5 AND return_count > 0");
    const segments = { loyal: { sql: "order_count >= 5" }, none: { sql: "false" }, broken: { sql: "no_such = 1" } };
    const found = await showCustomer(snapshot, { customer_id: id, segments });
    expect(customerShape.parse(JSON.parse(JSON.stringify(found)))).toEqual(found);
    expect(found.orders).toHaveLength(5);
    expect(found.orders.map(({ ordered_at }) => ordered_at)).toEqual(
      found.orders
        .map(({ ordered_at }) => ordered_at)
        .toSorted()
        .toReversed(),
    );
    const sum = found.orders.reduce((total, { revenue_minor }) => total + (revenue_minor ?? 0), 0);
    expect(sum).toBe(found.profile.revenue_minor);
    expect(found.orders[0]?.items).toHaveLength(2);
    expect(found.orders[0]?.items[0]?.name).toMatch(/^Product/);
    expect(found.returns).toHaveLength(1);
    expect(found.records).toEqual([
      {
        source: "shop",
        source_record_id: expect.stringMatching(/^s\d+$/),
        rule: "source_id",
        probability: 1,
        n_orders: 5,
      },
    ]);
    expect(found.n_records).toBe(1);
    expect(found.segments).toEqual(["loyal"]);
    expect(found.golden_record.find(({ field }) => field === "given_name")).toMatchObject({
      source: "crm",
      competing: 2,
    });
    expect(found.consents).toHaveLength(1);
    expect(found.categories.map(({ category }) => category)).toEqual(["Dresses", "Coats", "Knitwear"]);
  });

  test("has scores with limits, median and reasons that add up to the difference", async () => {
    const [id = ""] = await ids("order_count = 6");
    const { scores, profile } = await showCustomer(snapshot, { customer_id: id, segments: {} });
    const byName = new Map(scores.map((one) => [one.name, one]));
    expect(byName.get("predicted_value_minor")).toMatchObject({
      value: profile.predicted_value_minor,
      model: "customer_value",
      ground: "6 orders",
      reason: null,
      unit: "GBP, 365 days",
    });
    const alive = byName.get("probability_alive");
    expect(alive?.why).toHaveLength(2);
    const effects =
      alive?.why.map(({ effect }) => Number(effect.replace("\u2212", "-").replace(" pp", "")) / 100) ?? [];
    const [row] = await small.session.rows(
      `SELECT median(x) AS x, median(DATE '2026-06-30' - first_order_on) AS t, median(silence) AS s FROM scored WHERE order_count > 0`,
    );
    const [x, t, s] = [numberOf(row?.x), numberOf(row?.t), numberOf(row?.s)];
    const median = 1 / (1 + (0.8 / (1.6 + x)) * ((60 + t) / (60 + t - s)) ** (0.5 + x));
    expect((effects[0] ?? 0) + (effects[1] ?? 0)).toBeCloseTo(numberOf(profile.probability_alive) - median, 1);
    expect(alive?.why.map(({ reason }) => reason).join()).toMatch(
      /one order per \d+ days.*|last order \d+ days ago, median \d+/,
    );
    // expected purchases of this snapshot aren't the model's: nothing is made up for them
    expect(byName.get("expected_purchases")?.why).toEqual([]);
  });

  test("who never bought has reasons instead of scores", async () => {
    const [id = ""] = await ids("lifecycle_stage = 'prospect' AND customer_id IN (SELECT customer_id FROM orders)");
    const found = await showCustomer(snapshot, { customer_id: id, segments: {} });
    expect(found.orders.filter(({ is_purchase }) => is_purchase)).toEqual([]);
    expect(found.orders.map(({ status }) => status)).toEqual(["cancelled"]);
    for (const score of found.scores)
      expect(score).toMatchObject({ value: null, low: null, high: null, reason: expect.stringMatching(/./), why: [] });
  });

  test("a slip with nothing but goods taken back is a return, not an order", async () => {
    const [row] = await small.session.rows("SELECT customer_id FROM base WHERE i = 5");
    const found = await showCustomer(snapshot, { customer_id: String(row?.customer_id), segments: {} });
    expect(found.orders).toHaveLength(6);
    expect(found.returns.map(({ order_id }) => order_id)).toContain("slip-5");
  });

  test("who isn't there is not found", async () => {
    await expect(showCustomer(snapshot, { customer_id: "f".repeat(20), segments: {} })).rejects.toMatchObject({
      code: "not_found",
    });
  });
});

describe("a brand with nothing but orders", () => {
  test("shows what it has and says what it hasn't", async () => {
    const [id = ""] = await ids("order_count = 4");
    const found = await showCustomer(ordersAlone, { customer_id: id, segments: {} });
    expect(customerShape.parse(JSON.parse(JSON.stringify(found)))).toEqual(found);
    expect([found.name, found.golden_record, found.returns, found.consents, found.categories]).toEqual([
      null,
      [],
      [],
      [],
      [],
    ]);
    expect(found.orders).toHaveLength(4);
    const page = await pageCustomers(ordersAlone, { columns: ["revenue_minor"], offset: 0, limit: 500, text: "a" });
    const output = customerOperations["customers.page"].output;
    expect(output.parse(JSON.parse(JSON.stringify(page)))).toEqual(page);
    const fields = await listFields(ordersAlone);
    expect(customerOperations["customers.fields"].output.parse(JSON.parse(JSON.stringify(fields)))).toEqual(fields);
  });
});

test("the pool opens a snapshot once, keeps the last ones and answers before it closes", async () => {
  const pool = new SessionPool({ memoryLimit: 200e6, threads: 1, scratch: small.folder, size: 1 });
  const [a, b] = await Promise.all([pool.get(small.handle), pool.get(small.handle)]);
  expect(a).toBe(b);
  const answer = a.use(undefined, (session) => session.value("SELECT count(*) FROM profiles"));
  await pool.get({ ...bare.handle, snapshot_id: "other" });
  expect(await answer).toBe(240);
  expect(await pool.get(small.handle)).not.toBe(a);
  const { people: _, ...unnamed } = small.handle.tables; // as where an erasure put other files in their place
  const nameless = await pool.get({ ...small.handle, tables: unnamed });
  const page = await pageCustomers(nameless, { columns: [], offset: 0, limit: 3 });
  expect(page.rows.map(({ name }) => name)).toEqual([null, null, null]);
  const missing = { ...small.handle, snapshot_id: "gone", tables: { profiles: ["/nowhere/x.parquet"] } };
  await expect(pool.get(missing)).rejects.toMatchObject({ code: "unavailable" });
  const compared = await pool.get({ ...small.handle, before: bare.handle });
  expect(compared.handle.before?.snapshot_id).toBe(bare.handle.snapshot_id);
  pool.close();
});

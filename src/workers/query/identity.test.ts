import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeSmallSnapshot, ordersOnly, type SmallSnapshot } from "../../../test/support/small-snapshot.ts";
import { readIdentity } from "./identity.ts";
import { explainPair } from "./identity-pair.ts";
import { type OpenSnapshot, openSnapshot } from "./session-pool.ts";

const id = (i: number) => `lower(lpad(hex(${i} * 7919 + 11), 20, '0'))`;
/** Two records of each customer but the first, who has 24; what was customer 3's second record is customer 4's later. */
const links = (moved: number) => `
  SELECT 'crm' AS source, 'brand' AS key_space, printf('c%d', i) AS source_record_id, customer_id, 0.99 AS probability, 'email' AS rule FROM base
  UNION ALL SELECT 'shop', 'shop', printf('s%d', i), CASE WHEN i = 3 THEN ${id(moved)} ELSE customer_id END, 0.99, 'email' FROM base WHERE i > 0
  UNION ALL SELECT 'shop', 'shop', printf('x%d', k), ${id(0)}, 0.95, 'phone' FROM range(23) r(k)`;
const pair = (a: number, b: number, probability: number) => `
  SELECT 'brand' AS key_space, 'c${a}' AS source_record_id, ${id(a)} AS customer_id, 'brand' AS other_key_space, 'c${b}' AS other_source_record_id,
    ${id(b)} AS other_customer_id, ${probability} AS probability, false AS is_joined, -14.0 AS prior_bits, -1.5 AS household_bits,
    MAP {'email': 12.5, 'given_name': -2.0} AS weights, MAP {'email': 'the same', 'given_name': 'not alike'} AS levels`;

let made: SmallSnapshot[];
let snapshot: OpenSnapshot;
let bare: OpenSnapshot;
const open = (small: SmallSnapshot, handle = small.handle) =>
  openSnapshot(handle, { memoryLimit: 400e6, threads: 1, scratch: small.folder });
beforeAll(async () => {
  const pairs = `${pair(5, 6, 0.97)} UNION ALL ${pair(7, 8, 0.6)}`;
  const later = await makeSmallSnapshot({ replace: { identity_links: links(4), identity_pairs: pairs } });
  const earlier = await makeSmallSnapshot({ replace: { identity_links: links(3) } });
  const orders = await makeSmallSnapshot({ only: ordersOnly });
  made = [later, earlier, orders];
  snapshot = await open(later, { ...later.handle, before: { ...earlier.handle, snapshot_id: "earlier" } });
  bare = await open(orders);
});
afterAll(() => {
  for (const one of [snapshot, bare]) one?.close();
  for (const small of made ?? []) small.close();
});

describe("how records were joined", () => {
  test("is measured, with what wants a look and whose records moved", async () => {
    const found = await readIdentity(snapshot, {});
    expect([found.records, found.customers, found.changed_ids]).toEqual([240 + 239 + 23, 240, 1]);
    const value = (name: string) => found.measures.find(({ measure }) => measure === name)?.value;
    expect([value("largest"), value("over_large")]).toEqual([24, 1]);
    expect(found.sizes.reduce((sum, { customers }) => sum + customers, 0)).toBe(240);
    expect(found.sizes.find(({ from }) => from === 3)?.customers).toBe(1);
    expect(found.rules).toEqual([
      { rule: "email", records: 479 },
      { rule: "phone", records: 23 },
    ]);
    expect(found.pairs.map(({ probability }) => probability)).toEqual([0.97]); // the less likely one isn't worth a look
    expect(found.clusters.map(({ records, reason }) => [records, reason])).toContainEqual([24, "over_large"]);
  });

  test("tells a pair's agreements by record or by customer, in either order", async () => {
    const found = await explainPair(snapshot, { a: "c6", b: "c5" });
    expect(found.is_joined).toBe(false);
    expect(found.pairs).toEqual([
      {
        a: { key_space: "brand", source_record_id: "c5" },
        b: { key_space: "brand", source_record_id: "c6" },
        ...{ probability: 0.97, prior_bits: -14, household_bits: -1.5 },
        weights: [
          { name: "email", level: "the same", bits: 12.5 },
          { name: "given_name", level: "not alike", bits: -2 },
        ],
      },
    ]);
    const [one, other] = found.sides;
    const again = await explainPair(snapshot, { a: one?.customer_id ?? "", b: other?.customer_id ?? "" });
    expect(again.pairs).toEqual(found.pairs);
    await expect(explainPair(snapshot, { a: "c1", b: "nobody" })).rejects.toMatchObject({ code: "not_found" });
  });

  test("stands where a snapshot has neither people nor pairs", async () => {
    const found = await readIdentity(bare, {});
    expect(found).toMatchObject({ changed_ids: null, pairs: [] });
    expect(found.customers).toBeGreaterThan(200);
    expect((await explainPair(bare, { a: "s1", b: "s2" })).pairs).toEqual([]);
  });
});

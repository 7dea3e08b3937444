import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeSmallSnapshot, ordersOnly, type SmallSnapshot } from "../../../test/support/small-snapshot.ts";
import { preferences as shape } from "../../shared/api/contract/preferences.ts";
import { countSegment } from "./counts.ts";
import { numberOf } from "./estimate.ts";
import { readPreferences } from "./preferences.ts";
import { type OpenSnapshot, openSnapshot } from "./session-pool.ts";

const options = (small: SmallSnapshot) => ({ memoryLimit: 400e6, threads: 2, scratch: small.folder });
const told = (column: string, value: string) => `CASE WHEN order_count > 0 THEN ${value} END AS ${column}`;
const replaced = {
  profiles: `SELECT p.* EXCLUDE (top_products, discount_affinity, channel_preference, reasons), b.i, ${told("top_category_affinity", "(b.i % 10) / 10.0")}, ${told("top_brand", "['Hollin', 'Fennel'][b.i % 2 + 1]")},
      ${told("top_brand_affinity", "0.6")}, ${told("channel_preference", "['web', 'store'][b.i % 2 + 1]")}, ${told("channel_preference_share", "0.95")},
      ${told("top_products", "[printf('p%d', b.i % 3), 'p9']")}, ${told("discount_affinity", "(b.i % 20) / 20.0")}, MAP {'top_brand': 'no_brands'} AS reasons
    FROM (SELECT * FROM first_profiles) p JOIN base b USING (customer_id)`,
  category_counts:
    "SELECT customer_id, ['Dresses', 'Coats', 'Knitwear'][i % 3 + 1] AS category, CAST(2 AS INTEGER) AS n_lines FROM base WHERE is_buyer",
  brand_counts: `SELECT customer_id, 'Coats' AS category, b AS brand, CAST(n AS INTEGER) AS n_lines FROM base, (VALUES ('Hollin', 3), ('Fennel', 1)) v(b, n) WHERE is_buyer`,
  channel_counts: "SELECT customer_id, 'web' AS channel, CAST(1 AS INTEGER) AS n_orders FROM base WHERE is_buyer",
  product_counts: `SELECT customer_id, printf('p%d', i % 3) AS product_id, 'Coats' AS category, CAST(1 + i % 2 AS INTEGER) AS n_orders,
      DATE '2026-06-30' - CAST(i AS INTEGER) AS last_on FROM base WHERE is_buyer`,
  scores_discount_affinity: `SELECT customer_id, (i % 20) / 20.0 AS discount_affinity, (i % 10) / 9.0 AS discounted_share, 0.05 AS discount_exposure,
      CAST(4 AS INTEGER) AS n_lines FROM base WHERE customer_id IN (SELECT customer_id FROM summary)`,
};
let small: SmallSnapshot;
let bare: SmallSnapshot;
let snapshot: OpenSnapshot;
let ordersAlone: OpenSnapshot;
beforeAll(async () => {
  const { profiles, ...others } = replaced;
  bare = await makeSmallSnapshot({ only: ordersOnly });
  const first = bare.handle.tables.profiles?.[0];
  small = await makeSmallSnapshot({
    replace: { ...others, profiles: profiles.replace("first_profiles", `read_parquet('${first}')`) },
  });
  snapshot = await openSnapshot(small.handle, options(small));
  ordersAlone = await openSnapshot(bare.handle, options(bare));
});
afterAll(() => {
  for (const one of [snapshot, ordersAlone, small, bare]) one.close();
});

const wire = (value: unknown) => JSON.parse(JSON.stringify(value));
const sized = async (...rules: { field: string; operator: string; value: unknown }[]) =>
  numberOf(
    (await countSegment(snapshot, { definition: { where: { combinator: "and", rules } }, segments: {} } as never))
      .customers,
  );

describe("preferences", () => {
  test("have the contract's shape", async () => {
    const found = await readPreferences(snapshot, {});
    expect(shape.parse(wire(found))).toEqual(wire(found));
    expect(await readPreferences(snapshot, {})).toBe(found);
    expect([found.customers, found.buyers]).toEqual([240, 219]);
  });

  test("count what the segment behind each number holds", async () => {
    const found = await readPreferences(snapshot, {});
    for (const { name, first, half, ninety } of found.categories.rows) {
      const own = { field: "top_category", operator: "=", value: name };
      const least = (value: number) => ({ field: "top_category_affinity", operator: ">=", value });
      expect([first, half, ninety]).toEqual([
        await sized(own),
        await sized(own, least(0.5)),
        await sized(own, least(0.9)),
      ]);
    }
    for (const { product_id, listed } of found.products.rows)
      expect(listed).toBe(await sized({ field: "top_products", operator: "contains", value: product_id }));
    for (const { low, high, customers } of found.discount.by_affinity)
      expect(customers).toBe(await sized({ field: "discount_affinity", operator: "between", value: [low, high] }));
    for (const { category, tiers } of found.price.rows)
      expect(tiers[2]).toBe(
        await sized(
          { field: "top_category", operator: "=", value: category },
          { field: "price_tier", operator: "=", value: 3 },
        ),
      );
  });

  test("tell shares, requirement and popularity from the counts", async () => {
    const found = await readPreferences(snapshot, {});
    const hollin = found.brands.rows.find(({ name }) => name === "Hollin");
    expect(hollin).toMatchObject({ buyers: 220, share: 0.75, requirement_share: 0.75 });
    expect(found.channels.rows.map(({ name, buyers, share }) => [name, buyers, share])).toEqual([
      ["web", 220, 1],
      ["store", 0, 0],
    ]);
    const [most] = found.products.rows;
    expect(most).toMatchObject({ product_id: "p9", name: "Product 9", listed: 219, buyers: 0 });
    expect(found.products.rows.find(({ product_id }) => product_id === "p0")).toMatchObject({ buyers: 74 });
  });

  test("part raw shares into none, fifths and all", async () => {
    const { discount } = await readPreferences(snapshot, {});
    expect(discount.by_raw_share.map(({ low, high }) => [low, high])).toEqual([
      [0, 0],
      [0, 0.2],
      [0.2, 0.4],
      [0.4, 0.6],
      [0.6, 0.8],
      [0.8, 1],
      [1, 1],
    ]);
    expect(discount.by_raw_share.reduce((sum, { customers }) => sum + customers, 0)).toBe(219);
    expect(discount.mostly_reduced).toBe(109);
  });

  test("say why, where a source has only orders", async () => {
    const found = await readPreferences(ordersAlone, {});
    expect(shape.parse(wire(found))).toEqual(wire(found));
    expect(found.brands).toEqual({ scored: 0, rows: [], reason: "not_modelled" });
    expect(found.discount).toMatchObject({ scored: 0, by_raw_share: [], reason: "not_modelled" });
  });
});

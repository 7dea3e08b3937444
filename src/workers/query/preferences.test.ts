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
      ${told("home_store", "['leeds', 'york'][b.i % 2 + 1]")}, ${told("home_store_share", "CASE WHEN b.i % 4 = 0 THEN 0.9 ELSE 0.6 END")}, ${told("replenish_on", "DATE '2026-07-05' + CAST(b.i % 60 AS INTEGER)")},
      ${told("top_products", "[printf('p%d', b.i % 3), 'p9']")}, ${told("discount_affinity", "(b.i % 20) / 20.0")}, MAP {'top_brand': 'no_brands'} AS reasons
    FROM (SELECT * FROM first_profiles) p JOIN base b USING (customer_id)`,
  category_counts:
    "SELECT customer_id, ['Dresses', 'Coats', 'Knitwear'][i % 3 + 1] AS category, CAST(2 AS INTEGER) AS n_lines FROM base WHERE is_buyer",
  brand_counts: `SELECT customer_id, 'Coats' AS category, b AS brand, CAST(n AS INTEGER) AS n_lines FROM base, (VALUES ('Hollin', 3), ('Fennel', 1)) v(b, n) WHERE is_buyer`,
  channel_counts: "SELECT customer_id, 'web' AS channel, CAST(1 AS INTEGER) AS n_orders FROM base WHERE is_buyer",
  product_counts: `SELECT customer_id, printf('p%d', i % 3) AS product_id, 'Coats' AS category, CAST(1 + i % 2 AS INTEGER) AS n_orders,
      DATE '2026-06-30' - CAST(i AS INTEGER) AS last_on FROM base WHERE is_buyer`,
  store_counts: `SELECT customer_id, s AS store_id, CAST(n AS INTEGER) AS n_orders FROM base, (VALUES ('leeds', 2), ('york', 1)) v(s, n) WHERE is_buyer AND (s = 'leeds' OR i % 2 = 1)`,
  scores_bundles: `SELECT a AS antecedent, CAST(NULL AS VARCHAR) AS antecedent_also, b AS consequent, CAST(40 AS INTEGER) AS n_baskets, 0.2 AS confidence, 0.1 AS confidence_low, 0.3 AS confidence_high,
      2.5 AS lift, l AS leverage, 0.19 AS held_out_confidence, 2.2 AS held_out_lift, l > 0.01 AS is_confirmed FROM (VALUES ('p1', 'p2', 0.02), ('p2', 'p3', 0.005)) v(a, b, l)`,
  scores_replenishment: `SELECT customer_id, 'product' AS level, 'p1' AS item, 'Coats' AS category, DATE '2026-07-05' + CAST(i % 60 AS INTEGER) AS replenish_on, 30.0 AS interval_days,
      CAST(NULL AS VARCHAR) AS reason FROM base WHERE customer_id IN (SELECT customer_id FROM summary)`,
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

  test("tell bundles, rhythms and stores, each number of customers being a segment's", async () => {
    const { bundles, rhythms, stores } = await readPreferences(snapshot, {});
    expect([bundles.scored, bundles.rows.map(({ also }) => also.product_id)]).toEqual([1, ["p2", "p3"]]);
    expect(bundles.rows[0]?.when[0]?.name).toBe("Product 1");
    expect(await sized({ field: "replenish_on", operator: "<=", value: rhythms.due_30.until })).toBe(
      rhythms.due_30.customers,
    );
    expect(rhythms.rows[0]).toMatchObject({
      item: "p1",
      name: "Product 1",
      customers: 219,
      due_30: rhythms.due_30.customers,
    });
    expect(stores.rows.map(({ store_id }) => store_id)).toEqual(["leeds", "york"]);
    const [leeds, york] = stores.rows;
    for (const row of [leeds, york]) {
      const home = { field: "home_store", operator: "=", value: row?.store_id };
      expect(await sized(home)).toBe(row?.customers);
      expect(await sized(home, { field: "home_store_share", operator: ">=", value: 0.7 })).toBe(row?.loyal);
    }
    expect([leeds?.second, york?.second]).toEqual([null, "leeds"]);
  });
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeSmallSnapshot, type SmallSnapshot } from "../../../../test/support/small-snapshot.ts";
import { createRandom } from "../../../shared/base/random.ts";
import { usualTerms } from "../../../shared/domain/offer.ts";
import { type OpenSnapshot, openSnapshot } from "../../query/session-pool.ts";
import { type OfferInput, planOffers, workOut } from "./plan.ts";
import { proposeTest } from "./propose-test.ts";

interface Shopper {
  readonly customer_id: string;
  readonly base: number;
  readonly basket: number;
  readonly sensitivity: number;
  /** Chance to buy that a 15 % coupon adds, and that who buys anyway takes it. */
  readonly more: number;
  readonly takes: number;
}

const depth = 0.15;
const margin = 0.5;
const n = 2_000;

/** A shop whose people answer a coupon by their sensitivity; who buys often has little to add and much to give away. */
function shop(): { people: Shopper[]; tables: Record<string, string> } {
  const random = createRandom(7, "offers");
  const people = Array.from({ length: n }, (_, at): Shopper => {
    const sensitivity = random.beta(1.2, 1.6);
    const base = Math.min(0.7, 0.02 + random.beta(0.8, 4));
    return {
      customer_id: (at * 7919 + 11).toString(16).padStart(20, "0"),
      base,
      basket: Math.round(2_000 + random.gamma(1.5, 3_000)),
      sensitivity,
      more: (0.01 + 0.4 * sensitivity ** 2) * (1 - base),
      takes: 0.9,
    };
  });
  const values = people
    .map(({ customer_id, base, basket, sensitivity, more }, at) => {
      const treated = random.next() < 0.5;
      const bought = random.next() < base + (treated ? more : 0);
      const reduced = Array.from({ length: 12 }, () => random.next() < 0.1 + 0.7 * sensitivity).filter(Boolean).length;
      return `('${customer_id}', ${at}, ${base}, ${basket}, ${sensitivity}, ${treated}, ${bought}, ${reduced})`;
    })
    .join(", ");
  const bought = `SELECT customer_id, i, r.k, DATE '2026-03-01' - CAST((i * 5 + r.k * 29) % 360 AS INTEGER) AS day, r.k < reduced AS is_reduced, basket FROM base, range(12) r(k)
      UNION ALL SELECT customer_id, i, 99, DATE '2026-03-20', false, basket FROM base WHERE bought`;
  return {
    people,
    tables: {
      base: `SELECT *, i % 7 AS n_more, true AS is_buyer FROM (VALUES ${values}) v(customer_id, i, base, basket, sensitivity, treated, bought, reduced)`,
      profiles: `SELECT customer_id, DATE '2025-01-01' AS first_order_on, CAST(12 AS INTEGER) AS order_count, CAST(basket * 12 AS BIGINT) AS revenue_minor, CAST(basket AS BIGINT) AS average_order_minor,
        0.0 AS return_rate, 'GBP' AS currency, 1.0 AS probability_alive, 1 - power(1 - base, 3) AS probability_purchase, printf('%d%d%d', 1 + i % 5, 1 + CAST(floor(base * 6) AS INTEGER), 1 + CAST(floor(basket / 4000) AS INTEGER)) AS rfm_code FROM base ORDER BY customer_id`,
      people: "SELECT customer_id, printf('p%d@example.com', i) AS email, 'Ann' AS given_name FROM base",
      consents: `SELECT customer_id, 'email' AS channel, CASE WHEN i % 50 = 0 THEN 'suppressed' ELSE 'granted' END AS status, TIMESTAMP '2026-01-01 00:00:00' AS occurred_at, 'crm' AS source FROM base`,
      purchase_lines: `SELECT customer_id, 'shop' AS key_space, printf('o%d-%d', i, k) AS order_id, day, printf('p%d', i % 6) AS product_id, ['Shoes', 'Coats', 'Hats'][i % 3 + 1] AS category,
        1.0 AS quantity, CAST(basket AS DOUBLE) / (CASE WHEN is_reduced THEN 0.8 ELSE 1 END) AS list_price_minor, CAST(basket AS DOUBLE) AS unit_price_minor, CAST(0 AS BIGINT) AS discount_minor,
        CAST(basket AS BIGINT) AS revenue_minor, 'web' AS channel, true AS is_purchase FROM (${bought}) ORDER BY ALL`,
      transactions: `SELECT customer_id, day, 1 AS n_orders, CAST(basket AS BIGINT) AS revenue_minor FROM (${bought})`,
      products: `SELECT 'shop' AS key_space, printf('p%d', j) AS product_id, printf('Product %d', j) AS name, ['Shoes', 'Coats', 'Hats'][j % 3 + 1] AS category, 'GBP' AS currency, CAST(NULL AS BIGINT) AS cost_minor FROM range(6) t(j)`,
      category_counts: `SELECT customer_id, ['Shoes', 'Coats', 'Hats'][i % 3 + 1] AS category, 12 AS n_lines FROM base`,
      scores_discount_affinity: `SELECT customer_id, (reduced + 2.0) / 16 AS discount_affinity, 0.12 AS half_reduced_depth FROM base`,
      scores_product_affinity: "SELECT customer_id, [printf('p%d', i % 6), 'p0'] AS top_products FROM base",
      campaign_assignments: `SELECT 'SPRING' AS campaign_id, customer_id, CASE WHEN treated THEN 'coupon' ELSE 'control' END AS variant, NOT treated AS is_control, TIMESTAMP '2026-03-10 08:00:00' AS assigned_at FROM base`,
    },
  };
}

const trueMargin = ({ more, basket, base, takes }: Shopper) =>
  more * basket * (margin - depth) - base * takes * basket * depth - 2;
const trueCost = ({ more, basket, base, takes }: Shopper) => (base * takes + more) * basket * depth + 2;

const { people, tables } = shop();
const published = Object.keys(tables).filter((name) => name !== "base");
const only = (names: readonly string[]) => ({ only: names, replace: tables });
let small: SmallSnapshot;
let untested: SmallSnapshot;
let snapshot: OpenSnapshot;
let bare: OpenSnapshot;

const input = (terms: Partial<OfferInput["terms"]> = {}, more: Partial<OfferInput> = {}): OfferInput => ({
  definition: { sql: "order_count >= 1" },
  segments: {},
  plan: {
    variants: [{ variant: "offer", share: 1 }],
    holdout: 0,
    goal: "revenue",
    days: 30,
    template: "csv",
    fields: [],
    cap: null,
  },
  salt: "offers",
  global_holdout: 0,
  earlier: [],
  rows: 20,
  terms: { ...usualTerms, scope: "everything", depths: [depth], ...terms },
  ...more,
});

beforeAll(async () => {
  small = await makeSmallSnapshot(only(published));
  untested = await makeSmallSnapshot(only(published.filter((name) => name !== "campaign_assignments")));
  const open = (one: SmallSnapshot, fits: object) =>
    openSnapshot(
      { ...one.handle, fits: { ...one.handle.fits, ...fits } as never },
      { memoryLimit: 600e6, threads: 1, scratch: one.folder },
    );
  snapshot = await open(small, {
    discount_uplift: { depth: 0.13, depths: [{ campaign: "SPRING", depth: 0.15 }] },
    category_affinity: { choices: ["Coats", "Hats", "Shoes"], shares: [0.3, 0.3, 0.4], concentration: 2 },
  });
  bare = await open(untested, {});
}, 60_000);
afterAll(() => {
  snapshot.close();
  bare.close();
  small.close();
  untested.close();
});

describe("a plan of offers", () => {
  it("earns more true margin than as much spent by RFM or at random", async () => {
    const all = await planOffers(snapshot, input());
    const budget_minor = Math.round(0.3 * (all.everybody?.spend_minor ?? 0));
    const terms = input({ budget_minor });
    const { inputs, options, chosen, totals } = await snapshot.use(undefined, (session) =>
      workOut(snapshot, session, terms),
    );
    expect(totals.cost).toBeLessThanOrEqual(budget_minor);
    const byId = new Map(people.map((one) => [one.customer_id, one]));
    const picked = Array.from(chosen.option)
      .filter((at) => at >= 0)
      .flatMap((at) => byId.get(inputs.people.ids[options.customer[at] ?? 0] ?? "") ?? []);
    const sum = (some: readonly Shopper[], of: (one: Shopper) => number) =>
      some.reduce((total, one) => total + of(one), 0);
    const spent = sum(picked, trueCost);
    const asFar = (order: readonly Shopper[]) => {
      let left = spent;
      return order.filter((one) => {
        left -= trueCost(one);
        return left >= 0;
      });
    };
    const reachable = people.filter((_, at) => at % 50 !== 0);
    const random = createRandom(3, "baseline");
    const shuffled = reachable.map((one) => ({ one, key: random.next() })).sort((a, b) => a.key - b.key);
    const byRfm = [...reachable].sort((a, b) => b.base * b.basket - a.base * a.basket);
    const own = sum(picked, trueMargin);
    expect(own).toBeGreaterThan(1.15 * Math.max(0, sum(asFar(shuffled.map(({ one }) => one)), trueMargin)));
    expect(own).toBeGreaterThan(sum(asFar(byRfm), trueMargin));
    // the plan's own figure is near what is true
    expect(totals.value).toBeGreaterThan(0.5 * own);
    expect(totals.value).toBeLessThan(1.7 * own);
  });

  it("rests on the experiment: the mean effect and who answers more", async () => {
    const {
      basis,
      response,
      everybody,
      gain,
      expected,
      bound_minor,
      left_out,
      margin: told,
    } = await planOffers(snapshot, input({ budget_minor: 70_000 }));
    const truth = people.reduce((total, { more }) => total + more, 0) / n;
    expect(basis).toBe("experiment");
    expect(response.level.low).toBeLessThan(truth);
    expect(response.level.high).toBeGreaterThan(truth);
    expect(response.slope.value).toBeGreaterThan(0);
    expect(left_out).toContainEqual({ reason: "suppressed", count: 40 });
    expect(told).toEqual({ known_share: 0, assumed: 0.5 });
    expect(everybody?.spend_minor).toBeGreaterThan(70_000);
    expect(gain?.value).toBeGreaterThan(0);
    expect(expected.low).toBeLessThan(expected.value);
    expect(expected.high).toBeGreaterThan(expected.value);
    expect(bound_minor).toBeGreaterThanOrEqual(expected.value);
    expect(bound_minor - expected.value).toBeLessThan(0.01 * expected.value);
  });

  it("names a category and a product of it, and leaves out what is excluded", async () => {
    const plan = await planOffers(
      snapshot,
      input({ scope: "category", depths: [0.1, 0.15], excluded: ["Hats"], contacts: 200 }),
    );
    expect(plan.contacts).toBe(200);
    expect(plan.rows).toHaveLength(20);
    expect(plan.groups.reduce((sum, { customers }) => sum + customers, 0)).toBe(200);
    for (const { category, product, offer, is_tested, depth: cut } of plan.rows) {
      expect(["Shoes", "Coats"]).toContain(category);
      expect(offer).toBe(`${100 * cut} % off ${category}`);
      expect(product === null || product.startsWith("Product ")).toBe(true);
      expect(is_tested).toBe(false);
    }
  });

  it("is the same every time", async () => {
    const [one, other] = [await planOffers(snapshot, input()), await planOffers(snapshot, input())];
    expect(one).toEqual(other);
  });

  it("is empty of nobody, of no budget, and where cuts cost more than goods earn", async () => {
    const nobody = await planOffers(snapshot, input({}, { definition: { sql: "order_count > 99" } }));
    expect([nobody.audience, nobody.contacts, nobody.expected.value, nobody.spend_minor]).toEqual([0, 0, 0, 0]);
    const broke = await planOffers(snapshot, input({ budget_minor: 0 }));
    expect([broke.contacts, broke.expected.value, broke.curve.length > 0]).toEqual([0, 0, true]);
    const poor = await planOffers(snapshot, input({ margin_share: 0.05 }));
    expect([poor.contacts, poor.curve]).toEqual([0, []]);
  });

  it("says that it knows nothing where nothing was cut or tested, and proposes the test", async () => {
    const plan = await planOffers(bare, input({ depths: [0.05, 0.1, 0.15, 0.2] }));
    expect([plan.basis, plan.contacts, plan.response.association]).toEqual(["none", 0, null]);
    const test = await proposeTest(bare, input({ depths: [0.05, 0.1, 0.15, 0.2] }));
    expect(test.variants.map(({ variant }) => variant)).toEqual(["off-5", "off-15", "off-20"]);
    expect(test).toMatchObject({ is_enough: false, customers_needed: null, goal: "purchases", days: 30 });
    const told = await proposeTest(snapshot, input());
    expect(told.expected).toBeGreaterThan(0.03);
    expect(told.is_enough).toBe(true);
    expect(told.detectable ?? 1).toBeLessThanOrEqual(told.expected);
    expect(told.in_variant + told.kept_out).toBeGreaterThan(told.customers_needed ?? 1e9);
  });
});

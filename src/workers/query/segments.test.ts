import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeSmallSnapshot, type SmallSnapshot } from "../../../test/support/small-snapshot.ts";
import { featureColumns } from "../features/customer-features.ts";
import { compareSegments } from "./compare.ts";
import { compileSegment, predicateOf } from "./compile-segment.ts";
import { countSegment } from "./counts.ts";
import { numberOf } from "./estimate.ts";
import { listFields } from "./fields.ts";
import { listMembers } from "./members.ts";
import { type OpenSnapshot, openSnapshot } from "./session-pool.ts";
import type { SnapshotHandle } from "./snapshot.ts";

let small: SmallSnapshot;
let snapshot: OpenSnapshot;
beforeAll(async () => {
  small = await makeSmallSnapshot();
  snapshot = await openSnapshot(small.handle, { memoryLimit: 400e6, threads: 2, scratch: small.folder });
});
afterAll(() => {
  snapshot.close();
  small.close();
});

const rule = (field: string, operator: string, value?: unknown) => ({ field, operator, value });
const all = (...rules: unknown[]) => ({ combinator: "and", rules });
const any = (...rules: unknown[]) => ({ combinator: "or", rules });
const count = (where: unknown, segments = {}) => countSegment(snapshot, { definition: { where }, segments });
const bySql = (sql: string) => countSegment(snapshot, { definition: { sql }, segments: {} });
const directly = async (condition: string) =>
  numberOf(await small.session.value(`SELECT count(*) FROM profiles WHERE ${condition}`));

describe("counting a segment", () => {
  test.each([
    [all(), "true"],
    [any(), "false"],
    [all(rule("order_count", ">=", 3)), "order_count >= 3"],
    [all(rule("order_count", "=", "3")), "order_count = 3"],
    [all(rule("lifecycle_stage", "in", ["cooling", "at_risk"])), "lifecycle_stage IN ('cooling', 'at_risk')"],
    [all(rule("lifecycle_stage", "in", "cooling, at_risk")), "lifecycle_stage IN ('cooling', 'at_risk')"],
    [all(rule("order_count", "between", [5, 2])), "order_count BETWEEN 2 AND 5"],
    [all(rule("last_order_on", ">", "2026-01-01")), "last_order_on > DATE '2026-01-01'"],
    [all(rule("top_category", "beginsWith", "dr")), "top_category LIKE 'Dr%'"],
    [all(rule("top_category", "contains", "%")), "false"],
    [all(rule("top_category", "endsWith", "WEAR")), "top_category LIKE '%wear'"],
    [all(rule("next_purchase_on", "null")), "next_purchase_on IS NULL"],
    [all(rule("value_tier", "notNull")), "value_tier IS NOT NULL"],
    [all(rule("reachable_email", "=", true)), "reachable_email"],
    [all(rule("reasons", "contains", "discount_affinity")), "true"],
    [
      all(rule("probability_alive", ">", 0.5), any(rule("order_count", "=", 1), rule("order_count", ">", 4))),
      "probability_alive > 0.5 AND (order_count = 1 OR order_count > 4)",
    ],
  ])("agrees with SQL: %j", async (where, condition) => {
    expect((await count(where)).customers).toBe(await directly(condition));
  });

  test("a comparison leaves the unknown out, and a group turned round takes them in", async () => {
    const dresses = rule("top_category", "=", "Dresses");
    expect((await count(all(rule("top_category", "!=", "Dresses")))).customers).toBe(
      await directly("top_category <> 'Dresses'"),
    );
    expect((await count(all(rule("top_category", "notIn", ["Dresses"])))).customers).toBe(
      await directly("top_category <> 'Dresses'"),
    );
    const turned = await count({ combinator: "or", not: true, rules: [dresses] });
    expect(turned.customers).toBe(await directly("top_category IS DISTINCT FROM 'Dresses'"));
    expect(turned.customers).toBeGreaterThan((await count(all(rule("top_category", "!=", "Dresses")))).customers);
  });

  test("gives money, reach and forecasts with limits, and what every rule leaves", async () => {
    const where = all(
      rule("lifecycle_stage", "in", ["active", "cooling"]),
      any(rule("order_count", ">=", 4), rule("top_category", "=", "Coats")),
      { combinator: "or", not: true, rules: [rule("reachable_email", "=", false)] },
    );
    const condition =
      "lifecycle_stage IN ('active', 'cooling') AND (order_count >= 4 OR top_category = 'Coats') AND reachable_email";
    const found = await count(where);
    const [expected] = await small.session.rows(
      `SELECT count(*) AS n, CAST(sum(revenue_minor) AS BIGINT) AS revenue, CAST(sum(predicted_value_minor) AS BIGINT) AS predicted FROM profiles WHERE ${condition}`,
    );
    expect(found).toMatchObject({
      customers: expected?.n,
      of: 240,
      reachable: expected?.n,
      revenue_minor: expected?.revenue,
      horizon_days: 365,
    });
    expect(found.predicted_value?.value).toBe(expected?.predicted);
    expect(found.predicted_value?.low).toBeLessThan(Number(expected?.predicted));
    expect(found.predicted_value?.high).toBeGreaterThan(Number(expected?.predicted));
    const stage = "lifecycle_stage IN ('active', 'cooling')";
    expect(found.rules).toEqual([
      { path: "0", customers: await directly(stage) },
      { path: "1", customers: await directly(`${stage} AND (order_count >= 4 OR top_category = 'Coats')`) },
      { path: "1.0", customers: await directly(`${stage} AND order_count >= 4`) },
      { path: "1.1", customers: await directly(`${stage} AND top_category = 'Coats'`) },
      { path: "2", customers: await directly(condition) },
      {
        path: "2.0",
        customers: await directly(`${stage} AND (order_count >= 4 OR top_category = 'Coats') AND NOT reachable_email`),
      },
    ]);
  });

  test("an expression counts the same as the tree", async () => {
    const tree = await count(all(rule("order_count", ">=", 2), rule("lifecycle_stage", "=", "active")));
    const expression = await bySql("order_count >= 2 AND lifecycle_stage = 'active' -- a remark");
    expect({ ...expression, rules: [], milliseconds: 0 }).toEqual({ ...tree, rules: [], milliseconds: 0 });
    const median = await bySql("revenue_minor > (SELECT median(revenue_minor) FROM profiles)");
    expect(median.customers).toBe(await directly("revenue_minor > (SELECT median(revenue_minor) FROM profiles)"));
  });
});

describe("behaviours", () => {
  const lines = `order_lines l JOIN orders o USING (order_id) LEFT JOIN products p USING (product_id)`;
  const bought = (having: string, where = "true") =>
    `customer_id IN (SELECT l.customer_id FROM ${lines} WHERE o.status <> 'cancelled' AND ${where} GROUP BY 1 HAVING ${having})`;
  test.each([
    [{ event: "order", aggregate: "count", operator: ">=", value: 2 }, bought("count(DISTINCT order_id) >= 2")],
    [
      {
        event: "order",
        where: { category: "Dresses" },
        aggregate: "count",
        operator: ">=",
        value: 2,
        window: { days: 365 },
      },
      bought(
        "count(DISTINCT order_id) >= 2",
        "p.category = 'Dresses' AND CAST(l.ordered_at AS DATE) > DATE '2025-06-30'",
      ),
    ],
    [{ event: "order", where: [rule("channel", "in", ["store"])], value: 1 }, bought("true", "o.channel = 'store'")],
    [{ event: "order", aggregate: "sum", operator: ">", value: 20_000 }, bought("sum(l.amount_minor) > 20000")],
    [
      { event: "order", where: [rule("discount_depth", "=", 0)], operator: "=", value: 0 },
      `NOT ${bought("true", "l.unit_price_minor = l.list_price_minor")}`,
    ],
    [{ event: "order", operator: "<", value: 1 }, `NOT ${bought("true")}`],
    [{ event: "return", value: 1 }, "customer_id IN (SELECT customer_id FROM returns)"],
    [{ event: "return", operator: "=", value: 0 }, "customer_id NOT IN (SELECT customer_id FROM returns)"],
    [
      { event: "return", where: [rule("channel", "=", "web")], value: 1 },
      "customer_id IN (SELECT r.customer_id FROM returns r JOIN orders o USING (order_id) JOIN order_lines l ON l.order_id = r.order_id AND l.product_id = r.product_id WHERE o.channel = 'web')",
    ],
  ])("count what was done: %j", async (behaviour, condition) => {
    const found = await count(all({ behaviour }));
    expect(found.customers).toBe(await directly(condition));
    expect(found.customers).toBeGreaterThan(0);
    expect((await count(all(rule("behaviour", "=", behaviour)))).customers).toBe(found.customers);
  });
});

describe("a segment in a segment", () => {
  test("is counted by its own rule, and its complement by notIn", async () => {
    const segments = {
      loyal: { sql: "order_count >= 4" },
      web: { where: all({ segment: "loyal" }, rule("top_category", "=", "Coats")) },
    };
    const inside = await count(all({ segment: "web" }), segments);
    expect(inside.customers).toBe(await directly("order_count >= 4 AND top_category = 'Coats'"));
    const outside = await count(all(rule("segment", "notIn", "web")), segments);
    expect(outside.customers).toBe(240 - inside.customers);
  });

  test("refuses a circle and an unknown name", async () => {
    const segments = { a: { where: all({ segment: "b" }) }, b: { where: all({ segment: "a" }) } };
    await expect(count(all({ segment: "a" }), segments)).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("a → b → a"),
    });
    await expect(count(all({ segment: "toString" }), segments)).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("what can't be a rule", () => {
  test.each([
    ["profiles; DROP TABLE profiles", "=", 1],
    ['order_count" OR 1=1 --', "=", 1],
    ["__proto__", "=", 1],
    ["order_count", "=", "1 OR 1=1"],
    ["last_order_on", ">", "2026-02-30"],
    ["last_order_on", ">", "yesterday'); DROP TABLE profiles; --"],
    ["reachable_email", ">", true],
    ["order_count", "contains", 1],
  ])("is refused: %s %s %s", async (field, operator, value) => {
    await expect(count(all(rule(field, operator, value)))).rejects.toMatchObject({ code: "bad_input" });
    expect((await count(all())).customers).toBe(240);
  });

  test("text of any kind is only ever a value", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ maxLength: 60, unit: "binary" }),
        fc.constantFrom("=", "contains", "beginsWith", "in"),
        async (text, operator) => {
          fc.pre(!text.includes("\0"));
          const value = operator === "in" ? [`${text}'`] : `${text}' OR '1'='1`;
          expect((await count(all(rule("rfm_code", operator, value)))).customers).toBe(0);
        },
      ),
      { numRuns: 40 },
    );
  });

  test.each([
    "1=1) OR (1=1",
    "true; DROP TABLE profiles",
    "true UNION SELECT 1 FROM people",
    "true ORDER BY 1",
    "true LIMIT 1",
    "true GROUP BY customer_id",
    "customer_id IN (SELECT customer_id FROM people)",
    "EXISTS (FROM people)",
    "customer_id IN (SELECT p.customer_id FROM profiles p, people)",
    "customer_id IN (SELECT customer_id FROM main.profiles)",
    "1 IN (SELECT 1 FROM read_csv('/etc/passwd'))",
    "1 IN (SELECT 1 FROM '/etc/passwd')",
    "1 IN (WITH x AS (SELECT 1 AS a) SELECT a FROM x)",
    "1 IN (SELECT 1 UNION SELECT 2)",
    "1 IN (VALUES (1))",
    "random() < 0.5",
    "now() > DATE '2020-01-01'",
    "current_setting('threads') = '1'",
    "length(repeat('x', 1000000000)) > 1",
    "row_number() OVER () < 5",
    "order_count",
    "order_cuont > 1",
    "",
    "/* open",
  ])("an expression is refused: %s", async (sql) => {
    const refusal = sql === "" ? countSegment(snapshot, { definition: { sql: " " }, segments: {} }) : bySql(sql);
    await expect(refusal).rejects.toMatchObject({ code: "bad_input", hint: expect.stringMatching(/./) });
    expect((await count(all())).customers).toBe(240);
  });

  test("an unknown column is named", async () => {
    await expect(bySql("order_cuont > 1")).rejects.toThrow("profiles has no column order_cuont.");
    await expect(count(all(rule("order_cuont", ">", 1)))).rejects.toThrow("profiles has no column order_cuont.");
  });

  test("an expression stays one condition wherever it is put", async () => {
    const predicate = await snapshot.use(undefined, async (session) =>
      predicateOf(
        await compileSegment(
          { sql: "order_count = 1 OR order_count = 2" },
          { session, columns: snapshot.profileColumns, asOf: "2026-06-30", segments: {} },
        ),
      ),
    );
    expect(await directly(`${predicate} AND false`)).toBe(0);
  });
});

describe("those who are like a segment", () => {
  const segments = {
    regulars: { sql: "order_count >= 4" },
    few: { sql: "order_count = 7 AND top_category = 'Coats'" },
  };
  const alike = (segment: string, share: number) => ({
    where: { combinator: "and", rules: [{ segment, alike: share }] },
  });

  let featured: SnapshotHandle;
  beforeAll(async () => {
    const path = join(small.folder, "customer_features.parquet");
    const columns = featureColumns.map(({ name }) => {
      const drawn = `CAST(hash(customer_id || '${name}') % 50 AS DOUBLE)`;
      return `${name === "days_since_last_purchase" ? `${drawn} - 20 * order_count` : drawn} AS ${name}`;
    });
    const from = "profiles WHERE order_count > 0 ORDER BY customer_id";
    await small.session.toParquet(`SELECT customer_id, ${columns.join(", ")} FROM ${from}`, path);
    featured = { ...small.handle, tables: { ...small.handle.tables, customer_features: [path] } };
  });

  test("are that share of the others who have bought, none of its members, and the same ones again", async () => {
    const options = { memoryLimit: 400e6, threads: 2, scratch: small.folder };
    const snapshot = await openSnapshot(featured, options);
    const found = await countSegment(snapshot, { definition: alike("regulars", 0.2), segments });
    const seeds = await directly("order_count >= 4");
    const others = await directly("order_count BETWEEN 1 AND 3");
    expect(found.alike).toEqual([
      {
        segment: "regulars",
        seeds,
        is_enough: true,
        recall_at_reach_10: expect.objectContaining({ low: expect.any(Number) }),
      },
    ]);
    expect(found.customers).toBeGreaterThan(0.15 * others);
    expect(found.customers).toBeLessThan(0.25 * others);
    const both = { combinator: "and", rules: [{ segment: "regulars", alike: 0.2 }, { segment: "regulars" }] };
    expect((await countSegment(snapshot, { definition: { where: both }, segments })).customers).toBe(0);
    const fewer = {
      combinator: "and",
      rules: [
        { segment: "regulars", alike: 0.2 },
        { segment: "regulars", alike: 0.05 },
      ],
    };
    const inside = await countSegment(snapshot, { definition: { where: fewer }, segments });
    expect(inside.customers).toBe(
      (await countSegment(snapshot, { definition: alike("regulars", 0.05), segments })).customers,
    );
    const other = await openSnapshot(featured, { ...options, threads: 1 });
    const again = await countSegment(other, { definition: alike("regulars", 0.2), segments });
    expect({ ...again, milliseconds: 0 }).toEqual({ ...found, milliseconds: 0 });
    other.close();
    snapshot.close();
  });

  test("are nobody where the segment has too few buyers, and a share has its bounds", async () => {
    const found = await countSegment(snapshot, { definition: alike("few", 0.2), segments });
    expect(found).toMatchObject({ customers: 0, alike: [{ is_enough: false, recall_at_reach_10: null }] });
    await expect(countSegment(snapshot, { definition: alike("few", 0.9), segments })).rejects.toThrow("0.001 to 0.5");
    await expect(countSegment(snapshot, { definition: alike("nobody", 0.1), segments })).rejects.toMatchObject({
      code: "not_found",
    });
  });
});

describe("comparing, members and fields", () => {
  test("overlaps are exact combinations that add up to the segments", async () => {
    const definitions = [
      { segment: "few", definition: { sql: "order_count <= 2" } },
      { segment: "coats", definition: { sql: "top_category = 'Coats'" } },
      { segment: "active", definition: { sql: "lifecycle_stage = 'active'" } },
    ];
    const { segments, overlaps } = await compareSegments(snapshot, { definitions, segments: {} });
    for (const { segment, customers } of segments) {
      const inOverlaps = overlaps
        .filter((one) => one.segments.includes(segment))
        .reduce((sum, one) => sum + one.customers, 0);
      expect(inOverlaps).toBe(customers);
    }
    expect(overlaps.find((one) => one.segments.join() === "few,coats")?.customers).toBe(
      await directly("order_count <= 2 AND top_category = 'Coats' AND lifecycle_stage <> 'active'"),
    );
  });

  test("members are the most valuable first, with names", async () => {
    const { rows } = await listMembers(snapshot, { definition: { sql: "order_count >= 2" }, segments: {}, limit: 5 });
    expect(rows).toHaveLength(5);
    expect(rows[0]?.name).toMatch(/Family/);
    const values = rows.map(({ values: one }) => numberOf(one.predicted_value_minor));
    expect(values).toEqual(values.toSorted((a, b) => b - a));
  });

  test("fields carry labels, ranges and choices, and say which are empty", async () => {
    const { fields } = await listFields(snapshot);
    const byName = new Map(fields.map((one) => [one.name, one]));
    expect(byName.has("reasons")).toBe(false);
    expect(byName.get("lifecycle_stage")).toMatchObject({
      kind: "choice",
      choices: ["prospect", "new", "active", "cooling", "at_risk", "lapsed"],
      is_empty: false,
    });
    expect(byName.get("discount_affinity")).toMatchObject({ is_empty: true, minimum: null, maximum: null });
    expect(byName.get("top_category")?.choices?.toSorted()).toEqual(["Coats", "Dresses", "Knitwear"]);
    expect(byName.get("last_order_on")?.maximum).toBe(20_634);
    expect(byName.get("order_count")).toMatchObject({ minimum: 0, maximum: 7 });
  });

  test("a cancelled count is rejected, and the next one is answered", async () => {
    const stop = new AbortController();
    const slow = snapshot.use(stop.signal, (session) =>
      session.rows("SELECT sum(a.i * b.i) FROM range(1000000) a(i), range(100000) b(i)"),
    );
    const waiting = countSegment(snapshot, { definition: { sql: "true" }, segments: {} });
    setTimeout(() => stop.abort(), 50);
    await expect(slow).rejects.toMatchObject({ code: "cancelled" });
    expect((await waiting).customers).toBe(240);
    await expect(
      countSegment(snapshot, { definition: { sql: "true" }, segments: {} }, stop.signal),
    ).rejects.toMatchObject({ code: "cancelled" });
  });
});

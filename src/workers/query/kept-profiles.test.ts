import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeSmallSnapshot, type SmallSnapshot } from "../../../test/support/small-snapshot.ts";
import { countSegment } from "./counts.ts";
import { columnsIn, keptProfiles } from "./kept-profiles.ts";
import { listMembers } from "./members.ts";
import { pageCustomers } from "./pages.ts";
import { type OpenSnapshot, openSnapshot } from "./session-pool.ts";

let small: SmallSnapshot;
let loaded: OpenSnapshot;
let unloaded: OpenSnapshot;
let many: OpenSnapshot;
const rows = 40_000;
const names = ["revenue_minor", "lifecycle_stage", "value_tier", "rfm_code", "next_purchase_on", "price_tier"];

beforeAll(async () => {
  small = await makeSmallSnapshot();
  const options = { memoryLimit: 400e6, threads: 2, scratch: small.folder };
  loaded = await openSnapshot(small.handle, options);
  unloaded = await openSnapshot(small.handle, { ...options, mostLoaded: 0 });
  const profiles: string[] = [];
  for (const part of [2, 0, 1]) {
    const path = join(small.folder, `many-${part}.parquet`);
    await small.session.run(`COPY (SELECT p.* REPLACE (left(md5(customer_id || n), 20) AS customer_id, revenue_minor + n AS revenue_minor, rfm_code || n AS rfm_code)
      FROM profiles p, range(${Math.ceil(rows / 240)}) r(n) WHERE n % 3 = ${part}) TO '${path}' (FORMAT parquet, ROW_GROUP_SIZE 2048)`);
    profiles.push(path);
  }
  many = await openSnapshot({ ...small.handle, tables: { profiles } }, { ...options, mostLoaded: 0 });
});
afterAll(() => {
  for (const one of [loaded, unloaded, many, small]) one.close();
});

test("columns that are kept one after the other stay beside the customer that they are of", async () => {
  const found = await many.use(undefined, async (session) => {
    let kept = "";
    for (const name of names) kept = await keptProfiles(many, session, ["customer_id", name]);
    const differs = names.map((name) => `k."${name}" IS DISTINCT FROM p."${name}"`).join(" OR ");
    const [row] = await session.rows(`SELECT count(*) AS n, count(*) FILTER (WHERE ${differs}) AS wrong
      FROM (SELECT * FROM ${kept}) k JOIN profiles p USING (customer_id)`);
    const tables = await session.value("SELECT count(*) FROM duckdb_tables() WHERE table_name LIKE 'kept_profiles%'");
    return { ...row, tables };
  });
  expect(found).toEqual({ n: Math.ceil(rows / 240) * 240, wrong: 0, tables: 1 });
});

test("a text's columns are those that it names, and unknown where it may name more", () => {
  expect(columnsIn(many, "(REVENUE_MINOR > 5) AND lifecycle_stage IN ('value_tier')")).toEqual([
    "revenue_minor",
    "lifecycle_stage",
    "value_tier",
  ]);
  expect(columnsIn(many, "COLUMNS('revenue.*') > 5")).toBeNull();
});

test("pages, counts and members are the same whether profiles are loaded or not", async () => {
  const where = { combinator: "and", rules: [{ field: "order_count", operator: ">=", value: 2 }] };
  const bought = { behaviour: { event: "order", operator: ">=", value: 2, window: { days: 400 } } };
  const definitions = [
    { where },
    { where: { combinator: "and", rules: [] } },
    { where: { combinator: "or", not: true, rules: [...where.rules, bought] } },
    { sql: "revenue_minor * 2 > (SELECT avg(revenue_minor) FROM profiles) AND profiles.order_count > 1" },
  ];
  const ask = async (snapshot: OpenSnapshot) => {
    const pages = [];
    const columns = ["top_products", "reasons", ...names];
    for (const field of ["next_purchase_on", "lifecycle_stage", "return_rate"])
      for (const [offset, text] of [
        [0, ""],
        [37, "a"],
      ] as const)
        pages.push(
          await pageCustomers(snapshot, {
            columns,
            where,
            text,
            sort: [{ field, direction: "desc" }],
            offset,
            limit: 20,
          }),
        );
    const counts = [];
    const members = [];
    for (const definition of definitions) {
      const { milliseconds: _, ...figures } = await countSegment(snapshot, { definition, segments: {} });
      counts.push(figures);
      members.push(await listMembers(snapshot, { definition, segments: {}, limit: 5 }));
    }
    return { pages, counts, members };
  };
  const [one, other] = [await ask(loaded), await ask(unloaded)];
  expect(other).toEqual(one);
  expect(one.counts.map(({ customers }) => customers > 0)).toEqual([true, true, true, true]);
});

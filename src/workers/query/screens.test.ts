import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeSmallSnapshot, ordersOnly, type SmallSnapshot } from "../../../test/support/small-snapshot.ts";
import { lifecycle as lifecycleShape, overview as overviewShape } from "../../shared/api/contract/customers.ts";
import { periods as periodsShape } from "../../shared/api/contract/periods.ts";
import { addDays, daysBetween } from "../../shared/base/time.ts";
import { calendarYear, periodLengths } from "../../shared/domain/fiscal-calendar.ts";
import { lifecycleStage } from "../models/lifecycle/lifecycle-stage.ts";
import { countSegment } from "./counts.ts";
import { numberOf } from "./estimate.ts";
import { expectedMoves, readLifecycle } from "./lifecycle.ts";
import { readOverview } from "./overview.ts";
import { readPeriods } from "./periods.ts";
import { type OpenSnapshot, openSnapshot } from "./session-pool.ts";
import type { SnapshotHandle } from "./snapshot.ts";

const options = (small: SmallSnapshot) => ({ memoryLimit: 400e6, threads: 2, scratch: small.folder });
let small: SmallSnapshot;
let bare: SmallSnapshot;
let snapshot: OpenSnapshot;
let ordersAlone: OpenSnapshot;
beforeAll(async () => {
  small = await makeSmallSnapshot();
  snapshot = await openSnapshot(small.handle, options(small));
  bare = await makeSmallSnapshot({ only: ordersOnly });
  const { fits: _, ...handle } = bare.handle;
  ordersAlone = await openSnapshot(handle, options(bare));
});
afterAll(() => {
  for (const one of [snapshot, ordersAlone, small, bare]) one.close();
});

const wire = (value: unknown) => JSON.parse(JSON.stringify(value));
const one = async (sql: string) => numberOf(await small.session.value(sql));

/** Numbers of any depth: none may be NaN or infinite (JSON would make them null unseen). */
function numbersIn(value: unknown): number[] {
  if (typeof value === "number") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}

describe("the overview", () => {
  test("has the contract's shape and figures that are the tables' own", async () => {
    const found = await readOverview(snapshot, {});
    expect(overviewShape.parse(wire(found))).toEqual(wire(found));
    expect(numbersIn(found).every(Number.isFinite)).toBe(true);
    const figures = new Map(found.figures.map((figure) => [figure.name, figure]));
    expect([...figures.keys()]).toEqual([
      "customers",
      "active",
      "revenue_minor",
      "net_revenue_minor",
      "repeat_rate",
      "return_rate",
    ]);
    expect(figures.get("customers")?.value).toBe(240);
    expect(figures.get("customers")?.before).toBe(
      await one("SELECT count(*) FROM profiles WHERE first_order_on IS NULL OR first_order_on <= DATE '2025-06-30'"),
    );
    const year = await one("SELECT sum(revenue_minor) FROM transactions WHERE day > DATE '2025-06-30'");
    const refunds = await one("SELECT sum(refund_minor) FROM returns WHERE returned_at >= TIMESTAMP '2025-07-01'");
    expect(figures.get("revenue_minor")?.value).toBe(year);
    expect(figures.get("net_revenue_minor")?.value).toBe(year - refunds);
    expect(figures.get("return_rate")?.value).toBeCloseTo(refunds / year, 12);
    expect(figures.get("revenue_minor")?.before).toBe(
      await one(
        "SELECT sum(revenue_minor) FROM transactions WHERE day > DATE '2024-06-30' AND day <= DATE '2025-06-30'",
      ),
    );
    expect(figures.get("revenue_minor")?.series.at(-1)).toEqual({ at: "2026-06-30", value: year });
    expect(figures.get("active")).toMatchObject({ before: null, reason: "no_stages_at_that_day" });
  });

  test("stages add up to the customers and to their value", async () => {
    const { stages, total } = await readOverview(snapshot, {});
    expect(stages.map(({ stage }) => stage)).toEqual(["prospect", "new", "active", "cooling", "at_risk", "lapsed"]);
    expect(stages.reduce((sum, { customers }) => sum + customers, 0)).toBe(total.customers);
    expect(stages.reduce((sum, { value }) => sum + (value?.value ?? 0), 0)).toBeCloseTo(total.value?.value ?? 0, -1);
    expect(stages[0]?.value).toBeNull();
    for (const { value } of stages)
      if (value)
        expect([value.low ?? 0, value.value, value.high ?? 0]).toEqual(
          [value.low, value.value, value.high].toSorted((a, b) => Number(a) - Number(b)),
        );
  });

  test("the parts of the change add up to it exactly", async () => {
    const { change } = await readOverview(snapshot, {});
    const parts = change?.parts ?? [];
    expect(parts.map(({ name }) => name)).toEqual(["buyers", "orders_each", "items_per_order", "price_per_item"]);
    expect(parts.reduce((sum, { effect_minor }) => sum + effect_minor, 0)).toBe(
      (change?.now_minor ?? 0) - (change?.before_minor ?? 0),
    );
    expect(change?.now_minor).toBe(
      await one("SELECT sum(revenue_minor) FROM transactions WHERE day > DATE '2026-04-01'"),
    );
    expect(parts.map(({ now }) => now).reduce((product, factor) => product * factor, 1)).toBeCloseTo(
      change?.now_minor ?? 0,
      4,
    );
  });

  test("weeks are whole, and the expected ones follow the model's curve to the sum of values", async () => {
    const { weeks, expected_90, expected_365, total } = await readOverview(snapshot, {});
    expect(weeks).toHaveLength(39);
    expect(weeks[25]).toMatchObject({ week: "2026-06-24", expected: null });
    expect(weeks[25]?.actual_minor).toBe(
      await one("SELECT coalesce(sum(revenue_minor), 0) FROM transactions WHERE day >= DATE '2026-06-24'"),
    );
    expect(weeks[26]).toMatchObject({ week: "2026-07-01", actual_minor: null });
    const quarter = weeks.slice(26).reduce((sum, { expected }) => sum + (expected?.value ?? 0), 0);
    expect(quarter).toBeGreaterThan(expected_90?.value ?? 0);
    expect(expected_365?.value).toBe(total.value?.value);
    expect(expected_90?.low).toBeLessThan(expected_90?.value ?? 0);
    expect((expected_90?.value ?? 0) / (expected_365?.value ?? 1)).toBeGreaterThanOrEqual(90 / 365 - 1e-3);
  });

  test("attention is in order of money, and each entry opens the customers that it counts", async () => {
    const { attention } = await readOverview(snapshot, {});
    expect(attention.length).toBeGreaterThanOrEqual(3);
    const money = attention.map(({ money_minor }) => money_minor ?? -1);
    expect(money).toEqual(money.toSorted((a, b) => b - a));
    for (const { where, fact } of attention) {
      const { customers } = await countSegment(snapshot, { definition: { where }, segments: {} });
      expect(fact).toContain(new Intl.NumberFormat("en").format(customers));
    }
  });

  test("compares with any day, and with stages where they are known", async () => {
    const found = await readOverview(snapshot, { compared_with: "2026-04-01" });
    expect(found.compared_with).toBe("2026-04-01");
    const active = found.stages.find(({ stage }) => stage === "active");
    expect(active).toMatchObject({ customers_before: 40, share_before: 40 / 124 });
    const before: SnapshotHandle = { ...bare.handle, snapshot_id: "earlier", as_of: "2025-12-31" };
    const other = await openSnapshot({ ...small.handle, before }, options(small));
    const beside = await readOverview(other, { compared_with: "earlier" });
    expect([beside.compared_with, beside.stages[0]?.customers_before]).toEqual(["2025-12-31", 21]);
    other.close();
  });
});

describe("the lifecycle", () => {
  test("has flow, moves, cohorts and the surface of the fit", async () => {
    const found = await readLifecycle(snapshot, { flow_since: "2026-04-01" });
    expect(lifecycleShape.parse(wire(found))).toEqual(wire(found));
    expect(numbersIn(found).every(Number.isFinite)).toBe(true);
    expect(found.flow_since).toBe("2026-04-01");
    expect(found.flow).toContainEqual({ from: "active", to: "cooling", customers: 10 });
    expect(found.moves.length).toBeGreaterThan(0);
    expect(found.surface.frequencies).toHaveLength(13);
    expect(found.surface.probability_alive[0]?.[5]).toBeGreaterThan(found.surface.probability_alive.at(-2)?.[5] ?? 1);
    expect(found.cohorts.length).toBeLessThanOrEqual(12);
    const june = found.cohorts.at(-1);
    expect([june?.month, june?.retention[0]?.is_forecast]).toEqual(["2026-06-01", true]);
    const older = found.cohorts.find(({ month }) => month === "2025-12-01");
    const buyers = await one(`WITH f AS (SELECT customer_id, min(day) AS first FROM transactions GROUP BY 1)
      SELECT count(DISTINCT t.customer_id) FROM f JOIN transactions t USING (customer_id) WHERE date_trunc('month', first) = DATE '2025-12-01' AND date_trunc('month', day) = DATE '2026-02-01'`);
    expect(older?.retention[1]).toMatchObject({ age: 2, rate: buyers / (older?.customers ?? 1), is_forecast: false });
    expect(older?.retention[6]?.is_forecast).toBe(true);
  });

  test("works stages out again at any day where the fit is there", async () => {
    const summary = await small.session.table(
      "SELECT customer_id, x AS frequency, CAST(last_order_on - first_order_on AS DOUBLE) AS recency, CAST(DATE '2026-06-30' - first_order_on AS DOUBLE) AS t_age FROM summary ORDER BY customer_id",
    );
    const context = { horizonDays: 365, purchaseHorizonDays: 90, seed: 1, throwIfCancelled: () => {} };
    const fitted = { purchases: { params: { r: 0.5, alpha: 60, a: 0.8, b: 1.6 } }, mean_interval_days: 60 };
    const params = Object.fromEntries(
      Object.entries(lifecycleStage.params).map(([name, spec]) => [name, spec.default]),
    );
    const scores = lifecycleStage.score({ summary }, fitted, params, context);
    await small.session.load(
      "restaged",
      {
        rows: scores.rows,
        columns: { customer_id: scores.columns.customer_id ?? [], stage: scores.columns.lifecycle_stage ?? [] },
      },
      [
        { name: "customer_id", type: "VARCHAR" },
        { name: "stage", type: "VARCHAR" },
      ],
    );
    const other = await makeSmallSnapshot();
    await other.session.load("restaged", await small.session.table("SELECT * FROM restaged"), [
      { name: "customer_id", type: "VARCHAR" },
      { name: "stage", type: "VARCHAR" },
    ]);
    const path = `${other.folder}/restaged.parquet`;
    await other.session.toParquet(
      "SELECT p.* REPLACE (coalesce(r.stage, 'prospect') AS lifecycle_stage) FROM profiles p LEFT JOIN restaged r USING (customer_id)",
      path,
    );
    const handle = {
      ...other.handle,
      tables: { ...other.handle.tables, profiles: [path] },
      fits: { ...other.handle.fits, lifecycle_stage: fitted },
    };
    const open = await openSnapshot(handle, options(other));
    const found = await readOverview(open, {});
    const before = found.stages.reduce((sum, { customers_before }) => sum + (customers_before ?? 0), 0);
    expect(before).toBe(found.figures[0]?.before);
    const first = String(await small.session.value("SELECT CAST(min(day) AS VARCHAR) FROM transactions"));
    const young = await readOverview(open, { compared_with: addDays(first, 70) });
    expect(young.stages.every(({ share_before }) => share_before === null)).toBe(true);
    expect(young.figures.find(({ name }) => name === "active")?.reason).toBe("too_young_for_stages");
    const { flow } = await readLifecycle(open, { flow_since: "2026-01-15" });
    expect(flow.reduce((sum, { customers }) => sum + customers, 0)).toBe(240);
    expect(flow.some(({ from }) => from === "first_seen_later")).toBe(true);
    open.close();
    other.close();
  });

  test("moves go by the pace of the flow, from day to day", () => {
    const stage = (name: string, customers: number, value: number) => ({
      stage: name,
      customers,
      share: 0,
      share_before: null,
      customers_before: null,
      value: { value, low: null, high: null },
      days_in_stage: null,
    });
    const flow = [
      { from: "active", to: "active", customers: 75 },
      { from: "active", to: "cooling", customers: 25 },
      { from: "first_seen_later", to: "new", customers: 9 },
    ];
    const moves = expectedMoves(flow, [stage("active", 1000, 200_000), stage("cooling", 100, 5_000)], 60);
    expect(moves).toEqual([{ from: "active", to: "cooling", customers: 134, value_minor: 134 * (50 - 200) }]);
  });
});

describe("a brand with nothing but orders", () => {
  test("has reasons where it has no figures", async () => {
    const found = await readOverview(ordersAlone, {});
    expect(overviewShape.parse(wire(found))).toEqual(wire(found));
    expect(numbersIn(found).every(Number.isFinite)).toBe(true);
    expect(found.figures.find(({ name }) => name === "return_rate")).toMatchObject({
      value: null,
      reason: "no_returns_source",
    });
    const lifecycle = await readLifecycle(ordersAlone, {});
    expect(lifecycleShape.parse(wire(lifecycle))).toEqual(wire(lifecycle));
    expect([lifecycle.flow_since, lifecycle.flow, lifecycle.surface.frequencies]).toEqual([null, [], []]);
  });

  test("even where nobody has bought anything, and where nobody is known", async () => {
    for (const condition of ["order_count = 0", "false"]) {
      const path = `${bare.folder}/${condition.length}.parquet`;
      await bare.session.toParquet(`SELECT * FROM profiles WHERE ${condition}`, path);
      const open = await openSnapshot({ ...bare.handle, tables: { profiles: [path] } }, options(bare));
      const found = await readOverview(open, {});
      expect(overviewShape.parse(wire(found))).toEqual(wire(found));
      expect(numbersIn(found).every(Number.isFinite)).toBe(true);
      expect([found.change, found.expected_90, found.attention.length]).toEqual([
        null,
        null,
        condition === "false" ? 0 : found.attention.length,
      ]);
      const lifecycle = await readLifecycle(open, {});
      expect(lifecycleShape.parse(wire(lifecycle))).toEqual(wire(lifecycle));
      open.close();
    }
  });
});

describe("periods", () => {
  const retail = { fiscal_calendar: "4-5-4", fiscal_year_starts: "02-01", week_starts: "sunday" } as const;
  test("of any calendar hold what was sold and refunded on their days, and the last one so far", async () => {
    for (const calendar of [calendarYear, retail])
      for (const by of periodLengths) {
        const found = await readPeriods(snapshot, { by, calendar });
        expect(periodsShape.parse(wire(found))).toEqual(wire(found));
        expect(found.periods.at(-1)).toMatchObject({ to: found.as_of });
        for (const { from, to, ...own } of found.periods) {
          const within = (day: string) => `WHERE ${day} BETWEEN DATE '${from}' AND DATE '${to}'`;
          const sold = await one(`SELECT coalesce(sum(revenue_minor), 0) FROM transactions ${within("day")}`);
          const buyers = await one(`SELECT count(DISTINCT customer_id) FROM transactions ${within("day")}`);
          const back = await one(
            `SELECT coalesce(sum(refund_minor), 0) FROM returns ${within("CAST(returned_at AS DATE)")}`,
          );
          expect({ ...own, from }).toMatchObject({ from, revenue_minor: sold, buyers, refunds_minor: back });
        }
      }
  });

  test("stand beside as much of the year before, where the history reaches back to it", async () => {
    const { periods } = await readPeriods(snapshot, { by: "quarter", calendar: retail, count: 40 });
    const last = periods.at(-1);
    expect(daysBetween(last?.before?.from ?? "", last?.before?.to ?? "")).toBe(
      daysBetween(last?.from ?? "", last?.to ?? ""),
    );
    expect(periods[0]?.before).toBeNull();
    const { periods: bare } = await readPeriods(ordersAlone, { by: "year", calendar: calendarYear });
    expect(bare.every(({ refunds_minor }) => refunds_minor === null)).toBe(true);
  });
});

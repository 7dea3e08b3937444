import { describe, expect, it } from "vitest";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import { defaultsOf, type Params } from "../../../shared/domain/params.ts";
import { rfm } from "../audiences/rfm.ts";
import { customerValue } from "./customer-value.ts";

const context = { horizonDays: 365, purchaseHorizonDays: 90, seed: 1, throwIfCancelled: () => undefined };

interface Forecast {
  readonly count: number;
  readonly countSd?: number;
  readonly none: number;
  readonly amount: number;
  readonly amountSd?: number;
}

function valuesOf(rows: readonly Forecast[], settings: Params = {}): ColumnTable {
  const ids = rows.map((_, at) => `c${at}`);
  const column = (of: (row: Forecast) => number) => Float64Array.from(rows, of);
  const turned = [...ids].reverse();
  const back = (values: Float64Array) => Float64Array.from(values).reverse();
  const inputs = {
    summary: { rows: ids.length, columns: { customer_id: ids, frequency: column(() => 2) } },
    purchases: {
      rows: ids.length,
      columns: {
        customer_id: ids,
        expected_purchases: column(({ count }) => count),
        purchases_sd: column(({ count, countSd = Math.sqrt(count) }) => countSd),
        probability_none: column(({ none }) => none),
      },
    },
    spend: {
      rows: ids.length,
      columns: {
        customer_id: turned,
        expected_spend_minor: back(column(({ amount }) => amount)),
        spend_sd_minor: back(column(({ amount, amountSd = amount / 2 }) => amountSd)),
      },
    },
  };
  const params = { ...defaultsOf(customerValue.params), ...settings };
  return customerValue.score(inputs, null, params, context);
}

const numbersOf = (table: ColumnTable, name: string) => table.columns[name] as Float64Array;

describe("customer value", () => {
  it("is how often times how much, discounted over the horizon where a rate is set", () => {
    const rows = [{ count: 3, none: 0.1, amount: 2_000 }];
    expect(numbersOf(valuesOf(rows), "predicted_value_minor")[0]).toBeCloseTo(6_000, 6);
    const discounted = numbersOf(valuesOf(rows, { discount_rate_annual: 0.1 }), "predicted_value_minor")[0] ?? 0;
    expect(discounted / 6_000).toBeCloseTo((1 - 1 / 1.1) / Math.log(1.1), 3);
  });

  it("has limits around it, with nothing as the lower one where nothing is likely", () => {
    const scores = valuesOf([
      { count: 0.05, none: 0.96, amount: 2_000 },
      { count: 1, none: 0.5, amount: 2_000 },
      { count: 40, none: 0.001, amount: 2_000 },
    ]);
    const [low, high] = ["low", "high"].map((end) => numbersOf(scores, `predicted_value_minor_${end}`));
    expect([low?.[0], high?.[0]]).toEqual([0, 0]);
    expect(low?.[1]).toBe(0);
    expect(high?.[1]).toBeGreaterThan(2_000);
    expect(low?.[2]).toBeGreaterThan(50_000);
    expect(high?.[2]).toBeGreaterThan(80_000);
  });

  it("is NULL with a reason where a part of it is missing", () => {
    const scores = valuesOf([
      { count: Number.NaN, none: Number.NaN, amount: 10 },
      { count: 2, none: 0.2, amount: 100, amountSd: Number.NaN },
    ]);
    expect(scores.columns.reason).toEqual(["not_enough_data", "no_limits_without_repeat_buyers"]);
    expect(scores.columns.value_tier).toEqual([null, "middle"]);
    expect(numbersOf(scores, "predicted_value_minor_low")[1]).toBeNaN();
  });

  it("fills its tiers by rank", () => {
    const rows = Array.from({ length: 1_000 }, (_, at) => ({ count: 1 + at, none: 0, amount: 10 }));
    const tiers = valuesOf(rows).columns.value_tier as string[];
    const count = (tier: string) => tiers.filter((one) => one === tier).length;
    expect(["top_1", "top_5", "top_10", "top_25", "middle", "low"].map(count)).toEqual([10, 40, 50, 150, 250, 500]);
    expect(tiers.at(-1)).toBe("top_1");
    const alike = valuesOf(rows.map((row) => ({ ...row, count: 2 }))).columns.value_tier as string[];
    expect(new Set(alike)).toEqual(new Set(["middle"]));
  });
});

describe("rfm", () => {
  const scoresOf = (n: number, orders: (at: number) => number) => {
    const column = (of: (at: number) => number) => Float64Array.from({ length: n }, (_, at) => of(at));
    const summary = {
      rows: n,
      columns: {
        customer_id: Array.from({ length: n }, (_, at) => `c${at}`),
        days_since_last_purchase: column((at) => at),
        transaction_count: column(orders),
        revenue_minor: column((at) => at * 100),
      },
    };
    const inputs = { summary, windows: { rows: 0, columns: {} } };
    return rfm.score(inputs, rfm.fit(inputs, {}, context), {}, context).columns;
  };

  it("gives each fifth its digit, 5 to the latest and the greatest", () => {
    const { recency_score: recency, monetary_score: money, rfm_code: code } = scoresOf(50, (at) => at + 1);
    for (const digit of [1, 2, 3, 4, 5]) {
      expect((recency as Float64Array).filter((one) => one === digit).length).toBe(10);
      expect((money as Float64Array).filter((one) => one === digit).length).toBe(10);
    }
    expect((code as string[])[0]).toBe("511");
    expect((code as string[])[49]).toBe("155");
  });

  it("gives equal values equal digits", () => {
    const { frequency_score: score } = scoresOf(50, (at) => (at < 40 ? 1 : 2));
    expect(new Set((score as Float64Array).slice(0, 40))).toEqual(new Set([1]));
    expect(new Set((score as Float64Array).slice(40))).toEqual(new Set([5]));
  });

  it("tells of each code what share bought after earlier cuts, drawn to that of its recency digit", () => {
    const n = 2_000;
    const column = (of: (at: number) => number) => Float64Array.from({ length: n }, (_, at) => of(at));
    const rows = {
      rows: n,
      columns: {
        cut_days: column((at) => (at % 2 === 0 ? 91 : 182)),
        days_since_last_purchase: column((at) => Math.floor(at / 20)),
        transaction_count: column((at) => (at % 10 < 8 ? 1 : 4)),
        revenue_minor: column((at) => 100 * (1 + (at % 7))),
        is_buyer: column((at) => (at % 10 >= 8 ? 1 : at < 400 && at % 4 === 0 ? 1 : 0)),
      },
    };
    const ids = Array.from({ length: n }, (_, at) => `c${at}`);
    const summary = { rows: n, columns: { ...rows.columns, customer_id: ids } };
    const ratesOf = (learnt: typeof rows) =>
      rfm.score({ summary }, rfm.fit({ summary, rows: learnt }, {}, context), {}, context).columns;
    const { rfm_purchase_rate: rate, rfm_code: code, frequency_score: often } = ratesOf(rows);
    const most = (often as Float64Array).reduce((greatest, one) => Math.max(greatest, one), 0);
    const mean = (recency: string, isOften: boolean) => {
      const found = (rate as Float64Array).filter(
        (_, at) => (code as string[])[at]?.startsWith(recency) && ((often as Float64Array)[at] === most) === isOften,
      );
      return found.reduce((sum, value) => sum + value, 0) / found.length;
    };
    expect(Math.min(mean("5", true), mean("1", true))).toBeGreaterThan(0.85);
    expect(mean("5", false)).toBeGreaterThan(0.15);
    expect(mean("1", false)).toBeLessThan(0.08);
    const few = ratesOf({ ...rows, columns: { ...rows.columns, is_buyer: column((at) => (at < 20 ? 1 : 0)) } });
    expect((few.rfm_purchase_rate as Float64Array).every(Number.isNaN)).toBe(true);
  });
});

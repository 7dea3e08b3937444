import { describe, expect, it } from "vitest";
import { behaviourTable, trainingTable } from "../../../test/support/behaviour.ts";
import { engagementTables } from "../../../test/support/engagement.ts";
import {
  cohortTable,
  firstOrderTable,
  marginTable,
  valueTrainingTable,
  weekTable,
} from "../../../test/support/histories.ts";
import { tasteTables } from "../../../test/support/taste-tables.ts";
import { canonicalJson } from "../../shared/base/canonical-json.ts";
import { createRandom } from "../../shared/base/random.ts";
import type { ColumnTable, ColumnValues } from "../../shared/domain/column.ts";
import type { ModelContext, ModelDeclaration, Tables } from "../../shared/domain/model.ts";
import { defaultsOf } from "../../shared/domain/params.ts";
import { models } from "./list.ts";

const context: ModelContext = { horizonDays: 365, purchaseHorizonDays: 90, seed: 1, throwIfCancelled: () => undefined };

interface Customer {
  readonly x: number;
  readonly recency: number;
  readonly age: number;
  readonly amount: number;
}
const idOf = (at: number) => String(at).padStart(20, "0");

function numbersOf(columns: Readonly<Record<string, readonly number[]>>): Record<string, Float64Array> {
  return Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, Float64Array.from(values)]));
}

/** The feature tables of some customers, in the given order. */
function featuresOf(customers: readonly Customer[], order = Array.from(customers.keys())): Record<string, ColumnTable> {
  const all = order.map((at) => customers[at] ?? { x: 0, recency: 0, age: 0, amount: 0 });
  const ids = order.map(idOf);
  const each = (pick: (one: Customer) => number) => all.map(pick);
  const bought = each(({ x }) => x + 1);
  const revenue = each(({ x, amount }) => (x + 1) * amount);
  const summary = numbersOf({
    frequency: each(({ x }) => x),
    recency: each(({ recency }) => recency),
    t_age: each(({ age }) => age),
    monetary_value: each(({ x, amount }) => (x > 0 ? amount : 0)),
    sum_log_interval: each(({ x, recency }) => (x > 0 ? x * Math.log(Math.max(1, recency / x)) : 0)),
    first_order_on: each(({ age }) => 20_000 - age),
    last_order_on: each(({ age, recency }) => 20_000 - age + recency),
    days_since_last_purchase: each(({ age, recency }) => age - recency),
    order_count: bought,
    transaction_count: bought,
    revenue_minor: revenue,
    net_revenue_minor: revenue,
    average_order_minor: each(({ amount }) => amount),
    return_count: each(() => 0),
    last_transaction_minor: each(({ amount }) => amount),
    first_transaction_minor: each(({ amount }) => amount),
    interval_sd_days: each(({ x }) => (x > 1 ? 3 : Number.NaN)),
  });
  const windows = ["orders", "revenue"].flatMap((what) => [30, 90, 180, 365].map((days) => `${what}_${days}`));
  const categories = ["shoes", "hats", "café"];
  const pairs = order.flatMap((at) =>
    categories.slice(0, 1 + (at % 3)).map((category, rank) => ({ at, category, rank })),
  );
  const lines = pairs.map(({ at, rank }) => 1 + ((at + rank) % 5));
  const counted = (columns: Record<string, ColumnValues>): ColumnTable => ({
    rows: pairs.length,
    columns: {
      customer_id: pairs.map(({ at }) => idOf(at)),
      category: pairs.map(({ category }) => category),
      ...columns,
    },
  });
  const share = (at: number) => ((at * 7) % 10) / 10;
  return {
    purchase_summary: { rows: all.length, columns: { customer_id: ids, ...summary } },
    rfm_windows: {
      rows: all.length,
      columns: {
        customer_id: ids,
        ...numbersOf(Object.fromEntries(windows.map((name) => [name, each(({ x }) => x)]))),
      },
    },
    category_counts: counted(
      numbersOf({
        n_lines: lines,
        n_orders: lines,
        quantity: lines,
        revenue_minor: lines.map((n) => n * 100),
        last_on: lines.map(() => 20_000),
      }),
    ),
    price_positions: counted(
      numbersOf({
        n_lines: lines,
        mean_percentile: pairs.map(({ at }) => share(at)),
        sum_percentile: lines.map((n, i) => n * share(pairs[i]?.at ?? 0)),
        sum_percentile_sq: lines.map((n, i) => n * share(pairs[i]?.at ?? 0) ** 2),
      }),
    ),
    ...preferencesOf(order, counted, lines),
    ...behaviourOf(customers, order),
    ...engagementTables(order.map((at) => ({ at, id: idOf(at) }))),
    ...tasteTables(order, idOf),
    customer_base: { rows: all.length, columns: { customer_id: ids, is_buyer: new Float64Array(all.length).fill(1) } },
  };
}

/** Brands, channels, reductions and products beside the categories. */
function preferencesOf(
  order: readonly number[],
  counted: (columns: Record<string, ColumnValues>) => ColumnTable,
  lines: readonly number[],
): Record<string, ColumnTable> {
  const byCategory = counted(numbersOf({ n_lines: lines }));
  const categories = byCategory.columns["category"] as string[];
  const whose = (byCategory.columns["customer_id"] as string[]).map(Number);
  const isOdd = (at: number) => ((whose[at] ?? 0) + (categories[at] ?? "").length) % 2 === 1;
  const products = order.map((at) => categories.slice(0, at % 4).map((_, k) => `p${(at * 3 + k * 5) % 7}`));
  const histories = order.flatMap((at, k) => ((products[k]?.length ?? 0) > 0 ? [{ at, list: products[k] ?? [] }] : []));
  const sold = [...new Set(products.flat())];
  const buyers = sold.map((id) => products.filter((list) => list.includes(id)).length);
  return {
    brand_counts: counted({
      ...numbersOf({ n_lines: lines }),
      brand: categories.map((name, at) => (isOdd(at) ? "own label" : `${name} & co`)),
    }),
    channel_counts: counted({ ...numbersOf({ n_orders: lines }), channel: categories.map((name) => `${name} store`) }),
    discount_counts: counted(
      numbersOf({
        exposure_bin: categories.map((name) => (name === "hats" ? 20 : 2)),
        n_lines: lines,
        n_reduced: lines.map((n, at) => (isOdd(at) ? n : 0)),
        n_line_pairs: lines.map((n) => n * (n - 1)),
        n_reduced_pairs: lines.map((n, at) => (isOdd(at) ? n * (n - 1) : 0)),
        n_visits: lines.map(() => 1),
        sum_exposure: lines.map((n, at) => n * (categories[at] === "hats" ? 0.2 : 0.02)),
      }),
    ),
    product_histories: {
      rows: histories.length,
      columns: {
        customer_id: histories.map(({ at }) => idOf(at)),
        products: histories.map(({ list }) => list),
        n_products: Float64Array.from(histories, ({ list }) => list.length),
      },
    },
    product_popularity: {
      rows: sold.length,
      columns: {
        product_id: sold,
        ...numbersOf({ n_buyers: buyers, n_recent_buyers: buyers.map(() => 0), n_repeat_buyers: buyers.map(() => 0) }),
      },
    },
  };
}

/** What customers did before a day, and whether they bought after earlier ones. */
function behaviourOf(customers: readonly Customer[], order: readonly number[]): Record<string, ColumnTable> {
  const all = order.map((at) => ({ at, id: idOf(at), ...(customers[at] as Customer) }));
  return {
    customer_features: behaviourTable(all),
    purchase_training: trainingTable(
      [90, 180].flatMap((cut) => all.map((one) => ({ ...one, cut, isBuyer: (one.x * 3 + one.at + cut) % 7 < one.x }))),
    ),
    value_training: valueTrainingTable(
      [90, 180].flatMap((cut) =>
        all.map((one) => ({ ...one, cut, bought: (one.x * 3 + one.at + cut) % 7 < one.x ? 1 : 0 })),
      ),
    ),
    first_orders: firstOrderTable(all),
    cohorts: cohortTable(all),
    revenue_weeks: weekTable(all),
    customer_margins: marginTable(all.filter(({ at }) => at % 2 === 0)),
  };
}

/** Fits and scores a model with all that it reads; answers with the fit and the scores. */
function runModel(model: ModelDeclaration, features: Record<string, ColumnTable>) {
  const inputsOf = (one: ModelDeclaration): Tables =>
    Object.fromEntries(
      Object.entries(one.inputs).map(([alias, input]) => {
        if ("feature" in input) return [alias, features[input.feature] ?? { rows: 0, columns: {} }];
        const upstream = models.find(({ name }) => name === input.scores);
        if (!upstream) throw new Error(`no model ${input.scores}`);
        return [alias, runModel(upstream, features).scores];
      }),
    );
  const params = defaultsOf(model.params);
  const inputs = inputsOf(model);
  const learnt = Object.entries(model.learns ?? {}).map(([alias, { feature }]) => [
    alias,
    features[feature] ?? { rows: 0, columns: {} },
  ]);
  const fitted = model.fit({ ...inputs, ...Object.fromEntries(learnt) }, params, context);
  return { inputs, params, fitted, scores: model.score(inputs, fitted, params, context) };
}

/** Limits of a rate hold it; those of what will happen hold what will happen, which a mean needn't be. */
const isRate = (output: string) => /_rate$|_share$|affinity$|percentile$/.test(output);
const isMissing = (value: unknown) => value === null || value === undefined || Number.isNaN(value);

const random = createRandom(7, "models");
const someone = (): Customer => {
  const age = random.below(1_500);
  const x = age < 3 ? 0 : random.below(12);
  return { x, age, recency: x === 0 ? 0 : Math.min(age, x + random.below(age)), amount: 100 + random.below(9_000) };
};
const tables: Readonly<Record<string, readonly Customer[]>> = {
  empty: [],
  "one row": [{ x: 0, recency: 0, age: 10, amount: 1_000 }],
  "one row of today": [{ x: 0, recency: 0, age: 0, amount: 0 }],
  "two rows": [
    { x: 254, recency: 900, age: 900, amount: 1_000 },
    { x: 1, recency: 5, age: 700, amount: 250_000_000 },
  ],
  constant: Array.from({ length: 60 }, () => ({ x: 2, recency: 100, age: 200, amount: 2_500 })),
  "one-time buyers": Array.from({ length: 60 }, (_, at) => ({ x: 0, recency: 0, age: at, amount: 2_500 })),
  free: Array.from({ length: 30 }, (_, at) => ({ x: at % 3, recency: (at % 3) * 9, age: 80, amount: 0 })),
  random: Array.from({ length: 120 }, someone),
};

describe.each(models.map((model) => [model.name, model] as const))("%s", (_, model) => {
  it.each(Object.entries(tables))("scores customers: %s", (_name, customers) => {
    const { inputs, params, fitted, scores } = runModel(model, featuresOf(customers));
    const first = Object.values(inputs)[0];
    const keys = model.keys ?? [{ name: "customer_id" }];
    const wanted = new Set<unknown>(first?.columns["customer_id"] as string[] | undefined);
    if (model.keys) {
      const named = keys.map(({ name }) => scores.columns[name] as readonly unknown[]);
      expect(new Set(Array.from({ length: scores.rows }, (_at, row) => named.map((key) => key[row]).join())).size).toBe(
        scores.rows,
      );
    } else {
      expect(scores.rows).toBe(wanted.size);
      expect(new Set<unknown>(scores.columns["customer_id"] as string[])).toEqual(wanted);
    }
    expect(Object.keys(scores.columns).sort()).toEqual(
      [...keys.map(({ name }) => name), "enough_data", "reason", ...model.outputs.map(({ name }) => name)].sort(),
    );
    for (const [name, values] of Object.entries(scores.columns)) {
      expect(values.length, name).toBe(scores.rows);
      if (values instanceof Float64Array) {
        expect(
          values.some((value) => value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY),
          name,
        ).toBe(false);
      }
    }
    const reasons = scores.columns["reason"] as (string | null)[];
    for (const { name } of model.outputs) {
      const values = scores.columns[name] ?? [];
      const bare = Array.from(reasons.keys()).filter((at) => isMissing(values[at]) && reasons[at] === null);
      expect(bare, `rows without ${name} or a reason`).toEqual([]);
    }
    const enough = scores.columns["enough_data"] as Float64Array;
    expect(enough.every((value) => value === 0 || value === 1)).toBe(true);

    const carried = JSON.parse(canonicalJson(fitted));
    expect(model.score(inputs, carried, params, context)).toEqual(scores);
  });

  it("scores the same whatever the order of rows", () => {
    const customers = tables["random"] ?? [];
    const byId = (order: number[] | undefined) => {
      const { scores } = runModel(model, featuresOf(customers, order));
      const keys = (model.keys ?? [{ name: "customer_id" }]).map(({ name }) => scores.columns[name] ?? []);
      const ids = Array.from({ length: scores.rows }, (_at, row) => keys.map((key) => key[row]).join());
      const sorted = Array.from(ids.keys()).sort((a, b) => ((ids[a] ?? "") < (ids[b] ?? "") ? -1 : 1));
      return Object.entries(scores.columns).map(([name, values]) => [name, sorted.map((at) => values[at])]);
    };
    const turned = Array.from(customers.keys()).reverse();
    expect(JSON.stringify(byId(turned))).toBe(JSON.stringify(byId(undefined)));
  });

  it("gives limits around what they limit", () => {
    const { scores } = runModel(model, featuresOf(tables["random"] ?? []));
    for (const { name } of model.outputs) {
      const [value, low, high] = [name, `${name}_low`, `${name}_high`].map((column) => scores.columns[column]);
      if (!(value instanceof Float64Array && low instanceof Float64Array && high instanceof Float64Array)) continue;
      for (let at = 0; at < scores.rows; at++) {
        if (!Number.isFinite(low[at]) || !Number.isFinite(high[at])) continue;
        expect(low[at]).toBeLessThanOrEqual(high[at] ?? 0);
        if (!isRate(name)) continue;
        expect(value[at], name).toBeGreaterThanOrEqual(low[at] ?? 0);
        expect(value[at], name).toBeLessThanOrEqual(high[at] ?? 0);
      }
    }
  });
});

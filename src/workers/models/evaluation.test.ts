import { beforeAll, describe, expect, it } from "vitest";
import { createRandom } from "../../shared/base/random.ts";
import type { ColumnTable } from "../../shared/domain/column.ts";
import type { Evaluation, ModelContext, ModelDeclaration, Tables } from "../../shared/domain/model.ts";
import { defaultsOf } from "../../shared/domain/params.ts";
import { models } from "./list.ts";
import { cdnowSample } from "./reference/cdnow-sample.ts";

const horizonDays = 273;
const context: ModelContext = {
  horizonDays,
  purchaseHorizonDays: horizonDays,
  seed: 1,
  throwIfCancelled: () => undefined,
};
const table = (columns: ColumnTable["columns"]): ColumnTable => ({
  rows: columns.customer_id?.length ?? 0,
  columns,
});

/** The CDNOW sample in days, with amounts, categories and prices drawn beside it from known tastes. */
function shop() {
  const { frequency, recency, tAge, holdout } = cdnowSample();
  const random = createRandom(13, "shop");
  const ids = Array.from(frequency, (_, at) => `c${String(at * 7919).padStart(9, "0")}`);
  const days = (weeks: Float64Array) => weeks.map((week) => Math.round(week * 7));
  const [last, age] = [days(recency), days(tAge)];
  const own = frequency.map(() => 6 / random.gamma(4, 1 / 1_500));
  const spend = (count: number, mean: number) => (count > 0 ? random.gamma(6 * count, mean / 6) : 0);
  const repeats = frequency.map((x, at) => spend(x, own[at] ?? 0));
  const first = own.map((mean) => Math.round(spend(1, mean)));
  const categories = ["books", "music", "film", "games", "garden"];
  const taste = ids.map(() => [2, 1, 0.6, 0.3, 0.1].map((alpha) => random.gamma(alpha, 1)));
  const rank = frequency.map(() => 0.5 + 0.15 * random.normal());
  const draw = (at: number, lines: number) => {
    const counts = new Map<string, number>();
    const weights = taste[at] ?? [];
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    for (let line = 0; line < lines; line++) {
      let left = random.next() * total;
      let chosen = 0;
      while (chosen < 4 && left > (weights[chosen] ?? 0)) left -= weights[chosen++] ?? 0;
      const name = categories[chosen] ?? "";
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    return [...counts].map(([category, n]) => {
      const prices = Array.from({ length: n }, () => (rank[at] ?? 0.5) + 0.1 * random.normal());
      return { id: ids[at] ?? "", category, n, prices };
    });
  };
  const before = ids.flatMap((_, at) => draw(at, 2 + 2 * (frequency[at] ?? 0)));
  const after = ids.flatMap((_, at) => draw(at, 2 * (holdout[at] ?? 0)));
  const sum = (values: readonly number[], power = 1) => values.reduce((total, value) => total + value ** power, 0);
  const column = (rows: typeof before, of: (row: (typeof before)[number]) => number) => Float64Array.from(rows, of);
  const names = (rows: typeof before) => ({
    customer_id: rows.map(({ id }) => id),
    category: rows.map((row) => row.category),
  });
  const summary = table({
    customer_id: ids,
    frequency,
    recency: last,
    t_age: age,
    monetary_value: repeats.map((total, at) => ((frequency[at] ?? 0) > 0 ? total / (frequency[at] ?? 1) : 0)),
    last_order_on: age.map((days_, at) => 10_000 - days_ + (last[at] ?? 0)),
    days_since_last_purchase: age.map((days_, at) => days_ - (last[at] ?? 0)),
    transaction_count: frequency.map((x) => x + 1),
    revenue_minor: repeats.map((total, at) => Math.round(total) + (first[at] ?? 0)),
    first_transaction_minor: first,
  });
  const features: Readonly<Record<string, ColumnTable>> = {
    purchase_summary: summary,
    rfm_windows: table({ customer_id: ids }),
    category_counts: table({ ...names(before), n_lines: column(before, ({ n }) => n) }),
    price_positions: table({
      ...names(before),
      n_lines: column(before, ({ n }) => n),
      sum_percentile: column(before, ({ prices }) => sum(prices)),
      sum_percentile_sq: column(before, ({ prices }) => sum(prices, 2)),
    }),
  };
  const outcomes = table({
    customer_id: ids,
    n_purchases: holdout,
    revenue_minor: holdout.map((count, at) => Math.round(spend(count, own[at] ?? 0))),
    next_purchase_days: holdout.map((count) =>
      count > 0 ? Math.min(horizonDays, 1 + random.below(horizonDays)) : Number.NaN,
    ),
  });
  const outcomeCategories = table({
    ...names(after),
    n_lines: column(after, ({ n }) => n),
    median_price_percentile: column(after, ({ prices, n }) => sum(prices) / n),
  });
  return { features, holdout: { horizonDays, outcomes, outcomeCategories } };
}

const { features, holdout } = shop();
const scores: Record<string, ColumnTable> = {};
const found: Record<string, readonly Evaluation[]> = {};

function inputsOf(model: ModelDeclaration): Tables {
  const none = table({ customer_id: [] });
  return Object.fromEntries(
    Object.entries(model.inputs).map(([alias, input]) => [
      alias,
      ("feature" in input ? features[input.feature] : scores[input.scores]) ?? none,
    ]),
  );
}

beforeAll(() => {
  for (const model of models) {
    const params = defaultsOf(model.params);
    const inputs = inputsOf(model);
    const fitted = model.fit(inputs, params, context);
    const scored = model.score(inputs, fitted, params, context);
    scores[model.name] = scored;
    found[model.name] = model.evaluate(inputs, scored, holdout, fitted, params, context);
  }
});

const metric = (model: string, name: string) => found[model]?.find((one) => one.metric === name);

describe("evaluations", () => {
  it.each(models.map(({ name }) => name))("of %s name a baseline, n and an interval around the value", (name) => {
    expect(found[name]?.length).toBeGreaterThan(0);
    for (const { baseline, baselineValue, value, low, high, n } of found[name] ?? []) {
      expect(baseline.length).toBeGreaterThan(3);
      expect(Number.isFinite(value) && Number.isFinite(baselineValue)).toBe(true);
      expect(n).toBeGreaterThanOrEqual(20);
      if (Number.isFinite(low)) expect(low <= value && value <= high).toBe(true);
    }
  });

  it.each([
    ["bg_nbd", 0.7855],
    ["mbg_nbd", 0.7648],
  ])("of %s give the error known of CDNOW's next 39 weeks, and beat x / T", (name, mae) => {
    expect(metric(name, "mae")?.value).toBeCloseTo(mae, 2);
    expect(metric(name, "mae")?.baselineValue).toBeCloseTo(1.0237, 2);
    for (const one of ["mae", "bias", "brier"]) expect(metric(name, one)?.beatsBaseline, one).toBe(true);
  });

  it.each(["bg_nbd", "mbg_nbd", "gamma_gamma", "category_affinity", "price_tier"])(
    "of %s find about four fifths of outcomes inside the limits",
    (name) => {
      expect(Math.abs((metric(name, "coverage_80_pit")?.value ?? 0) - 0.8)).toBeLessThan(0.04);
    },
  );

  it("find that histories beat counts, tastes what is popular, and prices what is usual", () => {
    expect(metric("mbg_nbd", "auc")?.beatsBaseline).toBe(true);
    expect(metric("category_affinity", "recall_at_1")?.beatsBaseline).toBe(true);
    expect(metric("category_affinity", "recall_at_3")?.beatsBaseline).toBe(true);
    expect(metric("price_tier", "mae_percentile")?.beatsBaseline).toBe(true);
  });

  it("find that value and spend beat the past carried on", () => {
    expect(metric("customer_value", "mae_minor")?.beatsBaseline).toBe(true);
    expect(metric("customer_value", "spearman")?.beatsBaseline).toBe(true);
    expect(metric("gamma_gamma", "rmse_spend_minor")?.beatsBaseline).toBe(true);
  });

  it("find fewer buying again from stage to stage", () => {
    expect(metric("lifecycle_stage", "repurchase_falls_by_stage")?.value).toBe(1);
    expect(metric("lifecycle_stage", "auc")?.value).toBeGreaterThan(0.7);
  });

  it("say nothing of fewer than twenty customers", () => {
    const few = (all: ColumnTable) => ({
      rows: Math.min(10, all.rows),
      columns: Object.fromEntries(Object.entries(all.columns).map(([name, values]) => [name, values.slice(0, 10)])),
    });
    const part = { horizonDays, outcomes: few(holdout.outcomes), outcomeCategories: few(holdout.outcomeCategories) };
    for (const model of models) {
      const params = defaultsOf(model.params);
      const inputs = inputsOf(model);
      const fitted = model.fit(inputs, params, context);
      const scored = scores[model.name] ?? table({ customer_id: [] });
      expect(model.evaluate(inputs, scored, part, fitted, params, context), model.name).toEqual([]);
    }
  });
});

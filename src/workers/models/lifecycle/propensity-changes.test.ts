import { describe, expect, it } from "vitest";
import { behaviourTable, trainingTable } from "../../../../test/support/behaviour.ts";
import { createRandom } from "../../../shared/base/random.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import { bandOf } from "../../../shared/domain/return-bands.ts";
import { numbers } from "../tables.ts";
import type { FeatureRow } from "./behaviour-levers.ts";
import { chanceCuts, propensityChanges } from "./propensity-changes.ts";
import { fittedPropensity } from "./propensity-fit.ts";
import { purchasePropensity } from "./purchase-propensity.ts";

const context = { horizonDays: 365, purchaseHorizonDays: 90, seed: 1, throwIfCancelled: () => undefined };

/** Customers who buy the likelier the shorter their silence, and hardly at all without a second purchase. */
function customersOf(n: number, name: string) {
  const random = createRandom(11, name);
  return Array.from({ length: n }, (_, at) => {
    const x = random.below(6);
    const age = 30 + random.below(400);
    const recency = x === 0 ? 0 : random.below(age);
    const chance = x === 0 ? 0.03 : Math.exp(-(age - recency) / 120);
    const cut = 90 * (1 + (at % 3));
    return { id: `${name}${at}`, x, recency, age, amount: 1_000, cut, isBuyer: random.next() < chance };
  });
}

const features = behaviourTable(customersOf(150, "later"));
const inputs = { features, btyd: { rows: 0, columns: {} }, rows: trainingTable(customersOf(2_000, "learnt")) };
const json = purchasePropensity.fit(inputs, {}, context);
const fitted = fittedPropensity(json);
const names = Object.keys(features.columns).filter((name) => features.columns[name] instanceof Float64Array);
const rowAt = (at: number): FeatureRow =>
  Object.fromEntries(names.map((name) => [name, numbers(features, name)[at] ?? Number.NaN]));

/** The model's own score of one row. */
function scored(row: FeatureRow): number {
  const columns = Object.fromEntries(names.map((name) => [name, Float64Array.of(row[name] ?? Number.NaN)]));
  const one: ColumnTable = { rows: 1, columns: { customer_id: ["c"], ...columns } };
  const scores = purchasePropensity.score({ ...inputs, features: one }, json, {}, context);
  return numbers(scores, "probability_purchase")[0] ?? Number.NaN;
}

const silent = (row: FeatureRow, days: number): FeatureRow => {
  const since = (row["days_since_last_purchase"] ?? 0) + days;
  const gone = [30, 90, 180, 365].filter((length) => since >= length);
  return {
    ...row,
    days_since_last_purchase: since,
    t_age: (row["t_age"] ?? 0) + days,
    intervals_overdue: since / (row["mean_interval_days"] ?? Number.NaN),
    ...Object.fromEntries(gone.map((length) => [`purchases_${length}`, 0])),
    ...(since >= 90 ? { revenue_90: 0 } : {}),
    ...(since >= 365 ? { revenue_365: 0 } : {}),
  };
};

describe("the nearest change of a chance to buy", () => {
  if (!fitted) throw new Error("nothing was fitted");
  const cuts = chanceCuts(fitted);
  const found = Array.from({ length: features.rows }, (_, at) => propensityChanges(fitted, rowAt(at), 20_000));

  it("starts from the score as the model has it", () => {
    for (const at of [0, 7, 42]) expect(found[at]?.score).toBeCloseTo(scored(rowAt(at)), 9);
  });

  it("moves the score over the edge of its band, and says to where", () => {
    const changes = found.flatMap((one) => one.changes);
    expect(changes.length).toBeGreaterThan(60);
    for (const { from, to, before, after } of changes) {
      expect(from).not.toBe(to);
      expect([bandOf(before, cuts), bandOf(after, cuts)]).toEqual([from, to]);
    }
  });

  it("really does so when the changed customer is scored anew, and a shorter silence doesn't", () => {
    const silences = found.flatMap(({ changes }, at) =>
      changes.flatMap(({ text, before, after }) => {
        const days = Number(/^no order for another (\d+) days?$/.exec(text)?.[1]);
        return days > 0 ? [{ at, days, before, after }] : [];
      }),
    );
    expect(silences.length).toBeGreaterThan(10);
    for (const { at, days, before, after } of silences.slice(0, 25)) {
      expect(scored(silent(rowAt(at), days))).toBeCloseTo(after, 9);
      expect(after).toBeLessThan(before);
    }
  });

  it("tells an order in words", () => {
    const texts = found.flatMap(({ changes }) => changes.map(({ text }) => text));
    expect(texts.some((text) => /^one more order, the last one today$/.test(text))).toBe(true);
    expect(texts.every((text) => !/NaN|undefined|_/.test(text))).toBe(true);
  });
});

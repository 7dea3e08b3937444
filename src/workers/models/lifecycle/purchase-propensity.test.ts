import { describe, expect, it } from "vitest";
import { behaviourTable, trainingTable } from "../../../../test/support/behaviour.ts";
import { createRandom } from "../../../shared/base/random.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import { purchasePropensity as model } from "./purchase-propensity.ts";

const context = { horizonDays: 365, purchaseHorizonDays: 90, seed: 1, throwIfCancelled: () => undefined };

/** Customers who buy the likelier the shorter their silence, and hardly at all without a second purchase. */
function customersOf(n: number, name: string) {
  const random = createRandom(11, name);
  return Array.from({ length: n }, (_, at) => {
    const x = random.below(6);
    const age = 30 + random.below(400);
    const recency = x === 0 ? 0 : random.below(age);
    const chance = x === 0 ? 0.03 : Math.exp(-(age - recency) / 120);
    return {
      id: `${name}${at}`,
      x,
      recency,
      age,
      amount: 1_000,
      cut: 90 * (1 + (at % 3)),
      isBuyer: random.next() < chance,
      chance,
    };
  });
}
const learnt = trainingTable(customersOf(3_000, "learnt"));
const later = customersOf(1_500, "later");
const inputs = (features: ColumnTable) => ({ features, btyd: { rows: 0, columns: {} }, rows: learnt });
const score = (features: ColumnTable, rows: ColumnTable = learnt) => {
  const fitted = model.fit({ ...inputs(features), rows }, {}, context);
  return { fitted, columns: model.score(inputs(features), fitted, {}, context).columns };
};

describe("purchase propensity", () => {
  const found = score(behaviourTable(later));
  const chance = found.columns.probability_purchase as Float64Array;

  it("tells chances near the true ones for customers that it has not seen", () => {
    const errors = later.map((one, at) => Math.abs((chance[at] ?? 0) - one.chance));
    expect(errors.reduce((sum, one) => sum + one, 0) / errors.length).toBeLessThan(0.06);
  });

  it("says in words what a chance rests on, each driver with its effect", () => {
    const drivers = found.columns.drivers as string[];
    const at = later.findIndex(({ x, recency, age }) => x > 2 && age - recency > 200);
    const told = JSON.parse(drivers[at] ?? "[]") as { driver: string; effect: number; text: string }[];
    expect(told[0]?.driver).toBe("rhythm");
    expect(told[0]?.effect).toBeLessThan(0);
    expect(told[0]?.text).toMatch(/^last bought \d+ days ago, usually every \d+ days?$/);
    for (const text of drivers)
      for (const { effect } of JSON.parse(text)) expect(Math.abs(effect)).toBeLessThanOrEqual(1);
  });

  it("doesn't hang on the order of rows or on ids", () => {
    const turned = trainingTable(
      [...customersOf(3_000, "learnt")].reverse().map((one, at) => ({ ...one, id: `z${at}` })),
    );
    const again = score(behaviourTable(later), turned);
    expect(again.columns.probability_purchase).toEqual(chance);
    expect(again.columns.drivers).toEqual(found.columns.drivers);
  });

  it("leaves the chance open where earlier cuts hold too little, and says so", () => {
    const few = score(behaviourTable(later.slice(0, 5)), trainingTable(customersOf(150, "few")));
    expect(few.fitted).toBeNull();
    expect([...(few.columns.probability_purchase as Float64Array)].every(Number.isNaN)).toBe(true);
    expect(few.columns.reason).toEqual(Array(5).fill("not_enough_data"));
    expect([...(few.columns.enough_data as Float64Array)]).toEqual([0, 0, 0, 0, 0]);
  });
});

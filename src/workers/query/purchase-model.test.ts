import { expect, test } from "vitest";
import { toEpochDay } from "../../shared/base/time.ts";
import { defaultsOf } from "../../shared/domain/params.ts";
import { mbgNbd } from "../models/lifecycle/mbg-nbd.ts";
import { paretoNbd } from "../models/lifecycle/pareto-nbd.ts";
import { numbers } from "../models/tables.ts";
import { agrees, purchaseModelOf } from "./purchase-model.ts";
import type { SnapshotHandle } from "./snapshot.ts";
import { whyPurchases } from "./why.ts";

const asOf = "2026-06-30";
const today = toEpochDay(asOf);
const season = [
  { cosine: 0.4, sine: -0.2 },
  { cosine: 0.1, sine: 0.05 },
];
const fits = {
  mbg_nbd: { params: { r: 0.5, alpha: 60, a: 0.8, b: 1.6 }, season },
  pareto_nbd: { params: { r: 0.55, alpha: 74, s: 0.6, beta: 82 }, season },
};
const histories = [
  { x: 0, recency: 0, tAge: 150 },
  { x: 3, recency: 290, tAge: 400 },
  { x: 12, recency: 700, tAge: 720 },
];
const column = (of: (history: (typeof histories)[number]) => number) => Float64Array.from(histories, of);
const summary = {
  rows: histories.length,
  columns: {
    customer_id: ["a", "b", "c"],
    frequency: column(({ x }) => x),
    recency: column(({ recency }) => recency),
    t_age: column(({ tAge }) => tAge),
    first_order_on: column(({ tAge }) => today - tAge),
  },
};
const context = { horizonDays: 365, purchaseHorizonDays: 90, seed: 1, asOf: today, throwIfCancelled: () => {} };
const scored = [mbgNbd, paretoNbd].map((model) =>
  model.score({ summary }, fits[model.name as keyof typeof fits], defaultsOf(model.params), context),
);
const told = (name: string, row: number) =>
  scored.reduce((sum, table) => sum + (numbers(table, name)[row] ?? Number.NaN) / scored.length, 0);

function modelWith(more: object) {
  const choice = { chosen: "stack", weights: { mbg_nbd: 0.5, pareto_nbd: 0.5 }, ...more };
  const handle = { as_of: asOf, horizon_days: 365, fits, choices: { purchases: choice } };
  const model = purchaseModelOf(handle as unknown as SnapshotHandle);
  if (!model) throw new Error("there is a fit");
  return model;
}

test("fits on a seasonal clock answer what the scores of their day say, combined by their weights", () => {
  const model = modelWith({});
  for (const [row, history] of histories.entries()) {
    expect(model.probabilityAlive(history)).toBeCloseTo(told("probability_alive", row), 9);
    expect(model.expectedPurchases(history, 365)).toBeCloseTo(told("expected_purchases", row), 9);
    expect(model.probabilityPurchase(history, 90)).toBeCloseTo(told("probability_purchase", row), 9);
    expect(model.expectedEvenly(history, 365, 365)).toBeCloseTo(model.expectedPurchases(history, 365), 9);
  }
});

test("counts that the tournament corrected are told by the model and the correction, others of no model's not at all", () => {
  const [median, , own] = histories as [(typeof histories)[0], (typeof histories)[0], (typeof histories)[0]];
  const alive = told("probability_alive", 2);
  const stored = 1.5 * told("expected_purchases", 2);
  const whyOf = (more: object, published: number) =>
    whyPurchases(modelWith(more), { kind: "expected_purchases", stored, alive: published }, own, median, 365);
  expect(whyOf({}, alive)).toEqual([]);
  expect(whyOf({ level: 1.5 }, alive - 0.1)).toEqual([]);
  const drivers = whyOf({ level: 1.5 }, alive);
  expect(drivers.some(({ reason }) => reason.includes("earlier forecasts"))).toBe(true);
  const sum = drivers.reduce((total, { effect }) => total + Number(effect.replace("−", "-")), 0);
  expect(sum).toBeCloseTo(stored - told("expected_purchases", 0), 1);
  expect(agrees(stored, told("expected_purchases", 2))).toBe(false);
});

import { describe, expect, it } from "vitest";
import { createRandom } from "../../../shared/base/random.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import { defaultsOf } from "../../../shared/domain/params.ts";
import { numbers } from "../tables.ts";
import { fitSummaryTable } from "./btyd-model.ts";
import { nextPurchase } from "./next-purchase.ts";
import { tryWaits } from "./next-purchase-trial.ts";
import { dayBy, fitRhythm, waitOf, waitsBy } from "./next-purchase-waits.ts";
import { mbgCnbdFamily } from "./purchase-family.ts";

const today = 20_000;

interface Shop {
  readonly summary: ColumnTable;
  readonly outcomes: ColumnTable;
}

/** Customers who buy every so many days of their own, give or take a few; a third of them have stopped. */
function shop(n: number, seed: number, spread: number): Shop {
  const random = createRandom(seed, "rhythm");
  const found = Array.from({ length: n }, (_, at) => {
    const every = 20 + 60 * random.next();
    const from = -300 + Math.floor(100 * random.next());
    const stops = random.next() < 0.33 ? -200 + 150 * random.next() : Number.POSITIVE_INFINITY;
    const days: number[] = [];
    for (let day = from; day < 90; day += Math.max(1, every * Math.exp(spread * random.normal()))) {
      if (day < stops || days.length === 0) days.push(Math.round(day));
    }
    const past = [...new Set(days.filter((day) => day <= 0))];
    return { id: `c${String(at).padStart(5, "0")}`, past, next: days.find((day) => day > 0) };
  });
  const column = (of: (one: (typeof found)[number]) => number) => Float64Array.from(found, of);
  const gaps = (past: readonly number[]) => past.slice(1).map((day, at) => day - (past[at] ?? 0));
  const sd = (values: readonly number[]) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return values.length > 1
      ? Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1))
      : Number.NaN;
  };
  const [customer_id, last] = [found.map(({ id }) => id), column(({ past }) => past.at(-1) ?? 0)];
  return {
    summary: {
      rows: n,
      columns: {
        customer_id,
        frequency: column(({ past }) => past.length - 1),
        recency: column(({ past }) => (past.at(-1) ?? 0) - (past[0] ?? 0)),
        t_age: column(({ past }) => -(past[0] ?? 0)),
        first_order_on: column(({ past }) => today + (past[0] ?? 0)),
        last_order_on: last.map((day) => today + day),
        days_since_last_purchase: last.map((day) => -day),
        sum_log_interval: column(({ past }) => gaps(past).reduce((sum, gap) => sum + Math.log(gap), 0)),
        interval_sd_days: column(({ past }) => sd(gaps(past))),
      },
    },
    outcomes: { rows: n, columns: { customer_id, next_purchase_days: column(({ next }) => next ?? Number.NaN) } },
  };
}

const context = { horizonDays: 90, purchaseHorizonDays: 90, seed: 1, throwIfCancelled: () => undefined };
const { summary, outcomes } = shop(1_500, 3, 0.15);
const base = fitSummaryTable(summary);
const regular = fitSummaryTable(summary, mbgCnbdFamily);
const fits = { base, regular, rhythm: fitRhythm(summary, base) };

describe("the day of the next purchase", () => {
  const trials = tryWaits(summary, outcomes, fits, { leastAlive: 0.2, horizonDays: 90 });
  const lossOf = (method: string, metric: string) =>
    trials.find((one) => one.method === method)?.judged.find((one) => one.metric === metric)?.loss ?? Number.NaN;

  it("is told better by intervals than by rates where customers buy regularly", () => {
    expect(trials.map(({ method }) => method)).toEqual(["poisson", "regular", "rhythm", "naive"]);
    for (const method of ["regular", "rhythm"]) {
      for (const metric of ["mae_days", "auc_30"])
        expect(lossOf(method, metric), `${method} ${metric}`).toBeLessThan(0.9 * lossOf("poisson", metric));
    }
  });

  it("comes by the method that the tournament chose, else by the one that is named", () => {
    const params = defaultsOf(nextPurchase.params);
    const choice = { chosen: "rhythm" } as never;
    const told = { ...context, fits: { mbg_nbd: base, mbg_cnbd_k: regular } };
    const fitted = nextPurchase.fit({ summary }, params, { ...told, choice });
    expect(fitted).toMatchObject({ method: "rhythm" });
    const named = nextPurchase.fit({ summary }, { ...params, method: "regular" }, { ...told, choice });
    expect(named).toMatchObject({ method: "regular" });
    const days = (fit: typeof fitted) => {
      const scores = nextPurchase.score({ summary }, fit, params, context);
      return [...numbers(scores, "next_purchase_on")];
    };
    expect(days(fitted)).not.toEqual(days(named));
    const found = nextPurchase.evaluate(
      { summary },
      nextPurchase.score({ summary }, fitted, params, context),
      { horizonDays: 90, outcomes, outcomeCategories: { rows: 0, columns: {} } },
      fitted,
      params,
      context,
    );
    expect(found[0]).toMatchObject({ metric: "mae_days", beatsBaseline: true });
  });

  it("is the median of a Pareto waiting time where rates alone tell it", () => {
    const params = { r: 0.5, alpha: 10, a: 1, b: 2 };
    const waits = waitsBy("poisson", { base: { params }, regular: null, rhythm: null }, summary);
    for (const row of [0, 1, 2]) {
      const exact = waitOf(params, numbers(summary, "frequency")[row] ?? 0, numbers(summary, "t_age")[row] ?? 0);
      for (const p of [0.1, 0.5, 0.9]) {
        const wait = waits?.(row) ?? { alive: 0, by: () => 0 };
        expect(dayBy(wait, p, 1e6)).toBe(Math.max(1, Math.ceil(exact(p))));
      }
    }
  });
});

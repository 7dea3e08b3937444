import { describe, expect, it } from "vitest";
import { createRandom } from "../../../shared/base/random.ts";
import type { ColumnTable, ColumnValues } from "../../../shared/domain/column.ts";
import type { Holdout, ModelContext } from "../../../shared/domain/model.ts";
import { defaultsOf } from "../../../shared/domain/params.ts";
import { fitConcentration } from "../../numeric/beta-binomial.ts";
import { returnRate } from "./return-rate.ts";

const nan = Number.NaN;
const context: ModelContext = { horizonDays: 90, purchaseHorizonDays: 90, seed: 1, throwIfCancelled: () => undefined };
const none: ColumnTable = { rows: 0, columns: {} };
const holdout = (returns: ColumnTable): Holdout => ({
  horizonDays: 90,
  outcomes: none,
  outcomeCategories: none,
  tables: { returns },
});
const table = (columns: Record<string, ColumnValues>): ColumnTable => ({
  rows: Object.values(columns)[0]?.length ?? 0,
  columns,
});

describe("return rate", () => {
  const drawn = createRandom(9, "rate");
  const people = Array.from({ length: 1_500 }, (_, at) => ({
    id: `p${String(at).padStart(5, "0")}`,
    own: drawn.beta(2, 14),
  }));
  const rows = people.flatMap(({ id, own }) =>
    ["a", "b"].map((category, at) => {
      const n = drawn.below(9);
      const k = Array.from({ length: n }, () => drawn.next() < own * (at ? 1.4 : 0.6)).filter(Boolean).length;
      return { id, category, n, k };
    }),
  );
  const counts = table({
    customer_id: rows.map(({ id }) => id),
    category: rows.map(({ category }) => category),
    n_settled: Float64Array.from(rows, ({ n }) => n),
    n_returned: Float64Array.from(rows, ({ k }) => k),
    n_line_pairs: new Float64Array(rows.length),
    n_returned_pairs: new Float64Array(rows.length),
    reason: rows.map(() => "no_settled_lines"),
  });
  const params = defaultsOf(returnRate.params);
  const fitted = returnRate.fit({ counts }, params, context);
  const scores = returnRate.score({ counts }, fitted, params, context);

  it("lies between the categories' rate and the person's own share, nearer to it with more lines", () => {
    const value = scores.columns["return_rate"] as Float64Array;
    const [n, k] = [scores.columns["n_settled"] as Float64Array, scores.columns["n_returned"] as Float64Array];
    for (let at = 0; at < scores.rows; at++) {
      if ((n[at] ?? 0) === 0) {
        expect(value[at]).toBeNaN();
        expect((scores.columns["reason"] as string[])[at]).toBe("no_settled_lines");
        continue;
      }
      const share = (k[at] ?? 0) / (n[at] ?? 1);
      const categories = [0.06, 0.19];
      expect(value[at]).toBeGreaterThanOrEqual(Math.min(share, ...categories) - 0.02);
      expect(value[at]).toBeLessThanOrEqual(Math.max(share, ...categories) + 0.02);
    }
    const correlation = people
      .map(({ own }, at) => [own, value[at] ?? nan] as const)
      .filter(([, v]) => Number.isFinite(v));
    const errors = correlation.map(([own, v]) => Math.abs(own - v));
    const naive = correlation.map(([own]) => Math.abs(own - 0.125));
    const mean = (all: number[]) => all.reduce((sum, one) => sum + one, 0) / all.length;
    expect(mean(errors)).toBeLessThan(mean(naive));
  });

  it("doesn't take orders that come back whole for a person's inclination", () => {
    const random = createRandom(12, "orders");
    const alike = Array.from({ length: 800 }, (_, at) => {
      const orders = Array.from({ length: 2 + random.below(4) }, () => {
        const lines = 1 + random.below(5);
        return { lines, back: random.next() < 0.08 ? lines : 0 };
      });
      const sum = (of: (order: (typeof orders)[number]) => number) => orders.reduce((all, one) => all + of(one), 0);
      return {
        id: `q${String(at).padStart(5, "0")}`,
        n: sum(({ lines }) => lines),
        k: sum(({ back }) => back),
        pairs: sum(({ lines }) => lines * (lines - 1)),
        both: sum(({ back }) => back * (back - 1)),
      };
    });
    const of = (pick: (one: (typeof alike)[number]) => number) => Float64Array.from(alike, pick);
    const countsWith = (pairs: Float64Array, both: Float64Array) =>
      table({
        customer_id: alike.map(({ id }) => id),
        category: alike.map(() => "a"),
        n_settled: of(({ n }) => n),
        n_returned: of(({ k }) => k),
        n_line_pairs: pairs,
        n_returned_pairs: both,
        reason: alike.map(() => null),
      });
    const spread = (counts: ColumnTable) => {
      const own = returnRate.fit({ counts }, params, context);
      const values = returnRate.score({ counts }, own, params, context).columns["return_rate"] as Float64Array;
      return Math.max(...values) - Math.min(...values);
    };
    const whole = countsWith(
      of(({ pairs }) => pairs),
      of(({ both }) => both),
    );
    expect(spread(whole)).toBeLessThan(0.25);
    expect(spread(countsWith(new Float64Array(alike.length), new Float64Array(alike.length)))).toBeGreaterThan(0.5);
  });

  it("beats mean and category on lines that followed, with limits that hold", () => {
    const followed = people.flatMap(({ id, own }) =>
      Array.from({ length: drawn.below(5) }, () => {
        const category = drawn.next() < 0.5 ? "a" : "b";
        return { id, category, came: drawn.next() < own * (category === "b" ? 1.4 : 0.6) };
      }),
    );
    const returns = table({
      customer_id: followed.map(({ id }) => id),
      category: followed.map(({ category }) => category),
      is_returned: Float64Array.from(followed, ({ came }) => (came ? 1 : 0)),
    });
    const found = returnRate.evaluate({ counts }, scores, holdout(returns), fitted, params, context);
    expect(found.map(({ metric, beatsBaseline }) => [metric, beatsBaseline])).toEqual([
      ["log_loss", true],
      ["log_loss_in_category", true],
      ["coverage_80_pit", true],
    ]);
  });

  it("finds how much people differ", () => {
    const r = createRandom(3, "concentration");
    const n = Float64Array.from({ length: 4_000 }, () => 2 + r.below(12));
    const k = n.map((lines) => {
      const own = r.beta(0.15 * 12, 0.85 * 12);
      return Array.from({ length: lines }, () => r.next() < own).filter(Boolean).length;
    });
    const found = fitConcentration(
      k,
      n,
      n.map(() => 0.15),
    );
    expect(found).toBeGreaterThan(10);
    expect(found).toBeLessThan(14.5);
  });
});

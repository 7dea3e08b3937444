import { describe, expect, it } from "vitest";
import { createRandom } from "../../../shared/base/random.ts";
import type { ColumnTable, ColumnValues } from "../../../shared/domain/column.ts";
import { defaultsOf } from "../../../shared/domain/params.ts";
import type { MethodTrial, TournamentChoice } from "../../../shared/domain/tournament.ts";
import { countsFor, fitCategories, tryCategories } from "./category-methods.ts";
import { createPrior, fitPulls } from "./choice-pulls.ts";
import { productAffinity } from "./product-affinity.ts";
import { fitRecommender } from "./product-fit.ts";
import { createRecommender } from "./product-recommend.ts";
import { type TrialCase, tryRecommenders } from "./product-trial.ts";
import { affinities } from "./shares.ts";

const lossOf = (trials: readonly MethodTrial[], method: string, metric: string) =>
  Math.min(
    ...trials
      .filter((one) => one.method === method)
      .map(({ judged }) => judged.find((one) => one.metric === metric)?.loss ?? Number.POSITIVE_INFINITY),
  );

interface Line {
  readonly id: string;
  readonly category: string;
  readonly n: number;
  readonly last: number;
}
function countsOf(lines: readonly Line[]): ColumnTable {
  return {
    rows: lines.length,
    columns: {
      customer_id: lines.map(({ id }) => id),
      category: lines.map(({ category }) => category),
      n_lines: Float64Array.from(lines, ({ n }) => n),
      last_on: Float64Array.from(lines, ({ last }) => last),
    },
  };
}

describe("categories", () => {
  const asOf = 20_000;
  const options = { priorWeight: 1, asOf };

  it("are told by the latest lines where tastes move", () => {
    const random = createRandom(5, "moving");
    const [before, after]: [Line[], Line[]] = [[], []];
    for (let at = 0; at < 400; at++) {
      const id = `c${at}`;
      const [old, now] = [`k${random.below(8)}`, `k${random.below(8)}`];
      before.push({ id, category: old, n: 5, last: asOf - 700 });
      if (now !== old) before.push({ id, category: now, n: 2, last: asOf - 20 });
      after.push({ id, category: now, n: 2, last: asOf + 30 });
    }
    const trials = tryCategories(countsOf(before), countsOf(after), options);
    expect(trials.map(({ method }) => method)).toEqual(["shrunk", "recent", "together", "popularity", "naive"]);
    expect(lossOf(trials, "recent", "recall_at_1")).toBeLessThan(0.3 * lossOf(trials, "shrunk", "recall_at_1"));
    expect(lossOf(trials, "recent", "recall_at_1")).toBeLessThan(0.3 * lossOf(trials, "naive", "recall_at_1"));
  });

  it("are told by what is bought together where one leads to another", () => {
    const random = createRandom(6, "together");
    const [before, after]: [Line[], Line[]] = [[], []];
    for (let at = 0; at < 600; at++) {
      const id = `c${at}`;
      const pair = random.below(6);
      before.push({ id, category: `a${pair}`, n: 1, last: asOf - 50 });
      if (random.next() < 0.5) before.push({ id, category: `b${pair}`, n: 1, last: asOf - 50 });
      else after.push({ id, category: `b${pair}`, n: 1, last: asOf + 30 });
    }
    const trials = tryCategories(countsOf(before), countsOf(after), options);
    expect(lossOf(trials, "together", "recall_at_3")).toBeLessThan(0.1);
    expect(lossOf(trials, "shrunk", "recall_at_3")).toBeGreaterThan(0.4);
    const fitted = fitCategories("together", countsOf(before), options);
    const mine = fitted ? affinities(fitted, [[fitted.choices.indexOf("a2"), 1]]) : [];
    expect(fitted?.choices[mine[0]?.choice ?? -1]).toBe("b2");
    expect(mine.reduce((sum, { affinity }) => sum + affinity, 0)).toBeCloseTo(1, 4);
  });

  it("count no line for less than a quarter, and all alike without a half-life", () => {
    const table = countsOf([
      { id: "c", category: "k", n: 4, last: asOf - 180 },
      { id: "c", category: "m", n: 1, last: asOf - 4_000 },
    ]);
    expect([...(countsFor({ half_life: 180 }, table, asOf).columns["n_lines"] as Float64Array)]).toEqual([2, 0.25]);
    expect(countsFor(null, table, asOf)).toBe(table);
  });

  it("draw nobody by more than all that is bought", () => {
    const shares = [0.5, 0.3, 0.2];
    const pulls = fitPulls(
      [
        [[0, 2]],
        [
          [0, 1],
          [1, 1],
        ],
        [[2, 3]],
      ],
      shares,
    );
    const prior = createPrior(
      pulls,
      shares,
    )([
      [0, 1],
      [2, 1],
    ]);
    expect([0, 1, 2].map(prior).reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 4);
    expect([0, 1, 2].map(createPrior(pulls, shares)([]))).toEqual(shares);
  });
});

describe("recommenders", () => {
  const products = Array.from({ length: 40 }, (_, at) => `p${String(at).padStart(2, "0")}`);
  const params = {
    shrinkage: 20,
    popularityDamping: 0.5,
    decay: 0.95,
    factors: 8,
    seed: 1,
    throwIfCancelled: () => undefined,
  };
  const known = { products, popularity: products.map(() => 0.1), again: products.map(() => 0.3) };

  /** Each customer has two staples that come again and again, and once in a while something of a small world of their own. */
  function customers(n: number): TrialCase[] {
    const random = createRandom(9, "staples");
    return Array.from({ length: n }, () => {
      const world = random.below(4);
      const pick = () => 10 * world + random.below(10);
      const staples = [pick(), pick()];
      const basket = () => [...new Set([...staples, ...(random.next() < 0.5 ? [pick()] : [])])].sort((a, b) => a - b);
      const baskets = Array.from({ length: 5 }, basket);
      const history = [...new Set(baskets.flat().reverse())];
      return { baskets, history, next: [...new Set([...basket(), pick()])] };
    });
  }
  const cases = customers(400);
  const trials = tryRecommenders(known, cases, params);

  it("are tried all, with how far buying again counts, beside the usual", () => {
    expect([...new Set(trials.map(({ method }) => method))]).toEqual([
      "neighbours",
      "ease",
      "als",
      "baskets",
      "popularity",
      "naive",
    ]);
    expect(trials.filter(({ method }) => method === "ease").map(({ settings }) => settings?.["again_weight"])).toEqual([
      0.1, 0.3, 1, 3,
    ]);
    for (const method of ["neighbours", "ease", "als", "baskets"])
      expect(lossOf(trials, method, "recall_at_10"), method).toBeLessThan(lossOf(trials, "popularity", "recall_at_10"));
  });

  it("come to the same whatever the order of customers", () => {
    expect(tryRecommenders(known, [...cases].reverse(), params)).toEqual(trials);
  });

  it("list a basket lover's own products first, and tell what popularity alone put there", () => {
    const baskets = cases.map((one) => one.baskets.map((basket) => Int32Array.from(basket)));
    const owners = cases.map(({ history }) => Int32Array.from(history));
    const fitted = fitRecommender("baskets", known, { owners, baskets }, params);
    const recommend = createRecommender(JSON.parse(JSON.stringify(fitted)), 0.95);
    const list = recommend({ history: ["p01", "p02"], baskets: [["p01"], ["p01", "p02"]] });
    expect(list.slice(0, 2).map(({ product }) => product)).toEqual(["p01", "p02"]);
    expect(recommend({ history: [], baskets: [] }).every(({ isOwn }) => !isOwn)).toBe(true);
    const fresh = recommend({ history: ["p01"], baskets: [["p01"]] }, new Set(["p01"]));
    expect(fresh.map(({ product }) => product)).not.toContain("p01");
  });

  it("give way to popularity where none of them foretold more, and only there", () => {
    const table = (columns: Record<string, ColumnValues>): ColumnTable => ({
      rows: columns["customer_id"]?.length ?? columns["product_id"]?.length ?? 0,
      columns,
    });
    const ids = cases.map((_, at) => `c${at}`);
    const inputs = {
      histories: table({
        customer_id: ids,
        products: cases.map(({ history }) => history.map((at) => products[at] ?? "")),
        n_products: Float64Array.from(cases, ({ history }) => history.length),
      }),
      popularity: table({
        product_id: products,
        n_buyers: Float64Array.from(products, (_, at) => 100 - at),
        n_repeat_buyers: Float64Array.from(products, () => 20),
        n_recent_buyers: Float64Array.from(products, (_, at) => 100 - at),
      }),
      baskets: table({ customer_id: [], day: new Float64Array(0), products: [] }),
    };
    const context = { horizonDays: 90, purchaseHorizonDays: 90, seed: 1, throwIfCancelled: () => undefined };
    const settings = { ...defaultsOf(productAffinity.params) };
    const listsAt = (ofNeighbours: number, ofPopularity: number) => {
      const row = (candidate: string, relative: number) => ({
        candidate,
        cut_on: "2026-01-01",
        n: 400,
        relative,
        metrics: [{ metric: "recall_at_10", value: 1 - relative, low: 0.996 - relative, high: 1.004 - relative }],
      });
      const choice = {
        target: "product",
        chosen: "neighbours",
        weights: { neighbours: 1 },
        rows: [row("neighbours", ofNeighbours), row("popularity", ofPopularity)],
      } as unknown as TournamentChoice;
      const fitted = productAffinity.fit(inputs, settings, { ...context, choice });
      return productAffinity.score(inputs, fitted, settings, context).columns[
        "top_products"
      ] as unknown as readonly string[][];
    };
    const alike = listsAt(1, 0.99);
    expect(alike.every((list) => list.join() === products.slice(0, 10).join())).toBe(true);
    expect(new Set(listsAt(0.98, 0.99).map((list) => list.join())).size).toBeGreaterThan(50);
  });
});

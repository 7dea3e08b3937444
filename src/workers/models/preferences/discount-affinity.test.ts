import { describe, expect, it } from "vitest";
import { createRandom } from "../../../shared/base/random.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import type { ModelContext } from "../../../shared/domain/model.ts";
import { spearman } from "../../numeric/scoring.ts";
import { discountAffinity } from "./discount-affinity.ts";
import { cutDays, dayCorrelation, type FittedDiscounts, gridOf, placeOf, worthOf } from "./discount-scale.ts";

const context: ModelContext = { horizonDays: 90, purchaseHorizonDays: 90, seed: 1, throwIfCancelled: () => undefined };
const params = { prior_weight: 1 };

interface Row {
  readonly id: string;
  readonly bin: number;
  readonly n: number;
  readonly reduced: number;
}

function tableOf(rows: readonly Row[]): ColumnTable {
  return {
    rows: rows.length,
    columns: {
      customer_id: rows.map(({ id }) => id),
      exposure_bin: Float64Array.from(rows, ({ bin }) => bin),
      n_lines: Float64Array.from(rows, ({ n }) => n),
      n_reduced: Float64Array.from(rows, ({ reduced }) => reduced),
      n_visits: Float64Array.from(rows, ({ n }) => n),
      n_line_pairs: new Float64Array(rows.length),
      n_reduced_pairs: new Float64Array(rows.length),
      sum_exposure: Float64Array.from(rows, ({ bin, n }) => (bin * n) / 100),
    },
  };
}

/** Customers with a bent for reductions who met sales by chance, some often and some never; with `pull` they also come for them. */
function simulate(customers: number, pull = 0, most = 16) {
  const random = createRandom(5, "bent");
  const bent: number[] = [];
  const rows = Array.from({ length: customers }, (_, at) => at).flatMap((at): Row[] => {
    const own = random.beta(1.1, 2);
    bent.push(own);
    const inSales = pull > 0 ? Math.min(0.95, Math.max(0.05, 0.4 + pull * (own - 0.35))) : random.beta(0.5, 1);
    const lines = most / 2 + random.below(most / 2);
    const inSale = Array.from({ length: lines }, () => random.next()).filter((u) => u < inSales).length;
    const draw = (n: number, chance: number) =>
      Array.from({ length: n }, () => random.next()).filter((u) => u < chance).length;
    const id = `c${String(at).padStart(6, "0")}`;
    return [
      { id, bin: 2 + random.below(3), n: lines - inSale, reduced: draw(lines - inSale, 0.06 + 0.3 * own) },
      { id, bin: 17 + random.below(4), n: inSale, reduced: draw(inSale, 0.35 + 0.6 * own) },
    ].filter(({ n }) => n > 0);
  });
  return { counts: tableOf(rows), bent: Float64Array.from(bent) };
}

describe("discount affinity", () => {
  it("ranks customers by their bent far better than their raw share does, whatever they met", () => {
    const { counts, bent } = simulate(1_500);
    const fitted = discountAffinity.fit({ counts }, params, context);
    const scores = discountAffinity.score({ counts }, fitted, params, context);
    const column = (name: string) => scores.columns[name] as Float64Array;
    const adjusted = spearman(column("discount_affinity"), bent).value;
    const raw = spearman(column("discounted_share"), bent).value;
    expect(adjusted).toBeGreaterThan(raw + 0.12);
    expect(Math.abs(spearman(column("discount_affinity"), column("discount_exposure")).value)).toBeLessThan(0.15);
    expect(spearman(column("discounted_share"), column("discount_exposure")).value).toBeGreaterThan(0.4);
    expect((fitted as unknown as FittedDiscounts).strata.map(({ until }) => until)).toEqual([4, 100]);
    for (let at = 0; at < scores.rows; at++) {
      const [low = 0, value = 0, high = 0] = ["_low", "", "_high"].map((end) => column(`discount_affinity${end}`)[at]);
      expect(low <= value && value <= high && low >= 0 && high <= 1).toBe(true);
    }
  });

  it("takes the days on which somebody comes for a sign where the bent shows in them, and only there", () => {
    const fittedOn = (pull: number, most: number) => {
      const { counts, bent } = simulate(3_000, pull, most);
      const fitted = discountAffinity.fit({ counts }, params, context) as unknown as FittedDiscounts;
      const rankOf = (one: FittedDiscounts) => {
        const scores = discountAffinity.score({ counts }, one as never, params, context);
        return spearman(scores.columns.discount_affinity as Float64Array, bent).value;
      };
      return { fitted, rankOf };
    };
    expect(fittedOn(0, 16).fitted.timing).toEqual({ pull: 0, worth: 1 });
    const { fitted, rankOf } = fittedOn(1, 6);
    const timed = rankOf(fitted);
    expect(fitted.timing.pull).toBeGreaterThan(0.2);
    expect(timed).toBeGreaterThan(rankOf({ ...fitted, timing: { pull: 0, worth: 1 } }) + 0.05);
  });

  it("tells how deep a cut makes half of somebody's lines reduced, and says nothing where none does", () => {
    const { counts, bent } = simulate(1_500);
    const fitted = discountAffinity.fit({ counts }, params, context);
    const { rows, columns } = discountAffinity.score({ counts }, fitted, params, context);
    const column = (name: string) => columns[`half_reduced_depth${name}`] as Float64Array;
    const [value, low, high] = [column(""), column("_low"), column("_high")];
    const [quiet, sale] = (fitted as unknown as FittedDiscounts).strata.map(({ exposure }) => exposure);
    const truth = bent.map((own) => {
      const [before, after] = [0.06 + 0.3 * own, 0.35 + 0.6 * own];
      return after < 0.5 ? Infinity : (quiet ?? 0) + ((0.5 - before) / (after - before)) * ((sale ?? 0) - (quiet ?? 0));
    });
    let [told, within, silent, never] = [0, 0, 0, 0];
    for (let at = 0; at < rows; at++) {
      const own = value[at] ?? Number.NaN;
      if (Number.isNaN(own)) {
        expect([low[at], high[at]]).toEqual([Number.NaN, Number.NaN]);
        silent++;
        if (truth[at] === Infinity) never++;
        continue;
      }
      told++;
      const top = Number.isNaN(high[at]) ? Infinity : (high[at] ?? 0);
      expect((low[at] ?? 1) <= own && own <= top && own >= 0 && own <= (sale ?? 0)).toBe(true);
      if ((low[at] ?? 0) - 1e-9 <= (truth[at] ?? 0) && (truth[at] ?? 0) <= top + 1e-9) within++;
    }
    expect(told).toBeGreaterThan(600);
    expect(within / told).toBeGreaterThan(0.75); // 80 % limits: of five, four
    expect(within / told).toBeLessThan(0.9);
    expect(silent).toBeGreaterThan(150);
    expect(never / silent).toBeGreaterThan(0.7); // of all it is two in five
    const one = tableOf([{ id: "a", bin: 3, n: 9, reduced: 3 }]);
    const alone = discountAffinity.fit({ counts: one }, params, context);
    expect(discountAffinity.score({ counts: one }, alone, params, context).columns.half_reduced_depth).toEqual(
      new Float64Array([Number.NaN]),
    );
  });

  it("takes one reduced line outside the sales for more than one inside them", () => {
    const { counts } = simulate(1_500);
    const fitted = discountAffinity.fit({ counts }, params, context);
    const two = tableOf([
      { id: "in", bin: 19, n: 4, reduced: 3 },
      { id: "out", bin: 3, n: 4, reduced: 3 },
    ]);
    const [inside = 0, outside = 0] = discountAffinity.score({ counts: two }, fitted, params, context).columns
      .discount_affinity as Float64Array;
    expect(outside).toBeGreaterThan(inside + 0.05);
  });

  it("keeps days together that hardly differ, or that hold too little", () => {
    const rows = (bins: readonly [number, number][]) =>
      tableOf(bins.map(([bin, n], at) => ({ id: `c${at}`, bin, n, reduced: 0 })));
    expect(
      cutDays(
        rows([
          [5, 900],
          [6, 900],
        ]),
      ).length,
    ).toBe(1);
    expect(
      cutDays(
        rows([
          [3, 5_000],
          [40, 20],
        ]),
      ).length,
    ).toBe(1);
    expect(
      cutDays(
        rows([
          [3, 5_000],
          [20, 900],
        ]),
      ).map(({ exposure }) => exposure),
    ).toEqual([0.03, 0.2]);
  });
});

describe("the worth of a line", () => {
  const own = (n: number, reduced: number, linePairs: number, reducedPairs: number) => ({
    customer: "c",
    n: Float64Array.of(n),
    reduced: Float64Array.of(reduced),
    visits: Float64Array.of(n),
    linePairs: Float64Array.of(linePairs),
    reducedPairs: Float64Array.of(reducedPairs),
    exposure: 0,
  });

  it("is that of its whole order where orders are reduced as one, and 1 where lines stand alone", () => {
    // two orders of two lines, one of them reduced: pairs of one day agree, pairs of two days never do
    expect(worthOf(Array.from({ length: 50 }, () => own(4, 2, 4, 2)))).toBeCloseTo(1 / 2, 6);
    expect(worthOf(Array.from({ length: 50 }, () => own(4, 2, 0, 0)))).toBe(1);
    expect(worthOf([])).toBe(1);
  });

  it("makes what is to come of one day as uncertain as it is", () => {
    const before = Array.from({ length: 50 }, () => own(4, 2, 4, 2));
    const worth = worthOf(before);
    expect(dayCorrelation(worth, before)).toBeCloseTo(1, 6);
    expect(dayCorrelation(1, [own(4, 2, 0, 0)])).toBe(0);
    const strata = [{ until: 100, exposure: 0.2, lines: 400, alpha: 2, beta: 2, visits: 400 }];
    const grid = gridOf({ strata, worth });
    const even = new Float64Array(64).fill(1 / 64);
    const chancesOf = (linePairs: number, correlation: number) =>
      Array.from({ length: 5 }, (_, k) => placeOf(grid, even, own(4, k, linePairs, 0), correlation).at);
    const variance = (chances: number[]) => chances.reduce((sum, p, k) => sum + p * (k - 2) ** 2, 0);
    const [apart, together] = [chancesOf(0, 0.9), chancesOf(12, 0.9)];
    for (const chances of [apart, together]) expect(chances.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 9);
    expect(apart).toEqual(chancesOf(12, 0));
    expect(variance(together)).toBeGreaterThan(1.5 * variance(apart));
  });
});

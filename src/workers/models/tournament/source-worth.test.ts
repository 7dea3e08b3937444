import { describe, expect, it } from "vitest";
import { createRandom } from "../../../shared/base/random.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import { comparisonsOf, jointLimits, worthVerdict } from "../../../shared/domain/source-worth.ts";
import { sourceWorth, type WorthQuestion, type WorthSplit } from "./source-worth.ts";

const n = 2_000;
const ids = Array.from({ length: n }, (_, at) => `c${at}`);
const table = (columns: ColumnTable["columns"]): ColumnTable => ({
  rows: n,
  columns: { customer_id: ids, ...columns },
});
const question: WorthQuestion = {
  target: "chance",
  model: "purchase_propensity",
  isChosen: true,
  choice: { weights: { purchase_propensity: 1 }, ranking: [] },
  columns: new Map([["purchase_propensity", "probability_purchase"]]),
};

/** Chances with a signal that one source alone tells, as far as `told`; 0: it is noise. */
function split(seed: number, told: number): WorthSplit {
  const random = createRandom(seed, "worth");
  const [common, own] = [0, 1].map(() => Float64Array.from(ids, () => random.normal())) as [Float64Array, Float64Array];
  const chance = (weight: number) => common.map((one, at) => 1 / (1 + Math.exp(1 - one - weight * (own[at] ?? 0))));
  const truth = chance(told);
  const scored = (values: Float64Array) =>
    new Map([["purchase_propensity", table({ probability_purchase: values, reason: ids.map(() => null) })]]);
  return {
    outcomes: table({
      n_purchases: truth.map((p) => (random.next() < p ? 1 : 0)),
      revenue_minor: new Float64Array(n),
    }),
    scores: scored(told > 0 ? truth : chance(0.2)),
    without: scored(chance(0)),
  };
}
const measured = (splits: readonly WorthSplit[]) => sourceWorth([question], splits);

describe("what a source is worth", () => {
  it("is a gain with an interval of the same customers' differences where the source tells something", () => {
    const found = measured([split(1, 0.8), split(2, 0.8)]);
    const [first] = found.figures;
    expect(found.figures.map(({ metric }) => metric)).toEqual(["auc", "brier"]);
    expect(first).toMatchObject({ target: "chance", model: "purchase_propensity", n: 2 * n, cuts: 2, is_chosen: true });
    expect(first?.low).toBeGreaterThan(0.02);
    expect((first?.value ?? 0) - (first?.without ?? 0)).toBeCloseTo(first?.gain ?? 0, 9);
    expect(found.figures[1]?.low).toBeGreaterThan(0);
    expect(worthVerdict(found)).toBe("helps");
  });

  it("is a loss where the source only misleads, and nothing where no forecast reads it", () => {
    const found = measured([split(1, 0), split(2, 0)]);
    expect(found.figures[0]?.gain).toBeLessThan(0);
    expect(["harms", "no_difference"]).toContain(worthVerdict(found));
    const [one] = [split(3, 0.8)];
    expect(worthVerdict(measured([{ ...one, without: one.scores }]))).toBe("not_read");
  });

  it("can't be told without customers, nor where the source carries them all", () => {
    const one = split(1, 0.8);
    const none = { rows: 0, columns: { customer_id: [], probability_purchase: new Float64Array(), reason: [] } };
    const lost = measured([{ ...one, without: new Map([["purchase_propensity", none]]) }]);
    expect([lost.lost, lost.figures.length, worthVerdict(lost)]).toEqual([n, 0, "carries"]);
    expect(worthVerdict(measured([]))).toBe("no_data");
  });

  it("shares the level among several forecasts", () => {
    const figure = { target: "chance", is_chosen: true, metric: "auc", value: 0.8, without: 0.79, n, cuts: 2 } as const;
    const row = (model: string, low: number) => ({ ...figure, model, gain: 0.01, low, high: 0.02 - low });
    const totals = { customers: n, lost: 0 };
    expect(worthVerdict({ ...totals, figures: [row("a", 0.0005)] })).toBe("helps");
    expect(worthVerdict({ ...totals, figures: [row("a", 0.0005), row("b", -0.004)] })).toBe("no_difference");
  });

  it("widens every interval by all that is compared at once, of all sources", () => {
    const figure = {
      target: "chance",
      model: "a",
      is_chosen: true,
      metric: "auc",
      value: 0.8,
      without: 0.79,
      n,
      cuts: 2,
    } as const;
    const of = (low: number) => ({
      customers: n,
      lost: 0,
      figures: [{ ...figure, gain: 0.01, low, high: 0.02 - low }],
    });
    const [one, other] = [of(0.0005), of(0)];
    const carrying = { ...of(0.0005), lost: n };
    expect(comparisonsOf([one])).toBe(1);
    expect(comparisonsOf([one, other, carrying, { ...one, figures: [] }])).toBe(2);
    expect(jointLimits(one.figures[0] as never, 1).low).toBeCloseTo(0.0005, 9);
    // two tests at .025 each: 2.2414 in the place of 1.9600
    expect(jointLimits(one.figures[0] as never, 2).low).toBeCloseTo(0.01 - 0.0095 * (2.2414 / 1.96), 5);
    expect(jointLimits(one.figures[0] as never, 100).low).toBeCloseTo(0.01 - 0.0095 * (3.4808 / 1.96), 5);
    expect(worthVerdict(one, 1)).toBe("helps");
    expect(worthVerdict(one, 2)).toBe("no_difference");
  });
});

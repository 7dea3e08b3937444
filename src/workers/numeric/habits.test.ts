import { describe, expect, it } from "vitest";
import { createRandom } from "../../shared/base/random.ts";
import { adjustedRand, kMeans } from "./k-means.ts";
import { fitLatent, fitPosterior, nextKept } from "./latent-fit.ts";
import { intervalCdf, nextLog, remainingDays } from "./renewal-lognormal.ts";
import { fitSlots, slotWeights } from "./slot-shares.ts";

describe("the size that fits", () => {
  const truth = { shares: [0.2, 0.5, 0.3], own: 0.75, keptOwn: 0.9, keptOther: 0.3 };
  const random = createRandom(11, "sizes");
  const pick = (shares: readonly number[]) => {
    const at = random.next();
    const sums = shares.map((_, choice) => shares.slice(0, choice + 1).reduce((sum, share) => sum + share, 0));
    return Math.min(shares.length - 1, sums.filter((sum) => sum <= at).length);
  };
  const persons = Array.from({ length: 3_000 }, () => {
    const size = pick(truth.shares);
    const counts = truth.shares.map((_, choice) => ({ choice, kept: 0, returned: 0 }));
    for (let line = 0; line < 4; line++) {
      let bought = size;
      if (random.next() >= truth.own) while (bought === size) bought = pick(truth.shares);
      const isKept = random.next() < (bought === size ? truth.keptOwn : truth.keptOther);
      const own = counts[bought];
      if (own) own[isKept ? "kept" : "returned"]++;
    }
    return { size, count: 1, lines: counts.filter(({ kept, returned }) => kept + returned > 0) };
  });
  const fit = fitLatent(persons, 3);

  it("recovers the rates that lines were drawn by", () => {
    for (const [at, share] of truth.shares.entries())
      expect(Math.abs((fit.shares[at] ?? 0) - share)).toBeLessThan(0.03);
    expect(Math.abs(fit.own - truth.own)).toBeLessThan(0.02);
    expect(Math.abs(fit.keptOwn - truth.keptOwn)).toBeLessThan(0.02);
    expect(Math.abs(fit.keptOther - truth.keptOther)).toBeLessThan(0.03);
  });

  it("finds the person's own size better than the one bought most", () => {
    const best = (values: Float64Array) =>
      values.reduce((top, value, at) => (value > (values[top] ?? 0) ? at : top), 0);
    const most = (lines: (typeof persons)[number]["lines"]) =>
      lines.reduce((top, line) => (line.kept + line.returned > top.kept + top.returned ? line : top)).choice;
    const right = persons.filter(({ lines, size }) => best(fitPosterior(lines, fit)) === size).length;
    expect(right).toBeGreaterThan(persons.filter(({ lines, size }) => most(lines) === size).length + 30);
    const bracketed = [
      { choice: 0, kept: 1, returned: 0 },
      { choice: 1, kept: 0, returned: 1 },
    ];
    expect(best(nextKept(bracketed, fit))).toBe(0);
    expect(nextKept(bracketed, fit).reduce((sum, value) => sum + value, 0)).toBeCloseTo(1);
  });
});

describe("the next interval", () => {
  const item = { mean: Math.log(30), within: 0.09, between: 0.25 };

  it("lies between the item's and the customer's own", () => {
    const none = nextLog(item, 0, 0);
    expect([none.mean, none.sd]).toEqual([expect.closeTo(item.mean, 9), expect.closeTo(Math.sqrt(0.34), 9)]);
    const own = nextLog(item, 4, 4 * Math.log(10));
    expect(Math.exp(own.mean)).toBeGreaterThan(10);
    expect(Math.exp(own.mean)).toBeLessThan(12);
    expect(own.sd).toBeLessThan(Math.sqrt(0.34));
  });

  it("is a quantile of what is left of it", () => {
    const next = nextLog(item, 2, 2 * Math.log(25));
    for (const elapsed of [0, 10, 40]) {
      const days = remainingDays(next, elapsed, 0.5);
      const share = (intervalCdf(next, elapsed + days) - intervalCdf(next, elapsed)) / (1 - intervalCdf(next, elapsed));
      expect(share).toBeCloseTo(0.5, 4);
    }
    expect(Number.isFinite(remainingDays(next, 100_000, 0.9))).toBe(true);
  });
});

describe("shares of slots", () => {
  const random = createRandom(5, "slots");
  const rows = (hasHabit: boolean) =>
    Array.from({ length: 800 }, () => {
      const habit = random.below(24);
      const draw = () => (hasHabit && random.next() < 0.7 ? (habit + random.below(3) + 23) % 24 : random.below(24));
      const acts = new Float64Array(24);
      for (let k = 0; k < 6; k++) {
        const slot = draw();
        acts[slot] = (acts[slot] ?? 0) + 1;
      }
      return { acts, other: new Float64Array(24) };
    });

  it("draw those without a habit to what is usual, and speak for the slots beside where there is one", () => {
    const [none, some] = [fitSlots(rows(false), 24, true), fitSlots(rows(true), 24, true)];
    expect(none?.concentration).toBeGreaterThan(20 * (some?.concentration ?? 0));
    expect(some?.spread).toBeGreaterThan(0);
  });

  it("sum to one", () => {
    const fit = fitSlots(rows(true), 24, true);
    const acts = new Float64Array(24);
    acts[7] = 3;
    if (!fit) throw new Error("no fit");
    const { weights, total } = slotWeights(acts, new Float64Array(24), fit);
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(total);
    expect(total).toBeCloseTo(3 + fit.concentration);
  });
});

describe("k-means", () => {
  it("finds islands, whichever seed", () => {
    const random = createRandom(9, "islands");
    const centres = [
      [0, 0],
      [8, 0],
      [0, 8],
    ];
    const truth = Int32Array.from({ length: 300 }, (_, at) => at % 3);
    const values = Float64Array.from(truth).length;
    const points = Array.from(truth, (label) => (centres[label] ?? []).map((at) => at + random.normal())).flat();
    const matrix = { rows: values, width: 2, values: Float64Array.from(points) };
    for (const seed of [1, 2, 3]) expect(adjustedRand(kMeans(matrix, 3, seed).labels, truth)).toBeGreaterThan(0.98);
  });

  it("agrees by chance alone with a grouping that has nothing to do with it", () => {
    const random = createRandom(2, "chance");
    const labels = () => Int32Array.from({ length: 5_000 }, () => random.below(4));
    expect(Math.abs(adjustedRand(labels(), labels()))).toBeLessThan(0.01);
    const same = labels();
    expect(
      adjustedRand(
        same,
        same.map((label) => 3 - label),
      ),
    ).toBeCloseTo(1);
  });
});

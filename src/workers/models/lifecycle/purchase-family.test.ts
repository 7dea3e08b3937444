import { describe, expect, it } from "vitest";
import { createRandom } from "../../../shared/base/random.ts";
import { expectedSpend, fitGammaGamma } from "../../numeric/gamma-gamma.ts";
import { bgCnbdFamily, type PurchaseFamily, purchaseFamilies } from "./purchase-family.ts";

interface Row {
  readonly x: number;
  readonly recency: number;
  readonly tAge: number;
}

const random = createRandom(5, "degenerate");
const cohorts: Readonly<Record<string, { rows: readonly Row[]; warns: RegExp | null }>> = {
  "twenty customers": {
    rows: Array.from({ length: 20 }, (_, at) => ({ x: at % 3, recency: (at % 3) * 70, tAge: 200 + 9 * at })),
    warns: /20 customers/,
  },
  "one-time buyers": {
    rows: Array.from({ length: 400 }, (_, at) => ({ x: 0, recency: 0, tAge: 1 + (at % 300) })),
    warns: /Nobody bought twice/,
  },
  "all alike": { rows: Array.from({ length: 300 }, () => ({ x: 3, recency: 90, tAge: 120 })), warns: /same history/ },
  "heavy buyers": {
    rows: Array.from({ length: 200 }, (_, at) => ({ x: 150 + at, recency: 690 + (at % 11), tAge: 700 + (at % 11) })),
    warns: /./,
  },
  // nobody leaves: the likelihood rises for ever as the rate of leaving goes to 0
  "nobody leaves": {
    rows: Array.from({ length: 500 }, () => {
      const tAge = 300 + random.below(100);
      const rate = random.gamma(2, 0.02);
      let [x, recency, time] = [0, 0, 0];
      for (;;) {
        time += random.exponential(1 / rate);
        if (time > tAge) return { x, recency, tAge };
        [x, recency] = [x + 1, time];
      }
    }),
    warns: /hardly tell/,
  },
};

function fitted(family: PurchaseFamily, rows: readonly Row[]) {
  const column = (of: (row: Row) => number) => Float64Array.from(rows, of);
  const sumLogInterval = column(({ x, recency }) => (x > 0 ? x * Math.log(recency / x) : 0));
  const columns = [column(({ x }) => x), column(({ recency }) => recency), column(({ tAge }) => tAge)] as const;
  return family.fit(...columns, { sumLogInterval });
}

describe.each([...purchaseFamilies.values(), bgCnbdFamily].map((family) => [family.name, family] as const))(
  "%s",
  (name, family) => {
    it.each(Object.entries(cohorts))("says something usable of: %s", (kind, { rows, warns }) => {
      const fit = fitted(family, rows);
      const params: Readonly<Record<string, number>> = { ...fit.params };
      expect(Object.values(params).every((value) => Number.isFinite(value) && value > 0)).toBe(true);
      expect(Number.isFinite(fit.logLikelihood)).toBe(true);
      expect(fit.converged || fit.warnings.some((one) => one.includes("before it had converged"))).toBe(true);
      // with dropout after purchases only, one-time buyers leave a and b open but never pull them away
      if (warns) expect(fit.warnings.join(" "), `${name} ${kind}`).toMatch(warns);
      const model = family.at(params);
      for (const history of [...rows.slice(0, 5), { x: 254, recency: 700, tAge: 720 }, { x: 0, recency: 0, tAge: 0 }]) {
        const ahead = model.forecast(history, 365, 90);
        expect(Object.values(ahead).every((value) => Number.isFinite(value) && value >= 0)).toBe(true);
        expect(ahead.low).toBeLessThanOrEqual(ahead.high);
        expect(Math.max(ahead.alive, ahead.none, ahead.buysSoon)).toBeLessThanOrEqual(1 + 1e-12);
      }
    });

    it("expects of heavy buyers about what they did", () => {
      const { rows } = cohorts["heavy buyers"] ?? { rows: [] };
      const model = family.at({ ...fitted(family, rows).params });
      const ahead = model.forecast({ x: 250, recency: 700, tAge: 702 }, 70, 7);
      expect(ahead.mean).toBeGreaterThan(20);
      expect(ahead.mean).toBeLessThan(30);
    });

    it("has no warning of a cohort that tells enough", () => {
      const rows = Array.from({ length: 3_000 }, () => shopper(name === "pareto_nbd"));
      expect(fitted(family, rows).warnings).toEqual([]);
    });
  },
);

/** Somebody whose rate and dropout vary as the models suppose. */
function shopper(isAnytime: boolean): Row {
  const rate = random.gamma(0.6, 1 / 12);
  const leaves = isAnytime ? 0 : random.beta(0.9, 2);
  const tAge = 30 + random.below(20);
  const end = isAnytime ? random.exponential(1 / random.gamma(0.6, 1 / 12)) : tAge;
  let [x, recency, time] = [0, 0, 0];
  while (random.next() >= leaves) {
    time += random.exponential(1 / rate);
    if (!(time <= Math.min(end, tAge))) break;
    [x, recency] = [x + 1, time];
  }
  return { x, recency, tAge };
}

describe("gamma_gamma", () => {
  const spends: Readonly<Record<string, { mean: number[]; warns: RegExp }>> = {
    "twenty customers": { mean: Array.from({ length: 20 }, (_, at) => 10 + at), warns: /20 repeat buyers/ },
    "all alike": { mean: Array.from({ length: 100 }, () => 25), warns: /spend the same/ },
    "a few whales": { mean: Array.from({ length: 200 }, (_, at) => (at < 3 ? 1e6 : 12 + (at % 5))), warns: /./ },
  };
  it.each(Object.entries(spends))("says something usable of: %s", (_, { mean, warns }) => {
    const x = Float64Array.from(mean, (_one, at) => 1 + (at % 4));
    const fit = fitGammaGamma(x, Float64Array.from(mean));
    expect(fit?.warnings.join(" ")).toMatch(warns);
    if (!fit) return;
    for (const [count, own] of [
      [0, 0],
      [1, 25],
      [400, 30],
    ] as const) {
      const spend = expectedSpend(fit.params, count, own);
      expect(Number.isFinite(spend) && spend > 0).toBe(true);
    }
    expect(expectedSpend(fit.params, 400, 30)).toBeGreaterThan(25);
  });
  it("has nothing to say of one repeat buyer", () => {
    expect(fitGammaGamma(Float64Array.of(2), Float64Array.of(10))).toBeUndefined();
  });
});

import { describe, expect, it } from "vitest";
import { createRandom } from "../../../shared/base/random.ts";
import { chanceAhead, fitCurve, shareBy } from "./second-purchase-curve.ts";

/** First buyers of ages up to two years; the second purchase comes by Weibull's law, for whoever waits so long. */
function firstBuyers(n: number, shape: number, scale: number) {
  const random = createRandom(5, "second");
  const age = Float64Array.from({ length: n }, () => random.below(728));
  const waits = age.map(() => Math.max(1, Math.ceil(scale * (-Math.log(1 - random.next())) ** (1 / shape))));
  return { age, second: waits.map((days, at) => (days <= (age[at] ?? 0) ? days : Number.NaN)) };
}

const truth = (shape: number, scale: number, days: number) => -Math.expm1(-((days / scale) ** shape));

describe("the share that has bought again", () => {
  it.each([
    [0.5, 700],
    [1.4, 400],
  ])("is the one that first buyers were made by, also beyond what was seen (Weibull %d, %d)", (shape, scale) => {
    const { age, second } = firstBuyers(12_000, shape, scale);
    const curve = fitCurve(second, age);
    if (!curve) throw new Error("there is a curve");
    for (const days of [91, 182, 365, 600]) {
      expect(shareBy(curve, days), `${days}`).toBeGreaterThan(truth(shape, scale, days) - 0.025);
      expect(shareBy(curve, days), `${days}`).toBeLessThan(truth(shape, scale, days) + 0.025);
    }
    expect(Math.abs(shareBy(curve, 1_095) - truth(shape, scale, 1_095))).toBeLessThan(0.06);
  });

  it("never falls, and gives chances that fall with age where people come back ever less", () => {
    const { age, second } = firstBuyers(3_000, 0.5, 900);
    const curve = fitCurve(second, age);
    if (!curve) throw new Error("there is a curve");
    const ages = Array.from({ length: 30 }, (_, at) => at * 30);
    const shares = ages.map((days) => shareBy(curve, days));
    expect(shares.every((share, at) => at === 0 || share >= (shares[at - 1] ?? 0))).toBe(true);
    expect(chanceAhead(curve, 28, 90)).toBeGreaterThan(chanceAhead(curve, 182, 90));
    expect(chanceAhead(curve, 182, 90)).toBeGreaterThan(chanceAhead(curve, 700, 90));
    expect(chanceAhead(curve, 5_000, 90)).toBeGreaterThan(0);
  });

  it("isn't told where fewer than twenty were seen for four weeks", () => {
    expect(fitCurve(Float64Array.of(Number.NaN), Float64Array.of(400))).toBeNull();
    expect(fitCurve(new Float64Array(50).fill(Number.NaN), new Float64Array(50).fill(20))).toBeNull();
    expect(fitCurve(new Float64Array(0), new Float64Array(0))).toBeNull();
  });
});

import { describe, expect, it } from "vitest";
import { createRandom } from "../../shared/base/random.ts";
import { shareInterval } from "../numeric/scoring.ts";
import { calibrationBins } from "./evaluation.ts";

describe("calibration", () => {
  it("puts like predictions together, in order, and sees what became of them", () => {
    const random = createRandom(5, "calibration");
    const predicted = Float64Array.from({ length: 4_000 }, () => random.next());
    const actual = predicted.map((p) => (random.next() < p ? 1 : 0));
    const bins = calibrationBins(predicted, actual);
    expect(bins.map(({ n }) => n)).toEqual(Array(10).fill(400));
    for (const [at, bin] of bins.entries()) {
      expect(bin.expected ?? 0).toBeCloseTo((at + 0.5) / 10, 1);
      expect(bin.low).toBeLessThanOrEqual(bin.expected ?? 0);
      expect(bin.high).toBeGreaterThanOrEqual((bin.expected ?? 0) - 0.03);
    }
  });

  it("never parts equal predictions and tells nothing of few customers", () => {
    const predicted = Float64Array.from({ length: 200 }, (_, at) => (at < 150 ? 0.1 : 0.5 + at / 1_000));
    const bins = calibrationBins(
      predicted,
      predicted.map((p) => (p > 0.6 ? 1 : 0)),
    );
    expect(
      bins.filter(({ expected }) => expected !== null && Math.abs(expected - 0.1) < 1e-9).map(({ n }) => n),
    ).toEqual([150]);
    expect(bins.reduce((sum, { n }) => sum + n, 0)).toBe(200);
    expect(calibrationBins(predicted.slice(0, 30), predicted.slice(0, 30))).toEqual([]);
  });

  it("keeps the interval of a share within 0 and 1, and open where nothing happened", () => {
    const none = shareInterval(new Float64Array(50));
    expect(none.value).toBe(0);
    expect(none.low).toBeCloseTo(0, 12);
    expect(none.high).toBeCloseTo(0.0713, 4);
    const all = shareInterval(new Float64Array(50).fill(1));
    expect(all.high).toBe(1);
    expect(shareInterval(Float64Array.from([1, 0, 1, 0])).value).toBe(0.5);
  });
});

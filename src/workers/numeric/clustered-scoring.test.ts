import { describe, expect, it } from "vitest";
import { createRandom } from "../../shared/base/random.ts";
import { clusteredAuc, clusteredAucDifference, clusteredMean } from "./clustered-scoring.ts";
import { auc, aucDifference, meanInterval } from "./scoring.ts";

const random = createRandom(5, "clustered");
/** Cases of groups that share half of what they are. */
function draw(groups: number, size: number) {
  const rows = Array.from({ length: groups }, (_, group) => {
    const [shared, better] = [random.normal(), random.normal()];
    return Array.from({ length: size }, () => {
      const truth = shared + random.normal();
      return { group, truth, good: truth + better, near: truth + 1.2 * random.normal() + 0.5 * better };
    });
  }).flat();
  const of = (name: "truth" | "good" | "near") => Float64Array.from(rows, (row) => row[name]);
  const happened = rows.map(({ truth }) => truth + random.normal() > 0.5);
  return { groups: rows.map(({ group }) => group), truth: of("truth"), good: of("good"), near: of("near"), happened };
}

describe("intervals over groups of cases", () => {
  it("are those of independent cases where every group holds one", () => {
    const { truth, good, near, happened } = draw(500, 1);
    const alone = Array.from(truth.keys());
    const [mean, plain] = [clusteredMean(truth, alone), meanInterval(truth)];
    expect(mean.value).toBeCloseTo(plain.value, 12);
    expect(mean.high).toBeCloseTo(plain.high, 10);
    expect(clusteredAuc(good, happened, alone).value).toBeCloseTo(auc(good, happened).value, 12);
    const [own, delong] = [clusteredAucDifference(good, near, happened, alone), aucDifference(good, near, happened)];
    expect(own.value).toBeCloseTo(delong.value, 12);
    expect(own.high - own.low).toBeCloseTo(delong.high - delong.low, 3);
  });

  it("hold in 95 of 100 draws or nearly so, where those of independent cases are too narrow", () => {
    const drawn = Array.from({ length: 300 }, () => draw(60, 6));
    const held = (found: readonly { value: number; low: number; high: number }[], truth?: number) => {
      const mean = truth ?? found.reduce((sum, { value }) => sum + value, 0) / found.length;
      return found.filter(({ low, high }) => low <= mean && mean <= high).length / found.length;
    };
    const ways = [
      held(
        drawn.map(({ truth, groups }) => clusteredMean(truth, groups)),
        0,
      ),
      held(drawn.map(({ good, happened, groups }) => clusteredAuc(good, happened, groups))),
      held(drawn.map(({ good, near, happened, groups }) => clusteredAucDifference(good, near, happened, groups))),
    ];
    for (const share of ways) {
      expect(share).toBeGreaterThan(0.9);
      expect(share).toBeLessThan(0.985);
    }
    expect(
      held(
        drawn.map(({ truth }) => meanInterval(truth)),
        0,
      ),
    ).toBeLessThan(0.85);
  });

  it("aren't told where there is nothing to compare", () => {
    expect(clusteredAuc(Float64Array.of(1, 2), [true, true], [1, 2]).value).toBeNaN();
    expect(clusteredMean(Float64Array.of(1, 2), [1, 1]).low).toBeNaN();
  });
});

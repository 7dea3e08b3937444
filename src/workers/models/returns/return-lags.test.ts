import { describe, expect, it } from "vitest";
import { table } from "../../../../test/support/return-lines.ts";
import { createRandom } from "../../../shared/base/random.ts";
import { sigmoid } from "../../numeric/boosted-trees-loss.ts";
import { fitPlatt } from "../../numeric/platt.ts";
import { givenAge, lagShares, lagsOfLines, learnLags } from "./return-lags.ts";

const nan = Number.NaN;

describe("what corrects chances", () => {
  it("finds how far margins are too bold and shifted", () => {
    const r = createRandom(2, "platt");
    const margins = Float64Array.from({ length: 8_000 }, () => 2 * r.normal());
    const target = margins.map((margin) => (r.next() < sigmoid(0.6 * margin - 0.4) ? 1 : 0));
    const { slope, offset } = fitPlatt(margins, target);
    expect(slope).toBeCloseTo(0.6, 1);
    expect(offset).toBeCloseTo(-0.4, 1);
    expect(fitPlatt(new Float64Array(0), new Float64Array(0))).toEqual({ slope: 1, offset: 0 });
  });

  it("leaves the chance alone where no return has a day", () => {
    expect(lagShares([1, 2], 30)).toEqual([]);
    expect(givenAge(0.3, 20, [])).toBe(0.3);
    const shares = lagShares([0, 5, 5, 10, 10, 40], 10);
    expect(shares).toHaveLength(11);
    expect(shares.at(-1)).toBeCloseTo(1, 12);
    expect(givenAge(0.3, 99, shares)).toBeCloseTo(0, 6);
  });
});

describe("lags of returns", () => {
  const random = createRandom(21, "lags");
  const lines = table({
    category: Array.from({ length: 3_000 }, (_, at) => ["dresses", "shoes", "towels"][at % 3] ?? null),
    channel: Array.from({ length: 3_000 }, (_, at) => (at % 2 ? "web" : null)),
    alike_in_order: Float64Array.from({ length: 3_000 }, (_, at) => (at % 5 === 0 ? 2 : 1)),
  });
  const isBack = Array.from({ length: 3_000 }, () => random.next() < 0.3);
  const lagged = (of: (at: number) => number) => Float64Array.from(isBack, (back, at) => (back ? of(at) : nan));
  const partAt = (shares: readonly number[], day: number) => shares[day] ?? nan;

  it("are told apart where groups differ, as far as they do", () => {
    const quick = (at: number) => at % 3 === 1;
    const lags = learnLags(
      lines,
      lagged((at) => (quick(at) ? 1 : 8) + random.below(8)),
      30,
    );
    expect(lags.by).toEqual(["category"]);
    const shares = lagsOfLines(lines, lags);
    expect(partAt(shares[0] ?? [], 7)).toBeLessThan(0.05);
    expect(partAt(shares[1] ?? [], 7)).toBeGreaterThan(0.8);
    expect(partAt(shares[0] ?? [], 30)).toBeCloseTo(1, 9);
    const unseen = table({ category: ["hats"], channel: [null], alike_in_order: Float64Array.of(1) });
    expect(lagsOfLines(unseen, lags)).toEqual([lags.all]);
  });

  it("are those of all where groups are alike, and where no return has a day", () => {
    const alike = learnLags(
      lines,
      lagged(() => 3 + random.below(18)),
      30,
    );
    expect(alike.by).toEqual([]);
    expect(lagsOfLines(lines, alike)[7]).toEqual(alike.all);
    expect(learnLags(lines, new Float64Array(3_000).fill(nan), 30)).toEqual({ all: [], by: [], groups: {} });
  });

  it("come early of several alike in an order, which goes before the rest", () => {
    const lags = learnLags(
      lines,
      lagged((at) => (at % 5 === 0 ? 2 + random.below(4) : 3 + random.below(18))),
      30,
    );
    expect(lags.by).toEqual(["selection"]);
  });
});

import { describe, expect, it } from "vitest";
import { driftFinding, driftState } from "./drift-words.ts";
import { liftFinding, liftRows } from "./lift.ts";

const bin = (expected: number | null, actual: number, n = 100) => ({
  ...{ label: String(expected), expected, actual, low: null, high: null, n },
});

describe("lift and gain", () => {
  it("go from the highest score down and end at everybody", () => {
    const rows = liftRows([bin(0.1, 0.1), bin(0.9, 0.6), bin(0.5, 0.3, 200)]);
    expect(rows.map(({ happened }) => happened)).toEqual([0.6, 0.3, 0.1]);
    const average = (60 + 60 + 10) / 400;
    expect(rows[0]?.lift).toBeCloseTo(0.6 / average, 12);
    expect(rows.map(({ reached }) => reached)).toEqual([0.25, 0.75, 1]);
    expect(rows[0]?.gained).toBeCloseTo(60 / 130, 12);
    expect(rows.at(-1)?.gained).toBeCloseTo(1, 12);
    expect(liftFinding(rows)).toBe("The best 25 % hold 46 % of those to whom it happened");
  });

  it("show a useless score as chance", () => {
    for (const { lift, gained, reached } of liftRows([bin(0.1, 0.2), bin(0.2, 0.2), bin(0.3, 0.2)])) {
      expect(lift).toBeCloseTo(1, 12);
      expect(gained).toBeCloseTo(reached, 12);
    }
  });

  it("have nothing to say of named groups or of what never happened", () => {
    expect(liftRows([bin(null, 0.4), bin(null, 0.2)])).toEqual([]);
    expect(liftRows([bin(0.1, 0), bin(0.2, 0)])).toEqual([]);
  });
});

describe("what a stability index says", () => {
  const drift = (output: string, psi: number) => ({
    ...{ model: "m", output, known_then: 1, known_now: 1, unknown_then: 0, unknown_now: 0 },
    ...{ mean_then: 0, mean_now: 0, psi },
  });

  it("follows the usual bounds and names the score that moved most", () => {
    expect([0.099, 0.1, 0.249, 0.25].map((psi) => driftState(psi).text)).toEqual([
      "Stable",
      "Shifted",
      "Shifted",
      "Changed",
    ]);
    expect(driftFinding([drift("a", 0.01), drift("b", 0.02)])).toBe("Its scores are stable");
    expect(driftFinding([drift("a", 0.3), drift("days_to_next", 0.4)])).toBe(
      "days to next has changed since the snapshot before",
    );
  });
});

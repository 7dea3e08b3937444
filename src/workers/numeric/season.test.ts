import { describe, expect, it } from "vitest";
import { createClock, fitHarmonics, type SeenWeek } from "./season.ts";

const paceOn = (day: number) => Math.exp(0.4 * Math.cos((2 * Math.PI * (day - 340)) / 365.25));

/** Weeks with as much noise as counts have, by a fixed generator. */
function weeks(count: number, expected: number, pace: (day: number) => number, drift = 0): SeenWeek[] {
  let state = 7;
  const noise = () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  return Array.from({ length: count }, (_, week) => {
    const day = 19_000 + 7 * week;
    const mean = expected * pace(day) * Math.exp((drift * (week - count)) / 52);
    return { day, expected, seen: Math.max(0, Math.round(mean + Math.sqrt(12 * mean) * noise())) };
  });
}

/** Days on the clock in the quarter after a day, over those of the calendar. */
const quarterFrom = (harmonics: ReturnType<typeof fitHarmonics>, day: number) => {
  const clock = createClock(harmonics);
  return (clock(day + 91) - clock(day)) / 91;
};

describe("the season of purchases", () => {
  const truth = (day: number) => {
    const mean = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, at) => paceOn(from + at)).reduce((sum, one) => sum + one, 0) / (to - from);
    return mean(day, day + 91) / mean(0, 1461);
  };

  it("finds the quarters' pace in two years of weeks, drawn a little to none", () => {
    const found = fitHarmonics(weeks(104, 200, paceOn));
    for (const day of [20_000, 20_091, 20_182, 20_273]) {
      const [own, right] = [Math.log(quarterFrom(found, day)), Math.log(truth(day))];
      expect(Math.abs(own - right)).toBeLessThan(0.08);
      expect(Math.abs(own)).toBeLessThan(Math.abs(right) + 0.03);
    }
  });

  it("takes a drift of the whole for no season", () => {
    const found = fitHarmonics(weeks(130, 200, () => 1, -0.2));
    for (const day of [20_000, 20_091, 20_182, 20_273]) {
      expect(Math.abs(Math.log(quarterFrom(found, day)))).toBeLessThan(0.06);
    }
  });

  it("sees none in little more than a year, in few purchases or in noise", () => {
    expect(fitHarmonics(weeks(60, 200, paceOn))).toEqual([]);
    expect(fitHarmonics(weeks(104, 1, paceOn))).toEqual([]);
    const found = fitHarmonics(weeks(104, 6, () => 1));
    expect(Math.abs(Math.log(quarterFrom(found, 20_000)))).toBeLessThan(0.1);
  });

  it("runs as long as the calendar over four years, before 1970 too, and never back", () => {
    const clock = createClock(fitHarmonics(weeks(104, 200, paceOn)));
    expect(clock(20_000 + 1461) - clock(20_000)).toBeCloseTo(1461, 8);
    expect(clock(-3) - clock(-3 - 1461)).toBeCloseTo(1461, 8);
    for (let day = -800; day < 800; day += 0.5) expect(clock(day + 0.5)).toBeGreaterThan(clock(day));
    expect(createClock([])(123.25)).toBeCloseTo(123.25, 12);
  });
});

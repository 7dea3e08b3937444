import { expect, test } from "vitest";
import { cohortFinding, flowFinding, surfaceFinding } from "./findings.ts";

const link = (from: string, to: string, customers: number) => ({ from, to, customers });

test("the flow's finding counts those who went to a later stage", () => {
  expect(
    flowFinding({ flow: [link("active", "active", 80), link("active", "cooling", 15), link("active", "lapsed", 5)] }),
  ).toBe("20 % of those who were active have cooled or lapsed");
  expect(flowFinding({ flow: [link("active", "active", 80)] })).toBe("All who were active still are");
  expect(flowFinding({ flow: [link("new", "active", 80)] })).toBe("Nobody was active at the earlier day");
});

const cohort = (month: string, customers: number, rates: number[], seen = 3) => ({
  month,
  customers,
  retention: rates.map((rate, at) => ({ age: at + 1, rate, is_forecast: at >= seen, low: null, high: null })),
});

test("the cohorts' finding names the weakest that is seen and large enough", () => {
  const cohorts = [
    cohort("2025-11-01", 300, [0.2, 0.2, 0.2]),
    cohort("2025-12-01", 300, [0.1, 0.1, 0.1]),
    cohort("2026-01-01", 5, [0, 0, 0]),
    cohort("2026-02-01", 300, [0.01, 0.01, 0.01], 1),
  ];
  expect(cohortFinding({ cohorts })).toBe("The cohort of Dec 2025 came back least in its first three months");
  expect(cohortFinding({ cohorts: cohorts.slice(0, 1) })).toBe("Retention by month of first order");
});

test("the surface's finding is read off its last column", () => {
  const surface = {
    frequencies: [1, 12],
    days_since: [0, 100, 200],
    probability_alive: [
      [0.8, 0.9],
      [0.7, 0.6],
      [0.6, 0.4],
    ],
    reason: null,
  };
  expect(surfaceFinding({ surface })).toBe("P(alive) is 0.5 after 150 days at 12 repeat orders");
  const stays = surface.probability_alive.map((row) => row.map(() => 1));
  expect(surfaceFinding({ surface: { ...surface, probability_alive: stays } })).toBe("The model sees nobody leave");
  expect(surfaceFinding({ surface: { ...surface, probability_alive: [] } })).toBe(
    "P(alive) by repeat orders and days since the last one",
  );
});

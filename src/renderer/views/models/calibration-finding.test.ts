import { expect, it } from "vitest";
import { calibrationFinding } from "./calibration-finding.ts";

const bin = (label: string, expected: number | null, actual: number, n = 100) => ({
  label,
  expected,
  actual,
  low: actual - 0.02,
  high: actual + 0.02,
  n,
});

it("says which way chances err, weighing groups by their size", () => {
  expect(calibrationFinding([bin("0.1", 0.1, 0.11), bin("0.5", 0.5, 0.49)], "bg_nbd")).toMatch(/^Chances are right/);
  expect(calibrationFinding([bin("0.1", 0.1, 0.2), bin("0.5", 0.5, 0.7)], "bg_nbd")).toBe(
    "Chances are too low: 30.0 % told, 45.0 % happened",
  );
  expect(calibrationFinding([bin("0.1", 0.4, 0.2, 900), bin("0.5", 0.5, 0.9, 100)], "bg_nbd")).toMatch(/too high/);
});

it("names the first and the last of groups that have only names", () => {
  const stages = [bin("active", null, 0.48), bin("at_risk", null, 0.2), bin("lapsed", null, 0.04)];
  expect(calibrationFinding(stages, "lifecycle_stage")).toBe(
    "48 % of active customers bought again, 4 % of lapsed ones",
  );
  expect(calibrationFinding([bin("low", null, 0.1), bin("high", null, 0.5)], "return_risk")).toBe(
    "Low 10 %, high 50 %",
  );
});

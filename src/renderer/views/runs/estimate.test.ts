import { expect, it } from "vitest";
import type { RunEstimate } from "../../../shared/api/contract/runs.ts";
import { estimateFinding } from "./EstimatePanel.tsx";

const estimate = (more: object) =>
  ({ tasks: { total: 9, reused: 5, computed: 4 }, seconds: 90, known_share: 1, cost: null, ...more }) as RunEstimate;

it("says how long and how much, or why that can't be said", () => {
  expect(estimateFinding(estimate({}))).toBe("A run would take about 1 min 30 s");
  expect(estimateFinding(estimate({ cost: { total: 1.234, currency: "USD" } }))).toContain("and about 1.23 USD");
  expect(estimateFinding(estimate({ known_share: 0 }))).toContain("no earlier run tells");
  expect(estimateFinding(estimate({ tasks: { total: 9, reused: 9, computed: 0 } }))).toContain("already there");
});

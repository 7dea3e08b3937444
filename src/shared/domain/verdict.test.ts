import { describe, expect, it } from "vitest";
import { type JudgedRow, needsOf, verdictOf } from "./verdict.ts";

const row = (cut_on: string, low: number | null, more: Partial<JudgedRow> = {}): JudgedRow => ({
  model: "rfm",
  metric: "auc",
  n: 100,
  cut_on,
  horizon_days: 90,
  is_main: true,
  advantage: 0.05,
  advantage_low: low,
  advantage_high: 0.1,
  ...more,
});

describe("the verdict", () => {
  it("averages bounds over the cuts: more cuts of the same customers prove nothing by themselves", () => {
    const found = verdictOf([row("2026-03-29", 0.03), row("2025-12-28", -0.02)]);
    expect(found).toEqual({
      state: "proven",
      metric: "auc",
      cuts: 2,
      n: 200,
      advantage: 0.05,
      low: expect.closeTo(0.005, 9),
      high: 0.1,
    });
    expect(verdictOf([row("2026-03-29", 0.01), row("2025-12-28", -0.02)]).state).toBe("unproven");
  });

  it("looks at the main metric alone, and at one horizon", () => {
    const rows = [row("2026-03-29", 0.03), row("2026-03-29", -1, { is_main: false, metric: "brier" })];
    expect(verdictOf([...rows, row("2025-12-28", -9, { horizon_days: 30 })])).toMatchObject({
      state: "proven",
      cuts: 1,
    });
  });

  it("says that there was nothing to judge by, and what would be needed", () => {
    expect(verdictOf([]).state).toBe("no_data");
    expect(verdictOf([row("2026-03-29", null)]).state).toBe("no_data");
    expect(needsOf(["purchase_summary", "brand_counts"])).toContain("have a brand");
    expect(needsOf(["brand_counts"], "campaigns")).toBe("campaigns");
  });
});

import { describe, expect, it } from "vitest";
import { type JudgedRow, needsOf, unmetConditions, verdictOf } from "./verdict.ts";

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

  it("asks further metrics for what the model declares, by their mean bounds over the cuts", () => {
    const main = [row("2026-03-29", 0.03), row("2025-12-28", 0.01)];
    const also = (condition: "better" | "not_worse", bounds: readonly [low: number, high: number][]) =>
      verdictOf([
        ...main,
        ...bounds.map(([low, high], at) =>
          row(main[at]?.cut_on ?? "", low, { is_main: false, metric: "log_loss", condition, advantage_high: high }),
        ),
      ]).state;
    expect(
      also("better", [
        [0.02, 0.1],
        [-0.01, 0.1],
      ]),
    ).toBe("proven");
    expect(
      also("better", [
        [0.01, 0.1],
        [-0.02, 0.1],
      ]),
    ).toBe("unproven");
    expect(
      also("not_worse", [
        [-0.1, 0.02],
        [-0.2, 0.01],
      ]),
    ).toBe("proven");
    expect(
      also("not_worse", [
        [-0.1, -0.02],
        [-0.2, 0.01],
      ]),
    ).toBe("unproven");
    expect(also("better", [])).toBe("proven");
    const unmet = row("2026-03-29", -0.2, { is_main: false, metric: "log_loss", condition: "better" });
    expect(verdictOf([...main, unmet])).toMatchObject({ state: "unproven", held_back_by: "log_loss" });
    expect(unmetConditions([...main, unmet])).toEqual([{ metric: "log_loss", condition: "better" }]);
    expect(verdictOf([...main, { ...unmet, horizon_days: 30 }]).state).toBe("proven");
    expect(verdictOf([row("2026-03-29", -0.01), { ...unmet, advantage_low: 1 }]).state).toBe("unproven");
  });

  it("says that there was nothing to judge by, and what would be needed", () => {
    expect(verdictOf([]).state).toBe("no_data");
    expect(verdictOf([row("2026-03-29", null)]).state).toBe("no_data");
    expect(needsOf(["purchase_summary", "brand_counts"])).toContain("have a brand");
    expect(needsOf(["brand_counts"], "campaigns")).toBe("campaigns");
  });
});

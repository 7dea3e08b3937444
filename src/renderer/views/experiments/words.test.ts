import { describe, expect, it } from "vitest";
import type { MetricComparison } from "../../../shared/api/contract/experiments.ts";
import { gainText, outcomeOf, parseValues, variantText } from "./words.ts";

const row = (gain: number | null, is_main = true): MetricComparison => ({
  model: "rfm",
  metric: "auc",
  cut_on: "2026-03-29",
  horizon_days: 90,
  n: 10,
  base: null,
  variant: { value: 1, low: 0, high: 2 },
  baseline: "naive",
  baseline_value: 0,
  gain,
  is_main,
});

describe("what a variant comes to", () => {
  it("counts main metrics alone", () => {
    expect(gainText([])).toMatch(/No model is judged otherwise/);
    expect(gainText([row(0.1), row(-5, false)])).toBe("Better on its main metric");
    expect(gainText([row(0.1), row(-0.1)])).toBe("Better on 1 and worse on 1 of 2 main metrics at the cuts");
    expect(gainText([row(-0.1), row(-0.2)])).toBe("Worse on 2 of 2 main metrics at the cuts");
    expect(gainText([row(null)])).toMatch(/same splits/);
  });

  it("names no winner where each value lies within the other's limits", () => {
    const held = (value: number, low: number, high: number, gain: number) =>
      outcomeOf({ gain, base: { value: 0.8, low: 0.79, high: 0.81 }, variant: { value, low, high } });
    expect(held(0.805, 0.795, 0.815, 0.005)).toBe("unsure");
    expect(held(0.82, 0.815, 0.825, 0.02)).toBe("better");
    expect(held(0.78, 0.775, 0.785, -0.02)).toBe("worse");
    expect([held(0.8, 0.79, 0.81, 0), outcomeOf(row(null))]).toEqual(["same", "unknown"]);
    const unsure = { ...row(0.1), base: { value: 1, low: 0.5, high: 1.5 } };
    expect(gainText([unsure])).toBe("No sure difference on the main metrics");
    expect(gainText([unsure, row(0.2)])).toBe("Better on 1 of 2 main metrics at the cuts");
  });

  it("reads the values of a sweep", () => {
    expect(parseValues("0.5, 1,2")).toEqual([0.5, 1, 2]);
    expect(parseValues("auto pareto_nbd")).toEqual(["auto", "pareto_nbd"]);
    expect(parseValues(" ,")).toEqual([]);
  });

  it("names a variant by what it sets, by its own name where a model of it is gone", () => {
    const specOf = (name: string) =>
      name === "lifecycle_stage.new_days"
        ? { title: "Lifecycle stage", spec: { label: "New for", unit: "days" } }
        : null;
    const name = (params: Record<string, unknown>) => variantText("own", params, specOf);
    expect(name({ "lifecycle_stage.new_days": 30 })).toBe("Lifecycle stage: new for 30 days");
    expect(name({ "lifecycle_stage.new_days": 30, "gone.x": 1 })).toBe("own");
    expect(name({})).toBe("own");
  });
});

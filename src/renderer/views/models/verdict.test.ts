import { describe, expect, it } from "vitest";
import type { ModelEvaluation } from "../../../shared/api/contract/models.ts";
import { metricOf } from "./metrics.ts";
import { finding, rowsOf, verdictOf, verdictText } from "./verdict.ts";

const row = (metric: string, beats: boolean, cut = "2026-04-13", model = "mbg_nbd"): ModelEvaluation => ({
  model,
  metric,
  value: 0.5,
  low: 0.4,
  high: 0.6,
  baseline: "naive",
  baseline_value: 0.45,
  n: 100,
  cut_on: cut,
  horizon_days: 90,
  beats_baseline: beats,
});

describe("the verdict on a model", () => {
  it("says plainly where a baseline isn't beaten", () => {
    expect(verdictText([row("auc", true), row("brier", true)])).toBe("Beats its baseline");
    expect(verdictText([row("auc", true), row("bias", false)])).toBe("Beats it on 1 of 2");
    expect(verdictText([row("auc", false)])).toBe("Doesn't beat its baseline");
    expect(verdictText([])).toBe("Not judged");
  });

  it("doesn't take limits that hold for a baseline that is beaten", () => {
    expect(verdictOf([row("coverage_80_pit", true)])).toBe("unjudged");
    expect(verdictOf([row("auc", false), row("coverage_80_pit", true)])).toBe("fails");
  });

  it("shows each metric once a cut, the latest cut first and the newest figures", () => {
    const first = [row("auc", true), row("mae", false), row("auc", true, "2026-04-13", "rfm")];
    const rolled = [row("mae", true), row("auc", false, "2026-01-13"), row("mae", true, "2026-01-13")];
    const found = rowsOf("mbg_nbd", first, rolled);
    expect(found.map(({ metric, cut_on, beats_baseline }) => [cut_on, metric, beats_baseline])).toEqual([
      ["2026-04-13", "auc", true],
      ["2026-04-13", "mae", true],
      ["2026-01-13", "auc", false],
      ["2026-01-13", "mae", true],
    ]);
    expect(finding(found)).toBe("Beats its baseline on 3 of 4 comparisons over 2 cuts");
  });

  it("has a name and a unit for metrics that it was not told of", () => {
    expect(metricOf("recall_at_3").label).toBe("Recall among 3");
    expect(metricOf("recall_at_3").text(0.5, "GBP")).toBe("50.0 %");
    expect(metricOf("mae_days").text(12.34, "GBP")).toBe("12.3 d");
    expect(metricOf("something_new").label).toBe("Something new");
  });
});

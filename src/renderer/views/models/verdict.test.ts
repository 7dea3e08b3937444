import { describe, expect, it } from "vitest";
import type { ModelEvaluation } from "../../../shared/api/contract/models.ts";
import { metricOf } from "../../format/metrics.ts";
import { finding, isJudgedIn, rowsOf, standingOf } from "./verdict.ts";

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
  is_main: metric === "auc",
  advantage: beats ? 0.05 : 0.01,
  advantage_low: beats ? 0.02 : -0.02,
  advantage_high: 0.08,
});

describe("the verdict on a model", () => {
  it("rests on the main metric's lower bound alone", () => {
    expect(standingOf([row("auc", true), row("brier", false)], true)).toBe("proven");
    expect(standingOf([row("auc", false), row("brier", true), row("coverage_80_pit", true)], true)).toBe("unproven");
    expect(standingOf([row("coverage_80_pit", true)], true)).toBe("no_data");
    expect([standingOf([], true), standingOf([], false)]).toEqual(["no_data", "unjudged"]);
  });

  it("waits for a snapshot that holds the retailer's own model, and is never given on a program without rows", () => {
    const own = (kind: "propensity" | "program") => ({
      name: "buys_shoes",
      own: { kind, digest: "", allowed: null, program: null },
    });
    const some = { stored: [row("auc", true)], scored: ["rfm"] };
    expect(isJudgedIn({ name: "rfm" }, some)).toBe(true);
    expect(isJudgedIn({ name: "rfm" }, { ...some, stored: [] })).toBe(false);
    expect(isJudgedIn(own("propensity"), some)).toBe(false);
    expect(isJudgedIn(own("propensity"), { ...some, scored: ["rfm", "buys_shoes"] })).toBe(true);
    expect(isJudgedIn(own("program"), { ...some, scored: ["buys_shoes"] })).toBe(false);
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
    expect(finding(found, true)).toBe("Unproven over 2 cuts: its main metric isn't surely better than the baseline");
    expect(finding(found.slice(0, 2), true)).toBe("Proven: beats its baseline, ahead on 2 of 2 comparisons");
  });

  it("says which further metric holds it back where the main one doesn't", () => {
    const further = { ...row("log_loss_at_purchase", false), is_main: false } as const;
    const found = [row("auc", true), { ...further, condition: "better" as const }];
    expect(finding(found, true)).toBe(
      "Unproven: its main metric is surely better than the baseline, “Log loss, at purchase” isn't",
    );
    const worse = { ...further, condition: "not_worse" as const, advantage_high: -0.01 };
    expect(finding([row("auc", true), worse], true)).toContain("“Log loss, at purchase” is surely worse");
    expect(standingOf([row("auc", true), { ...worse, advantage_high: 0.01 }], true)).toBe("proven");
  });

  it("has a name and a unit for metrics that it was not told of", () => {
    expect(metricOf("recall_at_3").label).toBe("Recall among 3");
    expect(metricOf("recall_at_3").text(0.5, "GBP")).toBe("50.0 %");
    expect(metricOf("mae_days").text(12.34, "GBP")).toBe("12.3 d");
    expect(metricOf("something_new").label).toBe("Something new");
  });
});

import { expect, it } from "vitest";
import { defaultsOf } from "../../../shared/domain/params.ts";
import { cdnowSample } from "../reference/cdnow-sample.ts";
import { lifecycleStage } from "./lifecycle-stage.ts";

it("tells stages on CDNOW of which strictly fewer buy again from active to lapsed", () => {
  const { frequency, recency, tAge, holdout } = cdnowSample();
  const ids = Array.from(frequency, (_, at) => `c${at}`);
  const days = (weeks: Float64Array) => weeks.map((week) => Math.round(week * 7));
  const [last, age] = [days(recency), days(tAge)];
  const summary = {
    rows: ids.length,
    columns: {
      customer_id: ids,
      frequency,
      recency: last,
      t_age: age,
      days_since_last_purchase: age.map((total, at) => total - (last[at] ?? 0)),
    },
  };
  const outcomes = { rows: ids.length, columns: { customer_id: ids, n_purchases: holdout } };
  const context = { horizonDays: 273, purchaseHorizonDays: 90, seed: 1, throwIfCancelled: () => undefined };
  const settings = defaultsOf(lifecycleStage.params);
  const fitted = lifecycleStage.fit({ summary }, settings, context);
  const scores = lifecycleStage.score({ summary }, fitted, settings, context);
  const found = lifecycleStage.evaluate(
    { summary },
    scores,
    { horizonDays: 273, outcomes, outcomeCategories: { rows: 0, columns: {} } },
    fitted,
    settings,
    context,
  );
  const falls = found.find(({ metric }) => metric === "repurchase_falls_by_stage");
  expect(falls?.value).toBe(1);
  const stages = falls?.calibration ?? [];
  expect(stages.map(({ label }) => label)).toEqual(["active", "cooling", "at_risk", "lapsed"]);
  for (const [at, stage] of stages.entries()) {
    expect(stage.n).toBeGreaterThan(100);
    if (at > 0) expect(stage.actual).toBeLessThan(stages[at - 1]?.actual ?? 0);
  }
  expect(stages.map(({ actual }) => Number(actual.toFixed(2)))).toEqual([0.82, 0.52, 0.46, 0.16]);
});

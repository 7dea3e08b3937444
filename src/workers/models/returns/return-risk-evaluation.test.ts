import { describe, expect, it } from "vitest";
import { drawShop, featuresOf, type Line, rates, table } from "../../../../test/support/return-lines.ts";
import { createRandom } from "../../../shared/base/random.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import type { ModelContext } from "../../../shared/domain/model.ts";
import { defaultsOf } from "../../../shared/domain/params.ts";
import { returnRisk } from "./return-risk.ts";

const nan = Number.NaN;
const context: ModelContext = { horizonDays: 90, purchaseHorizonDays: 90, seed: 1, throwIfCancelled: () => undefined };
const riskParams = { ...defaultsOf(returnRisk.params), trees: 60 };
const none: ColumnTable = { rows: 0, columns: {} };
const { settledLines, settled, openLines, later, stillOpen, open } = drawShop();

describe("what return risk is judged by", { timeout: 120_000 }, () => {
  const fitted = returnRisk.fit({ open, settled }, riskParams, context);
  const scores = returnRisk.score({ open }, fitted, riskParams, context);
  const outcome = table({
    ...Object.fromEntries(
      ["order_id", "line_id", "customer_id", "key_space", "source"].map((key) => [key, open.columns[key] ?? []]),
    ),
    category: open.columns["category"] ?? [],
    is_before_cut: new Float64Array(open.rows).fill(1),
    is_returned: Float64Array.from(stillOpen, ({ came }) => (came ? 1 : 0)),
  });
  const judged = featuresOf(
    openLines,
    later.map((lag) => !Number.isNaN(lag)),
    760,
  );
  const judge = (lines: ColumnTable, fit = fitted) =>
    returnRisk.evaluate(
      { open },
      scores,
      { horizonDays: 90, outcomes: none, outcomeCategories: none, tables: { returns: outcome, judged: lines } },
      fit,
      riskParams,
      context,
    );

  it("beats the category's rate on what followed, and expects as many returns as came", () => {
    const found = judge(judged);
    const by = Object.fromEntries(found.map((one) => [one.metric, one]));
    expect(found.filter(({ beatsBaseline }) => beatsBaseline).map(({ metric }) => metric)).toEqual(
      expect.arrayContaining([
        ...["auc_at_purchase", "log_loss_at_purchase", "log_loss_over_mean_at_purchase"],
        ...["auc", "log_loss", "log_loss_over_mean"],
      ]),
    );
    for (const name of ["auc_at_purchase", "auc"]) {
      expect(by[name]?.value).toBeGreaterThan((by[name]?.baselineValue ?? 1) + 0.03);
    }
    expect(by["auc_at_purchase"]?.n).toBe(1_500);
    expect(by["auc"]?.n).toBe(stillOpen.length);
    for (const name of ["bias_at_purchase", "bias"]) expect(Math.abs(by[name]?.value ?? 1)).toBeLessThan(0.2);
    for (const name of ["auc_at_purchase", "log_loss_at_purchase"]) expect(by[name]?.advantage?.low).toBeGreaterThan(0);
  });

  it("judges lines by their chance at purchase, whatever day they have reached or came back on", () => {
    const blind = { age_days: new Float64Array(1_500), returned_on: new Float64Array(1_500).fill(nan) };
    const ofPurchase = (lines: ColumnTable) => judge(lines).filter(({ metric }) => metric.endsWith("_at_purchase"));
    expect(ofPurchase({ ...judged, columns: { ...judged.columns, ...blind } })).toEqual(ofPurchase(judged));
    expect(returnRisk.mainMetric).toBe("auc_at_purchase");
    const told = new Set(judge(judged).map(({ metric }) => metric));
    for (const metric of Object.keys(returnRisk.alsoDecide ?? {})) expect(told).toContain(metric);
  });

  it("says nothing of lines open at the cut where no return has a day of its own", () => {
    const undated = {
      ...settled,
      columns: { ...settled.columns, returned_on: new Float64Array(settled.rows).fill(nan) },
    };
    const fit = returnRisk.fit({ open, settled: undated }, riskParams, context);
    const metrics = judge(judged, fit).map(({ metric }) => metric);
    expect(metrics).toContain("auc_at_purchase");
    expect(metrics.every((metric) => metric.endsWith("_at_purchase"))).toBe(true);
  });

  it("isn't proven on lines of which the category says all that can be known", () => {
    const proven = Array.from({ length: 12 }, (_, seed) => {
      const random = createRandom(seed, "nothing more");
      const plain = (lines: readonly Line[], asOf: number) =>
        featuresOf(
          lines,
          lines.map(({ category }) => random.next() < (rates[category] ?? 0)),
          asOf,
        );
      const fit = returnRisk.fit({ open, settled: plain(settledLines, 760) }, { ...riskParams, trees: 20 }, context);
      const found = judge(plain(openLines, 760), fit);
      const isSure = (name: string) => (found.find(({ metric }) => metric === name)?.advantage?.low ?? 0) > 0;
      return isSure("auc_at_purchase") && isSure("log_loss_at_purchase");
    });
    expect(proven.filter(Boolean).length).toBeLessThanOrEqual(1);
  });
});

import { describe, expect, it } from "vitest";
import { createRandom } from "../../../shared/base/random.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import type { OwnEvent } from "../../../shared/domain/own-model.ts";
import { bandCuts, bandOf } from "../../../shared/domain/return-bands.ts";
import { predictResponses } from "../../numeric/boosted-trees-predict.ts";
import type { FeatureRow } from "../lifecycle/behaviour-levers.ts";
import { ownChanges } from "./own-changes.ts";
import { fitOwn, ownFeatures } from "./propensity-fit.ts";

const random = createRandom(5, "own changes");
const redeemed: OwnEvent = { kind: "event", type: "redeemed" };

/** A buyer whose chance falls with silence and rises with every day on which it happened of late. */
function drawn(): FeatureRow {
  const silence = random.below(300);
  const times = random.below(4);
  const row = Object.fromEntries(ownFeatures.map((name) => [name, 0]));
  return {
    ...row,
    ...{ days_since_last_purchase: silence, t_age: 400, recency: 400 - silence, frequency: 3 + random.below(3) },
    ...{ purchases_365: 3, mean_interval_days: 100, intervals_overdue: silence / 100, n_lines: 6 },
    ...{ event_days: times, event_days_90: times, event_days_365: times },
    days_since_event: times > 0 ? random.below(80) : Number.NaN,
  };
}

const chanceOf = (row: FeatureRow) =>
  0.02 + 0.3 * Math.min(3, row.event_days_90 ?? 0) * Math.exp(-(row.days_since_last_purchase ?? 0) / 150);
const learnt = Array.from({ length: 3_000 }, (_, at) => {
  const row = drawn();
  return { row, cut: 90 * (1 + (at % 3)), happened: random.next() < chanceOf(row) ? 1 : 0 };
});
const table: ColumnTable = {
  rows: learnt.length,
  columns: {
    ...Object.fromEntries(ownFeatures.map((name) => [name, Float64Array.from(learnt, ({ row }) => row[name] ?? 0)])),
    cut_days: Float64Array.from(learnt, ({ cut }) => cut),
    happened: Float64Array.from(learnt, ({ happened }) => happened),
  },
};
const context = { horizonDays: 90, purchaseHorizonDays: 90, seed: 1, throwIfCancelled: () => undefined };
const fitted = fitOwn(table, [], context);
if (!fitted) throw new Error("nothing was learnt");
const scored = (row: FeatureRow) =>
  predictResponses(
    fitted.trees,
    fitted.columns.map((name) => Float64Array.of(row[name] ?? Number.NaN)),
  )[0] ?? Number.NaN;
const everybody = { event: redeemed, population: {} };
const some = Array.from({ length: 60 }, drawn);

describe("the nearest change of a chance of one's own", () => {
  it("starts from the model's own score and crosses the edge of its band", () => {
    let told = 0;
    for (const row of some) {
      const { score, changes } = ownChanges(fitted, everybody, row);
      expect(score).toBeCloseTo(scored(row), 12);
      for (const { before, after, from, to } of changes) {
        told++;
        expect(before).toBeCloseTo(score, 12);
        expect([from, to]).toEqual([before, after].map((one) => bandOf(one, bandCuts(fitted.base_rate))));
        expect(from).not.toBe(to);
      }
    }
    expect(told).toBeGreaterThan(20);
  });

  it("names the event itself, scored with what hangs on it", () => {
    const row: FeatureRow = {
      ...drawn(),
      ...{ days_since_last_purchase: 5, recency: 395, intervals_overdue: 0.05 },
      ...{ event_days: 0, event_days_90: 0, event_days_365: 0, days_since_event: Number.NaN },
    };
    const { changes } = ownChanges(fitted, everybody, row);
    expect(changes.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/more days? on which they have the event “redeemed”, the last one today/),
    );
  });

  it("stays among those who are scored at all", () => {
    const first = { event: redeemed, population: { is_first_time: true, bought_within_days: 60 } };
    for (const row of some) {
      const { changes } = ownChanges(fitted, first, { ...row, event_days: 0, days_since_last_purchase: 50 });
      expect(changes.map(({ text }) => text).filter((text) => /redeemed/.test(text))).toEqual([]);
      const days = changes.map(({ text }) => Number(/another (\d+) day/.exec(text)?.[1] ?? 0));
      expect(days.every((more) => more < 10)).toBe(true);
    }
  });

  it("is nothing that only the shop does, and where buying is the event an order says it", () => {
    for (const event of [{ kind: "return" }, { kind: "message", type: "sent" }] as const)
      for (const row of some.slice(0, 20))
        for (const { text } of ownChanges(fitted, { event, population: {} }, row).changes)
          expect(text).toMatch(/order|e-mails opened|visit/);
    const buys = ownChanges(fitted, { event: { kind: "purchase" }, population: {} }, some[0] ?? {});
    for (const { text } of buys.changes) expect(text).not.toMatch(/on which they/);
  });
});

import { describe, expect, it } from "vitest";
import { defaultGate, judgeNight, type NightFigures } from "./gate.ts";

const compared = {
  snapshot_id: "a",
  customers_before: 1000,
  customers: 1010,
  changed_ids: 20,
  revenue_before_minor: 500_000,
  revenue_minor: 500_000,
};
const delivery = { source: "till", rows: 90, rejected: 1, before: [100, 100, 104] };
const good: NightFigures = { late: [], deliveries: [delivery], compared };
const broken = (figures: Partial<NightFigures>, limits = {}) =>
  judgeNight({ ...good, ...figures }, { ...defaultGate, ...limits }).flatMap(({ rule, ok, measured }) =>
    ok ? [] : [`${rule}: ${measured}`],
  );

describe("the gate of a night", () => {
  it("lets a night pass that lies at its limits", () => {
    expect(broken({})).toEqual([]);
    expect(broken({ deliveries: [{ ...delivery, rows: 50, rejected: 2 }] })).toEqual([]);
    expect(broken({ compared: null, deliveries: [] })).toEqual([]);
  });

  it.each<[Partial<NightFigures>, string]>([
    [{ late: [{ source: "till", expected_at: "2 Jul, 06:00" }] }, "late_sources: till was expected by 2 Jul, 06:00"],
    [{ deliveries: [{ ...delivery, rows: 49 }] }, "small_delivery: till: 49 rows, usually 100"],
    [{ deliveries: [{ ...delivery, rejected: 5 }] }, "rejected_rows: till: 5 of 90 rows (5.6 %)"],
    [{ compared: { ...compared, changed_ids: 21 } }, "changed_ids: 21 of 1,000 customers (2.1 %)"],
    [{ compared: { ...compared, customers: 949 } }, "fewer_customers: 949 customers, before 1,000 (−5.1 %)"],
    [
      { compared: { ...compared, revenue_minor: 400_000 } },
      "less_revenue: 400,000 minor units, before 500,000 (−20 %)",
    ],
  ])("keeps back %j", (figures, said) => {
    expect(broken(figures)).toEqual([said]);
  });

  it("judges no delivery by fewer than three before it, and none of its rules that is off", () => {
    expect(broken({ deliveries: [{ ...delivery, rows: 20, before: [100, 100] }] })).toEqual([]);
    expect(broken({ compared: { ...compared, changed_ids: 900 } }, { changed_ids: null })).toEqual([]);
  });
});

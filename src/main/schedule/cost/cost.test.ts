import { describe, expect, it } from "vitest";
import type { Ec2Settings } from "../ec2/fleet.ts";
import { listedHour, pricesOf } from "./prices.ts";
import { costOf, keptPerMonth, paidShare, totalOf } from "./run-cost.ts";

const settings: Ec2Settings = {
  ...{ group: "agents", region: "eu-west-1", cores_per_instance: 8 },
  ...{ price_per_hour: 0.4, is_listed: false, currency: "EUR", daily_budget: null },
};

describe("prices", () => {
  it("are listed by family and size", () => {
    expect(listedHour("c7i.large")).toBe(0.08925);
    expect(listedHour("c7i.2xlarge")).toBeCloseTo(0.357, 9);
    expect(listedHour("m7g.16xlarge")).toBeCloseTo(2.6112, 9);
    expect([listedHour("x1e.large"), listedHour("c7i.metal"), listedHour("")]).toEqual([null, null, null]);
  });

  it("are those of the settings, else the list's, and none where nothing is paid", () => {
    expect(pricesOf(null, false, {})).toBe(null);
    expect(pricesOf(settings, false, {})).toMatchObject({ instanceHour: 0.4, currency: "EUR", share: null });
    expect(pricesOf({ ...settings, is_listed: true }, false, {})?.source).toBe("list prices of us-east-1, 2026-06");
    const own = pricesOf(null, false, { ASSAY_EFS_READ_PRICE: "0.01", ASSAY_EFS_WRITE_PRICE: "much" });
    expect(own?.source).toBe("prices of the settings, else list prices of us-east-1, 2026-06");
    expect(own?.share).toEqual({ readPerGb: 0.01, writtenPerGb: 0.06, keptPerGbMonth: 0.3 });
  });
});

describe("what a run costs", () => {
  it("is its instances' hours and the bytes that it moved", () => {
    const prices = pricesOf(settings, true, {});
    if (!prices) throw new Error("there are prices");
    const cost = costOf({ instanceSeconds: 5_400, readBytes: 20e9, writtenBytes: 5e9 }, prices);
    expect(cost).toMatchObject({
      currency: "EUR",
      instances: expect.closeTo(0.6, 9),
      share_read: expect.closeTo(0.6, 9),
    });
    expect(totalOf(cost)).toBeCloseTo(1.5, 9);
    expect(keptPerMonth(5e9, prices)).toBeCloseTo(1.5, 9);
  });

  it("shares an instance between the runs that it works for, and pays for idle ones", () => {
    const at = (...runs: string[]) => runs.map((run) => ({ run }));
    const agents = [
      { instance: "i-1", tasks: at("mine", "mine", "other", "other") },
      { instance: "i-2", tasks: at("other") },
      { instance: "i-3", tasks: [] },
      { instance: null, tasks: at("mine") },
    ];
    expect(paidShare(agents, "mine")).toBe(1.5);
  });
});

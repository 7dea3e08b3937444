import { describe, expect, it } from "vitest";
import type { Session } from "../engine/duckdb.ts";
import { customersToCome } from "./customers-to-come.ts";
import { limitWidth } from "./estimate.ts";
import type { OpenSnapshot } from "./session-pool.ts";

const row = (days: number, revenue: number) => ({
  horizon_days: days,
  revenue,
  low: revenue * Math.exp(-limitWidth * 0.25),
  high: revenue * Math.exp(limitWidth * 0.25),
});

function toCome(rows: readonly object[], columns: readonly string[] = ["revenue_minor_high"]) {
  const snapshot = { columnsOf: () => new Map(columns.map((name) => [name, "DOUBLE"])) } as unknown as OpenSnapshot;
  return customersToCome(snapshot, { rows: async () => rows } as unknown as Session);
}

describe("customers yet to be won", () => {
  it("bring what is told of some days, and between them a power of the days", async () => {
    const found = await toCome([row(30, 1000), row(90, 4000), row(365, 20_000)]);
    expect([30, 90, 365].map((days) => found?.within(days))).toEqual([1000, 4000, 20_000]);
    expect(found?.within(60)).toBeCloseTo(1000 * 2 ** (Math.log(4) / Math.log(3)), 6);
    expect(found?.within(7)).toBeCloseTo(1000 * (7 / 30) ** (Math.log(4) / Math.log(3)), 6);
    expect(found?.spread).toBeCloseTo(0.25, 10);
  });

  it("aren't told beyond the last horizon of a young shop, nor by a snapshot without the model", async () => {
    const young = await toCome([row(30, 1000)]);
    expect([young?.within(15), young?.within(90)]).toEqual([500, null]);
    expect(await toCome([])).toBeNull();
    expect(await toCome([row(30, 1000)], [])).toBeNull();
  });
});

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { customerId, StepBench } from "../../../test/support/step-harness.ts";
import { customerReturnRisks } from "./customer-return-risks.ts";

const ann = customerId("ann");
const bob = customerId("bob");
const cat = customerId("cat");
let bench: StepBench;
beforeEach(() => {
  bench = new StepBench();
});
afterEach(() => bench.close());

describe("return risk of customers", () => {
  it("is the chance that at least one open line comes back", async () => {
    const line = (customer_id: string, line_id: string, reason: string | null = "window_open") => ({
      customer_id,
      key_space: "brand",
      order_id: "1",
      line_id,
      source: "shop",
      revenue_minor: 1000,
      reason,
    });
    await bench.given("return_ledger", "return_ledger", [
      line(ann, "1"),
      line(ann, "2"),
      line(ann, "3", null),
      line(bob, "4"),
      line(cat, "5", "partly_refunded"),
    ]);
    const score = (customer_id: string, line_id: string, return_risk: number | null, reason: string | null = null) => ({
      customer_id,
      key_space: "brand",
      order_id: "1",
      line_id,
      source: "shop",
      return_risk,
      reason,
    });
    await bench.given("scores_return_risk", "scores", [
      score(ann, "1", 0.2),
      score(ann, "2", 0.5),
      score(bob, "4", null, "not_enough_data"),
      score(cat, "5", null, "partly_refunded"),
    ]);
    bench.givenJson("fit_return_risk", "fitted", { mean: 0.2 });
    const { customer_return_risks: rows = [] } = await bench.run(customerReturnRisks);
    expect(rows).toEqual([
      {
        customer_id: ann,
        open_line_count: 2,
        open_minor: 2000,
        at_risk_minor: 700,
        return_risk: expect.closeTo(0.6, 12),
        return_risk_band: "very_high",
        reason: null,
      },
      {
        customer_id: bob,
        open_line_count: 1,
        open_minor: 1000,
        at_risk_minor: null,
        return_risk: null,
        return_risk_band: null,
        reason: "not_enough_data",
      },
    ]);
  });
});

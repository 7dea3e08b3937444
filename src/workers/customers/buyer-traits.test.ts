import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { customerId, StepBench } from "../../../test/support/step-harness.ts";
import { buyerTraits } from "./buyer-traits.ts";

let bench: StepBench;
beforeEach(() => {
  bench = new StepBench();
});
afterEach(() => bench.close());

describe("traits of buyers", () => {
  const [ann, bob, cid, dan] = ["ann", "bob", "cid", "dan"].map(customerId) as [string, string, string, string];

  it("lie where the first purchase does, of buyers of whom anything is told", async () => {
    await bench.given("people", "people", [
      { customer_id: ann, gender: "Female", region: "North", birth_date: "1980-05-01" },
      { customer_id: bob, birth_date: "no day" },
      { customer_id: cid, region: "South" },
      { customer_id: dan },
    ]);
    const bought = (customer_id: string, day: string) => ({ customer_id, day, n_orders: 1, n_lines: 1 });
    await bench.given("transactions", "transactions", [
      bought(ann, "2026-01-05"),
      bought(ann, "2026-05-05"),
      bought(bob, "2026-03-05"),
      bought(dan, "2026-03-06"),
    ]);
    const { traits } = await bench.run(buyerTraits, { spanEnds: ["2026-01-31", "2026-04-30"] });
    expect(traits).toEqual([
      { customer_id: ann, gender: "female", region: "North", born: "1980-05-01" },
      { customer_id: bob, gender: null, region: null, born: null },
    ]);
  });

  it("of the days before are the same when somebody buys for the first time", async () => {
    const people = [ann, bob].map((customer_id) => ({ customer_id, gender: "f" }));
    await bench.given("people", "people", people);
    const first = { customer_id: ann, day: "2026-01-05", n_orders: 1, n_lines: 1 };
    const spanEnds = ["2026-01-31"];
    await bench.given("transactions", "transactions", [first]);
    const { traits: before } = await bench.run(buyerTraits, { spanEnds });
    await bench.given("transactions", "transactions", [first, { ...first, customer_id: bob, day: "2026-02-05" }]);
    const { traits: after = [] } = await bench.run(buyerTraits, { spanEnds });
    expect(after.map(({ customer_id }) => customer_id)).toEqual([ann, bob]);
    expect(after.slice(0, 1)).toEqual(before);
  });
});

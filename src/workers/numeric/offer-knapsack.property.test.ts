import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chooseOptions, type Options } from "./offer-knapsack.ts";

type Offer = { value: number; cost: number };

function optionsOf(customers: readonly (readonly Offer[])[]): Options {
  const starts = [0];
  for (const own of customers) starts.push((starts.at(-1) ?? 0) + own.length);
  const all = customers.flat();
  return {
    starts: Uint32Array.from(starts),
    values: Float64Array.from(all, ({ value }) => value),
    costs: Float64Array.from(all, ({ cost }) => cost),
  };
}

/** The best of every choice there is. */
function optimum(customers: readonly (readonly Offer[])[], budget: number, contacts: number): number {
  const [own, ...rest] = customers;
  if (!own) return 0;
  let best = optimum(rest, budget, contacts);
  if (contacts > 0)
    for (const { value, cost } of own)
      if (cost <= budget) best = Math.max(best, value + optimum(rest, budget - cost, contacts - 1));
  return best;
}

const offer = fc.record({ value: fc.integer({ min: -20, max: 60 }), cost: fc.integer({ min: 0, max: 40 }) });
const shop = fc.array(fc.array(offer, { maxLength: 3 }), { maxLength: 6 });
const limit = (max: number) => fc.option(fc.integer({ min: 0, max }), { nil: null });

describe("a choice of offers", () => {
  it("keeps the limits, and lies between nothing and its bound, which no true optimum passes", () => {
    fc.assert(
      fc.property(shop, limit(120), limit(6), (customers, budget, contacts) => {
        const options = optionsOf(customers);
        const found = chooseOptions(options, { budget, contacts });
        const best = optimum(customers, budget ?? 1e9, contacts ?? 1e9);
        expect(found.cost).toBeLessThanOrEqual(budget ?? Number.POSITIVE_INFINITY);
        expect(found.contacts).toBeLessThanOrEqual(contacts ?? Number.POSITIVE_INFINITY);
        expect(found.value).toBeGreaterThanOrEqual(0);
        expect(found.value).toBeLessThanOrEqual(best + 1e-9);
        expect(found.bound).toBeGreaterThanOrEqual(best - 1e-6);
        for (const [customer, at] of found.option.entries())
          if (at >= 0) {
            expect(at).toBeGreaterThanOrEqual(options.starts[customer] ?? 0);
            expect(at).toBeLessThan(options.starts[customer + 1] ?? 0);
          }
      }),
      { numRuns: 150 },
    );
  });

  it("is the optimum where only customers or nothing is limited", () => {
    fc.assert(
      fc.property(shop, limit(6), (customers, contacts) => {
        const found = chooseOptions(optionsOf(customers), { budget: null, contacts });
        expect(found.value).toBeCloseTo(optimum(customers, 1e9, contacts ?? 1e9), 9);
      }),
      { numRuns: 100 },
    );
  });

  it("misses the bound of a budget by less than one step", () => {
    fc.assert(
      fc.property(shop, fc.integer({ min: 0, max: 120 }), (customers, budget) => {
        const found = chooseOptions(optionsOf(customers), { budget, contacts: null });
        const most = Math.max(0, ...customers.flat().map(({ value }) => value));
        expect(found.bound - found.value).toBeLessThanOrEqual(most + 1e-9);
      }),
      { numRuns: 100 },
    );
  });

  it("chooses nobody of nobody", () => {
    expect(chooseOptions(optionsOf([]), { budget: 10, contacts: 1 })).toMatchObject({ value: 0, cost: 0, contacts: 0 });
  });
});

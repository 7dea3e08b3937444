import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { type Row, StepBench } from "../../../test/support/step-harness.ts";
import { addDays, weekEnd } from "../../shared/base/time.ts";
import { steps } from "../catalogue.ts";
import { models } from "./list.ts";

const asOf = "2026-06-24";
const base = weekEnd(asOf);

let bench: StepBench;
afterEach(() => bench.close());

interface Bought {
  readonly customer: number;
  readonly daysAgo: number;
  readonly product: number;
}

/** Ids that are spread as hashes are. */
const idOf = (customer: number) =>
  (Math.imul(customer, 0x9e3779b1) >>> 0).toString(16).padStart(8, "0").padEnd(20, "0");

function linesOf(all: readonly Bought[]): Row[] {
  return all.map(({ customer, daysAgo, product }, at) => {
    const day = addDays(asOf, -daysAgo);
    return {
      ...{
        customer_id: idOf(customer),
        key_space: "brand",
        order_id: `o${at}`,
        line_id: "1",
        source: "till",
      },
      ...{
        ordered_at: `${day} ${10 + (product % 9)}:30:00`,
        day,
        product_id: `p${product}`,
        category: `k${product % 4}`,
      },
      ...{ brand: `b${product % 3}`, size: product % 2 ? "M" : "L", store_id: `s${customer % 3}`, quantity: 1 },
      ...{ unit_price_minor: 900 + product, list_price_minor: 1000 + product, discount_minor: product % 3 ? 0 : 100 },
      ...{
        revenue_minor: 900 + product,
        channel: product % 2 ? "web" : "store",
        is_cancelled: false,
        is_purchase: true,
        currency: "GBP",
      },
    };
  });
}

/** Some of those days somebody also opened a message, who may never have bought. */
function messagesOf(all: readonly Bought[]): Row[] {
  return all.flatMap(({ customer, daysAgo, product }, at) =>
    product % 3 === 0
      ? [
          {
            ...{ customer_id: idOf((customer % 28) + 1), event_id: `m${at}`, event_type: "opened" },
            ...{ occurred_at: `${addDays(asOf, -daysAgo)} ${8 + (product % 5)}:15:00`, channel: "email" },
          },
        ]
      : [],
  );
}

const builtSteps = [...steps.values()].filter((step) =>
  Object.values(step.inputs).some(({ base: kind }) => kind === "at"),
);
const given = ["purchase_lines", "purchase_returns", "sold_products", "order_buyers", "activity", "lake"];

/** Runs steps at a day after all that they read and that isn't made yet, fits at the week's end; gives what was made by step. */
async function make(
  names: Iterable<string>,
  day: string,
  done: Set<string>,
  isBuilt = false,
): Promise<Map<string, Row[]>> {
  const made = new Map<string, Row[]>();
  const run = async (name: string, date: string): Promise<void> => {
    const step = steps.get(name);
    if (!step || done.has(name) || given.includes(name) || name.startsWith("tournament_")) return;
    done.add(name);
    const own = step.timing === "fit_as_of" ? base : date;
    for (const { step: input, base: kind } of Object.values(step.inputs)) {
      const isLeft = kind === "at" || (kind !== undefined && (kind === "without") === isBuilt);
      if (!isLeft) await run(input, own);
    }
    const outputs = await bench.run(step, { asOf: own, isBuilt });
    made.set(name, outputs[step.outputs[0]?.name ?? ""] ?? []);
  };
  for (const name of names) await run(name, day);
  return made;
}

const inOrder = (rows: readonly Row[]) => rows.map((row) => JSON.stringify(row)).sort();

const bought = fc.record({
  customer: fc.integer({ min: 1, max: 25 }),
  daysAgo: fc.oneof(fc.integer({ min: -2, max: 4 }), fc.integer({ min: 0, max: 500 })),
  product: fc.integer({ min: 1, max: 12 }),
});

describe("what is built on the week's end", () => {
  it("is what would be made from scratch", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(bought, { minLength: 80, maxLength: 200 }), async (all) => {
        bench?.close();
        bench = new StepBench();
        await bench.given("purchase_lines", "lines", linesOf(all));
        await bench.given("activity", "message_events", messagesOf(all));
        const names = builtSteps.map(({ name }) => name);
        const before = await make(names, base, new Set());
        for (const name of before.keys())
          for (const { name: output } of steps.get(name)?.outputs ?? []) bench.keepAsBase(name, output);
        const fits = [...before.keys()].filter((name) => steps.get(name)?.timing !== "as_of");
        const whole = await make(names, asOf, new Set(fits));
        await make(["recent_lines"], asOf, new Set());
        const isPlain = (name: string) => !names.includes(name);
        const again = await make(
          names,
          asOf,
          new Set([...fits, "recent_lines", ...[...whole.keys()].filter(isPlain)]),
          true,
        );
        for (const { name, addsToBase } of builtSteps) {
          const stood = addsToBase ? (before.get(name) ?? []) : [];
          expect([name, inOrder([...stood, ...(again.get(name) ?? [])])]).toEqual([
            name,
            inOrder(whole.get(name) ?? []),
          ]);
        }
      }),
      { numRuns: 1, endOnFailure: true },
    );
  }, 60_000);
});

describe("scores of a customer's own rows", () => {
  it("are the same whether all are in memory or some customers after the others", async () => {
    bench = new StepBench();
    const [all = []] = fc.sample(fc.array(bought, { minLength: 150, maxLength: 200 }), { numRuns: 1, seed: 7 });
    await bench.given("purchase_lines", "lines", linesOf(all));
    const own = models.flatMap(({ name, apart, isSeparate }) => (apart || isSeparate ? [`scores_${name}`] : []));
    const whole = await make(own, base, new Set());
    for (const name of own) {
      const step = steps.get(name);
      const { scores } = step ? await bench.run(step, { asOf: base, rows: 5_000_000 }) : {};
      expect([name, scores]).toEqual([name, whole.get(name)]);
    }
    expect(own.filter((name) => (whole.get(name) ?? []).length > 5).length).toBeGreaterThan(5);
  }, 30_000);
});

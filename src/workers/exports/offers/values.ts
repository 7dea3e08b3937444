import type { OfferTerms } from "../../../shared/domain/offer.ts";
import type { Options } from "../../numeric/offer-knapsack.ts";
import type { OfferInputs } from "./inputs.ts";
import type { Response } from "./response.ts";

/** Every offer that could be made, customers in order of their ids; `category` is -1 for the whole basket. */
export interface OfferOptions extends Options {
  readonly customer: Uint32Array;
  readonly category: Int16Array;
  readonly depth: Float64Array;
  /** Basket that the offer is about at usual prices, less what comes back. */
  readonly basket: Float64Array;
  readonly margin: Float64Array;
  /** What is given away to those who would have bought anyway. */
  readonly givenAway: Float64Array;
}

/** A draw of what is uncertain of everybody's response. */
export interface Draw {
  readonly level: number;
  readonly slope: number;
}

/** Purchases that a price cut adds (or, below 0, puts off) of a customer within the offer's days. */
export type Answer = (customer: number, depth: number, draw: Draw) => number;

/** The answer to the depth that was tried is what the experiment found. A lesser cut brings no more than its part of it; a deeper one more
 *  as the customer's reduced share grows with depth, half of what it can be where half of what they buy is reduced. By association: purchases at exp(slope × depth) of the rate
 *  without, the slope by the customer's discount affinity against the mean. */
export function answerOf(inputs: OfferInputs, response: Response, days: number): Answer {
  const { people, affinityMean, affinitySpread, usualHalfDepth } = inputs;
  const relative = Float64Array.from(people.affinity, (one) =>
    Number.isFinite(one) && affinityMean > 0 ? Math.min(4, Math.max(0.25, one / affinityMean)) : 1,
  );
  const standard = Float64Array.from(people.affinity, (one) =>
    Number.isFinite(one) && affinitySpread > 0
      ? Math.min(3, Math.max(-3, (one - affinityMean) / Math.max(affinitySpread, 1e-6)))
      : 0,
  );
  if (response.basis === "experiment" && response.testedDepth !== null) {
    const tested = response.testedDepth;
    const share = (half: number, depth: number) => depth / (depth + half);
    const length = Math.min(1, days / 30);
    return (customer, depth, { level, slope }) => {
      const own = people.halfDepth[customer] ?? Number.NaN;
      const half = Number.isFinite(own) && own > 0 ? own : usualHalfDepth;
      const shape = depth <= tested ? depth / tested : share(half, depth) / share(half, tested);
      const alive = (people.alive[customer] ?? 1) / Math.max(0.05, response.alive);
      const chance = (level + slope * (standard[customer] ?? 0)) * shape * alive * length;
      const base = people.purchases[customer] ?? 0;
      return Math.min(Math.exp(-base), Math.max(-base, chance));
    };
  }
  return (customer, depth, { level }) =>
    (people.purchases[customer] ?? 0) * Math.expm1(Math.min(3, level * depth * (relative[customer] ?? 1)));
}

/** Share of a customer's spending that goes to each category: own lines drawn towards everybody's, at the price of a line. */
export function spendingShares(inputs: OfferInputs, customer: number): Float64Array {
  const { people, categories, shares, concentration } = inputs;
  const own = people.lines[customer] ?? new Map<number, number>();
  let sum = 0;
  const spent = Float64Array.from(categories, ({ line_minor }, at) => {
    const money = ((own.get(at) ?? 0) + concentration * (shares[at] ?? 0)) * line_minor;
    sum += money;
    return money;
  });
  return sum > 0 ? spent.map((money) => money / sum) : spent;
}

const mostCategories = 3;

export function marginIn(inputs: OfferInputs, terms: OfferTerms, category: number, customer: number): number {
  const own = category < 0 ? inputs.people.margin[customer] : inputs.categories[category]?.margin;
  return own !== undefined && Number.isFinite(own) ? Math.min(0.95, Math.max(0, own)) : terms.margin_share;
}

interface Offered {
  readonly category: number;
  readonly share: number;
  readonly returns: number;
}

/** What could be offered to a customer: the whole basket, or the categories that most of the money goes to. */
function offeredTo(inputs: OfferInputs, terms: OfferTerms, customer: number): Offered[] {
  const excluded = new Set(terms.excluded);
  const shares = spendingShares(inputs, customer);
  const open = Array.from(shares.keys()).filter((at) => !excluded.has(inputs.categories[at]?.category ?? ""));
  if (terms.scope === "everything") {
    const share = inputs.categories.length === 0 ? 1 : open.reduce((sum, at) => sum + (shares[at] ?? 0), 0);
    return share > 0 ? [{ category: -1, share, returns: 1 }] : [];
  }
  return open
    .filter((at) => (shares[at] ?? 0) > 0)
    .sort((a, b) => (shares[b] ?? 0) - (shares[a] ?? 0) || a - b)
    .slice(0, mostCategories)
    .map((at) => ({ category: at, share: shares[at] ?? 0, returns: inputs.categories[at]?.returns ?? 1 }));
}

/** Weighs every offer of every customer: what it adds to the margin, net of returns, of what is given away to those who would have bought
 *  anyway, and of the contact; and what it costs of the budget. */
export function weighOffers(
  inputs: OfferInputs,
  terms: OfferTerms,
  response: Response,
  answer: Answer,
  depths: readonly number[] = terms.depths,
): OfferOptions {
  const { people } = inputs;
  const made = {
    customer: [],
    category: [],
    depth: [],
    basket: [],
    margin: [],
    given: [],
    value: [],
    cost: [],
  } as Record<string, number[]>;
  const starts = new Uint32Array(people.ids.length + 1);
  const mean: Draw = { level: response.level.value, slope: response.slope.value };
  const add = (column: string, value: number) => made[column]?.push(value);
  for (let customer = 0; customer < people.ids.length; customer++) {
    for (const { category, share, returns } of offeredTo(inputs, terms, customer)) {
      const returned = Math.min(0.9, (people.returned[customer] ?? 0) * returns);
      const basket = (people.basket[customer] ?? 0) * share * (1 - returned);
      const margin = marginIn(inputs, terms, category, customer);
      for (const depth of depths) {
        const more = answer(customer, depth, mean);
        const given = (people.purchases[customer] ?? 0) * response.redemption * basket * depth;
        add("customer", customer);
        add("category", category);
        add("depth", depth);
        add("basket", basket);
        add("margin", margin);
        add("given", given);
        add("value", more * basket * (margin - depth) - given - terms.contact_cost_minor);
        add("cost", given + Math.max(0, more) * basket * depth + terms.contact_cost_minor);
      }
    }
    starts[customer + 1] = made.customer?.length ?? 0;
  }
  const column = (name: string) => Float64Array.from(made[name] ?? []);
  return {
    starts,
    customer: Uint32Array.from(made.customer ?? []),
    category: Int16Array.from(made.category ?? []),
    depth: column("depth"),
    basket: column("basket"),
    margin: column("margin"),
    givenAway: column("given"),
    values: column("value"),
    costs: column("cost"),
  };
}

/** Value of one option under a draw. */
export function valueUnder(options: OfferOptions, terms: OfferTerms, answer: Answer, at: number, draw: Draw): number {
  const depth = options.depth[at] ?? 0;
  const more = answer(options.customer[at] ?? 0, depth, draw);
  return (
    more * (options.basket[at] ?? 0) * ((options.margin[at] ?? 0) - depth) -
    (options.givenAway[at] ?? 0) -
    terms.contact_cost_minor
  );
}

import { createRandom } from "../../../shared/base/random.ts";
import type { OfferTerms } from "../../../shared/domain/offer.ts";
import type { Response } from "./response.ts";
import { type Answer, type Draw, type OfferOptions, valueUnder } from "./values.ts";

export interface Limited {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const drawn = 120;

/** Draws of what is uncertain of everybody's answer at once: normal about the estimate with its standard error. The same every time. */
export function drawsOf({ level, slope }: Response): Draw[] {
  const random = createRandom(1, "offers");
  return Array.from({ length: drawn }, () => ({
    level: level.value + level.error * random.normal(),
    slope: slope.value + slope.error * random.normal(),
  }));
}

/** Sums over chosen options: the expected margin under each draw, and the spread of the mean between customers. */
export interface Totals {
  readonly value: number;
  readonly cost: number;
  readonly givenAway: number;
  readonly contacts: number;
  readonly purchases: number;
  readonly revenue: number;
  readonly underDraws: Float64Array;
  readonly squares: number;
}

interface Sum {
  readonly options: OfferOptions;
  readonly terms: OfferTerms;
  readonly answer: Answer;
  readonly mean: Draw;
  readonly draws: readonly Draw[];
}

/** Sums what chosen options come to; `weight` scales all of them (a part of a crowd drawn at random). */
export function totalOf({ options, terms, answer, mean, draws }: Sum, chosen: Iterable<number>, weight = 1): Totals {
  const underDraws = new Float64Array(draws.length);
  let [value, cost, givenAway, contacts, purchases, revenue, squares] = [0, 0, 0, 0, 0, 0, 0];
  for (const at of chosen) {
    const [own, depth] = [options.values[at] ?? 0, options.depth[at] ?? 0];
    const more = answer(options.customer[at] ?? 0, depth, mean);
    value += own;
    cost += options.costs[at] ?? 0;
    givenAway += options.givenAway[at] ?? 0;
    purchases += more;
    revenue += more * (options.basket[at] ?? 0) * (1 - depth);
    squares += own * own;
    contacts++;
    for (const [d, draw] of draws.entries())
      underDraws[d] = (underDraws[d] ?? 0) + valueUnder(options, terms, answer, at, draw);
  }
  return {
    value: weight * value,
    cost: weight * cost,
    givenAway: weight * givenAway,
    contacts: Math.round(weight * contacts),
    purchases: weight * purchases,
    revenue: weight * revenue,
    underDraws: underDraws.map((one) => weight * one),
    squares: weight * weight * squares,
  };
}

const nothing: Pick<Totals, "value" | "underDraws" | "squares"> = {
  value: 0,
  underDraws: new Float64Array(0),
  squares: 0,
};

/** A total, or its difference to another's, with 80 % limits: quantiles over the draws, each with a draw of who the people are (their
 *  resampled sum, normal). */
export function limited(total: Totals, other: Pick<Totals, "value" | "underDraws" | "squares"> = nothing): Limited {
  const random = createRandom(2, "offers");
  const between = Math.sqrt(total.squares + other.squares);
  const values = total.underDraws
    .map((one, at) => one - (other.underDraws[at] ?? 0) + between * random.normal())
    .sort();
  const quantile = (p: number) => {
    const place = p * (values.length - 1);
    const [below, part] = [Math.floor(place), place - Math.floor(place)];
    return (values[below] ?? 0) * (1 - part) + (values[below + 1] ?? values[below] ?? 0) * part;
  };
  const value = total.value - other.value;
  if (values.length === 0 || total.contacts === 0) return { value, low: value, high: value };
  return { value, low: Math.min(value, quantile(0.1)), high: Math.max(value, quantile(0.9)) };
}

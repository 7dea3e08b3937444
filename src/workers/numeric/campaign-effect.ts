import { plannedHalfWidth, plannedP } from "./always-valid.ts";
import { type GroupMoments, outcomeVariance } from "./group-moments.ts";
import { adjustedDifference, meanDifference, relativeDifference, withoutCovariate } from "./mean-difference.ts";
import { detectableMean } from "./test-power.ts";

/** What contacting people did to one outcome, per person contacted; x of the moments is the same outcome before. */
export interface Effect {
  readonly treatedMean: number;
  readonly controlMean: number;
  readonly value: number;
  readonly error: number;
  /** 95 % limits for whoever looks once. */
  readonly low: number;
  readonly high: number;
  readonly p: number;
  /** Limits that hold for all looks until the planned end together. */
  readonly alwaysLow: number;
  readonly alwaysHigh: number;
  readonly alwaysP: number;
  /** Share of the control group's mean, adjusted alike, with the delta method's limits; NaN where that isn't positive. */
  readonly relative: number;
  readonly relativeLow: number;
  readonly relativeHigh: number;
  /** Share of the variance that the time before explains, and the width without it as a multiple. */
  readonly explained: number;
  readonly plainError: number;
  /** The smallest effect that groups of this size tell in four of five. */
  readonly detectable: number;
}

/** Fewer people, or fewer of them with an outcome, tell nothing. */
export const leastInGroup = 20;
export const leastOutcomes = 10;

/** Effect with CUPED, its limits and the always-valid ones. `elapsed`: share of the planned days that have passed (0–1]; the
 *  variance at the end is taken to grow with the days. */
export function effectOf(treated: GroupMoments, control: GroupMoments, elapsed = 1): Effect {
  const found = adjustedDifference(treated, control);
  const plain = meanDifference(treated, control);
  const centre = (treated.x + control.x) / Math.max(1, treated.n + control.n);
  const own = [treated, control].map((group) => withoutCovariate(group, found.theta, centre));
  const relative = relativeDifference(own[0] ?? treated, own[1] ?? control);
  const atEnd = found.error ** 2 / Math.min(1, Math.max(1e-6, elapsed));
  const half = plannedHalfWidth(atEnd);
  const sizes = { nTreated: treated.n, nControl: control.n };
  return {
    treatedMean: treated.y / treated.n,
    controlMean: control.y / control.n,
    value: found.value,
    error: found.error,
    low: found.low,
    high: found.high,
    p: found.p,
    alwaysLow: found.value - half,
    alwaysHigh: found.value + half,
    alwaysP: plannedP(found.value, atEnd),
    relative: relative.value,
    relativeLow: relative.low,
    relativeHigh: relative.high,
    explained: found.explained,
    plainError: plain.error,
    detectable: detectableMean((1 - found.explained) * outcomeVariance(control), sizes),
  };
}

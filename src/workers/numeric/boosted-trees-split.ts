import { type Binned, missingBin } from "./boosted-trees-bins.ts";
import type { Histogram, Packed } from "./boosted-trees-histogram.ts";

export interface SplitRules {
  readonly l2: number;
  readonly minChildWeight: number;
  readonly minGain: number;
  /** By column: 1 where predictions may only rise with it, −1 only fall; of quantities alone. */
  readonly monotone?: readonly number[] | undefined;
  /** What is added to l2 where categories are parted, against chance in small ones. */
  readonly categoryL2: number;
}

/** Rows whose bin is at most `bin`, or of categories is among `left`, go left; missing ones where `isMissingLeft` says. */
export interface Split {
  readonly feature: number;
  readonly bin: number;
  readonly left?: readonly number[];
  readonly isMissingLeft: boolean;
  readonly gain: number;
  /** Where a column is monotone: the value between both sides that neither may cross. */
  readonly middle?: number;
}

/** What a leaf's value has to stay between, for the sake of monotone columns above it. */
export interface Bounds {
  readonly low: number;
  readonly high: number;
}
export const unbounded: Bounds = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };

export function valueWithin(slope: number, weight: number, { low, high }: Bounds): number {
  const value = weight > 0 ? (0 - slope) / weight : 0;
  return Math.min(high, Math.max(low, value));
}

export interface Sums {
  readonly slope: number;
  readonly curvature: number;
}

/** Of all rows behind a histogram. */
export function sumsOf(histogram: Histogram, packed: Packed): Sums {
  const slots = histogram.length / 2;
  let [slope, curvature] = [0, 0];
  for (let bin = 0; bin < 256; bin++) {
    slope += histogram[bin] ?? 0;
    curvature += histogram[slots + bin] ?? 0;
  }
  return { slope: slope * packed.slopeUnit, curvature: curvature * packed.curvatureUnit };
}

/** The split that lowers the loss's second-order approximation most (Chen & Guestrin 2016, eq. 7), missing values tried on either
 *  side; of equal ones the first by column and bound. Null where none gains. */
export function bestSplit(
  binned: Binned,
  histogram: Histogram,
  packed: Packed,
  features: readonly number[],
  rules: SplitRules,
  bounds: Bounds = unbounded,
): Split | null {
  const all = sumsOf(histogram, packed);
  const isFree = bounds.low === unbounded.low && bounds.high === unbounded.high;
  const weight = all.curvature + rules.l2;
  const own = isFree ? (all.slope * all.slope) / weight : gainOf(all.slope, weight, bounds);
  const search: Search = { binned, histogram, packed, rules, bounds, all, own, best: null };
  search.least = Math.max(rules.minGain, 1e-9 * own);
  for (const feature of features) {
    if (binned.codes[feature]) partCategories(search, feature);
    else if (isFree && !rules.monotone?.[feature]) partFreely(search, feature);
    else partWithin(search, feature);
  }
  return search.best;
}

interface Search {
  readonly binned: Binned;
  readonly histogram: Histogram;
  readonly packed: Packed;
  readonly rules: SplitRules;
  readonly bounds: Bounds;
  readonly all: Sums;
  readonly own: number;
  best: Split | null;
  least?: number;
}

/** Twice what a leaf of a value within bounds takes off the loss. */
function gainOf(slope: number, weight: number, bounds: Bounds): number {
  const value = valueWithin(slope, weight, bounds);
  return -(2 * slope * value + weight * value * value);
}

function partFreely(search: Search, feature: number): void {
  const { binned, histogram, packed, rules, all, own } = search;
  const { l2, minChildWeight } = rules;
  const { slopeUnit, curvatureUnit } = packed;
  const slots = histogram.length / 2;
  const base = feature * 256;
  const bounds = binned.cuts[feature]?.length ?? 0;
  const missingSlope = (histogram[base + missingBin] ?? 0) * slopeUnit;
  const missingCurvature = (histogram[slots + base + missingBin] ?? 0) * curvatureUnit;
  const hasMissing = missingCurvature > 0;
  let bestGain = search.best?.gain ?? search.least ?? 0;
  let [slope, curvature] = [0, 0];
  for (let bin = 0; bin < bounds + (hasMissing ? 1 : 0); bin++) {
    slope += histogram[base + bin] ?? 0;
    curvature += histogram[slots + base + bin] ?? 0;
    for (let side = 0; side <= (hasMissing && bin < bounds ? 1 : 0); side++) {
      const leftSlope = slope * slopeUnit + side * missingSlope;
      const left = curvature * curvatureUnit + side * missingCurvature;
      const right = all.curvature - left;
      if (left < minChildWeight || right < minChildWeight) continue;
      const rightSlope = all.slope - leftSlope;
      const gain = (leftSlope * leftSlope) / (left + l2) + (rightSlope * rightSlope) / (right + l2) - own;
      if (!(gain > bestGain)) continue;
      bestGain = gain;
      const isMissingLeft = hasMissing ? side === 1 : left > right;
      search.best = { feature, bin, isMissingLeft, gain };
    }
  }
}

/** The same where values are bounded or the column is monotone: both sides' values have to stand in its order. */
function partWithin(search: Search, feature: number): void {
  const { binned, histogram, packed, rules, bounds, all, own } = search;
  const { l2, minChildWeight, monotone } = rules;
  const slots = histogram.length / 2;
  const base = feature * 256;
  const cuts = binned.cuts[feature]?.length ?? 0;
  const direction = monotone?.[feature] ?? 0;
  const missing: Sums = {
    slope: (histogram[base + missingBin] ?? 0) * packed.slopeUnit,
    curvature: (histogram[slots + base + missingBin] ?? 0) * packed.curvatureUnit,
  };
  const hasMissing = missing.curvature > 0;
  let [slope, curvature] = [0, 0];
  for (let bin = 0; bin < cuts + (hasMissing ? 1 : 0); bin++) {
    slope += histogram[base + bin] ?? 0;
    curvature += histogram[slots + base + bin] ?? 0;
    for (let side = 0; side <= (hasMissing && bin < cuts ? 1 : 0); side++) {
      const leftSlope = slope * packed.slopeUnit + side * missing.slope;
      const left = curvature * packed.curvatureUnit + side * missing.curvature;
      const [rightSlope, right] = [all.slope - leftSlope, all.curvature - left];
      if (left < minChildWeight || right < minChildWeight) continue;
      const [one, other] = [valueWithin(leftSlope, left + l2, bounds), valueWithin(rightSlope, right + l2, bounds)];
      // where missing values have a side of their own there is no order to keep to
      if (direction !== 0 && bin < cuts && direction * (other - one) < 0) continue;
      const gain = gainOf(leftSlope, left + l2, bounds) + gainOf(rightSlope, right + l2, bounds) - own;
      if (!(gain > (search.best?.gain ?? search.least ?? 0))) continue;
      const isMissingLeft = hasMissing ? side === 1 : left > right;
      const middle = direction !== 0 && bin < cuts ? (one + other) / 2 : undefined;
      search.best = { feature, bin, isMissingLeft, gain, ...(middle === undefined ? {} : { middle }) };
    }
  }
}

/** Categories by slope over curvature, parted in that order: with two sides the best part is among them (Fisher 1958). What is
 *  missing is a category of its own. */
function partCategories(search: Search, feature: number): void {
  const { binned, histogram, packed, rules, bounds, all, own } = search;
  const { minChildWeight } = rules;
  const l2 = rules.l2 + rules.categoryL2;
  const slots = histogram.length / 2;
  const base = feature * 256;
  const present: { bin: number; slope: number; curvature: number; ratio: number }[] = [];
  for (const bin of [...(binned.codes[feature]?.keys() ?? []), missingBin]) {
    const curvature = (histogram[slots + base + bin] ?? 0) * packed.curvatureUnit;
    const slope = (histogram[base + bin] ?? 0) * packed.slopeUnit;
    if (curvature > 0) present.push({ bin, slope, curvature, ratio: slope / (curvature + rules.categoryL2) });
  }
  present.sort((a, b) => a.ratio - b.ratio || a.bin - b.bin);
  let [slope, curvature] = [0, 0];
  for (let at = 0; at + 1 < present.length; at++) {
    slope += present[at]?.slope ?? 0;
    curvature += present[at]?.curvature ?? 0;
    const right = all.curvature - curvature;
    if (curvature < minChildWeight || right < minChildWeight) continue;
    const gain = gainOf(slope, curvature + l2, bounds) + gainOf(all.slope - slope, right + l2, bounds) - own;
    if (!(gain > (search.best?.gain ?? search.least ?? 0))) continue;
    const left = present.slice(0, at + 1).map(({ bin }) => bin);
    const hasMissing = present.some(({ bin }) => bin === missingBin);
    const isMissingLeft = hasMissing ? left.includes(missingBin) : curvature > right;
    search.best = {
      feature,
      bin: 0,
      left: left.filter((bin) => bin !== missingBin).sort((a, b) => a - b),
      isMissingLeft,
      gain,
    };
  }
}

import { type Binned, missingBin } from "./boosted-trees-bins.ts";
import type { Histogram, Packed } from "./boosted-trees-histogram.ts";

export interface SplitRules {
  readonly l2: number;
  readonly minChildWeight: number;
  readonly minGain: number;
}

/** Rows whose bin is at most `bin` go left; missing ones where `isMissingLeft` says. */
export interface Split {
  readonly feature: number;
  readonly bin: number;
  readonly isMissingLeft: boolean;
  readonly gain: number;
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
): Split | null {
  const slots = histogram.length / 2;
  const { slope: allSlope, curvature: allCurvature } = sumsOf(histogram, packed);
  const { l2, minChildWeight } = rules;
  const { slopeUnit, curvatureUnit } = packed;
  const own = (allSlope * allSlope) / (allCurvature + l2);
  let bestGain = Math.max(rules.minGain, 1e-9 * own);
  let best: Split | null = null;
  for (const feature of features) {
    const base = feature * 256;
    const bounds = binned.cuts[feature]?.length ?? 0;
    const missingSlope = (histogram[base + missingBin] ?? 0) * slopeUnit;
    const missingCurvature = (histogram[slots + base + missingBin] ?? 0) * curvatureUnit;
    const hasMissing = missingCurvature > 0;
    let [slope, curvature] = [0, 0];
    for (let bin = 0; bin < bounds + (hasMissing ? 1 : 0); bin++) {
      slope += histogram[base + bin] ?? 0;
      curvature += histogram[slots + base + bin] ?? 0;
      for (let side = 0; side <= (hasMissing && bin < bounds ? 1 : 0); side++) {
        const leftSlope = slope * slopeUnit + side * missingSlope;
        const left = curvature * curvatureUnit + side * missingCurvature;
        const right = allCurvature - left;
        if (left < minChildWeight || right < minChildWeight) continue;
        const rightSlope = allSlope - leftSlope;
        const gain = (leftSlope * leftSlope) / (left + l2) + (rightSlope * rightSlope) / (right + l2) - own;
        if (!(gain > bestGain)) continue;
        bestGain = gain;
        const isMissingLeft = hasMissing ? side === 1 : left > right;
        best = { feature, bin, isMissingLeft, gain };
      }
    }
  }
  return best;
}

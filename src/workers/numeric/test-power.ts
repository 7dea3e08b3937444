import { normalCdf, normalQuantile } from "./distributions.ts";

interface Sizes {
  readonly nTreated: number;
  readonly nControl: number;
  /** Two-sided; .05 unless said. */
  readonly alpha?: number;
}

/** Chance that a test of two shares tells a true one of `lifted` from `base`: variance pooled under the null, apart under the
 *  alternative (Fleiss, Levin & Paik 2003, section 4.2). */
export function powerOfShares(base: number, lifted: number, { nTreated, nControl, alpha = 0.05 }: Sizes): number {
  if (!(nTreated > 0 && nControl > 0)) return 0;
  const pooled = (nTreated * lifted + nControl * base) / (nTreated + nControl);
  const underNull = Math.sqrt(pooled * (1 - pooled) * (1 / nTreated + 1 / nControl));
  const apart = Math.sqrt((lifted * (1 - lifted)) / nTreated + (base * (1 - base)) / nControl);
  const excess = Math.abs(lifted - base) - normalQuantile(1 - alpha / 2) * underNull;
  if (apart === 0) return excess > 0 ? 1 : 0;
  return normalCdf(excess / apart);
}

/** The smallest rise of a share (in points of 1) that is told with the given power; NaN where not even a rise to 1 is. */
export function detectableShare(base: number, sizes: Sizes, power = 0.8): number {
  if (!(powerOfShares(base, 1, sizes) >= power)) return Number.NaN;
  let [low, high] = [0, 1 - base];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (powerOfShares(base, base + middle, sizes) >= power) high = middle;
    else low = middle;
  }
  return high;
}

/** The smallest difference of means that is told with the given power, for one variance in both groups. */
export function detectableMean(variance: number, { nTreated, nControl, alpha = 0.05 }: Sizes, power = 0.8): number {
  if (!(nTreated > 0 && nControl > 0)) return Number.NaN;
  const error = Math.sqrt(variance * (1 / nTreated + 1 / nControl));
  return (normalQuantile(1 - alpha / 2) + normalQuantile(power)) * error;
}

import { logitsOf } from "../learning.ts";

/** A forecast of counts, the chance of any that stands behind it, and another model's chance (NaN where it has none). */
export interface Refinable {
  readonly expected: Float64Array;
  readonly own: Float64Array;
  readonly other: Float64Array;
}

/** Weights of another model's log odds that are tried. Never all of them: the count's own chance stays in. */
export const refiningShares = [0, 0.25, 0.5, 0.75] as const;
const mostChange = 4;

/** By how much a count changes where whether anything is bought is told in part by another model, and how much, given any, stays (a
 *  hurdle, Mullahy 1986); 1 where either chance is missing. */
export function refiningFactors({ own, other }: Omit<Refinable, "expected">, share: number): Float64Array {
  const [ownLogits, otherLogits] = [logitsOf(own), logitsOf(other)];
  return own.map((chance, row) => {
    const logit = share * (otherLogits[row] ?? Number.NaN) + (1 - share) * (ownLogits[row] ?? Number.NaN);
    const factor = 1 / (1 + Math.exp(-logit)) / Math.max(1e-6, chance);
    return share > 0 && Number.isFinite(factor) ? Math.min(mostChange, Math.max(1 / mostChange, factor)) : 1;
  });
}

export function refine({ expected, own, other }: Refinable, share: number): Float64Array {
  const factors = refiningFactors({ own, other }, share);
  return expected.map((value, row) => value * (factors[row] ?? 1));
}

/** The share of the least mean loss over the cuts, a number for each cut and share; none where it saves less than `gain`. */
export function bestShare(
  losses: readonly ((share: number) => number)[],
  gain: number,
): { share: number; loss: number } {
  const found = refiningShares.map((share) => ({
    share,
    loss: losses.reduce((sum, lossAt) => sum + lossAt(share), 0) / losses.length,
  }));
  const none = found[0] ?? { share: 0, loss: 0 };
  const best = found.reduce((least, one) => (one.loss < least.loss - 1e-9 ? one : least), none);
  return none.loss - best.loss > gain ? best : none;
}

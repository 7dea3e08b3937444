import { BestOf } from "./best-of.ts";

/** The `most` candidates with the greatest scores, greatest first, equal ones in order of their number. Linear in the candidates,
 *  as few of them stay. */
export function topOf(candidates: ArrayLike<number>, scores: Float64Array, most: number): number[] {
  const best = new BestOf(Math.min(most, candidates.length));
  for (let at = 0; at < candidates.length; at++) {
    const candidate = candidates[at] as number;
    best.offer(candidate, scores[candidate] ?? 0);
  }
  return Array.from(best.items());
}

/** All numbers below the scores' count, of the greatest first, equal ones in order of their number. */
export function ranked(scores: Float64Array): number[] {
  return Array.from(scores.keys()).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b);
}

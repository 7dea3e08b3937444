import { createRandom } from "../../shared/base/random.ts";
import { type Measured, meanInterval } from "./scoring.ts";

/** Least counts that 10 % and 90 % of the probability lie up to. */
export function countLimits(distribution: readonly number[]): [number, number] {
  let told = 0;
  let low: number | undefined;
  for (const [n, p] of distribution.entries()) {
    told += p;
    if (low === undefined && told >= 0.1) low = n;
    if (told >= 0.9) return [low ?? 0, n];
  }
  const last = Math.max(0, distribution.length - 1);
  return [low ?? last, last];
}

/** Share of outcomes inside their 80 % limits by the randomised probability integral transform (Czado, Gneiting & Held 2009): an
 *  outcome on a limit counts by the part of its probability that lies inside. `below` and `at` are P(Y < y) and P(Y = y); `at`
 *  is 0 for continuous outcomes. */
export function pitCoverage(below: Float64Array, at: Float64Array, seed: number): Measured {
  const random = createRandom(seed, "pit");
  const inside = below.map((value, i) => {
    const u = value + random.next() * (at[i] ?? 0);
    return u >= 0.1 && u <= 0.9 ? 1 : 0;
  });
  return meanInterval(inside);
}

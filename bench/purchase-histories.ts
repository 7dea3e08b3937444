import { createRandom, type Random } from "../src/shared/base/random.ts";

export interface PurchaseHistories {
  /** Repeat transactions (count), age at the last (days) and age today (days), one of each a customer. */
  readonly frequency: Float64Array;
  readonly recency: Float64Array;
  readonly tAge: Float64Array;
}

/** When customers leave: after one of their purchases, as BG/NBD has it, or at any time, as Pareto/NBD has it. */
type Leaving = "after a purchase" | "at any time";

/** Histories of `n` customers who came over two years; `then` draws what else is wanted of a customer. */
export function drawHistories(
  n: number,
  leaving: Leaving,
  then: (random: Random, at: number, frequency: number) => void = () => {},
): PurchaseHistories {
  const random = createRandom(7, "bench");
  const [frequency, recency, tAge] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)];
  for (let at = 0; at < n; at++) {
    const pause = 1 / random.gamma(0.55, 1 / 40);
    const leaves = leaving === "after a purchase" ? random.beta(0.9, 1.6) : 0;
    const life = leaving === "at any time" ? random.exponential(1 / random.gamma(0.6, 1 / 80)) : Infinity;
    const age = 1 + random.below(730);
    const end = Math.min(age, life);
    let isThere = true;
    for (let time = random.exponential(pause); isThere && time < end; time += random.exponential(pause)) {
      const day = Math.ceil(time);
      if (day > (recency[at] ?? 0)) {
        recency[at] = day;
        frequency[at] = (frequency[at] ?? 0) + 1;
      }
      if (leaving === "after a purchase") isThere = random.next() >= leaves;
    }
    tAge[at] = age;
    then(random, at, frequency[at] ?? 0);
  }
  return { frequency, recency, tAge };
}

export function timed<T>(body: () => T): { ms: number; result: T } {
  const start = performance.now();
  const result = body();
  return { ms: performance.now() - start, result };
}

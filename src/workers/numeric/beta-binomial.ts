import { lgamma } from "./special-functions.ts";

/** ln of the chance of k in n, where the share is drawn from Beta(κπ, κ(1 − π)). */
export function betaBinomialLog(k: number, n: number, mean: number, concentration: number): number {
  const [a, b] = [mean * concentration, (1 - mean) * concentration];
  const choose = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1);
  return choose + lgamma(k + a) - lgamma(a) + lgamma(n - k + b) - lgamma(b) + lgamma(a + b) - lgamma(n + a + b);
}

const golden = (Math.sqrt(5) - 1) / 2;

/** The concentration that makes counts likeliest given each group's own prior mean, between 0.5 and 5,000 (golden section on its
 *  logarithm). Groups of one say nothing of it: where there are no others it is 20. Means are told apart by hundredths, so that
 *  cost doesn't grow with the number of groups. */
export function fitConcentration(k: Float64Array, n: Float64Array, mean: Float64Array): number {
  const kinds = new Map<string, { k: number; n: number; mean: number; count: number }>();
  for (let at = 0; at < n.length; at++) {
    const own = {
      k: k[at] ?? 0,
      n: n[at] ?? 0,
      mean: Math.min(0.995, Math.max(0.005, Math.round((mean[at] ?? 0) * 100) / 100)),
    };
    if (own.n < 2) continue;
    const key = `${own.k}/${own.n}/${own.mean}`;
    const known = kinds.get(key);
    if (known) known.count++;
    else kinds.set(key, { ...own, count: 1 });
  }
  if (kinds.size === 0) return 20;
  const groups = [...kinds].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
  const loss = (log: number) =>
    groups.reduce((sum, one) => sum - one.count * betaBinomialLog(one.k, one.n, one.mean, Math.exp(log)), 0);
  let [low, high] = [Math.log(0.5), Math.log(5_000)];
  let [left, right] = [high - golden * (high - low), low + golden * (high - low)];
  let [atLeft, atRight] = [loss(left), loss(right)];
  for (let step = 0; step < 40; step++) {
    if (atLeft < atRight) {
      [high, right, atRight] = [right, left, atLeft];
      left = high - golden * (high - low);
      atLeft = loss(left);
    } else {
      [low, left, atLeft] = [left, right, atRight];
      right = low + golden * (high - low);
      atRight = loss(right);
    }
  }
  return Math.exp((low + high) / 2);
}

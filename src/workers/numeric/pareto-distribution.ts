import type { PurchaseHistory } from "./buy-till-you-die.ts";
import { type ParetoParams, sixPoints } from "./pareto-nbd.ts";

const pieces = 4;
const nodes = pieces * sixPoints.at.length + 1;
const mostCounts = 20_000;

/** Distribution of the purchases in (T, T + t]: P(0), P(1), … until all but `rest` is told; `alive` is P(alive at T). Negative
 *  binomials over the time that the rest of the lifetime leaves within t, at 24 points of its distribution and at t itself. */
export function paretoDistribution(
  { r, alpha, s, beta }: ParetoParams,
  { x, tAge }: PurchaseHistory,
  { alive, t, rest = 1e-4 }: { alive: number; t: number; rest?: number },
): number[] {
  const [shape, rate, scale] = [r + x, alpha + tAge, beta + tAge];
  const leaves = -Math.expm1(-s * Math.log1p(t / scale));
  const share = new Float64Array(nodes);
  const weight = new Float64Array(nodes);
  const logNow = new Float64Array(nodes);
  for (let i = 0; i < nodes; i++) {
    const isLast = i === nodes - 1;
    const place = (Math.floor(i / 6) + (sixPoints.at[i % 6] ?? 0)) / pieces;
    const time = isLast ? t : Math.min(t, scale * Math.expm1(-Math.log1p(-place * leaves) / s));
    weight[i] = isLast ? 1 - leaves : (leaves * (sixPoints.weight[i % 6] ?? 0)) / pieces;
    share[i] = time / (rate + time);
    logNow[i] = -shape * Math.log1p(time / rate);
  }
  // a heavy buyer's first probabilities underflow: they are kept as logarithms until they count
  const now = logNow.map(Math.exp);
  const found: number[] = [];
  let told = 0;
  for (let n = 0; n < mostCounts; n++) {
    let probability = 0;
    const grown = (shape + n) / (n + 1);
    for (let i = 0; i < nodes; i++) {
      const p = now[i] ?? 0;
      const own = share[i] ?? 0;
      probability += (weight[i] ?? 0) * p;
      if (p > 1e-280) now[i] = p * grown * own;
      else if (own > 0) {
        logNow[i] = (logNow[i] ?? 0) + Math.log(grown * own);
        now[i] = Math.exp(logNow[i] ?? 0);
      }
    }
    const mixed = alive * probability + (n === 0 ? 1 - alive : 0);
    found.push(mixed);
    told += mixed;
    if (told >= 1 - rest) break;
  }
  return found;
}

/** Share of returns that have come by each day after the purchase, up to the window's end; steps between 0 and 1. Empty where no
 *  return carries a day of its own. */
export type LagShares = readonly number[];

/** From lags in days of returned lines; each day also gets a fiftieth of a return, so that no age within the window rules one out. */
export function lagShares(lags: readonly number[], windowDays: number): LagShares {
  const known = lags.filter((lag) => lag >= 0);
  if (known.length < 5) return [];
  const days = Math.max(1, Math.round(windowDays));
  const counts = new Float64Array(days + 1).fill(0.02);
  for (const lag of known) {
    const day = Math.min(days, Math.floor(lag));
    counts[day] = (counts[day] ?? 0) + 1;
  }
  const total = counts.reduce((sum, n) => sum + n, 0);
  let sum = 0;
  return Array.from(counts, (n) => {
    sum += n;
    return sum / total;
  });
}

/** P(comes back | hasn't after `age` days), given P(comes back) at the purchase: p (1 − F) / (1 − p F). */
export function givenAge(p: number, age: number, shares: LagShares): number {
  if (shares.length === 0) return p;
  const gone = shares[Math.min(shares.length - 1, Math.max(0, Math.floor(age)))] ?? 0;
  return (p * (1 - gone)) / Math.max(1e-12, 1 - p * gone);
}

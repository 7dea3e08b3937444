/** What 80 % limits cost: their width, and ten times what an outcome lies outside; the less the better (Winkler 1972; Gneiting & Raftery
 *  2007, eq. 43, α = .2). Arrays of n values; NaN where a limit isn't known. */
export function intervalScores(low: Float64Array, high: Float64Array, actual: Float64Array): Float64Array {
  return actual.map((y, at) => {
    const [from, to] = [low[at] ?? Number.NaN, high[at] ?? Number.NaN];
    return to - from + 10 * Math.max(0, from - y) + 10 * Math.max(0, y - to);
  });
}

const mostGroups = 5;
const leastInGroup = 20;

/** The limits that a rule of thumb has from experience: the 10 % and 90 % quantiles of what became of those with a like forecast, by fifths
 *  of it. It knows the very outcomes that it is judged by, so that whatever is better is so in spite of that. */
export function empiricalLimits(
  forecast: Float64Array,
  actual: Float64Array,
): { low: Float64Array; high: Float64Array } {
  const n = actual.length;
  const groups = Math.max(1, Math.min(mostGroups, Math.floor(n / leastInGroup)));
  const sorted = Float64Array.from(forecast).sort();
  const bounds = Array.from({ length: groups - 1 }, (_, at) => sorted[Math.ceil(((at + 1) * n) / groups) - 1] ?? 0);
  const groupOf = forecast.map((value) => bounds.filter((bound) => value > bound).length);
  const limits = Array.from({ length: groups }, (_, group) => {
    const own = actual.filter((_, at) => groupOf[at] === group).sort();
    const quantile = (p: number) => own[Math.max(0, Math.ceil(p * own.length - 1e-9) - 1)] ?? 0;
    return [quantile(0.1), quantile(0.9)] as const;
  });
  return {
    low: groupOf.map((group) => limits[group]?.[0] ?? 0),
    high: groupOf.map((group) => limits[group]?.[1] ?? 0),
  };
}

const half80 = 1.2815515655446004;

/** By how much limits at ±1.28 deviations have to be widened that eight in ten of some misses, in deviations, lie inside; never less than 1
 *  (split conformal; Vovk, Gammerman & Shafer 2005). 1 with too few to tell. */
export function conformalFactor(misses: readonly number[]): number {
  const n = misses.length;
  if (n < 10) return 1;
  const sorted = Float64Array.from(misses).sort();
  return Math.max(1, (sorted[Math.min(n, Math.ceil(0.8 * (n + 1))) - 1] ?? half80) / half80);
}

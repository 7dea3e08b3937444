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
 *  of it. It knows the very period that it is judged by, each one's limits by the others (leave one out), so that whatever is better is
 *  so in spite of that. */
export function empiricalLimits(
  forecast: Float64Array,
  actual: Float64Array,
): { low: Float64Array; high: Float64Array } {
  const n = actual.length;
  const groups = Math.max(1, Math.min(mostGroups, Math.floor(n / leastInGroup)));
  const sorted = Float64Array.from(forecast).sort();
  const bounds = Array.from({ length: groups - 1 }, (_, at) => sorted[Math.ceil(((at + 1) * n) / groups) - 1] ?? 0);
  const groupOf = forecast.map((value) => bounds.filter((bound) => value > bound).length);
  const outcomes = Array.from({ length: groups }, (_, group) => actual.filter((_, at) => groupOf[at] === group).sort());
  const quantile = (p: number) =>
    groupOf.map((group, at) => {
      const own = outcomes[group] ?? actual;
      const others = Math.max(1, own.length - 1);
      const place = Math.max(0, Math.ceil(p * others - 1e-9) - 1);
      // the same place among the others: one further where the own outcome lies at or before it
      return own[(actual[at] ?? 0) <= (own[place] ?? 0) ? Math.min(own.length - 1, place + 1) : place] ?? 0;
    });
  return { low: quantile(0.1), high: quantile(0.9) };
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

/** A category's mean target, drawn towards everybody's by `weight` rows. */
export interface TargetStatistics {
  readonly mean: number;
  readonly weight: number;
  readonly n: Readonly<Record<string, number>>;
  readonly sum: Readonly<Record<string, number>>;
}

export interface StatisticsInput {
  readonly category: readonly (string | null)[];
  /** NaN: not known yet. */
  readonly target: Float64Array;
  /** When the row came to be, and from when on its target is known; in one unit. */
  readonly at: Float64Array;
  readonly knownAt: Float64Array;
  readonly weight: number;
}

/** Rows in the order in which they came to be, and those of a known target in that in which it was told. */
export interface TellingOrder {
  readonly asked: Uint32Array;
  readonly told: Uint32Array;
}

/** Of rows in which several categories are encoded: sorted once. */
export function tellingOrder({ target, at, knownAt }: Omit<StatisticsInput, "category" | "weight">): TellingOrder {
  const rows = Uint32Array.from(target.keys());
  return {
    asked: rows.slice().sort((a, b) => (at[a] ?? 0) - (at[b] ?? 0)),
    told: rows.filter((row) => Number.isFinite(target[row])).sort((a, b) => (knownAt[a] ?? 0) - (knownAt[b] ?? 0)),
  };
}

/** Each row's category as the mean target of its rows that were known strictly before the row came to be (ordered target
 *  statistics, Prokhorenkova et al. 2018, by time instead of by chance); NaN for no category. Rows of one time see the same. */
export function orderedStatistics(
  input: StatisticsInput,
  { asked, told }: TellingOrder = tellingOrder(input),
): { encoded: Float64Array; final: TargetStatistics } {
  const { category, target, at, knownAt, weight } = input;
  const encoded = new Float64Array(category.length).fill(Number.NaN);
  const sums = new Map<string, { n: number; sum: number }>();
  const all = { n: 0, sum: 0 };
  let next = 0;
  const learn = (row: number) => {
    const name = category[row];
    const value = target[row] ?? 0;
    all.n++;
    all.sum += value;
    if (name === null || name === undefined) return;
    const own = sums.get(name);
    if (own === undefined) sums.set(name, { n: 1, sum: value });
    else {
      own.n++;
      own.sum += value;
    }
  };
  for (const row of asked) {
    while (next < told.length && (knownAt[told[next] ?? 0] ?? 0) < (at[row] ?? 0)) learn(told[next++] ?? 0);
    const name = category[row];
    if (name === null || name === undefined || all.n === 0) continue;
    const own = sums.get(name);
    encoded[row] = ((own?.sum ?? 0) + (weight * all.sum) / all.n) / ((own?.n ?? 0) + weight);
  }
  while (next < told.length) learn(told[next++] ?? 0);
  const names = [...sums.keys()].sort();
  return {
    encoded,
    final: {
      mean: all.n > 0 ? all.sum / all.n : Number.NaN,
      weight,
      n: Object.fromEntries(names.map((name) => [name, sums.get(name)?.n ?? 0])),
      sum: Object.fromEntries(names.map((name) => [name, sums.get(name)?.sum ?? 0])),
    },
  };
}

/** Categories by what is known in the end; NaN for no category, everybody's mean for one never seen. */
export function encodeCategories(
  category: readonly (string | null)[],
  { mean, weight, n, sum }: TargetStatistics,
): Float64Array {
  return Float64Array.from(category, (name) => {
    if (name === null) return Number.NaN;
    return Object.hasOwn(n, name) ? ((sum[name] ?? 0) + weight * mean) / ((n[name] ?? 0) + weight) : mean;
  });
}

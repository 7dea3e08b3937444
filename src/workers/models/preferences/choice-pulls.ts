import type { Counts } from "../../numeric/shrinkage.ts";

/** What buyers of one choice choose beside it, among the most chosen ones: a row of shares each. */
export interface Pulls {
  /** Numbers of the choices that rows and columns are of. */
  readonly of: readonly number[];
  readonly rows: readonly (readonly number[])[];
}

const mostPulled = 150;
/** Lines of the population's shares that a choice's own row weighs against. */
const rowWeight = 20;
const rounded = (value: number) => Number(value.toPrecision(5));

const totalOf = (counts: Counts) => counts.reduce((sum, [, count]) => sum + count, 0);

/** For each choice, which one another line of the same customer is of: a first-order chain over all pairs of lines, each customer
 *  weighing as much as they have lines, drawn to the population's shares. */
export function fitPulls(groups: readonly Counts[], shares: readonly number[]): Pulls {
  const of = [...shares.keys()]
    .sort((a, b) => (shares[b] ?? 0) - (shares[a] ?? 0) || a - b)
    .slice(0, mostPulled)
    .sort((a, b) => a - b);
  const place = new Map(of.map((choice, at) => [choice, at]));
  const whole = of.reduce((sum, choice) => sum + (shares[choice] ?? 0), 0);
  const sums = of.map(() => new Float64Array(of.length));
  // equal customers together, in the order of what they say: sums then don't depend on the order of customers
  const alike = new Map<string, { counts: Counts; n: number }>();
  for (const counts of groups) {
    const key = counts.join(" ");
    const known = alike.get(key);
    if (known) known.n++;
    else alike.set(key, { counts, n: 1 });
  }
  for (const [, { counts, n }] of [...alike].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const total = totalOf(counts);
    if (!(total > 1)) continue;
    for (const [from, many] of counts) {
      const row = sums[place.get(from) ?? -1];
      if (!row) continue;
      for (const [to, count] of counts) {
        const at = place.get(to);
        const others = from === to ? Math.max(0, count - 1) : count;
        if (at !== undefined) row[at] = (row[at] ?? 0) + (n * many * others) / (total - 1);
      }
    }
  }
  return {
    of,
    rows: sums.map((row) => {
      const all = row.reduce((sum, value) => sum + value, 0) + rowWeight;
      return Array.from(row, (value, at) =>
        rounded(((value + (rowWeight * (shares[of[at] ?? 0] ?? 0)) / whole) / all) * whole),
      );
    }),
  };
}

/** The shares that a customer's own are drawn to: the mean of the rows of what they chose, by how often. */
export function createPrior(pulls: Pulls | undefined, shares: readonly number[]) {
  const population = (choice: number) => shares[choice] ?? 0;
  if (!pulls) return (_: Counts) => population;
  const places = new Int32Array(shares.length).fill(-1);
  for (const [at, choice] of pulls.of.entries()) places[choice] = at;
  const rows = pulls.rows.map((row) => Float64Array.from(row));
  const own = Float64Array.from(pulls.of, population);
  return (counts: Counts) => {
    const total = totalOf(counts);
    if (!(total > 0)) return population;
    const mixed = new Float64Array(own.length);
    for (const [from, count] of counts) {
      const row = rows[places[from] ?? -1] ?? own;
      const weight = count / total;
      for (let at = 0; at < mixed.length; at++) mixed[at] = (mixed[at] as number) + weight * (row[at] as number);
    }
    return (choice: number) => mixed[places[choice] ?? -1] ?? population(choice);
  };
}

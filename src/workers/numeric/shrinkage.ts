import { digamma } from "./special-functions.ts";

/** A group's counts as pairs of category and count > 0. */
export type Counts = readonly (readonly [category: number, count: number])[];

export interface Dirichlet {
  readonly concentration: number;
  readonly shares: readonly number[];
}

const smallest = 1e-4;
const strongest = 1e4;

/** Dirichlet-multinomial by maximum likelihood: Minka's (2000) fixed point, eq. 55, on how often each count occurs, which is all
 *  that the likelihood needs; so neither order nor number of groups matters to it. Groups of one say nothing of the concentration:
 *  where there are no others it stays 2. */
export function fitDirichlet(groups: readonly Counts[], categories: number): Dirichlet {
  const totals = new Map<number, number>();
  const perCategory = Array.from({ length: categories }, () => new Map<number, number>());
  const lines = new Float64Array(categories);
  for (const group of groups) {
    let total = 0;
    for (const [category, count] of group) {
      bump(perCategory[category], count);
      lines[category] = (lines[category] ?? 0) + count;
      total += count;
    }
    bump(totals, total);
  }
  const all = lines.reduce((sum, n) => sum + n, 0);
  let alpha: Float64Array = lines.map((n) => Math.max(smallest, (2 * n) / Math.max(1, all)));
  const says = [...totals.keys()].some((n) => n > 1) && categories > 1;
  for (let step = 0; says && step < 2_000; step++) {
    const next = advance(alpha, totals, perCategory);
    const moved = next.reduce((most, value, at) => Math.max(most, Math.abs(value / (alpha[at] ?? 1) - 1)), 0);
    alpha = next;
    if (moved < 1e-7 || sum(alpha) >= strongest) break;
  }
  const concentration = sum(alpha);
  return { concentration, shares: Array.from(alpha, (value) => value / concentration) };
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}

function bump(histogram: Map<number, number> | undefined, count: number): void {
  histogram?.set(count, (histogram.get(count) ?? 0) + 1);
}

function slopeOf(alpha: number, histogram: ReadonlyMap<number, number>): number {
  const base = digamma(alpha);
  let slope = 0;
  for (const count of [...histogram.keys()].sort((a, b) => a - b)) {
    slope += (histogram.get(count) ?? 0) * (digamma(alpha + count) - base);
  }
  return slope;
}

function advance(
  alpha: Float64Array,
  totals: ReadonlyMap<number, number>,
  perCategory: readonly ReadonlyMap<number, number>[],
): Float64Array {
  const all = slopeOf(sum(alpha), totals);
  return alpha.map((value, at) => Math.max(smallest, (value * slopeOf(value, perCategory[at] ?? new Map())) / all));
}

/** Variance of means between groups and within them, from each group's n, Σv and Σv² (method of moments; Henderson 1953). Sums
 *  run over sorted values, so that the order of groups moves no digit. */
export function varianceComponents(
  n: Float64Array,
  sums: Float64Array,
  squares: Float64Array,
): { mean: number; within: number; between: number } {
  const total = sortedSum(n);
  const mean = total > 0 ? sortedSum(sums) / total : 0;
  const inside = sortedSum(squares.map((square, at) => square - own(sums, at) ** 2 / Math.max(1, own(n, at))));
  const degrees = sortedSum(n.map((k) => Math.max(0, k - 1)));
  const within = degrees > 0 ? Math.max(1e-6, inside / degrees) : 1 / 12;
  const spread = sortedSum(n.map((k, at) => (k > 0 ? k * (own(sums, at) / k - mean) ** 2 : 0)));
  const groups = n.length;
  if (groups < 2) return { mean, within, between: 1 / 12 };
  const effective = (total - sortedSum(n.map((k) => k * k)) / Math.max(1, total)) / (groups - 1);
  const between = Math.max(1e-6, (spread / (groups - 1) - within) / Math.max(1e-9, effective));
  return { mean, within, between };
}

function own(values: Float64Array, at: number): number {
  return values[at] ?? 0;
}

function sortedSum(values: Float64Array): number {
  return sum(Float64Array.from(values).sort());
}

import { addBend, addSlope, clear, parametersAt, toPenalisedMean } from "./derivatives.ts";
import { bestOfStarts, emptyDerivatives, type Objective, standardErrors } from "./optimise.ts";
import { digamma, lbeta, trigamma } from "./special-functions.ts";

/** Chances to leave after each period vary by Beta(α, β); with c ≠ 1 they also rise (c > 1) or fall with time: Fader & Hardie (2007)
 *  sBG, and Fader, Hardie, Liu, Davin & Steenburgh (2018) BdW. */
export interface SurvivalParams {
  readonly alpha: number;
  readonly beta: number;
  readonly c?: number;
}

/** S(t), the share that is still there after t periods: B(α, β + t^c) / B(α, β). */
export function survival({ alpha, beta, c = 1 }: SurvivalParams, t: number): number {
  return t <= 0 ? 1 : Math.exp(lbeta(alpha, beta + t ** c) - lbeta(alpha, beta));
}

/** ln of the share that leaves in period t = 1, 2, … of the sBG. */
export function leavingLog({ alpha, beta }: SurvivalParams, t: number): number {
  return lbeta(alpha + 1, beta + t - 1) - lbeta(alpha, beta);
}

export interface SurvivalFit {
  readonly params: { readonly alpha: number; readonly beta: number };
  readonly standardErrors: { readonly alpha: number; readonly beta: number };
  readonly logLikelihood: number;
  readonly iterations: number;
  readonly converged: boolean;
}

const pull = 1e-8;

/** Mean negative log-likelihood of cohorts' survivors (after 0, 1, 2 … periods each) with first and second derivatives, in ln α, ln β. */
function survivorsObjective(cohorts: readonly (readonly number[])[]): Objective {
  const total = cohorts.reduce((sum, [first = 0]) => sum + first, 0);
  return (at, into) => {
    const parameters = parametersAt(at);
    const [alpha = 1, beta = 1] = parameters;
    clear(into);
    const [both, bothBent] = [digamma(alpha + beta), trigamma(alpha + beta)];
    const [own, ownBent] = [digamma(beta), trigamma(beta)];
    let value = 0;
    // ln B(α + 1 or α, β + k) − ln B(α, β), n times
    const add = (n: number, k: number, leaves: 0 | 1) => {
      if (n <= 0) return;
      const [all, allBent] = [digamma(alpha + beta + k + leaves), trigamma(alpha + beta + k + leaves)];
      value += n * (lbeta(alpha + leaves, beta + k) - lbeta(alpha, beta));
      addSlope(into, [n * (both - all + leaves / alpha), n * (digamma(beta + k) - own + both - all)]);
      addBend(into, 0, 0, n * (bothBent - allBent - leaves / (alpha * alpha)));
      addBend(into, 0, 1, n * (bothBent - allBent));
      addBend(into, 1, 1, n * (trigamma(beta + k) - ownBent + bothBent - allBent));
    };
    for (const survivors of cohorts) {
      for (let t = 1; t < survivors.length; t++) add((survivors[t - 1] ?? 0) - (survivors[t] ?? 0), t - 1, 1);
      add(survivors.at(-1) ?? 0, survivors.length - 1, 0);
    }
    return toPenalisedMean(value, into, { at, parameters, total, pull });
  };
}

/** sBG by maximum likelihood (Newton's method) on cohorts' survivors after 0, 1, 2 … periods; cohorts may differ in length. */
export function fitSurvival(cohorts: readonly (readonly number[])[]): SurvivalFit {
  const starts = [
    [0, 0],
    [1, 2],
    [-1, -1],
  ].map((start) => Float64Array.from(start));
  const found = bestOfStarts(survivorsObjective(cohorts), starts, { rounding: 1e-15 });
  const total = cohorts.reduce((sum, [first = 0]) => sum + first, 0);
  const [alpha = 1, beta = 1] = found.at.map(Math.exp);
  const [sAlpha = Number.NaN, sBeta = Number.NaN] = standardErrors(found, Math.max(1, total));
  const penalty = found.at.reduce((sum, value) => sum + pull * value * value, 0);
  return {
    params: { alpha, beta },
    standardErrors: { alpha: sAlpha, beta: sBeta },
    logLikelihood: penalty - found.value * Math.max(1, total),
    iterations: found.iterations,
    converged: found.converged,
  };
}

/** Buyers among the customers of an age, in periods since the first purchase. */
export interface AgeCount {
  readonly age: number;
  readonly customers: number;
  readonly buyers: number;
}

export interface ActivityParams extends SurvivalParams {
  /** Share of those still there that buys in a period. */
  readonly active: number;
  readonly c: number;
}

export interface ActivityFit {
  readonly params: ActivityParams;
  readonly converged: boolean;
  readonly iterations: number;
}

/** Share of a cohort that buys at an age from 1 on: those still there (BdW) times the share of them that buys. */
export function activity(params: ActivityParams, age: number): number {
  return params.active * survival(params, age - 1);
}

/** The curve of buyers by age by maximum likelihood of binomials, drawn weakly to c = 1 and ordinary α, β: survival can't be seen
 *  where nobody gives notice, only who buys. Derivatives by differences: there are as few terms as ages. */
export function fitActivity(counts: readonly AgeCount[]): ActivityFit {
  const used = counts.filter(({ customers, age }) => customers > 0 && age >= 1);
  const total = used.reduce((sum, { customers }) => sum + customers, 0);
  const paramsAt = (at: ArrayLike<number>): ActivityParams => {
    const [level = 0, alpha = 0, beta = 0, c = 0] = Array.from(at, (one) => Math.min(8, Math.max(-8, one)));
    return { active: 1 / (1 + Math.exp(-level)), alpha: Math.exp(alpha), beta: Math.exp(beta), c: Math.exp(c) };
  };
  const value = (at: ArrayLike<number>) => {
    const params = paramsAt(at);
    let loss = 0;
    for (const { age, customers, buyers } of used) {
      const p = Math.min(1 - 1e-9, Math.max(1e-9, activity(params, age)));
      loss -= buyers * Math.log(p) + (customers - buyers) * Math.log1p(-p);
    }
    const drawn = [at[1] ?? 0, (at[2] ?? 0) - 1, 2 * (at[3] ?? 0)];
    return (loss + 2 * drawn.reduce((sum, one) => sum + one * one, 0)) / Math.max(1, total);
  };
  const objective = byDifferences(value, 4);
  const first = used.find(({ age }) => age === 1);
  const share = first ? Math.min(0.95, Math.max(0.01, first.buyers / first.customers)) : 0.2;
  const level = Math.log(share / (1 - share));
  const starts = [
    [level, 0, 1, 0],
    [level + 0.5, -1, 0, -0.3],
    [level, 1, 3, 0.2],
  ].map((start) => Float64Array.from(start));
  const found = bestOfStarts(objective, starts, { tolerance: 1e-7 });
  return { params: paramsAt(found.at), converged: found.converged, iterations: found.iterations };
}

/** First and second derivatives of a function by central differences. */
function byDifferences(value: (at: ArrayLike<number>) => number, n: number): Objective {
  const step = 1e-4;
  return (at, into) => {
    const here = value(at);
    const moved = (shifts: readonly (readonly [number, number])[]) => {
      const there = Float64Array.from(at);
      for (const [i, by] of shifts) there[i] = (there[i] ?? 0) + by * step;
      return value(there);
    };
    const { gradient, hessian } = emptyDerivatives(n);
    for (let i = 0; i < n; i++) {
      const [up, down] = [moved([[i, 1]]), moved([[i, -1]])];
      gradient[i] = (up - down) / (2 * step);
      for (let j = 0; j <= i; j++) {
        const pair = (a: number, b: number) =>
          moved([
            [i, a],
            [j, b],
          ]);
        const bend =
          i === j
            ? (up - 2 * here + down) / step ** 2
            : (pair(1, 1) - pair(1, -1) - pair(-1, 1) + pair(-1, -1)) / (4 * step ** 2);
        const [row, column] = [hessian[i], hessian[j]];
        if (row) row[j] = bend;
        if (column) column[i] = bend;
      }
    }
    into.gradient.set(gradient);
    for (const [i, row] of into.hessian.entries()) row.set(hessian[i] ?? []);
    return here;
  };
}

import { lgamma } from "./special-functions.ts";

/** Log-likelihood of counts by group under a Dirichlet-multinomial of concentration κ and shares π, up to a constant. */
function dirichletLogLikelihood(kappa: number, groups: readonly (readonly [number, number])[][], shares: readonly number[]): number {
  let sum = 0;
  for (const group of groups) {
    const n = group.reduce((total, [, count]) => total + count, 0);
    sum += lgamma(kappa) - lgamma(kappa + n);
    for (const [category, count] of group) {
      const prior = Math.max(1e-9, kappa * (shares[category] ?? 0));
      sum += lgamma(prior + count) - lgamma(prior);
    }
  }
  return sum;
}

/** Concentration κ of a Dirichlet-multinomial by maximum likelihood, golden section on ln κ in [0.05, 500]. Groups hold pairs
 *  of category and count. */
export function fitConcentration(groups: readonly (readonly [number, number])[][], shares: readonly number[]): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [Math.log(0.05), Math.log(500)];
  let a = high - ratio * (high - low);
  let b = low + ratio * (high - low);
  let fa = dirichletLogLikelihood(Math.exp(a), groups, shares);
  let fb = dirichletLogLikelihood(Math.exp(b), groups, shares);
  for (let i = 0; i < 40 && high - low > 1e-3; i++) {
    if (fa > fb) {
      [high, b, fb] = [b, a, fa];
      a = high - ratio * (high - low);
      fa = dirichletLogLikelihood(Math.exp(a), groups, shares);
    } else {
      [low, a, fa] = [a, b, fb];
      b = low + ratio * (high - low);
      fb = dirichletLogLikelihood(Math.exp(b), groups, shares);
    }
  }
  return Math.exp((low + high) / 2);
}

const z90 = 1.2815515655446004;

/** 80 % limits of a share with posterior Beta(α, β), by the normal approximation on the logit. */
export function betaLimits(alpha: number, beta: number): [number, number] {
  const mean = Math.log(alpha / beta);
  const half = z90 * Math.sqrt(1 / alpha + 1 / beta);
  const back = (logit: number) => 1 / (1 + Math.exp(-logit));
  return [back(mean - half), back(mean + half)];
}

/** Variance of means between groups and within them, from each group's n, Σv and Σv² (method of moments). */
export function varianceComponents(n: Float64Array, sum: Float64Array, sumSq: Float64Array): { mean: number; within: number; between: number } {
  let [total, weighted, squares, degrees, squaredN] = [0, 0, 0, 0, 0];
  for (let at = 0; at < n.length; at++) {
    const k = n[at] ?? 0;
    total += k;
    weighted += sum[at] ?? 0;
    squaredN += k * k;
    squares += (sumSq[at] ?? 0) - (k > 0 ? (sum[at] ?? 0) ** 2 / k : 0);
    degrees += Math.max(0, k - 1);
  }
  const mean = total > 0 ? weighted / total : 0;
  const within = degrees > 0 ? Math.max(1e-6, squares / degrees) : 1 / 12;
  let spread = 0;
  for (let at = 0; at < n.length; at++) {
    const k = n[at] ?? 0;
    if (k > 0) spread += k * ((sum[at] ?? 0) / k - mean) ** 2;
  }
  const groups = n.length;
  const effective = groups > 1 && total > 0 ? (total - squaredN / total) / (groups - 1) : 1;
  const between = groups > 1 ? Math.max(1e-6, (spread / (groups - 1) - within) / Math.max(1e-9, effective)) : 1 / 12;
  return { mean, within, between };
}

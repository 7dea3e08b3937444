import { lbeta, lgamma } from "./special-functions.ts";

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
}
const centreAbove = [
  -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716, 2.506628277459239,
];
const centreBelow = [
  -54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1,
];
const tailAbove = [
  -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
  2.938163982698783,
];
const tailBelow = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1];

/** Quantile of the standard normal for p in (0, 1). Acklam (2003); relative error below 1.2e-9. */
export function normalQuantile(p: number): number {
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(p));
    return polynomial(tailAbove, q) / polynomial(tailBelow, q);
  }
  if (p > 0.97575) return -normalQuantile(1 - p);
  const q = p - 0.5;
  const r = q * q;
  return (polynomial(centreAbove, r) * q) / polynomial(centreBelow, r);
}

/** P(X ≤ x) for X of Gamma(shape, rate 1): series below the mean, continued fraction above (Press et al., section 6.2). */
export function gammaCdf(x: number, shape: number): number {
  if (x <= 0) return 0;
  const front = Math.exp(shape * Math.log(x) - x - lgamma(shape));
  if (x < shape + 1) {
    let term = 1 / shape;
    let sum = term;
    for (let k = 1; k < 10_000 && term > 1e-16 * sum; k++) {
      term *= x / (shape + k);
      sum += term;
    }
    return Math.min(1, front * sum);
  }
  let below = x + 1 - shape;
  let ratio = 1e300;
  let inverse = 1 / below;
  let fraction = inverse;
  for (let k = 1; k < 10_000; k++) {
    const next = -k * (k - shape);
    below += 2;
    inverse = 1 / nonZero(next * inverse + below);
    ratio = nonZero(below + next / ratio);
    const change = inverse * ratio;
    fraction *= change;
    if (Math.abs(change - 1) < 1e-15) break;
  }
  return Math.min(1, Math.max(0, 1 - front * fraction));
}

function nonZero(value: number): number {
  return Math.abs(value) < 1e-300 ? 1e-300 : value;
}

/** P(X ≤ x) for X of Beta(α, β): continued fraction of Lentz (Press et al., section 6.4). */
export function betaCdf(x: number, alpha: number, beta: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (alpha + 1) / (alpha + beta + 2)) return 1 - betaCdf(1 - x, beta, alpha);
  const front = Math.exp(alpha * Math.log(x) + beta * Math.log1p(-x) - lbeta(alpha, beta)) / alpha;
  let ratio = 1;
  let inverse = 1 / nonZero(1 - ((alpha + beta) * x) / (alpha + 1));
  let fraction = inverse;
  for (let k = 1; k < 10_000; k++) {
    const even = (k * (beta - k) * x) / ((alpha + 2 * k - 1) * (alpha + 2 * k));
    inverse = 1 / nonZero(1 + even * inverse);
    ratio = nonZero(1 + even / ratio);
    fraction *= inverse * ratio;
    const odd = (-(alpha + k) * (alpha + beta + k) * x) / ((alpha + 2 * k) * (alpha + 2 * k + 1));
    inverse = 1 / nonZero(1 + odd * inverse);
    ratio = nonZero(1 + odd / ratio);
    const change = inverse * ratio;
    fraction *= change;
    if (Math.abs(change - 1) < 1e-15) break;
  }
  return Math.min(1, Math.max(0, front * fraction));
}

/** Quantile of Gamma(shape, rate) for p in (0, 1): Wilson & Hilferty (1931) as a start, then Newton inside a bracket. */
export function gammaQuantile(p: number, shape: number, rate: number): number {
  const z = normalQuantile(p);
  const cube = 1 - 1 / (9 * shape) + z / (3 * Math.sqrt(shape));
  const small = Math.exp((Math.log(p) + lgamma(shape + 1)) / shape);
  const start = shape < 0.6 || cube <= 0 ? small : shape * cube ** 3;
  if (start < 1e-250) return 0;
  const density = (x: number) => Math.exp((shape - 1) * Math.log(x) - x - lgamma(shape));
  return solve({ p, start, low: 0, high: Number.POSITIVE_INFINITY, cdf: (x) => gammaCdf(x, shape), density }) / rate;
}

/** Quantile of Beta(α, β) for p in (0, 1). */
export function betaQuantile(p: number, alpha: number, beta: number): number {
  const normaliser = lbeta(alpha, beta);
  const density = (x: number) => Math.exp((alpha - 1) * Math.log(x) + (beta - 1) * Math.log1p(-x) - normaliser);
  return solve({ p, start: alpha / (alpha + beta), low: 0, high: 1, cdf: (x) => betaCdf(x, alpha, beta), density });
}

/** 80 % limits of a share that is Beta(α, β). Heaped at 0 or 1 a share has its mean beyond a tenth of itself; the limits hold the mean all
 *  the same. */
export function betaLimits(alpha: number, beta: number): [low: number, high: number] {
  const mean = alpha / (alpha + beta);
  return [Math.min(mean, betaQuantile(0.1, alpha, beta)), Math.max(mean, betaQuantile(0.9, alpha, beta))];
}

interface Quantile {
  readonly p: number;
  readonly start: number;
  readonly low: number;
  readonly high: number;
  readonly cdf: (x: number) => number;
  readonly density: (x: number) => number;
}

/** Newton's method that falls back on halving the bracket. */
function solve({ p, start, low: least, high: most, cdf, density }: Quantile): number {
  let [low, high, x] = [least, most, start];
  for (let k = 0; k < 200; k++) {
    const excess = cdf(x) - p;
    if (excess > 0) high = x;
    else low = x;
    const next = x - excess / density(x);
    const middle = high === Number.POSITIVE_INFINITY ? 2 * low + 1 : (low + high) / 2;
    const kept = next > low && next < high ? next : middle;
    if (Math.abs(kept - x) <= 1e-13 * kept) return kept;
    x = kept;
  }
  return x;
}

/** Φ(z) of the standard normal. */
export function normalCdf(z: number): number {
  const tail = (1 - gammaCdf((z * z) / 2, 0.5)) / 2;
  return z > 0 ? 1 - tail : tail;
}

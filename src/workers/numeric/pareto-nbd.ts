import type { PurchaseHistory } from "./buy-till-you-die.ts";
import { lgamma } from "./special-functions.ts";

/** Pareto/NBD: Schmittlein, Morrison & Colombo (1987). Purchases at a rate of Gamma(r, alpha), a lifetime of rate Gamma(s, beta). */
export interface ParetoParams {
  readonly r: number;
  readonly alpha: number;
  readonly s: number;
  readonly beta: number;
}

/** Gauss–Legendre points and weights on [0, 1]. */
export const threePoints = {
  at: [0.1127016653792583, 0.5, 0.8872983346207417],
  weight: [0.2777777777777778, 0.4444444444444444, 0.2777777777777778],
};
export const sixPoints = {
  at: [
    0.033765242898423975, 0.16939530676686776, 0.38069040695840156, 0.6193095930415985, 0.8306046932331322,
    0.966234757101576,
  ],
  weight: [
    0.08566224618958525, 0.1803807865240693, 0.23395696728634552, 0.23395696728634552, 0.1803807865240693,
    0.08566224618958525,
  ],
};

/** Below this share of its height at the start the density of leaving no longer counts: e^-45. */
export const furthestDrop = 45;

export interface Density extends ParetoParams {
  /** r + x. */
  readonly shape: number;
}

/** Length of a piece from `time` on over which six points integrate the density of leaving to eleven digits. */
export function pieceFrom(time: number, { shape, alpha, s, beta }: Density): number {
  const steep = shape / (alpha + time) + (s + 1) / (beta + time);
  return Math.min(1.5 / steep, 0.3 * (Math.min(alpha, beta) + time));
}

/** ∫ f(τ) / f(from) dτ over from … to, f(τ) = (α+τ)^-(r+x) · (β+τ)^-(s+1): the density of leaving at τ with x purchases before,
 *  without its constants. Piece by piece, all terms positive: nothing cancels, for heavy buyers neither. */
export function leavingIntegral(density: Density, from: number, to: number): number {
  const { shape, alpha, s, beta } = density;
  let sum = 0;
  let drop = 0;
  for (let time = from, pieces = 0; time < to && drop < furthestDrop && pieces < 2_000; pieces++) {
    const length = Math.min(to - time, pieceFrom(time, density));
    for (let i = 0; i < 6; i++) {
      const passed = time + length * (sixPoints.at[i] ?? 0) - from;
      const fall = shape * Math.log1p(passed / (alpha + from)) + (s + 1) * Math.log1p(passed / (beta + from));
      sum += length * (sixPoints.weight[i] ?? 0) * Math.exp(-fall);
    }
    time = length >= to - time ? to : time + length;
    drop = shape * Math.log1p((time - from) / (alpha + from)) + (s + 1) * Math.log1p((time - from) / (beta + from));
  }
  return sum;
}

/** Still a customer and left after the last purchase, both over f(t_x): their sum is the likelihood without its constants. */
function bothWays(params: ParetoParams, { x, recency, tAge }: PurchaseHistory): { alive: number; gone: number } {
  const { r, alpha, s, beta } = params;
  const since = tAge - recency;
  const fall = (r + x) * Math.log1p(since / (alpha + recency)) + (s + 1) * Math.log1p(since / (beta + recency));
  return {
    alive: Math.exp(-fall) * (beta + tAge),
    gone: s * leavingIntegral({ ...params, shape: r + x }, recency, tAge),
  };
}

/** Log-likelihood of one history, in any one unit of time. Fader & Hardie (2005), note 009, with the integral over the time of
 *  leaving that its ₂F₁ stand for. */
export function paretoLogLikelihood(params: ParetoParams, history: PurchaseHistory): number {
  const { r, alpha, s, beta } = params;
  const { x, recency } = history;
  const { alive, gone } = bothWays(params, history);
  const counts = lgamma(r + x) - lgamma(r) + r * Math.log(alpha) + s * Math.log(beta);
  const height = -(r + x) * Math.log(alpha + recency) - (s + 1) * Math.log(beta + recency);
  return counts + height + Math.log(alive + gone);
}

/** P(alive at T). */
export function paretoAlive(params: ParetoParams, history: PurchaseHistory): number {
  const { alive, gone } = bothWays(params, history);
  return gone > 0 ? alive / (alive + gone) : 1;
}

/** ∫ S(u) du over 0 … t and ∫ 2u·S(u) du: mean and mean square of a lifetime cut at t, S(u) = (β/(β+u))^s. */
function lifetimeMoments(s: number, beta: number, t: number): [number, number] {
  const fall = Math.log1p(t / beta);
  // (1 − e^(−k·fall)) / k, and its limit at k = 0
  const grown = (k: number) => (Math.abs(k * fall) < 1e-12 ? fall : -Math.expm1(-k * fall) / k);
  const mean = beta * grown(s - 1);
  return [mean, Math.max(mean * mean, 2 * beta * (beta * grown(s - 2) - mean))];
}

/** Mean and variance of the purchases in (T, T + t] of somebody alive at T. Fader & Hardie (2005), note 009, eq. 21 for the mean.
 *  Finite and ≥ 0. */
export function paretoMoments(
  { r, alpha, s, beta }: ParetoParams,
  { x, tAge }: PurchaseHistory,
  t: number,
): [number, number] {
  if (!(t > 0)) return [0, 0];
  const [first, second] = lifetimeMoments(s, beta + tAge, t);
  const [shape, rate] = [r + x, alpha + tAge];
  const mean = (shape / rate) * first;
  const pairs = ((shape * (shape + 1)) / (rate * rate)) * second;
  return [mean, Math.max(0, pairs + mean - mean * mean)];
}

/** Expected purchases in (T, T + t] of anybody, alive or not. */
export function paretoExpected(params: ParetoParams, history: PurchaseHistory, t: number): number {
  return paretoAlive(params, history) * paretoMoments(params, history, t)[0];
}

/** Chance of no purchase in (T, T + t]; `alive` is P(alive at T). */
export function paretoNone(
  { r, alpha, s, beta }: ParetoParams,
  { x, tAge }: PurchaseHistory,
  alive: number,
  t: number,
): number {
  if (!(t > 0)) return 1;
  const ahead = bothWays({ r: r + x, alpha: alpha + tAge, s, beta: beta + tAge }, { x: 0, recency: 0, tAge: t });
  return 1 - alive * (1 - Math.min(1, (ahead.alive + ahead.gone) / (beta + tAge)));
}

/** ∫ e^(−δu) · S(u) du over 0 … ∞, S(u) = (β/(β+u))^s: the discounted time that a lifetime lasts. Trapezoids over a variable
 *  in which both ends fall double exponentially (Takahasi & Mori 1974). */
export function discountedLifetime(s: number, beta: number, delta: number): number {
  const step = 1 / 32;
  let sum = 0;
  for (let k = -192; k <= 192; k++) {
    const v = k * step;
    const u = Math.exp(v - Math.exp(-v)) / delta;
    sum += Math.exp(-delta * u - s * Math.log1p(u / beta)) * u * (1 + Math.exp(-v));
  }
  return sum * step;
}

/** Kummer's U(s, s, z) for s, z > 0: z^(1−s) · U(1, 2−s, z), which is the integral ∫ e^(−zu) (1+u)^−s du. */
export function kummer(s: number, z: number): number {
  return z ** (1 - s) * discountedLifetime(s, 1, z);
}

/** Discounted expected residual transactions at a continuous rate δ a unit of time. Fader, Hardie & Lee (2005), JMR 42, eq. 3:
 *  U(s, s, δ(β+T)) written as the integral over the rest of the lifetime. */
export function discountedTransactions(params: ParetoParams, history: PurchaseHistory, delta: number): number {
  const { r, alpha, s, beta } = params;
  const { x, tAge } = history;
  const rate = (r + x) / (alpha + tAge);
  return paretoAlive(params, history) * rate * discountedLifetime(s, beta + tAge, delta);
}

import { normalCdf, normalQuantile } from "./distributions.ts";

/** Log-normal intervals of one item: mean and variance of a customer's logarithms about their own mean, and of those means. */
export interface LogIntervals {
  readonly mean: number;
  readonly within: number;
  readonly between: number;
}

/** The customer's next logarithm given the sum of n earlier ones: normal, by the posterior of their own mean (normal model with
 *  known variances; Gelman et al. 2013, ch. 5). */
export function nextLog({ mean, within, between }: LogIntervals, n: number, sum: number): { mean: number; sd: number } {
  const precision = n / within + 1 / Math.max(1e-9, between);
  const own = (sum / within + mean / Math.max(1e-9, between)) / precision;
  return { mean: own, sd: Math.sqrt(within + 1 / precision) };
}

/** P(interval ≤ days); a log-normal distribution. */
export function intervalCdf(next: { mean: number; sd: number }, days: number): number {
  return days <= 0 ? 0 : normalCdf((Math.log(days) - next.mean) / next.sd);
}

/** Days from now until the interval ends, at probability p, given that it has lasted `elapsed` days: quantile of the rest. */
export function remainingDays(next: { mean: number; sd: number }, elapsed: number, p: number): number {
  const past = intervalCdf(next, elapsed);
  const at = Math.min(1 - 1e-9, Math.max(1e-12, past + p * (1 - past)));
  return Math.max(0, Math.exp(next.mean + next.sd * normalQuantile(at)) - elapsed);
}

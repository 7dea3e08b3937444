import { byLogarithms, type Derivatives } from "./optimise.ts";

export function clear({ gradient, hessian }: Derivatives): void {
  gradient.fill(0);
  for (const row of hessian) row.fill(0);
}

/** Adds a second derivative at both of its places. */
export function addBend(into: Derivatives, i: number, j: number, value: number): void {
  const [row, column] = [into.hessian[i], into.hessian[j]];
  if (row) row[j] = (row[j] ?? 0) + value;
  if (column && i !== j) column[i] = (column[i] ?? 0) + value;
}

export function addSlope(into: Derivatives, slopes: readonly number[]): void {
  for (const [i, slope] of slopes.entries()) into.gradient[i] = (into.gradient[i] ?? 0) + slope;
}

/** How strongly the logarithms of parameters are drawn to 0, in units of log-likelihood: keeps the optimum finite where the data
 *  say nothing, and moves no digit that matters where they do. */
export const defaultPull = 1e-4;

/** Turns a sum of log-likelihoods and its derivatives by positive parameters into the mean negative one, drawn to 0, by their
 *  logarithms `at`. */
export function toPenalisedMean(
  value: number,
  into: Derivatives,
  { at, parameters, total, pull }: { at: Float64Array; parameters: Float64Array; total: number; pull: number },
): number {
  byLogarithms(into, parameters);
  const scale = -1 / Math.max(1, total);
  let penalty = 0;
  for (const [i, row] of into.hessian.entries()) {
    into.gradient[i] = ((into.gradient[i] ?? 0) - 2 * pull * (at[i] ?? 0)) * scale;
    for (let j = 0; j < row.length; j++) row[j] = ((row[j] ?? 0) - (i === j ? 2 * pull : 0)) * scale;
    penalty += pull * (at[i] ?? 0) ** 2;
  }
  return (value - penalty) * scale;
}

/** Positive parameters from their logarithms, within what numbers bear. */
export function parametersAt(at: Float64Array): Float64Array {
  return at.map((value) => Math.exp(Math.min(30, Math.max(-30, value))));
}

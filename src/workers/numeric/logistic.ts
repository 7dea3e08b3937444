import { sigmoid } from "./boosted-trees-loss.ts";
import { cholesky, solveCholesky } from "./linear-solve.ts";
import { canonicalOrder, type Standard, standardised, standardOf } from "./standardise.ts";

/** log odds = intercept + Σ slope · (x − mean) ÷ spread, as JSON holds it. */
export interface LogisticFit {
  readonly standard: Standard;
  readonly intercept: number;
  readonly slopes: readonly number[];
  readonly iterations: number;
  readonly converged: boolean;
}

const most = 50;

/** Logistic regression on standardised columns by Newton's method, slopes drawn to 0 by l2 ÷ 2 · Σ slope² (le Cessie & van Houwelingen
 *  1992). Finite for any input where both outcomes occur. */
export function fitLogistic(columns: readonly Float64Array[], target: Float64Array, l2: number): LogisticFit {
  const standard = standardOf(columns);
  const x = standardised(columns, standard);
  const order = canonicalOrder([...columns, target]);
  const p = columns.length + 1;
  const share = target.reduce((sum, one) => sum + one, 0) / Math.max(1, target.length);
  const at = new Float64Array(p);
  at[0] = Math.log(Math.max(1e-9, share) / Math.max(1e-9, 1 - share));
  for (let iteration = 1; iteration <= most; iteration++) {
    const gradient = new Float64Array(p);
    const hessian = Array.from({ length: p }, () => new Float64Array(p));
    for (const row of order) {
      let margin = at[0] ?? 0;
      for (let i = 1; i < p; i++) margin += (at[i] ?? 0) * (x[i - 1]?.[row] ?? 0);
      const chance = sigmoid(margin);
      const [error, weight] = [(target[row] ?? 0) - chance, Math.max(1e-9, chance * (1 - chance))];
      for (let i = 0; i < p; i++) {
        const own = i === 0 ? 1 : (x[i - 1]?.[row] ?? 0);
        gradient[i] = (gradient[i] ?? 0) + error * own;
        const line = hessian[i] as Float64Array;
        for (let j = 0; j <= i; j++) line[j] = (line[j] ?? 0) + weight * own * (j === 0 ? 1 : (x[j - 1]?.[row] ?? 0));
      }
    }
    for (let i = 1; i < p; i++) {
      gradient[i] = (gradient[i] ?? 0) - l2 * (at[i] ?? 0);
      (hessian[i] as Float64Array)[i] = (hessian[i]?.[i] ?? 0) + l2;
    }
    for (let i = 0; i < p; i++) for (let j = 0; j < i; j++) (hessian[j] as Float64Array)[i] = hessian[i]?.[j] ?? 0;
    const step = solveCholesky(cholesky(hessian), gradient);
    const longest = Math.max(...step.map(Math.abs));
    const part = longest > 2 ? 2 / longest : 1;
    for (let i = 0; i < p; i++) at[i] = (at[i] ?? 0) + part * (step[i] ?? 0);
    if (longest < 1e-9) return fitOf(standard, at, iteration, true);
  }
  return fitOf(standard, at, most, false);
}

function fitOf(standard: Standard, at: Float64Array, iterations: number, converged: boolean): LogisticFit {
  return { standard, intercept: at[0] ?? 0, slopes: Array.from(at.slice(1)), iterations, converged };
}

export function logisticChances(fit: LogisticFit, columns: readonly Float64Array[]): Float64Array {
  const x = standardised(columns, fit.standard);
  return Float64Array.from({ length: columns[0]?.length ?? 0 }, (_, row) =>
    sigmoid(fit.slopes.reduce((sum, slope, i) => sum + slope * (x[i]?.[row] ?? 0), fit.intercept)),
  );
}

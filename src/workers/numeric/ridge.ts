import { cholesky, invertCholesky, solveCholesky } from "./linear-solve.ts";
import { canonicalOrder, type Standard, standardised, standardOf } from "./standardise.ts";

/** y ≈ intercept + Σ slope · (x − mean) ÷ spread, as JSON holds it. */
export interface LinearFit {
  readonly standard: Standard;
  readonly intercept: number;
  readonly slopes: readonly number[];
  /** Of the intercept, and of the slopes among themselves; robust to unequal variances (White 1980). */
  readonly interceptVariance: number;
  readonly covariance: readonly (readonly number[])[];
}

/** Least squares on standardised columns with l2 · n added to the diagonal (Hoerl & Kennard 1970). Finite for any input. */
export function fitRidge(columns: readonly Float64Array[], y: Float64Array, l2: number): LinearFit {
  const standard = standardOf(columns);
  const order = canonicalOrder([...columns, y]);
  const x = standardised(columns, standard);
  const [n, p] = [y.length, columns.length];
  const mean = order.reduce((sum, row) => sum + (y[row] ?? 0), 0) / Math.max(1, n);
  const gram = Array.from({ length: p }, () => new Float64Array(p));
  const right = new Float64Array(p);
  const meat = Array.from({ length: p }, () => new Float64Array(p));
  addProducts(gram, x, order, () => 1);
  for (const row of order)
    for (let i = 0; i < p; i++) right[i] = (right[i] ?? 0) + (x[i]?.[row] ?? 0) * ((y[row] ?? 0) - mean);
  for (let i = 0; i < p; i++) (gram[i] as Float64Array)[i] = (gram[i]?.[i] ?? 0) + l2 * n + 1e-9;
  const factor = cholesky(gram);
  const slopes = solveCholesky(factor, right);
  const rest = y.map((value, row) => {
    let told = mean;
    for (let i = 0; i < p; i++) told += (slopes[i] ?? 0) * (x[i]?.[row] ?? 0);
    return value - told;
  });
  addProducts(meat, x, order, (row) => (rest[row] ?? 0) ** 2);
  const inverse = invertCholesky(factor);
  const square = order.reduce((sum, row) => sum + (rest[row] ?? 0) ** 2, 0) / Math.max(1, n - 1);
  return {
    standard,
    intercept: mean,
    slopes: Array.from(slopes),
    interceptVariance: square / Math.max(1, n),
    covariance: sandwich(inverse, meat),
  };
}

function addProducts(
  into: readonly Float64Array[],
  x: readonly Float64Array[],
  order: Uint32Array,
  weight: (row: number) => number,
): void {
  const p = x.length;
  for (const row of order) {
    const w = weight(row);
    for (let i = 0; i < p; i++) {
      const own = into[i] as Float64Array;
      const left = w * (x[i]?.[row] ?? 0);
      if (left === 0) continue;
      for (let j = 0; j <= i; j++) own[j] = (own[j] ?? 0) + left * (x[j]?.[row] ?? 0);
    }
  }
  for (let i = 0; i < p; i++) for (let j = 0; j < i; j++) (into[j] as Float64Array)[i] = into[i]?.[j] ?? 0;
}

function sandwich(bread: readonly Float64Array[], meat: readonly Float64Array[]): number[][] {
  const product = (a: readonly Float64Array[], b: readonly Float64Array[]) =>
    a.map((row) => Float64Array.from(b, (_, j) => row.reduce((sum, value, k) => sum + value * (b[k]?.[j] ?? 0), 0)));
  return product(product(bread, meat), bread).map((row) => Array.from(row));
}

/** Fitted values, and the standard error of each mean. */
export function predictRidge(
  fit: LinearFit,
  columns: readonly Float64Array[],
): { value: Float64Array; error: Float64Array } {
  const x = standardised(columns, fit.standard);
  const n = columns[0]?.length ?? 0;
  const value = new Float64Array(n).fill(fit.intercept);
  const error = new Float64Array(n);
  for (let row = 0; row < n; row++) {
    let variance = fit.interceptVariance;
    for (let i = 0; i < x.length; i++) {
      const own = x[i]?.[row] ?? 0;
      value[row] = (value[row] ?? 0) + (fit.slopes[i] ?? 0) * own;
      for (let j = 0; j < x.length; j++) variance += own * (x[j]?.[row] ?? 0) * (fit.covariance[i]?.[j] ?? 0);
    }
    error[row] = Math.sqrt(Math.max(0, variance));
  }
  return { value, error };
}

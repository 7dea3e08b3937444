/** Cholesky factor of a symmetric positive definite matrix, row by row; a pivot that isn't positive is raised to what rounding leaves. */
export function cholesky(matrix: readonly Float64Array[]): Float64Array[] {
  const n = matrix.length;
  const factor = Array.from({ length: n }, () => new Float64Array(n));
  const largest = Math.max(1e-300, ...matrix.map((row, at) => Math.abs(row[at] ?? 0)));
  for (let i = 0; i < n; i++) {
    const own = factor[i] as Float64Array;
    for (let j = 0; j <= i; j++) {
      const other = factor[j] as Float64Array;
      let sum = matrix[i]?.[j] ?? 0;
      for (let k = 0; k < j; k++) sum -= (own[k] ?? 0) * (other[k] ?? 0);
      own[j] = i === j ? Math.sqrt(Math.max(sum, 1e-12 * largest)) : sum / (other[j] ?? 1);
    }
  }
  return factor;
}

/** x of A x = b from the factor of A. */
export function solveCholesky(factor: readonly Float64Array[], b: Float64Array): Float64Array {
  const n = factor.length;
  const x = Float64Array.from(b);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i] = (x[i] ?? 0) - (factor[i]?.[k] ?? 0) * (x[k] ?? 0);
    x[i] = (x[i] ?? 0) / (factor[i]?.[i] ?? 1);
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i] = (x[i] ?? 0) - (factor[k]?.[i] ?? 0) * (x[k] ?? 0);
    x[i] = (x[i] ?? 0) / (factor[i]?.[i] ?? 1);
  }
  return x;
}

/** The inverse from the factor. */
export function invertCholesky(factor: readonly Float64Array[]): Float64Array[] {
  const n = factor.length;
  return Array.from({ length: n }, (_, at) => {
    const unit = new Float64Array(n);
    unit[at] = 1;
    return solveCholesky(factor, unit);
  });
}

/** Weights of items for each other, n × n, the diagonal 0. */
export interface EaseWeights {
  readonly items: number;
  readonly values: Float64Array;
}

/** Embarrassingly shallow autoencoder (Steck 2019, eq. 8): B = I − P · diag(1 / diag P) with P = (XᵀX + λI)⁻¹. owners: the items of each,
 *  every one once. Memory and time grow with the square and the cube of the items: meant for the most bought thousand. */
export function fitEase(owners: readonly ArrayLike<number>[], items: number, regularisation: number): EaseWeights {
  const g = new Float64Array(items * items);
  for (const own of owners) {
    for (let i = 0; i < own.length; i++) {
      const row = (own[i] as number) * items;
      for (let j = 0; j < own.length; j++) g[row + (own[j] as number)] = (g[row + (own[j] as number)] as number) + 1;
    }
  }
  for (let i = 0; i < items; i++) g[i * items + i] = (g[i * items + i] as number) + regularisation;
  const p = inverse(g, items);
  for (let j = 0; j < items; j++) {
    const diagonal = p[j * items + j] as number;
    for (let i = 0; i < items; i++) p[i * items + j] = i === j ? 0 : -(p[i * items + j] as number) / diagonal;
  }
  for (let i = 0; i < items; i++) p[i * items + i] = 0;
  return { items, values: p };
}

/** Inverse of a symmetric positive definite matrix by Cholesky's factors, row by row so that memory is read in order. */
function inverse(a: Float64Array, n: number): Float64Array {
  for (let i = 0; i < n; i++) {
    const row = i * n;
    for (let j = 0; j <= i; j++) {
      const other = j * n;
      let sum = a[row + j] as number;
      for (let l = 0; l < j; l++) sum -= (a[row + l] as number) * (a[other + l] as number);
      a[row + j] = i === j ? Math.sqrt(Math.max(1e-12, sum)) : sum / (a[other + j] as number);
    }
  }
  // rows of the transposed inverse of the factor: t[j] holds column j of L⁻¹
  const t = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    const column = j * n;
    t[column + j] = 1 / (a[column + j] as number);
    for (let i = j + 1; i < n; i++) {
      const row = i * n;
      let sum = 0;
      for (let l = j; l < i; l++) sum -= (a[row + l] as number) * (t[column + l] as number);
      t[column + i] = sum / (a[row + i] as number);
    }
  }
  const p = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let l = i; l < n; l++) sum += (t[i * n + l] as number) * (t[j * n + l] as number);
      p[i * n + j] = sum;
      p[j * n + i] = sum;
    }
  }
  return p;
}

export interface Optimum {
  readonly at: Float64Array;
  readonly value: number;
  readonly iterations: number;
  readonly converged: boolean;
}

/** Value of a function and its gradient, written into `gradient`. */
export type Objective = (at: Float64Array, gradient: Float64Array) => number;

/** Minimises a smooth function of a few variables: BFGS (Nocedal & Wright 2006, alg. 6.1) with backtracking under Armijo's
 *  condition. A point where the function is not finite counts as infinitely bad. */
export function minimise(objective: Objective, start: Float64Array, { tolerance = 1e-7, iterations: most = 400 } = {}): Optimum {
  const n = start.length;
  let at = Float64Array.from(start);
  let gradient = new Float64Array(n);
  let value = objective(at, gradient);
  let inverse = identity(n);
  for (let iteration = 0; iteration < most; iteration++) {
    const size = Math.max(...gradient.map(Math.abs));
    if (!Number.isFinite(value)) return { at, value, iterations: iteration, converged: false };
    if (size <= tolerance * Math.max(1, Math.abs(value) * 1e-3)) return { at, value, iterations: iteration, converged: true };
    let direction = times(inverse, gradient, -1);
    let slope = dot(direction, gradient);
    if (slope >= 0) {
      inverse = identity(n);
      direction = gradient.map((g) => -g);
      slope = dot(direction, gradient);
    }
    const longest = Math.max(...direction.map(Math.abs));
    let step = longest > 2 ? 2 / longest : 1;
    const next = new Float64Array(n);
    const nextGradient = new Float64Array(n);
    let nextValue = Number.POSITIVE_INFINITY;
    for (let tries = 0; tries < 60; tries++, step /= 2) {
      for (let i = 0; i < n; i++) next[i] = (at[i] ?? 0) + step * (direction[i] ?? 0);
      nextValue = objective(next, nextGradient);
      if (Number.isFinite(nextValue) && nextValue <= value + 1e-4 * step * slope) break;
    }
    if (!(nextValue < value)) return { at, value, iterations: iteration, converged: size <= 1e-3 * Math.max(1, Math.abs(value)) };
    update(inverse, { moved: difference(next, at), turned: difference(nextGradient, gradient), isFirst: iteration === 0 });
    at = next;
    gradient = nextGradient;
    value = nextValue;
  }
  return { at, value, iterations: most, converged: false };
}

function identity(n: number): Float64Array[] {
  return Array.from({ length: n }, (_, i) => Float64Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)));
}
function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
}
function times(matrix: readonly Float64Array[], vector: Float64Array, factor: number): Float64Array {
  return Float64Array.from(matrix, (row) => factor * dot(row, vector));
}
function difference(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value - (b[i] ?? 0));
}

function update(inverse: Float64Array[], { moved, turned, isFirst }: { moved: Float64Array; turned: Float64Array; isFirst: boolean }): void {
  const curvature = dot(moved, turned);
  if (curvature <= 1e-12) return;
  if (isFirst) {
    const scale = curvature / dot(turned, turned);
    for (const [i, row] of inverse.entries()) row[i] = scale;
  }
  const turnedBy = times(inverse, turned, 1);
  const factor = (1 + dot(turned, turnedBy) / curvature) / curvature;
  for (const [i, row] of inverse.entries()) {
    for (let j = 0; j < row.length; j++) {
      const s = (moved[i] ?? 0) * (moved[j] ?? 0) * factor;
      row[j] = (row[j] ?? 0) + s - ((turnedBy[i] ?? 0) * (moved[j] ?? 0) + (moved[i] ?? 0) * (turnedBy[j] ?? 0)) / curvature;
    }
  }
}

/** Standard errors of parameters given by their logarithms: from the Hessian of the negative log-likelihood, differenced from
 *  its gradient. NaN where the surface is flat. */
export function standardErrors(objective: Objective, at: Float64Array): Float64Array {
  const n = at.length;
  const step = 1e-4;
  const hessian = Array.from({ length: n }, (_, i) => {
    const up = Float64Array.from(at);
    const down = Float64Array.from(at);
    up[i] = (up[i] ?? 0) + step;
    down[i] = (down[i] ?? 0) - step;
    const high = new Float64Array(n);
    const low = new Float64Array(n);
    objective(up, high);
    objective(down, low);
    return high.map((value, j) => (value - (low[j] ?? 0)) / (2 * step));
  });
  const covariance = invert(hessian);
  return at.map((logarithm, i) => Math.exp(logarithm) * Math.sqrt(covariance?.[i]?.[i] ?? Number.NaN));
}

/** The inverse of a small matrix by Gauss and Jordan; undefined where it is singular. */
export function invert(matrix: readonly Float64Array[]): Float64Array[] | undefined {
  const n = matrix.length;
  const rows = matrix.map((row, i) => [...row, ...Array.from({ length: n }, (_, j) => (i === j ? 1 : 0))]);
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let i = column; i < n; i++) if (Math.abs(rows[i]?.[column] ?? 0) > Math.abs(rows[pivot]?.[column] ?? 0)) pivot = i;
    const lead = rows[pivot];
    const head = lead?.[column] ?? 0;
    if (!lead || Math.abs(head) < 1e-300) return undefined;
    [rows[column], rows[pivot]] = [lead, rows[column] ?? lead];
    for (let j = 0; j < 2 * n; j++) lead[j] = (lead[j] ?? 0) / head;
    for (const [i, row] of rows.entries()) {
      const factor = row[column] ?? 0;
      if (i === column || factor === 0) continue;
      for (let j = 0; j < 2 * n; j++) row[j] = (row[j] ?? 0) - factor * (lead[j] ?? 0);
    }
  }
  return rows.map((row) => Float64Array.from(row.slice(n)));
}
